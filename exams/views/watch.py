"""One person's sitting as the invigilator sees it: what happened, and what a person may decide."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.errors import N_, Conflict, Forbidden
from core.pages import show_moment, show_points, stand_under
from core.web import config, current_actor, db_session, moment, requires
from exams.forms import MoreMinutesForm, ReasonForm
from exams.links import (
    APPEAL,
    CLOSED_FOR,
    EXTENDED,
    LATE_DECIDED,
    PAPER,
    REGRADED,
    REOPENED,
    TAKEN_OVER,
)
from exams.models import RUNNING, LateDecision, SittingState
from exams.operations.closing import close_for
from exams.operations.delivery import decide_late_answers
from exams.operations.sitting import extend_sitting, reopen_sitting
from exams.queries.board import Happening, Watched, happenings, watched_sitting
from exams.queries.exams import WATCHERS
from exams.rules import seconds_left, state_at
from exams.views.blueprint import bp
from exams.views.board import ATTENDANCES, cells

FORMS: dict[str, type[ReasonForm]] = {
    "extend": MoreMinutesForm,
    "reopen": MoreMinutesForm,
    "close": ReasonForm,
    "accept": ReasonForm,
    "reject": ReasonForm,
}
# Both decisions on late answers share one form.
FORM_OF = {"reject": "accept"}
# (sign, words)
EVENTS = {
    PAPER: ("open", _l("开始考试")),
    TAKEN_OVER: ("warn", _l("换了一台设备接着答")),
    CLOSED_FOR: ("must", _l("监考人收卷")),
    SittingState.SUBMITTED.value: ("safe", _l("交卷")),
    SittingState.EXPIRED.value: ("safe", _l("到时收卷")),
}


@dataclass(frozen=True)
class ShownEvent:
    """One line of what happened."""

    at: str
    sign: str
    words: str
    by: str
    reason: str


@bp.route("/exams/sittings/<int:sitting_id>/watch", methods=["GET", "POST"])
@requires(*WATCHERS)
def watch(sitting_id: int) -> ResponseReturnValue:
    """One sitting; POST does what `do` says, with a reason."""
    stand_under("exams.boards")
    session, actor, now = db_session(), current_actor(), moment()
    found = watched_sitting(session, actor, sitting_id, zone=config().time_zone, now=now)
    sent = request.form.get("do", "")
    if request.method == "POST" and _is_own(found):
        raise Forbidden(N_("这是你自己的答卷，由别的监考人处理。"))
    forms = {
        key: FORMS[key](request.form if FORM_OF.get(sent, sent) == key else None, prefix=key)
        for key in ("extend", "reopen", "close", "accept")
    }
    form = forms.get(FORM_OF.get(sent, sent))
    if request.method == "POST" and form is not None and form.validate():
        if _done(found, sent, form):
            return redirect(url_for("exams.watch", sitting_id=sitting_id))
        session.refresh(found.sitting)
    return render_template(
        "exams/watch.html",
        **_shown(found),
        forms=forms,
        events=[_say(one) for one in happenings(session, sitting_id)],
    )


def _done(found: Watched, sent: str, form: ReasonForm) -> bool:
    """Do it; a refusal is said at the form's reason."""
    session, sitting = db_session(), found.sitting
    minutes = form.minutes.data or 0 if isinstance(form, MoreMinutesForm) else 0
    why: dict[str, Any] = {
        "reason": form.reason.data or "",
        "actor": current_actor(),
        "now": moment(),
    }
    acts: dict[str, tuple[Callable[[], None], str]] = {
        "extend": (
            lambda: extend_sitting(session, sitting, minutes=minutes, **why),
            _("已加时 %(n)s 分", n=minutes),
        ),
        "reopen": (
            lambda: reopen_sitting(session, sitting.id, minutes=minutes, **why),
            _("已重新打开，从现在起 %(n)s 分", n=minutes),
        ),
        "close": (lambda: close_for(session, sitting.id, **why), _("已收卷")),
        "accept": (
            lambda: decide_late_answers(session, sitting.id, accepts=True, **why),
            _("补交的答案算数，成绩已改"),
        ),
        "reject": (
            lambda: decide_late_answers(session, sitting.id, accepts=False, **why),
            _("补交的答案不算，成绩不变"),
        ),
    }
    act, words = acts[sent]
    try:
        act()
    except Conflict as conflict:
        form.reason.errors = [_(conflict.msgid, **conflict.values)]
        return False
    flash(words)
    return True


def _shown(found: Watched) -> dict[str, Any]:
    exam, sitting, seat, now = found.exam, found.sitting, found.seat, moment()
    sign = ATTENDANCES[seat.attendance][0]
    (cell,) = cells([seat], now=now)
    is_running = sitting.state in RUNNING
    is_open = state_at(sitting.state, deadline=sitting.deadline, now=now) is SittingState.OPEN
    return {
        "exam": exam,
        "sitting": sitting,
        "seat": seat,
        "presence": found.presence,
        "sign": sign,
        "is_own": _is_own(found),
        "words": cell.words,
        "minutes_left": -(-seconds_left(deadline=sitting.deadline, now=now) // 60),
        "may_extend": is_open,
        "may_close": is_running,
        "may_reopen": not is_running and not sitting.is_passed,
        "may_decide": not is_running and sitting.late_decision is LateDecision.PENDING,
        "results": [
            (title, score, _verdict(score, sitting.pass_mark_tenths or exam.pass_mark_tenths))
            for title, score in (
                (_("不算补交的答案"), sitting.score_tenths),
                (_("算上补交的答案"), sitting.late_score_tenths),
            )
            if score is not None
        ],
    }


def _is_own(found: Watched) -> bool:
    """Whether the invigilator is the candidate, for whom somebody else has to decide."""
    return found.sitting.user_id == current_actor().user_id


def _verdict(score: int, pass_mark: int) -> tuple[str, str]:
    return ("safe", _("合格")) if score >= pass_mark else ("stop", _("不合格"))


def _say(one: Happening) -> ShownEvent:
    sign, words = _sign_and_words(one)
    by = one.actor_name or ""
    return ShownEvent(show_moment(one.at), sign, words, by, one.reason or "")


def _sign_and_words(one: Happening) -> Sequence[str]:
    content = one.content if isinstance(one.content, dict) else {}
    if one.kind == EXTENDED:
        return "must", _("加时，共加 %(n)s 分", n=content.get("extra_minutes", 0))
    if one.kind == REOPENED:
        return "must", _("重新打开 %(n)s 分", n=content.get("minutes", 0))
    if one.kind == REGRADED:
        return "must", _("成绩更正，%(score)s 分", score=show_points(content.get("score_tenths")))
    if one.kind == APPEAL:
        is_filed = content.get("act") == "filed"
        return ("open", _("考生提了申诉")) if is_filed else ("must", _("申诉答复了"))
    if one.kind == LATE_DECIDED:
        score = show_points(content.get("score_tenths"))
        if content.get("late") == LateDecision.ACCEPTED.value:
            return "must", _("补交的答案算数，%(score)s 分", score=score)
        return "must", _("补交的答案不算，%(score)s 分", score=score)
    if one.kind in (SittingState.SUBMITTED.value, SittingState.EXPIRED.value):
        sign, words = EVENTS[one.kind]
        score = show_points(content.get("score_tenths"))
        return sign, _("%(what)s，%(score)s 分", what=words, score=score)
    sign, words = EVENTS.get(one.kind, ("open", one.kind))
    return sign, str(words)
