"""The first page of an administrator whose enterprise has no name yet."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts.models import User
from core.errors import Conflict
from core.identity import Role
from core.web import current_actor, db_session, moment, reading, requires, today, writing
from teams import operations, queries, rules
from teams.forms import SetUpForm
from teams.models import Team
from teams.queries.tree import sibling_named
from teams.roster.cells import team_path
from teams.views.blueprint import bp, said


@bp.before_app_request
def lead_to_set_up() -> ResponseReturnValue | None:
    """Bring the administrator of a nameless enterprise from the home page to the set-up page."""
    if request.endpoint != "reports.home" or not current_actor().has(Role.ADMINISTRATOR):
        return None
    return redirect(url_for("teams.set_up")) if queries.needs_set_up(db_session()) else None


@bp.route("/enterprise/set-up", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def set_up() -> ResponseReturnValue:
    """Name the enterprise and lay out its first teams; done once."""
    with reading() as session:
        if not queries.needs_set_up(session):
            return redirect(url_for("teams.tree"))
    form = SetUpForm()
    if request.method == "GET":
        return render_template("teams/set_up.html", form=form)
    if form.validate():
        try:
            with writing() as session:
                count = _found(session, form)
        except Conflict as conflict:
            form.teams.errors = [said(conflict)]
        else:
            flash(_("“%(name)s”已建好，%(count)s 个班组", name=form.name.data, count=count))
            return redirect(url_for("teams.roster"))
    return render_template("teams/set_up.html", form=form), 422


def _found(session: Session, form: SetUpForm) -> int:
    actor, now = current_actor(), moment()
    user = session.get_one(User, actor.user_id)
    root = operations.found_enterprise(
        session, name=form.name.data or "", administrator=user, actor=actor, now=now
    )
    operations.seat(session, user, root, on=today(), actor=actor, now=now)
    lines = (form.teams.data or "").splitlines()
    return sum(_lay_out(session, root, team_path([line]) or ()) for line in lines)


def _lay_out(session: Session, root: Team, names: tuple[str, ...]) -> int:
    """Create what is missing of one path; returns how many teams that were."""
    above, count = root, 0
    for name in names[1:] if names[:1] == (root.name,) else names:
        found = sibling_named(session, above.id, name)
        if found is None:
            kind = rules.kind_of(name)
            found = operations.create_team(
                session, above, name, kind, actor=current_actor(), now=moment()
            )
            count += 1
        above = found
    return count
