"""The home page: each role's section, stacked, what waits first; and the menu for phones."""

from flask import render_template
from flask.typing import ResponseReturnValue

from core.identity import Role
from core.web import current_actor, db_session, requires, today
from reports.queries import home as queries
from reports.sections import Section
from reports.views.blueprint import bp
from reports.views.home_learner import learner_section
from reports.views.home_staff import (
    administrator_section,
    examiner_section,
    inspector_section,
    safety_section,
    trainer_section,
)
from reports.views.home_team import team_section

STAFF = (
    (Role.TEAM_LEADER, team_section),
    (Role.SAFETY_MANAGER, safety_section),
    (Role.EXAMINER, examiner_section),
    (Role.TRAINER, trainer_section),
    (Role.ADMINISTRATOR, administrator_section),
    (Role.INSPECTOR, inspector_section),
)


@bp.get("/")
@requires()
def home() -> ResponseReturnValue:
    actor = current_actor()
    assert actor.user_id is not None
    own = learner_section(actor)
    staff = [make(actor) for role, make in STAFF if actor.has(role)]
    return render_template(
        "reports/home.html",
        sections=_in_order(own, staff),
        contact=queries.contact_of(db_session(), actor.user_id, today=today()),
    )


def _in_order(own: Section, staff: list[Section]) -> list[Section]:
    """One's own exam first while one waits; else the work for others, and one's own below."""
    return [*staff, own] if own.is_calm else [own, *staff]


@bp.get("/menu")
@requires()
def menu() -> ResponseReturnValue:
    """The whole navigation as a page, for phones."""
    return render_template("reports/menu.html")
