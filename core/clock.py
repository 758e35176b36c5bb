"""The only place that reads the time. Everything else takes `now` as an argument."""

from datetime import date, datetime, timedelta, timezone
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the present moment as an aware UTC datetime."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(timezone.utc)


class ManualClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def move_to(self, at: datetime) -> None:
        self._at = at

    def advance(self, **amount: float) -> None:
        """Move forward by `timedelta(**amount)`, e.g. `advance(minutes=5)`."""
        self._at += timedelta(**amount)


def local_date(at: datetime, zone: ZoneInfo) -> date:
    """The calendar day of a moment in the enterprise's time zone."""
    return at.astimezone(zone).date()
