"""What an exam records of its candidates, when a limit is passed, what a page may claim; pure.

Nothing here says that anybody cheated. Beyond a limit an exam may hand the paper in by itself;
what that means is decided by a person (docs/decisions/0018-incidents.md).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from core.errors import N_
from exams.models import IncidentKind

# Between passing a limit and handing in, so that what is being typed gets saved.
FINAL_SECONDS = 15
# More than a page may tell at once, and longer than any exam.
MOST_AT_ONCE = 100
MOST_SECONDS = 24 * 3600
MOST_SLOTS = 500
CLAIM_KEY = re.compile(r"[A-Za-z0-9-]{8,40}")
CONFIG_KEY = re.compile(r"[0-9a-f]{64}")
MOST_KEYS = 20
# What a page may tell of itself; the rest is noted by the server.
BY_THE_PAGE = {
    IncidentKind.LEFT,
    IncidentKind.IDLE,
    IncidentKind.COPIED,
    IncidentKind.CUT,
    IncidentKind.PASTED,
}
# How a page was left. Loading it anew is no leaving and counts towards no limit.
RELOADED = "reloaded"
# In the details of what a page told only after the deadline; the time is the device's alone.
LATE = "late"
HOWS = {"hidden", "blurred", "closed", RELOADED}


@dataclass(frozen=True)
class Integrity:
    """What an exam has switched on; as it stands, nothing."""

    records_leavings: bool = False
    most_leavings: int | None = None
    longest_leaving_seconds: int | None = None
    idle_seconds: int | None = None
    hands_in: bool = False
    blocks_clipboard: bool = False
    records_addresses: bool = False
    records_times: bool = False
    shows_watermark: bool = False
    requires_safe_browser: bool = False
    safe_browser_keys: tuple[str, ...] = ()

    def may_record(self, kind: IncidentKind) -> bool:
        """Whether the exam lets this kind be recorded."""
        return {
            IncidentKind.LEFT: self.records_leavings,
            IncidentKind.IDLE: self.idle_seconds is not None,
            IncidentKind.ADDRESS: self.records_addresses,
        }.get(kind, self.blocks_clipboard)


def as_data(integrity: Integrity) -> dict[str, Any]:
    """For the audit log."""
    return {one.name: getattr(integrity, one.name) for one in fields(integrity)} | {
        "safe_browser_keys": list(integrity.safe_browser_keys)
    }


def findings(integrity: Integrity) -> dict[str, str]:
    """What does not go together, by field; the value is the sentence for the examiner."""
    found: dict[str, str] = {}
    has_limit = integrity.most_leavings is not None or (
        integrity.longest_leaving_seconds is not None
    )
    if has_limit and not integrity.records_leavings:
        found["records_leavings"] = N_("写了离开页面的限制，就要打开“记录离开页面”")
    if integrity.hands_in and not (has_limit or integrity.idle_seconds):
        found["hands_in"] = N_("自动交卷要先写限制：离开几次、离开多久，或多久没有动作")
    if integrity.requires_safe_browser and not integrity.safe_browser_keys:
        found["safe_browser_keys"] = N_("要用 Safe Exam Browser，至少写一个配置密钥")
    return found


def tightened(before: Integrity, after: Integrity) -> tuple[str, ...]:
    """Which fields ask or record more than before; fewer allowed keys are more."""
    found = []
    for one in fields(Integrity):
        old, new = getattr(before, one.name), getattr(after, one.name)
        if isinstance(old, tuple):
            is_more = after.requires_safe_browser and bool(set(old) - set(new))
        elif isinstance(old, bool):
            is_more = new and not old
        else:
            is_more = new is not None and (old is None or new < old)
        if is_more:
            found.append(one.name)
    return tuple(found)


@dataclass(frozen=True)
class Claim:
    """An incident as a page tells it; its time is only what the page's clock says."""

    kind: IncidentKind
    key: str
    began_at: datetime
    seconds: int | None
    details: Mapping[str, Any]

    @property
    def counts(self) -> bool:
        """Whether a limit may be passed by it."""
        return self.details.get("how") != RELOADED


def claim_of(sent: Any) -> Claim | None:
    """A claim as JSON carries it; None for what no page of ours sends."""
    if not isinstance(sent, dict):
        return None
    kind = next((one for one in BY_THE_PAGE if one.value == sent.get("kind")), None)
    key, began, seconds = sent.get("key"), sent.get("began_ms"), sent.get("seconds")
    if kind is None or not isinstance(key, str) or not CLAIM_KEY.fullmatch(key):
        return None
    if type(began) is not int or not 0 < began < 10**13:
        return None
    if seconds is not None and (type(seconds) is not int or not 0 <= seconds <= MOST_SECONDS):
        return None
    details: dict[str, Any] = {}
    if type(sent.get("slot")) is int and 0 < sent["slot"] <= MOST_SLOTS:
        details["slot"] = sent["slot"]
    if sent.get("how") in HOWS:
        details["how"] = sent["how"]
    return Claim(kind, key, datetime.fromtimestamp(began / 1000, UTC), seconds, details)


def times_of(sent: Any) -> dict[int, int]:
    """Seconds by slot as JSON carries them; what makes no sense is left out."""
    if not isinstance(sent, dict):
        return {}
    return {
        int(slot): seconds
        for slot, seconds in list(sent.items())[:MOST_SLOTS]
        if isinstance(slot, str)
        and slot.isdecimal()
        and 0 < int(slot) <= MOST_SLOTS
        and type(seconds) is int
        and 0 <= seconds <= MOST_SECONDS
    }


def limit_passed(
    integrity: Integrity, new: Iterable[Claim], *, leavings: int
) -> IncidentKind | None:
    """Which limit these new incidents pass, if the exam then hands the paper in; None for none.

    `leavings` counts all since the limit last did so, the new ones among them. Being idle passes
    its limit only once the page's own last countdown has run out as well.
    """
    if not integrity.hands_in:
        return None
    for claim in new:
        seconds = claim.seconds or 0
        if claim.kind is IncidentKind.LEFT and claim.counts:
            most, longest = integrity.most_leavings, integrity.longest_leaving_seconds
            if most is not None and leavings > most:
                return IncidentKind.LEFT
            if longest is not None and seconds > longest:
                return IncidentKind.LEFT
        idle = integrity.idle_seconds
        is_idle = claim.kind is IncidentKind.IDLE and idle is not None
        if is_idle and seconds >= (idle or 0) + FINAL_SECONDS:
            return IncidentKind.IDLE
    return None


def early_deadline(deadline: datetime, *, now: datetime) -> datetime:
    """The deadline after a limit was passed; never later than it was."""
    return min(deadline, now + timedelta(seconds=FINAL_SECONDS))


def times_added(pages: Mapping[str, Mapping[str, int]]) -> dict[int, int]:
    """Seconds by slot over all pages of a sitting."""
    total: dict[int, int] = {}
    for page in pages.values():
        for slot, seconds in page.items():
            total[int(slot)] = total.get(int(slot), 0) + seconds
    return dict(sorted(total.items()))
