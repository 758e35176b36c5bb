"""The record of an exam's room (考场记录单): one page to print, sign and file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.pages import show_clock, show_points, stand_under
from core.web import current_actor, db_session, requires
from exams.models import IncidentKind, IntegrityDecision
from exams.queries.board import Seat
from exams.queries.exams import WATCHERS
from exams.queries.incidents import (
    Said,
    SentMessage,
    broadcasts_of,
    incident_counts,
    messages_to,
    notes_of,
    room_incidents,
)
from exams.standing import Attendance
from exams.views.blueprint import bp
from exams.views.board import ATTENDANCES, watched_seats
from exams.views.shown import say_window
from exams.views.words import INCIDENTS


@dataclass(frozen=True)
class RecordLine:
    """One candidate on the record."""

    number: int
    name: str
    employee_no: str
    team: str
    state: str
    ended: str
    remarks: tuple[str, ...]


@bp.get("/exams/<int:exam_id>/board/record")
@requires(*WATCHERS)
def board_record(exam_id: int) -> ResponseReturnValue:
    """Everyone whom the actor may watch, what was noted, said and decided, room for signatures."""
    stand_under("exams.boards")
    session = db_session()
    exam, found = watched_seats(exam_id)
    ids = [seat.sitting_id for seat in found if seat.sitting_id]
    counts, notes, messages = (
        incident_counts(session, ids),
        notes_of(session, ids),
        messages_to(session, ids),
    )
    room, broadcasts = room_incidents(session, exam.id), broadcasts_of(session, exam.id)
    people = sorted(found, key=lambda seat: (seat.team_name or "", seat.employee_no))
    come = [seat for seat in found if seat.sitting_id]
    return render_template(
        "exams/board_record.html",
        exam=exam,
        window=say_window(exam.opens_at, exam.closes_at),
        required=len(found),
        present=len(come),
        handed_in=sum(seat.submitted_at is not None for seat in come),
        voided=sum(seat.integrity is IntegrityDecision.VOIDED for seat in come),
        lines=[
            _line(number, seat, counts, notes, messages)
            for number, seat in enumerate(people, start=1)
        ],
        room=room,
        broadcasts=broadcasts,
        invigilators=_names(
            [current_actor().name],
            (one.author_name for one in room),
            (one.by for one in broadcasts),
            (one.by for said in notes.values() for one in said),
            (one.by for said in messages.values() for one in said),
        ),
    )


def _line(
    number: int,
    seat: Seat,
    counts: Mapping[int, Mapping[IncidentKind, int]],
    notes: Mapping[int, Sequence[Said]],
    messages: Mapping[int, Sequence[SentMessage]],
) -> RecordLine:
    sitting_id = seat.sitting_id or 0
    remarks = [_say_counts(counts.get(sitting_id, {}))]
    if seat.extra_minutes:
        remarks.append(_("加时 %(n)s 分", n=seat.extra_minutes))
    remarks += [
        _("%(at)s %(by)s记：%(text)s", at=show_clock(one.at)[:5], by=one.by, text=one.text)
        for one in notes.get(sitting_id, [])
    ]
    remarks += [
        _("%(at)s %(by)s说：%(text)s", at=show_clock(one.at)[:5], by=one.by, text=one.text)
        for one in messages.get(sitting_id, [])
        if not one.is_to_all
    ]
    return RecordLine(
        number,
        seat.name,
        seat.employee_no,
        seat.team_name or "—",
        _state(seat),
        show_clock(seat.submitted_at)[:5] if seat.submitted_at else "—",
        tuple(one for one in remarks if one),
    )


def _state(seat: Seat) -> str:
    if seat.integrity is IntegrityDecision.VOIDED:
        return str(_("违纪作废"))
    if seat.attendance is Attendance.NOT_COME:
        return str(_("未到"))
    if seat.attendance is Attendance.HANDED_IN:
        return str(_("已交卷，%(score)s 分", score=show_points(seat.score_tenths)))
    return str(ATTENDANCES[seat.attendance][1])


def _say_counts(counted: Mapping[IncidentKind, int]) -> str:
    parts = [
        _("%(what)s %(n)s 次", what=INCIDENTS[kind], n=counted[kind])
        for kind in INCIDENTS
        if kind in counted
    ]
    return str(_("、").join(parts))


def _names(*groups: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for group in groups for name in group))
