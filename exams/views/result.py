"""A person's own exams and results."""

from dataclasses import dataclass
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
from exams.queries.regrade import outcomes_of_sitting
from exams.queries.results import Reference, RevealedQuestion
from exams.queries.sittings import TakenTries
from exams.rules import state_at
from exams.views.answer_lines import AnswerLine, answer_lines, answered_picture
from exams.views.appeals import last_moment, news_of, say_change
from exams.views.blueprint import bp
from exams.views.paper import TYPE_NAMES
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


@dataclass(frozen=True)
class ShownResult:
    """One question on the result page."""

    number: int
    kind_name: str
    score: str
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
    invited = invited_exams(session, actor.user_id, exams, zone=config().time_zone)
    exempt = queries.exempt_exams(session, actor.user_id, ids)
    tries = queries.tries_of(session, actor.user_id, ids)
    due, coming, past = [], [], []
    for exam in exams:
        mine = tries[exam.id]
        if exam.id not in invited and not mine.count:
            continue
        listed = _listed(exam, mine, is_exempt=exam.id in exempt, now=now)
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
    may_try = not is_exempt and not mine.has_passed and mine.count < exam.tries
    return may_try and exam.opens_at <= now <= exam.closes_at


def _listed(exam: Exam, mine: TakenTries, *, is_exempt: bool, now: datetime) -> ListedExam:
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
    return ListedExam(exam.title, address, sign, word, fact)


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
        return "stop", _("不合格，%(n)s 分", n=score)
    if is_exempt:
        return "none", _("免考")
    if now < exam.opens_at:
        return "open", _("未开始")
    return ("open", _("现在可以考")) if now <= exam.closes_at else ("warn", _("缺考"))


@bp.get("/sittings/<int:sitting_id>/result")
@requires()
def result(sitting_id: int) -> ResponseReturnValue:
    """Score and verdict at once; lost points with key, reason and clause when they may be seen."""
    session, actor, now = db_session(), current_actor(), moment()
    sitting = queries.sitting_for(session, actor, sitting_id)
    if sitting.state in RUNNING:
        return redirect(url_for("exams.sitting", sitting_id=sitting.id))
    exam = queries.exam_of(session, sitting)
    assert actor.user_id is not None
    tries = queries.tries_of(session, actor.user_id, [exam.id])[exam.id]
    questions: list[RevealedQuestion] = []
    is_revealed = results.may_see_answers(session, exam, sitting, now=now)
    if is_revealed:
        questions = results.revealed_questions(session, sitting.id)
    lost = sorted((q for q in questions if q.lost_tenths), key=lambda q: (-q.lost_tenths, q.slot))
    wants_all = request.args.get("show") == "all"
    shown = questions if wants_all else lost[:SHOWN_FIRST]
    pass_mark = sitting.pass_mark_tenths or exam.pass_mark_tenths
    until = last_moment(session, exam, sitting)
    return render_template(
        "exams/result.html",
        exam=exam,
        sitting=sitting,
        pass_mark_tenths=pass_mark,
        missing_tenths=max(0, pass_mark - (sitting.score_tenths or 0)),
        regrades=_regrades(sitting),
        appeal_until=until,
        may_appeal=until is not None and now <= until,
        appeal_count=len(appeals_of_sitting(session, sitting.id)),
        types=_type_rows(sitting),
        is_revealed=is_revealed,
        reveal_text=_reveal_text(exam),
        lost_count=len(lost),
        wants_all=wants_all,
        hidden_count=len(questions) - len(shown),
        questions=[_shown(question) for question in shown],
        clauses=_clauses(lost),
        may_resit=_may_resit(exam, tries, now),
        panels=panels("exams.result", sitting.id),
    )


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
        }
        for score in scores
    ]
    return [
        *rows,
        {
            "name": _("合计"),
            "count": sum(score.count for score in scores),
            "full_count": sum(score.full_count for score in scores),
            "score": show_points(sitting.score_tenths),
            "points": show_points(sitting.full_score_tenths),
            "is_total": True,
        },
    ]


def _reveal_text(exam: Exam) -> str:
    if exam.reveal is Reveal.NEVER:
        return str(_("这场考试不公布答案。有疑问，找考试员"))
    return str(
        _(
            "%(when)s 考试窗口关闭后，在这里看丢分的题、正确答案和对应条款",
            when=say_moment(exam.closes_at),
        )
    )


def _clauses(lost: list[RevealedQuestion]) -> list[Reference]:
    return list(dict.fromkeys(r for q in lost for r in q.references if r.module_key))


def _shown(question: RevealedQuestion) -> ShownResult:
    printed = question.version.printed
    blank = Markup('<span class="blank-gap">____</span>')
    return ShownResult(
        number=question.slot,
        kind_name=str(TYPE_NAMES[printed.type]),
        score=show_points(question.score_tenths),
        points=show_points(question.points_tenths),
        stem=blank.join(Markup(part) for part in printed.stem_parts),
        lines=tuple(answer_lines(question)),
        story=Markup(question.story_html) if question.story_html else None,
        picture=answered_picture(question),
        explanation=Markup(question.explanation_html),
        references=question.references,
        note=say_correction(question.correction),
    )
