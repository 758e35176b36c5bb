"""The only place that draws random numbers and tokens. Everything else takes them as arguments."""

import secrets
from typing import Protocol


class SeedSource(Protocol):
    """Where seeds, tokens and codes come from."""

    def seed(self) -> int: ...

    def token(self) -> str: ...

    def code(self, length: int) -> str: ...


# No 0/O, 1/I/L: codes are read from paper and typed on a phone.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


# Crockford's base 32 in lower case: no i, l, o, u. For ids that stand in files.
ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(seeds: SeedSource, prefix: str, length: int) -> str:
    """An id such as `q-7f3k2m`; whether it is taken is for the caller to ask."""
    rest, letters = seeds.seed(), ""
    for _ in range(length):
        rest, index = divmod(rest, len(ID_ALPHABET))
        letters = ID_ALPHABET[index] + letters
    return f"{prefix}-{letters}"


def new_digits(seeds: SeedSource, length: int) -> str:
    """A code of digits alone, for a keypad."""
    return f"{seeds.seed() % 10**length:0{length}d}"


class SystemSeeds:
    """The operating system's randomness."""

    def seed(self) -> int:
        """A number of 63 bits, so that it fits a signed database integer."""
        return secrets.randbits(63)

    def token(self) -> str:
        """256 bits, safe in a URL."""
        return secrets.token_urlsafe(32)

    def code(self, length: int) -> str:
        """A code to be read aloud and typed, from 31 characters that nobody confuses."""
        return "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))


class CountedSeeds:
    """Predictable seeds for tests: 1, 2, 3, …"""

    def __init__(self) -> None:
        self._count = 0

    def seed(self) -> int:
        self._count += 1
        return self._count

    def token(self) -> str:
        return f"token-{self.seed():08d}-{'x' * 20}"

    def code(self, length: int) -> str:
        count, letters = self.seed(), ""
        for _ in range(length):
            count, rest = divmod(count, len(CODE_ALPHABET))
            letters = CODE_ALPHABET[rest] + letters
        return letters
