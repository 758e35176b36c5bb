"""What a person decides about a change of the library's text that a copy was taken from."""

from datetime import datetime
from enum import Enum

from sqlalchemy.orm import Session

from core import audit
from core.errors import N_, Conflict, Forbidden
from core.identity import Actor, Role
from editor.models import WorkingCopy
from editor.queries.copies import OPEN
from learning import operations as learning
from learning.sources import text_hash


class OriginDecision(Enum):
    """Whether the library's new text was taken in."""

    MERGED = "merged"
    DECLINED = "declined"


def decide_on_origin(
    session: Session,
    copy: WorkingCopy,
    text: str,
    decision: OriginDecision,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep that this text of the library is dealt with; a newer one is told again.

    What was declined counts at once. What was merged counts for the published file when the copy
    is published: a copy that is given up leaves the file as it was, and the notice with it.
    """
    if not actor.has(Role.TRAINER):
        raise Forbidden()
    if copy.state not in OPEN or copy.origin_text is None:
        raise Conflict(N_("这份已经发布或放弃了"))
    if copy.origin_text == text:
        raise Conflict(N_("课程库里的这次改动已经定过了"))
    before, copy.origin_text = text_hash(copy.origin_text), text
    audit.record(
        session,
        actor=actor,
        now=now,
        action=f"working_copy.origin_{decision.value}",
        subject=("working_copy", copy.path),
        before={"origin": before},
        after={"origin": text_hash(text)},
    )
    if decision is OriginDecision.DECLINED:
        learning.settle_origin(session, copy.path, text, actor=actor, now=now)
    session.flush()
