"""Who may review a working copy."""

from editor.models import WorkingCopy, WorkingState


def may_review(
    copy: WorkingCopy,
    *,
    user_id: int | None,
    is_trainer: bool,
    is_safety_manager: bool,
    trainers: int,
) -> bool:
    """A second person looks at each text: never who submitted it or wrote on it last.

    Where there is one trainer only, no colleague can judge; the safety manager does.
    """
    if copy.state is not WorkingState.IN_REVIEW or user_id is None:
        return False
    if user_id in (copy.submitted_by_id, copy.updated_by_id):
        return False
    return is_safety_manager or (is_trainer and trainers > 1)
