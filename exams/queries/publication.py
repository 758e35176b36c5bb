"""What still hinders an exam's publication, and the pool that publication stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, not_, select
from sqlalchemy.orm import Session

from accounts.models import User
from core.errors import N_, NotFound
from exams.balance import UNITS, Balance
from exams.blueprint import (
    RowSpec,
    Shortage,
    mean_of,
    pools,
    rows_for_persons,
    shortages,
    total_tenths,
)
from exams.definition import Finding, definition_of, findings, points
from exams.drawing import PoolRow
from exams.models import BlueprintRow, Exam, PoolEntry
from exams.queries.audience import Days, audience_of, required_counts
from exams.queries.bank import bank_questions
from exams.queries.exams import blueprint_of, spec_of
from exams.queries.markers import marker_counts, marker_refusal, markers_of
from exams.queries.stale import bank_state
from exams.shifts import breach
from exams.trials import ToleranceBreach, tolerance_breach
from question_bank.models import Question, QuestionVersion
from question_bank.queries.content import is_drawable


@dataclass(frozen=True)
class PoolLine:
    """A question version of a pool, as published; `has_newer` when the bank has changed since.

    `bank_state` is what the bank says of the question today, as a value of `BankState`.
    """

    version_id: int
    public_id: str
    stem_html: str
    has_newer: bool
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    bank_state: str
    # The one question of its row; it can only be replaced, not left out.
    is_fixed: bool


def publication_findings(
    session: Session, exam: Exam, *, days: Days, now: datetime
) -> list[Finding]:
    """Everything that hinders publication now; empty when the exam may be published."""
    rows = [spec_of(row) for row in blueprint_of(session, exam.id)]
    found = findings(definition_of(exam), total_tenths=total_tenths(rows))
    if exam.closes_at <= now:
        found.append(Finding("closes_at", N_("考试窗口已经过去。改成以后的时间"), {}))
    elif exam.entry_until is not None and exam.entry_until <= now:
        found.append(Finding("entry_until", N_("最晚进场时间已经过去，没有人能进。推后或去掉"), {}))
    if not rows:
        found.append(Finding("rows", N_("还没有抽题规则。至少写一行"), {}))
    bank = bank_questions(session)
    found += pool_findings(exam, rows, pools(rows, bank))
    found += _marker_findings(session, exam, days=days, now=now)
    if not audience_of(session, exam.id):
        found.append(Finding("audience", N_("还没选谁来考"), {}))
    elif required_counts(session, {exam.id: days})[exam.id] == 0:
        found.append(Finding("audience", N_("选的范围里没有要考的人。换班组或岗位"), {}))
    return found


def pool_findings(
    exam: Exam, specs: Sequence[RowSpec], rows: Sequence[PoolRow], *, is_stored: bool = False
) -> list[Finding]:
    """Where a pool falls short, or cannot keep the exam's tolerance or limit on reuse.

    `is_stored` says that the pool is that of a published exam, no longer the bank's.
    """
    short = shortages(rows)
    if short:
        return [
            shortage_finding(one, specs[one.positions[0] - 1], is_stored=is_stored) for one in short
        ]
    found = []
    if exam.tolerance_tenths is not None and rows:
        mean = exam.mean_expected if is_stored else None
        balance = Balance(mean_of(rows) if mean is None else mean, exam.tolerance_tenths * UNITS)
        missed = tolerance_breach(rows, balance)
        if missed is not None:
            found.append(_tolerance_finding(exam.tolerance_tenths, missed))
    if exam.reuse_limit_percent is not None and rows:
        over = breach(
            rows,
            exam_id=exam.id,
            limit_percent=exam.reuse_limit_percent,
            planned=exam.planned_shifts,
        )
        if over is not None:
            values: dict[str, object] = {
                "shift": over.shift,
                "reused": over.reused,
                "most": over.most,
            }
            found.append(
                Finding(
                    "rows",
                    N_(
                        "第 %(shift)s 批的卷子里会有 %(reused)s 题是前面批次见过的，"
                        "上限是 %(most)s 题。给题池加题，或少留几批，或放宽上限"
                    ),
                    values,
                )
            )
    return found


def _tolerance_finding(tolerance_tenths: int, missed: ToleranceBreach) -> Finding:
    return Finding(
        "rows",
        N_(
            "难易相差 %(tolerance)s 分做不到：试抽 %(papers)s 份，%(outside)s 份超出，"
            "最多差 %(worst)s 分。放宽一些，或给题池加题"
        ),
        {
            "tolerance": points(tolerance_tenths),
            "papers": missed.papers,
            "outside": missed.outside,
            # Rounded up, so that a breach never reads as kept.
            "worst": points(-(-missed.worst // UNITS)),
        },
    )


def _marker_findings(session: Session, exam: Exam, *, days: Days, now: datetime) -> list[Finding]:
    """Markers whom the rows as they stand now forbid."""
    found = []
    for line in markers_of(session, exam.id):
        user = session.get_one(User, line.user_id)
        refusal = marker_refusal(session, exam, user, days=days, now=now)
        if refusal is not None:
            found.append(Finding("markers", refusal.value, {"name": user.name}))
    return found


@dataclass(frozen=True)
class PersonsNeeded:
    """That rows of a blueprint, counted from 1, could draw what people must mark; who is there."""

    positions: tuple[int, ...]
    wanted: int
    markers: int
    adjudicators: int

    @property
    def is_short(self) -> bool:
        """Whether the exam could be sat but not yet marked."""
        return self.markers < self.wanted or (self.wanted > 1 and not self.adjudicators)


def persons_needed(session: Session, exam: Exam) -> PersonsNeeded | None:
    """What an exam needs of people, or None where a machine marks all that it can draw."""
    rows = [spec_of(row) for row in blueprint_of(session, exam.id)]
    positions = rows_for_persons(rows, bank_questions(session))
    if not positions:
        return None
    return PersonsNeeded(positions, exam.marker_count, *marker_counts(session, exam.id))


def shortage_finding(
    short: Shortage, spec: RowSpec | None = None, *, is_stored: bool = False
) -> Finding:
    """A shortage in words, naming its rows; `spec` is the first of them."""
    first = short.positions[0]
    if len(short.positions) == 1 and spec is not None and spec.question is not None:
        fixed: dict[str, object] = {"row": first, "question": spec.question}
        if is_stored:
            return Finding(
                "rows",
                N_("它是第 %(row)s 行的指定题，每份卷子都有它。换一题顶上，不能只撤掉"),
                fixed,
            )
        return Finding(
            "rows",
            N_("第 %(row)s 行指定的 %(question)s 现在不能抽：停用了，或在等人复核。换一题"),
            fixed,
        )
    values: dict[str, object] = {
        "rows": "、".join(str(position) for position in short.positions),
        "wanted": short.wanted,
        "available": short.available,
    }
    if len(short.positions) == 1:
        return Finding(
            "rows", N_("第 %(rows)s 行要 %(wanted)s 题，题库里只有 %(available)s 题"), values
        )
    return Finding(
        "rows",
        N_("第 %(rows)s 行抽的是同一批题，合起来要 %(wanted)s 题，只有 %(available)s 题"),
        values,
    )


def pool_lines(
    session: Session, row: BlueprintRow, *, limit: int, offset: int = 0, is_stale: bool = False
) -> list[PoolLine]:
    """What a row may draw, in the order of publication, withdrawn questions included.

    With `is_stale` only what the bank would not give out today and nobody has withdrawn.
    """
    wanted = _pool().where(PoolEntry.blueprint_row_id == row.id)
    if is_stale:
        wanted = wanted.where(not_(is_drawable()), PoolEntry.withdrawn_at.is_(None))
    found = session.execute(wanted.order_by(PoolEntry.id).limit(limit).offset(offset))
    return [PoolLine(*line) for line in found]


def pool_line(session: Session, exam: Exam, version_id: int) -> PoolLine:
    """One question of an exam's pool; withdrawn from all rows at once or from none."""
    rows = select(BlueprintRow.id).where(BlueprintRow.exam_id == exam.id)
    found = session.execute(
        _pool()
        .where(PoolEntry.question_version_id == version_id, PoolEntry.blueprint_row_id.in_(rows))
        .limit(1)
    ).first()
    if found is None:
        raise NotFound()
    return PoolLine(*found)


def _pool() -> Select[*tuple[Any, ...]]:
    return (
        select(
            QuestionVersion.id,
            Question.public_id,
            QuestionVersion.stem_html,
            Question.current_version_id != QuestionVersion.id,
            PoolEntry.withdrawn_at,
            PoolEntry.withdrawn_reason,
            bank_state(),
            BlueprintRow.question.is_not(None),
        )
        .join(QuestionVersion, QuestionVersion.id == PoolEntry.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(BlueprintRow, BlueprintRow.id == PoolEntry.blueprint_row_id)
    )
