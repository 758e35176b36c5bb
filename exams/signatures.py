"""What is signed and whether a signature is genuine; pure but for the curve's arithmetic."""

import base64
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def statement(sitting_id: int, number: int, head: str) -> bytes:
    """What is signed of a sitting: which one, how many entries, the hash of the last one."""
    return f"shanggang sitting {sitting_id} entry {number} {head}".encode()


def file_statement(kind: str, of_digest: str) -> bytes:
    """What is signed of a whole file: what kind it is, and the digest of what it says."""
    return f"shanggang {kind} {of_digest}".encode()


def is_genuine_over(said: bytes, signature: str, public_key: str) -> bool:
    """Whether the holder of the key signed these bytes; False for what is no signature at all."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
        key.verify(base64.b64decode(signature), said)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_genuine(signature: str, public_key: str, *, sitting_id: int, number: int, head: str) -> bool:
    """Whether a signature was made by the holder of the key over this end of a chain."""
    return is_genuine_over(statement(sitting_id, number, head), signature, public_key)


def fingerprint(public_key: str) -> str:
    """The key for people to compare: `3F2A 91C4 …`, 16 hexadecimal digits of its SHA-256."""
    digits = hashlib.sha256(public_key.encode()).hexdigest()[:16].upper()
    return " ".join(digits[start : start + 4] for start in range(0, 16, 4))
