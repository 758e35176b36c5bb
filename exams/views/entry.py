"""At the door of an exam: its code, the supervisor's start, and letting in who is late."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import Conflict, Forbidden
from core.identity import Actor
from core.pages import stand_under
from core.web import config, current_actor, db_session, moment, requires
from exams.definition import Phase, phase
from exams.forms import ExemptionForm
from exams.models import Exam
from exams.operations.entry import let_in, start_exam
from exams.queries.audience import window_days
from exams.queries.board import Seat, seats
from exams.queries.entry import entry_end_of, may_start_all, permits_of
from exams.queries.exams import READERS, WATCHERS, watched_exam
from exams.standing import Attendance
from exams.views.blueprint import bp
from exams.views.shown import say_window


@bp.route("/exams/<int:exam_id>/entry", methods=["GET", "POST"])
@requires(*WATCHERS)
def entry(exam_id: int) -> ResponseReturnValue:
    """The door of one exam; POST lets in one person who has not come, with a reason."""
    stand_under("exams.boards")
    session, actor, now = db_session(), current_actor(), moment()
    exam = watched_exam(session, actor, exam_id)
    form = ExemptionForm()
    absent = _absent(exam, actor)
    form.user_id.choices = [(seat.user_id, seat.name) for seat in absent]
    if request.method == "POST" and _names_person(form) and _let_in(exam, form):
        return redirect(url_for("exams.entry", exam_id=exam.id))
    return render_template(
        "exams/entry.html",
        form=form,
        absent=absent,
        permits=permits_of(session, exam.id),
        entry_end=entry_end_of(exam),
        has_entry_end=exam.entry_minutes is not None or exam.entry_until is not None,
        window=say_window(exam.opens_at, exam.closes_at),
        is_open=phase(exam, now=now) in (Phase.UPCOMING, Phase.OPEN),
        may_read_exam=actor.has(*READERS),
        **door_of(exam, actor),
    )


def door_of(exam: Exam, actor: Actor) -> dict[str, Any]:
    """What the bar above an exam's people tells of its door, and whether it may be opened here."""
    is_held = exam.waits_for_start and exam.started_at is None
    return {
        "exam": exam,
        "is_held": is_held,
        "is_open_now": phase(exam, now=moment()) is Phase.OPEN,
        "may_start": is_held and may_start_all(db_session(), actor, exam),
    }


def _absent(exam: Exam, actor: Actor) -> list[Seat]:
    """Those whom the actor watches and who have not begun; never the actor."""
    found = seats(
        db_session(), actor, exam, days=window_days(exam, config().time_zone), now=moment()
    )
    return [
        seat
        for seat in found
        if seat.attendance is Attendance.NOT_COME and seat.user_id != actor.user_id
    ]


def _names_person(form: ExemptionForm) -> bool:
    is_valid = bool(form.validate_on_submit())
    if "user_id" in form.errors:
        form.user_id.errors = [_("选一个人")]
    return is_valid


def _let_in(exam: Exam, form: ExemptionForm) -> bool:
    """Let the chosen person in; a refusal is said at the person."""
    try:
        let_in(
            db_session(),
            exam,
            form.user_id.data,
            reason=form.reason.data or "",
            days=window_days(exam, config().time_zone),
            actor=current_actor(),
            now=moment(),
        )
    except Conflict as conflict:
        form.user_id.errors = [_(conflict.msgid, **conflict.values)]
        return False
    flash(_("已放行，这个人现在可以开考"))
    return True


@bp.post("/exams/<int:exam_id>/entry/start")
@requires(*WATCHERS)
def begin_all(exam_id: int) -> ResponseReturnValue:
    """The supervisor's button: everyone who waits may start."""
    session, actor = db_session(), current_actor()
    exam = watched_exam(session, actor, exam_id)
    if not may_start_all(session, actor, exam):
        raise Forbidden()
    start_exam(session, exam, actor=actor, now=moment())
    flash(_("已宣布开考，大家可以开始"))
    return redirect(url_for("exams.board", exam_id=exam.id))
