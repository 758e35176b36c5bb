"""What a blueprint may draw from the bank, and where the bank falls short of it; pure.

Whether all rows can be filled at once is decided by drawing a paper, so that a published exam
never fails to draw one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from exams.drawing import PoolRow, PoolShortage, PoolVersion, draw_paper
from question_bank.keys import QuestionType

# What a machine can mark. Anything else waits for people before there is a result.
MACHINE_MARKED = frozenset(QuestionType) - {QuestionType.SHORT_ANSWER}
MOST_ROWS = 40
MOST_QUESTIONS = 500


@dataclass(frozen=True)
class RowSpec:
    """One row of a blueprint as the examiner wrote it; None leaves a condition open."""

    module_key: str | None
    tag: str | None
    type: QuestionType | None
    difficulty_min: int
    difficulty_max: int
    count: int
    points_tenths: int


@dataclass(frozen=True)
class BankQuestion:
    """What a row asks of a question, and the version that it would draw."""

    version_id: int
    module_key: str
    type: QuestionType
    difficulty: int
    tags: frozenset[str] = frozenset()
    # The types of a case's sub-questions.
    part_types: frozenset[QuestionType] = frozenset()

    @property
    def needs_person(self) -> bool:
        """Whether a person must mark it, or a part of it."""
        return bool((self.part_types or {self.type}) - MACHINE_MARKED)


@dataclass(frozen=True)
class Shortage:
    """That these rows, counted from 1, ask for more different questions than there are.

    One row when its own conditions let too few pass; several when they share questions, each of
    which stands in a paper only once.
    """

    positions: tuple[int, ...]
    wanted: int
    available: int


def fits(row: RowSpec, question: BankQuestion) -> bool:
    """Whether a row may draw a question."""
    return (
        (row.module_key is None or row.module_key == question.module_key)
        and (row.tag is None or row.tag in question.tags)
        and (row.type is None or row.type is question.type)
        and row.difficulty_min <= question.difficulty <= row.difficulty_max
    )


def pools(rows: Sequence[RowSpec], bank: Sequence[BankQuestion]) -> tuple[PoolRow, ...]:
    """The rows with all that each may draw, numbered from 1; not yet stored, so without ids."""
    return tuple(
        PoolRow(
            row_id=position,
            position=position,
            count=row.count,
            points_tenths=row.points_tenths,
            pool=tuple(PoolVersion(q.version_id) for q in bank if fits(row, q)),
        )
        for position, row in enumerate(rows, start=1)
    )


def rows_for_persons(rows: Sequence[RowSpec], bank: Sequence[BankQuestion]) -> tuple[int, ...]:
    """The rows, counted from 1, that could draw what only a person can mark."""
    return tuple(
        position
        for position, row in enumerate(rows, start=1)
        if any(question.needs_person and fits(row, question) for question in bank)
    )


def shortages(rows: Sequence[PoolRow]) -> tuple[Shortage, ...]:
    """Every row that is short by itself, then rows that are short only together.

    Empty exactly when a paper can be drawn. Each one names too many questions wanted of too few:
    the pools of its rows hold together no more than `available` different ones.
    """
    found = [
        Shortage((row.position,), row.count, len(_ids(row)))
        for row in rows
        if row.count > len(_ids(row))
    ]
    wanted = {row.position: row.count for row in rows}
    left = [replace(row, count=min(row.count, len(_ids(row)))) for row in rows]
    while (short := _first_shortage(left)) is not None:
        total = sum(wanted[position] for position in short.positions)
        found.append(Shortage(short.positions, total, short.available))
        left = _lowered(left, short)
    return tuple(found)


def total_tenths(rows: Sequence[RowSpec]) -> int:
    """The full score of a paper."""
    return sum(row.count * row.points_tenths for row in rows)


def _first_shortage(rows: Sequence[PoolRow]) -> PoolShortage | None:
    try:
        draw_paper(rows, seed=0)
    except PoolShortage as shortage:
        return shortage
    return None


def _lowered(rows: Sequence[PoolRow], short: PoolShortage) -> list[PoolRow]:
    """The rows with what is missing taken off, so that the next shortage comes to light."""
    excess = short.wanted - short.available
    lowered = []
    for row in rows:
        taken = min(excess, row.count) if row.position in short.positions else 0
        excess -= taken
        lowered.append(replace(row, count=row.count - taken))
    return lowered


def _ids(row: PoolRow) -> set[int]:
    return {version.version_id for version in row.pool}
