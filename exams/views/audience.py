"""Who must sit: rows of teams and posts, and people exempted from them."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.errors import N_, Conflict
from core.identity import Role
from core.pages import stand_under
from core.web import config, current_actor, db_session, moment, requires, today
from exams.blueprint import MOST_ROWS
from exams.definition import Phase, phase
from exams.forms import AudienceForm, ExemptionForm, ReasonForm
from exams.models import Exam, ExamState
from exams.operations.definition import set_audience
from exams.operations.exemptions import grant_exemption, remove_exemption
from exams.operations.publication import add_audience
from exams.queries.audience import (
    AudienceLine,
    Days,
    audience_of,
    count_members,
    window_days,
)
from exams.queries.candidates import exemptions_of, people_to_exempt
from exams.queries.exams import MANAGERS, READERS, exam_for, managed_exam, may_manage
from exams.views.blueprint import bp
from exams.views.words import say_audience
from teams.models import Team
from teams.queries import posts, teams_within
from teams.words import ROLE_WORDS

# A full-width blank: selects drop ordinary ones.
INDENT = "\u3000"


@bp.route("/exams/<int:exam_id>/audience", methods=["GET", "POST"])
@requires(*MANAGERS)
def audience(exam_id: int) -> ResponseReturnValue:
    """The rows of a draft's audience; after publication only more rows, with a reason."""
    stand_under("exams.exams")
    session, actor = db_session(), current_actor()
    exam = managed_exam(session, actor, exam_id)
    is_draft = exam.state is ExamState.DRAFT
    if not is_draft and phase(exam, now=moment()) not in (Phase.UPCOMING, Phase.OPEN):
        raise Conflict(N_("考试窗口已经关闭，不能再改"))
    lines = audience_of(session, exam.id)
    teams = _team_choices(teams_within(session, actor, *MANAGERS))
    shown = lines if is_draft else []
    form = AudienceForm(data={"rows": [_fields(line, teams) for line in shown] or [{}]})
    do = request.form.get("do", "")
    _change_rows(form, do)
    known_posts = posts(session)
    for entry in form.rows:
        entry.form.team.choices = [("", _l("选班组"))] + [(str(i), name) for i, name in teams]
        entry.form.role.choices = [("", _l("所有人"))] + [
            (role.value, _(words)) for role, words in ROLE_WORDS.items() if role is not Role.LEARNER
        ]
        entry.form.post.choices = [("", _l("所有岗位"))] + [
            (str(post.id), post.name) for post in known_posts
        ]
    if do == "save" and _is_valid(form, needs_reason=not is_draft):
        return _save(exam, form, is_draft=is_draft)
    each, together = _counted(form)
    return render_template(
        "exams/setup/audience.html",
        exam=exam,
        form=form,
        each=each,
        together=together,
        is_draft=is_draft,
        lines=[say_audience(line) for line in lines],
        may_add=len(form.rows.entries) < MOST_ROWS,
        has_new_row=do == "add",
    )


def _save(exam: Exam, form: AudienceForm, *, is_draft: bool) -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    rows = [entry.form.choice() for entry in form.rows]
    if is_draft:
        set_audience(session, exam, rows, actor=actor, now=moment())
    else:
        reason = form.reason.data or ""
        add_audience(session, exam, rows, reason=reason, actor=actor, now=moment())
    flash(_("参考范围已保存"))
    return redirect(url_for("exams.exam", exam_id=exam.id))


def _fields(line: AudienceLine, teams: list[tuple[int, str]]) -> dict[str, str]:
    """A stored row as the form shows it; a post of the whole enterprise hangs on the root."""
    team_id = line.team_id if line.team_id is not None else teams[0][0] if teams else None
    return {
        "team": str(team_id or ""),
        "post": str(line.post_id) if line.post_id is not None else "",
        "role": line.role.value if line.role is not None else "",
    }


def _team_choices(teams: list[Team]) -> list[tuple[int, str]]:
    """Teams for a select, indented by their depth."""
    top = min((team.depth for team in teams), default=0)
    return [(team.id, INDENT * (team.depth - top) + team.name) for team in teams]


def _change_rows(form: AudienceForm, do: str) -> None:
    entries: list[Any] = form.rows.entries
    if do == "add" and len(entries) < MOST_ROWS:
        form.rows.append_entry({})
    elif do.startswith("remove:"):
        name = do.removeprefix("remove:")
        form.rows.entries = [entry for entry in entries if entry.name != name]


def _is_valid(form: AudienceForm, *, needs_reason: bool) -> bool:
    is_valid = bool(form.validate())
    for entry in form.rows:
        if not entry.form.team.data:
            entry.form.team.errors = [_("选一个班组；要全企业，选最上面一级")]
            is_valid = False
    if needs_reason and not form.reason.data:
        form.reason.errors = [_("写上为什么加人")]
        is_valid = False
    return is_valid


def _counted(form: AudienceForm) -> tuple[list[int | None], int]:
    """How many people each chosen row takes in today, and how many all of them together."""
    chosen = [
        (index, entry.form.choice())
        for index, entry in enumerate(form.rows)
        if str(entry.form.team.data or "").isdecimal()
        and str(entry.form.post.data or "0").isdecimal()
        and entry.form.role.data in (None, "", *(role.value for role in Role))
    ]
    day = Days(today(), today())
    counts, together = count_members(db_session(), [row for _index, row in chosen], days=day)
    each: list[int | None] = [None] * len(form.rows.entries)
    for (index, _row), count in zip(chosen, counts, strict=True):
        each[index] = count
    return each, together


@bp.route("/exams/<int:exam_id>/exemptions", methods=["GET", "POST"])
@requires(*READERS)
def exemptions(exam_id: int) -> ResponseReturnValue:
    """Who is exempt and why; examiners search a person of the audience and exempt."""
    stand_under("exams.exams")
    session, actor = db_session(), current_actor()
    is_change = request.method == "POST"
    load = managed_exam if is_change else exam_for
    exam = load(session, actor, exam_id)
    days = window_days(exam, config().time_zone)
    words = request.values.get("words", "").strip()[:40]
    found = people_to_exempt(session, exam.id, words, days=days) if words else []
    form = ExemptionForm()
    form.user_id.choices = [(one.user_id, one.name) for one in found]
    refusal = None
    if is_change and _names_person(form):
        try:
            grant_exemption(
                session,
                exam,
                form.user_id.data,
                reason=form.reason.data or "",
                days=days,
                actor=actor,
                now=moment(),
            )
        except Conflict as conflict:
            refusal = _(conflict.msgid, **conflict.values)
        else:
            flash(_("已免考"))
            return redirect(url_for("exams.exemptions", exam_id=exam.id))
    return render_template(
        "exams/setup/exemptions.html",
        exam=exam,
        form=form,
        refusal=refusal,
        words=words,
        found=found,
        exempt=exemptions_of(session, exam.id),
        may_change=exam.state is not ExamState.WITHDRAWN and may_manage(session, actor, exam),
    )


def _names_person(form: ExemptionForm) -> bool:
    is_valid = bool(form.validate_on_submit())
    if "user_id" in form.errors:
        form.user_id.errors = [_("选一个人")]
    return is_valid


@bp.route("/exams/<int:exam_id>/exemptions/<int:user_id>/removal", methods=["GET", "POST"])
@requires(*MANAGERS)
def exemption_removal(exam_id: int, user_id: int) -> ResponseReturnValue:
    """Take an exemption back, with a reason."""
    stand_under("exams.exams")
    session, actor = db_session(), current_actor()
    exam = managed_exam(session, actor, exam_id)
    exemption = next(
        (one for one in exemptions_of(session, exam.id) if one.user_id == user_id), None
    )
    form = ReasonForm()
    if exemption is None:
        return redirect(url_for("exams.exemptions", exam_id=exam.id))
    if form.validate_on_submit():
        reason = form.reason.data or ""
        remove_exemption(session, exam, user_id, reason=reason, actor=actor, now=moment())
        flash(_("%(name)s 不再免考，要参加考试", name=exemption.name))
        return redirect(url_for("exams.exemptions", exam_id=exam.id))
    return render_template(
        "exams/setup/exemption_removal.html", exam=exam, exemption=exemption, form=form
    )
