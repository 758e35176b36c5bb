"""Certificates as their holders and those responsible for them see them; PDF; revocation."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.models import User
from certificates import operations, queries
from certificates.document import Content, certificate_pdf
from certificates.forms import RevokeForm
from certificates.models import Certificate
from certificates.queries import READERS, Filters
from certificates.review_queries import (
    REVIEWERS,
    Waiting,
    open_review,
    settled_reviews,
    waiting_reviews,
)
from certificates.rules import CertificateState, state_on
from certificates.standby import standby_of
from certificates.views.blueprint import bp
from certificates.words import OUTCOMES
from core.clock import local_date
from core.identity import Role
from core.pages import show_points, stand_under
from core.web import config, current_actor, db_session, moment, requires, services, today
from exams.models import Exam, Sitting

PAGE_SIZE = 50
STATES = {state.value: state for state in CertificateState}


@dataclass(frozen=True)
class ShownDecision:
    """How a question about a certificate ended: what, why, by whom, when."""

    word: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Line:
    """One certificate of a list, ready to show."""

    id: int
    number: str
    kind_name: str
    holder_name: str
    employee_no: str
    team_name: str
    issued_on: date
    valid_to: date | None
    state: str
    # Days from today to the last valid day; negative when it has passed.
    days: int | None


def _line(certificate: Certificate, employee_no: str = "") -> Line:
    state = state_on(
        today(), valid_to=certificate.valid_to, is_revoked=certificate.revoked_at is not None
    )
    return Line(
        id=certificate.id,
        number=certificate.number,
        kind_name=certificate.kind_name,
        holder_name=certificate.holder_name,
        employee_no=employee_no,
        team_name=certificate.team_name,
        issued_on=certificate.issued_on,
        valid_to=certificate.valid_to,
        state=state.value,
        days=(certificate.valid_to - today()).days if certificate.valid_to else None,
    )


@bp.get("/my-certificates")
@requires()
def mine() -> ResponseReturnValue:
    actor = current_actor()
    assert actor.user_id is not None
    session, now = db_session(), moment()
    lines = [_line(each) for each in queries.shown_to_holder(session, actor.user_id, now=now)]
    return render_template(
        "certificates/mine.html",
        lines=lines,
        replaced=queries.replaced_ids(session, actor.user_id),
        standing=sum(line.state in {"valid", "expiring"} for line in lines),
        expiring=queries.expiring_of(session, actor.user_id, today=today(), now=now),
        standby=standby_of(session, actor.user_id, now=now),
    )


@bp.get("/certificates")
@requires(*READERS)
def certificates() -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    teams = queries.teams_in_scope(session, actor)
    team = next((t for t in teams if t.id == request.args.get("team", type=int)), None)
    filters = Filters(
        kind_id=request.args.get("kind", type=int),
        state=STATES.get(request.args.get("state", "")),
        team_path=team.path if team else None,
        text=request.args.get("q", "").strip(),
        with_replaced=bool(request.args.get("replaced") or request.args.get("q")),
    )
    counts = queries.state_counts(session, actor, filters, today=today())
    found = getattr(counts, filters.state.value) if filters.state else counts.total
    page = max(1, min(request.args.get("page", 1, type=int), -(-found // PAGE_SIZE) or 1))
    rows = queries.page_of_certificates(
        session,
        actor,
        filters,
        today=today(),
        offset=(page - 1) * PAGE_SIZE,
        limit=PAGE_SIZE,
    )
    top = min((t.depth for t in teams), default=0)
    return render_template(
        "certificates/certificates.html",
        lines=[_line(*row) for row in rows],
        counts=counts,
        found=found,
        first=(page - 1) * PAGE_SIZE + 1,
        page=page,
        has_next=page * PAGE_SIZE < found,
        kinds=queries.kinds(session),
        teams=[(t.id, "　" * (t.depth - top) + t.name) for t in teams],
        chosen={"kind": filters.kind_id, "team": team.id if team else None, "q": filters.text},
        with_replaced=filters.with_replaced,
        state=filters.state.value if filters.state else "",
        waiting=waiting_reviews(session, actor, today=today())
        if actor.has(*REVIEWERS)
        else Waiting(0, 0),
    )


@bp.get("/certificates/<int:certificate_id>")
@requires()
def certificate(certificate_id: int) -> ResponseReturnValue:
    return _certificate_page(certificate_id, RevokeForm())


def _certificate_page(certificate_id: int, form: RevokeForm) -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    found = queries.certificate_for(session, actor, certificate_id, today=today(), now=moment())
    stand_under(
        "certificates.mine" if found.user_id == actor.user_id else "certificates.certificates"
    )
    revoker = session.get(User, found.revoked_by_id) if found.revoked_by_id else None
    page = render_template(
        "certificates/certificate.html",
        certificate=found,
        line=_line(found, session.get_one(User, found.user_id).employee_no),
        exam=_exam_of(found),
        was_late=local_date(found.issued_at, config().time_zone) != found.issued_on,
        revoker=revoker.name if revoker else "",
        check_url=_check_url(found),
        is_mine=found.user_id == actor.user_id,
        decisions=_decisions(found),
        is_asked=open_review(session, found.id) is not None,
        may_revoke=actor.has(Role.ADMINISTRATOR) and found.revoked_at is None,
        form=form,
    )
    return page, 422 if form.errors else 200


@bp.post("/certificates/<int:certificate_id>/revoke")
@requires(Role.ADMINISTRATOR)
def revoke(certificate_id: int) -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    found = queries.certificate_for(session, actor, certificate_id, today=today(), now=moment())
    form = RevokeForm()
    if not form.validate_on_submit():
        return _certificate_page(certificate_id, form)
    operations.revoke_certificate(
        session, found, reason=form.reason.data or "", actor=actor, now=moment()
    )
    flash(_("已撤销 %(number)s。扫码的人马上看到", number=found.number), "safe")
    return redirect(url_for("certificates.certificate", certificate_id=found.id))


@bp.get("/certificates/<int:certificate_id>.pdf")
@requires()
def document(certificate_id: int) -> Response:
    session = db_session()
    found = queries.certificate_for(
        session, current_actor(), certificate_id, today=today(), now=moment()
    )
    answer = make_response(certificate_pdf(_content(found)))
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    return answer


def _exam_of(found: Certificate) -> tuple[Exam, Sitting] | None:
    session = db_session()
    sitting = session.get(Sitting, found.sitting_id) if found.sitting_id else None
    return (session.get_one(Exam, sitting.exam_id), sitting) if sitting else None


def _decisions(found: Certificate) -> list[ShownDecision]:
    """What people decided about a certificate that was asked about, and what settled by itself."""
    session = db_session()
    shown = []
    for review in settled_reviews(session, found.id):
        if review.outcome is None or review.settled_at is None:
            continue
        decider = session.get(User, review.settled_by_id) if review.settled_by_id else None
        shown.append(
            ShownDecision(
                _(OUTCOMES[review.outcome]),
                review.settled_reason,
                decider.name if decider and review.settled_reason else "",
                review.settled_at,
            )
        )
    return shown


def _check_url(found: Certificate) -> str:
    path = url_for("certificates.check", code=found.check_code)
    return config().public_url + path


def _content(found: Certificate) -> Content:
    session = db_session()
    exam = _exam_of(found)
    revoked_at = found.revoked_at
    return Content(
        enterprise=services().enterprise_name(session),
        title=found.kind_name,
        number=found.number,
        holder=found.holder_name,
        employee_no=session.get_one(User, found.user_id).employee_no,
        place="，".join(part for part in (found.team_name, found.post_name) if part),
        exam=f"《{exam[0].title}》" if exam else "",
        score=show_points(exam[1].score_tenths) if exam else "",
        full_score=show_points(exam[1].full_score_tenths) if exam else "",
        issued_on=found.issued_on,
        valid_to=found.valid_to,
        revoked_on=local_date(revoked_at, config().time_zone) if revoked_at else None,
        check_url=_check_url(found),
    )
