"""How long a certificate is valid, what state it is in on a day, and how a name is masked."""

from calendar import monthrange
from datetime import date, timedelta
from enum import Enum

# A certificate that ends within so many days is shown as due (domain: the 60-day window).
DUE_DAYS = 60


class CertificateState(Enum):
    """What a certificate is worth on a day."""

    VALID = "valid"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REVOKED = "revoked"


def last_valid_day(issued_on: date, months: int | None) -> date | None:
    """The last day of a period of whole months that begins on the day of issue; None: no end.

    It is the day before the corresponding day of the last month. Where that month has no such
    day, the period ends with the month (Civil Code art. 202): 31 January and one month give 28
    February, never a day of March and never a day less than the month.
    """
    if months is None:
        return None
    years, month_index = divmod(issued_on.month - 1 + months, 12)
    year, month = issued_on.year + years, month_index + 1
    length = monthrange(year, month)[1]
    if issued_on.day > length:
        return date(year, month, length)
    return date(year, month, issued_on.day) - timedelta(days=1)


def state_on(day: date, *, valid_to: date | None, is_revoked: bool) -> CertificateState:
    """The state on a day; `valid_to` itself is still valid."""
    if is_revoked:
        return CertificateState.REVOKED
    if valid_to is None:
        return CertificateState.VALID
    if valid_to < day:
        return CertificateState.EXPIRED
    if valid_to <= day + timedelta(days=DUE_DAYS):
        return CertificateState.EXPIRING
    return CertificateState.VALID


def masked_name(name: str) -> str:
    """The first character and one star, whatever the length: 张伟 and 欧阳娜娜 give 张* and 欧*."""
    return f"{name[:1]}*"


def series_of(code: str, issued_on: date) -> str:
    """What a number begins with."""
    return f"{code}-{issued_on.year}"


def number_of(series: str, serial: int) -> str:
    """`DHJH-2026-0147`; past 9999 the serial grows by a digit."""
    return f"{series}-{serial:04d}"
