"""The list of people, its export, and new people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts.models import EMPLOYMENT_WORDS, EmploymentKind
from core.errors import N_, Conflict
from core.identity import Role
from core.web import current_actor, db_session, moment, requires, services, today, writing
from teams import operations, queries, spreadsheets
from teams.forms import NewPersonForm
from teams.models import Team
from teams.queries.people import PeopleFilter, PersonState, count_people
from teams.queries.people import people as find_people
from teams.queries.tree import READERS
from teams.views.blueprint import bp, page_session, said, sections, team_choices
from teams.views.details import details_of, offer_places

PAGE = 50
EXPORT_HEADERS = (
    N_("工号"),
    N_("姓名"),
    N_("班组"),
    N_("岗位"),
    N_("用工形式"),
    N_("派遣单位"),
    N_("身份证号"),
    N_("手机号"),
    N_("入职日期"),
    N_("离职日期"),
    N_("账号"),
)


@dataclass(frozen=True)
class Page:
    """Which part of a list is shown; numbers count from 1."""

    number: int
    first: int
    last: int
    total: int
    previous: int | None
    next: int | None


def page_of(total: int, wanted: str | None) -> Page:
    """The page asked for, or the nearest there is."""
    last_page = max(1, -(-total // PAGE))
    number = min(max(1, int(wanted) if wanted and wanted.isdecimal() else 1), last_page)
    return Page(
        number=number,
        first=min((number - 1) * PAGE + 1, total),
        last=min(number * PAGE, total),
        total=total,
        previous=number - 1 if number > 1 else None,
        next=number + 1 if number < last_page else None,
    )


def _wanted(teams: list[Team], values: Mapping[str, str]) -> tuple[PeopleFilter, Team | None]:
    """The filter out of the address; a team beyond the actor's scope counts as none."""
    chosen = next((team for team in teams if str(team.id) == values.get("team")), None)
    kinds = {kind.value: kind for kind in EmploymentKind}
    states = {state.value: state for state in PersonState}
    wanted = PeopleFilter(
        paths=(chosen.path,) if chosen else current_actor().scopes(*READERS),
        text=values.get("q", "").strip()[:60],
        kind=kinds.get(values.get("kind", "")),
        state=states.get(values.get("state", ""), PersonState.WORKING),
    )
    return wanted, chosen


def state_words() -> dict[str, Any]:
    return {
        PersonState.WORKING.value: _("在职"),
        PersonState.NOT_ACTIVATED.value: _("在职，没激活"),
        PersonState.LEFT.value: _("已离职"),
    }


@bp.get("/people")
@requires(*READERS)
def people() -> ResponseReturnValue:
    session = db_session()
    teams = queries.teams_within(session, current_actor(), with_closed=True)
    wanted, chosen = _wanted(teams, request.args)
    page = page_of(count_people(session, wanted), request.args.get("page"))
    return render_template(
        "teams/people.html",
        lines=find_people(session, wanted, offset=(page.number - 1) * PAGE, limit=PAGE),
        page=page,
        wanted=wanted,
        chosen=chosen,
        teams=team_choices(teams),
        kinds={kind.value: _(word) for kind, word in EMPLOYMENT_WORDS.items()},
        states=state_words(),
        is_narrowed=bool(wanted.text or wanted.kind or chosen),
        may_edit=current_actor().has(Role.ADMINISTRATOR),
        sections=sections(),
    )


@bp.get("/people.xlsx")
@requires(Role.SAFETY_MANAGER, Role.ADMINISTRATOR, Role.INSPECTOR)
def export_people() -> ResponseReturnValue:
    """The people of the present filter; ID numbers masked."""
    session = db_session()
    wanted, _chosen = _wanted(
        queries.teams_within(session, current_actor(), with_closed=True), request.args
    )
    lines = find_people(session, wanted)
    names = {team.id: team.name for team in session.query(Team)}
    headers = [_(label) for label in EXPORT_HEADERS]
    rows = (
        (
            line.employee_no,
            line.name,
            "/".join(names[int(part)] for part in line.team_path.strip("/").split("/")),
            line.post_name,
            _(EMPLOYMENT_WORDS[line.employment_kind]),
            line.employer,
            line.id_number_masked,
            line.phone,
            line.hired_on,
            line.left_on,
            _("已激活") if line.has_password else _("没激活"),
        )
        for line in lines
    )
    return sheet_response(
        spreadsheets.table(_("人员"), headers, rows), f"people-{today():%Y%m%d}.xlsx"
    )


def sheet_response(content: bytes, name: str) -> Response:
    """A spreadsheet to be saved."""
    return Response(
        content,
        mimetype=spreadsheets.MIME,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@bp.route("/people/new", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def new_person() -> ResponseReturnValue:
    with page_session() as session:
        form = NewPersonForm(on=today(), team_id=request.args.get("team", type=int))
        offer_places(session, form)
    if request.method == "GET":
        return render_template("teams/new_person.html", form=form)
    details = details_of(form, today=today()) if form.validate() else None
    if details is not None:
        try:
            with writing() as session:
                user_id = _hire(session, form, details)
        except Conflict as conflict:
            form.form_errors.append(said(conflict))
        else:
            flash(_("已登记 %(name)s。发一个激活码，就能登录", name=details.name))
            return redirect(url_for("teams.person", user_id=user_id))
    return render_template("teams/new_person.html", form=form), 422


def _hire(session: Session, form: NewPersonForm, details: operations.PersonDetails) -> int:
    actor = current_actor()
    team = queries.team_for(session, actor, form.team_id.data, Role.ADMINISTRATOR)
    post = queries.post_for(session, form.post_id.data) if form.post_id.data else None
    assert form.on.data is not None, "validated"
    user = operations.hire(
        session,
        details,
        team,
        post,
        on=form.on.data,
        id_number_key=services().id_number_key,
        actor=actor,
        now=moment(),
    )
    return user.id
