"""A team leader's part of the home page: who has not sat, who failed, who cannot sign in."""

from flask import url_for
from flask_babel import gettext as _

from core.identity import Actor, Role
from core.pages import say_moment
from core.web import config, db_session, moment, today
from reports.queries import home as queries
from reports.queries import pass_rates
from reports.queries.pass_rates import PassRates
from reports.rules import GROUPS
from reports.sections import Group, Row, Section
from reports.views.home_learner import MOST_ROWS


def team_section(actor: Actor) -> Section:
    session, now = db_session(), moment()
    # Only what the actor leads, whatever other role widens the view elsewhere.
    leader = Actor(
        actor.user_id,
        actor.name,
        frozenset(grant for grant in actor.grants if grant.role is Role.TEAM_LEADER),
    )
    exams = pass_rates.exams_to_report(session, leader, now=now)
    reports = [
        pass_rates.pass_rates(session, leader, exam, zone=config().time_zone, now=now)
        for exam in queries.current_exams(exams, now=now)
    ]
    count, idle = queries.staff_counts(session, leader, Role.TEAM_LEADER, today=today())
    not_sat, failed = _people_in(reports, "not_sat"), _people_in(reports, "failed")
    parts = [
        _("%(n)s 人没考", n=not_sat) if not_sat else "",
        _("%(n)s 人没合格", n=failed) if failed else "",
        _("%(n)s 人还没开通", n=len(idle)) if idle else "",
    ]
    waiting = [part for part in parts if part]
    everyone = _("我的 %(n)s 个人：", n=count)
    return Section(
        role=_("我的班组"),
        conclusion=everyone + (_("，").join(waiting) if waiting else _("都考完了，都能登录")),
        sign="warn" if waiting else "safe",
        is_calm=not waiting,
        groups=(
            *(group for report in reports for group in _exam_groups(report)),
            *_idle_groups(idle),
        ),
    )


def _people_in(reports: list[PassRates], group: str) -> int:
    """How many people, each counted once however many exams they are in."""
    people = {p.user_id for r in reports for p in r.people if p.outcome in GROUPS[group]}
    return len(people)


def _exam_groups(report: PassRates) -> list[Group]:
    """One exam: three numbers, each leading to the names, and the first names that matter."""
    exam, total = report.exam, report.total
    if not total.everyone:
        return []
    named = [p for p in report.people if p.outcome in GROUPS["not_sat"] | GROUPS["failed"]]
    users = pass_rates.names_of(db_session(), [p.user_id for p in named[:MOST_ROWS]])
    rows = []
    for person in named[:MOST_ROWS]:
        has_failed = person.outcome in GROUPS["failed"]
        absent = _("缺考") if report.is_final else _("还没考")
        rows.append(
            Row(
                text=users[person.user_id].name,
                hint=report.nodes[person.team_id].name,
                href=url_for("teams.person", user_id=person.user_id),
                sign="stop" if has_failed else ("warn" if report.is_final else "open"),
                word=_("没合格") if has_failed else absent,
            )
        )
    counts = _(
        "应考 %(required)s 人，实考 %(sat)s 人，合格 %(passed)s 人",
        required=total.required,
        sat=total.sat,
        passed=total.passed,
    )
    window = _("%(at)s截止", at=say_moment(exam.closes_at))
    rows.append(
        Row(
            text=counts,
            hint=_("已经截止") if report.is_final else window,
            href=url_for("reports.pass_rates", exam=exam.id),
        )
    )
    return [Group(exam.title, tuple(rows))]


def _idle_groups(idle: list[tuple[int, str, str]]) -> list[Group]:
    if not idle:
        return []
    rows = [
        Row(text=name, hint=number, href=url_for("teams.person", user_id=id_), word=_("给激活码"))
        for id_, name, number in idle[:MOST_ROWS]
    ]
    if len(idle) > MOST_ROWS:
        rows.append(Row(text=_("全部 %(n)s 人", n=len(idle)), href=url_for("teams.people")))
    return [Group(_("还没设密码，登录不了"), tuple(rows))]
