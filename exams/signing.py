"""The signature under a closed sitting: Ed25519, its key outside the database.

Whoever can write into the database can make a chain of hashes anew, but not the signature over
its end, for which the key file is needed.
"""

import base64
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from core.chance import SeedSource
from core.keys import derive, load_or_make
from exams.events import SittingClosed, SittingMarked, SittingRemarked
from exams.models import Sitting, SittingEvent, SittingSignature
from exams.signatures import file_statement, statement

KEY_FILE = "evidence.key"
PURPOSE = "evidence signature"
_WRITTEN_AT = select(SittingEvent.at).where(
    SittingEvent.sitting_id == bindparam("sitting_id"), SittingEvent.number == bindparam("number")
)
# Whatever moves the end of a chain after which a person is told a result.
End = SittingClosed | SittingMarked | SittingRemarked


class Signer:
    """Signs the ends of chains and whole files of evidence."""

    def __init__(self, key_text: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(derive(key_text, PURPOSE))

    @property
    def public_key(self) -> str:
        """The key by which anybody can check a signature, as base64 of its 32 bytes."""
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return base64.b64encode(raw).decode()

    def sign(self, sitting_id: int, number: int, head: str) -> str:
        """The signature under the end of a chain as base64."""
        return self._signed(statement(sitting_id, number, head))

    def sign_file(self, kind: str, of_digest: str) -> str:
        """The signature under a whole file of some kind, by the digest of what it says."""
        return self._signed(file_statement(kind, of_digest))

    def _signed(self, said: bytes) -> str:
        return base64.b64encode(self._key.sign(said)).decode()


def load_signer(keys_dir: Path, seeds: SeedSource) -> Signer:
    """The installation's signer; its key file is made on first use."""
    return Signer(load_or_make(keys_dir, KEY_FILE, seeds))


def make_sign_handler(load: Callable[[], Signer]) -> Callable[[Session, End], None]:
    """A handler that signs the end of a chain whenever it has moved since it was last signed.

    The newest signature stands in the sitting's columns, every one in a row of its own, so that a
    receipt handed out earlier stays verifiable. The signer is loaded with the first sitting, so
    that no other command makes its key file.
    """
    signer = lru_cache(maxsize=1)(load)

    def sign_end(session: Session, event: End) -> None:
        sitting = session.get_one(Sitting, event.sitting_id)
        number, head = sitting.chain_number, sitting.chain_head
        if number == 0 or (sitting.signature is not None and sitting.signed_number == number):
            return
        sitting.signed_number, sitting.signed_head = number, head
        sitting.signature = signer().sign(sitting.id, number, head)
        session.add(
            SittingSignature(
                sitting_id=sitting.id,
                number=number,
                head=head,
                signature=sitting.signature,
                public_key=signer().public_key,
                signed_at=_written_at(session, sitting.id, number) or event.at,
            )
        )
        session.flush()

    return sign_end


def _written_at(session: Session, sitting_id: int, number: int) -> datetime | None:
    """When the last entry was written: a sitting may end as of a deadline long before that."""
    return session.scalar(_WRITTEN_AT, {"sitting_id": sitting_id, "number": number})
