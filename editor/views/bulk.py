"""Changing many questions of the bank at once, in the working copies of their files."""

import re
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from core.errors import N_, Conflict
from core.identity import Actor, Role
from core.pages import stand_under
from core.web import current_actor, moment, reading, requires, writing
from editor.operations.bulk import change_files
from editor.queries.bulk import plan_bulk
from editor.views.blueprint import bp
from question_bank.authoring.note_changes import ChangeKind, NoteChange
from question_bank.queries import bank
from question_bank.views import listing
from question_bank.views.bulk import MOST, chosen_in

_TAG = re.compile(r"\w(?:[\w .+/#·（）()-]{0,38}[\w）)])?")
NAMES = {
    ChangeKind.ADD_TAG: _l("加标签"),
    ChangeKind.REMOVE_TAG: _l("去标签"),
    ChangeKind.DIFFICULTY: _l("定难度"),
    ChangeKind.RETIRE: _l("停用"),
    ChangeKind.ENABLE: _l("启用"),
}


@bp.post("/editor/bulk")
@requires(Role.TRAINER)
def bulk() -> ResponseReturnValue:
    """Say what the change would do; do it when that was confirmed, and say what is now to do."""
    stand_under("question_bank.questions")
    chosen = chosen_in(request.form)
    query: dict[str, Any] = dict(listing.asked_for(request.form).as_query())
    change = _change()
    is_all = request.form.get("all") == "1"
    told = "" if change else _("写上标签：不超过 40 个字，里面没有顿号、逗号和分号")
    if not (is_all or chosen.wanted.public_ids):
        told = _("还没有选题。勾上要做的题，再点一次")
    if told or change is None:
        flash(told)
        return redirect(url_for("question_bank.questions", **query))
    actor = current_actor()
    with reading() as session:
        found = bank.found_questions(session, actor, chosen.wanted, most=MOST + 1)
        if len(found) > MOST:
            raise Conflict(N_("一次最多 %(n)s 题。先用条件缩小范围"), n=MOST)
        public_ids = [question.public_id for question in found]
        plan = plan_bulk(session, found, change)
    copies = []
    is_done = request.form.get("confirm") == "1"
    if is_done:
        with writing() as session:
            saved = change_files(session, plan, actor=actor, now=moment())
            copies = [(copy.id, copy.title, copy.path) for copy in saved]
    return render_template(
        "editor/bulk.html",
        plan=plan,
        change=change,
        name=NAMES[change.kind],
        value=_value(change),
        public_ids=public_ids,
        copies=copies,
        is_done=is_done,
        query=query,
    )


def bulk_panel(_session: Session, actor: Actor, _subject: int | str) -> str | None:
    """The buttons below the list of the bank, for those who write modules."""
    if not actor.has(Role.TRAINER):
        return None
    return render_template("editor/_bulk_panel.html", difficulties=listing.DIFFICULTY_NAMES)


def _change() -> NoteChange | None:
    kinds = {kind.value: kind for kind in ChangeKind}
    kind = kinds.get(request.form.get("change", ""))
    tag = request.form.get("new_tag", "").strip()
    level = request.form.get("level", "")
    if kind in (ChangeKind.ADD_TAG, ChangeKind.REMOVE_TAG):
        return NoteChange(kind, tag=tag) if _TAG.fullmatch(tag) else None
    if kind is ChangeKind.DIFFICULTY:
        return NoteChange(kind, difficulty=int(level) if level in tuple("12345") else 3)
    return NoteChange(kind) if kind else None


def _value(change: NoteChange) -> Any:
    if change.tag:
        return change.tag
    is_level = change.kind is ChangeKind.DIFFICULTY
    return listing.DIFFICULTY_NAMES[change.difficulty] if is_level else ""
