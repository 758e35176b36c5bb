"""What an invigilator says to all and writes down about the room."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.clock import local_date
from core.errors import Conflict
from core.pages import stand_under
from core.web import config, current_actor, db_session, moment, requires
from exams.invigilation_forms import MessageForm, RoomIncidentForm
from exams.operations.invigilation import record_room_incident, send_message
from exams.queries.exams import WATCHERS, watched_exam
from exams.queries.incidents import broadcasts_of, room_incidents
from exams.views.blueprint import bp
from exams.views.board import may_gain, watched_seats


@bp.route("/exams/<int:exam_id>/board/message", methods=["GET", "POST"])
@requires(*WATCHERS)
def board_message(exam_id: int) -> ResponseReturnValue:
    """Say something to everyone whom the actor watches and who is at it."""
    stand_under("exams.boards")
    exam, found = watched_seats(exam_id)
    now = moment()
    running = [seat.sitting_id for seat in found if seat.sitting_id and may_gain(seat, now)]
    form = MessageForm()
    if form.validate_on_submit():
        try:
            sent = send_message(
                db_session(),
                exam,
                running,
                text=form.text.data or "",
                is_to_all=True,
                actor=current_actor(),
                now=now,
            )
        except Conflict as conflict:
            form.text.errors = [_(conflict.msgid, **conflict.values)]
        else:
            flash(_("已发给 %(n)s 人，20 秒内显示在考试页面上", n=sent))
            return redirect(url_for("exams.board", exam_id=exam.id))
    return render_template(
        "exams/board_message.html",
        exam=exam,
        form=form,
        running=len(running),
        sent=broadcasts_of(db_session(), exam.id),
    )


@bp.route("/exams/<int:exam_id>/board/room", methods=["GET", "POST"])
@requires(*WATCHERS)
def room(exam_id: int) -> ResponseReturnValue:
    """What happened to the whole room, such as 停电; each entry stays as it was written."""
    stand_under("exams.boards")
    session, now, zone = db_session(), moment(), config().time_zone
    exam = watched_exam(session, current_actor(), exam_id)
    form = RoomIncidentForm(data={"happened_time": now.astimezone(zone).time()})
    if form.validate_on_submit():
        happened_at = form.happened_at(zone, local_date(now, zone))
        try:
            record_room_incident(
                session,
                exam,
                happened_at=happened_at,
                text=form.text.data or "",
                actor=current_actor(),
                now=now,
            )
        except Conflict as conflict:
            form.happened_time.errors = [_(conflict.msgid, **conflict.values)]
        else:
            flash(_("已记下"))
            return redirect(url_for("exams.room", exam_id=exam.id))
    return render_template(
        "exams/room.html", exam=exam, form=form, incidents=room_incidents(session, exam.id)
    )
