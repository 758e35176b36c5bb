"""The receipt of an answer: the beginning of its link in the sitting's chain, for people."""

from core.chance import CODE_ALPHABET

CODE_LENGTH = 6


def receipt_code(of_hash: str) -> str:
    """What the candidate sees and may write down, e.g. `7F3K-2M`."""
    number, letters = int(of_hash[:12], 16), ""
    for _ in range(CODE_LENGTH):
        number, rest = divmod(number, len(CODE_ALPHABET))
        letters += CODE_ALPHABET[rest]
    return f"{letters[:4]}-{letters[4:]}"
