"""What a filled table would store, row by row, against what is stored now; changes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy.orm import Session

from core.errors import N_
from exams.lettering import reply_in_letters
from exams.models import Exam
from exams.on_paper.recognising import Asked, Unrecognised, recognised
from exams.on_paper.sheets import CODE, EMPLOYEE_NO, NAME, ReadSheet, SheetRow
from exams.queries.audience import Days, required_people
from exams.queries.on_paper import Known, drawn_of, forms_of, known_people
from exams.versions import known_versions
from question_bank.formats.xlsx.cells import EMPTY
from teams.roster import cells
from teams.roster.findings import BadCell

UNTRUSTED = N_("Excel 把这一格变成了数、日期或公式，原样已经丢了。格式改成文本，重填")


class Outcome(Enum):
    """What becomes of a row."""

    ENTER = "enter"
    # No answer stands in it: the person did not come.
    ABSENT = "absent"
    # The same person's paper of the same hour is stored already.
    ENTERED = "entered"
    BAD = "bad"


@dataclass(frozen=True)
class CellProblem:
    """What is wrong with a cell and what to do; the message is translated where it is shown."""

    cell: str
    msgid: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class PlannedRow:
    """One row: who, which form, what was recognised, what is wrong."""

    number: int
    employee_no: str = ""
    name: str = ""
    code: str = ""
    user_id: int | None = None
    form_id: int | None = None
    responses: dict[int, Any] = field(default_factory=dict)
    # The same as it is written on paper, for a person to compare.
    written: dict[int, str] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)
    outcome: Outcome = Outcome.ENTER

    @property
    def answered(self) -> int:
        return sum(response is not None for response in self.responses.values())


@dataclass(frozen=True)
class PrintedForm:
    """A form with its questions, ready to recognise replies."""

    id: int
    code: str
    questions: Mapping[int, Asked]


@dataclass(frozen=True)
class Hours:
    """When the paper exam began and ended."""

    started_at: datetime
    ended_at: datetime


def hours_refusal(exam: Exam, hours: Hours, *, now: datetime) -> str | None:
    """Why an exam cannot have been sat on paper in these hours; None if it can."""
    if hours.ended_at <= hours.started_at:
        return N_("收卷时间要晚于开考时间")
    if hours.ended_at > now:
        return N_("收卷时间还没到。考完再登记")
    if hours.started_at < exam.opens_at or hours.started_at > exam.closes_at:
        return N_("开考时间不在考试的时间范围里。核对日期，或先推后考试结束")
    return None


def printed_forms(session: Session, exam_id: int) -> dict[str, PrintedForm]:
    """The forms of an exam by their codes."""
    found = {}
    for form in forms_of(session, exam_id):
        drawn = drawn_of(form)
        versions = known_versions(session, [one.version_id for one in drawn])
        questions = {
            one.slot: Asked(one.slot, versions[one.version_id].printed, one.option_order)
            for one in drawn
        }
        found[form.code] = PrintedForm(form.id, form.code, questions)
    return found


def plan(
    session: Session, exam: Exam, sheet: ReadSheet, hours: Hours, *, days: Days
) -> list[PlannedRow]:
    """Every row that says anything, with all that is wrong with it."""
    planner = _Planner(session, exam, sheet, hours, days)
    return [planner.planned(row) for row in sheet.rows]


class _Planner:
    """What one plan reads once and uses for all rows."""

    def __init__(
        self, session: Session, exam: Exam, sheet: ReadSheet, hours: Hours, days: Days
    ) -> None:
        self._exam, self._sheet, self._hours = exam, sheet, hours
        self._forms = printed_forms(session, exam.id)
        self._required = set(required_people(session, exam, days=days))
        self._known = known_people(session, exam.id, _numbers(sheet.rows))
        self._seen: dict[str, int] = {}

    def planned(self, row: SheetRow) -> PlannedRow:
        planned = PlannedRow(row.number, name=row.heads.get(NAME, EMPTY).text.strip())
        if not row.has_answers:
            planned.employee_no = row.heads[EMPLOYEE_NO].text
            planned.outcome = Outcome.ABSENT
            return planned
        if row.number in self._sheet.hidden:
            self._tell(planned, EMPLOYEE_NO, N_("这一行在 Excel 里是隐藏的。取消隐藏，看过再传"))
        self._find_person(planned, row)
        self._find_answers(planned, row)
        if planned.problems:
            planned.outcome = Outcome.BAD
        return planned

    def _tell(self, planned: PlannedRow, column: str | int, msgid: str, **values: Any) -> None:
        cell = self._sheet.cell(planned.number, column)
        planned.problems.append(CellProblem(cell, msgid, values))

    def _find_person(self, planned: PlannedRow, row: SheetRow) -> None:
        try:
            number = cells.employee_no(_trusted(row.heads[EMPLOYEE_NO].text))
        except BadCell as bad:
            self._tell(planned, EMPLOYEE_NO, bad.msgid, **bad.values)
            return
        planned.employee_no = number
        first = self._seen.setdefault(number, row.number)
        known = self._known.get(number)
        if first != row.number:
            self._tell(planned, EMPLOYEE_NO, N_("和第 %(row)s 行是同一个人，只留一行"), row=first)
        elif known is None:
            self._tell(
                planned, EMPLOYEE_NO, N_("没有工号 %(number)s 的人。核对工号"), number=number
            )
        else:
            self._check_person(planned, known)

    def _check_person(self, planned: PlannedRow, known: Known) -> None:
        planned.user_id = known.user_id
        if planned.name and "".join(planned.name.split()) != "".join(known.name.split()):
            self._tell(
                planned,
                NAME,
                N_("工号 %(number)s 是%(right)s，表里写的是%(given)s。核对是谁的卷子"),
                number=known.employee_no,
                right=known.name,
                given=planned.name[:20],
            )
        planned.name = known.name
        if any(one.started_at == self._hours.started_at for one in known.earlier):
            planned.outcome = Outcome.ENTERED
            return
        refusal = self._refusal(known)
        if refusal is not None:
            self._tell(planned, EMPLOYEE_NO, refusal)

    def _refusal(self, known: Known) -> str | None:
        if known.user_id not in self._required:
            return N_("不在这场考试的应考名单里，或已免考。要登记，先把人加进考试范围")
        if any(one.is_running for one in known.earlier):
            return N_("这个人正在网上考这一场。等他交卷，或先替他收卷")
        if any(one.is_passed for one in known.earlier):
            return N_("这个人这场考试已经合格")
        start = self._hours.started_at
        if any(one.ended_at is None or one.ended_at > start for one in known.earlier):
            return N_("这个人在这个时间已经在网上考了这一场，同一次不能再登记纸质答卷")
        if len(known.earlier) >= self._exam.tries:
            return N_("这个人的考试次数已经用完")
        return None

    def _find_answers(self, planned: PlannedRow, row: SheetRow) -> None:
        if planned.outcome is Outcome.ENTERED:
            return
        planned.code = "".join(row.heads[CODE].text.split()).upper()
        form = self._forms.get(planned.code)
        if form is None:
            codes = "、".join(self._forms)
            values = {"code": planned.code[:20], "codes": codes}
            self._tell(planned, CODE, N_("没有试卷“%(code)s”。这场考试的是 %(codes)s"), **values)
            return
        planned.form_id = form.id
        for slot, cell in row.answers.items():
            if cell.is_empty:
                continue
            asked = form.questions.get(slot)
            if cell.problem:
                self._tell(planned, slot, UNTRUSTED)
            elif asked is None:
                self._tell(
                    planned, slot, N_("%(code)s 卷没有第 %(slot)s 题"), code=form.code, slot=slot
                )
            else:
                self._take(planned, asked, cell.text)

    def _take(self, planned: PlannedRow, asked: Asked, text: str) -> None:
        try:
            response = recognised(asked, text)
        except Unrecognised as bad:
            self._tell(planned, asked.slot, bad.msgid, **bad.values)
            return
        planned.responses[asked.slot] = response
        planned.written[asked.slot] = reply_in_letters(
            asked.printed.type,
            response,
            option_order=asked.option_order,
            premises=list(asked.printed.premise_html),
        )


def _numbers(rows: Iterable[SheetRow]) -> list[str]:
    found = []
    for row in rows:
        try:
            found.append(cells.employee_no(_trusted(row.heads[EMPLOYEE_NO].text)))
        except BadCell:
            continue
    return found


def _trusted(text: str) -> str:
    return text.removesuffix(".0")
