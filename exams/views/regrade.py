"""Correcting an exam that was sat: its regrades, a draft, the dry run, putting it in force."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.identity import Actor
from core.pages import show_points, stand_under
from core.web import current_actor, db_session, moment, panels, reading, requires, services, writing
from exams.correction_forms import RegradeRuleForm
from exams.dry_run import DryRun, Effect, Marks, dry_run
from exams.forms import ReasonForm
from exams.models import Exam, Regrade, RegradeOutcome, RegradeState
from exams.operations import regrade as operations
from exams.queries import regrade as queries
from exams.queries.appeals import open_counts
from exams.queries.exams import READERS, exam_for
from exams.queries.people import names_of, printed_name
from exams.versions import known_versions
from exams.views.blueprint import bp
from exams.views.regrade_words import say_line
from exams.views.shown import Paging, paging
from exams.views.words import RULES
from question_bank.views.listing import TYPE_NAMES

PEOPLE_AT_ONCE = 50
QUESTIONS_AT_ONCE = 50
Choice = Callable[[DryRun], list[Effect]]
# Groups of people on the dry run and after it: what a person must look at first.
GROUPS: dict[str, tuple[Any, Choice]] = {
    "failing": (_l("合格变不合格"), lambda run: run.failing),
    "passing": (_l("不合格变合格"), lambda run: run.passing),
    "waiting": (_l("要人工阅卷"), lambda run: run.waiting),
    "falling": (_l("分数降低"), lambda run: run.falling),
    "rising": (_l("分数提高"), lambda run: run.rising),
    "all": (_l("全部"), lambda run: list(run.effects)),
}


@dataclass(frozen=True)
class ShownLine:
    """One line of a regrade."""

    id: int
    version_id: int | None
    kind: str
    stem: str
    words: str


@dataclass(frozen=True)
class ShownEffect:
    """One person on the dry run or after it."""

    sitting_id: int
    name: str
    employee_no: str
    before: str
    after: str
    was_passed: bool
    is_passed: bool | None


@bp.route("/exams/<int:exam_id>/regrades", methods=["GET", "POST"])
@requires(*READERS)
def regrades(exam_id: int) -> ResponseReturnValue:
    """The regrades of an exam; POST begins a draft, or goes to the one there is."""
    stand_under("exams.exams")
    session, actor = db_session(), current_actor()
    if request.method == "POST":
        exam = queries.corrected_exam(session, actor, exam_id)
        try:
            draft = operations.draft_regrade(session, exam, actor=actor, now=moment())
        except Conflict as conflict:
            flash(_(conflict.msgid, **conflict.values), "warn")
            return redirect(url_for("exams.regrades", exam_id=exam.id))
        return redirect(url_for("exams.regrade", exam_id=exam.id, regrade_id=draft.id))
    exam = exam_for(session, actor, exam_id)
    found = queries.regrades_of(session, exam.id)
    names = names_of(session, [one.applied_by_id for one in found])
    return render_template(
        "exams/regrade/list.html",
        exam=exam,
        regrades=[
            (
                one,
                [line.words for line in _lines(session, one)],
                names.get(one.applied_by_id or 0, ("", ""))[0],
                queries.progress_of(session, one.id),
            )
            for one in found
        ],
        has_under_way=any(one.state in queries.UNDER_WAY for one in found),
        may_correct=queries.may_correct(session, actor, exam),
        open_appeals=sum(open_counts(session, exam.id).values()),
    )


@bp.get("/exams/<int:exam_id>/regrades/<int:regrade_id>")
@requires(*READERS)
def regrade(exam_id: int, regrade_id: int) -> ResponseReturnValue:
    """A draft with its lines and the questions that may join it; later, what it did."""
    stand_under("exams.exams")
    session, actor = db_session(), current_actor()
    exam = exam_for(session, actor, exam_id)
    found = queries.regrade_of(session, exam, regrade_id)
    if found.state is not RegradeState.DRAFT:
        return _done_page(session, exam, found)
    exam = queries.corrected_exam(session, actor, exam_id)
    return _draft_page(session, exam, found, RegradeRuleForm(formdata=None))


def _draft_page(
    session: Session, exam: Exam, found: Regrade, form: RegradeRuleForm
) -> ResponseReturnValue:
    words = request.args.get("words", "").strip()[:100]
    questions = queries.drawn_lines(session, exam.id, words=words)
    appeals = open_counts(session, exam.id)
    questions.sort(key=lambda one: -appeals.get(one.version_id, 0))
    form.offer(RULES)
    page = render_template(
        "exams/regrade/draft.html",
        exam=exam,
        regrade=found,
        lines=_lines(session, found),
        words=words,
        questions=[
            (one, TYPE_NAMES[one.type], _stem(one.stem_html), appeals.get(one.version_id, 0))
            for one in questions[:QUESTIONS_AT_ONCE]
        ],
        question_count=len(questions),
        form=form,
        rule=str(RULES.get(exam.rule.name, exam.rule.name.value)),
    )
    return page, 422 if form.errors else 200


def _done_page(session: Session, exam: Exam, found: Regrade) -> ResponseReturnValue:
    rows = queries.outcomes_of_regrade(session, found.id)
    run = DryRun("", tuple(_effect(one, user_id) for one, user_id in rows if one.done_at))
    return render_template(
        "exams/regrade/done.html",
        exam=exam,
        regrade=found,
        lines=_lines(session, found),
        who=printed_name(session, found.applied_by_id),
        progress=queries.progress_of(session, found.id),
        **_people(session, run),
    )


def _effect(one: RegradeOutcome, user_id: int) -> Effect:
    before = Marks(one.score_before, one.full_before, one.pass_mark_before, one.was_passed)
    after = Marks(
        one.score_after or 0, one.full_after or 0, one.pass_mark_after or 0, one.is_passed
    )
    return Effect(one.sitting_id, user_id, before, after)


@bp.post("/exams/<int:exam_id>/regrades/<int:regrade_id>/rule")
@requires(*queries.CORRECTORS)
def regrade_rule(exam_id: int, regrade_id: int) -> ResponseReturnValue:
    """Put another rule for the whole exam into the draft, or the one with which it was sat."""
    session, actor = db_session(), current_actor()
    exam, found = _found(session, actor, exam_id, regrade_id)
    form = RegradeRuleForm()
    form.offer(RULES)
    if not form.validate_on_submit():
        return _draft_page(session, exam, found, form)
    operations.change_rule(session, found, form.rule(), actor=actor, now=moment())
    flash(_("已记下。试算以后再生效"))
    return redirect(url_for("exams.regrade", exam_id=exam_id, regrade_id=regrade_id))


@bp.post("/exams/<int:exam_id>/regrades/<int:regrade_id>/lines/<int:line_id>/remove")
@requires(*queries.CORRECTORS)
def remove_regrade_line(exam_id: int, regrade_id: int, line_id: int) -> ResponseReturnValue:
    """Take one line out of the draft."""
    session, actor = db_session(), current_actor()
    _exam, found = _found(session, actor, exam_id, regrade_id)
    operations.remove_change(session, found, line_id, actor=actor, now=moment())
    return redirect(url_for("exams.regrade", exam_id=exam_id, regrade_id=regrade_id))


@bp.post("/exams/<int:exam_id>/regrades/<int:regrade_id>/discard")
@requires(*queries.CORRECTORS)
def discard_regrade(exam_id: int, regrade_id: int) -> ResponseReturnValue:
    """Give the draft up."""
    session, actor = db_session(), current_actor()
    _exam, found = _found(session, actor, exam_id, regrade_id)
    operations.discard_regrade(session, found, actor=actor, now=moment())
    flash(_("已放弃这份草稿，成绩没有变"))
    return redirect(url_for("exams.regrades", exam_id=exam_id))


def _found(session: Session, actor: Actor, exam_id: int, regrade_id: int) -> tuple[Exam, Regrade]:
    exam = queries.corrected_exam(session, actor, exam_id)
    return exam, queries.regrade_of(session, exam, regrade_id)


@bp.route("/exams/<int:exam_id>/regrades/<int:regrade_id>/dry-run", methods=["GET", "POST"])
@requires(*queries.CORRECTORS)
def regrade_dry_run(exam_id: int, regrade_id: int) -> ResponseReturnValue:
    """What the draft would do; POST puts it in force if that is still so.

    Everything is computed before the write begins, which then only compares.
    """
    stand_under("exams.exams")
    actor, now, form = current_actor(), moment(), ReasonForm()
    problem = None
    if form.validate_on_submit():
        with reading() as session:
            exam, found = _found(session, actor, exam_id, regrade_id)
            seen = dry_run(session, exam, found)
        problem = _apply(regrade_id, seen, form.reason.data or "", actor=actor, now=now)
        if problem is None:
            return redirect(url_for("exams.regrade", exam_id=exam_id, regrade_id=regrade_id))
    with reading() as session:
        exam, found = _found(session, actor, exam_id, regrade_id)
        if found.state is not RegradeState.DRAFT:
            return redirect(url_for("exams.regrade", exam_id=exam_id, regrade_id=regrade_id))
        run = dry_run(session, exam, found)
        page = render_template(
            "exams/regrade/dry_run.html",
            exam=exam,
            regrade=found,
            lines=_lines(session, found),
            basis=run.basis,
            empty_count=len(run.empty),
            form=form,
            problem=problem,
            panels=_certificates(found) if request.method == "GET" else [],
            **_people(session, run),
        )
    return page, 422 if form.errors or problem else 200


def _certificates(found: Regrade) -> list[str]:
    return panels("exams.dry_run", found.id)


def _apply(
    regrade_id: int, seen: DryRun, reason: str, *, actor: Actor, now: datetime
) -> str | None:
    """Put a draft in force, and write few results at once; what is wrong, or None."""
    changed = _("试算以后，有成绩或别的更正变了。下面是重新算的，看过再生效")
    if request.form.get("basis", "") != seen.basis:
        return str(changed)
    is_finished = False
    try:
        with writing() as session:
            found = session.get_one(Regrade, regrade_id)
            exam_id = found.exam_id
            if not operations.begin_regrade(
                session, found, seen, reason=reason, actor=actor, now=now
            ):
                return str(changed)
            if len(seen.effects) <= operations.AT_ONCE:
                batch = operations.write_results(session, regrade_id, actor=actor, now=now)
                is_finished = batch.is_finished
    except Conflict as conflict:
        return str(_(conflict.msgid, **conflict.values))
    if is_finished:
        services().jobs.enqueue("analyse-exam", exam_id=exam_id)
        flash(_("更正已生效，成绩写好了"), "safe")
    else:
        services().jobs.enqueue("write-regrade", regrade_id=regrade_id)
        flash(_("更正已生效，正在写每个人的成绩"))
    return None


def _lines(session: Session, found: Regrade) -> list[ShownLine]:
    lines = queries.changes_of(session, found.id)
    ids = [one.question_version_id for one in lines if one.question_version_id]
    versions = known_versions(session, ids)
    stems = {
        one.version_id: one.stem_html
        for one in queries.drawn_lines(session, found.exam_id, version_ids=ids)
    }
    return [
        ShownLine(
            line.id,
            line.question_version_id,
            line.kind.value,
            _stem(stems.get(line.question_version_id or 0, "")),
            say_line(line, versions.get(line.question_version_id or 0)),
        )
        for line in lines
    ]


def _stem(html: str) -> str:
    return " ".join(Markup(html).striptags().split())


def _people(session: Session, run: DryRun) -> dict[str, Any]:
    """Counts of every group, and one page of the people in the group that the address names."""
    counts = [(name, words, len(choose(run))) for name, (words, choose) in GROUPS.items()]
    asked = request.args.get("show", "")
    first = next((name for name, _words, count in counts if count), "all")
    shown = asked if asked in GROUPS else first
    chosen = GROUPS[shown][1](run)
    at: Paging = paging(len(chosen), size=PEOPLE_AT_ONCE)
    part = chosen[at.offset : at.offset + at.size]
    names = names_of(session, [one.user_id for one in part])
    return {
        "total": len(run.effects),
        "groups": counts,
        "count_of_group": {name: count for name, _words, count in counts},
        "mean_before": f"{run.mean_before / 10:.1f}",
        "mean_after": f"{run.mean_after / 10:.1f}",
        "show": shown,
        "paging": at,
        "people": [_shown(one, names) for one in part],
    }


def _shown(one: Effect, names: dict[int, tuple[str, str]]) -> ShownEffect:
    name, employee_no = names.get(one.user_id, ("", ""))
    return ShownEffect(
        one.sitting_id,
        name,
        employee_no,
        say_marks(one.before),
        say_marks(one.after),
        bool(one.before.is_passed),
        one.after.is_passed,
    )


def say_marks(marks: Marks) -> str:
    """Score, full score and pass mark in one short sentence."""
    return str(
        _(
            "%(score)s 分，满分 %(full)s，%(mark)s 及格",
            score=show_points(marks.score_tenths),
            full=show_points(marks.full_tenths),
            mark=show_points(marks.pass_mark_tenths),
        )
    )
