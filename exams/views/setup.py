"""The examiner's list, a new exam, its definition, and a copy for the next year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.forms import BaseForm
from core.pages import NavItem, stand_under
from core.web import config, current_actor, db_session, moment, requires, today
from exams.blueprint import total_tenths
from exams.definition import EXAM_RULES, Finding, Phase, definition_of, findings, phase
from exams.definition_form import DefinitionForm, OutcomeForm, fields_of
from exams.models import Exam, ExamKind, ExamState, LateAnswers, Reveal
from exams.operations.definition import copy_exam, create_exam, edit_exam
from exams.queries.audience import required_counts, window_days
from exams.queries.exams import (
    MANAGERS,
    READERS,
    ExamFilter,
    blueprint_of,
    count_exams,
    exam_list,
    managed_exam,
    sat_counts,
    spec_of,
)
from exams.views.blueprint import bp
from exams.views.shown import paging, show_window
from exams.views.words import KINDS, LATE_ANSWERS, PHASES, REVEALS, RULES, say_finding

NAV: tuple[NavItem, ...] = (
    NavItem("exams.exams", _l("考试安排"), "card-checklist", "exams", READERS, order=2),
)
LISTED_AT_ONCE = 20
# What stands in the fields of a new exam; a common choice in power companies (安规 80 of 100).
NEW_MINUTES = 90
NEW_PASS_MARK_TENTHS = 800
# Where a finding of the definition is shown.
FIELD_OF = {"closes_at": "closes_on", "entry_until": "entry_until_on"}


@dataclass(frozen=True)
class ListedExam:
    """One line of the examiner's list."""

    exam_id: int
    title: str
    sign: str
    word: str
    window: str
    is_draft: bool
    is_practice: bool
    required: int
    sat: int


@bp.get("/exams")
@requires(*READERS)
def exams() -> ResponseReturnValue:
    """Exams of the actor's scopes, by phase and by words of the title."""
    session, actor, now = db_session(), current_actor(), moment()
    asked = request.args.get("phase", "")
    chosen = next((one for one in Phase if one.value == asked), None)
    wanted = ExamFilter(request.args.get("words", "").strip()[:100], chosen)
    shown = paging(count_exams(session, actor, wanted, now=now), size=LISTED_AT_ONCE)
    listed = exam_list(session, actor, wanted, now=now, limit=LISTED_AT_ONCE, offset=shown.offset)
    tallies = {
        one: count_exams(session, actor, ExamFilter(phase=one), now=now)
        for one in (Phase.OPEN, Phase.UPCOMING, Phase.DRAFT)
    }
    return render_template(
        "exams/setup/list.html",
        exams=_listed(listed, now),
        paging=shown,
        wanted=wanted,
        phases=[(one.value, PHASES[one][1]) for one in Phase],
        open_count=tallies[Phase.OPEN],
        upcoming_count=tallies[Phase.UPCOMING],
        draft_count=tallies[Phase.DRAFT],
        may_make=actor.has(*MANAGERS),
    )


def _listed(found: list[Exam], now: datetime) -> list[ListedExam]:
    session, zone = db_session(), config().time_zone
    required = required_counts(session, {exam.id: window_days(exam, zone) for exam in found})
    sat = sat_counts(session, required)
    listed = []
    for exam in found:
        sign, word = PHASES[phase(exam, now=now)]
        listed.append(
            ListedExam(
                exam_id=exam.id,
                title=exam.title,
                sign=sign,
                word=str(word),
                window=show_window(exam.opens_at, exam.closes_at),
                is_draft=exam.state is ExamState.DRAFT,
                is_practice=exam.is_practice,
                required=required[exam.id],
                sat=sat[exam.id],
            )
        )
    return listed


@bp.route("/exams/new", methods=["GET", "POST"])
@requires(*MANAGERS)
def new_exam() -> ResponseReturnValue:
    """The definition of an exam that does not exist yet."""
    stand_under("exams.exams")
    form = _with_choices(DefinitionForm(data=_first_values()))
    if request.method == "POST" and _is_valid(form, total=0):
        exam = create_exam(
            db_session(),
            form.definition(config().time_zone),
            actor=current_actor(),
            now=moment(),
        )
        flash(_("草稿已保存。接着定抽题规则"))
        return redirect(url_for("exams.blueprint_rows", exam_id=exam.id))
    return render_template("exams/setup/definition.html", form=form, exam=None)


@bp.route("/exams/<int:exam_id>/definition", methods=["GET", "POST"])
@requires(*MANAGERS)
def definition(exam_id: int) -> ResponseReturnValue:
    """The definition of a draft."""
    stand_under("exams.exams")
    session, zone = db_session(), config().time_zone
    exam = managed_exam(session, current_actor(), exam_id)
    if exam.state is not ExamState.DRAFT:
        return redirect(url_for("exams.change", exam_id=exam.id))
    form = _with_choices(DefinitionForm(data=fields_of(definition_of(exam), zone)))
    total = total_tenths([spec_of(row) for row in blueprint_of(session, exam.id)])
    if request.method == "POST" and _is_valid(form, total=total):
        edit_exam(session, exam, form.definition(zone), actor=current_actor(), now=moment())
        flash(_("已保存"))
        return redirect(url_for("exams.exam", exam_id=exam.id))
    return render_template("exams/setup/definition.html", form=form, exam=exam)


@bp.post("/exams/<int:exam_id>/copy")
@requires(*MANAGERS)
def copy(exam_id: int) -> ResponseReturnValue:
    """Make next year's draft and open its definition."""
    session = db_session()
    made = copy_exam(
        session,
        managed_exam(session, current_actor(), exam_id),
        zone=config().time_zone,
        actor=current_actor(),
        now=moment(),
    )
    flash(_("已复制成草稿，时间顺延一年。看一遍，改好再发布"))
    return redirect(url_for("exams.definition", exam_id=made.id))


def _with_choices(form: DefinitionForm) -> DefinitionForm:
    form.kind.choices = [(one.value, KINDS[one]) for one in ExamKind]
    form.scoring_rule.choices = [(rule.value, RULES[rule]) for rule in EXAM_RULES]
    offer_outcomes(form)
    return form


def offer_outcomes(form: OutcomeForm) -> None:
    """What the selects of the outcome offer; a result can be shown only once there is one."""
    shown = [(one.value, REVEALS[one]) for one in Reveal]
    form.result_reveal.choices = shown[1:]
    for field in (form.marks_reveal, form.reveal, form.explanations_reveal):
        field.choices = shown
    form.late_answers.choices = [(one.value, LATE_ANSWERS[one]) for one in LateAnswers]


def _is_valid(form: DefinitionForm, *, total: int) -> bool:
    """Whether syntax and rules hold; what does not is said at its field."""
    if not form.validate_on_submit():
        return False
    found = findings(form.definition(config().time_zone), total_tenths=total)
    tell_findings(form, found)
    return not found


def tell_findings(form: BaseForm, found: Sequence[Finding]) -> None:
    """Say each finding at its field."""
    for finding in found:
        field = form[FIELD_OF.get(finding.field, finding.field)]
        field.errors = [*field.errors, say_finding(finding)]


def _first_values() -> dict[str, object]:
    """Next week, from Monday to Friday, by the enterprise's clock."""
    monday = today() + timedelta(days=7 - today().weekday())
    return {
        "opens_on": monday,
        "opens_time": time(8, 0),
        "closes_on": monday + timedelta(days=4),
        "closes_time": time(18, 0),
        "minutes": NEW_MINUTES,
        "pass_mark": NEW_PASS_MARK_TENTHS,
        "tries": 1,
        "shuffles_questions": True,
        "shuffles_options": True,
        "scoring_rule": EXAM_RULES[0].value,
        "reveal": Reveal.AFTER_WINDOW.value,
        "wait_hours": 0,
        "least_minutes": 0,
        "delivery_minutes": 10,
    }
