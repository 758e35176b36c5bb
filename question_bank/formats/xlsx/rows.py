"""One row of a question sheet, or the rows of one question → an item."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from core.errors import N_
from core.sentences import say
from question_bank.authoring.choices import LETTERS, letter_of
from question_bank.formats import keys, words
from question_bank.formats.exported import TYPE_WORDS, rule_from_words
from question_bank.formats.pictures import picture_path
from question_bank.formats.reading import CHOICES, Reading, check
from question_bank.formats.text.lines import SourceLine, option_in, options_on
from question_bank.formats.xlsx.cells import EMPTY, Cell
from question_bank.formats.xlsx.columns import Header
from question_bank.formats.xlsx.workbook import Sheet
from question_bank.keys import QuestionType

PROBLEMS = {
    "E506": N_(
        "被 Excel 当成了日期、分数或科学计数法的数，原来的字已经丢了。把格子的格式改成文本重填"
    ),
    "E507": N_("是公式或错误值，改成值再导入"),
}
_LETTERED = re.compile(r"\s*[(（\[【]?[A-La-lＡ-Ｌ][)）\]】]?\s*[.、．:：)）]\s*")


@dataclass
class Row:
    """The cells of one question: its row, and the rows below where an option has a row."""

    sheet: Sheet
    header: Header
    number: int
    cells: dict[int, Cell]
    option_rows: list[tuple[int, dict[int, Cell]]] = field(default_factory=list)
    sheet_type: QuestionType | None = None
    # The answer that a separate sheet gives, and what is doubtful about it.
    other_key: str = ""
    other_problem: str = ""

    def cell(self, meaning: str) -> Cell:
        column = self.header.column(meaning)
        return self.cells.get(column, EMPTY) if column is not None else EMPTY


def read_row(row: Row, *, stem_meaning: str = "stem") -> Reading:
    """The item of a row, still open, so that a case can take it in."""
    reading = Reading()
    _set_place(reading, row, stem_meaning)
    if row.header.doubled:
        told = "；".join(row.header.doubled)
        reading.error("E508", say(N_("这些列是一个意思，只留一列：%(told)s"), told=told))
    reading.stem = _text(reading, row, stem_meaning)
    reading.type = _type(reading, row)
    reading.options = _options(reading, row)
    _describe(reading, row)
    _take_pictures(reading, row)
    key = _key(reading, row)
    if row.number in row.sheet.hidden_rows:
        reading.warn("W505", say(N_("第 %(number)s 行是隐藏的，照样读了"), number=row.number))
    _settle(reading, key)
    check(reading)
    return reading


def _set_place(reading: Reading, row: Row, stem_meaning: str) -> None:
    if row.sheet.has_lines:
        reading.line = row.number
    else:
        column = row.header.column(stem_meaning) or row.header.column("stem") or 1
        reading.cell = row.sheet.place(row.number, column)


def _text(reading: Reading, row: Row, meaning: str) -> str:
    """The text of the cell, with an error when it is not what its author typed."""
    column = row.header.column(meaning)
    cell = row.cell(meaning)
    if column is not None:
        _check_cell(reading, row, column, cell)
        if column in row.sheet.hidden_columns and not cell.is_empty:
            reading.warn(
                "W505",
                say(N_("“%(names)s”这一列是隐藏的，照样读了"), names=row.header.names[column]),
            )
    return _clean(cell.text)


def _clean(text: str) -> str:
    lines = re.sub(r"\r\n?|_x000D_\n?", "\n", text).split("\n")
    kept = [re.sub("[\u200b-\u200f\ufeff\u00ad]", "", line).strip() for line in lines]
    return "\n".join(kept).strip()


def _check_cell(reading: Reading, row: Row, column: int, cell: Cell) -> None:
    if cell.problem:
        place = row.sheet.place(row.number, column).removeprefix("!")
        reading.error(
            cell.problem,
            say(
                N_("%(place)s 的“%(text)s”%(problem)s"),
                place=place,
                text=cell.text[:20],
                problem=say(PROBLEMS[cell.problem]),
            ),
        )


def _type(reading: Reading, row: Row) -> QuestionType | None:
    written = _text(reading, row, "type")
    if not written:
        return row.sheet_type
    if re.fullmatch(r"\d(\.0+)?", written):
        found = row.header.type_codes.get(written[0])
        if found is None:
            message = say(
                N_("题型是数字 %(written)s，表头没有写它的意思，如 题型（0单选，1判断，2多选）"),
                written=written,
            )
            reading.error("E515", message)
        return found
    found = words.type_of(written)
    if found is None and words.plain(written) not in words.OPEN_WORDS:
        reading.error("E515", say(N_("不认识的题型“%(written)s”"), written=written[:20]))
    return found


def _options(reading: Reading, row: Row) -> list[str]:
    if row.option_rows:
        return [_option_of(cells, row.header) for _number, cells in row.option_rows]
    if row.header.options:
        return _options_by_column(reading, row)
    return _options_in_one_cell(_text(reading, row, "options"))


def _option_of(cells: dict[int, Cell], header: Header) -> str:
    column = header.column("options")
    return _LETTERED.sub("", _clean(cells.get(column or 0, EMPTY).text), count=1)


def _options_by_column(reading: Reading, row: Row) -> list[str]:
    """The options from A to the last filled one; an empty cell between them is an error."""
    texts: dict[int, str] = {}
    for place, columns in row.header.options.items():
        cell = row.cells.get(columns[0], EMPTY)
        _check_cell(reading, row, columns[0], cell)
        text = _clean(cell.text)
        if columns[0] in row.sheet.hidden_columns and text:
            reading.warn(
                "W505",
                say(N_("“%(names)s”这一列是隐藏的，照样读了"), names=row.header.names[columns[0]]),
            )
        own = _LETTERED.match(text)
        # "A.甲" in the column of A: the letter only repeats the header.
        if own and LETTERS.find(words.plain(own[0])[:2].strip("([【").upper()[:1]) == place:
            text = text[own.end() :].strip()
        if text:
            texts[place] = text
    last = max(texts, default=-1)
    holes = [letter_of(place) for place in range(last + 1) if place not in texts]
    if holes:
        message = say(
            N_("选项 %(holes)s 是空的，后面却有 %(last)s：选项中间不能空"),
            holes="、".join(holes),
            last=letter_of(last),
        )
        reading.error("E501", message)
    return [texts.get(place, "") for place in range(last + 1)]


def _options_in_one_cell(text: str) -> list[str]:
    """`A.甲 B.乙`, one a line, or separated by a vertical bar or a semicolon."""
    if not text:
        return []
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) == 1:
        line = SourceLine(1, lines[0])
        first = option_in(line)
        if first is not None:
            found, _is_odd = options_on(line, *first)
            if len(found) > 1:
                return [each.clean.strip("|;； ") for each in found]
        for separator in (r"\s*\|+\s*", r"\s*[;；]\s*", r"\s*[,，]\s*"):
            parts = [part for part in re.split(separator, lines[0]) if part.strip()]
            if len(parts) > 1:
                lines = parts
                break
    return [_LETTERED.sub("", line, count=1).strip() for line in lines]


def _describe(reading: Reading, row: Row) -> None:
    """Everything about the question that is not scored, and its points."""
    reading.explanation = words.explanation_of(_text(reading, row, "analysis"))
    reading.reference = _loose(row, "reference")
    reading.external_id = _id(reading, row)
    reading.model_answer = _loose(row, "model")
    difficulty, points = _loose(row, "difficulty"), _loose(row, "points")
    reading.difficulty = words.difficulty_of(difficulty)
    if difficulty and reading.difficulty is None:
        reading.warn(
            "W514", say(N_("难度“%(difficulty)s”看不懂，没有读"), difficulty=difficulty[:10])
        )
    reading.points_tenths = words.points_of(points)
    if points and reading.points_tenths is None:
        reading.warn("W514", say(N_("分值“%(points)s”看不懂，没有读"), points=points[:10]))
    rule = _loose(row, "rule")
    reading.rule = rule_from_words(rule) if rule else None
    for column in row.header.columns.get("topic", []):
        reading.tags.extend(words.tags_of(_clean(row.cells.get(column, EMPTY).text)))
    for column in row.header.columns.get("positions", []):
        reading.positions.extend(words.tags_of(_clean(row.cells.get(column, EMPTY).text)))


def _loose(row: Row, meaning: str) -> str:
    """A text that may be left out: a formula or a date in it refuses nothing."""
    cell = row.cell(meaning)
    return "" if cell.problem else _clean(cell.text)


def _id(reading: Reading, row: Row) -> str:
    cell = row.cell("id")
    if cell.problem:
        reading.warn(
            "W514",
            say(
                N_("编号“%(text)s”%(problem)s；没有读"),
                text=cell.text[:20],
                problem=say(PROBLEMS[cell.problem]),
            ),
        )
        return ""
    return _clean(cell.text)[:80]


def _take_pictures(reading: Reading, row: Row) -> None:
    """A picture over the row goes to the option or the stem in whose column it begins."""
    name = _loose(row, "picture")
    if name and PurePosixPath(name.replace("\\", "/")).suffix:
        reading.warn("W515", say(N_("图片“%(name)s”不在表格里，请在编辑器里补上"), name=name[-60:]))
    for column in range(1, max(row.cells, default=0) + 20):
        for data in row.sheet.pictures.get((row.number, column), []):
            path = picture_path(data)
            reading.images[path] = data
            shown = f"![图]({path})"
            place = next(
                (p for p, columns in row.header.options.items() if column in columns), None
            )
            if place is not None and place < len(reading.options):
                reading.options[place] = f"{reading.options[place]} {shown}".strip()
            else:
                reading.stem = f"{reading.stem}\n\n{shown}".strip()


def _key(reading: Reading, row: Row) -> str:
    """The answer cell, the ticked options, or the answer sheet; E503 where two differ."""
    found = [_text(reading, row, "answer"), row.other_key, _ticked(row)]
    if row.other_problem:
        reading.error("E504", row.other_problem)
    told = [key for key in found if key]
    differing = [key for key in told[1:] if not _agree(reading, told[0], key)]
    if differing:
        reading.error(
            "E503",
            say(
                N_("有两个不同的答案：“%(told)s”和“%(differing)s”"),
                told=told[0][:20],
                differing=differing[0][:20],
            ),
        )
    return told[0] if told else ""


def _agree(reading: Reading, first: str, second: str) -> bool:
    """Compare two keys also by the options that they name."""
    if keys.agree(first, second):
        return True
    named = []
    for key in (first, second):
        probe = Reading(type=reading.type, options=list(reading.options))
        keys.set_choice(probe, key)
        named.append(probe.answer)
    return named[0] is not None and named[0] == named[1]


def _ticked(row: Row) -> str:
    truths: Sequence[tuple[int, Cell]] = [
        (place, row.cells.get(columns[0], EMPTY))
        for place, columns in sorted(row.header.truths.items())
    ]
    column = row.header.column("truth")
    if row.option_rows and column is not None:
        truths = [
            (place, cells.get(column, EMPTY))
            for place, (_number, cells) in enumerate(row.option_rows)
        ]
    right = [letter_of(place) for place, cell in truths if keys.verdict_of(cell.text)]
    return "".join(right)


def _settle(reading: Reading, key: str) -> None:
    if reading.type in CHOICES and any(remark.code in ("E506",) for remark in reading.errors):
        return
    if reading.type is None:
        if any(remark.code == "E515" for remark in reading.errors):
            return
        keys.infer_type(reading, key)
        assert reading.type is not None
        type_ = say(TYPE_WORDS[reading.type])
        reading.warn("W504", say(N_("没有写题型，按答案当作%(type)s题"), type=type_))
    if not reading.errors or key:
        keys.set_key(reading, key)
