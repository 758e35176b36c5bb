"""Where a person worked on a day, told from the person's whole history."""

from datetime import date

from sqlalchemy.orm import Session

from teams.queries import Place, memberships_of


def main_place_on(session: Session, user_id: int, day: date) -> Place | None:
    """The one main membership on a day; None for a day on which there was none."""
    held = [
        place
        for place in memberships_of(session, user_id)
        if place.is_main and place.from_on <= day and (place.to_on is None or place.to_on >= day)
    ]
    assert len(held) <= 1
    return held[0] if held else None
