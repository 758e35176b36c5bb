"""What still hinders an exam's publication, and the pool that publication stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.errors import N_, NotFound
from exams.blueprint import Shortage, pools, rows_for_persons, shortages, total_tenths
from exams.definition import Finding, definition_of, findings
from exams.models import BlueprintRow, Exam, PoolEntry
from exams.queries.audience import Days, audience_of, required_counts
from exams.queries.exams import bank_questions, blueprint_of, spec_of
from question_bank.keys import QuestionType
from question_bank.models import Question, QuestionVersion


@dataclass(frozen=True)
class PoolLine:
    """A question version of a pool, as published; `has_newer` when the bank has changed since."""

    version_id: int
    public_id: str
    stem_html: str
    has_newer: bool
    withdrawn_at: datetime | None
    withdrawn_reason: str | None


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
    found += [shortage_finding(s) for s in shortages(pools(rows, bank))]
    found += [_person_finding(row, types) for row, types in rows_for_persons(rows, bank).items()]
    if not audience_of(session, exam.id):
        found.append(Finding("audience", N_("还没选谁来考"), {}))
    elif required_counts(session, {exam.id: days})[exam.id] == 0:
        found.append(Finding("audience", N_("选的范围里没有要考的人。换班组或岗位"), {}))
    return found


def _person_finding(position: int, types: frozenset[QuestionType]) -> Finding:
    """That a row could draw a question that only a person can mark."""
    values: dict[str, object] = {"row": position}
    if types == {QuestionType.SHORT_ANSWER}:
        return Finding(
            "rows", N_("第 %(row)s 行会抽到简答题，还不能人工阅卷。改题型或模块"), values
        )
    return Finding(
        "rows", N_("第 %(row)s 行会抽到有简答的题，还不能人工阅卷。改题型或模块"), values
    )


def shortage_finding(short: Shortage) -> Finding:
    """A shortage in words, naming its rows."""
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
    session: Session, row: BlueprintRow, *, limit: int, offset: int = 0
) -> list[PoolLine]:
    """What a row may draw, in the order of publication, withdrawn questions included."""
    found = session.execute(
        _pool()
        .where(PoolEntry.blueprint_row_id == row.id)
        .order_by(PoolEntry.id)
        .limit(limit)
        .offset(offset)
    )
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
        )
        .join(QuestionVersion, QuestionVersion.id == PoolEntry.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
    )
