"""排序, 匹配, 简答, 案例 and 找隐患: what their blocks say, and each mistake with its place."""

from fractions import Fraction

import pytest

from question_bank.drafts import AuthorState
from question_bank.keys import (
    CaseKey,
    HotspotKey,
    MatchKey,
    OrderKey,
    QuestionType,
    Region,
    RubricKey,
    RuleName,
    ScoringPoint,
    ScoringRule,
    Shape,
)
from tests.question_bank.blocks import (
    CASE,
    HOTSPOT,
    MATCHING,
    ORDERING,
    SINGLE,
    VERDICT,
    WRITTEN,
    draft_of,
    read,
    told,
)

REF = "\n> - 依据：[3.2](#s-3-2)\n"


def test_an_ordering_question_is_written_in_the_right_order() -> None:
    draft = draft_of("排序", ORDERING)

    assert draft.type is QuestionType.ORDERING
    assert draft.stem == "把停机检修的步骤排成正确的顺序。"
    assert [option.text for option in draft.options][::4] == ["通知受影响人员", "验证零能量状态"]
    assert draft.key == OrderKey((1, 2, 3, 4, 5))
    assert draft.rule == ScoringRule(RuleName.SHARE_PER_NEIGHBOUR)


def test_a_matching_question_has_a_distractor_where_the_left_cell_is_empty() -> None:
    draft = draft_of("匹配", MATCHING)

    assert draft.columns == ("底色", "含义")
    assert [premise.text for premise in draft.premises] == ["红", "黄", "蓝"]
    assert [option.text for option in draft.options] == ["禁止", "警告", "指令", "广告"]
    assert [option.is_right for option in draft.options] == [True, True, True, False]
    assert draft.key == MatchKey(((1, 1), (2, 2), (3, 3)))


def test_equal_right_cells_are_one_option() -> None:
    draft = draft_of("匹配", MATCHING.replace("| 警告 |", "| 禁 止 |"))

    assert [option.text for option in draft.options] == ["禁止", "指令", "广告"]
    assert draft.key == MatchKey(((1, 1), (2, 1), (3, 2)))


def test_a_bar_behind_a_backslash_stands_in_the_cell() -> None:
    draft = draft_of("匹配", MATCHING.replace("| 红 |", "| 红\\|橙 |"))

    assert draft.premises[0].text == "红|橙"


def test_a_written_answer_has_its_rubric() -> None:
    draft = draft_of("简答", WRITTEN)

    assert isinstance(draft.key, RubricKey)
    assert draft.key.points[0] == ScoringPoint("立即报告并划定警戒区", 20)
    assert draft.key.model_answer == ("报告、警戒、断火源、上风向撤离无关人员、穿戴防护后关阀。")
    assert draft.points_tenths == 60


def test_without_points_a_written_answer_has_the_sum_of_its_rubric() -> None:
    draft = draft_of(
        "简答", WRITTEN.replace("> - 分值：6\n", "").replace("- 2分：立", "- 1.5分：立")
    )

    assert draft.points_tenths == 55


@pytest.mark.parametrize(
    "written",
    [
        "> - 采分点：2分：报告；3分 关阀",
        "> - 采分点：\n>     - 报告（2分）\n>     - 关阀 (3分)。",
        "> - 采分点：\n>   - ２分：报告\n>   - ３ 分：关阀",
    ],
)
def test_points_of_a_rubric_may_be_written_as_people_do(written: str) -> None:
    draft = draft_of("简答", f"怎么办？\n\n{written}{REF}")

    assert isinstance(draft.key, RubricKey)
    assert [point.tenths for point in draft.key.points] == [20, 30]
    assert [point.text for point in draft.key.points] == ["报告", "关阀"]


def test_a_case_holds_its_parts_one_heading_deeper() -> None:
    draft = draft_of("案例", CASE, public_id="q-x0v7eh", anchor="s-3-2", section_title="3.2")

    assert draft.key == CaseKey(("q-p3f9ms", "q-z2y4bw"))
    assert [part.type for part in draft.parts] == [
        QuestionType.SINGLE_CHOICE,
        QuestionType.SHORT_ANSWER,
    ]
    assert [part.line for part in draft.parts] == [44, 55]
    assert draft.parts[0].title == "最早出现的违章"
    assert draft.stem.startswith("某车间夜班补焊支架。")
    assert "####" not in draft.stem
    assert draft.points_tenths == 60
    # A case rests on what its parts cite, not on the heading above it.
    assert draft.references == ()


def test_parts_take_state_and_references_of_their_case() -> None:
    text = CASE.replace("> - 依据：[3.2](#s-3-2)\n", "").replace(
        "\n#### 【单选】", "\n> - 状态：停用\n> - 依据：[4.1](#s-4-1)\n\n#### 【单选】"
    )
    draft = draft_of("案例", text)

    assert {part.state for part in draft.parts} == {AuthorState.RETIRED}
    assert [part.references[0].text for part in draft.parts] == ["3.1 作业票", "4.1"]


def test_a_hotspot_question_has_regions_in_percent() -> None:
    draft = draft_of("找隐患", HOTSPOT)

    assert isinstance(draft.key, HotspotKey)
    assert draft.key.right == {1, 2, 3}
    assert draft.key.regions[0] == (
        1,
        Region(Shape.CIRCLE, (Fraction(32), Fraction(55), Fraction(6))),
    )
    assert [option.text for option in draft.options][::3] == ["灭火器被纸箱挡住", "照明灯完好"]
    assert draft.images == ("图片/peidian-03.jpg",)
    assert draft.rule == ScoringRule(RuleName.SHARE_PER_SPOT)


def test_a_polygon_and_full_width_marks_are_read() -> None:
    text = HOTSPOT.replace("圆 32%,55%,6%：", "多边形 10,10　30.5％，10％ 20%,40%:").replace(
        "每处", "错点扣０.5"
    )
    draft = draft_of("找隐患", text)

    assert isinstance(draft.key, HotspotKey)
    assert draft.key.regions[0][1].shape is Shape.POLYGON
    assert draft.key.regions[0][1].numbers[2] == Fraction("30.5")
    assert draft.rule == ScoringRule(RuleName.MINUS_PER_MISS, 5)


def test_a_warning_is_switched_off_with_a_reason() -> None:
    text = HOTSPOT.replace("一角，", "，柜门敞开，")
    assert told("找隐患", text) == ["43:1 W207"]

    draft = draft_of("找隐患", text + "> - 忽略：W207（门开着本来就看得见）；W301：选项就是长\n")

    assert draft.waived == (("W207", "门开着本来就看得见"), ("W301", "选项就是长"))


@pytest.mark.parametrize(
    ("type_word", "text", "expected"),
    [
        ("排序", "先做什么？" + REF, "40:1 E213"),
        ("排序", "排。\n\n1. 甲\n2. 乙\n" + REF, "40:1 E213"),
        ("排序", ORDERING.replace("3. 上锁", "5. 上锁"), "45:1 E213"),
        ("排序", ORDERING.replace("停机并切断能源", "通知 受影响人员"), "44:1 E204"),
        ("排序", ORDERING.replace("上锁、挂牌", ""), "45:1 E205"),
        ("排序", ORDERING.replace("相邻", "每对"), "49:8 E110"),
        ("排序", ORDERING + "> - 乱序：否\n", "51:5 E222"),
        ("排序", ORDERING + "> - 答案：12345\n", "51:5 E222"),
        ("匹配", "连一连。" + REF, "40:1 E214"),
        ("匹配", MATCHING.replace("| 黄 | 警告 |", "| 黄 | 警告 | 三角 |"), "46:1 E214"),
        ("匹配", MATCHING.replace("| 黄 | 警告 |", "| 黄 | |"), "46:3 E214"),
        ("匹配", MATCHING.replace("| 黄 |", "| 红 |"), "46:3 E204"),
        ("匹配", MATCHING.replace("广告", "禁止"), "48:5 E204"),
        ("匹配", MATCHING.replace("每对", "每空"), "50:8 E110"),
        ("匹配", "连。\n\n| 左 | 右 |\n|---|---|\n| 甲 | 乙 |\n" + REF, "40:1 E220"),
        ("简答", WRITTEN.replace("分值：6", "分值：7"), "43:8 E215"),
        ("简答", WRITTEN.replace("- 2分：切断", "- 切断"), "47:9 E215"),
        ("简答", WRITTEN.replace("- 2分：切断火源、人员向上风向撤离", "- 2分："), "47:9 E215"),
        ("简答", "怎么办？" + REF, "40:1 E215"),
        ("简答", WRITTEN + "> - 给分：全对\n", "50:8 E110"),
        ("找隐患", HOTSPOT.replace("32%,55%,6%", "98%,55%,6%"), "45:9 E216"),
        ("找隐患", HOTSPOT.replace("60%,20%,15%,10%", "60%,20%,41%,10%"), "46:10 E216"),
        ("找隐患", HOTSPOT.replace("60%,20%,15%,10%", "60%,20%,15%"), "46:10 E216"),
        ("找隐患", HOTSPOT.replace("圆 81%,77%,5%：", ""), "47:7 E216"),
        ("找隐患", HOTSPOT.replace("圆 81%,77%,5%", "圆 81%,77%,0%"), "47:9 E216"),
        ("找隐患", HOTSPOT.replace("[x]", "[ ]"), "40:1 E202"),
        ("找隐患", HOTSPOT.replace("柜门敞开", "绝缘垫破损"), "47:1 E204"),
        ("找隐患", HOTSPOT.replace("柜门敞开", ""), "46:1 E205"),
        (
            "找隐患",
            HOTSPOT.replace("![配", "配").replace("](图片/peidian-03.jpg)", ""),
            "40:1 E217",
        ),
        ("找隐患", HOTSPOT.replace("三处", "![甲](a.png)三处"), "43:1 E217"),
        ("找隐患", HOTSPOT.replace("一角，", "，柜门敞开，"), "43:1 W207"),
        ("案例", "说明。\n", "40:1 E218"),
        ("案例", CASE.replace("#### 【", "##### 【", 1), "44:1 E107"),
        ("案例", CASE.replace("【单选】最早", "最早"), "44:1 E107"),
        ("案例", CASE.replace("【单选】", "【单远】"), "44:1 E104"),
        ("案例", CASE.replace("【单选】", "【案例】"), "44:1 E222"),
        ("案例", CASE.replace(" {#q-p3f9ms}", ""), "44:1 E404"),
        ("案例", CASE.replace("q-z2y4bw", "q-oops"), "55:1 E403"),
        ("案例", CASE.replace("[ ] 监", "[x] 监"), "44:1 E203"),
        ("案例", CASE.replace("> - 分值：4", "> - 状态：草稿"), "59:5 E222"),
        ("案例", CASE.replace("\n####", "\n> - 分值：5\n\n####", 1), "44:8 E215"),
        ("判断", VERDICT + "> - 忽略：W301\n", "46:8 E225"),
        ("判断", VERDICT + "> - 忽略：E203（就这样）\n", "46:8 E225"),
        ("判断", VERDICT + "> - 忽略：\n", "46:5 E225"),
        ("单选", SINGLE + "> - 忽略：W301（长）；W9（短）\n", "56:16 E225"),
    ],
)
def test_a_mistake_is_told_with_its_place(type_word: str, text: str, expected: str) -> None:
    assert told(type_word, text, anchor=None) == [expected]


def test_a_case_with_a_broken_part_is_no_draft() -> None:
    draft, _ = read("案例", CASE.replace("[x] 施", "[ ] 施"))

    assert draft is None
