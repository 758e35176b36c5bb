"""A module and its companion files as one change: which working copies go the same way."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from editor.models import WorkingCopy
from editor.queries.copies import OPEN
from editor.skeletons import companion_skeleton
from learning.front_matter import COMPANION_SUFFIX


def is_companion(copy: WorkingCopy) -> bool:
    return copy.path.endswith(COMPANION_SUFFIX)


def says_something(copy: WorkingCopy) -> bool:
    """Whether a working copy differs from what is published, or from an empty companion file."""
    before = copy.base_text
    if before is None and is_companion(copy):
        before = companion_skeleton(copy.module_key)
    return copy.text != before


def change_of(session: Session, copy: WorkingCopy) -> list[WorkingCopy]:
    """The copy with those of its module's other files that stand where it stands; main first.

    A file that was only opened is left out; so is another module that claims the same key.
    """
    if copy.state not in OPEN:
        return [copy]
    others = session.scalars(
        select(WorkingCopy)
        .where(
            WorkingCopy.module_key == copy.module_key,
            WorkingCopy.state == copy.state,
            WorkingCopy.id != copy.id,
        )
        .order_by(WorkingCopy.id)
    )
    files = [each for each in others if says_something(each)]
    if not is_companion(copy) or sum(not is_companion(each) for each in files) > 1:
        files = [each for each in files if is_companion(each)]
    return sorted([copy, *files], key=is_companion)


def signature_of(copies: Sequence[WorkingCopy]) -> str:
    """Which texts somebody looks at: the ids and revisions of a change."""
    return " ".join(f"{copy.id}:{copy.revision}" for copy in copies)
