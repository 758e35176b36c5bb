"""What exams found faulty about a question, as finished values for templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import Session

from core.web import panels
from question_bank.models import FlawCause, ReviewKind, ReviewTask
from question_bank.queries.clauses import finder_names, versions_by_id

CAUSES = {
    FlawCause.WITHDRAWN: _l("从考试里撤掉了"),
    FlawCause.VOID: _l("考后作废了"),
    FlawCause.FULL_MARKS: _l("考后给所有人满分"),
    FlawCause.KEY: _l("考后更正了答案"),
    FlawCause.APPEAL: _l("申诉成立"),
}


@dataclass(frozen=True)
class ShownFlaw:
    """What was done in an exam, by whom, when and why; `panels` lead back to the exam."""

    cause: Any
    name: str
    at: datetime
    reason: str
    # The version that the exam asked.
    number: int
    panels: tuple[Markup, ...]


def shown_flaws(session: Session, tasks: Sequence[ReviewTask]) -> list[ShownFlaw]:
    """The findings among these tasks, in the order in which they were made."""
    found = [task for task in tasks if task.kind is ReviewKind.FLAW]
    names = finder_names(session, found)
    versions = versions_by_id(session, [task.before_version_id for task in found])
    return [
        ShownFlaw(
            cause=CAUSES[task.cause],
            name=names.get(task.asked_by_id or 0, ""),
            at=task.asked_at,
            reason=task.reason,
            number=versions[task.before_version_id].number,
            panels=tuple(Markup(html) for html in panels("question.flaw", task.exam_id)),
        )
        for task in found
        if task.cause and task.before_version_id and task.exam_id
    ]
