"""Amending a published exam: what may change is a field, what is locked is told with its reason."""

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import Conflict
from core.pages import stand_under
from core.web import config, current_actor, db_session, moment, requires
from exams.amendments import LOCKED, LOCKED_ONCE_BEGUN, STANDS_ELSEWHERE, amendment_findings
from exams.blueprint import total_tenths
from exams.definition import ExamDefinition, Phase, definition_of, findings, phase
from exams.definition_form import AmendmentForm, fields_of
from exams.models import Exam, ExamState
from exams.operations.amending import amend_exam
from exams.queries.exams import MANAGERS, blueprint_of, has_begun, managed_exam, spec_of
from exams.views.blueprint import bp
from exams.views.setup import offer_outcomes, tell_findings


@bp.route("/exams/<int:exam_id>/amendment", methods=["GET", "POST"])
@requires(*MANAGERS)
def amendment(exam_id: int) -> ResponseReturnValue:
    """The form of what stays fair to change, each refusal at its field; a reason is required."""
    stand_under("exams.exams")
    session, now = db_session(), moment()
    exam = managed_exam(session, current_actor(), exam_id)
    if exam.state is ExamState.DRAFT:
        return redirect(url_for("exams.definition", exam_id=exam.id))
    begun = has_begun(session, exam.id)
    before = definition_of(exam)
    form = AmendmentForm(data=fields_of(before, config().time_zone))
    offer_outcomes(form)
    if request.method == "POST" and _amended(exam, before, form, has_begun=begun):
        flash(_("已修改，前后都记进了审计日志"))
        return redirect(url_for("exams.exam", exam_id=exam.id))
    return render_template(
        "exams/setup/amendment.html",
        exam=exam,
        form=form,
        has_begun=begun,
        locked=[_(one) for one in (*LOCKED, STANDS_ELSEWHERE)]
        + ([_(LOCKED_ONCE_BEGUN)] if begun else []),
        is_closed=phase(exam, now=now) not in (Phase.UPCOMING, Phase.OPEN),
    )


def _amended(exam: Exam, before: ExamDefinition, form: AmendmentForm, *, has_begun: bool) -> bool:
    """Amend it if syntax and fairness hold; what does not is said at its field."""
    session, zone = db_session(), config().time_zone
    if not form.validate_on_submit():
        return False
    after = replace(before, **form.amended(before, zone))
    total = total_tenths([spec_of(row) for row in blueprint_of(session, exam.id)])
    found = amendment_findings(before, after, has_begun=has_begun)
    found += findings(after, total_tenths=total)
    tell_findings(form, found)
    if found:
        return False
    try:
        amend_exam(
            session,
            exam,
            after,
            reason=form.reason.data or "",
            actor=current_actor(),
            now=moment(),
        )
    except Conflict as conflict:
        form.reason.errors = [_(conflict.msgid, **conflict.values)]
        return False
    return True
