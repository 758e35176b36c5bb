"""From forms about a person to what the operations take."""

from datetime import date

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts.models import EmploymentKind
from core.identity import Role
from core.web import current_actor
from teams import queries
from teams.forms import PersonForm, PlaceForm, choices_of
from teams.operations import PersonDetails
from teams.roster import cells
from teams.roster.findings import BadCell
from teams.views.blueprint import team_choices


def offer_places(session: Session, form: PlaceForm) -> None:
    """Fill in the teams that the actor administers, and the posts."""
    teams = queries.teams_within(session, current_actor(), Role.ADMINISTRATOR)
    form.team_id.choices = choices_of(team_choices(teams))
    named = [(post.id, post.name) for post in queries.posts(session)]
    form.post_id.choices = choices_of([(0, _("不写")), *named])


def details_of(form: PersonForm, *, today: date) -> PersonDetails | None:
    """What the form says about a person, or None with the error at its field."""
    try:
        id_number = cells.id_number(form.id_number.data, today=today)
    except BadCell as bad:
        form.id_number.errors = [_(bad.msgid, **bad.values)]
        return None
    sounds = (form.sounds.data or "").lower().split()
    return PersonDetails(
        employee_no=form.employee_no.data or "",
        name=form.name.data or "",
        employment_kind=EmploymentKind(form.kind.data),
        employer=form.employer.data or None,
        phone=form.phone.data or None,
        id_number=id_number,
        hired_on=form.hired_on.data,
        sounds=tuple(sounds) or None,
    )
