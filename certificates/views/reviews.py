"""Certificates that rest on a pass which is none any more: a person revokes or keeps each."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from certificates import operations, queries, review_queries
from certificates.forms import ReviewForm
from certificates.models import ReviewOutcome
from certificates.review_queries import REVIEWERS
from certificates.views.blueprint import bp
from core.identity import Actor
from core.pages import stand_under
from core.web import current_actor, db_session, moment, requires, today
from exams.dry_run import dry_run
from exams.models import Exam, Regrade, Sitting


@bp.get("/certificates/reviews")
@requires(*REVIEWERS)
def reviews() -> ResponseReturnValue:
    """Every certificate of the actor's scope that somebody must look at."""
    return _page(None, ReviewForm(formdata=None))


def _page(review_id: int | None, form: ReviewForm) -> ResponseReturnValue:
    """The list; with what was typed about one of them kept at it."""
    stand_under("certificates.certificates")
    session, actor = db_session(), current_actor()
    found = review_queries.open_reviews(session, actor, today=today())
    sittings = {review.id: session.get_one(Sitting, review.sitting_id) for review, _c in found}
    page = render_template(
        "certificates/reviews.html",
        items=[
            (
                review,
                certificate,
                sittings[review.id],
                session.get_one(Exam, sittings[review.id].exam_id),
                form if review.id == review_id else ReviewForm(formdata=None),
                certificate.user_id == actor.user_id,
            )
            for review, certificate in found
        ],
    )
    return page, 422 if form.errors else 200


@bp.post("/certificates/reviews/<int:review_id>")
@requires(*REVIEWERS)
def settle_review(review_id: int) -> ResponseReturnValue:
    """Revoke the certificate or keep it, with the reason."""
    session, actor = db_session(), current_actor()
    review, certificate = review_queries.review_for(session, actor, review_id, today=today())
    form = ReviewForm()
    if not form.validate_on_submit():
        return _page(review_id, form)
    outcome = ReviewOutcome(form.outcome.data)
    operations.settle_review(
        session, review, outcome, reason=form.reason.data or "", actor=actor, now=moment()
    )
    number = certificate.number
    flash(
        _("已撤销 %(number)s。扫码的人马上看到", number=number)
        if outcome is ReviewOutcome.REVOKED
        else _("%(number)s 保留，仍然有效", number=number),
        "safe",
    )
    return redirect(url_for("certificates.reviews"))


def dry_run_panel(session: Session, _actor: Actor, regrade_id: int) -> str | None:
    """On the dry run of a regrade: how many certificates it would issue or put in question."""
    regrade = session.get_one(Regrade, regrade_id)
    exam = session.get_one(Exam, regrade.exam_id)
    run = dry_run(session, exam, regrade)
    kind = queries.award_of(session, exam.id)
    passing = [one.sitting_id for one in run.passing]
    failing = [one.sitting_id for one in run.failing]
    return render_template(
        "certificates/_dry_run_panel.html",
        kind=kind,
        issued=len(passing) - review_queries.count_of_sittings(session, passing) if kind else 0,
        questioned=review_queries.count_of_sittings(session, failing, only_standing=True),
    )
