"""What a keeper does to many questions at once; the text of a question is changed in its file."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from core import audit
from core.errors import N_, Conflict
from core.identity import Actor
from question_bank.models import Question, QuestionState

LONGEST_NOTE = 500


def ask_for_review(
    session: Session, questions: Sequence[Question], *, note: str, actor: Actor, now: datetime
) -> int:
    """Put enabled questions on the review list with a note; how many were put there.

    One that waits already keeps its day, and the note is recorded beside it.
    """
    note = note.strip()[:LONGEST_NOTE]
    if not note:
        raise Conflict(N_("写一句要复核什么，别人才知道看哪里"))
    asked = 0
    for question in questions:
        if question.state is not QuestionState.ACTIVE:
            continue
        question.review_since = question.review_since or now
        asked += 1
        audit.record(
            session,
            actor=actor,
            now=now,
            action="question.review.asked",
            subject=("question", question.public_id),
            after={"note": note},
        )
    session.flush()
    return asked
