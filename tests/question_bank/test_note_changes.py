"""One note of chosen questions is changed; the rest of the file stays as it was written."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.parsing import parse_module
from question_bank.authoring.blocks import read_alone
from question_bank.authoring.note_changes import ChangeKind, NoteChange, with_note_changed
from question_bank.authoring.writing import write_block
from question_bank.drafts import AuthorState, QuestionDraft
from tests.question_bank.draft_strategies import drafts
from tests.question_bank.test_write_block import FRONT, without_places

TAG = NoteChange(ChangeKind.ADD_TAG, tag="夜班")
RETIRE = NoteChange(ChangeKind.RETIRE)
CHANGES = [
    TAG,
    NoteChange(ChangeKind.REMOVE_TAG, tag="焊工"),
    *(NoteChange(ChangeKind.DIFFICULTY, difficulty=level) for level in (1, 3, 5)),
    RETIRE,
    NoteChange(ChangeKind.ENABLE),
]
CHOICE = "### 【单选】标题 {#q-7f3k2m}\n\n哪一个？\n\n- [x] 甲\n- [ ] 乙\n"
OTHER = "### 【判断】别的 {#q-7f3k2n}\n\n对吗？\n\n> - 答案：对\n> - 标签：旧的\n"


def draft_in(text: str, place: int = 0) -> QuestionDraft:
    module, _ = parse_module(text, "a.md")
    draft, problems, _ = read_alone(module.blocks[place], path="a.md")
    assert draft is not None, problems
    return draft


def change(text: str, made: NoteChange, *ids: str) -> str:
    found = with_note_changed(text, "a.md", ids or ("q-7f3k2m",), made)
    assert not found.refused
    return found.text


@given(drafts(), st.sampled_from(CHANGES))
def test_the_question_differs_in_that_field_alone(draft: QuestionDraft, made: NoteChange) -> None:
    draft = replace(draft, public_id="q-7f3k2m")
    text = f"{FRONT}{write_block(draft)}\n## 后面 {{#s-9}}\n\n文字。\n\n{OTHER}"

    found = with_note_changed(text, "a.md", {"q-7f3k2m"}, made)

    before, after = draft_in(text), draft_in(found.text)
    assert found.refused == ()
    assert without_places(after) == without_places(made.made_to(before))
    assert (found.text == text) is (made.made_to(before) == before)
    kept = [line for line in text.split("\n") if made.key not in line and line]
    assert [line for line in found.text.split("\n") if made.key not in line and line] == kept


@pytest.mark.parametrize(
    ("notes", "after"),
    [
        ("", "\n> - 标签：夜班\n"),
        ("\n> - 难度：易\n", "\n> - 难度：易\n> - 标签：夜班\n"),
        ("\n> - 解析：因为。\n", "\n> - 标签：夜班\n> - 解析：因为。\n"),
        ("\n> * 标签:  白班，甲\n", "\n> * 标签:  白班、甲、夜班\n"),
        (
            "\n> - 标签：白班\n>     甲\n> - 难度：易\n",
            "\n> - 标签：白班、甲、夜班\n> - 难度：易\n",
        ),
        ("\n> - **标签**：白班\n", "\n> - **标签**：白班、夜班\n"),
        ("\n> - 答案：A\n>   \n> 标签：白班\n", "\n> - 答案：A\n>   \n> 标签：白班、夜班\n"),
    ],
)
def test_the_note_is_written_as_its_neighbours_are(notes: str, after: str) -> None:
    assert change(FRONT + CHOICE + notes, TAG) == FRONT + CHOICE + after


def test_the_last_tag_goes_with_its_line() -> None:
    text = FRONT + CHOICE + "\n> - 难度：易\n> - 标签：夜班\n"

    made = change(text, NoteChange(ChangeKind.REMOVE_TAG, tag="夜班"))

    assert made == FRONT + CHOICE + "\n> - 难度：易\n"


def test_several_questions_are_changed_at_once() -> None:
    text = f"{FRONT}{CHOICE}\n{OTHER}"

    made = change(text, RETIRE, "q-7f3k2m", "q-7f3k2n")

    assert [draft_in(made, place).state for place in (0, 1)] == [AuthorState.RETIRED] * 2


CASE = """### 【案例】事故 {#q-7f3k2m}

某厂。

#### 【判断】一 {#q-7f3k2p}

对吗？

> - 答案：对
"""


def test_a_part_is_tagged_by_itself_and_retired_with_its_case() -> None:
    text = FRONT + CASE

    tagged = draft_in(change(text, TAG, "q-7f3k2p"))
    retired = draft_in(change(text, RETIRE))
    refused = with_note_changed(text, "a.md", {"q-7f3k2p"}, RETIRE)

    assert (tagged.tags, tagged.parts[0].tags) == ((), ("夜班",))
    assert (retired.state, retired.parts[0].state) == (AuthorState.RETIRED,) * 2
    assert (refused.text, refused.refused) == (text, ("q-7f3k2p",))


@pytest.mark.parametrize(
    ("text", "public_id"),
    [
        (FRONT + CHOICE + "\n> - 标签：甲 <!-- 再想 -->\n", "q-7f3k2m"),
        (FRONT + CHOICE.replace("[x]", "[ ]"), "q-7f3k2m"),
        (FRONT + CHOICE, "q-zzzzzz"),
    ],
)
def test_what_only_a_person_can_change_is_left_and_told(text: str, public_id: str) -> None:
    found = with_note_changed(text, "a.md", {public_id}, TAG)

    assert (found.text, found.changed, found.refused) == (text, (), (public_id,))
