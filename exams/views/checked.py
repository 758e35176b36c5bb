"""During practice: what has been answered so far, with as much of the outcome as its exam shows."""

from dataclasses import replace

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.web import current_actor, db_session, moment, requires
from exams.models import RUNNING
from exams.queries import sittings as queries
from exams.queries.results import revealed_questions
from exams.queries.visibility import shows_during, visible
from exams.rules import seconds_left
from exams.scoring import scores_of
from exams.views.blueprint import bp
from exams.views.result import show_result


@bp.get("/sittings/<int:sitting_id>/checked")
@requires()
def checked(sitting_id: int) -> ResponseReturnValue:
    """The answered questions of an open practice paper; nothing of those still open."""
    session, actor, now = db_session(), current_actor(), moment()
    sitting = queries.sitting_for(session, actor, sitting_id)
    exam = queries.exam_of(session, sitting)
    if sitting.state not in RUNNING or not shows_during(exam):
        return redirect(url_for("exams.sitting", sitting_id=sitting.id))
    seen = visible(session, exam, sitting, now=now)
    scores = scores_of(session, sitting, exam, with_late=False)
    answered = [
        replace(question, score_tenths=scores[question.slot])
        for question in revealed_questions(session, sitting.id)
        if question.response is not None
    ]
    return render_template(
        "exams/checked.html",
        exam=exam,
        sitting=sitting,
        questions=[show_result(question, seen) for question in answered],
        minutes_left=seconds_left(deadline=sitting.deadline, now=now) // 60,
    )
