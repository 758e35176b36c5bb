"""What the page of an open sitting shows, as finished values for its template.

Made only from `PrintedQuestion`, which knows no key: whatever this file hands to a page can hold
nothing about right answers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from core.pages import show_points
from exams.queries.sittings import SlotAnswer
from exams.versions import KnownVersion, PrintedQuestion
from question_bank.keys import QuestionType, RuleName, ScoringRule

LETTERS = "ABCDEFGHIJKL"
TYPE_NAMES = {
    QuestionType.SINGLE_CHOICE: _l("单选题"),
    QuestionType.MULTIPLE_CHOICE: _l("多选题"),
    QuestionType.TRUE_FALSE: _l("判断题"),
    QuestionType.FILL_BLANK: _l("填空题"),
}


@dataclass(frozen=True)
class ShownOption:
    """One option under its letter, or one half of a question to judge."""

    letter: str
    value: str
    html: Markup
    is_chosen: bool


@dataclass(frozen=True)
class ShownBlank:
    """The text before a blank and what has been typed into it."""

    number: int
    before: Markup
    text: str
    asks_number: bool


@dataclass(frozen=True)
class ShownQuestion:
    """One question as the candidate sees it."""

    number: int
    kind: QuestionType
    kind_name: str
    points: str
    stem: Markup
    is_one_line: bool
    hint: str
    options: tuple[ShownOption, ...]
    blanks: tuple[ShownBlank, ...]
    is_answered: bool


@dataclass(frozen=True)
class CardGroup:
    """The questions of one type on the answer card."""

    name: str
    questions: tuple[ShownQuestion, ...]


def shown_paper(
    paper: Iterable[Any],
    versions: Mapping[int, KnownVersion],
    answers: Mapping[int, SlotAnswer],
    rules: Mapping[int, ScoringRule],
) -> list[ShownQuestion]:
    """The questions of a paper by slot, with what has been answered so far.

    `rules` gives for each slot the scoring rule that is printed under the stem.
    """
    return [
        _shown(
            row,
            versions[row.question_version_id].printed,
            answers[row.slot].response if row.slot in answers else None,
            rules[row.slot],
        )
        for row in paper
    ]


def card_of(questions: Iterable[ShownQuestion]) -> list[CardGroup]:
    """The answer card: the questions by type, in the order of the paper."""
    return [
        CardGroup(name, tuple(group)) for name, group in groupby(questions, lambda q: q.kind_name)
    ]


def _shown(row: Any, printed: PrintedQuestion, response: Any, rule: ScoringRule) -> ShownQuestion:
    is_blank = printed.type is QuestionType.FILL_BLANK
    last_part = Markup(printed.stem_parts[-1])
    return ShownQuestion(
        number=row.slot,
        kind=printed.type,
        kind_name=str(TYPE_NAMES[printed.type]),
        points=show_points(row.points_tenths),
        stem=last_part,
        is_one_line=printed.is_one_line,
        hint=rule_hint(printed.type, rule),
        options=_options(row.option_order, printed, response),
        blanks=_blanks(printed, response) if is_blank else (),
        is_answered=response is not None,
    )


def _options(order: list[int], printed: PrintedQuestion, response: Any) -> tuple[ShownOption, ...]:
    if printed.type is QuestionType.TRUE_FALSE:
        return (
            ShownOption("A", "true", Markup.escape(_("对")), response is True),
            ShownOption("B", "false", Markup.escape(_("错")), response is False),
        )
    chosen = response or []
    return tuple(
        ShownOption(letter, str(option), Markup(printed.option_html[option]), option in chosen)
        for letter, option in zip(LETTERS, order, strict=False)
    )


def _blanks(printed: PrintedQuestion, response: Any) -> tuple[ShownBlank, ...]:
    texts = response or [""] * len(printed.asks_number)
    return tuple(
        ShownBlank(number, Markup(before), text, asks_number)
        for number, (before, text, asks_number) in enumerate(
            zip(printed.stem_parts[:-1], texts, printed.asks_number, strict=True), start=1
        )
    )


def rule_hint(kind: QuestionType, rule: ScoringRule) -> str:
    """The scoring rule in words, under the stem of questions where part marks are possible."""
    if kind is QuestionType.FILL_BLANK:
        if rule.name is RuleName.ALL_OR_NOTHING:
            return str(_("全部填对才得分。"))
        return str(_("每空分别给分。"))
    if kind is not QuestionType.MULTIPLE_CHOICE:
        return ""
    points = show_points(rule.tenths or 0)
    hints = {
        RuleName.ALL_OR_NOTHING: _("可选多项。全部选对才得分。"),
        RuleName.HALF_IF_PARTIAL: _("可选多项。少选得一半分，选错不得分。"),
        RuleName.FIXED_IF_PARTIAL: _("可选多项。少选得 %(n)s 分，选错不得分。", n=points),
        RuleName.SHARE_PER_OPTION: _("可选多项。少选按选对的项数给分，选错不得分。"),
        RuleName.POINTS_PER_OPTION: _("可选多项。少选每项得 %(n)s 分，选错不得分。", n=points),
        RuleName.RIGHT_MINUS_WRONG: _("可选多项。选对加分，选错扣分，最低 0 分。"),
        RuleName.WEIGHTED: _("可选多项。按选项的权重给分，选错会扣分，最低 0 分。"),
    }
    return str(hints[rule.name])
