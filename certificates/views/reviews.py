"""Certificates that no longer fit the result of their sitting: a person decides on each.

One whose pass is none any more is revoked or kept; one that was revoked for that reason and whose
sitting is a pass again is valid again or stays revoked.
"""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from accounts.models import User
from certificates import operations, queries, review_queries
from certificates.forms import ReinstateForm, ReviewForm
from certificates.models import Certificate, CertificateReview, ReviewOutcome
from certificates.review_queries import REVIEWERS
from certificates.views.blueprint import bp
from core.identity import Actor
from core.pages import stand_under
from core.web import current_actor, db_session, moment, requires, today
from exams.dry_run import dry_run
from exams.models import Exam, Regrade, Sitting

SETTLED = {
    ReviewOutcome.REVOKED: _l("已撤销 %(number)s。扫码的人马上看到"),
    ReviewOutcome.KEPT: _l("%(number)s 保留，仍然有效"),
    ReviewOutcome.REINSTATED: _l("%(number)s 恢复有效。扫码的人马上看到"),
    ReviewOutcome.LEFT_REVOKED: _l("%(number)s 维持撤销"),
}


@dataclass(frozen=True)
class ShownReview:
    """One certificate with the question about it, and the form for the answer."""

    review: CertificateReview
    certificate: Certificate
    sitting: Sitting
    exam: Exam
    form: ReviewForm
    revoked_by: str
    is_own: bool


@bp.get("/certificates/reviews")
@requires(*REVIEWERS)
def reviews() -> ResponseReturnValue:
    """Every certificate of the actor's scope that somebody must look at."""
    return _page(None, None)


def _form_for(certificate: Certificate, *, is_sent: bool) -> ReviewForm:
    kind = ReviewForm if certificate.revoked_at is None else ReinstateForm
    return kind() if is_sent else kind(formdata=None)


def _page(review_id: int | None, sent: ReviewForm | None) -> ResponseReturnValue:
    """The list; with what was typed about one of them kept at it."""
    stand_under("certificates.certificates")
    session, actor = db_session(), current_actor()
    items = []
    for review, certificate in review_queries.open_reviews(session, actor, today=today()):
        sitting = session.get_one(Sitting, review.sitting_id)
        form = sent if sent is not None and review.id == review_id else None
        revoker = certificate.revoked_by_id
        items.append(
            ShownReview(
                review,
                certificate,
                sitting,
                session.get_one(Exam, sitting.exam_id),
                form or _form_for(certificate, is_sent=False),
                session.get_one(User, revoker).name if revoker else "",
                certificate.user_id == actor.user_id,
            )
        )
    page = render_template(
        "certificates/reviews.html",
        items=items,
        waiting=review_queries.waiting_reviews(session, actor, today=today()),
    )
    return page, 422 if sent is not None and sent.errors else 200


@bp.post("/certificates/reviews/<int:review_id>")
@requires(*REVIEWERS)
def settle_review(review_id: int) -> ResponseReturnValue:
    """Decide on a certificate, with the reason."""
    session, actor = db_session(), current_actor()
    review, certificate = review_queries.review_for(session, actor, review_id, today=today())
    form = _form_for(certificate, is_sent=True)
    if not form.validate_on_submit():
        return _page(review_id, form)
    outcome = ReviewOutcome(form.outcome.data)
    operations.settle_review(
        session, review, outcome, reason=form.reason.data or "", actor=actor, now=moment()
    )
    flash(SETTLED[outcome] % {"number": certificate.number}, "safe")
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
