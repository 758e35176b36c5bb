"""A draft written out and read again is the same draft, whatever its words look like."""

import html
import os
import re
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings

from learning.headings import bracketed_heading
from learning.parsing import parse_module
from question_bank.authoring.blocks import parse_block
from question_bank.authoring.writing import write_block
from question_bank.drafts import QuestionDraft
from tests.question_bank.blocks import ANCHORS, LAW, VERDICT, draft_of
from tests.question_bank.draft_strategies import drafts
from tests.question_bank.test_widths import SAMPLES

CASES = 2000 if os.environ.get("SOAK") == "1" else 150
FRONT = "---\n标识: sop-dh\n标题: 动火\n类别: 事故案例\n版本: 1\n生效日期: 2026-01-01\n---\n\n"


def read_back(block: str) -> QuestionDraft:
    """The one question of a module file that holds this block and prose behind it."""
    module, problems = parse_module(f"{FRONT}{block}\n## 后面的一节\n\n文字。\n", "sop-dh.md")
    assert not [problem for problem in problems if problem.code != "E217"]
    assert len(module.blocks) == 1, block
    assert module.prose_markdown == "## 后面的一节\n\n文字。\n", block
    draft, found = parse_block(
        module.blocks[0],
        path="sop-dh.md",
        module_key="sop-dh",
        anchors=ANCHORS,
        sources=(LAW,),
    )
    assert draft is not None, block + "\n".join(map(str, found))
    return draft


def without_places(value: Any) -> Any:
    """Everything but the lines, the columns and what follows from the words."""
    if is_dataclass(value) and not isinstance(value, type):
        kept = {
            field.name: without_places(getattr(value, field.name))
            for field in fields(value)
            if field.name not in ("line", "column", "images", "ratio")
        }
        return type(value).__name__, kept
    if isinstance(value, tuple):
        return tuple(without_places(item) for item in value)
    return value


def words_alone(value: Any) -> Any:
    """The same without the escapes that keep words from being structure, and without gaps."""
    if isinstance(value, str):
        text = re.sub(r"\\([^\w\s])", r"\1", html.unescape(html.unescape(value)))
        return re.sub(r"[\s\u200b\x00-\x1f\\`~]", "", text)
    if isinstance(value, tuple):
        return tuple(words_alone(item) for item in value)
    if isinstance(value, dict):
        return {name: words_alone(item) for name, item in value.items()}
    return value


@pytest.mark.parametrize("type_word", SAMPLES)
def test_a_block_in_canonical_form_is_written_as_it_was(type_word: str) -> None:
    text = write_block(draft_of(type_word, SAMPLES[type_word]))

    assert text.split("\n\n", 1)[0] == f"### 【{type_word}】标题 {{#q-7f3k2m}}"
    expected = [line for line in SAMPLES[type_word].splitlines() if line]
    assert sorted(line for line in text.splitlines()[1:] if line) == sorted(expected)
    assert without_places(read_back(text)) == without_places(
        draft_of(type_word, SAMPLES[type_word])
    )


def test_paragraphs_of_an_explanation_stay_apart() -> None:
    draft = replace(draft_of("判断", VERDICT), explanation="第一段。\n续行。\n\n- 第二段")

    assert read_back(write_block(draft)).explanation == draft.explanation


def test_a_question_without_an_id_gets_none() -> None:
    draft = replace(draft_of("判断", VERDICT), public_id=None)
    heading = bracketed_heading(write_block(draft, level=2).split("\n", 1)[0])

    assert heading is not None
    assert (heading.level, heading.public_id, heading.title) == (2, None, "标题")


@settings(max_examples=CASES, deadline=None)
@given(drafts())
def test_a_draft_is_read_back_as_it_was_written(draft: QuestionDraft) -> None:
    once = read_back(write_block(draft))
    twice = read_back(write_block(once))

    assert words_alone(without_places(once)) == words_alone(without_places(draft))
    assert without_places(twice) == without_places(once)
    assert write_block(twice) == write_block(once)
