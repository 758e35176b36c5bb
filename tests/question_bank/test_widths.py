"""Structure may be typed in either width, and nothing an author types crashes the reader."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.drafts import AnchorReference, ClauseReference, QuestionDraft, Reference
from tests.question_bank.blocks import (
    BLANKS,
    CASE,
    HOTSPOT,
    MATCHING,
    MULTIPLE,
    ORDERING,
    SINGLE,
    VERDICT,
    WRITTEN,
    draft_of,
    read,
)

SAMPLES = {
    "单选": SINGLE,
    "多选": MULTIPLE,
    "判断": VERDICT,
    "填空": BLANKS,
    "排序": ORDERING,
    "匹配": MATCHING,
    "简答": WRITTEN,
    "案例": CASE,
    "找隐患": HOTSPOT,
}
WEIGHTED = """
问？

- [x] 甲
    - 权重：50%
- [x] 乙
    - 权重：50%

> - 给分：按权重
> - 依据：[4.5 签发条件](#s-4-5)；《安全生产法》第二十八条
> - 岗位：焊工、监护人
> - 分值：1.5
"""
# Marks of the structure only: those inside stem, options and explanation are the author's text.
STRUCTURE = "-[]x>:#()|_+%;."
LABELS = ("依据", "分值", "难度", "考点", "给分", "答案", "岗位", "权重")


def wide(character: str) -> str:
    return "\u3000" if character == " " else chr(ord(character) + 0xFEE0)


def _mutants(text: str) -> list[str]:
    """The text with one structural character, one at a time, in its full-width form."""
    mutants = []
    start = 0
    for line in text.split("\n"):
        stripped = line.lstrip(" >")
        is_key = stripped.lstrip("- ").startswith(LABELS)
        bracket = line.find("]") if stripped.startswith(("- [x]", "- [ ]")) else -1
        colon = line.find("：")
        for index, character in enumerate(line):
            in_prefix = index < len(line) - len(stripped) or (
                stripped.startswith("- ") and index <= len(line) - len(stripped) + 1
            )
            in_value = is_key and index > colon and character in STRUCTURE + "0123456789"
            in_number = stripped[:1].isdigit() and index <= line.find(". ") + 1
            in_table = stripped.startswith("|") and character in "|-"
            # A blank inside a link's text or an accepted answer is text.
            if (
                character == "_"
                or in_value
                or (0 <= bracket >= index)
                or (in_prefix and character in "> -")
                or in_number
                or in_table
            ):
                place = start + index
                mutants.append(text[:place] + wide(character) + text[place + 1 :])
        start += len(line) + 1
    return mutants


def _without_places(draft: QuestionDraft) -> QuestionDraft:
    """Columns stay, texts of references may hold the mutated character."""
    references: list[Reference] = []
    for reference in draft.references:
        if isinstance(reference, AnchorReference):
            references.append(replace(reference, text=""))
        else:
            assert isinstance(reference, ClauseReference)
            references.append(reference)
    parts = tuple(_without_places(part) for part in draft.parts)
    return replace(draft, references=tuple(references), parts=parts)


@pytest.mark.parametrize("type_word", SAMPLES)
def test_any_structural_character_may_be_full_width(type_word: str) -> None:
    text = SAMPLES[type_word]
    expected = _without_places(draft_of(type_word, text))
    mutants = _mutants(text)

    assert len(mutants) > 20
    for mutant in mutants:
        draft = draft_of(type_word, mutant)
        assert comparable_draft(draft) == comparable_draft(expected), mutant


def test_weights_and_clauses_may_be_full_width() -> None:
    expected = _without_places(draft_of("多选", WEIGHTED))

    for mutant in _mutants(WEIGHTED):
        assert comparable_draft(draft_of("多选", mutant)) == comparable_draft(expected), mutant


def comparable_draft(draft: QuestionDraft) -> QuestionDraft:
    """Without what shows the author's own characters back to him."""
    from_key = draft.key
    if hasattr(from_key, "blanks"):
        from_key = replace(
            from_key, blanks=tuple(replace(blank, written=()) for blank in from_key.blanks)
        )
    return replace(_without_places(draft), key=from_key)


@pytest.mark.parametrize("colon", [":", "："])
def test_either_colon_will_do(colon: str) -> None:
    assert draft_of("判断", VERDICT.replace("：", colon)) == draft_of("判断", VERDICT)


@pytest.mark.parametrize("type_word", SAMPLES)
def test_line_ends_and_trailing_blanks_make_no_difference(type_word: str) -> None:
    text = SAMPLES[type_word].strip("\n")

    assert draft_of(type_word, text.replace("\n", " \n")) == draft_of(type_word, text)
    assert draft_of(type_word, text.replace("\n", "\r\n")) == draft_of(type_word, text)


@pytest.mark.parametrize("type_word", SAMPLES)
def test_a_lost_line_never_changes_type_or_key_silently(type_word: str) -> None:
    text = SAMPLES[type_word].strip("\n")
    whole = draft_of(type_word, text)
    lines = text.split("\n")

    for index in range(len(lines)):
        # An option, a step or a pair that is gone is another question, whoever reads it.
        if lines[index].startswith(("- [", "5. ", "| ", "> - 参考答案")):
            continue
        draft, problems = read(type_word, "\n".join(lines[:index] + lines[index + 1 :]))
        assert draft is None or draft.key == whole.key or "分值" in lines[index]
        assert all(40 <= problem.line <= 40 + len(lines) for problem in problems)


words = st.sampled_from([*SAMPLES, "排序", "未知"])
pieces = st.sampled_from(
    [
        *"-*+[]xX>：:#()（）|｜_＿`~\\ 　\t\n\n\n.．、；;%±0123A",
        "- [x] ",
        "- [ ] ",
        "    - 反馈：",
        "    - 权重：50%",
        "> - ",
        "答案：",
        "答案1：",
        "依据：",
        "分值：",
        "解析：",
        "给分：",
        "顺序：",
        "标签：",
        "____",
        "《安全生产法》第",
        "二十八",
        "条",
        "[3.2](#s-3-2)",
        "![图](a.png)",
        "A. ",
        "B. ",
        "```\n",
        "1. ",
        "2. ",
        "| 甲 | 乙 |\n",
        "|---|---|\n",
        "#### 【单选】",
        "圆 ",
        "矩形 ",
        "多边形 ",
        "10%,20%,5%：",
        "采分点：",
        "参考答案：",
        "    - 2分：",
        "忽略：",
        "W301（",
        "### ",
        "甲",
        "对",
    ]
)


@given(words, st.lists(pieces, max_size=60).map("".join))
def test_no_text_crashes_the_reader(type_word: str, text: str) -> None:
    draft, problems = read(type_word, text)

    assert draft is not None or problems
    last = 40 + len(text.split("\n"))
    assert all(40 <= found.line <= last and found.column >= 1 for found in problems)


@given(words, st.text())
def test_no_characters_crash_the_reader(type_word: str, text: str) -> None:
    draft, problems = read(type_word, text)

    assert draft is not None or problems


@pytest.mark.parametrize(
    "run",
    [
        *("_", "[", "![", "`", "\\_", "答案", "> - 依据：", "- [x] a\n", "A. a\n"),
        *("1. a\n", "|", "|-|\n", "- [x] 圆 1,", "> - 采分点：2分", "> - 忽略：W301（"),
    ],
)
@pytest.mark.parametrize("type_word", ["单选", "填空", "排序", "匹配", "简答", "案例", "找隐患"])
def test_long_runs_of_one_sign_are_read_in_no_time(type_word: str, run: str) -> None:
    """Without bounds in its patterns the reader would take minutes."""
    _, problems = read(type_word, run * 20_000)

    assert problems


@pytest.mark.parametrize(
    "start", ["- [x] 圆 1", "> - 采分点：（", "> - 忽略：W301（", "| a |", "1. "]
)
def test_long_runs_of_blanks_are_read_in_no_time(start: str) -> None:
    for type_word in ("排序", "匹配", "简答", "找隐患"):
        _, problems = read(type_word, f"问？\n\n{start}{' ' * 20_000}x\n{' ' * 20_000}|\n")

        assert problems
