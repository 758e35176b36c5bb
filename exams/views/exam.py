"""The examiner's page of one exam, and the list of its candidates."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.identity import Role
from core.pages import show_points, stand_under
from core.web import config, current_actor, db_session, moment, panels, requires
from exams.blueprint import pools, total_tenths
from exams.definition import Finding, Phase, phase
from exams.models import Exam, ExamState
from exams.queries.audience import audience_of, required_counts, window_days
from exams.queries.bank import bank_questions, cited_clauses, fixed_questions
from exams.queries.candidates import (
    CandidateFilter,
    candidates,
    count_candidates,
    exemptions_of,
    standing_counts,
)
from exams.queries.exams import (
    MANAGERS,
    READERS,
    WATCHERS,
    blueprint_of,
    exam_for,
    has_begun,
    may_manage,
    pool_counts,
    spec_of,
)
from exams.queries.pools import is_for_persons
from exams.queries.publication import persons_needed, publication_findings
from exams.queries.stale import StaleRow, stale_rows
from exams.standing import Standing
from exams.views.blueprint import bp
from exams.views.entry import door_of
from exams.views.shown import ShownRow, paging, say_persons, say_window, shown_rows
from exams.views.words import (
    PHASES,
    STANDINGS,
    say_audience,
    say_entry,
    say_finding,
    say_reveals,
    say_rule,
)
from question_bank.queries.bank import bank_modules

CANDIDATES_AT_ONCE = 50
AHEAD = (Phase.DRAFT, Phase.UPCOMING, Phase.OPEN)
SAT = (Standing.SITTING, Standing.TO_MARK, Standing.PASSED, Standing.FAILED)
# Which step of a draft mends a finding.
STEP_OF = {"rows": "rows", "pass_mark": "rows", "audience": "audience", "markers": "markers"}


@dataclass(frozen=True)
class Step:
    """One step of a draft: what it is about, how far it is, what is wrong with it."""

    key: str
    title: str
    fact: str
    problems: tuple[str, ...]
    is_done: bool
    is_next: bool


@bp.get("/exams/<int:exam_id>")
@requires(*READERS)
def exam(exam_id: int) -> ResponseReturnValue:
    """Where one exam stands: steps of a draft, or counts, paper, people and what may be done."""
    stand_under("exams.exams")
    session, actor, now = db_session(), current_actor(), moment()
    found = exam_for(session, actor, exam_id)
    at = phase(found, now=now)
    rows = _rows(found, at)
    specs = [spec_of(row) for row in blueprint_of(session, found.id)]
    values: dict[str, Any] = {
        "exam": found,
        "state_word": PHASES[at],
        "window": say_window(found.opens_at, found.closes_at),
        "rows": rows,
        "stale_count": sum(row.retired + row.in_review for row in rows),
        "question_count": sum(row.count for row in rows),
        "total_tenths": total_tenths(specs),
        "audience": [say_audience(line) for line in audience_of(session, found.id)],
        "rule": say_rule(found),
        "reveals": say_reveals(found),
        "entry": say_entry(found),
        "may_manage": may_manage(session, actor, found),
        "panels": panels("exam", found.id),
    }
    if at is Phase.DRAFT:
        return render_template("exams/setup/draft.html", steps=_steps(found, values, now), **values)
    days = window_days(found, config().time_zone)
    counts = standing_counts(session, actor, found, days=days, now=now)
    return render_template(
        "exams/setup/exam.html",
        counts=[(one.value, *STANDINGS[one], counts[one]) for one in Standing if counts[one]],
        required=sum(counts.values()),
        sat=sum(counts[one] for one in SAT),
        passed=counts[Standing.PASSED],
        exempt_count=len(exemptions_of(session, found.id)),
        may_change=values["may_manage"] and at in (Phase.UPCOMING, Phase.OPEN),
        may_withdraw=values["may_manage"]
        and found.state is ExamState.PUBLISHED
        and not has_begun(session, found.id),
        may_copy=actor.has(*MANAGERS) and values["may_manage"],
        is_withdrawn=at is Phase.WITHDRAWN,
        door=door_of(found, actor) if actor.has(*WATCHERS) else None,
        is_for_persons=is_for_persons(session, found.id),
        to_mark=counts[Standing.TO_MARK],
        may_mark=actor.has(Role.EXAMINER) and values["may_manage"],
        **values,
    )


def _rows(found: Exam, at: Phase) -> list[ShownRow]:
    """The blueprint in words; while the exam can still be sat, with what the bank says of it."""
    session = db_session()
    stored = blueprint_of(session, found.id)
    specs, titles = [spec_of(row) for row in stored], dict(bank_modules(session))
    clauses = dict(cited_clauses(session)) if any(spec.clause for spec in specs) else {}
    fixed = fixed_questions(session, [spec.question for spec in specs if spec.question])
    counted = stale_rows(session, found) if at in AHEAD else {}
    stale = [counted.get(row.id, StaleRow()) for row in stored]
    if found.published_at is None:
        sizes = [len(row.pool) for row in pools(specs, bank_questions(session))]
        return shown_rows(specs, titles, sizes, clauses=clauses, fixed=fixed, stale=stale)
    counts = [pool_counts(session, found.id)[row.id] for row in stored]
    return shown_rows(
        specs,
        titles,
        [one.available for one in counts],
        [one.withdrawn for one in counts],
        clauses=clauses,
        fixed=fixed,
        stale=stale,
    )


def _steps(found: Exam, values: dict[str, Any], now: datetime) -> list[Step]:
    session = db_session()
    days = window_days(found, config().time_zone)
    problems = publication_findings(session, found, days=days, now=now)
    required = required_counts(session, {found.id: days})[found.id]
    facts = [
        ("definition", _("时间和规则"), values["window"]),
        (
            "rows",
            _("抽题规则"),
            _(
                "%(n)s 题，总分 %(total)s 分，%(mark)s 分及格",
                n=values["question_count"],
                total=show_points(values["total_tenths"]),
                mark=show_points(found.pass_mark_tenths),
            ),
        ),
        ("audience", _("谁来考"), _("应考 %(n)s 人", n=required)),
        *_marking_step(found),
        ("publication", _("发布"), _("发布后题池和规则定死，考生能看到这场考试")),
    ]
    steps: list[Step] = []
    for key, title, fact in facts:
        wrong = tuple(say_finding(one) for one in problems if _step_of(one) == key)
        is_done = not wrong and key != "publication"
        is_next = not is_done and all(step.is_done for step in steps)
        steps.append(Step(key, title, fact, wrong, is_done, is_next))
    return steps


def _marking_step(found: Exam) -> list[tuple[str, str, str]]:
    """Who marks, where the draft could draw what people mark."""
    needed = persons_needed(db_session(), found)
    if needed is None:
        return []
    return [("markers", _("谁阅卷"), say_persons(needed))]


def _step_of(finding: Finding) -> str:
    return STEP_OF.get(finding.field, "definition")


@bp.get("/exams/<int:exam_id>/candidates")
@requires(*READERS)
def candidate_list(exam_id: int) -> ResponseReturnValue:
    """The required people, by how they stand; only those whom the actor may see."""
    stand_under("exams.exams")
    session, actor, now = db_session(), current_actor(), moment()
    found = exam_for(session, actor, exam_id)
    days = window_days(found, config().time_zone)
    asked = request.args.get("standing", "")
    wanted = CandidateFilter(
        request.args.get("words", "").strip()[:100],
        next((one for one in Standing if one.value == asked), None),
    )
    total = count_candidates(session, actor, found, wanted, days=days, now=now)
    shown = paging(total, size=CANDIDATES_AT_ONCE)
    people = candidates(
        session,
        actor,
        found,
        wanted,
        days=days,
        now=now,
        limit=CANDIDATES_AT_ONCE,
        offset=shown.offset,
    )
    return render_template(
        "exams/setup/candidates.html",
        exam=found,
        people=[(one, *STANDINGS[one.standing]) for one in people],
        paging=shown,
        wanted=wanted,
        standings=[(one.value, STANDINGS[one][1]) for one in Standing],
        counts=[
            (STANDINGS[one][1], number)
            for one, number in standing_counts(session, actor, found, days=days, now=now).items()
            if number
        ],
    )
