"""Who marks an exam, and how: settings, appointing, dismissing."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.models import User
from core.errors import Conflict, NotFound
from core.pages import stand_under
from core.web import config, current_actor, db_session, moment, requires
from exams.marking_forms import ADJUDICATOR, AppointForm, DismissForm, MarkingSettingsForm
from exams.models import Exam
from exams.operations.markers import MarkingSettings, appoint_marker, dismiss_marker, set_marking
from exams.queries.audience import window_days
from exams.queries.exams import MANAGERS, managed_exam
from exams.queries.markers import markers_of, people_to_appoint
from exams.queries.marking_progress import has_marks
from exams.queries.publication import persons_needed
from exams.views.blueprint import bp


@bp.route("/exams/<int:exam_id>/markers", methods=["GET", "POST"])
@requires(*MANAGERS)
def markers(exam_id: int) -> ResponseReturnValue:
    """The people who mark an exam and the way they do; `do` says what a form is about."""
    stand_under("exams.exams")
    session, actor = db_session(), current_actor()
    exam = managed_exam(session, actor, exam_id)
    sent = request.form.get("do", "") if request.method == "POST" else ""
    words = request.args.get("words", "").strip()[:100]
    settings = MarkingSettingsForm(
        request.form if sent == "settings" else None,
        data=MarkingSettingsForm.fields_of(MarkingSettings.of(exam)),
    )
    appoint = AppointForm(request.form if sent == "appoint" else None)
    appoint.user_id.choices = [
        (user.id, f"{user.name} {user.employee_no}")
        for user in people_to_appoint(session, exam.id, words)
    ]
    if _is_done(exam, sent, settings, appoint):
        return redirect(url_for("exams.markers", exam_id=exam.id))
    return render_template(
        "exams/marking/markers.html",
        exam=exam,
        settings=settings,
        appoint=appoint,
        markers=markers_of(session, exam.id),
        words=words,
        needed=persons_needed(session, exam) if exam.published_at is None else None,
        is_fixed=has_marks(session, exam.id),
    )


def _is_done(exam: Exam, sent: str, settings: MarkingSettingsForm, appoint: AppointForm) -> bool:
    """Do what was sent; a refusal is said at the form that it is about."""
    if sent == "dismiss":
        return _dismissed(exam)
    if sent == "settings" and settings.validate():
        return _stored(exam, settings)
    if sent == "appoint" and appoint.validate():
        return _appointed(exam, appoint)
    return False


def _stored(exam: Exam, form: MarkingSettingsForm) -> bool:
    session, days = db_session(), window_days(exam, config().time_zone)
    try:
        with session.begin_nested():
            set_marking(
                session, exam, form.settings(), days=days, actor=current_actor(), now=moment()
            )
    except Conflict as conflict:
        form.separates_markers.errors = [_(conflict.msgid, **conflict.values)]
        return False
    flash(_("已保存"))
    return True


def _appointed(exam: Exam, form: AppointForm) -> bool:
    session = db_session()
    user = session.get(User, form.user_id.data)
    if user is None:
        raise NotFound()
    try:
        with session.begin_nested():
            appoint_marker(
                session,
                exam,
                user,
                is_adjudicator=form.duty.data == ADJUDICATOR,
                days=window_days(exam, config().time_zone),
                actor=current_actor(),
                now=moment(),
            )
    except Conflict as conflict:
        form.user_id.errors = [_(conflict.msgid, **conflict.values)]
        return False
    flash(_("已任命 %(name)s", name=user.name))
    return True


def _dismissed(exam: Exam) -> bool:
    form = DismissForm(request.form)
    if not form.validate():
        return False
    dismiss_marker(db_session(), exam, form.user_id.data or 0, actor=current_actor(), now=moment())
    flash(_("已撤销任命。给过的分都留着"))
    return True
