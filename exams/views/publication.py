"""Publishing an exam, what may change afterwards, and taking it back."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import Conflict
from core.pages import stand_under
from core.web import config, current_actor, db_session, moment, requires
from exams.blueprint import total_tenths
from exams.forms import MinutesForm, ReasonForm, WindowForm
from exams.models import Exam, ExamState
from exams.operations.publication import add_minutes, extend_window, publish_exam, withdraw_exam
from exams.queries.audience import required_counts, window_days
from exams.queries.exams import MANAGERS, blueprint_of, has_begun, managed_exam, spec_of
from exams.queries.publication import persons_needed, publication_findings
from exams.views.blueprint import bp
from exams.views.shown import say_persons, say_window
from exams.views.words import say_finding


@bp.route("/exams/<int:exam_id>/publication", methods=["GET", "POST"])
@requires(*MANAGERS)
def publication(exam_id: int) -> ResponseReturnValue:
    """What publishing means in figures, or what hinders it; POST publishes."""
    stand_under("exams.exams")
    session, actor, now = db_session(), current_actor(), moment()
    exam = managed_exam(session, actor, exam_id)
    if exam.state is not ExamState.DRAFT:
        return redirect(url_for("exams.exam", exam_id=exam.id))
    days = window_days(exam, config().time_zone)
    findings = publication_findings(session, exam, days=days, now=now)
    if request.method == "POST" and not findings:
        publish_exam(session, exam, days=days, actor=actor, now=now)
        flash(_("已发布"))
        return redirect(url_for("exams.exam", exam_id=exam.id))
    needed = persons_needed(session, exam)
    specs = [spec_of(row) for row in blueprint_of(session, exam.id)]
    return render_template(
        "exams/setup/publication.html",
        exam=exam,
        persons=say_persons(needed) if needed else "",
        findings=[(one.field, say_finding(one)) for one in findings],
        required=required_counts(session, {exam.id: days})[exam.id],
        question_count=sum(spec.count for spec in specs),
        total_tenths=total_tenths(specs),
        window=say_window(exam.opens_at, exam.closes_at),
        opens_now=exam.opens_at <= now,
    )


@bp.route("/exams/<int:exam_id>/change", methods=["GET", "POST"])
@requires(*MANAGERS)
def change(exam_id: int) -> ResponseReturnValue:
    """A later close, or more minutes while nobody has begun; each with a reason."""
    stand_under("exams.exams")
    session, actor = db_session(), current_actor()
    exam = managed_exam(session, actor, exam_id)
    if exam.state is ExamState.DRAFT:
        return redirect(url_for("exams.definition", exam_id=exam.id))
    zone = config().time_zone
    closes = exam.closes_at.astimezone(zone)
    sent = request.form.get("do", "")
    window = WindowForm(
        request.form if sent == "window" else None,
        prefix="window",
        data={"closes_on": closes.date(), "closes_time": closes.time()},
    )
    minutes = MinutesForm(
        request.form if sent == "minutes" else None,
        prefix="minutes",
        data={"minutes": exam.minutes},
    )
    form = window if sent == "window" else minutes
    if request.method == "POST" and form.validate() and _changed(exam, form):
        flash(_("已保存"))
        return redirect(url_for("exams.exam", exam_id=exam.id))
    return render_template(
        "exams/setup/change.html",
        exam=exam,
        window_form=window,
        minutes_form=minutes,
        shown_window=say_window(exam.opens_at, exam.closes_at),
        has_begun=has_begun(session, exam.id),
        is_closed=moment() > exam.closes_at or exam.state is not ExamState.PUBLISHED,
    )


def _changed(exam: Exam, form: WindowForm | MinutesForm) -> bool:
    """Make the change; a refusal is said at the field that it is about."""
    session, actor, now = db_session(), current_actor(), moment()
    reason = form.reason.data or ""
    try:
        if isinstance(form, WindowForm):
            closes_at = form.closes_at(config().time_zone)
            extend_window(session, exam, closes_at=closes_at, reason=reason, actor=actor, now=now)
        else:
            wanted = form.minutes.data or 0
            add_minutes(session, exam, minutes=wanted, reason=reason, actor=actor, now=now)
    except Conflict as conflict:
        field = form.closes_on if isinstance(form, WindowForm) else form.minutes
        field.errors = [_(conflict.msgid, **conflict.values)]
        return False
    return True


@bp.route("/exams/<int:exam_id>/withdrawal", methods=["GET", "POST"])
@requires(*MANAGERS)
def withdrawal(exam_id: int) -> ResponseReturnValue:
    """Take an exam back, or give up a draft, with a reason."""
    stand_under("exams.exams")
    session, actor = db_session(), current_actor()
    exam = managed_exam(session, actor, exam_id)
    form = ReasonForm()
    if form.validate_on_submit():
        withdraw_exam(session, exam, reason=form.reason.data or "", actor=actor, now=moment())
        flash(_("已撤下"))
        return redirect(url_for("exams.exams"))
    return render_template(
        "exams/setup/withdrawal.html",
        exam=exam,
        form=form,
        is_draft=exam.state is ExamState.DRAFT,
        is_too_late=has_begun(session, exam.id) or exam.state is ExamState.WITHDRAWN,
    )
