"""What a candidate brings along to the start: a network address and an entry code; pure."""

import hmac
import ipaddress
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

CODE_LEAST, CODE_MOST = 4, 20
MOST_RANGES = 50
# So many wrong codes, then a wait; the code is read out in a room, nobody needs to guess.
CODE_TRIES = 5
CODE_WAIT = timedelta(minutes=5)

_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff-]+")


class BadRange(ValueError):
    """A line that is no address and no network; counted from 1."""

    def __init__(self, line: int, text: str) -> None:
        self.line, self.text = line, text
        super().__init__(f"line {line}: {text}")


def normalise_code(text: str) -> str:
    """A code as compared: half-width capitals, without blanks and hyphens."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).upper()


def is_right_code(typed: str, code: str) -> bool:
    """Whether the code was typed; takes as long for a wrong one as for the right one."""
    return hmac.compare_digest(normalise_code(typed).encode(), normalise_code(code).encode())


def wait_after(wrong_count: int, *, now: datetime) -> datetime | None:
    """Until when no further code is taken after so many wrong ones, or None."""
    return now + CODE_WAIT if wrong_count >= CODE_TRIES else None


def is_waiting(waits_until: datetime | None, *, now: datetime) -> bool:
    """Whether no code is taken yet; the end of the wait itself is no longer part of it."""
    return waits_until is not None and now < waits_until


def parse_ranges(text: str) -> tuple[str, ...]:
    """Networks from lines such as 10.2.0.0/16, 10.2.3.4 or fd00::/8; raises BadRange.

    A single address stands for itself; host bits behind the prefix are dropped.
    """
    found: dict[str, None] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        for part in re.split(r"[\s,，、;；]+", unicodedata.normalize("NFKC", line)):
            if not part:
                continue
            try:
                found[str(ipaddress.ip_network(part, strict=False))] = None
            except ValueError:
                raise BadRange(number, part) from None
    return tuple(found)


def lies_in(address: str, ranges: Sequence[str]) -> bool:
    """Whether an address belongs to one of the networks; without networks every address does.

    An IPv4 address that arrives in IPv6 dress counts as IPv4. What is no address lies nowhere.
    """
    if not ranges:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    place = mapped or found
    networks = (ipaddress.ip_network(one) for one in ranges)
    return any(place.version == one.version and place in one for one in networks)


def widens(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether every address that lay in the old networks lies in the new ones as well."""
    if not after:
        return True
    if not before:
        return False
    wider = [ipaddress.ip_network(one) for one in after]
    return all(any(_is_within(ipaddress.ip_network(old), new) for new in wider) for old in before)


def _is_within(
    inner: ipaddress.IPv4Network | ipaddress.IPv6Network,
    outer: ipaddress.IPv4Network | ipaddress.IPv6Network,
) -> bool:
    if isinstance(inner, ipaddress.IPv4Network) and isinstance(outer, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, ipaddress.IPv6Network) and isinstance(outer, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False
