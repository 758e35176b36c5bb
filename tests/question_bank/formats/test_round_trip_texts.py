"""Texts full of the marks of every format come back showing the same."""

import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from core.comparable import comparable
from core.markup import plain_text, render
from question_bank.answers import BadForm, accepted_form
from question_bank.formats.exported import ExportedQuestion
from question_bank.formats.html.markdown import escaped, to_markdown
from question_bank.formats.items import ForeignItem
from question_bank.keys import QuestionType, RubricKey, ScoringPoint
from tests.question_bank.exported import (
    ESSAY,
    MATCHING,
    MULTIPLE_MINUS,
    ORDERING,
    SINGLE,
    VERDICT,
    blank,
    blanks,
    option,
)
from tests.question_bank.formats.round_trip import said_by_item
from tests.question_bank.formats.test_round_trips import items_of

EXAMPLES = 600 if os.environ.get("SOAK") == "1" else 25
MARKS = "ab甲乙 12.:：;；,，、。()（）[]{}<>~=#%&*_`^|\\/\"'+-!?$@｛｝＝～＃->"
FORMATS = ("json", "markdown", "moodle-xml", "gift", "qti-2.1", "qti-2.2", "qti-3.0")
SETTINGS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@st.composite
def words(draw: st.DrawFn) -> str:
    """A line that shows exactly the characters drawn."""
    text = " ".join(draw(st.text(MARKS, min_size=1, max_size=16)).split())
    assume(comparable(text) and any(c.isalnum() for c in text))
    return escaped(text, has_blanks=True)


def different(*texts: str) -> bool:
    return len({comparable(plain_text(text)) for text in texts}) == len(texts)


def shown(text: str) -> str:
    return render(text, image_url=lambda path: f"/i/{path}")


def only(format_: str, question: ExportedQuestion) -> ForeignItem:
    (item,) = items_of(format_, question)
    return item


@pytest.mark.parametrize("format_", FORMATS)
@SETTINGS
@given(stem=words(), first=words(), second=words(), third=words(), told=words())
def test_choices(format_: str, stem: str, first: str, second: str, third: str, told: str) -> None:
    assume(different(first, second, third))
    texts = (first, second, third)
    options = tuple(option(text, n in (0, 2)) for n, text in enumerate(texts))
    question = replace(
        MULTIPLE_MINUS,
        draft=replace(MULTIPLE_MINUS.draft, stem=stem, options=options, explanation=told),
    )

    said = said_by_item(only(format_, question))

    assert said["answer"] == (0, 2)
    assert [shown(text) for text in said["options"]] == [shown(text) for text in texts]
    assert shown(said["stem"]) == shown(stem)
    assert shown(said["explanation"]) == shown(told)
    assert said["rule"] == MULTIPLE_MINUS.draft.rule


@pytest.mark.parametrize("format_", FORMATS)
@SETTINGS
@given(stem=words(), title=words(), feedback=words())
def test_titles_and_feedback(format_: str, stem: str, title: str, feedback: str) -> None:
    plain = " ".join(plain_text(title).split())
    assume(format_ != "markdown" or "{" not in plain)
    first = replace(SINGLE.draft.options[0], feedback=feedback)
    options = (first, *SINGLE.draft.options[1:])
    draft = replace(SINGLE.draft, stem=f"{stem}\n\n下一段。", title=plain, options=options)

    said = said_by_item(only(format_, replace(SINGLE, draft=draft)))

    assert shown(said["feedback"][0]) == shown(feedback)
    assert shown(said["stem"]) == shown(draft.stem)
    assert said["title"] in (plain, "")
    assert said["answer"] == (1,)


@pytest.mark.parametrize("format_", FORMATS)
@SETTINGS
@given(before=words(), after=words(), form=st.text(MARKS, min_size=1, max_size=10))
def test_blanks(format_: str, before: str, after: str, form: str) -> None:
    form = " ".join(form.split())
    # A stroke parts alternatives in our own syntax; GIFT leaves out -> and *, which mean more.
    assume(comparable(form) and not any(sign in form for sign in ("|", "->", "*", '"')))
    try:
        accepted_form(form)
    except BadForm:
        assume(False)
    key = blank(form)
    assume(hasattr(key.accepted[0], "text"))
    question = blanks(f"{before} ____ {after}。", key, public_id="q-m4e8va")

    said = said_by_item(only(format_, question))

    assert said["answer"] == [frozenset(key.accepted)]
    assert shown(said["stem"]) == shown(question.draft.stem)


@pytest.mark.parametrize("format_", [each for each in FORMATS if each != "gift"])
@SETTINGS
@given(first=words(), second=words(), third=words(), told=words())
def test_orders_and_rubrics(format_: str, first: str, second: str, third: str, told: str) -> None:
    assume(different(first, second, third))
    items = tuple(option(text, True) for text in (first, second, third))
    order = replace(ORDERING, draft=replace(ORDERING.draft, options=items))
    order = replace(order, draft=replace(order.draft, key=type(order.draft.key)((1, 2, 3))))  # type: ignore[call-arg]
    key = RubricKey((ScoringPoint(plain_text(told) or "点", 35),), told)
    essay = replace(ESSAY, draft=replace(ESSAY.draft, key=key, explanation=None))

    ordered = said_by_item(only(format_, order))["answer"]
    _points, answer = said_by_item(only(format_, essay))["rubric"]

    assert [shown(text) for text in ordered] == [shown(text.text) for text in items]
    assert shown(answer) == shown(told)


@SETTINGS
@given(stem=words())
def test_verdicts_in_every_format(stem: str) -> None:
    question = replace(VERDICT, draft=replace(VERDICT.draft, stem=stem))

    for format_ in FORMATS:
        said = said_by_item(only(format_, question))
        assert said["type"] is QuestionType.TRUE_FALSE
        assert said["answer"] is False
        assert shown(said["stem"]) == shown(stem), format_


@SETTINGS
@given(left=words(), right=words())
def test_pairs(left: str, right: str) -> None:
    assume(different(left, right, "黄", "红白", "警告", "广告"))
    premises = (option(left, True), *MATCHING.draft.premises[1:])
    options = (option(right, True), *MATCHING.draft.options[1:])
    draft = replace(MATCHING.draft, premises=premises, options=options)

    for format_ in ("json", "markdown", "qti-2.1", "qti-3.0"):
        pairs = said_by_item(only(format_, replace(MATCHING, draft=draft)))["answer"]
        assert [shown(text) for text in pairs[0]] == [shown(left), shown(right)], format_


@SETTINGS
@given(text=st.text(MARKS, min_size=1, max_size=30))
def test_escaped_text_shows_itself(text: str) -> None:
    line = " ".join(text.split())
    assume(line)
    assert plain_text(escaped(line)) == line


@SETTINGS
@given(text=st.text(MARKS + "<>/pbi=\"'&;", max_size=60))
def test_any_html_becomes_markdown_that_stays_the_same(text: str) -> None:
    markdown = to_markdown(text, image=lambda _source: None)

    again = to_markdown(shown(markdown), image=lambda _source: None)

    assert shown(again) == shown(markdown)
