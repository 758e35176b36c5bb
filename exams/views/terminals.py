"""Registering this browser as a shared terminal, the list of terminals, revoking one."""

from flask import flash, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, URLSafeSerializer

from accounts import operations as accounts
from accounts import queries as people
from accounts.models import Terminal
from core.identity import Role
from core.pages import NavItem
from core.web import (
    SAFE_METHODS,
    config,
    current_actor,
    db_session,
    moment,
    reading,
    requires,
    seeds,
    services,
    writing,
)
from exams.terminal_forms import TerminalForm
from exams.views.blueprint import bp

KEEPERS = (Role.ADMINISTRATOR, Role.SAFETY_MANAGER, Role.EXAMINER)
NAV: tuple[NavItem, ...] = (
    NavItem("exams.terminals", _l("考试终端"), "pc-display", "exams", KEEPERS, order=60),
)
COOKIE = "shanggang_terminal"
# As long as browsers keep a cookie at all.
COOKIE_SECONDS = 400 * 24 * 3600


def this_terminal() -> Terminal | None:
    """The registered terminal that asks, or None; looked up once in a request."""
    if "terminal" not in g:
        g.terminal = _by_cookie()
    found: Terminal | None = g.terminal
    return found


def _by_cookie() -> Terminal | None:
    sent = request.cookies.get(COOKIE)
    if sent is None:
        return None
    try:
        token = terminal_signer().loads(sent)
    except BadSignature:
        return None
    if request.method in SAFE_METHODS:
        return people.terminal_by_token(db_session(), token)
    with reading() as session:
        found = people.terminal_by_token(session, token)
        # The end of reading would make what was loaded unreadable.
        session.expunge_all()
    return found


def terminal_signer() -> URLSafeSerializer:
    return URLSafeSerializer(services().session_key, salt="terminal")


@bp.get("/terminals")
@requires(*KEEPERS)
def terminals() -> ResponseReturnValue:
    return _page(TerminalForm(formdata=None))


def _page(form: TerminalForm) -> str:
    with reading() as session:
        rows = people.terminals(session)
        session.expunge_all()
    return render_template("exams/terminals.html", form=form, terminals=rows)


@bp.post("/terminals")
@requires(*KEEPERS)
def register_terminal() -> ResponseReturnValue:
    """Make this browser a terminal: whoever did it is signed out, and the door stands open."""
    form = TerminalForm()
    if not form.validate():
        return _page(form), 422
    actor, token = current_actor(), seeds().token()
    with writing() as session:
        accounts.register_terminal(
            session,
            name=form.name.data or "",
            place=form.place.data or "",
            token=token,
            actor=actor,
            now=moment(),
        )
        assert actor.user_id is not None, "behind @requires()"
        accounts.end_sessions(
            session,
            actor.user_id,
            reason="signed_out",
            only_id=actor.session_id,
            actor=actor,
            now=moment(),
        )
    cookie.clear()
    answer = redirect(url_for("exams.terminal"))
    answer.set_cookie(
        COOKIE,
        terminal_signer().dumps(token),
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=config().is_https,
    )
    return answer


@bp.post("/terminals/<int:terminal_id>/revoke")
@requires(*KEEPERS)
def revoke_terminal(terminal_id: int) -> ResponseReturnValue:
    session = db_session()
    found = people.terminal_for(session, terminal_id)
    accounts.revoke_terminal(session, found, actor=current_actor(), now=moment())
    flash(_("“%(name)s”停用了，那台设备变回普通设备", name=found.name))
    return redirect(url_for("exams.terminals"))
