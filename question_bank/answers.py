"""Whether a reply typed into a blank is one of the accepted answers; pure and exact.

Text is compared after Unicode NFKC, removal of blanks and invisible characters, and case folding.
Numbers are compared as exact fractions, so that 15, 15.0 and the full-width form are equal and
no reply is lost to binary rounding.
"""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from core.comparable import comparable

# Longer runs of digits are text: Python refuses to convert very long ones, and no
# measurement on the shop floor has them.
_DIGITS = r"[0-9]{1,24}"
_PLAIN = rf"(?:{_DIGITS}(?:\.{_DIGITS})?|\.{_DIGITS})"
_GROUPED = rf"[0-9]{{1,3}}(?:,[0-9]{{3}}){{1,7}}(?:\.{_DIGITS})?"
_NUMBER = rf"[-+]?(?:{_GROUPED}|{_PLAIN})"
_BOUND = rf"[-+]?{_PLAIN}"
# A unit starts with a letter or a sign such as % and holds a digit only as an exponent (m3,
# kg/cm2); "2026年1月1日" and "4m1e" are therefore text, not a number with a unit.
_UNIT = (
    r"(?:[^\W\d_]|[%‰°])"
    r"(?:[^\W\d_]|[%‰°/·*^]|(?<=[a-zμω^])-?[0-9](?![a-z0-9]))*"
)

_WITH_UNIT = re.compile(rf"(?P<value>{_NUMBER})(?P<unit>{_UNIT})?")
_TOLERANCE = re.compile(
    rf"(?P<value>{_BOUND})(?P<first>{_UNIT})?±(?P<by>{_PLAIN})(?P<percent>%)?(?P<unit>{_UNIT})?"
)
_BRACKETS = re.compile(
    rf"(?P<open>[\[(])(?P<low>{_BOUND})[,;](?P<high>{_BOUND})(?P<close>[\])])(?P<unit>{_UNIT})?"
)
_TILDE = re.compile(rf"(?P<low>{_BOUND})(?P<first>{_UNIT})?~(?P<high>{_BOUND})(?P<unit>{_UNIT})?")
_LOOKS_LIKE_BRACKETS = re.compile(r"\[.*[,;].*|\([-+]?[.0-9].*[,;].*")
_LOOKS_LIKE_TILDE = re.compile(r"[-+]?[.0-9][^~]*~.*|[^~]*~[-+]?[.0-9].*")

_QUOTES = (('"', '"'), ("“", "”"))


@dataclass(frozen=True)
class TextForm:
    """An accepted text, already in its comparable form."""

    text: str


@dataclass(frozen=True)
class NumberForm:
    """An accepted number: a point is a range whose ends are equal and included."""

    low: Fraction
    high: Fraction
    includes_low: bool = True
    includes_high: bool = True
    unit: str = ""


AcceptedForm = TextForm | NumberForm


class BadForm(ValueError):
    """The author wrote something that begins like a number or range and is none."""


def accepts(accepted: AcceptedForm, reply: str) -> bool:
    """Say whether the reply is this accepted form.

    A unit may be left out of the reply; a unit that is given must be the accepted one.
    """
    given = comparable(reply)
    if not given:
        return False
    if isinstance(accepted, TextForm):
        return given == accepted.text
    found = _WITH_UNIT.fullmatch(given)
    if found is None or _unit(found["unit"]) not in ("", accepted.unit):
        return False
    value = _fraction(found["value"])
    above = value > accepted.low or (accepted.includes_low and value == accepted.low)
    below = value < accepted.high or (accepted.includes_high and value == accepted.high)
    return above and below


def accepts_any(accepted: tuple[AcceptedForm, ...], reply: str) -> bool:
    """Say whether the reply is one of the alternatives of a blank."""
    return any(accepts(form, reply) for form in accepted)


def accepted_form(written: str) -> AcceptedForm:
    """Read one alternative as its author wrote it.

    | written                     | accepted                              |
    |-----------------------------|---------------------------------------|
    | 15                          | the number, however it is written     |
    | "15"                        | these characters                      |
    | 2.5±0.1, 2.5±4%, 0.8±0.05 MPa | from value − tolerance to value + tolerance |
    | [2.4, 2.6], 2.4~2.6         | the range with its ends               |
    | (2.4, 2.6]                  | the range without its lower end       |
    | anything else               | the text                              |
    """
    stripped = written.strip()
    for opening, closing in _QUOTES:
        inner = unicodedata.normalize("NFKC", stripped)
        if len(inner) > 1 and inner[0] == opening and inner[-1] == closing:
            return _text(inner[1:-1])
    form = comparable(stripped).replace("+/-", "±").replace("+-", "±")
    if "±" in form and any(c.isdigit() for c in form):
        return _tolerance(form)
    if _LOOKS_LIKE_BRACKETS.fullmatch(form):
        return _range(_BRACKETS.fullmatch(form))
    if _LOOKS_LIKE_TILDE.fullmatch(form):
        return _range(_TILDE.fullmatch(form))
    number = _WITH_UNIT.fullmatch(form)
    if number is not None:
        value = _fraction(number["value"])
        return NumberForm(value, value, unit=_unit(number["unit"]))
    return _text(stripped)


def _text(written: str) -> TextForm:
    text = comparable(written)
    if not text:
        raise BadForm("答案是空的")
    return TextForm(text)


def _tolerance(form: str) -> NumberForm:
    found = _TOLERANCE.fullmatch(form)
    if found is None:
        raise BadForm("误差看不懂")
    unit = _one_unit(found["first"], found["unit"])
    if found["percent"] and (unit == "%" or found["first"] == "%"):
        raise BadForm("百分数的误差有两种读法")
    value, by = _fraction(found["value"]), _fraction(found["by"])
    if found["percent"]:
        by = abs(value) * by / 100
    return NumberForm(value - by, value + by, unit=unit)


def _range(found: re.Match[str] | None) -> NumberForm:
    if found is None:
        raise BadForm("范围看不懂")
    groups = found.groupdict()
    low, high = _fraction(groups["low"]), _fraction(groups["high"])
    includes_low = groups.get("open", "[") == "["
    includes_high = groups.get("close", "]") == "]"
    if low > high or (low == high and not (includes_low and includes_high)):
        raise BadForm("范围里没有数")
    unit = _one_unit(groups.get("first"), groups["unit"])
    return NumberForm(low, high, includes_low, includes_high, unit)


def _one_unit(first: str | None, last: str | None) -> str:
    if first and last and _unit(first) != _unit(last):
        raise BadForm("前后单位不同")
    return _unit(last) or _unit(first)


def _unit(written: str | None) -> str:
    return (written or "").replace("^", "")


def _fraction(written: str) -> Fraction:
    return Fraction(written.replace(",", ""))
