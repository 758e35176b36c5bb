"""What the page of a sitting says to the server by itself, as JSON: holding it, answers, life."""

from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.pages import show_clock
from core.web import current_actor, db_session, moment, requires
from exams.integrity import MOST_AT_ONCE, claim_of, times_of
from exams.models import Sitting
from exams.operations.answers import AnswerReceipt, record_answer
from exams.operations.delivery import deliver_late
from exams.operations.presence import SignOfLife, record_presence
from exams.operations.sitting import take_over
from exams.queries import sittings as queries
from exams.recording import JournalEntry
from exams.responses import misfit
from exams.rules import seconds_left, state_at
from exams.views.blueprint import bp
from exams.views.recorded import told_with_presence
from exams.views.safe_browser import require_safe_browser

# A page that kept more choices than this has not been kept by a person.
MOST_ENTRIES = 2000
LONGEST_LEASE = 40


@bp.post("/sittings/<int:sitting_id>/hold")
@requires()
def hold(sitting_id: int) -> ResponseReturnValue:
    """Let this page hold the sitting if no other does, or if the candidate says to take it over.

    A page that says which answer it was made with is told of newer ones: an answer of the page
    before it may have been under way while the server made this one.
    """
    sent = _sent()
    lease, takes = _text(sent, "lease"), sent.get("take") is True
    session, actor = db_session(), current_actor()
    found = queries.sitting_for(session, actor, sitting_id)
    is_open = state_at(found.state, deadline=found.deadline, now=moment()).value == "open"
    if is_open and (takes or found.lease in (None, lease)):
        take_over(session, sitting_id, lease=lease, actor=actor, now=moment())
    seen, newer = sent.get("seen"), {}
    if type(seen) is int and 0 <= seen < 2**63:
        newer = queries.replies_since(session, sitting_id, after_id=seen)
    return jsonify(**_standing(found, lease), newer=newer)


@bp.post("/sittings/<int:sitting_id>/presence")
@requires()
def presence(sitting_id: int) -> ResponseReturnValue:
    """Note a sign of life, and tell how long the server gives this sitting, and what was said."""
    require_safe_browser(sitting_id)
    sent = _sent()
    slot = sent.get("slot")
    told = _list(sent, "incidents")
    claims = [claim_of(one) for one in told]
    sign = SignOfLife(
        lease=_text(sent, "lease"),
        answered=_count(sent, "answered"),
        slot=slot if type(slot) is int else None,
        waiting=_count(sent, "waiting"),
        address=request.remote_addr or "",
        claims=[claim for claim in claims if claim is not None],
        times=times_of(sent.get("times")),
        seen_messages=[one for one in _list(sent, "seen") if type(one) is int],
    )
    found = record_presence(db_session(), sitting_id, sign, actor=current_actor(), now=moment())
    standing = _standing(found, sign.lease)
    # Beyond the deadline nothing was noted: the page keeps it and delivers it with late answers.
    is_noted = standing["holds"] and standing["state"] == "open"
    return jsonify(**standing, **told_with_presence(found, told if is_noted else []))


@bp.post("/sittings/<int:sitting_id>/answers")
@requires()
def answer(sitting_id: int) -> ResponseReturnValue:
    """Store one choice and give its receipt."""
    require_safe_browser(sitting_id)
    sent = _sent()
    lease = sent.get("lease")
    receipt = record_answer(
        db_session(),
        sitting_id,
        _entry(sent),
        lease=lease if isinstance(lease, str) else None,
        actor=current_actor(),
        now=moment(),
    )
    return _receipt_as_json(receipt)


@bp.post("/sittings/<int:sitting_id>/late")
@requires()
def late(sitting_id: int) -> ResponseReturnValue:
    """Take what a page kept beyond the deadline, answers and incidents, and close the sitting."""
    require_safe_browser(sitting_id)
    sent = _sent()
    entries = sent.get("entries")
    if not isinstance(entries, list) or len(entries) > MOST_ENTRIES:
        raise misfit()
    claims = [claim_of(one) for one in _list(sent, "incidents")]
    delivery = deliver_late(
        db_session(),
        sitting_id,
        [_entry(one) for one in entries],
        lease=_text(sent, "lease"),
        claims=[claim for claim in claims if claim is not None],
        actor=current_actor(),
        now=moment(),
    )
    refusal = _(delivery.refusal.value) if delivery.refusal else None
    return jsonify(stored=delivery.stored, refusal=refusal)


def urls_of(found: Sitting) -> dict[str, str]:
    """The addresses that the scripts of a sitting's pages talk to."""
    names = ("sitting", "hold", "presence", "answer", "late", "submit", "result")
    urls = {name: url_for(f"exams.{name}", sitting_id=found.id) for name in names}
    return {**urls, "page": urls["sitting"]}


def milliseconds(at: datetime) -> int:
    """A moment as scripts count it."""
    return int(at.timestamp() * 1000)


def _standing(found: Sitting, lease: str) -> dict[str, Any]:
    now = moment()
    return {
        "state": state_at(found.state, deadline=found.deadline, now=now).value,
        "holds": found.lease == lease,
        "seconds_left": seconds_left(deadline=found.deadline, now=now),
        "ends_at": show_clock(found.deadline)[:5],
        "server_ms": milliseconds(now),
        "deadline_ms": milliseconds(found.deadline),
        "journal_number": found.journal_number,
        "journal_key": found.journal_key,
    }


def _receipt_as_json(receipt: AnswerReceipt) -> Response:
    told: dict[str, Any] = {
        "outcome": receipt.outcome.value,
        "saved_at": show_clock(receipt.received_at) if receipt.code else None,
        "receipt": receipt.code,
        "seconds_left": receipt.seconds_left,
        "next_number": receipt.next_number,
    }
    if receipt.newest:
        told["newest"] = receipt.newest
    return jsonify(told)


def _sent() -> dict[str, Any]:
    sent = request.get_json()
    if not isinstance(sent, dict):
        raise misfit()
    return sent


def _list(sent: dict[str, Any], name: str) -> list[Any]:
    values = sent.get(name, [])
    return values[:MOST_AT_ONCE] if isinstance(values, list) else []


def _entry(sent: Any) -> JournalEntry:
    if not isinstance(sent, dict):
        raise misfit()
    slot, key, number, after = (sent.get(name) for name in ("slot", "key", "number", "after"))
    if type(slot) is not int or not isinstance(key, str):
        raise misfit()
    is_numbered = type(number) is int and (after is None or isinstance(after, str))
    if number is not None and not is_numbered:
        raise misfit()
    return JournalEntry(
        slot, sent.get("response"), key, number, after, _moment(sent.get("claimed_ms"))
    )


def _moment(milliseconds: Any) -> datetime | None:
    """A moment as the page claims it; None for what is no moment of this age."""
    if type(milliseconds) is not int or not 0 < milliseconds < 10**13:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _text(sent: dict[str, Any], name: str) -> str:
    value = sent.get(name)
    if not isinstance(value, str) or not 8 <= len(value) <= LONGEST_LEASE:
        raise misfit()
    return value


def _count(sent: dict[str, Any], name: str) -> int:
    value = sent.get(name)
    if type(value) is not int or not 0 <= value <= MOST_ENTRIES:
        raise misfit()
    return value
