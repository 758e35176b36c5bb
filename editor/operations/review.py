"""From a working copy to a publication: submitted, sent back or published by a second person."""

from datetime import datetime

from sqlalchemy.orm import Session

from core import audit
from core.errors import N_, Conflict, Forbidden
from core.identity import Actor, Role
from editor.models import WorkingCopy, WorkingState
from editor.queries.reviewers import check_reviewer
from learning.operations import settle_origin


def submit_copy(
    session: Session, copy: WorkingCopy, *, revision: int, actor: Actor, now: datetime
) -> None:
    """Hand a text without an error to a second person; the caller has checked it."""
    if not actor.has(Role.TRAINER):
        raise Forbidden()
    if copy.state is not WorkingState.EDITING:
        raise Conflict(N_("这份已经送审或发布了"))
    if copy.revision != revision:
        raise Conflict(N_("别人刚刚保存过这份，看过新的再送审"))
    copy.state, copy.submitted_at, copy.submitted_by_id = WorkingState.IN_REVIEW, now, actor.user_id
    _record(session, copy, "working_copy.submitted", actor=actor, now=now)


def take_back(session: Session, copy: WorkingCopy, *, actor: Actor, now: datetime) -> None:
    """Who submitted a text goes on writing before anybody decided."""
    if copy.submitted_by_id != actor.user_id:
        raise Forbidden()
    if copy.state is not WorkingState.IN_REVIEW:
        raise Conflict(N_("这份已经不在复核中"))
    copy.state = WorkingState.EDITING
    _record(session, copy, "working_copy.taken_back", actor=actor, now=now)


def send_back(
    session: Session, copy: WorkingCopy, note: str, *, actor: Actor, now: datetime
) -> None:
    """Give the text back to its authors with what is to be mended."""
    check_reviewer(session, copy, actor)
    if not note.strip():
        raise Conflict(N_("写一句要改什么，再退回"))
    copy.state = WorkingState.EDITING
    _decide(copy, note, actor=actor, now=now)
    _record(session, copy, "working_copy.sent_back", actor=actor, now=now)


def mark_published(
    session: Session, copy: WorkingCopy, note: str, *, actor: Actor, now: datetime
) -> None:
    """Close a working copy whose text has been published."""
    check_reviewer(session, copy, actor)
    copy.state = WorkingState.PUBLISHED
    _decide(copy, note, actor=actor, now=now)
    if copy.origin_text is not None:
        settle_origin(session, copy.path, copy.origin_text, actor=actor, now=now)
    _record(session, copy, "working_copy.published", actor=actor, now=now)


def _decide(copy: WorkingCopy, note: str, *, actor: Actor, now: datetime) -> None:
    copy.reviewed_at, copy.reviewed_by_id = now, actor.user_id
    copy.review_note = note.strip()[:2000]


def _record(
    session: Session, copy: WorkingCopy, action: str, *, actor: Actor, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        now=now,
        action=action,
        subject=("working_copy", copy.path),
        after={"revision": copy.revision, "state": copy.state.value},
        reason=copy.review_note or None,
    )
    session.flush()
