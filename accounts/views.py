"""Sign-in, sign-out, language, and a person's own page."""

from flask import Blueprint, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from core.pages import NavItem
from core.web import LANGUAGES, requires

bp = Blueprint("accounts", __name__)
NAV: tuple[NavItem, ...] = ()


@bp.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    return "sign in"


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    return redirect(url_for("accounts.sign_in"))


@bp.get("/me")
@requires()
def me() -> ResponseReturnValue:
    return "me"


@bp.post("/language")
def choose_language() -> ResponseReturnValue:
    """Remember the language for this browser and go back to the page."""
    if request.form.get("language") in LANGUAGES:
        session["language"] = request.form["language"]
    back = request.form.get("back", "/")
    return redirect(back if back.startswith("/") and not back.startswith("//") else "/")
