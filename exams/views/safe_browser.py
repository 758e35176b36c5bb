"""Where an exam asks for Safe Exam Browser: checking each request, and saying what to open."""

from flask import abort, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import N_, Forbidden
from core.web import config, current_actor, db_session, requires, wants_json
from exams.models import Exam
from exams.queries.incidents import integrity_of, is_free_of_safe_browser, required_keys
from exams.queries.sittings import published_exam
from exams.safe_browser import HEADER, is_genuine
from exams.views.blueprint import bp

REFUSAL = N_("这场考试要用 Safe Exam Browser 打开。用考试员给的配置文件打开它，再登录")
# Exams for which this browser has proved itself by script, where it cannot send headers.
PROVED = "safe_browser"


def keys_for(exam_id: int) -> tuple[str, ...]:
    """The keys one of which the signed-in person's browser must have for an exam; none if any."""
    session, user_id = db_session(), current_actor().user_id
    wanted = integrity_of(session, exam_id)
    if not wanted.requires_safe_browser or user_id is None:
        return ()
    return () if is_free_of_safe_browser(session, exam_id, user_id) else wanted.safe_browser_keys


def safe_browser_refusal(exam: Exam) -> str | None:
    """What to open instead, where this browser may not sit the exam."""
    keys = keys_for(exam.id)
    return None if not keys or _is_proved(exam.id, keys) else str(_(REFUSAL))


def require_safe_browser_for(exam: Exam) -> None:
    """Go no further unless this browser may sit the exam."""
    if safe_browser_refusal(exam) is not None:
        _refuse(exam.id)


def require_safe_browser(sitting_id: int) -> None:
    """Go no further unless this browser may go on with the sitting; whose it is, others check."""
    required = required_keys(db_session(), sitting_id, current_actor().user_id)
    if required is not None and not _is_proved(*required):
        _refuse(required[0])


@bp.post("/my-exams/<int:exam_id>/safe-browser")
@requires()
def prove_safe_browser(exam_id: int) -> ResponseReturnValue:
    """Take the hash that Safe Exam Browser told the script of one of our pages."""
    exam = published_exam(db_session(), exam_id)
    address, keys = request.form.get("address", ""), keys_for(exam.id)
    is_ours = address.startswith((f"{config().public_url}/", request.host_url))
    if keys and not (is_ours and is_genuine(request.form.get("proof"), [address], keys)):
        _refuse(exam.id)
    cookie[PROVED] = sorted({*cookie.get(PROVED, []), exam.id})
    return redirect(url_for("exams.start", exam_id=exam.id))


def _is_proved(exam_id: int, keys: tuple[str, ...]) -> bool:
    """A header that is there decides; without one, what this browser proved by script does."""
    sent = request.headers.get(HEADER)
    if sent is not None:
        return is_genuine(sent, _addresses(), keys)
    return exam_id in cookie.get(PROVED, [])


def _addresses() -> list[str]:
    """What the browser may have asked for: the public address, or the one that reached us."""
    asked = request.full_path if request.query_string else request.path
    return [f"{config().public_url}{asked}", f"{request.host_url.rstrip('/')}{asked}"]


def _refuse(exam_id: int) -> None:
    if wants_json():
        raise Forbidden(REFUSAL)
    page = render_template("exams/states/other_browser.html", refusal=_(REFUSAL), exam_id=exam_id)
    abort(make_response(page, 403))
