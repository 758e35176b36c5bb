"""What the bank holds, as far as the import of the content folders must know it."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Text, cast, or_, select
from sqlalchemy.orm import Session, aliased

from question_bank.authoring.references import normal_clause
from question_bank.keys import QuestionType
from question_bank.models import (
    FileRecord,
    ProposedQuestion,
    Question,
    QuestionReference,
    QuestionState,
    QuestionVersion,
)
from question_bank.rules import Standing

# Few enough for one statement of either database.
AT_ONCE = 10000

_CASE = aliased(Question)
_HELD = (
    select(
        Question.public_id,
        Question.type,
        Question.title,
        Question.source_line,
        Question.state,
        QuestionVersion.content_hash,
        Question.metadata_hash,
        Question.module_key,
        Question.source_path,
        _CASE.public_id,
    )
    .outerjoin(QuestionVersion, QuestionVersion.id == Question.current_version_id)
    .outerjoin(_CASE, _CASE.id == Question.case_id)
    .order_by(Question.id)
)


@dataclass(frozen=True)
class Held:
    """A question as the bank holds it, as far as an import must know it."""

    public_id: str
    type: QuestionType
    title: str
    line: int
    standing: Standing


def held_questions(session: Session, public_ids: Iterable[str]) -> dict[str, Held]:
    """Those of these questions that the bank holds, retired ones too."""
    wanted = sorted(set(public_ids))
    found: dict[str, Held] = {}
    for start in range(0, len(wanted), AT_ONCE):
        found |= _held(session, Question.public_id.in_(wanted[start : start + AT_ONCE]))
    return found


def questions_in_use(session: Session, module_key: str) -> dict[str, Held]:
    """The questions of a module that are not retired."""
    return _held(
        session, Question.module_key == module_key, Question.state != QuestionState.RETIRED
    )


def _held(session: Session, *where: ColumnElement[bool]) -> dict[str, Held]:
    rows = session.execute(_HELD.where(*where))
    return {
        public_id: Held(public_id, type_, title, line, Standing(*standing))
        for public_id, type_, title, line, *standing in rows
    }


def file_records(session: Session) -> dict[str, FileRecord]:
    """What is remembered of every file, by the path that messages name."""
    records = session.scalars(select(FileRecord).order_by(FileRecord.path)).all()
    # They outlive the session: what is read from them decides what is read at all.
    for record in records:
        session.expunge(record)
    return {record.path: record for record in records}


def taken_ids(session: Session) -> frozenset[str]:
    """Every id that a question has or had, or that one is proposed under."""
    questions = session.scalars(select(Question.public_id))
    return frozenset([*questions, *session.scalars(select(ProposedQuestion.public_id))])


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
    held = session.execute(
        select(Question.id, Question.public_id).where(
            Question.module_key == module_key, Question.state != QuestionState.RETIRED
        )
    )
    gone = [id_ for id_, public_id in held if public_id not in present]
    if not gone:
        return []
    return list(
        session.scalars(select(Question).where(Question.id.in_(gone)).order_by(Question.id))
    )


def current_versions(session: Session, public_ids: Iterable[str]) -> dict[str, QuestionVersion]:
    """The current versions of these questions by public id."""
    rows = session.execute(
        select(Question.public_id, QuestionVersion)
        .join(QuestionVersion, QuestionVersion.id == Question.current_version_id)
        .where(Question.public_id.in_(list(public_ids)))
    )
    return {row.public_id: row.QuestionVersion for row in rows}


def questions_on_facts(session: Session, fact_ids: Iterable[str]) -> list[str]:
    """Enabled questions that test one of these key facts."""
    # Ids of facts are made of letters and digits, and a text of JSON quotes them.
    facts = [cast(Question.facts, Text).contains(f'"{fact_id}"') for fact_id in fact_ids]
    if not facts:
        return []
    found = select(Question.public_id).where(or_(*facts), Question.state == QuestionState.ACTIVE)
    return list(session.scalars(found.order_by(Question.id)))


def questions_on_source(session: Session, titles: Iterable[str], clause: str) -> list[str]:
    """Enabled questions that cite a clause, or a part of it, of a source called by these titles."""
    wanted = normal_clause(clause)
    found: dict[str, None] = {}
    for title in dict.fromkeys(titles):
        start = f"《{title}》"
        rows = session.execute(
            select(Question.public_id, QuestionReference.label)
            .join(QuestionReference, QuestionReference.question_id == Question.id)
            .where(
                QuestionReference.module_key.is_(None),
                QuestionReference.label.startswith(start, autoescape=True),
                Question.state == QuestionState.ACTIVE,
            )
            .order_by(Question.id)
        )
        for public_id, label in rows:
            cited = normal_clause(label.removeprefix(start))
            if cited == wanted or cited.startswith(f"{wanted}/"):
                found[public_id] = None
    return list(found)
