"""The stored pool of a published exam, and withdrawing one question from it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from core.errors import Conflict, NotFound
from core.pages import stand_under
from core.web import current_actor, db_session, moment, requires
from exams.definition import Phase, phase
from exams.forms import ReasonForm, ReplacementForm
from exams.operations.publication import withdraw_question
from exams.operations.replacing import replace_question
from exams.queries.bank import cited_clauses, fixed_questions
from exams.queries.exams import (
    MANAGERS,
    READERS,
    blueprint_of,
    exam_for,
    managed_exam,
    may_manage,
    pool_counts,
    spec_of,
)
from exams.queries.pools import papers_with
from exams.queries.publication import pool_line, pool_lines
from exams.queries.replacements import Replacement, fixed_entry, replacements
from exams.queries.stale import StaleRow, stale_rows
from exams.views.blueprint import bp
from exams.views.shown import paging, say_source
from question_bank.queries.bank import KEEPERS, bank_modules
from question_bank.views.listing import DIFFICULTY_NAMES, TYPE_NAMES

QUESTIONS_AT_ONCE = 50


@bp.get("/exams/<int:exam_id>/pool")
@requires(*READERS)
def pool(exam_id: int) -> ResponseReturnValue:
    """What one row may draw; which row, the address says."""
    stand_under("exams.exams")
    session, actor, now = db_session(), current_actor(), moment()
    exam = exam_for(session, actor, exam_id)
    if exam.published_at is None:
        raise NotFound()
    rows = blueprint_of(session, exam.id)
    asked = request.args.get("row", "1")
    row = next((one for one in rows if str(one.position) == asked), rows[0])
    counts, titles = pool_counts(session, exam.id), dict(bank_modules(session))
    clauses = dict(cited_clauses(session))
    fixed = fixed_questions(session, [one.question for one in rows if one.question])
    is_ahead = phase(exam, now=now) in (Phase.UPCOMING, Phase.OPEN)
    stale = stale_rows(session, exam).get(row.id, StaleRow()) if is_ahead else StaleRow()
    is_stale = request.args.get("only") == "stale"
    total = counts[row.id].available + counts[row.id].withdrawn
    shown = paging(stale.total if is_stale else total, size=QUESTIONS_AT_ONCE)
    lines = pool_lines(
        session, row, limit=QUESTIONS_AT_ONCE, offset=shown.offset, is_stale=is_stale
    )
    return render_template(
        "exams/setup/pool.html",
        exam=exam,
        row=row,
        counts=counts[row.id],
        rows=[
            (
                one.position,
                say_source(spec_of(one), titles, clauses, fixed),
                TYPE_NAMES[one.type] if one.type else _("不限题型"),
            )
            for one in rows
        ],
        lines=[(line, Markup(line.stem_html).striptags()) for line in lines],
        paging=shown,
        may_see_bank=actor.has(*KEEPERS),
        may_change=is_ahead and may_manage(session, actor, exam),
        is_ahead=is_ahead,
        is_stale=is_stale,
        stale_count=stale.total,
    )


@bp.route("/exams/<int:exam_id>/pool/<int:version_id>", methods=["GET", "POST"])
@requires(*MANAGERS)
def pool_question(exam_id: int, version_id: int) -> ResponseReturnValue:
    """Withdraw one question from papers not yet drawn, with a reason."""
    stand_under("exams.exams")
    session, actor, now = db_session(), current_actor(), moment()
    exam = managed_exam(session, actor, exam_id)
    line = pool_line(session, exam, version_id)
    if line.is_fixed and not line.withdrawn_at:
        target = "exams.pool_replacement"
        return redirect(url_for(target, exam_id=exam.id, version_id=version_id))
    form = ReasonForm()
    refusal = None
    if form.validate_on_submit():
        reason = form.reason.data or ""
        try:
            withdraw_question(session, exam, version_id, reason=reason, actor=actor, now=now)
        except Conflict as conflict:
            refusal = _(conflict.msgid, **conflict.values)
        else:
            flash(_("已撤掉这一题。以后抽的卷子不再有它"))
            return redirect(url_for("exams.pool", exam_id=exam.id))
    return render_template(
        "exams/setup/pool_question.html",
        exam=exam,
        line=line,
        stem=Markup(line.stem_html),
        form=form,
        refusal=refusal,
    )


@bp.route("/exams/<int:exam_id>/pool/<int:version_id>/replacement", methods=["GET", "POST"])
@requires(*MANAGERS)
def pool_replacement(exam_id: int, version_id: int) -> ResponseReturnValue:
    """Put another question in the place of a fixed one, for papers not yet drawn, with a reason."""
    stand_under("exams.exams")
    session, actor, now = db_session(), current_actor(), moment()
    exam = managed_exam(session, actor, exam_id)
    row, _entry = fixed_entry(session, exam, version_id)
    line = pool_line(session, exam, version_id)
    words = request.args.get("words", "").strip()[:100]
    offered = replacements(session, exam, version_id, words=words)
    form = ReplacementForm()
    form.question.choices = [(one.question.public_id, _say_stem(one)) for one in offered]
    refusal = None
    if form.validate_on_submit():
        public_id, reason = form.question.data or "", form.reason.data or ""
        try:
            replace_question(
                session, exam, version_id, public_id, reason=reason, actor=actor, now=now
            )
        except Conflict as conflict:
            refusal = _(conflict.msgid, **conflict.values)
        else:
            flash(_("已换题。以后抽的卷子用 %(id)s", id=public_id))
            return redirect(url_for("exams.pool", exam_id=exam.id, row=row.position))
    page = render_template(
        "exams/setup/pool_replacement.html",
        exam=exam,
        row=row,
        line_id=version_id,
        stem=Markup(line.stem_html),
        offered=[(one, _say_facts(one)) for one in offered],
        words=words,
        form=form,
        refusal=refusal,
        drawn=papers_with(session, exam, version_id),
        is_over=phase(exam, now=now) not in (Phase.UPCOMING, Phase.OPEN),
    )
    return page, 422 if form.errors or refusal else 200


def _say_stem(one: Replacement) -> str:
    return " ".join(Markup(one.question.stem_html).striptags().split())


def _say_facts(one: Replacement) -> str:
    """What tells the offered questions apart, in a line."""
    facts = [one.question.public_id, str(DIFFICULTY_NAMES[one.question.difficulty])]
    if one.shares_clause:
        facts.append(_("同一条款"))
    if one.is_in_other_row:
        facts.append(_("别的行也抽它，换过来以后那一行不再抽"))
    return str(_("，")).join(facts)
