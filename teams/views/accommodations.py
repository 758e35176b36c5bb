"""Accommodations in exams: who has which, granting one, ending one.

The reason may tell of a person's health, so these pages are for those who grant, and for them only.
"""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from accounts import operations as accounts
from accounts.operations import Needs
from core.errors import Conflict
from core.pages import NavItem
from core.web import current_actor, db_session, moment, reading, requires, today, writing
from teams.forms import AccommodationForm
from teams.queries.accommodations import (
    GRANTERS,
    accommodation_for,
    accommodations,
    find_people,
    person_to_grant,
)
from teams.views.blueprint import bp, said

NAV: tuple[NavItem, ...] = (
    NavItem(
        "teams.accommodation_list", _l("考试便利"), "universal-access", "exams", GRANTERS, order=70
    ),
)


@bp.get("/accommodations")
@requires(*GRANTERS)
def accommodation_list() -> ResponseReturnValue:
    """Those that hold or will hold first, then the former ones; and the search for a person."""
    words = request.args.get("words", "").strip()[:100]
    lines = accommodations(db_session(), current_actor())
    return render_template(
        "teams/accommodations.html",
        current=[line for line in lines if not line.is_over(today())],
        former=[line for line in lines if line.is_over(today())],
        today=today(),
        words=words,
        found=find_people(db_session(), current_actor(), words) if words else [],
    )


@bp.route("/people/<int:user_id>/accommodation", methods=["GET", "POST"])
@requires(*GRANTERS)
def grant_accommodation(user_id: int) -> ResponseReturnValue:
    with reading() as session:
        user = person_to_grant(session, current_actor(), user_id)
        person = {"name": user.name, "employee_no": user.employee_no}
    form = AccommodationForm(from_on=today())
    if request.method == "POST" and form.validate():
        try:
            with writing() as session:
                accounts.grant_accommodation(
                    session,
                    person_to_grant(session, current_actor(), user_id),
                    _needs(form),
                    reason=form.reason.data or "",
                    actor=current_actor(),
                    now=moment(),
                )
        except Conflict as conflict:
            form.form_errors.append(said(conflict))
        else:
            flash(
                _("已登记 %(name)s 的考试便利，下一场考试起自动生效", name=person["name"]), "safe"
            )
            return redirect(url_for("teams.accommodation_list"))
    page = render_template("teams/grant_accommodation.html", form=form, **person)
    return page, 422 if request.method == "POST" else 200


def _needs(form: AccommodationForm) -> Needs:
    """What was ticked; reading with difficulty brings what helps against it."""
    assert form.from_on.data is not None, "validated"
    with_difficulty: bool = form.low_literacy.data
    values: dict[str, Any] = {
        "extra_percent": form.percent(),
        "extra_minutes": form.extra_minutes.data or 0,
        "large_type": form.large_type.data or with_difficulty,
        "high_contrast": form.high_contrast.data,
        "read_aloud": form.read_aloud.data or with_difficulty,
        "low_literacy": with_difficulty,
    }
    return Needs(form.from_on.data, form.to_on.data, **values)


@bp.post("/accommodations/<int:accommodation_id>/end")
@requires(*GRANTERS)
def end_accommodation(accommodation_id: int) -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    found = accommodation_for(session, actor, accommodation_id)
    accounts.end_accommodation(session, found, actor=actor, now=moment())
    flash(_("已结束。正在考的那场，加的时间不收回"))
    return redirect(url_for("teams.accommodation_list"))
