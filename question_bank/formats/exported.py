"""A version of a question with everything that a writer of a foreign format needs. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from core.comparable import comparable
from question_bank.answers import NumberForm
from question_bank.drafts import QuestionDraft
from question_bank.keys import BlankKey, ChoiceKey, QuestionType, RuleName, ScoringRule

TYPE_WORDS = {
    QuestionType.SINGLE_CHOICE: "单选",
    QuestionType.MULTIPLE_CHOICE: "多选",
    QuestionType.TRUE_FALSE: "判断",
    QuestionType.FILL_BLANK: "填空",
    QuestionType.ORDERING: "排序",
    QuestionType.MATCHING: "匹配",
    QuestionType.SHORT_ANSWER: "简答",
    QuestionType.CASE_ANALYSIS: "案例",
    QuestionType.HOTSPOT: "找隐患",
}
DIFFICULTY_WORDS = {1: "易", 2: "较易", 3: "中", 4: "较难", 5: "难"}
LETTERS = "ABCDEFGHIJKL"
IMAGE = re.compile(r"!\[(?P<alt>(?:\\.|[^\]\\]){0,1000})\]\( *(?P<path>[^)\s]{0,400})[^)]{0,200}\)")
BLANK_OR_CODE = re.compile(r"(?P<ticks>`+).*?(?P=ticks)|(?P<blank>(?<!\\)_{4,})", re.DOTALL)

_POINTS = r"(\d{1,3}(?:\.\d)?)"
_WITH_POINTS = {
    RuleName.FIXED_IF_PARTIAL: re.compile(rf"少选{_POINTS}分"),
    RuleName.POINTS_PER_OPTION: re.compile(rf"每项{_POINTS}分"),
    RuleName.MINUS_PER_MISS: re.compile(rf"错点扣{_POINTS}"),
}


@dataclass(frozen=True)
class ExportedQuestion:
    """What a question says now, its pictures by the paths in its texts, and where it stands.

    `citations` are its 依据 in words. The sub-questions of a case stand in `parts`, in order.
    """

    draft: QuestionDraft
    version: int = 1
    module_title: str = ""
    citations: tuple[str, ...] = ()
    images: Mapping[str, bytes] = field(default_factory=dict)
    parts: "tuple[ExportedQuestion, ...]" = ()

    @property
    def public_id(self) -> str:
        return self.draft.public_id or ""

    @property
    def type(self) -> QuestionType:
        return self.draft.type

    @property
    def texts(self) -> Iterator[str]:
        """Every Markdown text that whoever answers sees."""
        yield self.draft.stem
        for option in (*self.draft.premises, *self.draft.options):
            yield option.text

    @property
    def whole(self) -> "Iterator[ExportedQuestion]":
        """The question and its sub-questions."""
        yield self
        for part in self.parts:
            yield from part.whole


def right_places(question: ExportedQuestion) -> tuple[int, ...]:
    """The places of the right options of a choice, from 0."""
    key = question.draft.key
    assert isinstance(key, ChoiceKey)
    return tuple(place for place, i in enumerate(key.option_ids) if i in key.right)


def match_pairs(question: ExportedQuestion) -> list[tuple[int, int]]:
    """(place of the premise, place of its option), both from 0, in the author's order."""
    pairs = getattr(question.draft.key, "pairs", ())
    return [(premise - 1, option - 1) for premise, option in pairs]


def rule_words(rule: ScoringRule | None) -> str:
    """The rule as an author writes it in 给分; empty when the exam decides."""
    if rule is None:
        return ""
    points = "" if rule.tenths is None else points_text(rule.tenths)
    return {
        RuleName.ALL_OR_NOTHING: "全对",
        RuleName.HALF_IF_PARTIAL: "少选50%",
        RuleName.FIXED_IF_PARTIAL: f"少选{points}分",
        RuleName.SHARE_PER_OPTION: "每项",
        RuleName.POINTS_PER_OPTION: f"每项{points}分",
        RuleName.RIGHT_MINUS_WRONG: "对减错",
        RuleName.WEIGHTED: "按权重",
        RuleName.SHARE_PER_BLANK: "每空",
        RuleName.SHARE_PER_POSITION: "按位",
        RuleName.SHARE_PER_NEIGHBOUR: "相邻",
        RuleName.SHARE_PER_PAIR: "每对",
        RuleName.SHARE_PER_SPOT: "每处",
        RuleName.MINUS_PER_MISS: f"错点扣{points}",
    }[rule.name]


def rule_from_words(words: str) -> ScoringRule | None:
    """Read a rule back from the words of `rule_words`; None for any others."""
    for name in RuleName:
        if name not in _WITH_POINTS and rule_words(ScoringRule(name)) == words:
            return ScoringRule(name)
    for name, pattern in _WITH_POINTS.items():
        found = pattern.fullmatch(words)
        if found is not None and points_tenths(found[1]):
            return ScoringRule(name, points_tenths(found[1]))
    return None


def points_text(tenths: int) -> str:
    """Points as written: 2, 1.5."""
    return str(tenths // 10) if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"


def points_tenths(text: str) -> int | None:
    """Tenths of a point above 0 for a number as foreign formats write it, rounded half up."""
    if not re.fullmatch(r"\d{1,6}(?:\.\d{0,20})?", text.strip()):
        return None
    return int(Fraction(text.strip().rstrip(".")) * 10 + Fraction(1, 2)) or None


def written_forms(blank: BlankKey) -> tuple[str, ...]:
    """What a blank accepts as plain words: quotes that only say "as text" are taken off."""
    return tuple(
        written[1:-1]
        if len(written) > 2 and written[0] in '"“＂' and written[-1] in '"”＂'
        else written
        for written in blank.written
    )


def number_of(blank: BlankKey) -> NumberForm | None:
    """The one number or range that a blank accepts; None where it takes words or several."""
    only = blank.accepted[0] if len(blank.accepted) == 1 else None
    return only if isinstance(only, NumberForm) else None


def unit_of(blank: BlankKey) -> str:
    """The unit of the one number that a blank accepts, as its author wrote it."""
    number = number_of(blank)
    written = blank.written[0].strip() if number is not None and number.unit else ""
    for start in range(len(written)):
        if number is not None and comparable(written[start:]).replace("^", "") == number.unit:
            return written[start:].strip()
    return number.unit if number is not None else ""


def split_at_blanks(stem: str) -> list[str]:
    """The pieces of a 填空 stem around its blanks: one more than there are blanks."""
    pieces: list[str] = []
    start = 0
    for found in BLANK_OR_CODE.finditer(stem):
        if found["blank"]:
            pieces.append(stem[start : found.start()])
            start = found.end()
    return [*pieces, stem[start:]]
