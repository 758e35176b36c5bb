"""Each mistake an author can make in a block: its code, its line and its column."""

import pytest

from tests.question_bank.blocks import BLANKS, MULTIPLE, SINGLE, VERDICT, read, told

REF = "\n> - 依据：[3.2](#s-3-2)\n"


@pytest.mark.parametrize(
    ("type_word", "text", "expected"),
    [
        ("单远", SINGLE, "40:1 E104"),
        ("单选", SINGLE.replace("依据", "依剧"), "50:5 E105"),
        ("单选", SINGLE.replace("反馈", "反溃", 1), "44:7 E105"),
        ("单选", SINGLE + "> - 难度：难\n", "56:5 E106"),
        ("单选", SINGLE.replace("\n> - 依据", "\n#### 小标题\n\n> - 依据"), "50:1 E107"),
        ("单选", SINGLE + "\n另外说一句。\n", "57:1 E108"),
        ("单选", SINGLE.replace("难度：易", "难度：很难"), "52:8 E110"),
        ("单选", SINGLE.replace("难度：易", "难度："), "52:5 E110"),
        ("单选", SINGLE.replace("难度：易", "乱序：随便"), "52:8 E110"),
        ("单选", SINGLE.replace("难度：易", "状态：好"), "52:8 E110"),
        ("单选", SINGLE.replace("难度：易", "修订：无"), "52:8 E110"),
        ("单选", SINGLE.replace("难度：易", "给分：每项"), "52:8 E110"),
        ("单选", SINGLE.replace("难度：易", "岗位：厨师"), "52:8 E110"),
        ("单选", SINGLE.replace("f-2k9d", "f-il00"), "54:8 E110"),
        ("多选", MULTIPLE.replace("少选50%", "少选30%"), "50:8 E110"),
        ("单选", SINGLE.replace("- 难度：易", "- 很容易"), "52:3 E111"),
        ("单选", "问？" + REF, "40:1 E201"),
        ("单选", "问？\n\n- [x] 甲\n- 乙\n" + REF, "44:3 E201"),
        ("单选", SINGLE.replace("[x]", "[ ]"), "40:1 E202"),
        ("多选", MULTIPLE.replace("[x]", "[ ]"), "40:1 E202"),
        ("单选", "问？\n\nA. 甲\nB. 乙\n" + REF, "40:1 E202"),
        ("单选", SINGLE.replace("[ ] 次日 10", "[x] 次日 10"), "40:1 E203"),
        ("单选", SINGLE.replace("次日 10:00", "次日　２:00"), "46:1 E204"),
        ("单选", SINGLE.replace("用完为止", ""), "48:1 E205"),
        ("多选", "问？\n\n- [x] 甲\n    - 权重：50%\n- [x] 乙\n" + REF, "45:1 E206"),
        (
            "多选",
            "问？\n\n- [x] 甲\n    - 权重：50%\n- [x] 乙\n    - 权重：49%\n" + REF,
            "44:7 E206",
        ),
        ("多选", "问？\n\n- [x] 甲\n    - 权重：多\n- [x] 乙\n" + REF, "44:10 E206"),
        ("多选", MULTIPLE.replace("少选50%", "按权重"), "50:8 E206"),
        ("判断", VERDICT.replace("错", "也许"), "43:8 E207"),
        ("判断", VERDICT.replace("> - 答案：错\n", ""), "40:1 E207"),
        ("单选", SINGLE + "> - 答案：C\n", "56:8 E208"),
        ("单选", "问？\n\nA. 甲\nB. 乙\n答案：C\n" + REF, "45:4 E208"),
        ("单选", "问？\n\nA. 甲\nB. 乙\n答案：甲\n" + REF, "45:4 E208"),
        ("填空", BLANKS.replace("> - 答案3：卧倒 | 倒卧 | 平放\n", ""), "40:1 E211"),
        ("填空", BLANKS + "> - 答案4：多\n", "48:5 E211"),
        ("填空", "没有空。\n\n> - 答案1：5\n" + REF, "40:1 E211"),
        ("填空", BLANKS.replace("1+1+1", "1+1"), "46:8 E211"),
        ("填空", BLANKS.replace("倒卧 |", "|"), "45:14 E211"),
        ("填空", BLANKS.replace("5±0", "5±"), "44:9 E212"),
        ("填空", BLANKS.replace("15 |", "[15, 5] |"), "43:9 E212"),
        ("单选", SINGLE.replace("分值：2", "分值：0"), "51:8 E212"),
        ("单选", SINGLE.replace("分值：2", "分值：1.3"), "51:8 E212"),
        ("单选", SINGLE.replace("分值：2", "分值：1+1"), "51:8 E212"),
        ("单选", SINGLE.replace("最晚", "![](a.png)最晚"), "41:21 E217"),
        ("单选", SINGLE.replace("最晚", "![表]()最晚"), "41:21 E217"),
        ("判断", "> - 答案：错\n" + REF, "40:1 E219"),
        ("单选", "问？\n\n- [x] 甲\n" + REF, "40:1 E220"),
        ("单选", "问？\n\nA. 甲\nC. 乙\n答案：A\n" + REF, "44:1 E221"),
        ("判断", VERDICT + "> - 采分点：2分\n", "46:5 E222"),
        ("判断", VERDICT + "> - 答案1：对\n", "46:5 E222"),
        ("判断", "- [x] 甲\n- [ ] 乙\n" + VERDICT, "41:3 E222"),
        ("单选", "问？\n\n> - 难度：易\n\n- [x] 甲\n- [ ] 乙\n" + REF, "43:1 E224"),
        ("判断", VERDICT.replace("> - 依据：[3.2](#s-3-2)\n", ""), "40:1 E301"),
        ("判断", VERDICT.replace("[3.2](#s-3-2)", "3.2 作业票"), "44:8 E301"),
        ("判断", VERDICT.replace("#s-3-2", "#s-3-3"), "44:8 E302"),
        ("判断", VERDICT.replace("[3.2](#s-3-2)", "《劳动法》第三条"), "44:8 E303"),
        ("判断", VERDICT.replace("[3.2](#s-3-2)", "《安全生产法》第三条"), "44:8 E303"),
        ("判断", VERDICT.replace("[3.2](#s-3-2)", "《安全生产法》"), "44:8 E303"),
        ("多选", MULTIPLE.replace("[x] 监", "[ ] 监").replace("[x] 作", "[ ] 作"), "40:1 W204"),
    ],
)
def test_a_mistake_is_told_with_its_place(type_word: str, text: str, expected: str) -> None:

    assert told(type_word, text) == [expected]


def test_messages_say_what_where_and_how_to_mend() -> None:
    _, problems = read("单选", SINGLE.replace("[ ] 次日 10", "[x] 次日 10"))

    assert str(problems[0]) == (
        "sop-dh.md:40:1 错误 E203 【单选】有两个选项打了勾（第 45、46 行）"
        " → 改为【多选】，或只留一个 [x]"
    )


def test_a_missing_answer_names_the_one_to_add() -> None:
    _, problems = read("填空", BLANKS.replace("> - 答案3：卧倒 | 倒卧 | 平放\n", ""))

    assert str(problems[0]) == (
        "sop-dh.md:40:1 错误 E211 题干有 3 个空，答案只写到 答案2 → 补“答案3：”"
    )


def test_an_unknown_key_names_the_nearest() -> None:
    _, problems = read("单选", SINGLE.replace("依据", "依剧"))

    assert str(problems[0]) == "sop-dh.md:50:5 错误 E105 不认识的键“依剧” → 是否要写“依据”？"


def test_all_mistakes_of_a_block_are_told_at_once_by_line() -> None:
    text = SINGLE.replace("[x]", "[ ]").replace("用完为止", "").replace("易", "难难")

    assert told("单选", text) == ["40:1 E202", "48:1 E205", "52:8 E110"]


@pytest.mark.parametrize(
    ("public_id", "code"), [(None, "E404"), ("q-7f3k2", "E403"), ("q-7f3k2l", "E403")]
)
def test_a_question_without_a_valid_id_is_an_error_and_still_shown(
    public_id: str | None, code: str
) -> None:
    draft, problems = read("判断", VERDICT, public_id=public_id)

    assert draft is not None
    assert [problem.code for problem in problems] == [code]


def test_a_question_with_an_error_in_its_content_has_no_draft() -> None:
    draft, _ = read("判断", VERDICT.replace("错", "也许"))

    assert draft is None


def test_weights_without_their_rule_are_a_warning() -> None:
    text = "问？\n\n- [x] 甲\n    - 权重：50%\n- [x] 乙\n    - 权重：50%\n" + REF

    assert told("多选", text) == ["40:1 W206"]
