"""The variants of Chinese question files that trip importers, one test or more for each."""

import io
import zipfile

import pytest

from question_bank.formats.items import AcceptedText, ForeignItem, ItemStatus
from question_bank.formats.registry import Switches
from question_bank.keys import QuestionType
from tests.question_bank.formats.books import book, codes, one_row, read, reason, sheets

CHOICE = ["题型", "题干", "选项A", "选项B", "选项C", "答案"]
PLAIN = ["题型", "题干", "答案"]


def one(text: str) -> ForeignItem:
    (item,) = read(text, "text")
    return item


def forms(item: ForeignItem) -> list[list[str]]:
    assert isinstance(item.answer, tuple)
    return [
        [form.text for form in blank if isinstance(form, AcceptedText)] for blank in item.answer
    ]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "１．题干\nＡ．甲\nＢ、乙\n答案：Ｂ",
        "1、题干\nA）甲\nb.乙\n答案:b",
        "（1）题干\n（A）甲\n(B)乙\n答案：(B)",
        "第1题、题干\nＡ:甲\nＢ：乙\n正确答案：Ｂ",
        "⒈题干\nⒶ甲\nⒷ乙\n答案：B",
        "【1】题干（ ）\n①甲\n②乙\n答案：B",
    ],
)
def test_variant_1_widths_may_be_mixed(text: str) -> None:
    item = one(text)

    assert item.status is ItemStatus.IMPORT
    assert item.stem.startswith("题干")
    assert (item.options, item.answer) == (("甲", "乙"), (1,))


@pytest.mark.parametrize("gap", ["\u3000", "\u00a0", "\t", " ", "    ", "\u200b"])
def test_variant_2_options_on_one_line(gap: str) -> None:
    item = one(f"1.题干\nA.甲{gap}B.乙{gap}C.丙\n答案：C")

    assert (item.options, item.answer) == (("甲", "乙", "丙"), (2,))


def test_variant_2_letters_that_do_not_run_on_stay_text_with_a_warning() -> None:
    item = one("1.题干\nA.甲 D.丁\nB.乙\n答案：A")

    assert item.options == ("甲 D.丁", "乙")
    assert "W511" in codes(item)[1]


@pytest.mark.parametrize("bracket", ["（ B ）", "(B)", "（　Ｂ　）", "【B】", "( b )".upper()])
def test_variant_3_an_answer_in_the_stem_is_taken_out(bracket: str) -> None:
    item = one(f"1.票的有效期是{bracket}。\nA.甲\nB.乙")

    assert item.answer == (1,)
    assert "B" not in item.stem
    assert "Ｂ" not in item.stem


def test_variant_3_a_unit_in_brackets_is_no_answer() -> None:
    assert one("1.噪声不超过 85 dB(A) 时\nA.甲\nB.乙\n答案：B").stem == "噪声不超过 85 dB(A) 时"


def test_variant_4_two_different_answers_are_an_error_that_quotes_both() -> None:
    item = one("1.题干（A）\nA.甲\nB.乙\n答案：B")

    assert codes(item)[0] == {"E503"}
    assert "“B”和“A”" in item.errors[0].message


@pytest.mark.parametrize(
    "label",
    [
        "答案:",
        "正确答案：",
        "标准答案",
        "参考答案 ",
        "【答案】",
        "答：",
        "[答案]",
        "Answer: ",
        "（答案：B）",
    ],
)
def test_variant_5_labels_of_the_answer(label: str) -> None:
    text = label if "B" in label else f"{label}B"

    assert one(f"1.题干\nA.甲\nB.乙\n{text}").answer == (1,)


@pytest.mark.parametrize(
    "key", ["AB", "A,B", "A，B", "A、B", "A B", "A;B", "BA", "AB。", "a b", "Ａ和Ｂ", "A|B", "A+B"]
)
def test_variant_6_letters_written_in_any_way(key: str) -> None:
    assert one(f"1.题干[多选题]\nA.甲\nB.乙\nC.丙\n答案：{key}").answer == (0, 1)
    assert one_row(CHOICE, "多选题", "题干", "甲", "乙", "丙", key).answer == (0, 1)


@pytest.mark.parametrize(
    ("key", "expected", "is_doubtful"),
    [
        *(("√", True, False), ("✓", True, False), ("对", True, False), ("正确", True, False)),
        *(("是", True, False), ("T", True, False), ("TRUE", True, False), ("×", False, False)),
        *(("✗", False, False), ("错", False, False), ("错误", False, False), ("否", False, False)),
        *(("不正确", False, False), ("不对", False, False), ("F", False, False)),
        *(("V", True, True), ("X", False, True), ("A", True, True), ("B", False, True)),
        *(("1", True, True), ("0", False, True)),
    ],
)
def test_variant_7_verdicts(key: str, expected: bool, is_doubtful: bool) -> None:
    for item in (one(f"1.题干[判断题]\n答案：{key}"), one_row(PLAIN, "判断题", "题干", key)):
        assert item.answer is expected
        assert ("W503" in codes(item)[1]) is is_doubtful


def test_variant_7_truth_cells() -> None:
    assert one_row(PLAIN, "判断", "题干", True).answer is True
    assert one_row(PLAIN, "判断", "题干", 0).answer is False


def test_variant_8_a_letter_of_a_verdict_goes_through_the_options() -> None:
    assert one("1.题干[判断题]\nA.错误\nB.正确\n答案：B").answer is True
    assert one_row(CHOICE, "判断题", "题干", "错误", "正确", "", "A").answer is False


def test_variant_9_an_answer_beyond_the_options_is_an_error() -> None:
    assert codes(one("1.题干\nA.甲\nB.乙\n答案：D"))[0] == {"E502"}
    assert codes(one_row(CHOICE, "单选", "题干", "甲", "乙", "", "C"))[0] == {"E502"}


@pytest.mark.parametrize("letters", ["ACD", "BCD", "AABC"])
def test_variant_10_letters_that_jump_are_an_error(letters: str) -> None:
    options = "\n".join(f"{letter}.项{place}" for place, letter in enumerate(letters))

    assert "E501" in codes(one(f"1.题干\n{options}\n答案：B"))[0]


def test_variant_10_a_hole_between_cells_is_an_error() -> None:
    item = one_row(CHOICE, "单选", "题干", "甲", "", "丙", "A")

    assert codes(item)[0] == {"E501"}
    assert item.options == ("甲", "", "丙")


def test_variant_11_measures_and_years_begin_no_question() -> None:
    item = one("1.作业高度\n1.5 米以上\n2025 年起\n3.5m 以下\nA.甲\nB.乙\n答案：A")

    assert item.stem == "作业高度\n1.5 米以上\n2025 年起\n3.5m 以下"


def test_variant_11_a_question_may_begin_with_a_number() -> None:
    items = read("1.题干\nA.甲\nB.乙\n答案：A\n2.3人以上作业时\nA.甲\nB.乙\n答案：B", "text")

    assert [item.stem for item in items] == ["题干", "3人以上作业时"]


@pytest.mark.parametrize("stem", ["A 类火灾是指（ ）", "B 型插头的特点", "A、B 类火灾的区别"])
def test_variant_12_a_letter_may_begin_a_stem(stem: str) -> None:
    item = one(f"1.{stem}\nA.甲\nB.乙\n答案：A")

    assert (item.stem, item.options) == (stem, ("甲", "乙"))


def test_variant_12_a_second_line_may_begin_with_a_letter() -> None:
    item = one("1.灭火时\nA 类火灾用水，\nA.甲\nB.乙\n答案：A")

    assert (item.stem, item.options) == ("灭火时\nA 类火灾用水，", ("甲", "乙"))


def test_variant_13_an_analysis_may_list_the_options() -> None:
    first, second = read(
        "1.题干\nA.甲\nB.乙\n答案：A\n解析：\nA.甲对\nB.乙错\nC. 另说\n"
        "2.后一题\nA.甲\nB.乙\n答案：B",
        "text",
    )

    assert first.explanation == "A.甲对\nB.乙错\nC. 另说"
    assert first.options == ("甲", "乙")
    assert second.stem == "后一题"


def test_variant_14_numbered_lines_of_a_written_answer_are_the_answer() -> None:
    first, second = read(
        "五、简答题\n1.简述步骤\n答：\n1.停机\n2.上锁\n3.挂牌\n2.简述处置\n答案：报警。", "text"
    )

    assert first.model_answer == "1.停机\n2.上锁\n3.挂牌"
    assert (second.stem, second.model_answer) == ("简述处置", "报警。")


def test_variant_15_numbers_say_nothing() -> None:
    part = "A.甲\nB.乙\n答案：A\n"
    items = read(
        f"一、单选题\n1.一\n{part}1.二\n{part}7.三\n{part}二、单选题\n1.四\n{part}", "text"
    )

    assert [item.stem for item in items] == ["一", "二", "三", "四"]
    assert all(item.status is ItemStatus.IMPORT for item in items)
    assert {item.external_id for item in items} == {""}


@pytest.mark.parametrize(
    "analysis", ["解析：略", "解析：无", "解析：见教材", "【解析】", "解析：略。", ""]
)
def test_variant_16_no_analysis(analysis: str) -> None:
    assert one(f"1.题干\nA.甲\nB.乙\n答案：A\n{analysis}").explanation == ""


def test_variant_17_a_key_at_the_end_by_section() -> None:
    options = "A.甲 B.乙 C.丙\n"
    items = read(
        f"一、单选题\n1.一\n{options}2.二\n{options}3.三\n{options}二、多选题\n1.四\n{options}"
        "三、判断题\n1.五\n2.六\n参考答案\n一、单选题\n1-2 AB 3.C\n二、多选题\n1.AC\n"
        "三、判断题\n1.√ 2.×",
        "text",
    )

    assert [item.answer for item in items] == [(0,), (1,), (2,), (0, 2), True, False]


def test_variant_17_a_number_of_two_sections_is_ambiguous() -> None:
    items = read(
        "一、单选题\n1.一\nA.甲 B.乙\n二、单选题\n1.二\nA.甲 B.乙\n参考答案：1-1 A", "text"
    )

    assert [codes(item)[0] for item in items] == [{"E504"}, {"E504"}]


def test_variant_17_a_range_must_have_as_many_keys() -> None:
    items = read("1.一[单选题]\nA.甲 B.乙\n2.二[单选题]\nA.甲 B.乙\n参考答案：1-2 ABB", "text")

    assert [codes(item)[0] for item in items] == [{"E504"}, {"E504"}]


def test_variant_18_the_number_of_letters_must_fit_the_type() -> None:
    many = one("1.题干[多选题]\nA.甲\nB.乙\n答案：A")
    single = one("1.题干[单选题]\nA.甲\nB.乙\n答案：AB")

    assert (many.status, codes(many)[1]) == (ItemStatus.IMPORT, {"W204"})
    assert (single.status, codes(single)[0]) == (ItemStatus.REFUSE, {"E513"})


@pytest.mark.parametrize(
    "blank", ["____", "________", "（ ）", "(   )", "【】", "[BlankArea1]", "＿＿＿", "（　　）"]
)
def test_variant_19_forms_of_a_blank(blank: str) -> None:
    item = one(f"1.限速{blank}km/h[填空题]\n答案：15")

    assert (item.stem, forms(item)) == ("限速____km/h", [["15"]])


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("甲；乙", [["甲"], ["乙"]]),
        ("甲|||乙", [["甲"], ["乙"]]),
        ("（1）甲（2）乙", [["甲"], ["乙"]]),
        ("①甲②乙", [["甲"], ["乙"]]),
        ("（甲）（乙）", [["甲"], ["乙"]]),
        ("甲\n乙", [["甲"], ["乙"]]),
        ("甲|丙；乙", [["甲", "丙"], ["乙"]]),
        ("2.5±0.1；[1, 2]", [["2.5±0.1"], ["[1, 2]"]]),
    ],
)
def test_variant_19_answers_of_several_blanks(key: str, expected: list[list[str]]) -> None:
    item = one(f"1.____和____[填空题]\n答案：{key}".replace("____和", "气____和"))

    assert forms(item) == expected
    assert codes(item) == (set(), set())


def test_variant_19_a_slash_parts_blanks_only_as_the_last_resort() -> None:
    assert codes(one("1.气____和____[填空题]\n答案：甲/乙"))[1] == {"W512"}
    assert forms(one("1.浓度的单位是____[填空题]\n答案：mg/m³")) == [["mg/m³"]]


@pytest.mark.parametrize("key", ["甲", "甲；乙；丙"])
def test_variant_19_a_count_that_differs_is_an_error(key: str) -> None:
    assert codes(one(f"1.气____和____[填空题]\n答案：{key}"))[0] == {"E505"}


def test_variant_20_numbers_are_read_as_they_are_shown() -> None:
    def fill(workbook: object) -> None:
        sheet = workbook.add_worksheet()  # type: ignore[attr-defined]
        sheet.write_row(0, 0, CHOICE)
        percent = workbook.add_format({"num_format": "0.0%"})  # type: ignore[attr-defined]
        sheet.write_row(1, 0, ["单选", "含氧量", 0.195, 0.235, 8.0, "A"], percent)
        sheet.write_row(2, 0, ["单选", "小时", 8.0, 4, 0.1 + 0.2, "A"])

    first, second = read(book(fill), "xlsx")

    assert first.options == ("19.5%", "23.5%", "800.0%")
    assert second.options == ("8", "4", "0.3")


def test_variant_20_a_number_is_an_option_s_text_before_its_place() -> None:
    by_text = one_row(CHOICE, "单选", "几小时", "1", "3", "2", 2)
    by_place = one_row(CHOICE, "单选", "几小时", "甲", "乙", "丙", 2)

    assert (by_text.answer, codes(by_text)[1]) == ((2,), {"W502"})
    assert (by_place.answer, codes(by_place)[1]) == ((1,), {"W501"})


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (46086, "m/d"),
        (0.5, "# ?/?"),
        (0.5, "h:mm"),
        (123456789012345678, "General"),
        (123456789012345678, "0"),
    ],
)
def test_variant_21_dates_and_powers_are_an_error_of_the_cell(value: float, shape: str) -> None:
    def fill(workbook: object) -> None:
        sheet = workbook.add_worksheet()  # type: ignore[attr-defined]
        sheet.write_row(0, 0, CHOICE)
        sheet.write_row(1, 0, ["单选", "比例", "", "乙", "", "B"])
        sheet.write_number(1, 2, value, workbook.add_format({"num_format": shape}))  # type: ignore[attr-defined]

    (item,) = read(book(fill), "xlsx")

    assert codes(item)[0] == {"E506"}
    assert "Sheet1!C2" in item.errors[0].message


def test_variant_22_title_rows_remarks_empty_and_hidden_rows_and_sheets() -> None:
    def fill(workbook: object) -> None:
        sheet = workbook.add_worksheet("单选题")  # type: ignore[attr-defined]
        sheet.merge_range(0, 0, 0, 4, "××厂题库")
        sheet.write_row(2, 0, ["题目", "A", "B", "答案"])
        sheet.write_row(3, 0, ["一", "甲", "乙", "A"])
        sheet.write_row(5, 0, ["二", "甲", "乙", "B"])
        sheet.set_row(5, None, None, {"hidden": True})
        sheet.write_row(6, 0, ["注：答案写字母"])
        other = workbook.add_worksheet("判断题")  # type: ignore[attr-defined]
        other.write_row(0, 0, ["题目", "答案"])
        other.write_row(1, 0, ["三", "对"])

    items = read(book(fill), "xlsx")

    assert [(item.cell, item.status.value) for item in items] == [
        ("单选题!A4", "import"),
        ("单选题!A6", "import"),
        ("单选题!A7", "material"),
        ("判断题!A2", "import"),
    ]
    assert codes(items[1])[1] == {"W505"}
    assert items[3].type is QuestionType.TRUE_FALSE


def test_variant_22_a_merged_stem_is_a_case_only_when_chosen() -> None:
    def fill(workbook: object) -> None:
        sheet = workbook.add_worksheet()  # type: ignore[attr-defined]
        sheet.write_row(0, 0, ["题干", "小题", "A", "B", "答案"])
        sheet.merge_range(1, 0, 2, 0, "某厂补焊")
        sheet.write_row(1, 1, ["违章是", "甲", "乙", "A"])
        sheet.write_row(2, 1, ["措施是", "丙", "丁", "B"])

    plain = read(book(fill), "xlsx")
    (case,) = read(book(fill), "xlsx", Switches(merged_is_case=True))

    assert [codes(item)[0] for item in plain] == [{"E517"}, {"E517"}]
    assert (case.type, case.stem) == (QuestionType.CASE_ANALYSIS, "某厂补焊")
    assert [(part.stem, part.answer) for part in case.parts] == [("违章是", (0,)), ("措施是", (1,))]


def test_variant_23_formulas_are_an_error_and_texts_that_look_like_one_are_not() -> None:
    def fill(workbook: object) -> None:
        sheet = workbook.add_worksheet()  # type: ignore[attr-defined]
        sheet.write_row(0, 0, CHOICE)
        sheet.write_row(1, 0, ["单选", "公式", "甲", "乙", "", "A"])
        sheet.write_formula(1, 2, "=B2", None, "甲")
        sheet.write_row(2, 0, ["单选", "文字", "", "@乙", "+丙", "A"])
        sheet.write_string(2, 2, "=甲")

    formula, text = read(book(fill), "xlsx")

    assert codes(formula)[0] == {"E507"}
    assert (text.status, text.options) == (ItemStatus.IMPORT, ("=甲", "@乙", "+丙"))


def test_variant_23_macros_are_refused() -> None:
    data = sheets(Sheet1=[CHOICE])

    assert "宏" in reason(_with_member(data, "xl/vbaProject.bin"), "xlsx")


def _with_member(data: bytes, name: str) -> bytes:
    target = io.BytesIO(data)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(name, b"x")
    return target.getvalue()


@pytest.mark.parametrize(
    ("encoding", "warnings"),
    [
        ("utf-8", set()),
        ("utf-8-sig", set()),
        ("utf-16", set()),
        ("utf-16-le", set()),
        ("utf-16-be", set()),
        ("gb18030", {"W510"}),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_variant_24_encodings_and_line_ends(encoding: str, warnings: set[str], end: str) -> None:
    text = "1.题干[单选题]\nA.甲\nB.乙\n答案：B".replace("\n", end)

    (item,) = read(text.encode(encoding), "text")

    assert (item.stem, item.options, item.answer) == ("题干", ("甲", "乙"), (1,))
    assert codes(item)[1] == warnings


def test_variant_24_no_byte_is_replaced() -> None:
    text = "1.一级动火作业票的有效期是多少小时\nA.甲\nB.乙\n答案：B\n".encode()

    assert "E516" in reason(text[:30] + b"\xff" + text[30:], "text")
    assert "E516" in reason(bytes(range(256)) * 4, "text")


def test_variant_25_duplicates_differ_by_looks_only() -> None:
    first, second, third = read(
        "1.票的有效期（ ）。[单选题]\nA.8 小时\nB.4 小时\n答案：A\n"
        "2.票的 有效期（　）[单选题]\nA.４小时\nB.8小时。\n答案：B\n"
        "3.票的有效期[单选题]\nA.8.0 小时\nB.4 小时\n答案：A",
        "text",
    )

    assert [each.status.value for each in (first, second, third)] == [
        *("import", "duplicate", "import")
    ]
    assert "第 1 行" in second.warnings[0].message


def test_variant_25_a_copied_page_brings_no_answers_of_its_reader() -> None:
    first, second = read(
        "1.题干\u200b[单选题]\nA.甲\nB.乙\n正确答案：B 我的答案：A 得分：0\n"
        "2.后题[单选题]\nA.甲\nB.乙\n我的答案：A",
        "text",
    )

    assert (first.stem, first.answer) == ("题干", (1,))
    assert codes(second)[0] == {"E504"}
