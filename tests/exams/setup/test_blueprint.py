"""Shortages of a blueprint against brute force: none exactly when some choice fills every row."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from exams.blueprint import BankQuestion, RowSpec, Shortage, fits, pools, shortages, total_tenths
from exams.drawing import PoolRow, PoolVersion, draw_paper
from question_bank.keys import QuestionType

SINGLE, MULTIPLE = QuestionType.SINGLE_CHOICE, QuestionType.MULTIPLE_CHOICE


def spec(count: int, **conditions: object) -> RowSpec:
    given_conditions = {
        "module_key": None,
        "tag": None,
        "type": None,
        "difficulty_min": 1,
        "difficulty_max": 5,
        "points_tenths": 10,
    }
    return RowSpec(count=count, **(given_conditions | conditions))  # type: ignore[arg-type]


def question(version_id: int, **facts: object) -> BankQuestion:
    given_facts = {"module_key": "sop-hot-work", "type": SINGLE, "difficulty": 3}
    return BankQuestion(version_id=version_id, **(given_facts | facts))  # type: ignore[arg-type]


def row(position: int, count: int, *ids: int) -> PoolRow:
    return PoolRow(position, position, count, 10, tuple(PoolVersion(one) for one in ids))


def can_be_filled(rows: list[PoolRow]) -> bool:
    """Try every choice of every row."""
    if not rows:
        return True
    first, *rest = rows
    ids = sorted({version.version_id for version in first.pool})
    return any(
        can_be_filled(
            [
                PoolRow(
                    other.row_id,
                    other.position,
                    other.count,
                    10,
                    tuple(v for v in other.pool if v.version_id not in chosen),
                )
                for other in rest
            ]
        )
        for chosen in combinations(ids, first.count)
    )


@st.composite
def blueprints(draw: st.DrawFn) -> list[PoolRow]:
    size = draw(st.integers(1, 4))
    return [
        row(
            position,
            draw(st.integers(1, 4)),
            *sorted(draw(st.sets(st.integers(1, 7), max_size=6))),
        )
        for position in range(1, size + 1)
    ]


@given(rows=blueprints())
def test_no_shortage_exactly_when_some_choice_fills_every_row(rows: list[PoolRow]) -> None:
    assert (shortages(rows) == ()) == can_be_filled(rows)


@given(rows=blueprints())
def test_every_shortage_named_is_a_true_one(rows: list[PoolRow]) -> None:
    by_position = {one.position: one for one in rows}

    for short in shortages(rows):
        named = [by_position[position] for position in short.positions]
        pool = {version.version_id for one in named for version in one.pool}
        assert short.available == len(pool)
        assert short.wanted == sum(one.count for one in named) > short.available


@given(rows=blueprints(), seed=st.integers(0, 2**64))
def test_without_a_shortage_every_seed_draws_a_paper(rows: list[PoolRow], seed: int) -> None:
    if shortages(rows) == ():
        assert len(draw_paper(rows, seed=seed)) == sum(one.count for one in rows)


def test_rows_that_overlap_are_named_together() -> None:
    rows = [row(1, 2, 1, 2, 3), row(2, 2, 2, 3), row(3, 1, 9)]

    assert shortages(rows) == (Shortage((1, 2), 4, 3),)


def test_each_short_row_is_named_and_so_is_what_is_short_together() -> None:
    rows = [row(1, 3, 1, 2), row(2, 1, 5), row(3, 1, 5)]

    assert shortages(rows) == (Shortage((1,), 3, 2), Shortage((2, 3), 2, 1))


def test_a_row_of_no_questions_at_all_is_short() -> None:
    assert shortages([row(1, 5)]) == (Shortage((1,), 5, 0),)


def test_a_question_fits_when_every_stated_condition_holds() -> None:
    asked = spec(1, module_key="sop-hot-work", type=MULTIPLE, difficulty_min=2, difficulty_max=4)

    assert fits(asked, question(1, type=MULTIPLE))
    assert not fits(asked, question(1, type=SINGLE))
    assert not fits(asked, question(1, type=MULTIPLE, module_key="law"))
    assert not fits(asked, question(1, type=MULTIPLE, difficulty=1))
    assert not fits(asked, question(1, type=MULTIPLE, difficulty=5))


def test_a_tag_reaches_questions_of_every_module() -> None:
    asked = spec(1, tag="动火")

    assert fits(asked, question(1, module_key="law", tags=frozenset({"动火", "监护"})))
    assert not fits(asked, question(1))


def test_pools_list_what_each_row_may_draw() -> None:
    bank = [question(11), question(12, type=MULTIPLE), question(13, difficulty=5)]

    made = pools([spec(1, type=SINGLE), spec(2, difficulty_max=3)], bank)

    assert [[version.version_id for version in one.pool] for one in made] == [[11, 13], [11, 12]]


def test_the_total_is_the_sum_over_the_rows() -> None:
    assert total_tenths([spec(40), spec(15, points_tenths=25)]) == 775
