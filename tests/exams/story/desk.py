"""The desks of those who mark: they take an answer, read it, and give what their view of it is."""

from collections.abc import Mapping

from sqlalchemy import select

from accounts.models import User
from exams.hand_marking import Given
from exams.models import Answer, MarkingTask, SittingQuestion
from exams.operations.hand_marking import give_mark, take_answers
from tests.exams.story.world import Story


def text_of(story: Story, token: str) -> str:
    """The answer that a token names."""
    task = story.session.scalars(select(MarkingTask).where(MarkingTask.token == token)).one()
    row = story.session.get_one(SittingQuestion, task.sitting_question_id)
    found = (
        select(Answer.response)
        .where(Answer.sitting_id == row.sitting_id, Answer.slot == row.slot)
        .order_by(Answer.id.desc())
    )
    return str(story.session.scalars(found.limit(1)).one())


def mark_everything(story: Story, marker: User, view: Mapping[str, Given]) -> int:
    """Take answers until there is none, equal ones together; says how many were marked."""
    actor, exam, count = story.actor(marker), story.exam, 0
    found = select(MarkingTask.question_version_id).where(MarkingTask.exam_id == exam.id)
    for version_id in sorted(set(story.session.scalars(found))):
        while tokens := take_answers(story.session, exam, version_id, actor=actor, now=story.now):
            given = view[text_of(story, tokens[0])]
            count += give_mark(
                story.session, tokens[0], given, together=True, actor=actor, now=story.now
            )
    story.settle()
    return count
