"""The invigilator's pages (监考): exams that run now, one exam's people, more time for all."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.pages import NavItem, show_clock, show_points, stand_under
from core.web import config, current_actor, db_session, moment, requires
from exams.definition import phase
from exams.forms import MoreMinutesForm
from exams.models import Exam, IntegrityDecision
from exams.operations.sitting import extend_running
from exams.queries.audience import window_days
from exams.queries.board import Seat, seats
from exams.queries.exams import READERS, WATCHERS, watched_exam, watched_exams
from exams.rules import seconds_left
from exams.standing import Attendance
from exams.views.blueprint import bp
from exams.views.entry import door_of
from exams.views.shown import say_window
from exams.views.words import INCIDENTS, PHASES

NAV: tuple[NavItem, ...] = (NavItem("exams.boards", _l("监考"), "eye", "exams", WATCHERS, order=3),)
# Exams that end or begin this long ago or ahead are still listed.
NEARBY = timedelta(hours=24)
# (sign, word)
ATTENDANCES = {
    Attendance.SITTING: ("must", _l("答题中")),
    Attendance.HANDED_IN: ("safe", _l("已交卷")),
    Attendance.OFFLINE: ("warn", _l("离线")),
    Attendance.TO_DECIDE: ("warn", _l("要确认")),
    Attendance.NOT_COME: ("open", _l("未到")),
}


class Cell(NamedTuple):
    """One person of the board in words; without a bar where nothing was begun."""

    user_id: int
    sitting_id: int | None
    name: str
    team: str
    sign: str
    look: str
    answered: int
    questions: int
    words: str


@bp.get("/exams/boards")
@requires(*WATCHERS)
def boards() -> ResponseReturnValue:
    """The exams of these days that the actor may watch."""
    now = moment()
    found = watched_exams(db_session(), current_actor(), since=now - NEARBY, until=now + NEARBY)
    return render_template(
        "exams/boards.html",
        exams=[
            (one, *PHASES[phase(one, now=now)], say_window(one.opens_at, one.closes_at))
            for one in found
        ],
    )


@bp.get("/exams/<int:exam_id>/board")
@requires(*WATCHERS)
def board(exam_id: int) -> ResponseReturnValue:
    """Everyone of the exam on one page, worst first."""
    stand_under("exams.boards")
    exam, found = watched_seats(exam_id)
    actor, now = current_actor(), moment()
    return render_template(
        "exams/board.html",
        **door_of(exam, actor),
        window=say_window(exam.opens_at, exam.closes_at),
        counts=_counts(found),
        required=len(found),
        cells=cells(found, now=now),
        may_read_exam=actor.has(*READERS),
        sitting_url=url_for("exams.watch", sitting_id=0),
    )


@bp.get("/exams/<int:exam_id>/board/cells")
@requires(*WATCHERS)
def board_cells(exam_id: int) -> ResponseReturnValue:
    """What the page draws anew, as JSON: the counts and one short row for each person."""
    _exam, found = watched_seats(exam_id)
    now = moment()
    rows = [
        (one.user_id, one.sitting_id, one.sign, one.look, one.answered, one.questions, one.words)
        for one in cells(found, now=now)
    ]
    counted: dict[str, Any] = {key: number for key, _sign, _word, number in _counts(found)}
    told = {"at": show_clock(now), "counts": {"required": len(found), **counted}, "cells": rows}
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return Response(text, mimetype="application/json", headers={"Cache-Control": "no-store"})


@bp.route("/exams/<int:exam_id>/board/minutes", methods=["GET", "POST"])
@requires(*WATCHERS)
def board_minutes(exam_id: int) -> ResponseReturnValue:
    """More minutes for all others whom the actor watches and who are at it, with one reason."""
    stand_under("exams.boards")
    exam, found = watched_seats(exam_id)
    actor, now = current_actor(), moment()
    seats = [seat for seat in found if seat.user_id != actor.user_id and may_gain(seat, now)]
    running = [seat.sitting_id for seat in seats if seat.sitting_id]
    ticked = set(request.form.getlist("sitting", type=int))
    takes_some = request.form.get("who") == "some"
    chosen = [one for one in running if one in ticked] if takes_some else running
    form = MoreMinutesForm()
    is_valid = form.validate_on_submit()
    if request.method == "POST" and running and not chosen:
        form.form_errors.append(_("勾上要加时间的人"))
    elif is_valid:
        extended = extend_running(
            db_session(),
            chosen,
            minutes=form.minutes.data or 0,
            reason=form.reason.data or "",
            actor=actor,
            now=now,
        )
        flash(_("已给 %(n)s 人加时 %(minutes)s 分", n=extended, minutes=form.minutes.data))
        return redirect(url_for("exams.board", exam_id=exam.id))
    return render_template(
        "exams/board_minutes.html",
        exam=exam,
        form=form,
        running=len(running),
        seats=seats,
        ticked=ticked,
        takes_some=takes_some,
    )


def cells(found: Iterable[Seat], *, now: datetime) -> list[Cell]:
    """The people of a board in words; what is said to many is looked up only once."""
    says = {key: str(words) for key, words in _sentences().items()}
    kinds = {kind.value: str(words) for kind, words in INCIDENTS.items()}
    signs = {one: sign for one, (sign, _word) in ATTENDANCES.items()}
    clock = _clock(config().time_zone)
    return [
        Cell(
            user_id=seat.user_id,
            sitting_id=seat.sitting_id,
            name=seat.name,
            team=seat.team_name or "—",
            sign=_sign(seat, signs),
            look=_look(seat),
            answered=seat.answered,
            questions=seat.questions,
            words=_say(seat, says, now, clock) + _say_incidents(seat, says, kinds, clock),
        )
        for seat in found
    ]


def _sentences() -> Mapping[str, str]:
    return {
        "silent": _("离线 {minutes} 分 {seconds} 秒，{answered} / {questions}，剩 {left} 分"),
        "awaited": _("断线时到点，等到 {until}"),
        "sitting": _("{answered} / {questions}，剩 {left} 分"),
        "extended": _("{answered} / {questions}，剩 {left} 分，已加时 {extra} 分"),
        "over": _("{answered} / {questions}，时间到，正在收卷"),
        "to_decide": _("补交要确认：{score} 分或 {late} 分"),
        "to_decide_unmarked": _("补交要确认，然后阅卷"),
        "limit": _("超过限制自动交卷，等你确认"),
        "void": _("违纪作废"),
        "incidents": _("。{n} 条记录，{at} {what}"),
        "handed_in": _("已交卷 {at}"),
        "missed": _("已交卷 {at}，红线题答错"),
        "not_come": _("未到"),
    }


def _clock(zone: ZoneInfo) -> Callable[[datetime], str]:
    """Says 09:42 of a moment; each minute is worked out once, however many people share it."""
    known: dict[datetime, str] = {}

    def say(at: datetime) -> str:
        minute = at.replace(second=0, microsecond=0)
        found = known.get(minute)
        if found is None:
            found = known[minute] = minute.astimezone(zone).strftime("%H:%M")
        return found

    return say


def _say(
    seat: Seat, says: Mapping[str, str], now: datetime, clock: Callable[[datetime], str]
) -> str:
    kind, values = seat.attendance.value, {"answered": seat.answered, "questions": seat.questions}
    if seat.attendance is Attendance.NOT_COME or seat.deadline is None:
        return says["not_come"]
    if seat.attendance is Attendance.HANDED_IN:
        kind = "missed" if seat.must_pass_missed else kind
        if seat.integrity is IntegrityDecision.VOIDED:
            return says["void"]
        return says[kind].format(at=clock(seat.submitted_at) if seat.submitted_at else "")
    if seat.attendance is Attendance.TO_DECIDE:
        if seat.integrity is IntegrityDecision.PENDING:
            return says["limit"]
        if seat.score_tenths is None or seat.late_score_tenths is None:
            return says["to_decide_unmarked"]
        return says[kind].format(
            score=show_points(seat.score_tenths), late=show_points(seat.late_score_tenths)
        )
    left = seconds_left(deadline=seat.deadline, now=now)
    if seat.attendance is Attendance.OFFLINE:
        if seat.delivery_until is not None:
            return says["awaited"].format(until=clock(seat.delivery_until))
        silent = int((now - (seat.seen_at or now)).total_seconds())
        minutes, seconds = divmod(silent, 60)
        return says["silent"].format(
            minutes=minutes, seconds=seconds, left=-(-left // 60), **values
        )
    if left == 0:
        return says["over"].format(**values)
    kind = "extended" if seat.extra_minutes else "sitting"
    return says[kind].format(left=-(-left // 60), extra=seat.extra_minutes, **values)


def _say_incidents(
    seat: Seat,
    says: Mapping[str, str],
    kinds: Mapping[str, str],
    clock: Callable[[datetime], str],
) -> str:
    if not seat.incident_count or seat.incident_kind is None or seat.incident_at is None:
        return ""
    return says["incidents"].format(
        n=seat.incident_count,
        at=clock(seat.incident_at),
        what=kinds[seat.incident_kind],
    )


def _sign(seat: Seat, signs: Mapping[Attendance, str]) -> str:
    if seat.integrity is IntegrityDecision.VOIDED and seat.attendance is Attendance.HANDED_IN:
        return "stop"
    return "warn" if seat.needs_a_look else signs[seat.attendance]


def _look(seat: Seat) -> str:
    """The class of a cell: yellow only where a person should look."""
    if seat.needs_a_look:
        return "look"
    return "gone" if seat.attendance is Attendance.NOT_COME else ""


def watched_seats(exam_id: int) -> tuple[Exam, list[Seat]]:
    """An exam and those of its people whom the actor may watch."""
    session, actor, now = db_session(), current_actor(), moment()
    exam = watched_exam(session, actor, exam_id)
    days = window_days(exam, config().time_zone)
    return exam, seats(session, actor, exam, days=days, now=now)


def _counts(found: Iterable[Seat]) -> list[tuple[str, str, Any, int]]:
    numbers = Counter(seat.attendance for seat in found)
    return [(one.value, *ATTENDANCES[one], numbers[one]) for one in ATTENDANCES]


def may_gain(seat: Seat, now: datetime) -> bool:
    """Whether a person is at it right now."""
    is_open = seat.submitted_at is None and seat.delivery_until is None
    return is_open and seat.deadline is not None and now <= seat.deadline
