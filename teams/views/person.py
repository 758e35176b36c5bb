"""The page of one person, and what an administrator does there."""

from collections.abc import Callable
from typing import Any

import segno
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from accounts import operations as accounts
from accounts.models import EMPLOYMENT_WORDS, User
from accounts.rules import CODE_HOURS, CODE_LENGTH, show_code
from core.errors import N_, Conflict, Forbidden, NotFound
from core.identity import Role
from core.web import (
    config,
    current_actor,
    db_session,
    moment,
    panels,
    requires,
    seeds,
    services,
    today,
    writing,
)
from teams import names, operations, queries, rules
from teams.forms import LeaveForm, PersonForm, PlaceForm, ReasonForm, RoleForm, choices_of
from teams.models import Membership, RoleGrant
from teams.queries.people import grant_lines, home_path, people_without_password
from teams.queries.tree import READERS
from teams.views.blueprint import bp, page_session, said, team_choices
from teams.views.details import details_of, offer_places
from teams.words import ROLE_WORDS

REVEALERS = (Role.SAFETY_MANAGER, Role.ADMINISTRATOR)
# So many slips at a time; more would hold the database too long.
MOST_SLIPS = 200
SLIPS_PER_WRITE = 40


@bp.get("/people/<int:user_id>")
@requires(*READERS)
def person(user_id: int) -> ResponseReturnValue:
    return _person_page(user_id)


def _person_page(user_id: int, role_form: RoleForm | None = None) -> str:
    actor = current_actor()
    with page_session() as session:
        user = queries.person_for(session, actor, user_id)
        path = home_path(session, user_id) or ""
        places = queries.memberships_of(session, user_id)
        may_edit = actor.may_at(path, Role.ADMINISTRATOR)
        may_code = user.left_on is None and _may_make_code(session, user, path)
        if may_edit and role_form is None:
            role_form = _role_form(session, formdata=None)
        return render_template(
            "teams/person.html",
            user=user,
            place=next((place for place in places if place.is_main), None),
            places=places,
            today=today(),
            kind=EMPLOYMENT_WORDS[user.employment_kind],
            grants=grant_lines(session, user_id=user_id),
            roles=ROLE_WORDS,
            may_edit=may_edit,
            may_code=may_code,
            may_reveal=user.id_number_masked is not None and actor.may_at(path, *REVEALERS),
            reason_form=ReasonForm(formdata=None),
            role_form=role_form,
            may_revoke={
                line.id
                for line in grant_lines(session, user_id=user_id)
                if actor.may_at(line.team_path, Role.ADMINISTRATOR)
            },
            panels=[Markup(html) for html in panels("person", user_id)],
        )


def _may_make_code(session: Session, user: User, path: str) -> bool:
    grants = queries.grants_of(session, user.id)
    has_password = user.password_hash is not None
    return rules.may_make_code(current_actor(), path, grants, has_password=has_password)


def _role_form(session: Session, **kwargs: Any) -> RoleForm:
    form = RoleForm(**kwargs)
    teams = queries.teams_within(session, current_actor(), Role.ADMINISTRATOR)
    form.team_id.choices = choices_of(team_choices(teams))
    return form


@bp.route("/people/<int:user_id>/edit", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def edit_person(user_id: int) -> ResponseReturnValue:
    with page_session() as session:
        user = queries.person_for(session, current_actor(), user_id, Role.ADMINISTRATOR)
    form = PersonForm(
        employee_no=user.employee_no,
        name=user.name,
        sounds=names.shown_sounds(user.name_sort),
        kind=user.employment_kind.value,
        employer=user.employer,
        phone=user.phone,
        hired_on=user.hired_on,
    )
    if request.method == "GET":
        return render_template("teams/edit_person.html", form=form, user=user)
    details = details_of(form, today=today()) if form.validate() else None
    if details is not None:
        try:
            with writing() as session:
                found = queries.person_for(session, current_actor(), user_id, Role.ADMINISTRATOR)
                operations.edit_person(
                    session,
                    found,
                    details,
                    id_number_key=services().id_number_key,
                    actor=current_actor(),
                    now=moment(),
                )
        except Conflict as conflict:
            form.form_errors.append(said(conflict))
        else:
            flash(_("已保存 %(name)s 的资料", name=details.name))
            return redirect(url_for("teams.person", user_id=user_id))
    return render_template("teams/edit_person.html", form=form, user=user), 422


Move = Callable[..., Membership]


@bp.route("/people/<int:user_id>/transfer", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def transfer_person(user_id: int) -> ResponseReturnValue:
    return _place(user_id, operations.transfer, "teams/transfer_person.html")


@bp.route("/people/<int:user_id>/return", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def return_person(user_id: int) -> ResponseReturnValue:
    return _place(user_id, operations.return_to_work, "teams/return_person.html")


@bp.route("/people/<int:user_id>/side", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def add_side_place(user_id: int) -> ResponseReturnValue:
    return _place(user_id, operations.add_side_membership, "teams/add_side_place.html")


def _place(user_id: int, move: Move, template: str) -> ResponseReturnValue:
    """Ask for a team, a post and a day, then let `move` put the person there."""
    actor = current_actor()
    with page_session() as session:
        user = queries.person_for(session, actor, user_id, Role.ADMINISTRATOR)
        main = [place for place in queries.memberships_of(session, user_id) if place.is_main]
        place = main[0]
        form = PlaceForm(on=today(), team_id=place.team_id, post_id=place.post_id or 0)
        offer_places(session, form)
    if request.method == "POST" and form.validate():
        try:
            with writing() as session:
                found = queries.person_for(session, actor, user_id, Role.ADMINISTRATOR)
                team = queries.team_for(session, actor, form.team_id.data, Role.ADMINISTRATOR)
                post = queries.post_for(session, form.post_id.data) if form.post_id.data else None
                move(session, found, team, post, on=form.on.data, actor=actor, now=moment())
                where = team.name
        except Conflict as conflict:
            form.form_errors.append(said(conflict))
        else:
            flash(_("已登记：%(name)s 到“%(team)s”", name=user.name, team=where))
            return redirect(url_for("teams.person", user_id=user_id))
    page = render_template(template, form=form, user=user, place=place)
    return page, 422 if request.method == "POST" else 200


@bp.post("/people/<int:user_id>/side/<int:membership_id>/end")
@requires(Role.ADMINISTRATOR)
def end_side_place(user_id: int, membership_id: int) -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    queries.person_for(session, actor, user_id, Role.ADMINISTRATOR)
    membership = session.get(Membership, membership_id)
    if membership is None or membership.user_id != user_id:
        raise NotFound()
    operations.end_side_membership(session, membership, on=today(), actor=actor, now=moment())
    flash(_("兼岗已结束，今天是最后一天"))
    return redirect(url_for("teams.person", user_id=user_id))


@bp.route("/people/<int:user_id>/leave", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def leave_person(user_id: int) -> ResponseReturnValue:
    actor = current_actor()
    with page_session() as session:
        user = queries.person_for(session, actor, user_id, Role.ADMINISTRATOR)
        grants = grant_lines(session, user_id=user_id)
    form = LeaveForm(on=today())
    if request.method == "POST" and form.validate():
        if form.on.data and form.on.data > today():
            form.on.errors = [_("最后一天不能晚于今天。到那天再登记")]
        else:
            try:
                with writing() as session:
                    found = queries.person_for(session, actor, user_id, Role.ADMINISTRATOR)
                    assert form.on.data is not None, "validated"
                    operations.leave(session, found, on=form.on.data, actor=actor, now=moment())
            except Conflict as conflict:
                form.form_errors.append(said(conflict))
            else:
                flash(_("已登记 %(name)s 离职", name=user.name))
                return redirect(url_for("teams.person", user_id=user_id))
    page = render_template(
        "teams/leave_person.html", form=form, user=user, grants=grants, roles=ROLE_WORDS
    )
    return page, 422 if request.method == "POST" else 200


@bp.post("/people/<int:user_id>/id-number")
@requires(*REVEALERS)
def reveal_id_number(user_id: int) -> ResponseReturnValue:
    """The whole ID number once, for a reason that is recorded."""
    form, actor = ReasonForm(), current_actor()
    with writing() as session:
        user = queries.person_for(session, actor, user_id, *REVEALERS)
        if not form.validate():
            raise Conflict(N_("写上为什么要看全号，4 到 200 个字，会记录在案"))
        number = accounts.reveal_id_number(
            session,
            user,
            key=services().id_number_key,
            reason=form.reason.data or "",
            actor=actor,
            now=moment(),
        )
    return render_template(
        "teams/id_number.html", user=user, number=number, reason=form.reason.data
    )


@bp.post("/people/<int:user_id>/code")
@requires(Role.TEAM_LEADER, Role.ADMINISTRATOR)
def make_code(user_id: int) -> ResponseReturnValue:
    """A new activation code, shown once."""
    actor = current_actor()
    with writing() as session:
        user = queries.person_for(session, actor, user_id)
        if not _may_make_code(session, user, home_path(session, user_id) or ""):
            raise Forbidden(N_("这个人的激活码要由管理员发"))
        slip = _slip(session, user)
    return render_template("teams/code.html", user=user, slip=slip, **_slip_frame())


@bp.post("/teams/<int:team_id>/slips")
@requires(Role.TEAM_LEADER, Role.ADMINISTRATOR)
def slips(team_id: int) -> ResponseReturnValue:
    """Codes for everybody in a sub-tree who has no password, to be printed and cut out."""
    actor = current_actor()
    with page_session() as session:
        team = queries.team_for(session, actor, team_id, Role.TEAM_LEADER, Role.ADMINISTRATOR)
        people = people_without_password(session, team)
        homes = {user.id: home_path(session, user.id) or "" for user in people[: MOST_SLIPS + 1]}
        mine = [
            user for user in people[:MOST_SLIPS] if _may_make_code(session, user, homes[user.id])
        ]
    made = []
    for start in range(0, len(mine), SLIPS_PER_WRITE):
        with writing() as session:
            for user in mine[start : start + SLIPS_PER_WRITE]:
                made.append(_slip(session, session.get_one(User, user.id)))
    return render_template(
        "teams/slips.html",
        team=team,
        slips=made,
        rest=max(0, len(people) - MOST_SLIPS),
        **_slip_frame(),
    )


def _slip(session: Session, user: User) -> dict[str, Any]:
    code = seeds().code(CODE_LENGTH)
    made = accounts.make_activation_code(
        session, user, actor=current_actor(), now=moment(), code=code
    )
    return {
        "name": user.name,
        "employee_no": user.employee_no,
        "code": show_code(code),
        "expires_at": made.expires_at,
    }


def _slip_frame() -> dict[str, Any]:
    address = config().public_url + url_for("accounts.activate")
    picture = segno.make(address, error="m").svg_inline(omitsize=True, border=1)
    return {"address": address, "picture": Markup(picture), "hours": CODE_HOURS}


@bp.post("/people/<int:user_id>/roles")
@requires(Role.ADMINISTRATOR)
def grant_role(user_id: int) -> ResponseReturnValue:
    actor = current_actor()
    with page_session() as session:
        form = _role_form(session)
    if form.validate():
        try:
            with writing() as session:
                user = queries.person_for(session, actor, user_id, Role.ADMINISTRATOR)
                team = queries.team_for(session, actor, form.team_id.data, Role.ADMINISTRATOR)
                role = Role(form.role.data)
                operations.grant_role(session, user, team, role, actor=actor, now=moment())
                name, where = user.name, team.name
        except Conflict as conflict:
            form.role.errors = [said(conflict)]
        else:
            word = _(ROLE_WORDS[role])
            flash(_("%(name)s 现在是“%(team)s”的%(role)s", name=name, team=where, role=word))
            return redirect(url_for("teams.person", user_id=user_id))
    return _person_page(user_id, role_form=form), 422


@bp.post("/people/<int:user_id>/roles/<int:grant_id>/revoke")
@requires(Role.ADMINISTRATOR)
def revoke_role(user_id: int, grant_id: int) -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    queries.person_for(session, actor, user_id)
    grant = session.get(RoleGrant, grant_id)
    if grant is None or grant.user_id != user_id:
        raise NotFound()
    operations.revoke_role(session, grant, actor=actor, now=moment())
    flash(_("角色已收回"))
    return redirect(url_for("teams.person", user_id=user_id))
