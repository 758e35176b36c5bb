"""The daily digests, to be kept elsewhere."""

from datetime import date

from flask import render_template, send_file
from flask.typing import ResponseReturnValue

from core.errors import NotFound
from core.pages import stand_under
from core.web import config, requires
from exams.evidence.digest_files import days_of, path_of, read
from exams.queries.exams import READERS
from exams.signatures import fingerprint
from exams.views.blueprint import bp
from exams.views.evidence import signer
from exams.views.shown import paging

DAYS_AT_ONCE = 31


@bp.get("/exams/digests")
@requires(*READERS)
def digests() -> ResponseReturnValue:
    """The days that have a digest, the newest first."""
    stand_under("exams.exams")
    days = days_of(config())
    shown = paging(len(days), size=DAYS_AT_ONCE)
    page = days[shown.offset : shown.offset + DAYS_AT_ONCE]
    return render_template(
        "exams/setup/digests.html",
        days=[(day, (read(config(), day) or {}).get("count", 0)) for day in page],
        paging=shown,
        fingerprint=fingerprint(signer().public_key),
    )


@bp.get("/exams/digests/<day>.json")
@requires(*READERS)
def digest_file(day: str) -> ResponseReturnValue:
    """One day's digest as the file that was made that night."""
    try:
        path = path_of(config(), date.fromisoformat(day))
    except ValueError as error:
        raise NotFound() from error
    if not path.is_file():
        raise NotFound()
    return send_file(path, mimetype="application/json", as_attachment=True)
