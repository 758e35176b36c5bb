"""Card codes for people without a phone: one on the screen, or a sheet to print and cut."""

from datetime import datetime, time, timedelta
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts.models import User
from accounts.rules import CARD_LENGTH, show_card
from core.chance import new_digits
from core.clock import local_date
from core.errors import N_, Conflict, Forbidden
from core.identity import Actor, Role
from core.web import config, current_actor, moment, reading, requires, seeds, writing
from exams.models import Exam
from exams.operations.cards import Validity, make_card
from exams.queries.exams import watched_exams
from exams.terminal_forms import CardsForm
from exams.views.blueprint import bp
from exams.views.door import card_key
from teams import queries
from teams.forms import choices_of
from teams.queries.people import home_path, working_people
from teams.rules import may_make_card

MAKERS = (Role.TEAM_LEADER, Role.ADMINISTRATOR)
# Exams that open within these days can be chosen, and codes for a day reach as far.
DAYS_AHEAD = timedelta(days=14)
# So many cards at a time; more would hold the database too long.
MOST_CARDS = 200
CARDS_PER_WRITE = 40


@bp.route("/people/<int:user_id>/card", methods=["GET", "POST"])
@requires(*MAKERS)
def person_card(user_id: int) -> ResponseReturnValue:
    """One code, shown large on the screen once."""
    with reading() as session:
        user = queries.person_for(session, current_actor(), user_id, *MAKERS)
        _refuse_beyond(session, user)
        name = user.name
    form, exams = _form()
    validity = _validity(form, exams) if request.method == "POST" and form.validate() else None
    if validity is None:
        page = render_template("exams/card_form.html", form=form, name=name, user_id=user_id)
        return page, 422 if request.method == "POST" else 200
    with writing() as session:
        card = _card(session, session.get_one(User, user_id), validity)
    return render_template("exams/card.html", card=card, user_id=user_id)


@bp.route("/teams/<int:team_id>/cards", methods=["GET", "POST"])
@requires(*MAKERS)
def team_cards(team_id: int) -> ResponseReturnValue:
    """A sheet of cards for the ticked people of a sub-tree, to be printed and cut out."""
    actor = current_actor()
    with reading() as session:
        team = queries.team_for(session, actor, team_id, *MAKERS)
        people = working_people(session, team)
        mine = [one.user for one in people if may_make_card(actor, one.path, one.grants)]
        shown: dict[str, Any] = {
            "team_id": team_id,
            "team": team.name,
            "people": [(user.id, user.name, user.employee_no) for user in mine[:MOST_CARDS]],
            "left_out": len(people) - len(mine),
            "rest": max(0, len(mine) - MOST_CARDS),
        }
    form, exams = _form()
    ticked = set(request.form.getlist("person", type=int))
    chosen = [one[0] for one in shown["people"] if one[0] in ticked]
    validity = _validity(form, exams) if request.method == "POST" and form.validate() else None
    if validity is None or not chosen:
        is_sent = request.method == "POST"
        if is_sent and not chosen:
            form.form_errors.append(_("至少勾一个人"))
        page = render_template(
            "exams/cards_form.html", form=form, ticked=ticked if is_sent else None, **shown
        )
        return page, 422 if is_sent else 200
    cards = []
    for start in range(0, len(chosen), CARDS_PER_WRITE):
        with writing() as session:
            for user_id in chosen[start : start + CARDS_PER_WRITE]:
                cards.append(_card(session, session.get_one(User, user_id), validity))
    return render_template("exams/cards.html", cards=cards, **shown)


def person_panel(session: Session, actor: Actor, user_id: int) -> str | None:
    """The way to a card code on the page of a person."""
    user = session.get_one(User, user_id)
    if not actor.has(*MAKERS) or user.left_on is not None or not _may_make(session, user):
        return None
    return render_template("exams/_person_card_panel.html", user_id=user_id)


def team_panel(session: Session, actor: Actor, team_id: int) -> str | None:
    """The way to a sheet of cards on the page of a team."""
    team = queries.team_for(session, actor, team_id)
    if not actor.may_at(team.path, *MAKERS) or team.closed_on is not None:
        return None
    return render_template("exams/_team_cards_panel.html", team_id=team_id)


def _may_make(session: Session, user: User) -> bool:
    path = home_path(session, user.id) or ""
    return may_make_card(current_actor(), path, queries.grants_of(session, user.id))


def _refuse_beyond(session: Session, user: User) -> None:
    if not _may_make(session, user):
        raise Forbidden(N_("这个人的卡码要由管理员发"))


def _form() -> tuple[CardsForm, dict[int, Exam]]:
    """The form with the exams that the actor's people may have to sit soon."""
    now = moment()
    with reading() as session:
        found = watched_exams(session, current_actor(), since=now, until=now + DAYS_AHEAD)
        session.expunge_all()
    exams = {exam.id: exam for exam in found}
    form = CardsForm(on=local_date(now, config().time_zone))
    offered = [(0, _("这一天的所有考试")), *((exam.id, exam.title) for exam in found)]
    form.exam_id.choices = choices_of(offered)
    return form, exams


def _validity(form: CardsForm, exams: dict[int, Exam]) -> Validity | None:
    """Until the end of the chosen exam, or the chosen day alone; None with the error said."""
    exam = exams.get(form.exam_id.data or 0)
    now, zone = moment(), config().time_zone
    if exam is not None:
        return Validity(now, exam.closes_at, exam)
    assert form.on.data is not None, "validated"
    begins = datetime.combine(form.on.data, time(), zone)
    ends = datetime.combine(form.on.data + timedelta(days=1), time(), zone)
    if not now < ends <= now + DAYS_AHEAD + timedelta(days=1):
        form.on.errors = [_("选今天到 14 天以内的一天")]
        return None
    return Validity(begins, ends)


def _card(session: Session, user: User, validity: Validity) -> dict[str, Any]:
    if not _may_make(session, user):
        raise Conflict(N_("%(name)s 的卡码要由管理员发"), name=user.name)
    code = new_digits(seeds(), CARD_LENGTH)
    made = make_card(
        session,
        user,
        validity,
        code=code,
        key=card_key(),
        actor=current_actor(),
        now=moment(),
    )
    return {
        "name": user.name,
        "employee_no": user.employee_no,
        "code": show_card(code),
        "exam": validity.exam.title if validity.exam else None,
        "valid_from": made.valid_from,
        "expires_at": made.expires_at,
    }
