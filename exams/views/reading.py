"""How a person's pages of an exam begin: type, contrast, reading aloud, as was granted."""

from dataclasses import dataclass

from accounts.queries import accommodation_of
from core.web import db_session, today


@dataclass(frozen=True)
class ReadingSettings:
    """Where the page begins, until the person chooses; `key` names what this device keeps."""

    key: str
    size: int
    contrast: str
    aloud: str


def reading_settings(user_id: int) -> ReadingSettings:
    """What was granted to a person for today; the ordinary page for everybody else."""
    found = accommodation_of(db_session(), user_id, today())
    return ReadingSettings(
        key=f"reading-{user_id}",
        size=1 if found is not None and found.large_type else 0,
        contrast="more" if found is not None and found.high_contrast else "",
        aloud="true" if found is not None and found.read_aloud else "false",
    )
