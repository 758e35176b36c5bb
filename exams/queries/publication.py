"""What still hinders an exam's publication, each finding at the place where it is mended."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import N_
from exams.blueprint import Shortage, pools, shortages, total_tenths
from exams.definition import Finding, definition_of, findings
from exams.models import Exam
from exams.queries.audience import Days, audience_of, required_counts
from exams.queries.exams import bank_questions, blueprint_of, spec_of


def publication_findings(
    session: Session, exam: Exam, *, days: Days, now: datetime
) -> list[Finding]:
    """Everything that hinders publication now; empty when the exam may be published."""
    rows = [spec_of(row) for row in blueprint_of(session, exam.id)]
    found = findings(definition_of(exam), total_tenths=total_tenths(rows))
    if exam.closes_at <= now:
        found.append(Finding("closes_at", N_("考试窗口已经过去。改成以后的时间"), {}))
    if not rows:
        found.append(Finding("rows", N_("还没有抽题规则。至少写一行"), {}))
    found += [shortage_finding(s) for s in shortages(pools(rows, bank_questions(session)))]
    if not audience_of(session, exam.id):
        found.append(Finding("audience", N_("还没选谁来考"), {}))
    elif required_counts(session, {exam.id: days})[exam.id] == 0:
        found.append(Finding("audience", N_("选的范围里没有要考的人。换班组或岗位"), {}))
    return found


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
