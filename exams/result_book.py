"""All results of an exam as one .xlsx: people, every answer, the questions; written row by row.

Text stays text, so that no name and no reply is ever run as a formula.
"""

import html as entities
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import nh3
import xlsxwriter
from sqlalchemy.orm import Session

from core.identity import Actor
from exams.corrections import AS_ASKED, Correction, shown_key
from exams.lettering import TYPE_WORDS, key_in_letters, letters_of, reply_in_letters
from exams.models import Exam, IntegrityDecision, LateDecision, SittingState
from exams.queries.regrade import corrections_of
from exams.queries.result_table import SittingLine, SlotLine, sitting_lines, slot_lines
from exams.replies import response_for_marking
from exams.versions import KnownVersion, known_versions
from question_bank.keys import AnswerKey

PEOPLE = (
    *("工号", "姓名", "班组", "岗位", "第几次", "方式", "开始", "交卷", "收卷", "另加分钟"),
    *("得分", "满分", "结论", "补交的答案", "答卷编号", "末条哈希"),
)
ANSWERS = (
    *("工号", "姓名", "第几次", "题号", "题目编号", "题型", "题干", "作答", "正确答案"),
    *("得分", "分值", "保存时间", "答卷编号"),
)
# Options and key in the order of the bank: each paper may have had another.
QUESTIONS = ("题目编号", "题型", "题干", "选项", "正确答案", "答过（不含作废）", "得满分")
STATES = {SittingState.SUBMITTED: "交卷", SittingState.EXPIRED: "到时收卷"}
LATE = {
    None: "",
    LateDecision.PENDING: "待确认",
    LateDecision.ACCEPTED: "算数",
    LateDecision.REJECTED: "不算",
}
# What Excel holds in one cell.
LONGEST = 32_000


class _Sheet:
    """One sheet that is written downwards and forgotten behind."""

    def __init__(self, book: xlsxwriter.Workbook, name: str, heads: Sequence[str]) -> None:
        self._page = book.add_worksheet(name)
        self._row = 0
        self._time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._page.freeze_panes(1, 2)
        self._page.set_column(0, len(heads) - 1, 14)
        bold = book.add_format({"bold": True, "bottom": 1})
        for place, head in enumerate(heads):
            self._page.write_string(0, place, head, bold)

    def add(self, values: Iterable[Any]) -> None:
        self._row += 1
        for place, value in enumerate(values):
            if isinstance(value, datetime):
                self._page.write_datetime(self._row, place, value, self._time)
            elif isinstance(value, int | float):
                self._page.write_number(self._row, place, value)
            elif value:
                self._page.write_string(self._row, place, str(value)[:LONGEST])


def result_book(
    session: Session, actor: Actor, exam: Exam, *, zone: ZoneInfo, folder: Path
) -> tuple[bytes, int]:
    """The file and how many sittings it tells of; `folder` takes what does not stay in memory."""
    target = io.BytesIO()
    options = {
        "constant_memory": True,
        "tmpdir": str(folder),
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    sittings = sitting_lines(session, actor, exam)
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": exam.title})
        people = _Sheet(book, "成绩", PEOPLE)
        for one in sittings:
            people.add(_person(one, zone))
        corrections = corrections_of(session, exam.id).by_version
        _write_answers(session, book, sittings, corrections, zone)
    return target.getvalue(), len(sittings)


def _write_answers(
    session: Session,
    book: xlsxwriter.Workbook,
    sittings: list[SittingLine],
    corrections: Mapping[int, Correction],
    zone: ZoneInfo,
) -> None:
    of_id = {one.id: one for one in sittings}
    answers = _Sheet(book, "答题", ANSWERS)
    versions: dict[int, KnownVersion] = {}
    stems: dict[int, str] = {}
    counts: dict[int, list[int]] = {}
    for line in slot_lines(session, sittings):
        if line.version_id not in versions:
            versions |= known_versions(session, [line.version_id])
            stems[line.version_id] = _stem(versions[line.version_id])
        count = counts.setdefault(line.version_id, [0, 0])
        # What was answered in a void sitting tells nothing about the question.
        if of_id[line.sitting_id].integrity is not IntegrityDecision.VOIDED:
            count[0] += 1
            count[1] += 0 < line.points_tenths == line.score_tenths
        version, correction = versions[line.version_id], corrections.get(line.version_id, AS_ASKED)
        response = response_for_marking(version.printed.type, line.response)
        key, one = shown_key(version, response, correction), of_id[line.sitting_id]
        answers.add(_answer(line, one, version, key, stems[line.version_id], zone))
    questions = _Sheet(book, "题目", QUESTIONS)
    for version_id in sorted(versions):
        version = versions[version_id]
        key = shown_key(version, None, corrections.get(version_id, AS_ASKED))
        questions.add(_question(version, key, stems[version_id], counts[version_id]))


def _local(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    # Excel knows no zones: the enterprise's own time is written.
    return at.astimezone(zone).replace(tzinfo=None, microsecond=0) if at else None


def _points(tenths: int | None) -> float | None:
    return None if tenths is None else tenths / 10


def _person(one: SittingLine, zone: ZoneInfo) -> list[Any]:
    verdict = {None: "待阅卷", True: "合格", False: "不合格"}[one.is_passed]
    if one.integrity is IntegrityDecision.VOIDED:
        verdict = "违纪作废"
    return [
        *(one.employee_no, one.name, one.team, one.post, one.try_number),
        "纸质" if one.is_on_paper else "网上",
        _local(one.started_at, zone),
        _local(one.submitted_at, zone),
        STATES.get(one.state, one.state.value),
        one.extra_minutes,
        _points(one.score_tenths),
        _points(one.full_score_tenths),
        verdict,
        LATE[one.late_decision],
        one.id,
        one.signed_head,
    ]


def _answer(
    line: SlotLine,
    one: SittingLine,
    version: KnownVersion,
    key: AnswerKey,
    stem: str,
    zone: ZoneInfo,
) -> list[Any]:
    kind = version.printed.type
    given = reply_in_letters(
        kind,
        line.response,
        option_order=line.option_order,
        premises=list(version.printed.premise_html),
    )
    return [
        *(one.employee_no, one.name, one.try_number, line.slot, version.version_id),
        *(TYPE_WORDS[kind], stem, given),
        key_in_letters(key, option_order=line.option_order),
        _points(line.score_tenths),
        _points(line.points_tenths),
        _local(line.received_at, zone),
        one.id,
    ]


def _question(version: KnownVersion, key: AnswerKey, stem: str, counts: Sequence[int]) -> list[Any]:
    options: Mapping[int, str] = version.printed.option_html
    letters = letters_of(list(options))
    listed = "\n".join(f"{letters[i]}. {_words(html)}" for i, html in options.items())
    right = key_in_letters(key, option_order=list(options))
    kind = TYPE_WORDS[version.printed.type]
    return [version.version_id, kind, stem, listed, right, *counts]


def _stem(version: KnownVersion) -> str:
    return _words("____".join(version.printed.stem_parts))


def _words(html: str) -> str:
    """The words of safe HTML."""
    return " ".join(entities.unescape(nh3.clean(html, tags=set())).split())
