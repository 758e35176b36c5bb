"""The audit log: who did what, when, on whom, with the values before and after."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.audit import AuditEntry
from core.web import config, current_actor, db_session, requires
from reports.audit_words import ACTIONS, FIELDS, SYSTEM
from reports.queries import audit as queries
from reports.queries.audit import READERS, Filters
from reports.views.blueprint import bp

PAGE_SIZE = 50


@dataclass(frozen=True)
class Change:
    """One value that an act set or changed; None where there was or is none."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Line:
    """One entry, ready to show."""

    id: int
    at: datetime
    actor: str
    action: str
    # The same in words; the action itself where nobody has worded it yet.
    said: str
    subject: str
    on_whom: str
    changes: list[Change]
    reason: str | None
    request_id: str | None


@bp.get("/audit")
@requires(*READERS)
def audit_log() -> ResponseReturnValue:
    session = db_session()
    day = _day(request.args.get("day", ""))
    filters = Filters(
        person=request.args.get("person", "").strip(),
        action=request.args.get("action", "").strip(),
        day=day,
    )
    found = queries.entries(
        session,
        current_actor(),
        filters,
        zone=config().time_zone,
        before_id=request.args.get("before", type=int),
        limit=PAGE_SIZE + 1,
    )
    shown = found[:PAGE_SIZE]
    ids = {e.on_user_id for e in shown if e.on_user_id}
    names = queries.people_named(session, ids)
    return render_template(
        "reports/audit_log.html",
        lines=[_line(entry, names) for entry in shown],
        filters=filters,
        bad_day=bool(request.args.get("day")) and day is None,
        actions=[(each, _word(ACTIONS, each)) for each in queries.actions(session)],
        next_before=shown[-1].id if len(found) > PAGE_SIZE else None,
        is_first=not request.args.get("before"),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _line(entry: AuditEntry, names: dict[int, str]) -> Line:
    before, after = entry.before or {}, entry.after or {}
    return Line(
        id=entry.id,
        at=entry.at,
        actor=_actor(entry.actor_name),
        action=entry.action,
        said=_word(ACTIONS, entry.action),
        subject=f"{entry.subject_type} {entry.subject_id}",
        on_whom=names.get(entry.on_user_id or 0, ""),
        changes=[_change(name, before.get(name), after.get(name)) for name in {**before, **after}],
        reason=entry.reason,
        request_id=entry.request_id,
    )


def _change(name: str, before: Any, after: Any) -> Change:
    """A value that stayed as it was is shown once."""
    label = _word(FIELDS, name)
    return Change(label, None if before == after else _text(before), _text(after))


def _word(words: dict[str, str], key: str) -> str:
    word: str = _(words[key]) if key in words else key
    return word


def _actor(name: str) -> str:
    """The system's own jobs by their name, everybody else as written."""
    if name.startswith(SYSTEM):
        name = _("系统（%(job)s）", job=name.removeprefix(SYSTEM))
    return name


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        word: str = _("是") if value else _("否")
        return word
    return json.dumps(value, ensure_ascii=False)
