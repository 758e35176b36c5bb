"""The bank as blueprints see it: what may be drawn, what it cites, what it is expected to earn."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from exams.balance import expected_of_case, expected_permille
from exams.blueprint import BankQuestion
from question_bank.keys import QuestionType
from question_bank.models import (
    ItemStatistics,
    Question,
    QuestionReference,
    QuestionState,
    QuestionTag,
    QuestionVersion,
)
from question_bank.queries.content import is_drawable
from question_bank.search import has_words
from question_bank.verdicts import FEW

MOST_FOUND = 20
READ_AT_ONCE = 500


@dataclass(frozen=True)
class FoundQuestion:
    """A question that can be fixed in a blueprint."""

    public_id: str
    type: QuestionType
    difficulty: int
    stem_html: str


def bank_questions(session: Session) -> list[BankQuestion]:
    """Every question that can be drawn today, with its current version, by question."""
    rows = session.execute(
        select(
            Question.id,
            Question.current_version_id,
            Question.module_key,
            Question.type,
            Question.difficulty,
            Question.public_id,
            ItemStatistics.sittings,
            ItemStatistics.facility,
        )
        .outerjoin(
            ItemStatistics, ItemStatistics.question_version_id == Question.current_version_id
        )
        .where(is_drawable())
        .order_by(Question.public_id)
    ).all()
    tags, clauses, parts = _tags(session), _clauses(session), _parts(session)
    found = []
    for row in rows:
        of_case = parts.get(row.id, [])
        shares = [(_expected(part), part.points_tenths) for part in of_case]
        found.append(
            BankQuestion(
                version_id=row.current_version_id,
                module_key=row.module_key,
                type=row.type,
                difficulty=row.difficulty,
                tags=frozenset(tags.get(row.id, ())),
                part_types=frozenset(part.type for part in of_case),
                public_id=row.public_id,
                clauses=frozenset(
                    clause
                    for question_id in (row.id, *(part.id for part in of_case))
                    for clause in clauses.get(question_id, ())
                ),
                expected=expected_of_case(shares) if shares else _expected(row),
            )
        )
    return found


def expected_shares(session: Session, version_ids: Collection[int]) -> dict[int, int]:
    """What versions are expected to earn by what is known now, in ‰; for pools that stored none."""
    part = aliased(QuestionVersion)
    wanted = sorted(set(version_ids))
    cases: dict[int, list[int]] = {}
    for some in _slices(wanted):
        rows = session.execute(
            select(QuestionVersion.id, QuestionVersion.part_version_ids).where(
                QuestionVersion.id.in_(some)
            )
        )
        cases |= {row.id: row.part_version_ids for row in rows if row.part_version_ids}
    single: dict[int, tuple[int, int | None]] = {}
    for some in _slices(sorted({*wanted, *(p for parts in cases.values() for p in parts)})):
        rows = session.execute(
            select(
                part.id,
                part.points_tenths,
                Question.difficulty,
                ItemStatistics.sittings,
                ItemStatistics.facility,
            )
            .join(Question, Question.id == part.question_id)
            .outerjoin(ItemStatistics, ItemStatistics.question_version_id == part.id)
            .where(part.id.in_(some))
        )
        single |= {row.id: (_expected(row), row.points_tenths) for row in rows}
    return {
        version_id: expected_of_case([single[p] for p in cases[version_id]])
        if version_id in cases
        else single[version_id][0]
        for version_id in wanted
    }


def version_clauses(session: Session, version_ids: Collection[int]) -> dict[int, set[str]]:
    """The clauses that versions cite as module#anchor; a case cites those of its parts as well."""
    question_of: dict[int, int] = {}
    parts: dict[int, list[int]] = {}
    for some in _slices(sorted(set(version_ids))):
        for row in session.execute(
            select(
                QuestionVersion.id, QuestionVersion.question_id, QuestionVersion.part_version_ids
            ).where(QuestionVersion.id.in_(some))
        ):
            question_of[row.id] = row.question_id
            parts[row.id] = row.part_version_ids
    of_parts = sorted({one for some_parts in parts.values() for one in some_parts})
    for some in _slices([one for one in of_parts if one not in question_of]):
        for row in session.execute(
            select(QuestionVersion.id, QuestionVersion.question_id).where(
                QuestionVersion.id.in_(some)
            )
        ):
            question_of[row.id] = row.question_id
    clauses = _clauses(session)
    return {
        version_id: {
            clause
            for one in (version_id, *parts[version_id])
            for clause in clauses.get(question_of[one], ())
        }
        for version_id in parts
    }


def cited_clauses(session: Session) -> list[tuple[str, str]]:
    """`module#anchor` and label of every clause that a question which may be drawn rests on."""
    case = aliased(Question)
    drawable = select(Question.id).where(is_drawable())
    rows = session.execute(
        select(
            QuestionReference.module_key,
            QuestionReference.anchor,
            func.min(QuestionReference.label),
        )
        .join(case, case.id == QuestionReference.question_id)
        .where(
            QuestionReference.module_key.is_not(None),
            QuestionReference.anchor.is_not(None),
            func.coalesce(case.case_id, case.id).in_(drawable),
        )
        .group_by(QuestionReference.module_key, QuestionReference.anchor)
        .order_by(QuestionReference.module_key, QuestionReference.anchor)
    )
    return [(f"{module}#{anchor}", label) for module, anchor, label in rows]


def find_questions(session: Session, words: str) -> list[FoundQuestion]:
    """Questions that may be drawn and hold these words, or have this id; at most some of them."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    rows = session.execute(
        _stems()
        .where(is_drawable(), *has_words(words, is_sqlite=is_sqlite))
        .order_by(Question.public_id)
        .limit(MOST_FOUND)
    )
    return [FoundQuestion(*row) for row in rows]


def matching_ids(session: Session, words: str) -> set[str]:
    """The ids of all questions that may be drawn and hold these words, or have this id."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    found = select(Question.public_id).where(is_drawable(), *has_words(words, is_sqlite=is_sqlite))
    return set(session.scalars(found))


def fixed_questions(session: Session, public_ids: Collection[str]) -> dict[str, FoundQuestion]:
    """The questions of these ids as they read today, whether they may still be drawn or not."""
    rows = session.execute(_stems().where(Question.public_id.in_(sorted(set(public_ids)))))
    return {row[0]: FoundQuestion(*row) for row in rows}


def _stems() -> Any:
    return select(
        Question.public_id, Question.type, Question.difficulty, QuestionVersion.stem_html
    ).join(QuestionVersion, QuestionVersion.id == Question.current_version_id)


def _expected(row: Any) -> int:
    return expected_permille(
        row.difficulty, sittings=row.sittings or 0, facility=row.facility, enough=FEW
    )


def _tags(session: Session) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for question_id, tag in session.execute(
        select(QuestionTag.question_id, QuestionTag.tag)
        .join(Question, Question.id == QuestionTag.question_id)
        .where(is_drawable())
    ):
        found.setdefault(question_id, set()).add(tag)
    return found


def _clauses(session: Session) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for question_id, module_key, anchor in session.execute(
        select(
            QuestionReference.question_id, QuestionReference.module_key, QuestionReference.anchor
        ).where(QuestionReference.module_key.is_not(None), QuestionReference.anchor.is_not(None))
    ):
        found.setdefault(question_id, set()).add(f"{module_key}#{anchor}")
    return found


def _parts(session: Session) -> dict[int, list[Any]]:
    """The sub-questions of each case, with what is known of them."""
    found: dict[int, list[Any]] = {}
    rows = session.execute(
        select(
            Question.id,
            Question.case_id,
            Question.type,
            Question.difficulty,
            QuestionVersion.points_tenths,
            ItemStatistics.sittings,
            ItemStatistics.facility,
        )
        .outerjoin(QuestionVersion, QuestionVersion.id == Question.current_version_id)
        .outerjoin(
            ItemStatistics, ItemStatistics.question_version_id == Question.current_version_id
        )
        .where(Question.case_id.is_not(None), Question.state == QuestionState.ACTIVE)
        .order_by(Question.id)
    )
    for row in rows:
        found.setdefault(row.case_id, []).append(row)
    return found


def _slices(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + READ_AT_ONCE] for start in range(0, len(ids), READ_AT_ONCE))
