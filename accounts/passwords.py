"""Hashing and checking passwords: argon2id at OWASP's setting, one at a time in each process.

Never call it inside a write transaction: a hash takes 20 ms, and everyone who saves an answer
would wait for it (docs/decisions/0002-sqlite-transactions.md).
"""

import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from accounts.rules import normalise_password

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# When a whole shift signs in at once, hashing takes one core at most and answers keep the rest.
one_at_a_time = threading.BoundedSemaphore(1)
# The hash of nothing that anyone types: whoever has no password costs the same time.
DECOY = (
    "$argon2id$v=19$m=19456,t=2,p=1$c2hhbmdnYW5nLWRlY295LQ"
    "$V2hhdGV2ZXIgaXMgdHlwZWQsIHRoaXMgaXMgbm90IGk"
)


@dataclass(frozen=True)
class Verdict:
    """Whether a password is right, and its hash under today's setting where it has an older one."""

    is_right: bool
    fresh_hash: str | None = None


def hash_password(password: str) -> str:
    """The hash to store."""
    with one_at_a_time:
        return _hasher.hash(normalise_password(password))


def check_password(stored: str | None, password: str) -> Verdict:
    """Compare a password with a stored hash; without one, take as long and say no."""
    try:
        with one_at_a_time:
            _hasher.verify(stored or DECOY, normalise_password(password))
    except (VerificationError, InvalidHashError):
        return Verdict(is_right=False)
    if stored is None:
        return Verdict(is_right=False)
    fresh = hash_password(password) if _hasher.check_needs_rehash(stored) else None
    return Verdict(is_right=True, fresh_hash=fresh)


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """Passwords that guessers try first, in small letters."""
    path = Path(__file__).with_name("common_passwords.txt")
    return frozenset(path.read_text(encoding="utf-8").split())
