"""What a cell shows, out of its stored value and number format; and what it should not be. Pure."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext

_BUILT_IN = {
    **{1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00"},
    **{12: "# ?/?", 13: "# ??/??", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00"},
    **{48: "##0.0E+0", 49: "@"},
    **dict.fromkeys((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)), "yyyy/m/d"),
}
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.')
_BRACKET = re.compile(r"\[(?!h|m|s)[^\]]*\]", re.IGNORECASE)
_DIGITS = re.compile(r"[#0?][#0?,]*(?:\.[#0?]+)?")
# From here on Excel shows a number in a cell of no format as 1.23457E+11.
_SHOWN_AS_POWER = Decimal(10) ** 11
_EXACT_DIGITS = 15
_MOST_DIGITS = 30


@dataclass(frozen=True)
class Cell:
    """A cell as it is shown; `problem` is the code of why its text cannot be trusted."""

    text: str
    problem: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.text.strip() and not self.problem


EMPTY = Cell("")


def format_code(number: int, custom: dict[int, str]) -> str:
    """The code of a number format: the file's own, else Excel's built-in one."""
    return custom.get(number) or _BUILT_IN.get(number, "General")


def number_cell(raw: str, code: str) -> Cell:
    """A stored number as its format shows it: 0.195 under 0.0% is 19.5%.

    A date, a fraction or a power is a problem: `3-5` became 5 March, `1/2` a day or a half, and
    of 18 digits three are lost.
    """
    try:
        value = Decimal(raw.strip())
    except InvalidOperation:
        return Cell(raw.strip())
    if not value.is_finite() or abs(value.adjusted()) > 300:
        return Cell(raw.strip(), "E506")
    section = _section(code, value)
    if section is None:
        return _general(value)
    if section == "@":
        return _general(value) if abs(value) >= _SHOWN_AS_POWER else Cell(_plain(value))
    bare = _LITERAL.sub("", _BRACKET.sub("", section))
    if _is_dated(bare) or "/" in bare or re.search(r"[Ee][+-]", bare):
        return Cell(_plain(value), "E506")
    return _formatted(value, section)


def _section(code: str, value: Decimal) -> str | None:
    """The part of a format for a number of this sign; None when there is no format."""
    if not code or code.lower() == "general":
        return None
    sections = code.split(";")
    place = 1 if value < 0 and len(sections) > 1 else 0
    chosen = sections[place]
    return None if "general" in chosen.lower() or "G/通用" in chosen else chosen


def _is_dated(bare: str) -> bool:
    return re.search(r"[ymdhsYMDHS年月日]|上午|AM/PM", bare) is not None


def _general(value: Decimal) -> Cell:
    if abs(value) >= _SHOWN_AS_POWER or (value and abs(value) < Decimal("1e-9")):
        return Cell(_plain(value), "E506")
    with localcontext() as context:
        context.prec = 10 if value % 1 else 28
        return Cell(_plain(+value))


def _formatted(value: Decimal, section: str) -> Cell:
    if len(value.as_tuple().digits) > _EXACT_DIGITS and not value % 1:
        return Cell(_plain(value), "E506")
    shape = _BRACKET.sub("", section)
    pieces = _LITERAL.sub(lambda found: "\x00" * len(found[0]), shape)
    found = _DIGITS.search(pieces)
    if found is None or abs(value.adjusted()) > _MOST_DIGITS:
        return _general(value)
    before = _literals(shape[: found.start()])
    after = _literals(shape[found.end() :])
    is_percent = "%" in pieces
    decimals = len(found[0].partition(".")[2])
    scaled = value * 100 if is_percent else value
    if "-" in before:
        scaled = abs(scaled)
    with localcontext() as context:
        context.prec = 60
        shown = scaled.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{shown:,f}" if "," in found[0] else f"{shown:f}"
    optional = re.search(r"#+$", found[0].partition(".")[2])
    if optional and "." in text:
        text = text.rstrip("0").rstrip(".")
    return Cell(f"{before}{text}{after}".strip())


def _literals(shape: str) -> str:
    """The characters that a format shows as they are."""

    def literal(found: re.Match[str]) -> str:
        return found[1] or found[2] or ""

    return re.sub(r"[#0?,]", "", _LITERAL.sub(literal, shape))


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
