"""What a blueprint may draw from the bank, and where the bank falls short of it; pure.

Whether all rows can be filled at once is decided by drawing a paper, so that a published exam
never fails to draw one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from exams.balance import EXPECTED_BY_DIFFICULTY, mean_expected
from exams.drawing import PoolRow, PoolShortage, PoolVersion, draw_paper
from question_bank.keys import QuestionType

# What a machine can mark. Anything else waits for people before there is a result.
MACHINE_MARKED = frozenset(QuestionType) - {QuestionType.SHORT_ANSWER}
MOST_ROWS = 40
# Fixed questions, each a row of its own, besides the rows that draw.
MOST_FIXED = 100
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
    # A cited clause as module#anchor.
    clause: str | None = None
    # The public id of the one question that the row is; it stands on every paper.
    question: str | None = None
    # A wrong answer fails the whole paper (红线题).
    is_must_pass: bool = False
    # Begins a section of the paper under this heading.
    section_title: str | None = None


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
    public_id: str = ""
    # The clauses that it, or a part of it, cites, as module#anchor.
    clauses: frozenset[str] = frozenset()
    # The share of its points that it is expected to earn, in ‰.
    expected: int = EXPECTED_BY_DIFFICULTY[3]

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
    """Whether a row may draw a question; a fixed question has no further conditions."""
    if row.question is not None:
        return row.question == question.public_id
    return (
        (row.module_key is None or row.module_key == question.module_key)
        and (row.tag is None or row.tag in question.tags)
        and (row.clause is None or row.clause in question.clauses)
        and (row.type is None or row.type is question.type)
        and row.difficulty_min <= question.difficulty <= row.difficulty_max
    )


def pools(rows: Sequence[RowSpec], bank: Sequence[BankQuestion]) -> tuple[PoolRow, ...]:
    """The rows with all that each may draw, numbered from 1; not yet stored, so without ids.

    What is fixed in one row is no part of another's pool, where it could not be drawn anyway.
    """
    fixed = {row.question for row in rows if row.question is not None}
    found = []
    for position, (row, section) in enumerate(
        zip(rows, sections(row.section_title for row in rows), strict=True), start=1
    ):
        drawable = [q for q in bank if fits(row, q) and (row.question or q.public_id not in fixed)]
        found.append(
            PoolRow(
                row_id=position,
                position=position,
                count=row.count,
                points_tenths=row.points_tenths,
                pool=tuple(PoolVersion(q.version_id) for q in drawable),
                section=section,
                is_fixed=row.question is not None,
                is_must_pass=row.is_must_pass,
                expected={q.version_id: q.expected for q in drawable},
            )
        )
    return tuple(found)


def sections(titles: Iterable[str | None]) -> list[int]:
    """The section of each row, counted from 0, by the rows' headings: each begins a new one."""
    found: list[int] = []
    for title in titles:
        begins = bool(found) and title is not None
        found.append((found[-1] if found else 0) + begins)
    return found


def mean_of(rows: Sequence[PoolRow]) -> int:
    """The expected score of the mean paper of these pools, in ten-thousandths of a point."""
    return mean_expected(
        (row.count, row.points_tenths, list(row.expected.values())) for row in rows
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
