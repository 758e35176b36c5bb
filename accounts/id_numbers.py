"""Chinese ID numbers (GB 11643): reading, checking, masking, encrypting. Pure; keys are arguments.

Encryption is AES-SIV, which needs no chance and binds the text to its person: a ciphertext copied
to another row does not decrypt there.
"""

import hashlib
import hmac
import re
import unicodedata
from datetime import date
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from core.errors import N_
from core.keys import derive

LENGTH = 18
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
_SHAPE = re.compile(r"[1-9][0-9]{16}[0-9X]")


class NotDecryptable(Exception):
    """The key file is not the one that encrypted this, or the row was tampered with."""


def normalise(text: str) -> str:
    """Half-width, without blanks and hyphens, with a capital X."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return re.sub(r"[\s\u200b-\u200f\u2060\ufeff-]", "", plain)


def check_character(first: str) -> str:
    """The eighteenth character that belongs to the first seventeen digits (ISO 7064, MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first, strict=True))
    return CHECK_CHARACTERS[total % 11]


def birth_date(number: str) -> date | None:
    """The birth date inside a number of the right shape, or None where there is no such day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def problem_of(number: str, *, today: date) -> str | None:
    """What is wrong with a normalised number, as a sentence to translate, or None."""
    if len(number) != LENGTH:
        return N_("身份证号要 18 位")
    if not _SHAPE.fullmatch(number):
        return N_("身份证号前 17 位是数字，最后一位是数字或 X")
    born = birth_date(number)
    if born is None or not date(1900, 1, 1) <= born <= today:
        return N_("身份证号第 7 到 14 位不是出生日期")
    if check_character(number[:-1]) != number[-1]:
        return N_("身份证号最后一位对不上，有一位抄错了")
    return None


def mask(number: str) -> str:
    """110***********1234, all that pages and exports show."""
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"


@lru_cache(maxsize=4)
def _cipher(key: str) -> AESSIV:
    return AESSIV(derive(key, "id-number encryption", length=64))


def _context(user_id: int) -> list[bytes]:
    return [b"user.id_number", str(user_id).encode()]


def encrypt(number: str, *, user_id: int, key: str) -> bytes:
    """The number for the database, bound to its person."""
    return _cipher(key).encrypt(number.encode(), _context(user_id))


def decrypt(stored: bytes, *, user_id: int, key: str) -> str:
    """The number again; raises NotDecryptable for another person's row or another key."""
    try:
        return _cipher(key).decrypt(stored, _context(user_id)).decode()
    except InvalidTag:
        raise NotDecryptable(f"user {user_id}") from None


def look_up_hash(number: str, *, key: str) -> str:
    """The keyed hash that finds a number without decrypting; useless without the key file."""
    secret = derive(key, "id-number look-up")
    return hmac.new(secret, number.encode(), hashlib.sha256).hexdigest()
