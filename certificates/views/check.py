"""The public check page behind the QR code: four facts and nothing more."""

from flask import Response, make_response, render_template

from certificates import queries
from certificates.rules import masked_name, state_on
from certificates.views.blueprint import bp
from core.web import db_session, services, today


@bp.get("/c/<code>")
def check(code: str) -> Response:
    """Whether a certificate stands. A code that fits none is told nothing about the reason."""
    certificate = queries.certificate_by_code(db_session(), code)
    if certificate is None:
        return _unlisted(render_template("certificates/check_unknown.html"), 404)
    page = render_template(
        "certificates/check.html",
        state=state_on(
            today(),
            valid_to=certificate.valid_to,
            is_revoked=certificate.revoked_at is not None,
        ).value,
        name=masked_name(certificate.holder_name),
        kind_name=certificate.kind_name,
        issued_on=certificate.issued_on,
        valid_to=certificate.valid_to,
        enterprise=services().enterprise_name(db_session()),
    )
    return _unlisted(page, 200)


def _unlisted(page: str, status: int) -> Response:
    answer = make_response(page, status)
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
