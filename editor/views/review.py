"""Submitting a working copy, and a second person's decision on it."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import N_, Conflict, InvalidContent
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
from editor.queries.together import change_of, is_companion, signature_of
from editor.views.blueprint import bp
from editor.views.copy import tidied
from editor.views.words import SHOWN_STATES
from learning.images import ImageStore
from learning.models import ModuleSource
from learning.sources import SHOWN_ROOT
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
    """Hand the saved texts to a second person; a change with errors stays with its author."""
    with reading() as session:
        found = queries.copy_for(session, current_actor(), copy_id)
        copies, taken = change_of(session, found), taken_ids(session)
        texts = [tidied(copy.text, copy.path, taken) for copy in copies]
        files = [FileText(copy.path, text) for copy, text in zip(copies, texts, strict=True)]
        plan = plan_publication(session, files, images=_images())
        held = [(copy.id, copy.revision) for copy in copies]
    if plan.has_errors:
        flash(_("还有错误，改完才能送审。草稿已经保存，不会丢"))
        return redirect(url_for("editor.review", copy_id=copy_id))
    actor, now = current_actor(), moment()
    with writing() as session:
        for (id_, revision), text in zip(held, texts, strict=True):
            kept = save_copy(session, id_, text, revision=revision, actor=actor, now=now)
            operations.submit_copy(session, kept, revision=kept.revision, actor=actor, now=now)
    flash(_("已送审。等另一位培训师或安全管理员复核"))
    return redirect(url_for("editor.review", copy_id=copy_id))


@bp.post("/editor/copies/<int:copy_id>/take-back")
@requires(Role.TRAINER)
def take_back(copy_id: int) -> ResponseReturnValue:
    """Go on writing before anybody decided."""
    found = queries.copy_for(db_session(), current_actor(), copy_id)
    for copy in change_of(db_session(), found):
        operations.take_back(db_session(), copy, actor=current_actor(), now=moment())
    return redirect(url_for("editor.copy", copy_id=copy_id))


@bp.post("/editor/copies/<int:copy_id>/send-back")
@requires(*queries.READERS)
def send_back(copy_id: int) -> ResponseReturnValue:
    """Give the change back with what is to be mended."""
    form = SendBackForm()
    with reading() as session:
        found = queries.copy_for(session, current_actor(), copy_id)
        if not form.validate():
            return _page(found, form, PublishForm(formdata=None))
    with writing() as session:
        found = queries.copy_by_id(session, copy_id, lock=True)
        note = form.note.data or ""
        for copy in change_of(session, found):
            operations.send_back(session, copy, note, actor=current_actor(), now=moment())
    flash(_("已退回，作者会看到你写的话"))
    return redirect(url_for("editor.modules"))


@bp.post("/editor/copies/<int:copy_id>/publish")
@requires(*queries.READERS)
def publish(copy_id: int) -> ResponseReturnValue:
    """Publish the texts with their questions, all of it or nothing."""
    form = PublishForm()
    with reading() as session:
        found = queries.copy_for(session, current_actor(), copy_id)
        copies = change_of(session, found)
        for copy in copies:
            check_reviewer(session, copy, current_actor())
        _check_seen(copies)
        files = [FileText(copy.path, copy.text) for copy in copies]
        key, ids = found.module_key, [copy.id for copy in copies]
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
        for id_ in ids:
            copy = queries.copy_by_id(session, id_, lock=True)
            note = form.note.data or ""
            operations.mark_published(session, copy, note, actor=current_actor(), now=moment())
    flash(_("已发布"))
    return redirect(url_for("learning.module", key=key))


def _check_seen(copies: Sequence[WorkingCopy]) -> None:
    """Refuse when another file joined the change after the reviewer opened the page."""
    seen = request.form.get("seen")
    if seen is not None and seen != signature_of(copies):
        raise Conflict(N_("送审的文字刚刚变了，看过新的再发布"))


def _page(found: WorkingCopy, back: SendBackForm, form: PublishForm) -> ResponseReturnValue:
    stand_under("editor.modules")
    actor = current_actor()
    with reading() as session:
        copies = change_of(session, found)
        plan = _plan(session, copies, taken_ids(session))
        published = [published_file(session, copy.path) for copy in copies]
        names = queries.names_of(
            session, {found.submitted_by_id or 0, found.updated_by_id, found.owner_id}
        )
        may_decide = all(is_reviewer(session, copy, actor) for copy in copies)
        seen = signature_of(copies)
        file_names = _file_names(copies) if len(copies) > 1 else {}
        changes = [
            (is_companion(copy), copy.id, file_changes(file.text if file else "", copy.text))
            for copy, file in zip(copies, published, strict=True)
        ]
    return render_template(
        "editor/review.html",
        copy=found,
        state=SHOWN_STATES.get(found.state.value),
        plan=plan,
        changes=changes,
        file_names=file_names,
        seen=seen,
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


def _plan(session: Any, copies: Sequence[WorkingCopy], taken: frozenset[str]) -> PublicationPlan:
    """What publication would do; what is still being written as it would be submitted."""
    files = [
        FileText(
            copy.path,
            tidied(copy.text, copy.path, taken)
            if copy.state is WorkingState.EDITING
            else copy.text,
        )
        for copy in copies
    ]
    try:
        return plan_publication(session, files, images=_images())
    except InvalidContent as error:
        return PublicationPlan(problems=tuple(error.problems))


def _file_names(copies: Sequence[WorkingCopy]) -> dict[str, str]:
    """What each file of a change is called, by the path that problems name."""
    root = SHOWN_ROOT[ModuleSource.ENTERPRISE]
    return {
        f"{root}/{copy.path}": _("题库文件") if is_companion(copy) else _("模块正文")
        for copy in copies
    }


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
