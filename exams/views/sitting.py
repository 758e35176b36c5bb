"""The candidate's way through an exam: its start page, the open sitting, answers, handing in."""

from datetime import datetime, timedelta
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.pages import show_clock
from core.web import config, current_actor, db_session, moment, requires, seeds, today
from exams.admission import lies_in
from exams.circumstances import extra_minutes_of
from exams.marking import rule_for
from exams.models import RUNNING, Exam, Sitting, SittingState
from exams.operations.answers import save_form
from exams.operations.closing import SubmitOutcome, submit_sitting
from exams.operations.entry import enter_exam
from exams.queries import sittings as queries
from exams.queries.entry import entry_end_of, refusal_for, refuse_address
from exams.queries.pools import is_for_persons, paper_size, row_marks
from exams.queries.visibility import shows_during
from exams.receipts import receipt_code
from exams.responses import Stored
from exams.rules import StartRefusal, delivery_until, seconds_left, state_at
from exams.versions import known_versions
from exams.views.blueprint import bp
from exams.views.journal import milliseconds, urls_of
from exams.views.paper import card_of, responses_in_form, shown_paper, version_ids
from exams.views.reading import reading_settings
from exams.views.recorded import before_start, integrity_page
from exams.views.result import window_text
from exams.views.safe_browser import (
    require_safe_browser,
    require_safe_browser_for,
    safe_browser_refusal,
)
from exams.views.words import say_reveals


@bp.get("/my-exams/<int:exam_id>")
@requires()
def start(exam_id: int) -> ResponseReturnValue:
    """What a person should know before the clock starts, and the button that starts it."""
    session, actor, now = db_session(), current_actor(), moment()
    exam = queries.published_exam(session, exam_id)
    assert actor.user_id is not None
    tries = queries.tries_of(session, actor.user_id, [exam.id])[exam.id]
    running = tries.open
    if running is not None:
        return redirect(url_for("exams.sitting", sitting_id=running.id))
    address = request.remote_addr or ""
    refused = refusal_for(session, exam, tries, actor.user_id, zone=config().time_zone, now=now)
    is_waiting = refused is not None and refused.refusal is StartRefusal.WAITING_FOR_START
    is_outside = refused is None and not lies_in(address, exam.address_ranges)
    return render_template(
        "exams/start.html",
        exam=exam,
        window=window_text(exam),
        size=paper_size(session, exam.id),
        is_for_persons=is_for_persons(session, exam.id),
        refusal=_(refused.refusal.value, **refused.values)
        if refused
        else safe_browser_refusal(exam),
        is_waiting=is_waiting,
        outside=address if is_outside else None,
        entry_end=entry_end_of(exam),
        shown=say_reveals(exam),
        **before_start(exam),
        last=tries.last,
        next_try=tries.count + 1,
        extra_minutes=extra_minutes_of(session, exam, actor.user_id, on=today()),
    )


@bp.get("/my-exams/<int:exam_id>/waiting")
@requires()
def waiting(exam_id: int) -> ResponseReturnValue:
    """Whether the supervisor has started the exam; asked again and again by who waits."""
    exam = queries.published_exam(db_session(), exam_id)
    answer = jsonify(started=not exam.waits_for_start or exam.started_at is not None)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/my-exams/<int:exam_id>/start")
@requires()
def begin(exam_id: int) -> ResponseReturnValue:
    """Start the clock, or go on with the sitting that runs."""
    session = db_session()
    exam = queries.published_exam(session, exam_id)
    require_safe_browser_for(exam)
    outcome = enter_exam(
        session,
        exam,
        typed_code=request.form.get("code", "")[:100],
        address=request.remote_addr or "",
        actor=current_actor(),
        now=moment(),
        seed=seeds().seed(),
        zone=config().time_zone,
    )
    if outcome.sitting is not None:
        return redirect(url_for("exams.sitting", sitting_id=outcome.sitting.id))
    if outcome.waits_until is not None:
        at = show_clock(outcome.waits_until)[:5]
        flash(_("口令错得太多。%(at)s 以后再输，或找监考人", at=at), "stop")
    else:
        flash(_("口令不对，还可以再试 %(n)s 次。口令由监考人告诉你", n=outcome.tries_left), "stop")
    return redirect(url_for("exams.start", exam_id=exam.id))


@bp.get("/sittings/<int:sitting_id>")
@requires()
def sitting(sitting_id: int) -> ResponseReturnValue:
    """The paper of an open sitting; after its end, the way to the result."""
    session, now = db_session(), moment()
    found = queries.sitting_for(session, current_actor(), sitting_id)
    if found.state not in RUNNING:
        return redirect(url_for("exams.result", sitting_id=found.id))
    exam = queries.exam_of(session, found)
    require_safe_browser(found.id)
    if state_at(found.state, deadline=found.deadline, now=now) is not SittingState.OPEN:
        return render_template("exams/states/expired.html", **_expired_page(exam, found, now))
    refuse_address(exam, request.remote_addr or "")
    return render_template("exams/states/open.html", **_open_page(exam, found))


def _expired_page(exam: Exam, found: Sitting, now: datetime) -> dict[str, Any]:
    until = delivery_until(deadline=found.deadline, delivery_minutes=exam.delivery_minutes)
    return {
        "exam": exam,
        "sitting": found,
        "urls": urls_of(found),
        "is_awaited": found.lease is not None and now <= until,
        "until": until,
    }


def _open_page(exam: Exam, found: Sitting) -> dict[str, Any]:
    session = db_session()
    paper = queries.paper_of(session, found.id)
    answers = queries.last_answers(session, found.id)
    versions = known_versions(session, version_ids(paper))
    rules = {
        row.slot: rule_for(version.key, own=version.own_rule, exam=exam.rule)
        for row in paper
        for version in [versions[row.question_version_id]]
    }
    marks = row_marks(session, exam.id)
    questions = shown_paper(paper, versions, answers, rules, marks)
    answered = sum(question.is_answered for question in questions)
    last = max(answers.items(), key=lambda item: item[1].id, default=None)
    return {
        "exam": exam,
        "sitting": found,
        "reading": reading_settings(found.user_id),
        "urls": urls_of(found),
        "server_ms": milliseconds(moment()),
        "deadline_ms": milliseconds(found.deadline),
        "questions": questions,
        "card": card_of(questions),
        "answered": answered,
        "unanswered": len(questions) - answered,
        "seconds_left": seconds_left(deadline=found.deadline, now=moment()),
        "seen_id": last[1].id if last else 0,
        "last_slot": last[0] if last else None,
        "last_saved_at": last[1].received_at if last else None,
        "last_code": receipt_code(last[1].receipt_hash) if last else None,
        "hand_in_from": _hand_in_from(exam, found),
        "shows_during": shows_during(exam),
        **integrity_page(exam, found),
    }


def _hand_in_from(exam: Exam, found: Sitting) -> str | None:
    """From when on it may be handed in, while that is still ahead; rounded up to the minute."""
    at = queries.hand_in_from(exam, found)
    if moment() >= at:
        return None
    return show_clock(at + timedelta(minutes=1) - timedelta(microseconds=1))[:5]


@bp.post("/sittings/<int:sitting_id>/save")
@requires()
def save(sitting_id: int) -> ResponseReturnValue:
    """Store a page sent as an ordinary form, then stay or go to the check before handing in."""
    session = db_session()
    found = queries.sitting_for(session, current_actor(), sitting_id)
    require_safe_browser(found.id)
    responses, unfinished = _responses_in_form(found)
    changed = save_form(
        session,
        found,
        responses,
        seen_id=request.form.get("seen", 0, type=int),
        actor=current_actor(),
        now=moment(),
    )
    for slot, why in unfinished.items():
        flash(_("第 %(n)s 题没存上：%(why)s", n=slot, why=_(why)), "warn")
    if request.form.get("then") == "check" and not unfinished:
        return redirect(url_for("exams.check", sitting_id=found.id))
    if changed:
        flash(_("已保存 %(time)s", time=show_clock(moment())), "safe")
    return redirect(url_for("exams.sitting", sitting_id=found.id))


def _responses_in_form(found: Sitting) -> tuple[dict[int, Stored], dict[int, str]]:
    """The replies of a page by slot, and of those that cannot be stored yet, why not."""
    paper = queries.paper_of(db_session(), found.id)
    versions = known_versions(db_session(), [row.question_version_id for row in paper])
    return responses_in_form(paper, versions)


@bp.get("/sittings/<int:sitting_id>/hand-in")
@requires()
def check(sitting_id: int) -> ResponseReturnValue:
    """Ask before handing in: what is unanswered, how much time is left."""
    session = db_session()
    found = queries.sitting_for(session, current_actor(), sitting_id)
    if state_at(found.state, deadline=found.deadline, now=moment()) is not SittingState.OPEN:
        return redirect(url_for("exams.sitting", sitting_id=found.id))
    answers = queries.last_answers(session, found.id)
    paper = queries.paper_of(session, found.id)
    unanswered = [
        row.slot for row in paper if row.slot not in answers or answers[row.slot].response is None
    ]
    left = seconds_left(deadline=found.deadline, now=moment())
    exam = queries.exam_of(session, found)
    return render_template(
        "exams/check.html",
        exam=exam,
        sitting=found,
        count=len(paper),
        unanswered=unanswered,
        seconds_left=left,
        minutes_left=left // 60,
        hand_in_from=_hand_in_from(exam, found),
    )


@bp.post("/sittings/<int:sitting_id>/submit")
@requires()
def submit(sitting_id: int) -> ResponseReturnValue:
    """Hand in what has been stored."""
    session, actor = db_session(), current_actor()
    found = queries.sitting_for(session, actor, sitting_id)
    outcome = submit_sitting(session, found, actor=actor, now=moment())
    if outcome is SubmitOutcome.TOO_EARLY:
        at = _hand_in_from(queries.exam_of(session, found), found)
        early = _("%(at)s 起才能交卷，答案已保存", at=at)
        if request.is_json:
            return jsonify(outcome=outcome.value, message=early)
        flash(early, "warn")
        return redirect(url_for("exams.sitting", sitting_id=found.id))
    if outcome is SubmitOutcome.EXPIRED:
        flash(_("时间到，已自动交卷。到时前存上的答案都算数"), "warn")
    if request.is_json:
        return jsonify(outcome=outcome.value)
    return redirect(url_for("exams.result", sitting_id=found.id))
