"""The receipt of an answer: a hash over all that was stored, and its short form for people."""

import hashlib
import json
from datetime import datetime
from typing import Any

from core.chance import CODE_ALPHABET

CODE_LENGTH = 6


def receipt_hash(
    *, sitting_id: int, slot: int, response: Any, client_key: str, received_at: datetime
) -> str:
    """SHA-256 over one answer; anyone with the stored row can compute it again."""
    content = [sitting_id, slot, response, client_key, received_at.isoformat()]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def receipt_code(of_hash: str) -> str:
    """What the candidate sees and may write down, e.g. `7F3K-2M`."""
    number, letters = int(of_hash[:12], 16), ""
    for _ in range(CODE_LENGTH):
        number, rest = divmod(number, len(CODE_ALPHABET))
        letters += CODE_ALPHABET[rest]
    return f"{letters[:4]}-{letters[4:]}"
