"""The door of a shared terminal: in with a card code, out without a trace, and nothing else.

On a registered terminal every other page leads to the door, and whoever came in by it gets no
further than the own exams.
"""

from dataclasses import replace

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import queries as people
from accounts import rules
from accounts.models import Terminal
from accounts.operations import Entry, EntryOutcome
from accounts.rules import Purpose
from accounts.views import browser
from core.errors import N_, Conflict, Forbidden
from core.keys import derive
from core.pages import say_moment
from core.web import (
    config,
    current_actor,
    db_session,
    moment,
    reading,
    requires,
    services,
    signed_in,
    wants_json,
    writing,
)
from exams.operations.cards import CardAttempt, CardOutcome, Look, enter_by_card, look_at_card
from exams.queries.cards import (
    card_of_session,
    choices_at_terminal,
    open_sitting_ids,
    team_name_of,
)
from exams.terminal_forms import CardForm
from exams.views.blueprint import bp
from exams.views.journal import milliseconds
from exams.views.terminals import this_terminal

# What a candidate at a terminal may open: the own exams, whatever pages they come to have.
CANDIDATE_PATHS = ("/my-exams", "/sittings/", "/modules/images/")
# What anybody at a terminal may open besides.
ANYBODY = {
    "static",
    "health.healthz",
    "health.readyz",
    "accounts.choose_language",
    "accounts.privacy_notice",
    "accounts.acknowledge",
    "accounts.sign_out",
    "exams.terminal",
    "exams.leave_terminal",
    "exams.leaving_terminal",
}


def card_key() -> bytes:
    """The key of card codes' hashes, which is not in the database."""
    return derive(services().id_number_key, "card code")


@bp.before_app_request
def stay_at_the_door() -> ResponseReturnValue | None:
    """Keep a terminal to its one purpose."""
    if request.endpoint is None or request.endpoint in ANYBODY:
        return None
    person = signed_in()
    is_guest = person is not None and person.terminal_id is not None
    if request.path.startswith(CANDIDATE_PATHS):
        if is_guest and request.endpoint in ("exams.start", "exams.begin"):
            _refuse_other_exam((request.view_args or {})["exam_id"])
        return None
    if not is_guest and this_terminal() is None:
        return None
    if wants_json():
        return jsonify(error="terminal", message=_("公用终端上只能考试、看自己的成绩")), 403
    if is_guest:
        flash(_("公用终端上只能考试、看自己的成绩"), "warn")
        return redirect(url_for("exams.my_exams"))
    return redirect(url_for("exams.terminal"))


def _refuse_other_exam(exam_id: int) -> None:
    session_id = current_actor().session_id
    with reading() as session:
        card = card_of_session(session, session_id) if session_id is not None else None
        is_other = card is not None and card.exam_id not in (None, exam_id)
    if is_other:
        raise Forbidden(N_("这张卡只能考卡上写的那场考试。要考别的，找班组长要新的卡码"))


@bp.route("/terminal", methods=["GET", "POST"])
def terminal() -> ResponseReturnValue:
    """The one door: number and code, then "is that you?", then the exam."""
    found = this_terminal()
    form = CardForm()
    if found is None:
        if request.method == "POST":
            raise Conflict(N_("这台设备没有登记为考试终端，或者已经停用。找安全科"))
        return render_template("exams/no_terminal.html")
    if request.method == "GET":
        return _left_open() or _door(found, form)
    if not form.validate():
        return _door(found, form), 422
    if request.form.get("confirmed"):
        return _enter(found, form)
    with writing() as session:
        attempt = _attempt(form)
        outcome = look_at_card(
            session, attempt, address=browser.address(), actor=current_actor(), now=moment()
        )
        if outcome.look is Look.RIGHT and outcome.card is not None:
            user = people.person_for(session, outcome.card.user_id)
            name, team = user.name, team_name_of(session, user.id)
    if outcome.look is not Look.RIGHT:
        return _refused(found, form, outcome)
    return render_template(
        "exams/terminal_confirm.html", terminal=found, form=form, name=name, team=team
    )


def _attempt(form: CardForm) -> CardAttempt:
    number = form.employee_no.data or ""
    with reading() as session:
        known = people.credentials_for(session, number)
    return CardAttempt(
        user_id=known.user_id if known else None,
        code=form.code.data or "",
        subjects=browser.subjects(number, Purpose.CARD),
        key=card_key(),
    )


def _door(found: Terminal, form: CardForm, trouble: str = "") -> str:
    return render_template(
        "exams/terminal.html",
        terminal=found,
        form=form,
        trouble=trouble,
        server_ms=milliseconds(moment()),
    )


def _left_open() -> ResponseReturnValue | None:
    """Somebody has not signed out: on with the exam, or out, before anybody else."""
    person = signed_in()
    if person is None or person.actor.user_id is None:
        return None
    running = open_sitting_ids(db_session(), person.actor.user_id, only_exam_id=None, now=moment())
    return render_template("exams/terminal_left_open.html", running=running)


def _enter(found: Terminal, form: CardForm) -> ResponseReturnValue:
    visit = replace(browser.visit(), hours=rules.TERMINAL_HOURS, terminal_id=found.id)
    attempt = _attempt(form)
    with writing() as session:
        outcome = enter_by_card(
            session,
            attempt,
            visit,
            session.merge(found, load=True),
            actor=current_actor(),
            now=moment(),
        )
        if outcome.look is Look.RIGHT and outcome.card is not None:
            user_id, exam_id = outcome.card.user_id, outcome.card.exam_id
    if outcome.look is not Look.RIGHT:
        return _refused(found, form, outcome)
    browser.enter(visit.token)
    # The browser forgets it when it is closed.
    cookie.permanent = False
    return redirect(_landing(user_id, exam_id))


def _landing(user_id: int, exam_id: int | None) -> str:
    """The sitting that runs, or the one exam to begin, or the list where there is a choice."""
    with reading() as session:
        choices = choices_at_terminal(
            session, user_id, only_exam_id=exam_id, zone=config().time_zone, now=moment()
        )
        due = [exam.id for exam in choices.due]
    if choices.running:
        return url_for("exams.sitting", sitting_id=choices.running[0])
    if len(due) == 1:
        return url_for("exams.start", exam_id=due[0])
    return url_for("exams.my_exams")


def _refused(found: Terminal, form: CardForm, outcome: CardOutcome) -> ResponseReturnValue:
    if outcome.look is Look.EARLY and outcome.card is not None:
        at = say_moment(outcome.card.valid_from)
        return _door(found, form, _("这个卡码 %(at)s 起才能用。", at=at)), 401
    refusal = outcome.refusal or EntryOutcome(Entry.WRONG)
    if refusal.entry is Entry.LEFT:
        return _door(found, form, _("你的离职已登记，不能再登录。有疑问找班组长。")), 403
    minutes = browser.minutes_to_wait(refusal)
    if refusal.entry is Entry.WAIT:
        trouble = _(
            "试错太多次，还要等 %(minutes)s 分钟。卡码可能已作废，先找班组长要一张新的。",
            minutes=minutes,
        )
    elif refusal.tries_left == 0:
        trouble = _(
            "工号或卡码不对，这个卡码作废了。等 %(minutes)s 分钟，找班组长要一张新的。",
            minutes=minutes,
        )
    else:
        form.code.errors = [_("对一下工号和卡码；用过的、过期的都不行")]
        trouble = _("工号或卡码不对。还可以再试 %(n)s 次，之后卡码作废。", n=refusal.tries_left)
    status = 429 if refusal.waits_until else 401
    return _door(found, form, trouble), status, browser.wait_headers(refusal)


@bp.get("/terminal/leave")
@requires()
def leaving_terminal() -> ResponseReturnValue:
    """Ask before leaving a sitting that runs: its clock does not stop."""
    actor = current_actor()
    assert actor.user_id is not None
    running = open_sitting_ids(db_session(), actor.user_id, only_exam_id=None, now=moment())
    return render_template("exams/terminal_leave.html", running=running)


@bp.post("/terminal/leave")
def leave_terminal() -> ResponseReturnValue:
    """End the session of whoever is signed in, and stand at the door again."""
    browser.sign_out_here()
    answer = redirect(url_for("exams.terminal"), 303)
    # What the browser may have kept of the pages; storage stays, for it may hold answers of an
    # interrupted sitting that only its own candidate can deliver.
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer
