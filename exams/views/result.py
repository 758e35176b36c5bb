"""A person's own exams and results."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from core.identity import Role
from core.pages import NavItem, local_time, say_moment, show_points
from core.web import config, current_actor, db_session, moment, panels, requires
from exams.models import RUNNING, Exam, Reveal, Sitting, SittingState
from exams.queries import results
from exams.queries import sittings as queries
from exams.queries.appeals import appeals_of_sitting
from exams.queries.audience import invited_exams
from exams.queries.entry import entry_end_of, permitted_exams
from exams.queries.pools import must_pass_slots
from exams.queries.regrade import outcomes_of_sitting
from exams.queries.results import Reference, RevealedQuestion
from exams.queries.sittings import TakenTries
from exams.queries.visibility import Visible, hidden_results, visible
from exams.receipts import receipt_code
from exams.rules import next_try_from, state_at
from exams.views.answer_lines import AnswerLine, answer_lines, answered_picture
from exams.views.appeals import last_moment, news_of, say_change
from exams.views.blueprint import bp
from exams.views.evidence import signed_receipt
from exams.views.paper import TYPE_NAMES
from exams.views.reading import reading_settings
from exams.views.regrade_words import say_correction
from question_bank.outlines import OutlinedPicture

NAV: tuple[NavItem, ...] = (
    NavItem("exams.my_exams", _l("我的考试"), "clipboard-check", "", (Role.LEARNER,), 2, tab=2),
)
# Lost questions shown at first; the rest on demand.
SHOWN_FIRST = 10


@dataclass(frozen=True)
class ListedExam:
    """One exam on a person's list: the sign and its word, and where the row leads."""

    title: str
    address: str
    sign: str
    word: str
    fact: str
    is_practice: bool


@dataclass(frozen=True)
class ShownResult:
    """One question on the result page; without its score where points are not shown."""

    number: int
    kind_name: str
    score: str | None
    points: str
    stem: Markup
    lines: tuple[AnswerLine, ...]
    # The story of the case of which it is a part.
    story: Markup | None
    picture: OutlinedPicture | None
    explanation: Markup
    references: tuple[Reference, ...]
    # What was corrected about it after the exam; empty where nothing was.
    note: str


@dataclass(frozen=True)
class ShownRegrade:
    """What a regrade made of the result."""

    words: str
    reason: str
    at: datetime


@bp.get("/my-exams")
@requires()
def my_exams() -> ResponseReturnValue:
    """What the person must sit, is sitting, and has sat."""
    session, actor, now = db_session(), current_actor(), moment()
    assert actor.user_id is not None
    exams = queries.listed_exams(session, actor.user_id, now=now)
    ids = [exam.id for exam in exams]
    hidden = hidden_results(session, actor.user_id, now=now)
    invited = invited_exams(session, actor.user_id, exams, zone=config().time_zone)
    exempt = queries.exempt_exams(session, actor.user_id, ids)
    tries = queries.tries_of(session, actor.user_id, ids)
    permitted = permitted_exams(session, actor.user_id)
    due, coming, past = [], [], []
    for exam in exams:
        mine = tries[exam.id]
        if exam.id not in invited and not mine.count:
            continue
        is_hidden = mine.last is not None and mine.last.id in hidden
        listed = _listed(exam, mine, is_exempt=exam.id in exempt, is_hidden=is_hidden, now=now)
        if exam.id not in permitted and exam.id not in exempt:
            listed = _at_the_door(listed, exam, mine, now)
        if _is_due(exam, mine, is_exempt=exam.id in exempt, now=now):
            due.append(listed)
        elif now < exam.opens_at:
            coming.append(listed)
        else:
            past.append(listed)
    return render_template(
        "exams/my_exams.html",
        due=due,
        coming=coming,
        past=past[::-1],
        news=news_of(session, actor.user_id, now=now),
    )


def _is_due(exam: Exam, mine: TakenTries, *, is_exempt: bool, now: datetime) -> bool:
    if mine.open is not None:
        return True
    is_decided = mine.is_to_mark or (mine.has_passed and not exam.is_practice)
    may_try = not is_exempt and not is_decided and mine.count < exam.tries
    return may_try and exam.opens_at <= now <= exam.closes_at


def _listed(
    exam: Exam, mine: TakenTries, *, is_exempt: bool, is_hidden: bool, now: datetime
) -> ListedExam:
    address = url_for("exams.start", exam_id=exam.id)
    fact = _(
        "%(window)s，%(minutes)s 分钟，%(mark)s 分及格",
        window=window_text(exam),
        minutes=exam.minutes,
        mark=show_points(exam.pass_mark_tenths),
    )
    if mine.last is not None:
        address = url_for("exams.sitting", sitting_id=mine.last.id)
    sign, word = _sign(exam, mine, is_exempt=is_exempt, now=now)
    if is_hidden and mine.open is None:
        sign, word = "open", _("已交卷，成绩没公布")
    return ListedExam(exam.title, address, sign, word, fact, exam.is_practice)


def _at_the_door(listed: ListedExam, exam: Exam, mine: TakenTries, now: datetime) -> ListedExam:
    """The row of an open exam that has not been begun, where its door is not open."""
    if mine.count or not exam.opens_at <= now <= exam.closes_at:
        return listed
    if exam.waits_for_start and exam.started_at is None:
        return replace(listed, sign="open", word=_("等监考人宣布开考"))
    ends_at = entry_end_of(exam)
    if ends_at is not None and now > ends_at:
        return replace(listed, sign="warn", word=_("过了进场时间"))
    return listed


def window_text(exam: Exam) -> str:
    """From when to when, with one date where the window opens and closes on the same day."""
    opens, closes = local_time(exam.opens_at), local_time(exam.closes_at)
    if opens.date() == closes.date():
        return f"{say_moment(opens)}—{closes:%H:%M}"
    return str(_("%(opens)s 至 %(closes)s", opens=say_moment(opens), closes=say_moment(closes)))


def _sign(exam: Exam, mine: TakenTries, *, is_exempt: bool, now: datetime) -> tuple[str, str]:
    if mine.open is not None:
        left = max(timedelta(), mine.open.deadline - now)
        return "must", _("进行中，剩 %(n)s 分", n=int(left.total_seconds()) // 60)
    if mine.last is not None and mine.last.score_tenths is not None:
        score = show_points(mine.last.score_tenths)
        if mine.has_passed:
            return "safe", _("合格，%(n)s 分", n=score)
        if mine.last.is_void:
            return "stop", _("违纪作废，%(n)s 分", n=score)
        if mine.last.must_pass_missed:
            return "stop", _("不合格，%(n)s 分，红线题答错", n=score)
        return "stop", _("不合格，%(n)s 分", n=score)
    if mine.is_to_mark:
        return "open", _("待阅卷")
    if is_exempt:
        return "none", _("免考")
    if now < exam.opens_at:
        return "open", _("未开始")
    return ("open", _("现在可以考")) if now <= exam.closes_at else ("warn", _("缺考"))


@bp.get("/sittings/<int:sitting_id>/result")
@requires()
def result(sitting_id: int) -> ResponseReturnValue:
    """The receipt, and of score, points, right answers and explanations what may be seen now."""
    session, actor, now = db_session(), current_actor(), moment()
    sitting = queries.sitting_for(session, actor, sitting_id)
    if sitting.state in RUNNING:
        return redirect(url_for("exams.sitting", sitting_id=sitting.id))
    exam = queries.exam_of(session, sitting)
    assert actor.user_id is not None
    tries = queries.tries_of(session, actor.user_id, [exam.id])[exam.id]
    seen = visible(session, exam, sitting, now=now)
    questions = results.revealed_questions(session, sitting.id) if seen.questions else []
    lost = sorted((q for q in questions if q.lost_tenths), key=lambda q: (-q.lost_tenths, q.slot))
    # Sorted by what was lost, the questions would tell the points.
    wants_all = request.args.get("show") == "all" or not seen.marks
    shown = questions if wants_all else lost[:SHOWN_FIRST]
    pass_mark = sitting.pass_mark_tenths or exam.pass_mark_tenths
    until = last_moment(session, exam, sitting)
    return render_template(
        "exams/result.html",
        exam=exam,
        sitting=sitting,
        is_to_mark=queries.is_to_mark(sitting),
        seen=seen,
        pass_mark_tenths=pass_mark,
        missing_tenths=max(0, pass_mark - (sitting.score_tenths or 0)),
        regrades=_regrades(sitting) if seen.result else [],
        appeal_until=until,
        may_appeal=until is not None and now <= until,
        appeal_count=len(appeals_of_sitting(session, sitting.id)),
        types=_type_rows(sitting) if seen.marks else [],
        slots=_slot_rows(sitting) if seen.marks and seen.is_over and not seen.questions else [],
        reveal_texts=_reveal_texts(exam, seen),
        handed_in=_handed_in(sitting),
        receipt=signed_receipt(session, sitting),
        lost_count=len(lost),
        wants_all=wants_all,
        hidden_count=len(questions) - len(shown),
        questions=[show_result(question, seen) for question in shown],
        clauses=_clauses(lost) if seen.marks and seen.explanations else [],
        may_resit=_may_resit(exam, tries, now),
        must_pass=must_pass_slots(session, sitting.id),
        again_from=_again_from(exam, tries, now),
        panels=panels("exams.result", sitting.id) if seen.result else [],
        reading=reading_settings(actor.user_id),
    )


def _handed_in(sitting: Sitting) -> dict[str, Any]:
    """That the paper was handed in, with how many answers; to be seen whatever else is."""
    answers = queries.last_answers(db_session(), sitting.id).values()
    head = sitting.signed_head or sitting.chain_head
    return {
        "answered": sum(answer.response is not None for answer in answers),
        "count": len(queries.paper_of(db_session(), sitting.id)),
        "code": receipt_code(head) if head else None,
    }


def _slot_rows(sitting: Sitting) -> list[tuple[int, str, str]]:
    return [
        (
            row.slot,
            show_points(row.score_tenths),
            show_points(row.points_tenths if row.counted_tenths is None else row.counted_tenths),
        )
        for row in queries.paper_of(db_session(), sitting.id)
    ]


def _again_from(exam: Exam, tries: TakenTries, now: datetime) -> datetime | None:
    """From when on the next try may begin, while that is still ahead."""
    ended_at = tries.last.submitted_at if tries.last is not None else None
    at = next_try_from(last_ended_at=ended_at, wait_hours=exam.wait_hours)
    return at if at is not None and now < at else None


def _regrades(sitting: Sitting) -> list[ShownRegrade]:
    """What regrades made of a result, the newest first."""
    return [
        ShownRegrade(
            _("成绩更正：%(change)s", change=say_change(one))
            if (one.score_before, one.full_before) != (one.score_after, one.full_after)
            else _("成绩复核过，没有变"),
            reason,
            one.done_at,
        )
        for one, reason in outcomes_of_sitting(db_session(), sitting.id)
    ]


def _may_resit(exam: Exam, tries: TakenTries, now: datetime) -> bool:
    is_open = tries.open is not None and state_at(
        tries.open.state, deadline=tries.open.deadline, now=now
    ) is (SittingState.OPEN)
    return not is_open and _is_due(exam, tries, is_exempt=False, now=now)


def _type_rows(sitting: Sitting) -> list[dict[str, Any]]:
    scores = results.scores_by_type(db_session(), sitting.id)
    rows = [
        {
            "name": TYPE_NAMES[score.type],
            "count": score.count,
            "full_count": score.full_count,
            "score": show_points(score.score_tenths),
            "points": show_points(score.points_tenths),
            "waiting": score.waiting,
        }
        for score in scores
    ]
    known = sum(score.score_tenths for score in scores)
    return [
        *rows,
        {
            "name": _("合计"),
            "count": sum(score.count for score in scores),
            "full_count": sum(score.full_count for score in scores),
            "score": show_points(known),
            "points": show_points(sitting.full_score_tenths),
            "waiting": sum(score.waiting for score in scores),
            "is_total": True,
        },
    ]


def _reveal_texts(exam: Exam, seen: Visible) -> list[str]:
    """For each part that is not shown, from when on it is."""
    when = _("%(when)s 考试窗口关闭后", when=say_moment(exam.closes_at))
    parts = (
        (seen.result, exam.result_reveal, _("总分和结论")),
        (seen.marks, exam.marks_reveal, _("各题型得分")),
        (seen.answers, exam.reveal, _("正确答案")),
        (seen.explanations, exam.explanations_reveal, _("解析和条款")),
    )
    later = [part for is_seen, reveal, part in parts if not is_seen and reveal is not Reveal.NEVER]
    never = [part for is_seen, reveal, part in parts if not is_seen and reveal is Reveal.NEVER]
    texts = []
    if later:
        texts.append(_("%(when)s，在这里看%(parts)s", when=when, parts=_("、").join(later)))
    if never:
        texts.append(_("这场考试不公布%(parts)s。有疑问，找考试员", parts=_("、").join(never)))
    return texts


def _clauses(lost: list[RevealedQuestion]) -> list[Reference]:
    return list(dict.fromkeys(r for q in lost for r in q.references if r.module_key))


def show_result(question: RevealedQuestion, seen: Visible) -> ShownResult:
    """One question of the outcome with those parts that may be seen."""
    printed = question.version.printed
    blank = Markup('<span class="blank-gap">____</span>')
    is_marked = question.score_tenths is not None
    lines = answer_lines(question) if seen.answers else []
    if not seen.explanations:
        lines = [replace(line, feedback=None) for line in lines]
    return ShownResult(
        number=question.slot,
        kind_name=str(TYPE_NAMES[printed.type]),
        score=show_points(question.score_tenths) if seen.marks and is_marked else None,
        points=show_points(question.points_tenths),
        stem=blank.join(Markup(part) for part in printed.stem_parts),
        lines=tuple(lines),
        story=Markup(question.story_html) if question.story_html else None,
        picture=answered_picture(question) if seen.answers else None,
        explanation=Markup(question.explanation_html) if seen.explanations else Markup(),
        references=question.references if seen.explanations else (),
        note=say_correction(question.correction),
    )
