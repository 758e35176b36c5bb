"""The forms of an exam as files for the printer: papers, answer sheets, key sheets, in one zip."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from exams.drawing import DrawnQuestion
from exams.lettering import LETTERS, TYPE_WORDS, key_in_letters
from exams.models import Exam, PaperForm
from exams.printing.nodes import Picture, nodes_of, picture_node
from exams.printing.setting import qr_svg, set_pdf
from exams.queries.on_paper import drawn_of
from exams.versions import KnownVersion, known_versions
from question_bank.keys import QuestionType

GAP = '<span class="gap">____</span>'
# More characters than fit beside another option.
WIDEST = 99
NUMERALS = "一二三四五六七八九十"
HINTS = {
    QuestionType.SINGLE_CHOICE: "每题只有一个正确答案",
    QuestionType.MULTIPLE_CHOICE: "每题有两个或更多正确答案",
    QuestionType.TRUE_FALSE: "在答题卡上选 对 或 错",
    QuestionType.FILL_BLANK: "把答案写在答题卡上，一个空一条线",
    QuestionType.ORDERING: "把字母按正确顺序写在答题卡上",
    QuestionType.MATCHING: "给左边每个编号写一个字母，如 1B 2A",
    QuestionType.HOTSPOT: "从列出的项目里找，写字母",
    QuestionType.SHORT_ANSWER: "写在答题卡上",
}


@dataclass(frozen=True)
class Printer:
    """What all files of one printing share."""

    enterprise: str
    picture: Picture
    at: datetime


def form_files(
    session: Session, exam: Exam, forms: Sequence[PaperForm], printer: Printer
) -> dict[str, bytes]:
    """Paper, answer sheet and key sheet of each form, by file name."""
    files: dict[str, bytes] = {}
    for form in forms:
        data = _form(session, exam, form, printer)
        for name, template in (
            ("试卷", "paper.typ"),
            ("答题卡", "sheet.typ"),
            ("答案", "keys.typ"),
        ):
            files[f"{form.letter}卷-{name}.pdf"] = set_pdf(template, data, at=printer.at)
    return files


def type_words(session: Session, forms: Sequence[PaperForm]) -> dict[int, str]:
    """The type of each question number; empty where the forms differ."""
    kinds: dict[int, set[str]] = {}
    for form in forms:
        drawn = drawn_of(form)
        versions = known_versions(session, [one.version_id for one in drawn])
        for one in drawn:
            word = TYPE_WORDS[versions[one.version_id].printed.type].removesuffix("题")
            kinds.setdefault(one.slot, set()).add(word)
    return {
        slot: next(iter(words)) if len(words) == 1 else "" for slot, words in sorted(kinds.items())
    }


def _form(session: Session, exam: Exam, form: PaperForm, printer: Printer) -> dict[str, Any]:
    drawn = drawn_of(form)
    ids = [i for one in drawn for i in (one.version_id, one.case_version_id) if i]
    versions = known_versions(session, ids)
    return {
        "enterprise": printer.enterprise,
        "title": exam.title,
        "letter": form.letter,
        "code": form.code,
        "minutes": exam.minutes,
        "total": _points(sum(one.points_tenths for one in drawn)),
        "pass_mark": _points(exam.pass_mark_tenths),
        "instructions": exam.instructions,
        "count": len(drawn),
        "qr": qr_svg(f"SGP1 {form.code}"),
        "sections": [
            _section(number, kind, list(part), versions, printer.picture)
            for number, (kind, part) in enumerate(
                groupby(drawn, key=lambda one: _kind(one, versions))
            )
        ],
    }


def _kind(one: DrawnQuestion, versions: Mapping[int, KnownVersion]) -> QuestionType:
    """The parts of a case stand together, whatever types they have."""
    is_part = one.case_version_id is not None
    return QuestionType.CASE_ANALYSIS if is_part else versions[one.version_id].printed.type


def _section(
    number: int,
    kind: QuestionType,
    part: list[DrawnQuestion],
    versions: Mapping[int, KnownVersion],
    picture: Picture,
) -> dict[str, Any]:
    points = sum(one.points_tenths for one in part)
    case: int | None = None
    questions = []
    for one in part:
        story = []
        if one.case_version_id is not None and one.case_version_id != case:
            html = versions[one.case_version_id].printed.stem_parts[-1]
            story = nodes_of(html, picture=picture)
        case = one.case_version_id
        questions.append({**_question(one, versions[one.version_id], picture), "story": story})
    return {
        "title": f"{NUMERALS[number % 10]}、{TYPE_WORDS[kind]}",
        "fact": f"共 {len(part)} 题，{_points(points)} 分",
        "hint": HINTS.get(kind, ""),
        "questions": questions,
    }


def _question(one: DrawnQuestion, version: KnownVersion, picture: Picture) -> dict[str, Any]:
    printed = version.printed
    drawn = printed.picture
    letters = list(zip(LETTERS, one.option_order, strict=False))
    return {
        "slot": one.slot,
        "type": printed.type.value,
        "kind": TYPE_WORDS[printed.type],
        "points": _points(one.points_tenths),
        "stem": nodes_of(GAP.join(printed.stem_parts), picture=picture),
        "picture": [picture_node(drawn.url, drawn.alt, picture)] if drawn else [],
        "spots": drawn.spot_count if drawn else 0,
        "blanks": len(printed.stem_parts) - 1,
        "premises": [nodes_of(html, picture=picture) for html in printed.premise_html.values()],
        "options": [
            [letter, nodes_of(printed.option_html[option], picture=picture)]
            for letter, option in letters
        ],
        "columns": _columns(printed.option_html.values()),
        "letters": [letter for letter, _option in letters],
        "right": key_in_letters(version.key, option_order=one.option_order),
    }


def _columns(options: Iterable[str]) -> int:
    """How many options stand beside each other: short ones save a third of the paper."""
    longest = max((WIDEST if "<" in html else len(html) for html in options), default=0)
    return next((n for n, length in ((4, 8), (2, 20)) if longest <= length), 1)


def _points(tenths: int) -> str:
    return f"{tenths / 10:g}"
