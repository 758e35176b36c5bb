"""The audit log: who did what, when, on whom, with the values before and after."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from core.audit import AuditEntry
from core.web import config, current_actor, db_session, requires
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
        actions=queries.actions(session),
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
        actor=entry.actor_name,
        action=entry.action,
        subject=f"{entry.subject_type} {entry.subject_id}",
        on_whom=names.get(entry.on_user_id or 0, ""),
        changes=[
            Change(name, _text(before.get(name)), _text(after.get(name)))
            for name in {**before, **after}
        ],
        reason=entry.reason,
        request_id=entry.request_id,
    )


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
