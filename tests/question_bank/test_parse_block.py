"""Canonical and lenient forms of each type, read into drafts."""

from fractions import Fraction

import pytest

from question_bank.answers import NumberForm, TextForm
from question_bank.authoring.metadata import RULES
from question_bank.drafts import (
    AnchorReference,
    AuthorState,
    ClauseReference,
    Revision,
    Shuffle,
    content_hash,
)
from question_bank.keys import (
    BlanksKey,
    ChoiceKey,
    QuestionType,
    RuleName,
    ScoringRule,
    VerdictKey,
)
from tests.question_bank.blocks import (
    BLANKS,
    HOTSPOT,
    MATCHING,
    MULTIPLE,
    ORDERING,
    SINGLE,
    VERDICT,
    draft_of,
)


def test_a_single_choice_is_read_with_its_feedback_and_notes() -> None:
    draft = draft_of("单选", SINGLE)

    assert draft.type is QuestionType.SINGLE_CHOICE
    assert draft.stem == "夜班 22:00 签发的一级动火作业票，最晚可以用到什么时候？"
    assert [option.text for option in draft.options] == [
        "次日 2:00",
        "次日 6:00",
        "次日 10:00",
        "用完为止",
    ]
    assert draft.key == ChoiceKey((1, 2, 3, 4), frozenset({2}))
    assert draft.options[0].feedback == "这是按 4 小时算的。"
    assert draft.options[1].feedback is None
    assert (draft.points_tenths, draft.difficulty, draft.rule) == (20, 1, None)
    assert (draft.tags, draft.facts) == (("动火", "作业票"), ("f-2k9d",))
    assert draft.explanation == "22:00 加 8 小时是次日 6:00；超时要重新办票。"
    assert draft.references == (AnchorReference(None, "s-3-2", "3.2 作业票有效期", 50, 8),)
    assert (draft.state, draft.shuffle) == (AuthorState.ENABLED, Shuffle.ALL)


def test_a_multiple_choice_is_read_with_its_rule() -> None:
    draft = draft_of("多选", MULTIPLE)

    assert draft.key == ChoiceKey((1, 2, 3, 4), frozenset({1, 2, 4}))
    assert draft.rule == ScoringRule(RuleName.HALF_IF_PARTIAL)


def test_a_judgement_is_read() -> None:
    assert draft_of("判断", VERDICT).key == VerdictKey(False)


def test_blanks_are_read_with_alternatives_and_points_of_their_own() -> None:
    draft = draft_of("填空", BLANKS)

    assert isinstance(draft.key, BlanksKey)
    first, second, third = draft.key.blanks
    assert first.accepted == (NumberForm(Fraction(15), Fraction(15)), TextForm("十五"))
    assert second.accepted == (NumberForm(Fraction(5), Fraction(5)),)
    assert third.written == ("卧倒", "倒卧", "平放")
    assert [blank.points_tenths for blank in draft.key.blanks] == [10, 10, 10]
    assert draft.points_tenths == 30
    assert draft.references == (
        AnchorReference("sop-jt", "s-2-1", "厂内交通 2.1", 47, 8),
        AnchorReference("sop-qp", "s-5-3", "气瓶 5.3", 47, 33),
    )


def test_options_typed_with_letters_and_an_answer_line_are_read() -> None:
    text = (
        "监护人离开时怎么办？\n\nA. 继续\nB、停止作业\n（C）报告\nＤ．看情况\n"
        "答案：B\n解析：要停。\n出处：[3.2](#s-3-2)\n"
    )

    draft = draft_of("单选", text)

    assert [option.text for option in draft.options] == ["继续", "停止作业", "报告", "看情况"]
    assert draft.key == ChoiceKey((1, 2, 3, 4), frozenset({2}))
    assert draft.explanation == "要停。"


def test_an_answer_line_among_lettered_options_is_read() -> None:
    draft = draft_of("多选", "选哪些？\n\n- A. 甲\n- B. 乙\n答案: a、c\n- C. 丙\n", anchor="s-3-2")

    assert draft.key == ChoiceKey((1, 2, 3), frozenset({1, 3}))


def test_an_explanation_that_lists_options_makes_no_options() -> None:
    text = "问？\n\n- [x] 甲\n- [ ] 乙\n\n解析：见下。\n    A. 对\n    B. 错\n"

    draft = draft_of("单选", text, anchor="s-3-2")

    assert len(draft.options) == 2
    assert draft.explanation == "见下。\nA. 对\nB. 错"


def test_ticks_and_an_answer_that_agrees_are_accepted() -> None:
    draft = draft_of("单选", "问？\n\n- [x] 甲\n- [ ] 乙\n\n答案：A\n", anchor="s-3-2")

    assert draft.key == ChoiceKey((1, 2), frozenset({1}))


def test_the_last_ticked_list_holds_the_options() -> None:
    text = "看表：\n\n- 一\n- 二\n\n选：\n\n- [ ] 甲\n\n- [x] 乙\n  续行\n"

    draft = draft_of("单选", text, anchor="s-3-2")

    assert draft.stem == "看表：\n\n- 一\n- 二\n\n选："
    assert [option.text for option in draft.options] == ["甲", "乙\n续行"]


def test_weights_are_read_exactly() -> None:
    text = (
        "问？\n\n- [x] 甲\n    - 权重：33.3%\n- [x] 乙\n    - 权重：66.7%\n"
        "- [ ] 丙\n    - 权重：-50%\n\n> - 给分：按权重\n"
    )

    draft = draft_of("多选", text, anchor="s-3-2")

    assert isinstance(draft.key, ChoiceKey)
    assert draft.key.weights_percent == (Fraction("33.3"), Fraction("66.7"), Fraction(-50))
    assert draft.rule == ScoringRule(RuleName.WEIGHTED)


@pytest.mark.parametrize("word", [*RULES, "少选1分", "每项0.5分", "少选 50％", "错点扣0.5"])
def test_every_rule_for_part_marks_is_known(word: str) -> None:
    if word == "每空":
        draft = draft_of("填空", f"限速____。\n\n> - 答案：5\n> - 给分：{word}\n", anchor="s-3-2")
    elif word in ("按位", "相邻"):
        draft = draft_of("排序", ORDERING.replace("相邻", word))
    elif word == "每对":
        draft = draft_of("匹配", MATCHING)
    elif word in ("每处", "错点扣0.5"):
        draft = draft_of("找隐患", HOTSPOT.replace("每处", word))
    elif word == "按权重":
        return
    else:
        draft = draft_of("多选", MULTIPLE.replace("少选50%", word))

    assert draft.rule is not None


def test_rules_with_points_keep_them() -> None:
    assert draft_of("多选", MULTIPLE.replace("少选50%", "少选1.5分")).rule == ScoringRule(
        RuleName.FIXED_IF_PARTIAL, 15
    )
    assert draft_of("多选", MULTIPLE.replace("少选50%", "每项0.5分")).rule == ScoringRule(
        RuleName.POINTS_PER_OPTION, 5
    )


@pytest.mark.parametrize("word", ["对", "正确", "√", "T", "是", "ＴＲＵＥ", "对。"])
def test_verdicts_that_mean_true(word: str) -> None:
    assert draft_of("判断", VERDICT.replace("错", word)).key == VerdictKey(True)


@pytest.mark.parametrize("word", ["错", "错误", "不对", "×", "F", "否"])
def test_verdicts_that_mean_false(word: str) -> None:
    assert draft_of("判断", VERDICT.replace("错", word)).key == VerdictKey(False)


def test_bare_notes_are_read_without_a_quote() -> None:
    draft = draft_of("判断", "设备要断电。\n\n答案：对\n依据：[3.2](#s-3-2)\n难度：5\n")

    assert (draft.stem, draft.difficulty) == ("设备要断电。", 5)


def test_a_stem_may_begin_with_the_word_of_a_key() -> None:
    draft = draft_of("判断", "状态：设备运行中。\n此时可以清扫。\n\n> - 答案：错\n", anchor="s-3-2")

    assert draft.stem == "状态：设备运行中。\n此时可以清扫。"


def test_a_quote_in_the_stem_stays_in_the_stem() -> None:
    draft = draft_of("判断", "> 规程说：不得离开。\n\n对吗？\n\n> - 答案：对\n", anchor="s-3-2")

    assert draft.stem == "> 规程说：不得离开。\n\n对吗？"


def test_escaped_underscores_are_blanks_and_code_is_not() -> None:
    draft = draft_of(
        "填空",
        "填 \\_\\_\\_\\_ 和 ＿＿＿＿，不是 `____`，也不是 \\____。\n\n> - 答案1：a\n> - 答案2：b\n",
        anchor="s-3-2",
    )

    assert draft.stem == "填 ____ 和 ____，不是 `____`，也不是 \\____。"


def test_blanks_may_be_interchangeable() -> None:
    text = "先____后____再____。\n\n> - 答案1：a\n> - 答案2：b\n> - 答案3：c\n> - 顺序：1、3\n"

    draft = draft_of("填空", text, anchor="s-3-2")

    assert isinstance(draft.key, BlanksKey)
    assert [blank.group for blank in draft.key.blanks] == [0, None, 0]


def test_a_bar_inside_quotes_is_text() -> None:
    draft = draft_of("填空", '写____。\n\n> - 答案："a|b" ｜ “15”\n', anchor="s-3-2")

    assert isinstance(draft.key, BlanksKey)
    assert draft.key.blanks[0].accepted == (TextForm("a|b"), TextForm("15"))


def test_a_declared_clause_is_a_reference_in_any_numerals() -> None:
    text = VERDICT.replace("[3.2](#s-3-2)", "《安全生产法》第28条第一款、第五十八条")

    assert draft_of("判断", text).references == (
        ClauseReference(
            "中华人民共和国安全生产法", "第28条第一款", "《安全生产法》第28条第一款", 44, 8
        ),
        ClauseReference(
            "中华人民共和国安全生产法", "第五十八条", "《安全生产法》第五十八条", 44, 8
        ),
    )


def test_several_references_may_be_nested_items() -> None:
    text = VERDICT.replace("[3.2](#s-3-2)", "\n>     - [3.2](#s-3-2)\n>     - [4.5](#s-4-5)")

    assert [ref.text for ref in draft_of("判断", text).references] == ["3.2", "4.5"]


def test_the_section_above_is_the_reference_when_none_is_written() -> None:
    draft = draft_of("判断", "对吗？\n\n> - 答案：对\n", anchor="s-6-2", section_title="6.2 巡检")

    assert draft.references == (AnchorReference(None, "s-6-2", "6.2 巡检", 40, 1),)


def test_a_draft_needs_no_reference() -> None:
    draft = draft_of("判断", "对吗？\n\n> - 答案：对\n> - 状态：草稿\n")

    assert (draft.state, draft.references) == (AuthorState.DRAFT, ())


def test_the_remaining_notes_are_read() -> None:
    extra = "> - 岗位：焊工、监护人\n> - 乱序：末项固定\n> - 修订：勘误\n> - 状态：停用\n"

    draft = draft_of("单选", SINGLE + extra)

    assert draft.positions == ("焊工", "监护人")
    assert draft.shuffle is Shuffle.LAST_FIXED
    assert draft.revision is Revision.CORRECTION
    assert draft.state is AuthorState.RETIRED


def test_a_long_explanation_continues_on_indented_lines() -> None:
    text = VERDICT.rstrip() + "\n>     第二行。\n>     - 一点\n"

    assert draft_of("判断", text).explanation == "监护人离开即停止作业。\n第二行。\n- 一点"


def test_pictures_are_listed() -> None:
    text = "看图：\n\n![压力表](图片/gauge.png)\n\n指针在红区。\n\n> - 答案：对\n"

    assert draft_of("判断", text, anchor="s-3-2").images == ("图片/gauge.png",)


def test_metadata_does_not_change_the_hash() -> None:
    before = draft_of("单选", SINGLE)
    changed = SINGLE.replace("难度：易", "难度：难").replace("标签：动火、", "标签：")
    changed = changed.replace("解析：22:00", "解析：晚上十点").replace("按 4 小时", "按四小时")
    changed = changed.replace("[3.2 作业票有效期](#s-3-2)", "[4.5](#s-4-5)")

    after = draft_of("单选", changed, title="另一个标题")

    assert before != after
    assert content_hash(before) == content_hash(after)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("夜班 22:00", "夜班 21:00"),
        ("- [ ] 用完为止", "- [ ] 下班为止"),
        ("分值：2", "分值：3"),
        ("难度：易", "给分：全对"),
    ],
)
def test_a_change_of_the_scored_part_changes_the_hash(old: str, new: str) -> None:
    before, after = draft_of("单选", SINGLE), draft_of("单选", SINGLE.replace(old, new))

    assert content_hash(before) != content_hash(after)


def test_another_right_option_changes_the_hash() -> None:
    moved = SINGLE.replace("[x]", "[ ]").replace("- [ ] 用完为止", "- [x] 用完为止")

    assert content_hash(draft_of("单选", SINGLE)) != content_hash(draft_of("单选", moved))


def test_another_tolerance_changes_the_hash_and_another_way_to_write_it_does_not() -> None:
    before = content_hash(draft_of("填空", BLANKS))

    assert content_hash(draft_of("填空", BLANKS.replace("5±0", "5±1"))) != before
    assert content_hash(draft_of("填空", BLANKS.replace("5±0", "[5, 5]"))) == before


def test_another_picture_changes_the_hash() -> None:
    text = "看图：![压力表](图片/gauge.png)\n\n> - 答案：对\n"
    draft = draft_of("判断", text, anchor="s-3-2")

    before = content_hash(draft, {"图片/gauge.png": "aa"})

    assert content_hash(draft, {"图片/gauge.png": "bb"}) != before
