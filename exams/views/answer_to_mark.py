"""One written answer before its marker: blind, fast by keyboard, never lost."""

from dataclasses import dataclass
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from core.errors import Conflict
from core.pages import show_clock, show_points, stand_under
from core.web import current_actor, db_session, moment, requires, wants_json
from exams.hand_marking import LONGEST_REMARK, Given, ticked_tenths
from exams.marking_forms import MarkForm
from exams.models import Exam, ManualMark, MarkerAppointment, MarkingTask, MarkRound, TaskState
from exams.operations.hand_marking import (
    SPARED,
    give_mark,
    keep_draft,
    take_answers,
    take_back_marks,
)
from exams.queries import marking
from exams.queries.answer_sheets import AnswerSheet, answer_sheet, answer_texts
from exams.queries.markers import MARKERS
from exams.queries.marking_progress import desk_of
from exams.queries.regrade import spared_by
from exams.versions import known_versions
from exams.views.blueprint import bp
from exams.views.shown import paging

LISTED_AT_ONCE = 50
TEXT_SHOWN = 60


@dataclass(frozen=True)
class ShownPoint:
    """A scoring point with what it earns here, in words and exactly."""

    number: int
    text: str
    points: str
    tenths: int
    is_ticked: bool


@dataclass(frozen=True)
class ShownMark:
    """Another marker's mark before an adjudicator."""

    letter: str
    score: str
    points: str
    remark: str


@dataclass(frozen=True)
class Opened:
    """An answer with all that its page and its acts need."""

    task: MarkingTask
    exam: Exam
    appointment: MarkerAppointment
    marks: list[ManualMark]
    mine: ManualMark | None
    # What was typed and not yet decided; None where the answer is not on the person's desk.
    draft: dict[str, Any] | None


@bp.route("/marking/<token>", methods=["GET", "POST"])
@requires(*MARKERS)
def answer_to_mark(token: str) -> ResponseReturnValue:
    """One answer; POST gives the mark and goes on to the next."""
    stand_under("exams.markings")
    session, actor = db_session(), current_actor()
    opened = _opened(*marking.task_for(session, actor, token))
    treatment = spared_by(session, opened.task)
    if treatment is not None:
        return _spared(opened, SPARED[treatment])
    if request.method == "POST":
        return _given(opened)
    if opened.mine is None and opened.draft is None:
        flash(_("这份答案不在你手里。从题目进去，取一份来阅"))
        return redirect(url_for("exams.marking_overview", exam_id=opened.exam.id))
    return _page(opened, MarkForm(formdata=None))


def _spared(opened: Opened, why: str) -> ResponseReturnValue:
    """Say that the question needs no marks any more; an open page says so in its place."""
    if request.method == "POST" and wants_json():
        return jsonify(message=_(why))
    flash(_(why), "warn")
    return redirect(url_for("exams.marking_overview", exam_id=opened.exam.id))


def _opened(task: MarkingTask, exam: Exam, appointment: MarkerAppointment) -> Opened:
    session, actor = db_session(), current_actor()
    question_id = task.sitting_question_id
    marks = marking.current_marks(session, [question_id])[question_id]
    mine = next((mark for mark in marks if mark.marker_id == actor.user_id), None)
    lease = marking.lease_of(session, actor, task, now=moment())
    draft = None if lease is None else lease.draft or {}
    return Opened(task, exam, appointment, marks, mine, draft)


def _page(opened: Opened, form: MarkForm, status: int = 200) -> ResponseReturnValue:
    session, actor, now = db_session(), current_actor(), moment()
    task, exam, judges = opened.task, opened.exam, opened.appointment.is_adjudicator
    sheet = answer_sheet(session, task)
    ticked, score, remark = _filled(opened, sheet, form)
    desk = desk_of(session, actor, exam, task.question_version_id, adjudicates=judges)
    before, after = marking.neighbours(session, actor, task)
    held = marking.held_leases(
        session, actor, exam.id, task.question_version_id, adjudicates=judges, now=now
    )
    alike = 0
    if opened.mine is None:
        alike = marking.count_alike(session, actor, exam, task, adjudicates=judges, now=now)
    page = render_template(
        "exams/marking/answer.html",
        exam=exam,
        task=task,
        sheet=sheet,
        stem=Markup('<span class="blank-gap">____</span>').join(
            Markup(part) for part in sheet.version.printed.stem_parts
        ),
        points=_points(sheet, ticked),
        rubric_tenths=sum(point.tenths for point in sheet.rubric),
        score=score,
        remark=remark,
        form=form,
        desk=desk,
        before=before,
        after=after,
        following=_after([one for _lease, one in held], task.token),
        alike=alike + 1 if alike else 0,
        is_marked=opened.mine is not None,
        is_final=_is_final(opened),
        others=_others(opened) if judges else [],
        undo=_undo(request.args.get("undo", "")),
        longest_remark=LONGEST_REMARK,
    )
    return page, status


def _filled(opened: Opened, sheet: AnswerSheet, form: MarkForm) -> tuple[set[int], str, str]:
    """What stands in the fields: as sent, as given, or as typed before and not yet decided."""
    if form.is_submitted():
        return set(form.points.data or ()), form.score._value(), form.remark.data or ""
    if opened.mine is not None:
        mine = opened.mine
        sum_ = ticked_tenths(sheet.rubric, mine.points, points_tenths=sheet.points_tenths)
        is_own = not sheet.rubric or mine.tenths != sum_
        return set(mine.points), show_points(mine.tenths) if is_own else "", mine.remark
    draft = opened.draft or {}
    return set(draft.get("points", ())), draft.get("score", ""), draft.get("remark", "")


def _points(sheet: AnswerSheet, ticked: set[int]) -> list[ShownPoint]:
    shown = []
    for number, point in enumerate(sheet.rubric, start=1):
        worth = ticked_tenths(sheet.rubric, [number], points_tenths=sheet.points_tenths)
        shown.append(
            ShownPoint(number, point.text, show_points(worth), point.tenths, number in ticked)
        )
    return shown


def _others(opened: Opened) -> list[ShownMark]:
    """The marks of the others, A and B, for who adjudicates."""
    marks = [mark for mark in opened.marks if mark.round is not MarkRound.ADJUDICATOR]
    return [
        ShownMark(letter, show_points(mark.tenths), "、".join(map(str, mark.points)), mark.remark)
        for letter, mark in zip("AB", sorted(marks, key=lambda m: m.round.value), strict=False)
    ]


def _is_final(opened: Opened) -> bool:
    """Whether the person's mark can no longer be changed."""
    if opened.task.state is TaskState.RELEASED:
        return True
    is_adjudicated = any(mark.round is MarkRound.ADJUDICATOR for mark in opened.marks)
    return is_adjudicated and not opened.appointment.is_adjudicator


def _undo(token: str) -> tuple[str, int] | None:
    """The answers that the person has just marked together, as long as that can be undone."""
    count = marking.count_batch(db_session(), current_actor(), token) if token else 0
    return (token, count) if count > 1 else None


def _given(opened: Opened) -> ResponseReturnValue:
    """Store the mark; a mistake is said at its field, and nothing typed is lost."""
    session, actor, now = db_session(), current_actor(), moment()
    task, form = opened.task, MarkForm()
    sheet = answer_sheet(session, task)
    form.points.choices = [(number, "") for number in range(1, len(sheet.rubric) + 1)]
    count = 0
    if form.validate() and _has_score(form, sheet):
        try:
            given = _as_given(form, sheet)
            is_first = opened.mine is None
            together = bool(form.together.data) and is_first
            with session.begin_nested():
                count = give_mark(
                    session, task.token, given, together=together, actor=actor, now=now
                )
        except Conflict as conflict:
            form.score.errors = [_(conflict.msgid, **conflict.values)]
    if not count:
        if wants_json():
            words = [error for errors in form.errors.values() for error in errors]
            return jsonify(message=str(words[0]) if words else _("这一步没有做成"))
        return _page(opened, form, 422)
    return _next(opened, count)


def _has_score(form: MarkForm, sheet: AnswerSheet) -> bool:
    if sheet.rubric or form.score.data is not None:
        return True
    form.score.errors = [_("写上给几分")]
    return False


def _as_given(form: MarkForm, sheet: AnswerSheet) -> Given:
    ticked = tuple(form.points.data or ())
    own: Any = form.score.data
    earned = ticked_tenths(sheet.rubric, ticked, points_tenths=sheet.points_tenths)
    return Given(ticked, earned if own is None else own, form.remark.data or "")


def _next(opened: Opened, count: int) -> ResponseReturnValue:
    """Where to go after a mark: the next answer on the desk, or back to the questions."""
    task, exam, judges = opened.task, opened.exam, opened.appointment.is_adjudicator
    session, actor, now = db_session(), current_actor(), moment()
    tokens = take_answers(session, exam, task.question_version_id, actor=actor, now=now)
    token = _after(tokens, task.token)
    undo = task.token if count > 1 else None
    overview = url_for("exams.marking_overview", exam_id=exam.id)
    address = url_for("exams.answer_to_mark", token=token, undo=undo) if token else overview
    if not wants_json():
        if token is None:
            flash(_("这道题你能阅的都阅完了"))
        return redirect(address)
    then = _after([one for one in tokens if one != token], token or "")
    desk = desk_of(session, actor, exam, task.question_version_id, adjudicates=judges)
    return jsonify(
        next=address,
        is_answer=token is not None,
        then=url_for("exams.answer_to_mark", token=then) if then else None,
        done=desk.done,
        total=desk.total,
        saved_at=show_clock(now),
    )


def _after(tokens: list[str], token: str) -> str | None:
    """The next of these tokens, from the beginning again after the last; None for none other."""
    others = [one for one in tokens if one != token]
    return next((one for one in others if one > token), others[0] if others else None)


@bp.post("/marking/<token>/draft")
@requires(*MARKERS)
def answer_draft(token: str) -> ResponseReturnValue:
    """Keep what a page holds before the person has decided."""
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict) or not isinstance(sent.get("points"), list):
        return jsonify(is_kept=False), 400
    draft = {
        "points": [one for one in sent["points"] if type(one) is int][:100],
        "score": str(sent.get("score") or "")[:12],
        "remark": str(sent.get("remark") or "").replace("\x00", "")[:LONGEST_REMARK],
    }
    task, _exam, _appointment = marking.task_for(db_session(), current_actor(), token)
    treatment = spared_by(db_session(), task)
    if treatment is not None:
        return jsonify(is_kept=False, message=_(SPARED[treatment]))
    is_kept = keep_draft(db_session(), token, draft, actor=current_actor(), now=moment())
    return jsonify(is_kept=is_kept, saved_at=show_clock(moment()))


@bp.post("/marking/<token>/taking-back")
@requires(*MARKERS)
def take_back(token: str) -> ResponseReturnValue:
    """Take back what was given to equal answers together, and open this one again."""
    count = take_back_marks(db_session(), token, actor=current_actor(), now=moment())
    flash(_("已撤回 %(n)s 份答案的分", n=count))
    return redirect(url_for("exams.answer_to_mark", token=token))


@bp.get("/exams/<int:exam_id>/marking/questions/<int:version_id>")
@requires(*MARKERS)
def marked_answers(exam_id: int, version_id: int) -> ResponseReturnValue:
    """What the person has given to the answers of a question, the latest first."""
    stand_under("exams.markings")
    session, actor = db_session(), current_actor()
    marking.appointment_of(session, exam_id, actor)
    exam = session.get_one(Exam, exam_id)
    shown = paging(
        marking.count_marked_by(session, actor, exam_id, version_id), size=LISTED_AT_ONCE
    )
    rows = marking.marked_by(
        session, actor, exam_id, version_id, limit=LISTED_AT_ONCE, offset=shown.offset
    )
    texts = answer_texts(session, [task for task, _mark in rows])
    stem = ""
    if rows:
        version = known_versions(session, [version_id])[version_id]
        stem = Markup(" ".join(version.printed.stem_parts)).striptags()
    return render_template(
        "exams/marking/marked.html",
        exam=exam,
        stem=stem,
        paging=shown,
        rows=[(task, mark, texts[task.sitting_question_id][:TEXT_SHOWN]) for task, mark in rows],
    )
