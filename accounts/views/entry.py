"""Sign-in, activation, sign-out, language and the first page of an empty installation.

Order in every try: read and check for waiting; hash; a short write; render. So no lock is held
while a hash is computed or a page rendered.
"""

from flask import redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import operations, passwords, queries, rules
from accounts.forms import ActivateForm, SignInForm
from accounts.operations import Attempt, CodeAttempt, Entry, EntryOutcome, Visit
from accounts.rules import Purpose
from accounts.views import browser
from accounts.views.blueprint import bp
from core.web import LANGUAGES, current_actor, db_session, moment, reading, signed_in, writing


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if request.method == "GET":
        if signed_in():
            return redirect(browser.next_path())
        if not queries.has_people(db_session()):
            return redirect(url_for("accounts.set_up"))
        return _sign_in_page(form)
    if not form.validate():
        return _sign_in_page(form), 422
    visit = browser.visit()
    outcome = _try_password(form.employee_no.data or "", form.password.data or "", visit)
    if outcome.entry is Entry.SIGNED_IN:
        browser.enter(visit.token)
        return redirect(browser.next_path())
    if outcome.entry is Entry.WRONG:
        form.password.errors = [_("请再输一次密码，字母分大小写")]
    page = _sign_in_page(form, _password_trouble(outcome))
    return page, _status(outcome), browser.wait_headers(outcome)


def _sign_in_page(form: SignInForm, trouble: str = "") -> str:
    return render_template("accounts/sign_in.html", form=form, trouble=trouble, **browser.way_on())


def _try_password(employee_no: str, password: str, visit: Visit) -> EntryOutcome:
    subjects = browser.subjects(employee_no, Purpose.PASSWORD)
    with reading() as session:
        found = queries.credentials_for(session, employee_no)
        user_id = found.user_id if found else None
        ends = queries.wait_of_try(
            session, subjects, user_id=user_id, address=visit.address, now=moment()
        )
    if ends is not None:
        return EntryOutcome(Entry.WAIT, waits_until=ends)
    stored = found.password_hash if found else None
    verdict = passwords.check_password(stored, password)
    attempt = Attempt(user_id, stored, verdict.is_right, subjects, verdict.fresh_hash)
    with writing() as session:
        return operations.sign_in(session, attempt, visit, actor=current_actor(), now=moment())


def _password_trouble(outcome: EntryOutcome) -> str:
    minutes = browser.minutes_to_wait(outcome)
    if outcome.entry is Entry.LEFT:
        text = _("你的离职已登记，不能再登录。有疑问找班组长。")
    elif outcome.entry is Entry.WAIT:
        text = _(
            "试错太多次，还要等 %(minutes)s 分钟。忘了密码，找班组长要激活码。", minutes=minutes
        )
    elif outcome.tries_left == 0:
        text = _("工号或密码不对。要等 %(minutes)s 分钟才能再试。", minutes=minutes)
    else:
        text = _(
            "工号或密码不对。还可以再试 %(n)s 次，之后要等 %(minutes)s 分钟。",
            n=outcome.tries_left,
            minutes=minutes,
        )
    return str(text)


def _status(outcome: EntryOutcome) -> int:
    if outcome.entry is Entry.LEFT:
        return 403
    return 429 if outcome.waits_until else 401


@bp.route("/activate", methods=["GET", "POST"])
def activate() -> ResponseReturnValue:
    """First sign-in and forgotten password: a code from the team leader, then a new password."""
    form = ActivateForm()
    if request.method == "GET":
        return _activate_page(form)
    if not form.validate():
        return _activate_page(form), 422
    number = form.employee_no.data or ""
    subjects = browser.subjects(number, Purpose.ACTIVATION)
    visit = browser.visit()
    with reading() as session:
        found = queries.credentials_for(session, number)
        user_id = found.user_id if found else None
        ends = queries.wait_of_try(
            session, subjects, user_id=user_id, address=visit.address, now=moment()
        )
    if ends is not None:
        return _activation_refused(form, EntryOutcome(Entry.WAIT, waits_until=ends))
    if browser.is_refused(form, found.names if found else (number,)):
        return _activate_page(form), 422
    attempt = CodeAttempt(
        user_id=user_id,
        code=form.code.data or "",
        new_hash=passwords.hash_password(form.new_password.data or ""),
        subjects=subjects,
        password_pair=browser.subjects(number, Purpose.PASSWORD).pair,
    )
    with writing() as session:
        outcome = operations.activate(session, attempt, visit, actor=current_actor(), now=moment())
    if outcome.entry is not Entry.SIGNED_IN:
        return _activation_refused(form, outcome)
    browser.enter(visit.token)
    return redirect(browser.next_path())


def _activate_page(form: ActivateForm, trouble: str = "") -> str:
    return render_template(
        "accounts/activate.html",
        form=form,
        trouble=trouble,
        **browser.way_on(),
        hours=rules.CODE_HOURS,
        least=rules.PASSWORD_LEAST,
        least_mixed=rules.PASSWORD_LEAST_MIXED,
    )


def _activation_refused(form: ActivateForm, outcome: EntryOutcome) -> ResponseReturnValue:
    minutes = browser.minutes_to_wait(outcome)
    if outcome.entry is Entry.LEFT:
        trouble = _("你的离职已登记，不能再登录。有疑问找班组长。")
    elif outcome.entry is Entry.WAIT:
        trouble = _(
            "试错太多次，还要等 %(minutes)s 分钟。激活码可能已作废，先找班组长要一个新的。",
            minutes=minutes,
        )
    elif outcome.tries_left == 0:
        trouble = _(
            "工号或激活码不对，这个激活码作废了。等 %(minutes)s 分钟，找班组长要一个新的。",
            minutes=minutes,
        )
    else:
        form.code.errors = [_("对一下工号和激活码；用过的、过期的都不行")]
        trouble = _("工号或激活码不对。还可以再试 %(n)s 次，之后激活码作废。", n=outcome.tries_left)
    page = _activate_page(form, trouble)
    return page, _status(outcome), browser.wait_headers(outcome)


@bp.get("/set-up")
def set_up() -> ResponseReturnValue:
    """The first page of an installation without people: where the first password is found."""
    if queries.has_people(db_session()):
        return redirect(url_for("accounts.sign_in"))
    return render_template("accounts/set_up.html")


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this browser's session; the next person on a shared terminal starts clean."""
    browser.sign_out_here()
    return redirect(url_for("accounts.sign_in"))


@bp.post("/language")
def choose_language() -> ResponseReturnValue:
    """Remember the language for this browser and for the person, and go back to the page."""
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        cookie["language"] = chosen
        actor = current_actor()
        if actor.user_id is not None:
            user = queries.person_for(db_session(), actor.user_id)
            operations.choose_language(db_session(), user, chosen, actor=actor, now=moment())
    return redirect(rules.local_path(request.form.get("back")))
