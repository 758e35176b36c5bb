"""The numbers that Word makes itself: they stand in no text and have to be counted again. Pure."""

import re
from dataclasses import dataclass, field

from core.xml_input import Element
from learning.numerals import chinese
from learning.word.file import attribute, child, is_on

_LEVELS = 9
_LEGAL = dict(zip("零一二三四五六七八九十百千", "零壹贰叁肆伍陆柒捌玖拾佰仟", strict=True))
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


@dataclass
class Level:
    """One level of a list: how its number is written and where it starts."""

    form: str = "decimal"
    text: str = "%1."
    start: int = 1
    suffix: str = "tab"
    restarts_after: int | None = None  # lvlRestart; 0 never
    is_legal: bool = False
    style: str = ""


@dataclass
class _List:
    levels: dict[int, Level] = field(default_factory=dict)
    style_link: str = ""


@dataclass(frozen=True)
class Printed:
    """What Word prints before a paragraph; a bullet has no text."""

    text: str
    is_bullet: bool
    depth: int


class Numbering:
    """All lists of a document with their counters; ask for paragraphs in order."""

    def __init__(self, tree: Element | None) -> None:
        self.lists: dict[str, _List] = {}
        self.list_of: dict[str, str] = {}
        self.overrides: dict[tuple[str, int], Level | int] = {}
        self.counters: dict[str, list[int | None]] = {}
        self.seen: set[str] = set()
        for element in tree.elements if tree is not None else ():
            if element.name == "abstractNum":
                self._read_list(element)
            elif element.name == "num":
                self._read_num(element)

    def resolve_styles(self, num_of_style: dict[str, str]) -> None:
        """Follow lists that are defined through a numbering style."""
        for found in self.lists.values():
            num = num_of_style.get(found.style_link, "")
            target = self.lists.get(self.list_of.get(num, ""))
            if target is not None and not found.levels:
                found.levels = target.levels

    def level_for_style(self, num: str, style: str) -> int:
        """The level that a paragraph style is tied to."""
        found = self.lists.get(self.list_of.get(num, ""))
        levels = found.levels.items() if found else ()
        return next((depth for depth, level in levels if level.style == style), 0)

    def count(self, num: str, depth: int) -> Printed | None:
        """Count one paragraph of a list and give what Word prints before it."""
        key = self.list_of.get(num)
        if key is None or not 0 <= depth < _LEVELS:
            return None
        level = self._level(num, key, depth)
        if level is None or level.form == "none":
            return Printed("", False, depth) if level is not None and level.text else None
        if level.form == "bullet":
            return Printed("", True, depth)
        counters = self.counters.setdefault(key, [None] * _LEVELS)
        self._restart(num, counters)
        before = counters[depth]
        counters[depth] = level.start if before is None else before + 1
        for deeper in range(depth + 1, _LEVELS):
            below = self._level(num, key, deeper)
            after = below.restarts_after if below else None
            if after is None or (after and depth < after):
                counters[deeper] = None
        return Printed(self._print(num, key, level, counters), False, depth)

    def _restart(self, num: str, counters: list[int | None]) -> None:
        """A list that continues another one under a new start begins there once."""
        if num in self.seen:
            return
        self.seen.add(num)
        for depth in range(_LEVELS):
            start = self.overrides.get((num, depth))
            if isinstance(start, int):
                counters[depth] = start - 1

    def _print(self, num: str, key: str, level: Level, counters: list[int | None]) -> str:
        def part(found: re.Match[str]) -> str:
            depth = int(found[1]) - 1
            own = self._level(num, key, depth) or Level()
            value = counters[depth]
            if value is None:
                value = counters[depth] = own.start
            form = "decimal" if level.is_legal else own.form
            return written(value, form)

        text = re.sub(r"%([1-9])", part, level.text)
        return text + ("" if level.suffix == "nothing" or not text else " ")

    def _level(self, num: str, key: str, depth: int) -> Level | None:
        own = self.overrides.get((num, depth))
        return own if isinstance(own, Level) else self.lists[key].levels.get(depth)

    def _read_list(self, element: Element) -> None:
        found = _List(style_link=attribute(child(element, "numStyleLink"), "val"))
        for each in element.elements:
            if each.name == "lvl":
                found.levels[_integer(attribute(each, "ilvl"), 0)] = _read_level(each)
        self.lists[attribute(element, "abstractNumId")] = found

    def _read_num(self, element: Element) -> None:
        num = attribute(element, "numId")
        key = attribute(child(element, "abstractNumId"), "val")
        if key not in self.lists:
            return
        self.list_of[num] = key
        for each in element.elements:
            if each.name != "lvlOverride":
                continue
            depth = _integer(attribute(each, "ilvl"), 0)
            start, level = child(each, "startOverride"), child(each, "lvl")
            if level is not None:
                self.overrides[(num, depth)] = _read_level(level)
            elif start is not None:
                self.overrides[(num, depth)] = _integer(attribute(start, "val"), 1)


def written(value: int, form: str) -> str:
    """A counter in one of Word's forms; an unknown form is written in digits."""
    if form in _CHINESE:
        return chinese(value) if value else "零"
    if form in ("chineseLegalSimplified", "ideographLegalTraditional"):
        return "".join(_LEGAL.get(c, c) for c in chinese(value))
    if form in ("upperLetter", "lowerLetter"):
        letter = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("upperRoman", "lowerRoman"):
        roman = _roman(value)
        return roman.upper() if form == "upperRoman" else roman
    if form == "decimalZero":
        return f"{value:02d}"
    if form == "decimalFullWidth":
        return str(value).translate({0x30 + n: 0xFF10 + n for n in range(10)})
    if form.startswith("decimalEnclosedCircle") and 1 <= value <= 20:
        return chr(ord("①") + value - 1)
    if form == "decimalEnclosedParen":
        return f"({value})"
    if form == "ideographDigital":
        return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(value))
    if form == "ideographTraditional" and 1 <= value <= 10:
        return _STEMS[value - 1]
    if form == "ideographZodiac" and 1 <= value <= 12:
        return _BRANCHES[value - 1]
    return str(value)


_CHINESE = (
    *("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting"),
    *("taiwaneseCountingThousand", "koreanDigital2"),
)


def _read_level(element: Element) -> Level:
    restart = child(element, "lvlRestart")
    return Level(
        form=attribute(child(element, "numFmt"), "val") or "decimal",
        text=attribute(child(element, "lvlText"), "val"),
        start=_integer(attribute(child(element, "start"), "val"), 1),
        suffix=attribute(child(element, "suff"), "val") or "tab",
        restarts_after=_integer(attribute(restart, "val"), 0) if restart is not None else None,
        is_legal=is_on(child(element, "isLgl")),
        style=attribute(child(element, "pStyle"), "val"),
    )


def _integer(text: str, default: int) -> int:
    return int(text) if re.fullmatch(r"\d{1,6}", text) else default


def _roman(value: int) -> str:
    if not 0 < value < 5000:
        return str(value)
    text = ""
    for weight, letters in _ROMAN:
        while value >= weight:
            text += letters
            value -= weight
    return text
