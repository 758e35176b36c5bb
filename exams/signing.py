"""The signature under a closed sitting: Ed25519, its key outside the database.

Whoever can write into the database can make a chain of hashes anew, but not the signature over
its end, for which the key file is needed.
"""

import base64
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy.orm import Session

from core.chance import SeedSource
from core.keys import derive, load_or_make
from exams.events import SittingClosed
from exams.models import Sitting

KEY_FILE = "evidence.key"
PURPOSE = "evidence signature"


def statement(sitting_id: int, number: int, head: str) -> bytes:
    """What is signed: which sitting, how many entries, the hash of the last one."""
    return f"shanggang sitting {sitting_id} entry {number} {head}".encode()


class Signer:
    """Signs the ends of chains and tells its own signatures from others."""

    def __init__(self, key_text: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(derive(key_text, PURPOSE))

    @property
    def public_key(self) -> str:
        """The key by which anybody can check a signature, as base64 of its 32 bytes."""
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return base64.b64encode(raw).decode()

    def sign(self, sitting_id: int, number: int, head: str) -> str:
        """The signature as base64."""
        signed = self._key.sign(statement(sitting_id, number, head))
        return base64.b64encode(signed).decode()


def load_signer(keys_dir: Path, seeds: SeedSource) -> Signer:
    """The installation's signer; its key file is made on first use."""
    return Signer(load_or_make(keys_dir, KEY_FILE, seeds))


def is_genuine(signature: str, public_key: str, *, sitting_id: int, number: int, head: str) -> bool:
    """Whether a signature was made by the holder of the key over this end of a chain."""
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
    try:
        key.verify(base64.b64decode(signature), statement(sitting_id, number, head))
    except (InvalidSignature, ValueError):
        return False
    return True


def make_sign_handler(load: Callable[[], Signer]) -> Callable[[Session, SittingClosed], None]:
    """A handler of SittingClosed that signs the end of its chain, once.

    The signer is loaded with the first sitting, so that no other command makes its key file.
    """
    signer = lru_cache(maxsize=1)(load)

    def sign_closed_sitting(session: Session, event: SittingClosed) -> None:
        sitting = session.get_one(Sitting, event.sitting_id)
        if sitting.signature is None:
            number, head = sitting.chain_number, sitting.chain_head
            sitting.signed_number, sitting.signed_head = number, head
            sitting.signature = signer().sign(sitting.id, number, head)
            session.flush()

    return sign_closed_sitting
