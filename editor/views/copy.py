"""The page on which a working copy is written: saving, merging, previewing, giving up."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from core.chance import new_id
from core.errors import InvalidContent
from core.identity import Role
from core.pages import show_clock, stand_under
from core.web import (
    config,
    current_actor,
    db_session,
    moment,
    reading,
    requires,
    seeds,
    wants_json,
    writing,
)
from editor.merging import merge_parts, merged_text
from editor.models import WorkingCopy, WorkingState
from editor.operations.copies import StaleRevision, discard_copy, save_copy
from editor.preview import Neighbourhood, Preview, preview_of
from editor.queries import copies as queries
from editor.queries.files import main_file
from editor.queries.together import change_of, is_companion
from editor.skeletons import CASE_BODY, question_skeletons
from editor.views.blueprint import bp
from editor.views.origin import newer_origin
from editor.views.words import SHOWN_STATES, Insertion
from learning.differences import word_diff
from learning.front_matter import COMPANION_SUFFIX
from learning.headings import TYPE_WORDS
from learning.images import ImageStore
from learning.queries import current_anchors, stored_pictures
from learning.sources import plain_lines
from question_bank.authoring.formatting import format_text
from question_bank.queries.sync import taken_ids
from question_bank.views.bank import shown_version
from question_bank.views.listing import TYPE_NAMES

# Who saved within this time is probably still at it.
RECENTLY = timedelta(minutes=10)


@bp.get("/editor/copies/<int:copy_id>")
@requires(*queries.READERS)
def copy(copy_id: int) -> ResponseReturnValue:
    """Source and preview side by side; without a script the preview is that of the saved text."""
    session, actor = db_session(), current_actor()
    found = queries.copy_for(session, actor, copy_id)
    stand_under("editor.modules")
    names = queries.names_of(session, {found.updated_by_id, found.reviewed_by_id or 0})
    others = found.updated_by_id != actor.user_id and moment() - found.updated_at < RECENTLY
    may_write = actor.has(Role.TRAINER) and found.state is WorkingState.EDITING
    return render_template(
        "editor/copy.html",
        copy=found,
        state=SHOWN_STATES.get(found.state.value),
        may_write=may_write,
        shown=_shown(preview_of_copy(found, found.text, near_of(session, found))),
        writer=names.get(found.updated_by_id, ""),
        reviewer=names.get(found.reviewed_by_id or 0, ""),
        is_contested=others,
        is_sent_back=found.state is WorkingState.EDITING and bool(found.review_note),
        questions=[Insertion(_word(word), text) for word, text in question_skeletons().items()],
        pieces=_pieces(found),
        type_words=TYPE_WORDS,
        origin_moved=newer_origin(found) is not None,
        is_companion=is_companion(found),
        others=[copy for copy in change_of(session, found) if copy is not found],
        revisions=queries.revisions_of(session, found),
    )


@bp.post("/editor/copies/<int:copy_id>/preview")
@requires(*queries.READERS)
def preview(copy_id: int) -> ResponseReturnValue:
    """What a text would look like and what is wrong with it; writes nothing."""
    with reading() as session:
        found = queries.copy_for(session, current_actor(), copy_id)
        near = near_of(session, found)
        session.expunge(found)
    text = plain_lines(request.form.get("text", ""))
    made = preview_of_copy(found, text, near)
    page = render_template("editor/_preview.html", shown=_shown(made))
    return jsonify(
        html=page,
        anchors=[list(anchor) for anchor in made.anchors],
        errors=sorted({p.line for p in made.problems if p.is_error}),
        warnings=sorted({p.line for p in made.problems if not p.is_error}),
    )


@bp.post("/editor/copies/<int:copy_id>/save")
@requires(Role.TRAINER)
def save(copy_id: int) -> ResponseReturnValue:
    """Keep the text; a second save of an old revision gets the merge view, never a loss."""
    typed = plain_lines(request.form.get("text", ""))
    revision = request.form.get("revision", 0, type=int)
    with reading() as session:
        found = queries.copy_for(session, current_actor(), copy_id)
        taken = taken_ids(session)
        session.expunge(found)
    is_automatic = request.form.get("automatic") == "1"
    text = typed if is_automatic else tidied(typed, found.path, taken)
    try:
        with writing() as session:
            found = save_copy(
                session, copy_id, text, revision=revision, actor=current_actor(), now=moment()
            )
    except StaleRevision as error:
        if wants_json():
            return jsonify(error="stale", message=_(error.msgid))
        return _merge_page(copy_id, revision, typed)
    if wants_json():
        said = _("已保存 %(at)s", at=show_clock(found.updated_at))
        return jsonify(revision=found.revision, text=found.text, message=said)
    flash(_("已保存 %(at)s", at=show_clock(moment())))
    return redirect(url_for("editor.copy", copy_id=copy_id))


@bp.post("/editor/copies/<int:copy_id>/merge")
@requires(Role.TRAINER)
def merge(copy_id: int) -> ResponseReturnValue:
    """Keep what the choices make of two texts; what changed meanwhile is merged once more."""
    mine = plain_lines(request.form.get("mine", ""))
    base_revision = request.form.get("base", 0, type=int)
    theirs_revision = request.form.get("theirs", 0, type=int)
    with reading() as session:
        found = queries.copy_for(session, current_actor(), copy_id)
        base = queries.revision_text(session, found, base_revision)
        theirs = queries.revision_text(session, found, theirs_revision)
    parts = merge_parts(base, mine, theirs)
    places = [place for place, part in enumerate(parts) if part.is_conflict]
    choices = {place: request.form.get(f"part-{place}", "both") for place in places}
    text = merged_text(parts, choices)
    try:
        with writing() as session:
            save_copy(
                session,
                copy_id,
                text,
                revision=theirs_revision,
                actor=current_actor(),
                now=moment(),
            )
    except StaleRevision:
        return _merge_page(copy_id, theirs_revision, text)
    flash(_("合好了，已保存 %(at)s。接着看一遍", at=show_clock(moment())))
    return redirect(url_for("editor.copy", copy_id=copy_id))


@bp.post("/editor/copies/<int:copy_id>/discard")
@requires(Role.TRAINER)
def discard(copy_id: int) -> ResponseReturnValue:
    """Give the working copy up; its saved states stay readable."""
    found = queries.copy_for(db_session(), current_actor(), copy_id)
    discard_copy(db_session(), found, actor=current_actor(), now=moment())
    flash(_("已放弃这份修改，已发布的没有变"))
    return redirect(url_for("editor.modules"))


@bp.get("/editor/copies/<int:copy_id>/revisions/<int:revision>")
@requires(*queries.READERS)
def revision(copy_id: int, revision: int) -> ResponseReturnValue:
    """One saved state, beside what stands now."""
    found = queries.copy_for(db_session(), current_actor(), copy_id)
    stand_under("editor.modules")
    text = queries.revision_text(db_session(), found, revision)
    return render_template(
        "editor/revision.html",
        copy=found,
        revision=revision,
        text=text,
        pieces=word_diff(text, found.text),
        may_write=current_actor().has(Role.TRAINER) and found.state is WorkingState.EDITING,
    )


def near_of(session: Any, found: WorkingCopy) -> Neighbourhood:
    """What a preview of this copy needs of the rest."""
    main = None
    if found.path.endswith(COMPANION_SUFFIX):
        file = main_file(session, found.module_key)
        # What is written and not yet published goes out together with this.
        draft = queries.open_copy_of(session, file.path) if file else None
        main = (file.path, draft.text if draft else file.text) if file else None
    return Neighbourhood(current_anchors(session), stored_pictures(session), main)


def preview_of_copy(found: WorkingCopy, text: str, near: Neighbourhood) -> Preview:
    images = ImageStore(config().uploads_dir)
    return preview_of(text, found.path, near, images=images, now=moment())


def tidied(text: str, path: str, taken: frozenset[str]) -> str:
    """The text in canonical form with ids written; as typed while it has errors."""
    try:
        return format_text(text, path, new_id=_fresh_ids(taken, text))
    except InvalidContent:
        return text


def _fresh_ids(taken: frozenset[str], text: str) -> Callable[[], str]:
    given: set[str] = set()

    def fresh() -> str:
        made = new_id(seeds(), "q", 6)
        while made in taken or made in given or made in text:
            made = new_id(seeds(), "q", 6)
        given.add(made)
        return made

    return fresh


def _merge_page(copy_id: int, base_revision: int, mine: str) -> ResponseReturnValue:
    with reading() as session:
        found = queries.copy_for(session, current_actor(), copy_id)
        base = queries.revision_text(session, found, base_revision)
        writer = queries.names_of(session, {found.updated_by_id})
        session.expunge(found)
    stand_under("editor.modules")
    parts = merge_parts(base, mine, found.text)
    return render_template(
        "editor/merge.html",
        copy=found,
        mine=mine,
        base_revision=base_revision,
        writer=writer.get(found.updated_by_id, ""),
        conflicts=[
            (place, part, word_diff(part.base, part.theirs), word_diff(part.base, part.mine))
            for place, part in enumerate(parts)
            if part.is_conflict
        ],
        settled=sum(part.mine != part.theirs for part in parts if not part.is_conflict),
    )


def _shown(made: Preview) -> dict[str, Any]:
    """The preview with its cards as HTML in their places."""
    pieces = made.html
    for number, line in enumerate(made.block_lines, start=1):
        card = made.cards.get(line)
        shown = None
        if card is not None:
            shown = {
                "line": line,
                "title": card.question.title,
                "type": TYPE_NAMES[card.question.type],
                "version": shown_version(card.question, card.version, card.parts),
                "explanation": Markup(card.question.explanation_html),
            }
        html = render_template("editor/_card.html", card=shown, line=line)
        pieces = pieces.replace(f"<p>⟦题块 {number}⟧</p>", html, 1)
    return {
        "html": Markup(pieces),
        "problems": made.problems,
        "errors": made.errors,
        "counts": made.counts,
    }


def _word(word: str) -> str:
    words = {
        "单选": _("单选"),
        "多选": _("多选"),
        "判断": _("判断"),
        "填空": _("填空"),
        "排序": _("排序"),
        "匹配": _("匹配"),
        "简答": _("简答"),
        "案例": _("案例"),
        "找隐患": _("找隐患"),
    }
    return str(words[word])


def _pieces(found: WorkingCopy) -> list[Insertion]:
    if found.path.endswith(COMPANION_SUFFIX):
        return []
    return [
        Insertion(_("条款标题"), "## （编号 标题） {#s-{n}}\n\n（正文）\n"),
        Insertion(_("表格"), "| （列一） | （列二） |\n|---|---|\n| （内容） | （内容） |\n"),
        Insertion(_("事故案例的框架"), CASE_BODY),
    ]
