"""Who may decide on a working copy."""

from sqlalchemy.orm import Session

from core.errors import N_, Conflict, Forbidden
from core.identity import Actor, Role
from editor.models import WorkingCopy, WorkingState
from editor.queries.copies import trainer_count
from editor.reviewing import may_review


def check_reviewer(session: Session, copy: WorkingCopy, actor: Actor) -> None:
    """Forbidden for whoever may not decide; Conflict when there is nothing to decide."""
    if copy.state is not WorkingState.IN_REVIEW:
        raise Conflict(N_("这份已经不在复核中"))
    if not is_reviewer(session, copy, actor):
        raise Forbidden(N_("复核要由另一个人做：不是送审的人，也不是最后改的人"))


def is_reviewer(session: Session, copy: WorkingCopy, actor: Actor) -> bool:
    """Whether the actor may decide on this copy."""
    return may_review(
        copy,
        user_id=actor.user_id,
        is_trainer=actor.has(Role.TRAINER),
        is_safety_manager=actor.has(Role.SAFETY_MANAGER),
        trainers=trainer_count(session),
    )
