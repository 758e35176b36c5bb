"""A message with one remedy carries the change that applies it."""

import re

import pytest

from core.mends import Mend, mended, usable
from editor.preview import Neighbourhood, Preview, preview_of
from learning.images import ImageStore
from question_bank.rewriting import with_mends
from tests.conftest import MONDAY
from tests.editor.making import new_text, question_text

NOTHING = Neighbourhood({}, {})
SINGLE = question_text("单选")


def shown(text: str) -> Preview:
    return preview_of(text, "procedures/x.md", NOTHING, images=ImageStore(None), now=MONDAY)


def codes(text: str) -> list[str]:
    return [problem.code for problem in shown(text).problems]


def mend_of(text: str, code: str) -> Mend:
    return next(p.mend for p in shown(text).problems if p.code == code and p.mend)


FRONT_AND_PROSE = [
    ("E102", "标题: ", "标题：", "标题: "),
    ("E105", "负责人:", "负责任:", "负责人:"),
    ("E103", "\n---\n\n", "\n\n", "\n---\n"),
    ("E112", "{#s-1}", "{#S_1}", "{#s-1}"),
    ("E113", "{#s-2}", "{#s-1}", "{#s-1-2}"),
]


@pytest.mark.parametrize(("code", "good", "bad", "mended_to"), FRONT_AND_PROSE)
def test_front_matter_and_headings_are_mended(
    code: str, good: str, bad: str, mended_to: str
) -> None:
    text = new_text()
    assert text.count(good)
    broken = text.replace(good, bad, 1)

    made = mended(broken, [mend_of(broken, code)])

    assert code in codes(broken)
    assert code not in codes(made)
    assert mended_to in made


QUESTIONS = [
    ("E104", "【单选】", "【单选提】"),
    ("E105", "> - 依据：", "> - 依剧："),
    ("E107", "> - 依据", "#### 小标题\n\n> - 依据"),
    ("E108", "> - 依据", "> - 难度：易\n\n后面的话。\n\n> - 依据"),
    ("E106", "> - 依据", "> - 分值：2\n> - 分值：2\n> - 依据"),
    ("E201", "- [ ] ", "- "),
    ("E204", "\n\n> - 依据", "\n- [ ] 同一句\n- [ ] 同一句\n\n> - 依据"),
    ("E222", "> - 依据", "> - 乱序：否\n> - 依据"),
    ("E302", "(#s-1)", "(#s-l)"),
]


@pytest.mark.parametrize(("code", "good", "bad"), QUESTIONS)
def test_questions_are_mended(code: str, good: str, bad: str) -> None:
    block = question_text("排序") if code == "E222" else SINGLE
    assert good in block
    broken = new_text() + block.replace(good, bad, 1)

    made = mended(broken, [mend_of(broken, code)])

    assert code in codes(broken)
    assert code not in codes(made)


def test_a_link_to_a_clause_without_anchor_writes_the_anchor_behind_its_heading() -> None:
    text = new_text().replace(" {#s-1}", "", 1) + "\n见[第 1 节](#s-1)。\n"

    made = mended(text, [mend_of(text, "E302")])

    assert made.count("{#s-1}") == 1
    assert "E302" not in codes(made)


def test_the_only_clause_is_cited_where_none_is() -> None:
    head = re.sub(r"(?s)(^---\n.*?\n---\n).*", r"\1", new_text())
    sources = re.sub(r"(?s)来源:.*?(?=\n\S)", "来源:\n  - 名称: 本厂规程", head)
    block = re.sub(r"> - 依据：.*", "> - 难度：易", SINGLE)
    text = f"{sources}\n{block}\n## 1 范围 {{#s-1}}\n\n正文。\n"

    made = mended(text, [mend_of(text, "E301")])

    assert "> - 依据：[s-1](#s-1)" in made
    assert "E301" not in codes(made)


@pytest.mark.parametrize(
    ("code", "block", "begun"),
    [
        ("E207", question_text("判断").replace("> - 答案：错\n", ""), "> - 答案："),
        ("E217", "![](图片/a.png)\n", "!["),
        ("E109", "", "版本: "),
    ],
)
def test_what_only_a_person_can_write_is_begun(code: str, block: str, begun: str) -> None:
    text = new_text().replace('版本: "1.0"\n', "" if code == "E109" else '版本: "1.0"\n') + block
    mend = mend_of(text, code)

    assert not mend.is_whole
    assert mended(text, [mend]) == text
    line = text.split("\n")[mend.line - 1][: mend.column - 1] + mend.put[: mend.caret]
    assert line == begun


@pytest.mark.parametrize("code", ["E202", "E203"])
def test_where_two_remedies_are_possible_none_is_offered(code: str) -> None:
    block = SINGLE.replace("[x]", "[ ]") if code == "E202" else SINGLE.replace("[ ]", "[x]", 1)

    (problem,) = [p for p in shown(new_text() + block).problems if p.code == code]

    assert problem.mend is None


def test_a_line_with_a_comment_is_left_to_its_author() -> None:
    text = new_text() + SINGLE.replace("> - 依据", "> - <!-- 问过 -->依剧")

    assert all(problem.mend is None for problem in shown(text).problems)
    assert usable(Mend(1, 1, 1, 2, "乙"), "甲\n<!-- 注 -->") is not None


def test_mending_and_formatting_share_one_way() -> None:
    broken = new_text().replace("标题: ", "标题：", 1) + SINGLE.replace("依据", "依剧")

    made, settled = with_mends(broken, "procedures/x.md")

    assert made == new_text() + SINGLE
    assert sorted(problem.code for problem in settled) == ["E102", "E105"]


def test_of_two_mends_that_touch_the_first_is_applied() -> None:
    first, second = Mend(1, 1, 1, 3, "甲"), Mend(1, 2, 1, 4, "乙")

    assert mended("abcd\n", [second, first]) == "甲cd\n"
    assert mended("abcd", [Mend(9, 1, 9, 1, "乙\n")]) == "abcd\n乙\n"
