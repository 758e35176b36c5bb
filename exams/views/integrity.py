"""The examiner's page of what an exam records, and who may use any browser."""

from dataclasses import asdict
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.identity import Actor
from core.pages import stand_under
from core.web import config, current_actor, db_session, moment, requires
from exams.integrity import Integrity, findings
from exams.invigilation_forms import FreePersonForm, IntegrityForm
from exams.models import Exam, ExamState
from exams.operations.integrity import bind_to_safe_browser, free_of_safe_browser, set_integrity
from exams.queries.audience import window_days
from exams.queries.exams import MANAGERS, exam_for, managed_exam, may_manage
from exams.queries.incidents import audience_member, exempted, integrity_of
from exams.views.blueprint import bp
from exams.views.recorded import recorded_words


@bp.route("/exams/<int:exam_id>/integrity", methods=["GET", "POST"])
@requires(*MANAGERS)
def integrity(exam_id: int) -> ResponseReturnValue:
    """What the exam records of its candidates and asks of their browsers."""
    stand_under("exams.exams")
    session, actor = db_session(), current_actor()
    exam = managed_exam(session, actor, exam_id)
    form = IntegrityForm(data=_fields_of(integrity_of(session, exam.id)))
    if form.validate_on_submit() and _is_stored(exam, form):
        flash(_("已保存"))
        return redirect(url_for("exams.exam", exam_id=exam.id))
    return _page(exam, form, FreePersonForm(formdata=None, prefix="person"))


@bp.post("/exams/<int:exam_id>/integrity/browser-exemptions")
@requires(*MANAGERS)
def free_person(exam_id: int) -> ResponseReturnValue:
    """Let a person use any browser, with a reason."""
    stand_under("exams.exams")
    session, actor = db_session(), current_actor()
    exam = managed_exam(session, actor, exam_id)
    form = FreePersonForm(prefix="person")
    if form.validate_on_submit() and _is_freed(exam, form):
        flash(_("这个人可以用任何浏览器考"))
        return redirect(url_for("exams.integrity", exam_id=exam.id))
    shown = IntegrityForm(formdata=None, data=_fields_of(integrity_of(session, exam.id)))
    return _page(exam, shown, form)


@bp.post("/exams/<int:exam_id>/integrity/browser-exemptions/<int:user_id>/removal")
@requires(*MANAGERS)
def bind_person(exam_id: int, user_id: int) -> ResponseReturnValue:
    """Take such an exemption back."""
    session, actor = db_session(), current_actor()
    exam = managed_exam(session, actor, exam_id)
    bind_to_safe_browser(session, exam, user_id, actor=actor, now=moment())
    flash(_("已收回，这个人要用 Safe Exam Browser 考"))
    return redirect(url_for("exams.integrity", exam_id=exam.id))


def exam_panel(session: Session, actor: Actor, exam_id: int) -> str | None:
    """On the examiner's page of an exam: what it records, and the way to change it."""
    exam = exam_for(session, actor, exam_id)
    found = integrity_of(session, exam_id)
    may_change = exam.state is not ExamState.WITHDRAWN and may_manage(session, actor, exam)
    return render_template(
        "exams/setup/_integrity_panel.html",
        exam_id=exam_id,
        recorded=recorded_words(found),
        needs_safe_browser=found.requires_safe_browser,
        may_change=may_change,
    )


def _page(exam: Exam, form: IntegrityForm, person_form: FreePersonForm) -> str:
    return render_template(
        "exams/setup/integrity.html",
        exam=exam,
        form=form,
        person_form=person_form,
        exempted=exempted(db_session(), exam.id),
    )


def _is_stored(exam: Exam, form: IntegrityForm) -> bool:
    wanted = form.integrity()
    found = findings(wanted)
    for name, msgid in found.items():
        form[name].errors = [_(msgid)]
    if found:
        return False
    try:
        set_integrity(
            db_session(),
            exam,
            wanted,
            reason=form.reason.data or "",
            actor=current_actor(),
            now=moment(),
        )
    except Conflict as conflict:
        form.reason.errors = [_(conflict.msgid, **conflict.values)]
        return False
    return True


def _is_freed(exam: Exam, form: FreePersonForm) -> bool:
    session, days = db_session(), window_days(exam, config().time_zone)
    user_id = audience_member(session, exam.id, form.employee_no.data or "", days=days)
    if user_id is None:
        form.employee_no.errors = [_("应考的人里没有这个工号")]
        return False
    reason = form.reason.data or ""
    try:
        free_of_safe_browser(
            session, exam, user_id, reason=reason, actor=current_actor(), now=moment()
        )
    except Conflict as conflict:
        form.employee_no.errors = [_(conflict.msgid, **conflict.values)]
        return False
    return True


def _fields_of(found: Integrity) -> dict[str, Any]:
    return asdict(found) | {"safe_browser_keys": "\n".join(found.safe_browser_keys)}
