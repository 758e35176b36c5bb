"""Appeals as those who answer them see them: grouped by question, names only behind a link."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, Forbidden, NotFound
from core.identity import Actor
from core.pages import NavItem, stand_under
from core.web import current_actor, db_session, moment, requires
from exams.correction_forms import AppealAnswerForm, AppealDaysForm
from exams.models import Appeal, AppealOutcome, AppealState, Exam
from exams.operations import appeals as operations
from exams.operations.regrade import draft_regrade
from exams.queries import appeals as queries
from exams.queries.regrade import CORRECTORS, corrected_exam, drawn_line
from exams.queries.sittings import last_answers
from exams.versions import KnownVersion, known_versions
from exams.views.appeals import shown_appeal
from exams.views.blueprint import bp
from exams.views.regrade_words import old_answer, say_answer
from question_bank.keys import RubricKey
from question_bank.queries.bank import KEEPERS
from question_bank.views.listing import TYPE_NAMES

NAV: tuple[NavItem, ...] = (
    NavItem("exams.appeals", _l("申诉"), "chat-left-text", "exams", CORRECTORS, order=4),
)


@bp.get("/appeals")
@requires(*CORRECTORS)
def appeals() -> ResponseReturnValue:
    """Every group of appeals that the actor may answer, those that wait first."""
    return _list_page(None)


@bp.get("/exams/<int:exam_id>/appeals")
@requires(*CORRECTORS)
def exam_appeals(exam_id: int) -> ResponseReturnValue:
    """The appeals of one exam, and for how many days they may be filed."""
    stand_under("exams.appeals")
    return _list_page(corrected_exam(db_session(), current_actor(), exam_id))


def _list_page(exam: Exam | None, form: AppealDaysForm | None = None) -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    groups = queries.appeal_groups(session, actor, exam_id=exam.id if exam else None)
    versions = known_versions(session, [one.version_id for one in groups if one.version_id])
    days = {"days": exam.appeal_days} if exam else {}
    form = form or AppealDaysForm(formdata=None, data=days)
    page = render_template(
        "exams/appeals/desk.html",
        exam=exam,
        groups=[(one, _title(versions.get(one.version_id or 0))) for one in groups],
        waiting=sum(one.open_count for one in groups),
        form=form,
    )
    return page, 422 if form.errors else 200


def _title(version: KnownVersion | None) -> str:
    if version is None:
        return str(_("整个成绩"))
    return " ".join(Markup("____".join(version.printed.stem_parts)).striptags().split())


@bp.post("/exams/<int:exam_id>/appeals/days")
@requires(*CORRECTORS)
def appeal_days(exam_id: int) -> ResponseReturnValue:
    """Say for how many days results of this exam may be questioned."""
    stand_under("exams.appeals")
    session, actor = db_session(), current_actor()
    exam = corrected_exam(session, actor, exam_id)
    form = AppealDaysForm()
    if not form.validate_on_submit():
        return _list_page(exam, form)
    days = form.days.data or 0
    operations.set_appeal_days(session, exam, days, actor=actor, now=moment())
    flash(_("已保存，成绩公布后 %(n)s 天内可以申诉", n=days) if days else _("已保存，不接受申诉"))
    return redirect(url_for("exams.exam_appeals", exam_id=exam.id))


@bp.route("/exams/<int:exam_id>/appeals/<int:version_id>", methods=["GET", "POST"])
@requires(*CORRECTORS)
def appeal_group(exam_id: int, version_id: int) -> ResponseReturnValue:
    """The appeals on one question; POST takes those ticked in hand, corrects, or answers them."""
    stand_under("exams.appeals")
    session, actor = db_session(), current_actor()
    exam = corrected_exam(session, actor, exam_id)
    form, problem = AppealAnswerForm(), None
    if request.method == "POST":
        ids = [int(one) for one in request.form.getlist("appeal") if one.isdecimal()]
        try:
            target = _act(session, exam, version_id, ids, form, actor=actor)
        except (Conflict, Forbidden) as refused:
            target, problem = None, _(refused.msgid, **refused.values)
        if target is not None:
            return redirect(target)
    found = queries.appeals_on(session, exam.id, version_id or None)
    if not found:
        raise NotFound()
    version = known_versions(session, [version_id])[version_id] if version_id else None
    line = drawn_line(session, exam.id, version_id) if version_id else None
    page = render_template(
        "exams/appeals/group.html",
        exam=exam,
        version_id=version_id,
        line=line,
        type=TYPE_NAMES[line.type] if line else "",
        stem=Markup(line.stem_html) if line else "",
        right=old_answer(version) if version else "",
        waiting=[_shown(session, one, version) for one in found if not _is_decided(one)],
        decided=[_shown(session, one, version) for one in found if _is_decided(one)],
        form=form,
        problem=problem,
        may_see_bank=actor.has(*KEEPERS),
    )
    return page, 422 if form.errors or problem else 200


def _is_decided(one: Appeal) -> bool:
    return one.state is AppealState.DECIDED


def _act(
    session: Session,
    exam: Exam,
    version_id: int,
    ids: list[int],
    form: AppealAnswerForm,
    *,
    actor: Actor,
) -> str | None:
    """Do what the button says; the address to go to, or None where something is missing."""
    here = url_for("exams.appeal_group", exam_id=exam.id, version_id=version_id)
    now, wanted = moment(), request.form.get("do", "")
    if not ids:
        raise Conflict(N_("先勾选申诉"))
    if wanted == "take":
        count = operations.take_appeals(session, exam, ids, actor=actor, now=now)
        flash(_("%(n)s 份申诉已标为处理中", n=count))
        return here
    if wanted == "regrade":
        draft = draft_regrade(session, exam, actor=actor, now=now)
        operations.bind_appeals(session, exam, ids, draft, actor=actor, now=now)
        if not version_id:
            return url_for("exams.regrade", exam_id=exam.id, regrade_id=draft.id)
        return url_for(
            "exams.regrade_question",
            exam_id=exam.id,
            regrade_id=draft.id,
            version_id=version_id,
        )
    if not form.validate_on_submit():
        return None
    outcome = AppealOutcome(form.outcome.data)
    answer = form.answer.data or ""
    count = operations.decide_appeals(
        session, exam, ids, outcome, answer=answer, actor=actor, now=now
    )
    flash(_("已答复 %(n)s 份申诉", n=count), "safe")
    return here


def _shown(session: Session, one: Appeal, version: KnownVersion | None) -> dict[str, Any]:
    return {
        "appeal": shown_appeal(one, ""),
        "regrade_id": one.regrade_id,
        "reply": _reply(session, one, version),
    }


def _reply(session: Session, one: Appeal, version: KnownVersion | None) -> str:
    """What the candidate had answered, in the letters of the author's order."""
    if version is None:
        return ""
    answer = last_answers(session, one.sitting_id).get(one.slot)
    if answer is None or answer.response in (None, [], ""):
        return str(_("没有作答"))
    if isinstance(version.key, RubricKey):
        return str(answer.response)
    if version.printed.type.value == "fill_blank":
        return str(_("、")).join(map(str, answer.response))
    if version.printed.type.value == "hotspot":
        return ""
    return say_answer(version, answer.response)
