"""A Word table → a Markdown table; merged cells are repeated, which is said in a remark. Pure."""

from collections.abc import Callable, Iterator

from core.xml_input import Element
from learning.word.file import attribute, child

_MOST_CELLS = 20_000
_MOST_COLUMNS = 60
_TRANSPARENT = ("sdt", "sdtContent", "ins", "moveTo", "customXml")

ReadParagraph = Callable[[Element], str]


def table_markdown(table: Element, read: ReadParagraph) -> tuple[str, list[str]]:
    """The table with its first row as head, and what had to be changed on the way."""
    remarks: list[str] = []
    rows: list[list[str]] = []
    above: dict[int, str] = {}
    for row in _rows(table):
        cells: list[str] = []
        for cell in _below(row, "tc"):
            properties = child(cell, "tcPr")
            span = attribute(child(properties, "gridSpan"), "val")
            width = min(int(span), _MOST_COLUMNS) if span.isdigit() else 1
            merge = child(properties, "vMerge")
            goes_on = merge is not None and attribute(merge, "val") != "restart"
            text = above.get(len(cells), "") if goes_on else _text(cell, read, remarks)
            if width > 1 or goes_on:
                remarks.append("合并的单元格在每一格里重复写出")
            for _ in range(max(width, 1)):
                above[len(cells)] = text
                cells.append(text)
        if any(cells):
            rows.append(cells[:_MOST_COLUMNS])
        if sum(map(len, rows)) > _MOST_CELLS:
            remarks.append(f"太大，只取了前 {len(rows)} 行")
            break
    if not rows:
        return "", list(dict.fromkeys(remarks))
    if len(rows) == 1 and len(rows[0]) == 1:
        # A frame around a text.
        return rows[0][0], list(dict.fromkeys(remarks))
    columns = max(map(len, rows))
    padded = [row + [""] * (columns - len(row)) for row in rows]
    lines = [_line(padded[0]), "|" + "---|" * columns, *map(_line, padded[1:])]
    return "\n".join(lines), list(dict.fromkeys(remarks))


def _rows(table: Element) -> Iterator[Element]:
    for row in _below(table, "tr"):
        if child(row, "trPr", "del") is None:
            yield row


def _below(element: Element, name: str) -> Iterator[Element]:
    for each in element.elements:
        if each.name == name:
            yield each
        elif each.name in _TRANSPARENT:
            yield from _below(each, name)


def _text(cell: Element, read: ReadParagraph, remarks: list[str]) -> str:
    parts = []
    for each in cell.elements:
        name = each.name
        if name == "p":
            parts.append(read(each))
        elif name == "tbl":
            remarks.append("表中的表写成了文字")
            parts += [read(inner) for inner in each.descendants() if inner.name == "p"]
        elif name in _TRANSPARENT:
            parts += [read(inner) for inner in each.descendants() if inner.name == "p"]
    return "；".join(part for part in parts if part).replace("|", "\\|")


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
