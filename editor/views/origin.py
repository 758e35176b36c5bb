"""What the product's library changed since a copy was taken, and what a trainer makes of it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.config import LIBRARY_DIR
from core.errors import N_, Conflict, NotFound
from core.identity import Role
from core.pages import stand_under
from core.web import current_actor, db_session, moment, reading, requires, writing
from editor.changes import file_changes
from editor.models import WorkingCopy
from editor.operations.origins import OriginDecision, decide_on_origin
from editor.queries import copies as queries
from editor.views.blueprint import bp
from learning.sources import plain_lines, text_hash


@bp.get("/editor/copies/<int:copy_id>/origin")
@requires(*queries.READERS)
def origin(copy_id: int) -> ResponseReturnValue:
    """What the library changed since the copy was taken or somebody last decided."""
    found = queries.copy_for(db_session(), current_actor(), copy_id)
    stand_under("editor.modules")
    text = library_text(found)
    if not found.origin_text or text is None:
        raise NotFound()
    return render_template(
        "editor/origin.html",
        copy=found,
        changes=file_changes(found.origin_text, text),
        origin=text_hash(text),
        may_decide=(
            text != found.origin_text
            and found.state in queries.OPEN
            and current_actor().has(Role.TRAINER)
        ),
    )


@bp.post("/editor/copies/<int:copy_id>/origin")
@requires(Role.TRAINER)
def settle_origin(copy_id: int) -> ResponseReturnValue:
    """Keep that a change of the library was taken in, or is not wanted."""
    with reading() as session:
        text = library_text(queries.copy_for(session, current_actor(), copy_id))
    is_merged = request.form.get("decision") == OriginDecision.MERGED.value
    decision = OriginDecision.MERGED if is_merged else OriginDecision.DECLINED
    if text is None or text_hash(text) != request.form.get("origin"):
        raise Conflict(N_("课程库里的原文刚刚又变了，看过新的再定"))
    with writing() as session:
        found = queries.copy_by_id(session, copy_id, lock=True)
        decide_on_origin(session, found, text, decision, actor=current_actor(), now=moment())
    if is_merged:
        flash(_("记下了：已合并。课程库再变时会再告诉你"))
    else:
        flash(_("记下了：不采用这次改动。课程库再变时会再告诉你"))
    return redirect(url_for("editor.copy", copy_id=copy_id))


def newer_origin(found: WorkingCopy) -> str | None:
    """The library's text, if it is another than the one last dealt with."""
    text = library_text(found) if found.origin_text else None
    return None if text == found.origin_text else text


def library_text(found: WorkingCopy) -> str | None:
    """What the product's library says now; None where it has no such file."""
    path = LIBRARY_DIR / found.path
    return plain_lines(path.read_text("utf-8", "replace")) if path.is_file() else None
