"""What the pages of this package share about the browser that asks and where it goes next."""

from typing import Any

from flask import current_app, request
from flask import session as cookie
from flask_babel import gettext as _
from flask_login import login_user
from werkzeug.exceptions import HTTPException

from accounts import operations, passwords, rules
from accounts.forms import ActivateForm, ChangePasswordForm
from accounts.operations import EntryOutcome, Visit
from accounts.rules import Purpose, Subjects
from core.keys import derive
from core.web import LoginUser, config, current_actor, db_session, moment, seeds, services


def address() -> str:
    """Where the request comes from; proxies are taken off where there are trusted ones."""
    return request.remote_addr or ""


def visit() -> Visit:
    """This browser with a new token, to sign in with."""
    return Visit(
        token=seeds().token(),
        hours=config().session_hours,
        address=address(),
        user_agent=request.user_agent.string,
        replaces_id=current_actor().session_id,
    )


def subjects(employee_no: str, purpose: Purpose) -> Subjects:
    """Under which keyed hashes a try from here at a number is counted."""
    key = derive(services().id_number_key, "sign-in counter")
    return rules.subjects_of(employee_no, address(), purpose, key=key)


def enter(token: str) -> None:
    """Put a new session into the cookie, of which nothing but the chosen language is kept.

    The answer is a redirect, so who that is need not be loaded before the next page.
    """
    language = cookie.get("language")
    cookie.clear()
    if language:
        cookie["language"] = language
    cookie.permanent = True
    login_user(LoginUser(token, None))


def next_path() -> str:
    """The page that was asked for before signing in, if it is a page of this server."""
    target = rules.local_path(request.values.get("next"))
    adapter = current_app.url_map.bind("localhost")
    try:
        adapter.match(target.split("?")[0], method="GET")
    except HTTPException:
        return "/"
    return target


def way_on() -> dict[str, str | None]:
    """Where a form leads: `next` for its hidden field, `onward` for links, None by default."""
    target = next_path()
    return {"next": target, "onward": None if target == "/" else target}


def this_page() -> str:
    """The address of the page shown, to come back to."""
    return request.full_path.rstrip("?")


def is_refused(form: ActivateForm | ChangePasswordForm, names: tuple[str | None, ...]) -> bool:
    """Whether the form's new password is refused; the reason stands at its field."""
    password = rules.normalise_password(form.new_password.data or "")
    problem = rules.password_problem(password, names=names, common=passwords.common_passwords())
    if problem is not None:
        form.new_password.errors = [_(problem)]
    return problem is not None


def wait_headers(outcome: EntryOutcome) -> dict[str, Any]:
    """Tells scripts how long to wait."""
    if outcome.waits_until is None:
        return {}
    return {"Retry-After": str(max(1, int((outcome.waits_until - moment()).total_seconds())))}


def minutes_to_wait(outcome: EntryOutcome) -> int:
    """Minutes until the next try is taken, or that a wrong last one would cost."""
    if outcome.waits_until is None:
        return rules.WAIT.seconds // 60
    return rules.minutes_until(outcome.waits_until, now=moment())


def sign_out_here() -> None:
    """End the session of whoever is signed in, and empty this browser's cookie."""
    actor = current_actor()
    if actor.user_id is not None and actor.session_id is not None:
        operations.end_sessions(
            db_session(),
            actor.user_id,
            reason="signed_out",
            only_id=actor.session_id,
            actor=actor,
            now=moment(),
        )
    cookie.clear()
