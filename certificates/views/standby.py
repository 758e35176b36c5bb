"""待岗: what failed resits propose, and the decisions that a safety manager makes about it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from certificates import operations, standby
from certificates.forms import DecisionForm
from certificates.standby import DECIDERS, StandbyLine, StandbyState
from certificates.views.blueprint import bp
from core.errors import N_, Conflict, Forbidden
from core.pages import stand_under
from core.web import current_actor, db_session, moment, requires, today

PAGE_SIZE = 50
# (sign, word)
STANDBY_STATES = {
    StandbyState.PROPOSED: ("warn", _l("待确认")),
    StandbyState.CONFIRMED: ("stop", _l("待岗")),
    StandbyState.LIFTED: ("safe", _l("已解除")),
    StandbyState.DECLINED: ("none", _l("不待岗")),
}


@bp.get("/standby")
@requires(*DECIDERS)
def standby_flags() -> ResponseReturnValue:
    """The flags of the actor's people: to be decided first; those that are over on demand."""
    session, actor, day = db_session(), current_actor(), today()
    wants_closed = request.args.get("show") == "closed"
    total, waiting = standby.count_standby(session, actor, wants_closed=wants_closed, today=day)
    page = max(1, min(request.args.get("page", 1, type=int), -(-total // PAGE_SIZE) or 1))
    lines = standby.standby_list(
        session,
        actor,
        wants_closed=wants_closed,
        today=day,
        limit=PAGE_SIZE,
        offset=(page - 1) * PAGE_SIZE,
    )
    return render_template(
        "certificates/standby.html",
        lines=[(line, *STANDBY_STATES[line.state]) for line in lines],
        total=total,
        waiting=waiting,
        wants_closed=wants_closed,
        page=page,
        has_next=page * PAGE_SIZE < total,
    )


@bp.route("/standby/<int:flag_id>", methods=["GET", "POST"])
@requires(*DECIDERS)
def standby_flag(flag_id: int) -> ResponseReturnValue:
    """One flag with what led to it; POST confirms or lifts it, with a reason."""
    stand_under("certificates.standby_flags")
    session, actor = db_session(), current_actor()
    line = standby.standby_for(session, actor, flag_id, today=today())
    is_own = line.user_id == actor.user_id
    if request.method == "POST" and is_own:
        raise Forbidden(N_("这是你自己的待岗，由别的安全管理员决定。"))
    form = DecisionForm()
    if form.validate_on_submit() and _decided(line, form):
        return redirect(url_for("certificates.standby_flags"))
    page = render_template(
        "certificates/standby_flag.html",
        line=line,
        state=STANDBY_STATES[line.state],
        form=form,
        is_own=is_own,
        may_confirm=line.state is StandbyState.PROPOSED,
        may_lift=line.state in (StandbyState.PROPOSED, StandbyState.CONFIRMED),
    )
    return page, 422 if form.errors else 200


def _decided(line: StandbyLine, form: DecisionForm) -> bool:
    """Make the decision; a refusal is said at the reason."""
    session, actor, now = db_session(), current_actor(), moment()
    flag, reason = standby.flag_of(session, line), form.reason.data or ""
    try:
        if request.form.get("do") == "confirm":
            operations.confirm_standby(session, flag, reason=reason, actor=actor, now=now)
            flash(_("已确认 %(name)s 待岗", name=line.name), "safe")
        else:
            operations.lift_standby(session, flag, reason=reason, actor=actor, now=now)
            flash(_("已解除 %(name)s 的待岗", name=line.name), "safe")
    except Conflict as conflict:
        form.reason.errors = [_(conflict.msgid, **conflict.values)]
        return False
    return True
