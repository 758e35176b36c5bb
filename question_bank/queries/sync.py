"""What the bank holds, as far as the import of the content folders must know it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from question_bank.models import (
    ProposedQuestion,
    Question,
    QuestionReference,
    QuestionState,
    QuestionVersion,
)


def known_hashes(session: Session) -> dict[str, tuple[str, str]]:
    """Content and metadata hash of each question by its public id."""
    rows = session.execute(
        select(Question.public_id, QuestionVersion.content_hash, Question.metadata_hash).join(
            QuestionVersion, QuestionVersion.id == Question.current_version_id
        )
    )
    return {public_id: (content, metadata) for public_id, content, metadata in rows}


def taken_ids(session: Session) -> frozenset[str]:
    """Every id that a question has or had, or that one is proposed under."""
    questions = session.scalars(select(Question.public_id))
    return frozenset([*questions, *session.scalars(select(ProposedQuestion.public_id))])


def known_types(session: Session) -> dict[str, str]:
    """The type of each question by its public id."""
    rows = session.execute(select(Question.public_id, Question.type)).all()
    return {public_id: type_.value for public_id, type_ in rows}


def enabled_citations(session: Session) -> tuple[tuple[str, str, str, str], ...]:
    """Of every enabled question: its module, its id, the module and the anchor that it cites."""
    rows = session.execute(
        select(
            Question.module_key,
            Question.public_id,
            QuestionReference.module_key,
            QuestionReference.anchor,
        )
        .join(QuestionReference, QuestionReference.question_id == Question.id)
        .where(
            Question.state == QuestionState.ACTIVE,
            QuestionReference.module_key.is_not(None),
            QuestionReference.anchor.is_not(None),
        )
    ).all()
    return tuple((holder, i, module or "", anchor or "") for holder, i, module, anchor in rows)


def vanished_questions(
    session: Session, module_key: str, present: frozenset[str]
) -> list[Question]:
    """The module's questions in use whose id stands in no file any more."""
    held = session.scalars(
        select(Question)
        .where(Question.module_key == module_key, Question.state != QuestionState.RETIRED)
        .order_by(Question.id)
    )
    return [question for question in held if question.public_id not in present]


def questions_citing(session: Session, module_key: str, anchors: Sequence[str]) -> list[Question]:
    """Enabled questions that rest on one of a module's sections."""
    cited = select(QuestionReference.question_id).where(
        QuestionReference.module_key == module_key, QuestionReference.anchor.in_(anchors)
    )
    return list(
        session.scalars(
            select(Question)
            .where(Question.id.in_(cited), Question.state == QuestionState.ACTIVE)
            .order_by(Question.id)
        )
    )


def made_at(session: Session, version_ids: Iterable[int | None], at: datetime) -> set[int]:
    """Which of the versions were made at this moment."""
    wanted = [version_id for version_id in version_ids if version_id is not None]
    return set(
        session.scalars(
            select(QuestionVersion.id).where(
                QuestionVersion.id.in_(wanted), QuestionVersion.created_at == at
            )
        )
    )
