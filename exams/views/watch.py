"""One person's sitting as the invigilator sees it: what happened, and what a person may decide."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.errors import N_, Conflict, Forbidden
from core.forms import BaseForm
from core.pages import stand_under
from core.web import config, current_actor, db_session, moment, requires
from exams.forms import MoreMinutesForm, ReasonForm
from exams.invigilation_forms import MessageForm, NoteForm
from exams.models import RUNNING, IntegrityDecision, LateDecision, SittingState
from exams.operations.closing import close_for
from exams.operations.delivery import decide_late_answers
from exams.operations.invigilation import add_note, send_message
from exams.operations.sitting import extend_sitting, reopen_sitting
from exams.operations.verdicts import confirm_sitting, void_sitting
from exams.queries.board import Watched, watched_sitting
from exams.queries.exams import MANAGERS, WATCHERS, may_manage
from exams.queries.sittings import is_to_mark
from exams.rules import seconds_left, state_at
from exams.scoring import Result, result_of
from exams.views.blueprint import bp
from exams.views.board import cells
from exams.views.timeline import shown_times, timeline

FORMS: dict[str, type[BaseForm]] = {
    "extend": MoreMinutesForm,
    "reopen": MoreMinutesForm,
    "close": ReasonForm,
    "accept": ReasonForm,
    "confirm": ReasonForm,
    "void": ReasonForm,
    "note": NoteForm,
    "message": MessageForm,
}
# (sign, words)
VERDICTS = {
    True: ("safe", _l("合格")),
    False: ("stop", _l("不合格")),
    None: ("open", _l("待阅卷")),
}
# Both decisions on late answers share one form.
FORM_OF = {"reject": "accept"}


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
        for key in FORMS
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
        events=timeline(session, sitting_id),
        times=shown_times(session, sitting_id),
    )


def _done(found: Watched, sent: str, form: BaseForm) -> bool:
    """Do it; a refusal is said at the form's reason, or above the page where it has none."""
    act, words = _acts(found, form)[sent]
    try:
        act()
    except Conflict as conflict:
        refusal = _(conflict.msgid, **conflict.values)
        if isinstance(form, ReasonForm):
            form.reason.errors = [refusal]
            return False
        flash(refusal, "warn")
        return True
    flash(words)
    return True


def _acts(found: Watched, form: BaseForm) -> dict[str, tuple[Callable[[], object], str]]:
    """What each act does, and what is said once it is done."""
    session, sitting, actor, now = db_session(), found.sitting, current_actor(), moment()
    minutes = form.minutes.data or 0 if isinstance(form, MoreMinutesForm) else 0
    reason = form.reason.data or "" if isinstance(form, ReasonForm) else ""
    text = form.text.data or "" if isinstance(form, NoteForm | MessageForm) else ""
    why: dict[str, Any] = {"reason": reason, "actor": actor, "now": now}
    said: dict[str, Any] = {"text": text, "actor": actor, "now": now}
    return {
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
        "confirm": (lambda: confirm_sitting(session, sitting.id, **why), _("已确认，成绩算数")),
        "void": (lambda: _void(found, why), _("已作废，成绩按不合格算")),
        "note": (lambda: add_note(session, sitting, **said), _("已记下")),
        "message": (
            lambda: send_message(session, found.exam, [sitting.id], is_to_all=False, **said),
            _("已发，20 秒内显示在考试页面上"),
        ),
    }


def _void(found: Watched, why: dict[str, Any]) -> None:
    """Only whoever manages the exam takes a result away."""
    if not may_manage(db_session(), why["actor"], found.exam):
        raise Forbidden(N_("作废由管这场考试的考试员决定。"))
    void_sitting(db_session(), found.sitting.id, **why)


def _shown(found: Watched) -> dict[str, Any]:
    exam, sitting, seat, now = found.exam, found.sitting, found.seat, moment()
    (cell,) = cells([seat], now=now)
    is_running = sitting.state in RUNNING
    is_open = state_at(sitting.state, deadline=sitting.deadline, now=now) is SittingState.OPEN
    return {
        "exam": exam,
        "sitting": sitting,
        "seat": seat,
        "presence": found.presence,
        "sign": cell.sign,
        "is_own": _is_own(found),
        "is_to_mark": is_to_mark(sitting),
        "words": cell.words,
        "minutes_left": -(-seconds_left(deadline=sitting.deadline, now=now) // 60),
        "may_extend": is_open,
        "may_close": is_running,
        "may_reopen": not is_running and not sitting.is_passed,
        "may_decide": not is_running and sitting.late_decision is LateDecision.PENDING,
        "is_voided": sitting.integrity_decision is IntegrityDecision.VOIDED,
        "may_confirm": not is_running and sitting.integrity_decision is IntegrityDecision.PENDING,
        "may_void": not is_running
        and sitting.integrity_decision is not IntegrityDecision.VOIDED
        and current_actor().has(*MANAGERS),
        "results": _results(found) if sitting.late_decision is LateDecision.PENDING else [],
    }


def _is_own(found: Watched) -> bool:
    """Whether the invigilator is the candidate, for whom somebody else has to decide."""
    return found.sitting.user_id == current_actor().user_id


def _results(found: Watched) -> list[tuple[str, Result, tuple[str, str]]]:
    """What the sitting comes to without its late answers and with them, judged as it is marked."""
    told = []
    for title, with_late in ((_("不算补交的答案"), False), (_("算上补交的答案"), True)):
        result = result_of(db_session(), found.sitting, found.exam, with_late=with_late)
        told.append((title, result, VERDICTS[result.is_passed]))
    return told
