"""10,000 papers from a bank of 2,000 questions: are they right, even and cheap?

    .venv/bin/python -m bench.fair_papers [PAPERS]

Draws them with and without a tolerance, and for a second shift that may reuse at most 30 %; checks
every paper, draws every paper again, and prints what one costs and how far they spread. Everything
is made from fixed seeds, so only the times differ from run to run.
"""

import hashlib
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from exams.balance import UNITS, Balance
from exams.blueprint import BankQuestion, RowSpec, mean_of, pools
from exams.drawing import DrawnQuestion, PoolOption, PoolRow, PoolVersion, Reuse, draw_paper
from exams.shifts import kept_back, most_reused
from question_bank.keys import QuestionType

BANK = 2000
TYPES = (
    QuestionType.SINGLE_CHOICE,
    QuestionType.SINGLE_CHOICE,
    QuestionType.MULTIPLE_CHOICE,
    QuestionType.TRUE_FALSE,
)
TOLERANCE_TENTHS = 10
LIMIT_PERCENT = 30


def make_bank() -> list[BankQuestion]:
    """Questions of twenty modules, five clauses each; expected shares from 30 % to 99 %."""
    found = []
    for number in range(1, BANK + 1):
        random = hashlib.sha256(f"bank:{number}".encode()).digest()
        module = f"module-{random[0] % 20}"
        found.append(
            BankQuestion(
                version_id=number,
                module_key=module,
                type=TYPES[random[1] % len(TYPES)],
                difficulty=random[2] % 5 + 1,
                tags=frozenset({f"tag-{random[3] % 8}"}),
                public_id=f"q-{number:06d}",
                clauses=frozenset({f"{module}#s-{random[4] % 5}"}),
                expected=300 + (random[5] * 256 + random[6]) % 690,
            )
        )
    return found


def make_rows(bank: list[BankQuestion]) -> tuple[PoolRow, ...]:
    """50 questions for 100 points: sections, a clause, a tag, two fixed, rows that overlap."""
    single, multiple, judge = TYPES[1:]
    clause = sorted(bank[0].clauses)[0]
    rows = [
        RowSpec(None, None, single, 1, 5, 18, 15, section_title="第一部分 单选题"),
        RowSpec("module-3", None, single, 1, 5, 6, 15),
        RowSpec(None, None, None, 1, 5, 1, 20, question="q-000007", is_must_pass=True),
        RowSpec(None, None, multiple, 2, 5, 10, 30, section_title="第二部分 多选题"),
        RowSpec(None, "tag-2", multiple, 1, 5, 2, 30),
        RowSpec(None, None, None, 1, 5, 2, 20, clause=clause),
        RowSpec(None, None, judge, 1, 5, 10, 15, section_title="第三部分 判断题"),
        RowSpec(None, None, None, 1, 5, 1, 20, question="q-000011"),
    ]
    return with_options(pools(rows, bank))


def with_options(rows: tuple[PoolRow, ...]) -> tuple[PoolRow, ...]:
    """The rows with four options to a question, the last one pinned for every tenth question."""
    return tuple(
        replace(
            row,
            pool=tuple(
                PoolVersion(
                    one.version_id,
                    options=tuple(
                        PoolOption(n, n == 4 and one.version_id % 10 == 0) for n in range(1, 5)
                    ),
                )
                for one in row.pool
            ),
        )
        for row in rows
    )


def off_mean(paper: tuple[DrawnQuestion, ...], rows: dict[int, PoolRow], balance: Balance) -> int:
    """How far the expected score of a paper is from the mean."""
    score = sum(one.points_tenths * rows[one.row_id].expected[one.version_id] for one in paper)
    return score - balance.mean


def check(paper: tuple[DrawnQuestion, ...], rows: tuple[PoolRow, ...]) -> None:
    """No question twice, every row its count from its own pool, sections one after the other."""
    assert len({one.version_id for one in paper}) == len(paper) == sum(row.count for row in rows)
    by_id = {row.row_id: row for row in rows}
    for row in rows:
        mine = {one.version_id for one in paper if one.row_id == row.row_id}
        assert len(mine) == row.count
        assert mine <= row.expected.keys()
    sections = [by_id[one.row_id].section for one in paper]
    assert sections == sorted(sections)


def run(
    name: str,
    rows: tuple[PoolRow, ...],
    balance: Balance,
    draw: Callable[[int], tuple[DrawnQuestion, ...]],
    count: int,
) -> list[tuple[DrawnQuestion, ...]]:
    """Draw, check, draw again, print."""
    times, papers = [], []
    for seed in range(1, count + 1):
        began = time.process_time()
        papers.append(draw(seed))
        times.append((time.process_time() - began) * 1000)
    for seed, paper in enumerate(papers, start=1):
        check(paper, rows)
        assert draw(seed) == paper, seed
    by_id = {row.row_id: row for row in rows}
    offs = [off_mean(paper, by_id, balance) / UNITS / 10 for paper in papers]
    print(
        f"{name:<22}{statistics.mean(times):>8.2f}{sorted(times)[int(count * 0.99)]:>8.2f}"
        f"{max(times):>8.2f}{statistics.pstdev(offs):>9.2f}{min(offs):>9.2f}{max(offs):>9.2f}"
        f"{len({tuple(sorted(one.version_id for one in paper)) for paper in papers}):>9}"
    )
    return papers


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    bank = make_bank()
    rows = make_rows(bank)
    balance = Balance(mean_of(rows), TOLERANCE_TENTHS * UNITS)
    print(f"{count} papers of {sum(row.count for row in rows)} questions, bank of {BANK}")
    print(
        f"mean expected score {balance.mean / UNITS / 10:.2f}, tolerance ±{TOLERANCE_TENTHS / 10}"
    )
    print(
        f"{'':<22}{'CPU-ms':>8}{'99 %':>8}{'most':>8}{'sd':>9}{'least':>9}{'most':>9}{'papers':>9}"
    )
    run("as drawn", rows, balance, lambda seed: draw_paper(rows, seed=seed), count)
    even = run(
        "within the tolerance",
        rows,
        balance,
        lambda seed: draw_paper(rows, seed=seed, balance=balance),
        count,
    )
    by_id = {row.row_id: row for row in rows}
    assert all(abs(off_mean(paper, by_id, balance)) <= balance.tolerance for paper in even)
    most = most_reused(rows, LIMIT_PERCENT)
    kept = kept_back(rows, frozenset(), exam_id=1, number=1, planned=2)
    seen = frozenset(one for row in rows for one in row.expected) - kept
    reuse = Reuse(seen, frozenset(), most)
    second = run(
        "second shift of two",
        rows,
        balance,
        lambda seed: draw_paper(rows, seed=seed, balance=balance, reuse=reuse),
        count,
    )
    fixed = {row.row_id for row in rows if row.is_fixed}
    reused = [sum(o.version_id in seen for o in p if o.row_id not in fixed) for p in second]
    assert max(reused) <= most
    print(f"seen before on a paper of the second shift: at most {max(reused)}, allowed {most}")
    print("no question twice, every quota kept, tolerance kept, all drawn again the same")


if __name__ == "__main__":
    main()
