"""The tree of teams, and the page of one team with what its administrator may change."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.identity import Role
from core.web import current_actor, db_session, moment, panels, requires, today, writing
from teams import operations, queries, rules
from teams.forms import MoveForm, NameForm, TeamForm, choices_of
from teams.models import Team, TeamKind
from teams.queries.people import PeopleFilter, PersonState, count_people, grant_lines, visible_ids
from teams.queries.tree import READERS, open_children, tree_lines
from teams.views.blueprint import bp, page_session, said, sections, team_choices
from teams.words import KIND_WORDS, ROLE_WORDS


@bp.get("/teams")
@requires(*READERS)
def tree() -> ResponseReturnValue:
    """The actor's part of the tree with today's head counts."""
    lines = tree_lines(db_session(), current_actor(), day=today(), with_closed=False)
    tops = [line for line in lines if line.level == 0]
    return render_template(
        "teams/tree.html",
        lines=lines,
        kinds=KIND_WORDS,
        people_count=sum(line.total_count for line in tops),
        team_count=sum(line.kind is TeamKind.TEAM for line in lines),
        root_id=next((line.id for line in tops), None),
        may_edit=current_actor().has(Role.ADMINISTRATOR),
        sections=sections(),
    )


@bp.get("/teams/<int:team_id>")
@requires(*READERS)
def team(team_id: int) -> ResponseReturnValue:
    return _team_page(team_id)


def _team_page(team_id: int, **forms: Any) -> str:
    with page_session() as session:
        found = queries.team_for(session, current_actor(), team_id)
        path = queries.path_of(session, found)
        may_edit = current_actor().may_at(found.path, Role.ADMINISTRATOR)
        grants = grant_lines(session, team_ids=[each.id for each in path])
        waiting = PeopleFilter((found.path,), state=PersonState.NOT_ACTIVATED)
        return render_template(
            "teams/team.html",
            team=found,
            above=[each for each in path[:-1] if current_actor().may_at(each.path, *READERS)],
            kind=KIND_WORDS[found.kind],
            people_count=count_people(session, PeopleFilter((found.path,))),
            waiting_count=count_people(session, waiting),
            children=open_children(session, found),
            grants=grants,
            visible=visible_ids(session, current_actor(), [line.user_id for line in grants]),
            roles=ROLE_WORDS,
            may_edit=may_edit,
            may_make_slips=may_edit or current_actor().may_at(found.path, Role.TEAM_LEADER),
            kinds=KIND_WORDS,
            panels=[Markup(html) for html in panels("team", team_id)],
            **(_forms(session, found, **forms) if may_edit else {}),
        )


def _forms(session: Session, found: Team, **given: Any) -> dict[str, Any]:
    """The forms of a team's page; the one that was refused keeps what was typed."""
    made: dict[str, Any] = {
        "add_form": given.get("add_form") or TeamForm(formdata=None),
        "rename_form": given.get("rename_form") or NameForm(formdata=None, name=found.name),
        "move_form": given.get("move_form") or _move_form(session, found, formdata=None),
    }
    return made


def _move_form(session: Session, found: Team, **kwargs: Any) -> MoveForm:
    form = MoveForm(parent_id=found.parent_id, **kwargs)
    mine = queries.teams_within(session, current_actor(), Role.ADMINISTRATOR)
    others = [each for each in mine if not rules.is_below(each.path, found.path)]
    form.parent_id.choices = choices_of(team_choices(others))
    return form


@bp.post("/teams/<int:team_id>/add")
@requires(Role.ADMINISTRATOR)
def add_team(team_id: int) -> ResponseReturnValue:
    form = TeamForm()
    if form.validate():
        try:
            with writing() as session:
                parent = queries.team_for(session, current_actor(), team_id, Role.ADMINISTRATOR)
                made = operations.create_team(
                    session,
                    parent,
                    form.name.data or "",
                    TeamKind(form.kind.data),
                    actor=current_actor(),
                    now=moment(),
                )
        except Conflict as conflict:
            form.name.errors = [said(conflict)]
        else:
            flash(_("已新建“%(team)s”", team=made.name))
            return redirect(url_for("teams.team", team_id=team_id))
    return _team_page(team_id, add_form=form), 422


@bp.post("/teams/<int:team_id>/rename")
@requires(Role.ADMINISTRATOR)
def rename_team(team_id: int) -> ResponseReturnValue:
    form = NameForm()
    if form.validate():
        try:
            with writing() as session:
                found = queries.team_for(session, current_actor(), team_id, Role.ADMINISTRATOR)
                operations.rename_team(
                    session, found, form.name.data or "", actor=current_actor(), now=moment()
                )
        except Conflict as conflict:
            form.name.errors = [said(conflict)]
        else:
            flash(_("已改名为“%(team)s”", team=form.name.data))
            return redirect(url_for("teams.team", team_id=team_id))
    return _team_page(team_id, rename_form=form), 422


@bp.post("/teams/<int:team_id>/move")
@requires(Role.ADMINISTRATOR)
def move_team(team_id: int) -> ResponseReturnValue:
    with page_session() as session:
        found = queries.team_for(session, current_actor(), team_id, Role.ADMINISTRATOR)
        form = _move_form(session, found)
    if form.validate():
        try:
            with writing() as session:
                found = queries.team_for(session, current_actor(), team_id, Role.ADMINISTRATOR)
                parent = queries.team_for(
                    session, current_actor(), form.parent_id.data, Role.ADMINISTRATOR
                )
                operations.move_team(session, found, parent, actor=current_actor(), now=moment())
                name, above = found.name, parent.name
        except Conflict as conflict:
            form.parent_id.errors = [said(conflict)]
        else:
            flash(_("“%(team)s”已移到“%(parent)s”下面", team=name, parent=above))
            return redirect(url_for("teams.team", team_id=team_id))
    return _team_page(team_id, move_form=form), 422


@bp.post("/teams/<int:team_id>/close")
@requires(Role.ADMINISTRATOR)
def close_team(team_id: int) -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    found = queries.team_for(session, actor, team_id, Role.ADMINISTRATOR)
    operations.close_team(session, found, on=today(), actor=actor, now=moment())
    flash(_("“%(team)s”已撤销，历史还在", team=found.name))
    return redirect(url_for("teams.team", team_id=team_id))


@bp.post("/teams/<int:team_id>/reopen")
@requires(Role.ADMINISTRATOR)
def reopen_team(team_id: int) -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    found = queries.team_for(session, actor, team_id, Role.ADMINISTRATOR)
    operations.reopen_team(session, found, actor=actor, now=moment())
    flash(_("“%(team)s”已恢复", team=found.name))
    return redirect(url_for("teams.team", team_id=team_id))
