"""What the page of an open sitting shows, as finished values for its template.

Made only from `PrintedQuestion`, which knows no key: whatever this file hands to a page can hold
nothing about right answers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from core.pages import show_points
from exams.queries.pools import RowMark
from exams.queries.sittings import SlotAnswer
from exams.responses import POINTS_MARK, Stored, Unfinished, response_from_form
from exams.versions import KnownVersion, PrintedQuestion
from question_bank.keys import QuestionType, RuleName, ScoringRule

LETTERS = "ABCDEFGHIJKL"
TYPE_NAMES = {
    QuestionType.SINGLE_CHOICE: _l("单选题"),
    QuestionType.MULTIPLE_CHOICE: _l("多选题"),
    QuestionType.TRUE_FALSE: _l("判断题"),
    QuestionType.FILL_BLANK: _l("填空题"),
    QuestionType.ORDERING: _l("排序题"),
    QuestionType.MATCHING: _l("匹配题"),
    QuestionType.SHORT_ANSWER: _l("简答题"),
    QuestionType.CASE_ANALYSIS: _l("案例题"),
    QuestionType.HOTSPOT: _l("找隐患"),
}
TICKED = {
    QuestionType.SINGLE_CHOICE,
    QuestionType.MULTIPLE_CHOICE,
    QuestionType.TRUE_FALSE,
    QuestionType.HOTSPOT,
}
# Any width will do: the page scales it, and keeps the room before the picture is there.
PICTURE_WIDTH = 1000
# What part of an answer earns; the first line of each type is that of 全对.
_OWN_HINTS: dict[QuestionType, dict[RuleName, Any]] = {
    QuestionType.ORDERING: {
        RuleName.ALL_OR_NOTHING: _l("全部排对才得分。"),
        RuleName.SHARE_PER_POSITION: _l("每步排在对的位置上，得一份分。"),
        RuleName.SHARE_PER_NEIGHBOUR: _l("前后相接的两步排对，得一份分。"),
    },
    QuestionType.MATCHING: {
        RuleName.ALL_OR_NOTHING: _l("全部配对才得分。右边的可以不用，也可以用几次。"),
        RuleName.SHARE_PER_PAIR: _l("配对一行得一份分。右边的可以不用，也可以用几次。"),
    },
    QuestionType.HOTSPOT: {
        RuleName.ALL_OR_NOTHING: _l("全部找对才得分。"),
        RuleName.SHARE_PER_SPOT: _l("找对一处得一份分。"),
        RuleName.MINUS_PER_MISS: _l("找对一处得一份分，错一处扣 {n} 分，最低 0 分。"),
    },
    QuestionType.SHORT_ANSWER: {RuleName.ALL_OR_NOTHING: _l("人工阅卷，按要点给分。")},
}
_CHOICE_HINTS: dict[RuleName, Any] = {
    RuleName.ALL_OR_NOTHING: _l("可选多项。全部选对才得分。"),
    RuleName.HALF_IF_PARTIAL: _l("可选多项。少选得一半分，选错不得分。"),
    RuleName.FIXED_IF_PARTIAL: _l("可选多项。少选得 %(n)s 分，选错不得分。"),
    RuleName.SHARE_PER_OPTION: _l("可选多项。少选按选对的项数给分，选错不得分。"),
    RuleName.POINTS_PER_OPTION: _l("可选多项。少选每项得 %(n)s 分，选错不得分。"),
    RuleName.RIGHT_MINUS_WRONG: _l("可选多项。选对加分，选错扣分，最低 0 分。"),
    RuleName.WEIGHTED: _l("可选多项。按选项的权重给分，选错会扣分，最低 0 分。"),
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
class ShownStep:
    """An item to be put in order; `place` from 1 once the question is answered."""

    id: int
    html: Markup
    text: str
    place: int | None


@dataclass(frozen=True)
class ShownPremise:
    """One of the left column, with its counterparts to choose from; `value` is what is sent."""

    id: int
    html: Markup
    options: tuple[ShownOption, ...]


@dataclass(frozen=True)
class ShownSpot:
    """A point that was set in the picture, in percent of it, counted from 1."""

    number: int
    x: str
    y: str


@dataclass(frozen=True)
class ShownPicture:
    """The picture in which hazards are looked for; `sent` is the points in the form's own way."""

    url: str
    alt: str
    width: int
    height: int
    spot_count: int
    spots: tuple[ShownSpot, ...]
    sent: str


@dataclass(frozen=True)
class ShownStory:
    """The story of a case above one of its parts."""

    html: Markup
    part: int
    part_count: int


@dataclass(frozen=True)
class ShownQuestion:
    """One question as the candidate sees it; what its type does not have is empty."""

    number: int
    kind: QuestionType
    kind_name: str
    # The heading under which the answer card has it: a part of a case stands under 案例题.
    group_name: str
    points: str
    stem: Markup
    is_one_line: bool
    hint: str
    options: tuple[ShownOption, ...]
    blanks: tuple[ShownBlank, ...]
    is_answered: bool
    story: ShownStory | None = None
    # The heading of the section that begins here.
    section: str = ""
    # A wrong answer fails the whole paper.
    is_must_pass: bool = False
    steps: tuple[ShownStep, ...] = ()
    premises: tuple[ShownPremise, ...] = ()
    # Whether the counterparts need a list of their own, because a select shows text alone.
    has_pictures: bool = False
    picture: ShownPicture | None = None
    text: str = ""


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
    marks: Mapping[int, RowMark],
) -> list[ShownQuestion]:
    """The questions of a paper by slot, with what has been answered so far.

    `rules` gives for each slot the scoring rule that is printed under the stem, `marks` what the
    rows of the blueprint say of their questions.
    """
    rows = list(paper)
    stories = _stories(rows, versions)
    headings = _headings(rows, marks)
    # In the person's language, looked up once for the whole paper.
    names = {kind: str(name) for kind, name in TYPE_NAMES.items()}
    return [
        replace(
            _shown(
                row,
                versions[row.question_version_id].printed,
                answers[row.slot].response if row.slot in answers else None,
                rules[row.slot],
                stories.get(row.slot),
                names,
            ),
            section=headings.get(row.slot, ""),
            is_must_pass=row.blueprint_row_id in marks and marks[row.blueprint_row_id].is_must_pass,
        )
        for row in rows
    ]


def _headings(rows: list[Any], marks: Mapping[int, RowMark]) -> dict[int, str]:
    """The heading of each section, by the slot of its first question."""
    found: dict[int, str] = {}
    before: int | None = None
    for row in rows:
        mark = marks.get(row.blueprint_row_id)
        if mark is not None and mark.section != before:
            found[row.slot] = mark.section_title
        before = mark.section if mark is not None else before
    return found


def card_of(questions: Iterable[ShownQuestion]) -> list[CardGroup]:
    """The answer card: the questions by type, in the order of the paper."""
    return [
        CardGroup(name, tuple(group)) for name, group in groupby(questions, lambda q: q.group_name)
    ]


def version_ids(paper: Iterable[Any]) -> list[int]:
    """All versions that a paper shows: its questions, and the cases above them."""
    shown = [(row.question_version_id, row.case_version_id) for row in paper]
    return [version_id for pair in shown for version_id in pair if version_id is not None]


def _stories(rows: list[Any], versions: Mapping[int, KnownVersion]) -> dict[int, ShownStory]:
    """The story above each part of a case, by slot."""
    found: dict[int, ShownStory] = {}
    for case_id, group in groupby(rows, lambda row: row.case_version_id):
        parts = list(group)
        for place, row in enumerate(parts if case_id is not None else [], start=1):
            html = Markup(versions[case_id].printed.stem_parts[-1])
            found[row.slot] = ShownStory(html, place, len(parts))
    return found


def _shown(
    row: Any,
    printed: PrintedQuestion,
    response: Any,
    rule: ScoringRule,
    story: ShownStory | None,
    names: Mapping[QuestionType, str],
) -> ShownQuestion:
    kind = printed.type
    order: list[int] = row.option_order
    return ShownQuestion(
        number=row.slot,
        kind=kind,
        kind_name=names[kind],
        group_name=names[QuestionType.CASE_ANALYSIS if story else kind],
        points=show_points(row.points_tenths),
        stem=Markup(printed.stem_parts[-1]),
        is_one_line=printed.is_one_line,
        hint=rule_hint(kind, rule),
        options=_options(order, printed, response) if kind in TICKED else (),
        blanks=_blanks(printed, response) if kind is QuestionType.FILL_BLANK else (),
        is_answered=response is not None,
        story=story,
        steps=_steps(order, printed, response) if kind is QuestionType.ORDERING else (),
        premises=_premises(order, printed, response),
        has_pictures=any("<img" in html for html in printed.option_html.values()),
        picture=_picture(printed, response),
        text=response or "" if kind is QuestionType.SHORT_ANSWER else "",
    )


def _steps(order: list[int], printed: PrintedQuestion, response: Any) -> tuple[ShownStep, ...]:
    """The items as chosen; before an answer in their drawn order, which is none."""
    return tuple(
        ShownStep(
            item,
            Markup(printed.option_html[item]),
            Markup(printed.option_html[item]).striptags(),
            place if response else None,
        )
        for place, item in enumerate(response or order, start=1)
    )


def _premises(
    order: list[int], printed: PrintedQuestion, response: Any
) -> tuple[ShownPremise, ...]:
    chosen = {(left, right) for left, right in response or ()} if printed.premise_html else set()
    return tuple(
        ShownPremise(
            left,
            Markup(html),
            tuple(
                ShownOption(
                    letter,
                    f"{left}:{option}",
                    Markup(printed.option_html[option]),
                    (left, option) in chosen,
                )
                for letter, option in zip(LETTERS, order, strict=False)
            ),
        )
        for left, html in printed.premise_html.items()
    )


def _picture(printed: PrintedQuestion, response: Any) -> ShownPicture | None:
    picture = printed.picture
    if picture is None:
        return None
    points = (response or {}).get("points", [])
    spots = [ShownSpot(n, f"{x:g}", f"{y:g}") for n, (x, y) in enumerate(points, start=1)]
    return ShownPicture(
        url=picture.url,
        alt=picture.alt,
        width=PICTURE_WIDTH,
        height=round(PICTURE_WIDTH * picture.ratio),
        spot_count=picture.spot_count,
        spots=tuple(spots),
        sent=POINTS_MARK + ";".join(f"{spot.x},{spot.y}" for spot in spots) if spots else "",
    )


def _options(order: list[int], printed: PrintedQuestion, response: Any) -> tuple[ShownOption, ...]:
    if printed.type is QuestionType.TRUE_FALSE:
        return (
            ShownOption("A", "true", Markup.escape(_("对")), response is True),
            ShownOption("B", "false", Markup.escape(_("错")), response is False),
        )
    chosen = response or []
    if printed.type is QuestionType.HOTSPOT:
        chosen = (response or {}).get("options", [])
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
    points = show_points(rule.tenths or 0)
    if kind in _OWN_HINTS:
        hints = _OWN_HINTS[kind]
        return str(hints.get(rule.name, hints[RuleName.ALL_OR_NOTHING])).format(n=points)
    if kind is not QuestionType.MULTIPLE_CHOICE:
        return ""
    return str(_CHOICE_HINTS[rule.name]) % {"n": points}


def responses_in_form(
    paper: Iterable[Any], versions: Mapping[int, KnownVersion]
) -> tuple[dict[int, Stored], dict[int, str]]:
    """The replies of a form by slot, and of those that cannot be read yet, why not."""
    responses: dict[int, Stored] = {}
    unfinished: dict[int, str] = {}
    for row in paper:
        values = request.form.getlist(f"q{row.slot}")
        try:
            printed = versions[row.question_version_id].printed
            responses[row.slot] = response_from_form(printed, values)
        except Unfinished as why:
            unfinished[row.slot] = str(why)
    return responses, unfinished
