"""The answer area of 匹配: the last table with two columns, a pair in each row."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.comparable import comparable
from question_bank.authoring.choices import Choice, check_count, check_texts
from question_bank.authoring.lines import Line, text_of
from question_bank.authoring.notes import notes_start
from question_bank.authoring.reading import Content, Reading, check_stem
from question_bank.authoring.report import Report
from question_bank.drafts import OptionDraft
from question_bank.keys import MatchKey

FEWEST = 2

_DASHES = re.compile(r":?-+:?")
_BAR = re.compile(r"(?<!\\)\|")
_FIX = "每行写成 | 左 | 右 |，左边空着的是干扰项"


@dataclass(frozen=True)
class _Table:
    """Where a table stands: its heading line, its rows, the line after it."""

    start: int
    end: int
    rows: tuple[Line, ...]


def read_matching(reading: Reading) -> Content | None:
    """Read the pairs; None when there is no table of two columns."""
    report, lines = reading.report, reading.lines
    table = _last_table(lines)
    if table is None:
        fix = "写一张两列的表：第一行是列名，第二行是 |---|---|，下面每行一对"
        report.error(reading.heading, "E214", "没有配对的表", fix)
        reading.take_notes(lines[notes_start(lines) :])
        return None
    reading.take_notes(lines[table.end :])
    check_stem(lines[: table.start], reading)
    rows = [(line, _cells(line)) for line in (lines[table.start], *table.rows)]
    for line, cells in rows:
        if len(cells) != 2:
            message = f"表的这一行有 {len(cells)} 列，要两列"
            report.error(line.stripped(), "E214", message, _FIX)
    if "E214" in report.error_codes:
        return None
    columns = (_text(rows[0][1][0]), _text(rows[0][1][1]))
    pairs = [(cells[0], cells[1]) for _, cells in rows[1:]]
    content = _content(pairs, columns, text_of(lines[: table.start]), report)
    check_count(len(content.premises), FEWEST, "配对", reading.heading, report)
    if "E220" not in report.error_codes:
        check_count(len(content.options), FEWEST, "右边的内容", reading.heading, report)
    return content


def _content(
    pairs: Sequence[tuple[Line, Line]], columns: tuple[str, str], stem: str, report: Report
) -> Content:
    premises: list[Choice] = []
    options: list[Choice] = []
    place_of: dict[str, int] = {}
    matched: list[tuple[int, int]] = []
    for left, right in pairs:
        text = comparable(_text(right))
        if not text:
            report.error(left.stripped(), "E214", "这一行右边没有内容", _FIX)
            continue
        if text not in place_of:
            place_of[text] = len(options) + 1
            options.append(Choice(right, _text(right), not left.is_blank))
        elif left.is_blank:
            report.error(right, "E204", "这个干扰项和上面的右边相同", "换一个，或删掉这一行")
        if not left.is_blank:
            premises.append(Choice(left, _text(left), True))
            matched.append((len(premises), place_of[text]))
    check_texts(premises, lambda index: f"左边第 {index + 1} 个", report)
    return Content(
        stem,
        tuple(_option(choice) for choice in options),
        MatchKey(tuple(matched)),
        tuple(_option(choice) for choice in premises),
        columns,
    )


def _option(choice: Choice) -> OptionDraft:
    return OptionDraft(choice.text, bool(choice.ticked), None, None, choice.place.number)


def _last_table(lines: Sequence[Line]) -> _Table | None:
    for index in range(len(lines) - 1, 0, -1):
        if _is_rule(lines[index]) and "|" in lines[index - 1].folded:
            end = index + 1
            while end < len(lines) and _is_row(lines[end]):
                end += 1
            return _Table(index - 1, end, tuple(lines[index + 1 : end]))
    return None


def _is_rule(line: Line) -> bool:
    """The line of dashes under the names of the columns."""
    folded = line.folded
    if line.is_code or "|" not in folded or set(folded) - set("|:- "):
        return False
    return all(_DASHES.fullmatch(cell.folded) for cell in _cells(line))


def _is_row(line: Line) -> bool:
    return not line.is_code and not line.is_quote and "|" in line.folded


def _cells(line: Line) -> list[Line]:
    """The cells between the bars; a bar behind a backslash is text."""
    body = line.stripped()
    edges = [found.start() for found in _BAR.finditer(body.folded)]
    starts = [0, *(edge + 1 for edge in edges)]
    ends = [*edges, len(body.text)]
    cells = [body.piece(start, end) for start, end in zip(starts, ends, strict=True)]
    return [cell.stripped() for cell in _inner(cells, body)]


def _inner(cells: list[Line], body: Line) -> Iterator[Line]:
    """The outer bars have no cell beside them."""
    folded = body.folded
    last = len(cells) - 1
    for index, cell in enumerate(cells):
        is_edge = (index == 0 and folded.startswith("|")) or (
            index == last and folded.endswith("|") and not folded.endswith("\\|")
        )
        if not is_edge:
            yield cell


def _text(cell: Line) -> str:
    return re.sub(r"\\([|｜])", r"\1", cell.text)
