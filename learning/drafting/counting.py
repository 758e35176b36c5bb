"""Gaps and repetitions in the numbering of a text, in words. Pure."""

import re
from collections.abc import Sequence

from learning.drafting.anchors import OpenClause
from learning.drafting.marks import Mark, Number
from learning.numerals import chinese

_MOST_REMARKS = 40


class Counting:
    """Watches the numbers go by; `unit` is what places are counted in."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.remarks: list[str] = []
        self.last: dict[object, tuple[int, ...]] = {}
        self.told = 0

    def restart(self) -> None:
        """An attachment counts its own clauses from 1."""
        self.last.clear()

    def count(
        self,
        number: Number,
        stack: Sequence[OpenClause],
        line: int,
        *,
        repeats: int | None,
        anchor: str,
    ) -> None:
        """Take note of a clause; `repeats` is the line of one with the same number."""
        if repeats is not None:
            text = f"{number.printed}在第 {repeats} {self.unit}已经有过，这一处的锚点是 {anchor}"
            self._tell(line, text)
        key, value = _series(number, stack)
        last = self.last.get(key)
        self.last[key] = value
        if number.mark in (Mark.NAMED, Mark.ATTACHMENT) or not number.values or repeats is not None:
            return
        gap = _gap(last, value)
        if gap is None:
            return
        first, end = gap
        if first > end:
            before = _like(number, last or (0,))
            self._tell(line, f"{before}后面又是{number.printed}，顺序倒了")
            return
        missing = _like(number, (*value[:-1], first) if _is_dotted(number) else (first,))
        if end > first:
            last_one = _like(number, (*value[:-1], end) if _is_dotted(number) else (end,))
            missing += f"至{last_one}"
        where = (
            f"{_like(number, last)}后面是{number.printed}" if last else f"从{number.printed}开始"
        )
        self._tell(line, f"{where}，缺{missing}")

    def _tell(self, line: int, text: str) -> None:
        self.told += 1
        if self.told == _MOST_REMARKS:
            self.remarks.append("编号还有别的缺号或重号，没有一一列出")
        if self.told < _MOST_REMARKS:
            self.remarks.append(f"第 {line} {self.unit}：{text}")


def _series(number: Number, stack: Sequence[OpenClause]) -> tuple[object, tuple[int, ...]]:
    """What a number is counted within, and its value there."""
    if number.mark is Mark.ARTICLE:
        return Mark.ARTICLE, number.values
    if number.mark in (Mark.DECIMAL, Mark.PLAIN, Mark.ARABIC) and _is_dotted(number):
        return (Mark.DECIMAL, number.family, number.values[:-1]), number.values
    parent = stack[-1].anchor if stack else ""
    return (number.mark, parent), number.values


def _gap(last: tuple[int, ...] | None, value: tuple[int, ...]) -> tuple[int, int] | None:
    """First and last missing number; an empty range for a wrong order; None when all is well."""
    if len(value) > 1 and (last is None or last[:-1] == value[:-1] or last == value[:-1]):
        # 第十二条之一 follows 第十二条, 3.2.2 follows 3.2.1.
        before = last[-1] if last is not None and len(last) == len(value) else 0
        here = value[-1]
    else:
        before, here = (last[0] if last else 0), value[0]
        if len(value) > 1 and here == before:
            return None
    if here == before + 1 or here == 1:
        return None
    return (before + 1, here - 1) if here > before else (1, 0)


def _is_dotted(number: Number) -> bool:
    return number.mark is Mark.DECIMAL


def _like(number: Number, values: tuple[int, ...] | None) -> str:
    """Another number written as this one is."""
    values = values or (0,)
    if number.mark is Mark.DECIMAL:
        return ".".join([*([number.family] if number.family else []), *map(str, values)])
    digits = re.search(r"[\d０-９]", number.printed)
    first = str(values[0]) if digits else chinese(values[0])
    found = re.match(r"第.+?(分编|[编章节条])", number.printed)
    inserted = f"之{chinese(values[1])}" if len(values) > 1 else ""
    if found:
        return f"第{first}{found[1]}{inserted}"
    return f"（{first}）" if number.mark is Mark.HAN_BRACKET else first
