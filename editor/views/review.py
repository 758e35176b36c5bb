"""Submitting a working copy, and a second person's decision on it."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import InvalidContent
from core.identity import Role
from core.pages import stand_under
from core.web import (
    config,
    current_actor,
    db_session,
    moment,
    reading,
    requires,
    services,
    writing,
)
from editor.changes import file_changes
from editor.forms import PublishForm, SendBackForm
from editor.models import WorkingCopy, WorkingState
from editor.operations import review as operations
from editor.operations.copies import save_copy
from editor.queries import copies as queries
from editor.queries.files import published_file
from editor.queries.reviewers import check_reviewer, is_reviewer
from editor.views.blueprint import bp
from editor.views.copy import tidied
from editor.views.words import SHOWN_STATES
from learning.images import ImageStore
from question_bank.publication import FileText, PublicationPlan, plan_publication, publish_files
from question_bank.queries.sync import taken_ids
from question_bank.views.clauses import publication_impact
from question_bank.views.listing import TYPE_NAMES


@bp.get("/editor/copies/<int:copy_id>/review")
@requires(*queries.READERS)
def review(copy_id: int) -> ResponseReturnValue:
    """What publication would do: clauses, questions, what is to be looked at again."""
    found = queries.copy_for(db_session(), current_actor(), copy_id)
    return _page(found, SendBackForm(formdata=None), PublishForm(formdata=None))


@bp.post("/editor/copies/<int:copy_id>/submit")
@requires(Role.TRAINER)
def submit(copy_id: int) -> ResponseReturnValue:
    """Hand the saved text to a second person; a text with errors stays with its author."""
    with reading() as session:
        found = queries.copy_for(session, current_actor(), copy_id)
        text = tidied(found.text, found.path, taken_ids(session))
        plan = plan_publication(session, [FileText(found.path, text)], images=_images())
        session.expunge(found)
    if plan.has_errors:
        flash(_("还有错误，改完才能送审。草稿已经保存，不会丢"))
        return redirect(url_for("editor.review", copy_id=copy_id))
    with writing() as session:
        kept = save_copy(
            session,
            copy_id,
            text,
            revision=found.revision,
            actor=current_actor(),
            now=moment(),
        )
        operations.submit_copy(
            session, kept, revision=kept.revision, actor=current_actor(), now=moment()
        )
    flash(_("已送审。等另一位培训师或安全管理员复核"))
    return redirect(url_for("editor.review", copy_id=copy_id))


@bp.post("/editor/copies/<int:copy_id>/take-back")
@requires(Role.TRAINER)
def take_back(copy_id: int) -> ResponseReturnValue:
    """Go on writing before anybody decided."""
    found = queries.copy_for(db_session(), current_actor(), copy_id)
    operations.take_back(db_session(), found, actor=current_actor(), now=moment())
    return redirect(url_for("editor.copy", copy_id=copy_id))


@bp.post("/editor/copies/<int:copy_id>/send-back")
@requires(*queries.READERS)
def send_back(copy_id: int) -> ResponseReturnValue:
    """Give the text back with what is to be mended."""
    form = SendBackForm()
    with reading() as session:
        found = queries.copy_for(session, current_actor(), copy_id)
        if not form.validate():
            return _page(found, form, PublishForm(formdata=None))
    with writing() as session:
        found = queries.copy_by_id(session, copy_id, lock=True)
        note = form.note.data or ""
        operations.send_back(session, found, note, actor=current_actor(), now=moment())
    flash(_("已退回，作者会看到你写的话"))
    return redirect(url_for("editor.modules"))


@bp.post("/editor/copies/<int:copy_id>/publish")
@requires(*queries.READERS)
def publish(copy_id: int) -> ResponseReturnValue:
    """Publish the text with its questions, all of it or nothing."""
    form = PublishForm()
    with reading() as session:
        found = queries.copy_for(session, current_actor(), copy_id)
        check_reviewer(session, found, current_actor())
        files = [FileText(found.path, found.text)]
        plan = plan_publication(session, files, images=_images())
        is_unsaid = plan.needs_confirmation and not form.confirm_removals.data
        if plan.has_errors or is_unsaid or not form.validate():
            if is_unsaid:
                form.confirm_removals.errors = [_("要停用的题太多，看过再勾上")]
            return _page(found, SendBackForm(formdata=None), form)
    publish_files(
        services().database,
        files,
        images=_images(),
        confirm_removals=bool(form.confirm_removals.data),
        actor=current_actor(),
        now=moment(),
    )
    with writing() as session:
        found = queries.copy_by_id(session, copy_id, lock=True)
        note = form.note.data or ""
        operations.mark_published(session, found, note, actor=current_actor(), now=moment())
    flash(_("已发布"))
    return redirect(url_for("learning.module", key=found.module_key))


def _page(found: WorkingCopy, back: SendBackForm, form: PublishForm) -> ResponseReturnValue:
    stand_under("editor.modules")
    actor = current_actor()
    with reading() as session:
        plan = _plan(session, found)
        published = published_file(session, found.path)
        names = queries.names_of(
            session, {found.submitted_by_id or 0, found.updated_by_id, found.owner_id}
        )
        may_decide = is_reviewer(session, found, actor)
    before = published.text if published else ""
    return render_template(
        "editor/review.html",
        copy=found,
        state=SHOWN_STATES.get(found.state.value),
        plan=plan,
        changes=file_changes(before, found.text),
        names=names,
        groups=_groups(plan),
        impact=publication_impact(plan),
        types=TYPE_NAMES,
        back=back,
        form=form,
        is_reviewer=may_decide,
        is_own=found.submitted_by_id == actor.user_id,
        may_submit=actor.has(Role.TRAINER) and found.state is WorkingState.EDITING,
        is_in_review=found.state is WorkingState.IN_REVIEW,
    )


def _plan(session: Any, found: WorkingCopy) -> PublicationPlan:
    try:
        files = [FileText(found.path, found.text)]
        return plan_publication(session, files, images=_images())
    except InvalidContent as error:
        return PublicationPlan(problems=tuple(error.problems))


def _groups(plan: PublicationPlan) -> list[tuple[Any, Any]]:
    return [
        (_("新增"), plan.added),
        (_("修改"), plan.changed),
        (_("移动"), plan.moved),
        (_("停用"), plan.retired),
        (_("重新启用"), plan.revived),
        (_("只改说明"), plan.described),
    ]


def _images() -> ImageStore:
    return ImageStore(config().uploads_dir)
