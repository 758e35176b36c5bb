"""Whether a request comes from Safe Exam Browser with an allowed configuration; pure.

The browser sends SHA-256 of the absolute address without its fragment, followed by the config key,
as `X-SafeExamBrowser-ConfigKeyHash` with every request; where its engine cannot send headers, it
tells a page's script the same hash for the address of that page
(safeexambrowser.org/developer/seb-config-key.html). The key itself never travels.
"""

import hashlib
import hmac
from collections.abc import Iterable

HEADER = "X-SafeExamBrowser-ConfigKeyHash"


def request_hash(address: str, key: str) -> str:
    """What the browser sends for this address."""
    return hashlib.sha256(f"{address.partition('#')[0]}{key}".encode()).hexdigest()


def is_genuine(sent: str | None, addresses: Iterable[str], keys: Iterable[str]) -> bool:
    """Whether what was sent fits one of the addresses that the request may have had, and a key."""
    told = (sent or "").strip().lower().encode("ascii", "replace")
    known = [request_hash(address, key).encode() for address in addresses for key in keys]
    # Every one is compared, so that the time taken tells nothing.
    fits = [hmac.compare_digest(told, one) for one in known]
    return any(fits)
