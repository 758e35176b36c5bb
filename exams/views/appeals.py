"""A candidate's appeals: filing one, and what became of each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.pages import say_moment, show_points
from core.web import current_actor, db_session, moment, requires
from exams.correction_forms import AppealForm
from exams.models import (
    RUNNING,
    WHOLE_RESULT,
    Appeal,
    AppealOutcome,
    AppealState,
    Exam,
    Sitting,
)
from exams.operations.appeals import file_appeal
from exams.queries import appeals as queries
from exams.queries import sittings
from exams.queries.regrade import regraded_since
from exams.queries.visibility import hidden_results
from exams.rules import appeal_until
from exams.views.blueprint import bp

STATES = {
    AppealState.FILED: ("open", _l("已提交")),
    AppealState.IN_HAND: ("must", _l("处理中")),
    AppealState.DECIDED: ("safe", _l("已答复")),
}
OUTCOMES = {AppealOutcome.GRANTED: _l("成立"), AppealOutcome.REJECTED: _l("不成立")}


@dataclass(frozen=True)
class ShownAppeal:
    """One appeal with what happened to it."""

    id: int
    sitting_id: int
    title: str
    about: str
    text: str
    sign: str
    word: str
    answer: str
    steps: tuple[tuple[datetime, str], ...]


@dataclass(frozen=True)
class News:
    """Something about a result that its person should learn."""

    text: str
    fact: str
    sitting_id: int
    at: datetime


@bp.get("/my-appeals")
@requires()
def my_appeals() -> ResponseReturnValue:
    """The person's appeals, the newest first."""
    actor = current_actor()
    assert actor.user_id is not None
    found = queries.appeals_of_person(db_session(), actor.user_id)
    return render_template(
        "exams/appeals/mine.html", appeals=[shown_appeal(one, title) for one, title in found]
    )


@bp.route("/sittings/<int:sitting_id>/appeals", methods=["GET", "POST"])
@requires()
def appeal(sitting_id: int) -> ResponseReturnValue:
    """Question one's own result; which question, the address may say."""
    session, actor, now = db_session(), current_actor(), moment()
    sitting = sittings.sitting_for(session, actor, sitting_id)
    exam = sittings.exam_of(session, sitting)
    if sitting.state in RUNNING:
        return redirect(url_for("exams.sitting", sitting_id=sitting.id))
    form = AppealForm()
    asked = request.args.get("slot", "0")
    if not form.is_submitted():
        form.slot.data = int(asked) if asked.isdecimal() and len(asked) < 5 else WHOLE_RESULT
    slots = queries.slots_of(session, sitting.id)
    form.slot.choices = [
        (WHOLE_RESULT, _("整个成绩")),
        *((slot, _("第 %(n)s 题", n=slot)) for slot in slots),
    ]
    if form.validate_on_submit():
        text = form.text.data or ""
        try:
            file_appeal(session, sitting.id, slot=form.slot.data, text=text, actor=actor, now=now)
        except Conflict as conflict:
            form.text.errors = [say_conflict(conflict)]
        else:
            flash(_("申诉已提交。答复了会写在这里和首页"), "safe")
            return redirect(url_for("exams.my_appeals"))
    until = last_moment(session, exam, sitting)
    page = render_template(
        "exams/appeals/new.html",
        exam=exam,
        sitting=sitting,
        form=form,
        until=until,
        is_open=until is not None and now <= until,
    )
    return page, 422 if form.errors else 200


def say_conflict(conflict: Conflict) -> str:
    """The sentence of a conflict with its moments as people read them."""
    values = {
        name: say_moment(value) if isinstance(value, datetime) else value
        for name, value in conflict.values.items()
    }
    return str(_(conflict.msgid, **values))


def last_moment(session: Session, exam: Exam, sitting: Sitting) -> datetime | None:
    """Until when this result may be questioned; None where it may not be, or not yet."""
    visible_at = queries.visible_since(session, exam, sitting)
    if visible_at is None or moment() < visible_at:
        return None
    return appeal_until(visible_at=visible_at, days=exam.appeal_days)


def shown_appeal(one: Appeal, title: str) -> ShownAppeal:
    """An appeal as its candidate sees it."""
    sign, word = STATES[one.state]
    if one.outcome is not None:
        sign = "safe" if one.outcome is AppealOutcome.GRANTED else "stop"
        word = _("已答复：%(outcome)s", outcome=OUTCOMES[one.outcome])
    steps = [(one.filed_at, _("提交了申诉"))]
    if one.taken_at is not None:
        steps.append((one.taken_at, _("有人在处理")))
    if one.decided_at is not None:
        steps.append((one.decided_at, _("答复了")))
    return ShownAppeal(
        one.id,
        one.sitting_id,
        title,
        about(one),
        one.text,
        sign,
        str(word),
        one.answer,
        tuple(steps),
    )


def about(one: Appeal) -> str:
    """第 3 题, or 整个成绩."""
    return str(_("整个成绩")) if one.slot == WHOLE_RESULT else str(_("第 %(n)s 题", n=one.slot))


def news_of(session: Session, user_id: int, *, now: datetime) -> list[News]:
    """What a person should learn: answers to appeals, and results that a regrade changed.

    Nothing is told of a changed result that the person may not see.
    """
    since, hidden = now - queries.NEWS_SHOWN, hidden_results(session, user_id, now=now)
    news = [
        News(
            _("《%(exam)s》%(about)s的申诉已答复", exam=title, about=about(one)),
            str(OUTCOMES[one.outcome]) if one.outcome else "",
            one.sitting_id,
            one.decided_at,
        )
        for one, title in queries.answered_since(session, user_id, since=since)
        if one.decided_at is not None
    ]
    news += [
        News(
            _("《%(exam)s》的成绩更正了", exam=title),
            say_change(one),
            one.sitting_id,
            one.done_at,
        )
        for one, title in regraded_since(session, user_id, since=since)
        if one.sitting_id not in hidden
    ]
    return sorted(news, key=lambda one: one.at, reverse=True)


def say_change(one: Any) -> str:
    """76 分，合格 → 74 分，不合格."""
    if one.score_after is None:
        return str(_("待阅卷"))
    return str(
        _(
            "%(old)s 分，%(was)s → %(new)s 分，%(is)s",
            old=show_points(one.score_before),
            new=show_points(one.score_after),
            **{
                "was": _("合格") if one.was_passed else _("不合格"),
                "is": _("合格") if one.is_passed else _("不合格"),
            },
        )
    )
