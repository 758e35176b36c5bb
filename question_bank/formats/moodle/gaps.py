"""Cloze: the small language of gaps inside the text of a Moodle question. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.errors import N_
from core.sentences import say
from question_bank.formats.items import AcceptedText

_GAP = re.compile(
    r"(?<!\\)\{(?P<weight>\d{0,4}):(?P<kind>[A-Z_]{1,40}):(?P<body>(?:\\.|[^}\\])*)\}", re.S
)
_TEXT_KINDS = {"SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"}
_NUMBER_KINDS = {"NUMERICAL", "NM"}
_CHOICE_KINDS = {
    *("MULTICHOICE", "MC", "MULTICHOICE_V", "MCV", "MULTICHOICE_H", "MCH"),
    *("MULTICHOICE_S", "MCS", "MULTICHOICE_VS", "MCVS", "MULTICHOICE_HS", "MCHS"),
}
_ALTERNATIVE = re.compile(r"(?:\\.|[^~\\])+", re.S)
_PREFIX = re.compile(r"\s*(?P<equal>=)?\s*(?:%(?P<percent>-?\d{1,3}(?:\.\d{1,7})?)%)?")
_CUT = re.compile(r"(?<!\\)#")
_ESCAPE = re.compile(r"\\(.)", re.S)
_NUMBER = re.compile(
    r"\s*(?P<value>[-+]?\d{1,20}(?:[.,]\d{1,20})?)(?::(?P<by>\d{1,20}(?:\.\d{1,20})?))?\s*"
)


class BadGap(ValueError):
    """A gap that our questions cannot hold; the message says why."""


@dataclass(frozen=True)
class GapAnswer:
    """One answer of a gap as written, without its marks."""

    text: str
    percent: Fraction
    feedback: str


@dataclass(frozen=True)
class Gap:
    """One gap: what it asks for and its weight among the gaps."""

    kind: str
    weight: int
    answers: tuple[GapAnswer, ...]

    @property
    def is_choice(self) -> bool:
        return self.kind == "choice"


def split_gaps(text: str) -> tuple[list[str], list[Gap]]:
    """The text around the gaps, one piece more than there are gaps."""
    pieces: list[str] = []
    gaps: list[Gap] = []
    start = 0
    for found in _GAP.finditer(text):
        pieces.append(text[start : found.start()])
        start = found.end()
        gaps.append(_gap(found))
    return [*pieces, text[start:]], gaps


def accepted_texts(gap: Gap) -> tuple[AcceptedText, ...]:
    """What a gap of words or numbers accepts."""
    right = [answer for answer in gap.answers if answer.percent > 0 and answer.text != "*"]
    if not right:
        raise BadGap(N_("有一个空没有答案"))
    if gap.kind == "number":
        return tuple(AcceptedText(number_text(a.text), a.percent) for a in right)
    return tuple(AcceptedText(a.text, a.percent) for a in right)


def number_text(written: str, unit: str = "") -> str:
    """`15:0.5` as our own `15±0.5`."""
    found = _NUMBER.fullmatch(written)
    if found is None:
        raise BadGap(say(N_("“%(written)s”不是数"), written=written[:20]))
    value = found["value"].replace(",", ".").removeprefix("+")
    by = found["by"]
    tail = f" {unit}" if unit else ""
    return f"{value}±{by}{tail}" if by and Fraction(by) else f"{value}{tail}"


def written_gap(kind: str, weight: int, answers: Sequence[str]) -> str:
    """A gap in Moodle's own writing; the answers are already in the form of their kind."""
    made = "~".join("=" + re.sub(r"([\\}#~/\"=])", r"\\\1", answer) for answer in answers)
    return f"{{{weight}:{kind}:{made}}}"


def _gap(found: re.Match[str]) -> Gap:
    kind = found["kind"]
    if kind in _TEXT_KINDS:
        name = "text"
    elif kind in _NUMBER_KINDS:
        name = "number"
    elif kind in _CHOICE_KINDS:
        name = "choice"
    else:
        raise BadGap(say(N_("不支持 %(kind)s 的空"), kind=kind[:20]))
    answers = [_answer(part[0]) for part in _ALTERNATIVE.finditer(found["body"])]
    return Gap(name, int(found["weight"] or 1), tuple(answers))


def _answer(written: str) -> GapAnswer:
    prefix = _PREFIX.match(written)
    assert prefix is not None
    default = 100 if prefix["equal"] else 0
    percent = Fraction(prefix["percent"] or default)
    text, *feedback = _CUT.split(written[prefix.end() :], maxsplit=1)
    return GapAnswer(_plain(text), percent, _plain("".join(feedback)))


def _plain(text: str) -> str:
    return _ESCAPE.sub(r"\1", text).strip()
