"""An exam on paper from the forms to the marks: the table goes out, comes back, and is taken in."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.config import Config
from core.errors import Conflict
from exams.evidence.check import check
from exams.links import PAPER_ANSWERS
from exams.models import (
    Exam,
    ExamState,
    Exemption,
    PaperForm,
    Sitting,
    SittingEvent,
    SittingState,
)
from exams.on_paper.planning import Hours, Outcome, PlannedRow, hours_refusal, plan
from exams.on_paper.printed import type_words
from exams.on_paper.sheets import TemplateRow, read_sheet, template
from exams.operations.on_paper import PaperEntry, enter_paper_sitting, make_forms
from exams.operations.sitting import start_sitting
from exams.queries.audience import window_days
from exams.queries.on_paper import drawn_of, people_to_sit
from exams.verification import verify_sitting
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams import factories
from tests.exams.evidence_sittings import REPLIES, evidence, one_of_each, sat, signer_of

ZONE = ZoneInfo("Asia/Shanghai")
START, END = MONDAY + timedelta(minutes=5), MONDAY + timedelta(minutes=65)
HOURS = Hours(START, END)
NOW = MONDAY + timedelta(minutes=90)
# What the learner's replies look like on a paper that shuffles nothing.
TYPED = {1: "B", 2: "A", 3: "错", 4: "5；倒置", 7: "A", 8: "对", 9: "A"}


@pytest.fixture
def exam(session: Session, cast: Cast, app: Flask) -> Exam:
    return factories.make_exam(
        session,
        cast,
        one_of_each(session),
        shuffles_questions=False,
        shuffles_options=False,
        pass_mark_tenths=700,
    )


@pytest.fixture
def form(session: Session, cast: Cast, exam: Exam) -> PaperForm:
    actor = cast.actor("examiner")
    made = make_forms(session, exam, draws=[(1, "7K3"), (2, "M2P")], actor=actor, now=MONDAY)
    return made[0]


def filled(rows: Sequence[tuple[Any, ...]], answers: Mapping[int, Any], *, slots: int = 9) -> bytes:
    """A table as an examiner would type it, each person with the same answers."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet("答案登记")
        page.write_row(0, 0, ["工号", "姓名", "班组", "试卷代码", *map(str, range(1, slots + 1))])
        for number, row in enumerate(rows, start=1):
            page.write_row(number, 0, row)
            for slot, text in answers.items():
                page.write(number, 3 + slot, text)
    return target.getvalue()


def planned(session: Session, exam: Exam, data: bytes, hours: Hours = HOURS) -> list[PlannedRow]:
    sheet = read_sheet(data, "登记表.xlsx")
    return plan(session, exam, sheet, hours, days=window_days(exam, ZONE))


def only(session: Session, exam: Exam, data: bytes) -> PlannedRow:
    (row,) = planned(session, exam, data)
    return row


def told(row: PlannedRow) -> list[tuple[str, str]]:
    return [(one.cell, one.msgid % one.values) for one in row.problems]


def entered(
    session: Session, cast: Cast, exam: Exam, row: PlannedRow, hours: Hours = HOURS
) -> Sitting:
    assert row.user_id is not None
    entry = PaperEntry(
        row.user_id, row.responses, hours.started_at, hours.ended_at, "f" * 64, row.number
    )
    return enter_paper_sitting(
        session,
        exam,
        session.get_one(PaperForm, row.form_id),
        entry,
        zone=ZONE,
        actor=cast.actor("examiner"),
        now=NOW,
    )


def learner_row(cast: Cast, form: PaperForm) -> tuple[str, ...]:
    return (cast.user("learner").employee_no, "王小满", "冲压一班", form.code)


def test_forms_are_drawn_by_their_seeds_and_recorded(
    session: Session, exam: Exam, form: PaperForm
) -> None:
    first, second = session.scalars(select(PaperForm).order_by(PaperForm.letter))
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "exam.paper_forms.made")
    ).one()

    assert [first.code, second.code] == [f"A{exam.id}-7K3", f"B{exam.id}-M2P"]
    assert entry.after == {"codes": [first.code, second.code]}
    assert [one.slot for one in drawn_of(first)] == list(range(1, 10))


def test_a_draft_has_no_forms(session: Session, cast: Cast, app: Flask) -> None:
    draft = factories.make_exam(session, cast, state=ExamState.DRAFT)

    with pytest.raises(Conflict, match="还没发布"):
        make_forms(session, draft, draws=[(1, "AAA")], actor=cast.actor("examiner"), now=MONDAY)


def test_more_than_eight_forms_are_refused(
    session: Session, cast: Cast, exam: Exam, form: PaperForm
) -> None:
    draws = [(number, f"X{number}") for number in range(7)]

    with pytest.raises(Conflict, match="最多 8 套试卷，已有 2 套"):
        make_forms(session, exam, draws=draws, actor=cast.actor("examiner"), now=MONDAY)


def test_the_table_holds_the_people_as_text(
    session: Session, cast: Cast, exam: Exam, form: PaperForm
) -> None:
    types = type_words(session, [form])
    rows = [TemplateRow("007", "=1+1", "冲压一班", form.code)]

    data = template(rows, codes=[form.code], types=types)

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == ["答案登记", "填写说明"]
    head, row = book.get_sheet_by_name("答案登记").to_python()
    assert head[:6] == ["工号", "姓名", "班组", "试卷代码", "1 单选", "2 多选"]
    assert row[:4] == ["007", "=1+1", "冲压一班", form.code]


def test_people_who_passed_or_sit_are_not_in_the_table(
    session: Session, cast: Cast, exam: Exam
) -> None:
    days = window_days(exam, ZONE)
    actor = cast.actor("examiner")
    before = people_to_sit(session, actor, exam, days=days, now=NOW)
    start_sitting(session, exam, actor=cast.actor("learner"), now=MONDAY, seed=1, zone=ZONE)

    after = people_to_sit(session, actor, exam, days=days, now=NOW)

    assert {one.name for one in before} - {one.name for one in after} == {"王小满"}


def test_a_filled_row_becomes_the_same_sitting_as_online(
    session: Session, cast: Cast, exam: Exam, form: PaperForm, config: Config
) -> None:
    order = {one.slot: one for one in drawn_of(form)}
    typed = {**TYPED, 5: letters(order[5].option_order, [1, 2, 4, 3])}
    typed[6] = (
        "1" + letters(order[6].option_order, [1]) + " 2" + letters(order[6].option_order, [3])
    )
    row = only(session, exam, filled([learner_row(cast, form)], typed))

    assert (row.outcome, told(row)) == (Outcome.ENTER, [])
    expected = {**REPLIES, 9: {"options": [1]}}
    assert row.responses == expected
    sitting = entered(session, cast, exam, row)
    online = sat(session, cast, copy_for(session, cast, exam))
    assert sitting.score_tenths == online.score_tenths
    assert (sitting.started_at, sitting.submitted_at) == (START, END)
    assert (sitting.state, sitting.team_id) == (SittingState.SUBMITTED, cast.team("press_one").id)
    about_paper = (SittingEvent.sitting_id == sitting.id, SittingEvent.kind == PAPER_ANSWERS)
    event = session.scalars(select(SittingEvent).where(*about_paper)).one()
    assert event.content["file"] == "f" * 64
    assert (event.content["by"], event.content["row"]) == ("周谷雨", 2)
    key = signer_of(config).public_key
    assert verify_sitting(session, sitting.id, public_key=key).is_intact
    data = evidence(session, sitting, config)
    assert check(data).is_intact
    assert [one["kind"] for one in data["chain"]][:2] == ["paper", PAPER_ANSWERS]


def letters(order: Sequence[int], items: Sequence[int]) -> str:
    return "".join("ABCDEF"[list(order).index(item)] for item in items)


def copy_for(session: Session, cast: Cast, exam: Exam) -> Exam:
    """Another exam of the same questions, for the same replies online."""
    return factories.make_exam(
        session, cast, one_of_each(session), shuffles_questions=False, title="同样的题"
    )


def test_an_empty_row_is_somebody_who_did_not_come(
    session: Session, cast: Cast, exam: Exam, form: PaperForm
) -> None:
    assert only(session, exam, filled([learner_row(cast, form)], {})).outcome is Outcome.ABSENT


def test_a_paper_handed_in_empty_is_entered(
    session: Session, cast: Cast, exam: Exam, form: PaperForm
) -> None:
    row = only(session, exam, filled([learner_row(cast, form)], {1: "-"}))

    sitting = entered(session, cast, exam, row)

    assert (row.answered, sitting.score_tenths, sitting.is_passed) == (0, 0, False)


def test_problems_name_the_cell_and_what_to_do(
    session: Session, cast: Cast, exam: Exam, form: PaperForm
) -> None:
    data = filled([learner_row(cast, form)], {1: "E", 3: "A", 4: "1；2；3"})

    row = only(session, exam, data)

    assert row.outcome is Outcome.BAD
    assert [cell for cell, _words in told(row)] == ["E2", "G2", "H2"]
    assert told(row)[0][1].startswith("第 1 题：写了“E”，试卷上只有 A—C。")


def test_a_date_that_excel_made_is_refused(
    session: Session, cast: Cast, exam: Exam, form: PaperForm
) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["工号", "姓名", "班组", "试卷代码", "1"])
        page.write_row(1, 0, learner_row(cast, form))
        page.write_datetime(1, 4, datetime(2026, 3, 5), book.add_format({"num_format": "m/d"}))

    row = only(session, exam, target.getvalue())

    assert told(row) == [
        ("E2", "Excel 把这一格变成了数、日期或公式，原样已经丢了。格式改成文本，重填")
    ]


@pytest.mark.parametrize(
    ("row", "cell", "words"),
    [
        (("99999999", "王小满", "", ""), "A2", "没有工号 99999999 的人"),
        (("20260001", "李四", "", ""), "B2", "工号 20260001 是王小满，表里写的是李四"),
        (("20260001", "王小满", "", "Z9-XXX"), "D2", "没有试卷“Z9-XXX”"),
        (("", "王小满", "", ""), "A2", "没有工号"),
    ],
)
def test_wrong_people_and_papers_are_told(
    session: Session,
    cast: Cast,
    exam: Exam,
    form: PaperForm,
    row: tuple[str, str, str, str],
    cell: str,
    words: str,
) -> None:
    number, name, team, code = row
    data = filled([(number, name, team, code or form.code)], {1: "A"})

    found = only(session, exam, data)

    assert found.outcome is Outcome.BAD
    assert any(at == cell and words in said for at, said in told(found))


def test_a_person_twice_in_the_table_is_told(
    session: Session, cast: Cast, exam: Exam, form: PaperForm
) -> None:
    rows = planned(session, exam, filled([learner_row(cast, form)] * 2, {1: "A"}))

    assert [row.outcome for row in rows] == [Outcome.ENTER, Outcome.BAD]
    assert told(rows[1]) == [("A3", "和第 2 行是同一个人，只留一行")]


def test_a_question_beyond_the_paper_is_told(
    session: Session, cast: Cast, exam: Exam, form: PaperForm
) -> None:
    row = only(session, exam, filled([learner_row(cast, form)], {10: "A"}, slots=10))

    assert told(row) == [("N2", f"{form.code} 卷没有第 10 题")]


def test_whoever_sat_online_in_these_hours_is_refused(
    session: Session, cast: Cast, exam: Exam, form: PaperForm
) -> None:
    exam.tries = 2
    data = filled([learner_row(cast, form)], {1: "A"})
    sitting = start_sitting(
        session, exam, actor=cast.actor("learner"), now=MONDAY, seed=1, zone=ZONE
    )
    assert "正在网上考这一场" in told(only(session, exam, data))[0][1]
    sitting.state, sitting.submitted_at = SittingState.SUBMITTED, START + timedelta(minutes=9)
    sitting.is_passed = False
    session.flush()

    assert "同一次不能再登记纸质答卷" in told(only(session, exam, data))[0][1]
    later = Hours(START + timedelta(minutes=30), END)
    (row,) = planned(session, exam, data, later)
    assert (row.outcome, entered(session, cast, exam, row, later).try_number) == (Outcome.ENTER, 2)


def test_the_same_table_twice_enters_nobody_twice(
    session: Session, cast: Cast, exam: Exam, form: PaperForm
) -> None:
    exam.tries = 3
    data = filled([learner_row(cast, form)], {1: "A"})
    entered(session, cast, exam, only(session, exam, data))

    assert only(session, exam, data).outcome is Outcome.ENTERED


def test_used_up_tries_passed_and_exempt_people_are_refused(
    session: Session, cast: Cast, exam: Exam, form: PaperForm
) -> None:
    data = filled([learner_row(cast, form)], {1: "A"})
    sitting = entered(session, cast, exam, only(session, exam, data))
    later = Hours(END + timedelta(minutes=1), END + timedelta(minutes=20))
    assert "考试次数已经用完" in told(planned(session, exam, data, later)[0])[0][1]
    sitting.is_passed = True
    session.flush()
    assert "已经合格" in told(planned(session, exam, data, later)[0])[0][1]
    exemption = Exemption(
        exam_id=exam.id, user_id=sitting.user_id, reason="病假", granted_at=MONDAY
    )
    session.add(exemption)
    session.flush()
    assert "已免考" in told(planned(session, exam, data, later)[0])[0][1]


def test_a_file_without_the_heads_is_refused() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.add_worksheet().write_row(0, 0, ["姓名", "成绩"])

    with pytest.raises(Conflict, match="找不到表头"):
        read_sheet(target.getvalue(), "别的.xlsx")


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0old"])
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(Conflict):
        read_sheet(data, "x.xlsx")


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (5, 5, "晚于"),
        (5, 999, "还没到"),
        (-5, 60, "时间范围"),
        (5, 65, None),
    ],
)
def test_hours_must_lie_in_the_window(exam: Exam, start: int, end: int, words: str | None) -> None:
    hours = Hours(MONDAY + timedelta(minutes=start), MONDAY + timedelta(minutes=end))

    refusal = hours_refusal(exam, hours, now=NOW)

    assert (refusal is None) == (words is None)
    assert words is None or words in (refusal or "")
