"""The sets of columns in common use, and what is wrong with a sheet as a whole."""

import io
from typing import Any

import pytest

from question_bank.formats.items import ItemStatus
from question_bank.formats.xlsx.cells import number_cell
from question_bank.keys import QuestionType
from tests.question_bank.formats.books import (
    DOT,
    archive,
    book,
    codes,
    one_row,
    read,
    reason,
    sheets,
)

SINGLE, MULTIPLE = QuestionType.SINGLE_CHOICE, QuestionType.MULTIPLE_CHOICE
ABCD = ["选项A", "选项B", "选项C", "选项D"]
SETS: dict[str, tuple[list[Any], list[Any], dict[str, Any]]] = {
    "a": (
        ["题型", "题干", *ABCD, "选项E", "选项F", "正确答案", "解析", "难度(L1-L4 选填)"],
        ["单选题", "一", "甲", "乙", "丙", "丁", "", "", "B", "因为", "L2"],
        {"type": SINGLE, "answer": (1,), "explanation": "因为", "difficulty": 2},
    ),
    "b": (
        ["编号", "科目", "题型", "章节", "标签", "题干", *ABCD, "答案", "解析", "图片"],
        [
            "K-7",
            "安全",
            "多选题",
            "动火",
            "夜班、焊接",
            "一",
            "甲",
            "乙",
            "丙",
            "丁",
            "A、B",
            "",
            "",
        ],
        {"external_id": "K-7", "answer": (0, 1), "tags": ("安全", "动火", "夜班", "焊接")},
    ),
    "c": (
        ["科目", "章节", "题型", "题目内容", *ABCD, "答案", "解析"],
        ["安全", "动火", "单选", "一", "甲", "乙", "丙", "丁", "C", ""],
        {"type": SINGLE, "answer": (2,)},
    ),
    "d": (
        ["章节名称", "题目内容", *ABCD, "选项E", "正确答案", "解析", "排序"],
        ["动火", "一", "甲", "乙", "丙", "丁", "", "AB", "", 3],
        {"type": MULTIPLE, "answer": (0, 1), "external_id": ""},
    ),
    "e": (
        ["序号", "题型", "题干", *ABCD, "选项E", "答案", "解析", "已修正", "修正说明"],
        [9, "单选", "一", "甲", "乙", "丙", "丁", "", "A", "", "是", "x"],
        {"answer": (0,), "external_id": ""},
    ),
    "f": (
        ["题干", "答案", "解析内容", *ABCD, "选项E", "选项F", "选项G"],
        ["一", "G", "因为", "1", "2", "3", "4", "5", "6", "七"],
        {"type": SINGLE, "answer": (6,), "explanation": "因为"},
    ),
    "g": (
        ["题目", *ABCD, "答案", "答案解析", "题目状态"],
        ["一", "甲", "乙", "丙", "丁", "D", "因为", "启用"],
        {"answer": (3,), "explanation": "因为"},
    ),
    "h": (
        [
            *("问题", "题型（0单选，1判断，2多选）", "考试人员类型（1-作业人员，2-检验人员）"),
            *ABCD,
            "答案（多选用英文逗号分隔，如:A,B）",
        ],
        ["一", 1, 2, "正确", "错误", "", "", "B"],
        {"type": QuestionType.TRUE_FALSE, "answer": False},
    ),
    "i": (
        ["题目内容", *ABCD, "正确答案", "难度", "科目", "音频/图像地址"],
        ["一", "甲", "乙", "丙", "丁", "A", "难", "安全", ""],
        {"answer": (0,), "difficulty": 5},
    ),
    "j": (
        ["题干", *ABCD, "答案", "标号"],
        ["一", "甲", "乙", "丙", "丁", "丙", "n3"],
        {"answer": (2,), "external_id": "n3"},
    ),
    "k": (
        [
            *("title", "type", "option1", "option2", "option3", "isCorrect1", "isCorrect2"),
            *("isCorrect3", "correctAnswer", "explanation"),
        ],
        ["一", "multiple", "甲", "乙", "丙", True, False, True, "A,C", "因为"],
        {"type": MULTIPLE, "answer": (0, 2), "explanation": "因为"},
    ),
    "l": (
        ["题目内容", *ABCD, "正确答案", "解析", "出处"],
        ["一", "甲", "乙", "丙", "丁", "A", "", "《安全生产法》第二十八条"],
        {"answer": (0,), "reference": "《安全生产法》第二十八条"},
    ),
}


@pytest.mark.parametrize("name", SETS)
def test_a_set_of_columns_is_understood(name: str) -> None:
    header, row, expected = SETS[name]

    item = one_row(header, *row)

    assert item.status is ItemStatus.IMPORT
    assert item.stem == "一"
    assert {field: getattr(item, field) for field in expected} == expected


def test_numbers_of_甲_to_丁_name_options_by_place_with_a_warning() -> None:
    item = one_row(["题干", *ABCD, "答案"], "一", "子", "丑", "寅", "卯", "丙")

    assert (item.answer, codes(item)[1]) == ((2,), {"W501", "W504"})


def test_a_numeric_type_needs_its_meaning_in_the_header() -> None:
    assert codes(one_row(["题干", "题型", "选项A", "选项B", "答案"], "一", 1, "甲", "乙", "A"))[
        0
    ] == {"E515"}


@pytest.mark.parametrize("cell", ["A.甲\nB.乙\nC.丙", "A.甲 B.乙 C.丙", "甲|乙|丙", "甲；乙；丙"])
def test_all_options_in_one_cell(cell: str) -> None:
    item = one_row(["题型", "题干", "选项", "答案"], "单选", "一", cell, "C")

    assert (item.options, item.answer) == (("甲", "乙", "丙"), (2,))


def test_a_row_for_each_option() -> None:
    rows = [
        ["题号", "题型", "题干", "选项", "是否正确"],
        [1, "多选", "一", "甲", "是"],
        ["", "", "", "乙", "否"],
        ["", "", "", "丙", "√"],
        [2, "单选", "二", "甲", ""],
        [2, "单选", "二", "乙", "对"],
    ]

    first, second = read(sheets(S=rows), "xlsx")

    assert (first.options, first.answer) == (("甲", "乙", "丙"), (0, 2))
    assert (second.options, second.answer) == (("甲", "乙"), (1,))


def test_a_sheet_of_answers_apart() -> None:
    first, second = read(
        sheets(
            题目=[["序号", "题干", "选项A", "选项B"], [1, "一", "甲", "乙"], [2, "二", "甲", "乙"]],
            答案=[["序号", "答案"], [1, "A"], [2, "B"]],
        ),
        "xlsx",
    )

    assert (first.answer, second.answer) == ((0,), (1,))


def test_another_shape_further_down_the_sheet() -> None:
    rows = [
        ["题目内容", "选项A", "选项B", "正确答案", "难度"],
        ["一", "甲", "乙", "A", "易"],
        ["题目内容", "答案", "难度", "科目", "地址"],
        ["简述", "报警", "中", "安全", ""],
    ]

    first, second = read(sheets(S=rows), "xlsx")

    assert first.answer == (0,)
    assert (second.type, second.model_answer) == (QuestionType.SHORT_ANSWER, "报警")


def test_two_columns_of_one_meaning_refuse_each_row() -> None:
    item = one_row(["题干", "题目内容", "选项A", "选项B", "答案"], "一", "二", "甲", "乙", "A")

    assert codes(item)[0] == {"E508"}
    assert "“题干”和“题目内容”" in item.errors[0].message


def test_answer_column_and_ticked_options_must_agree() -> None:
    header = ["题干", "A", "B", "isCorrectA", "isCorrectB", "答案"]

    assert codes(one_row(header, "一", "甲", "乙", True, False, "B"))[0] == {"E503"}


def test_pairs_and_orders_have_cells_of_their_own() -> None:
    pairs = one_row(["题型", "题干", "答案"], "匹配题", "对起来", "红=禁止;黄=警告")
    order = one_row(
        ["题型", "题干", "A", "B", "C", "答案"], "排序题", "排", "停机", "验证", "上锁", "ACB"
    )

    assert pairs.answer == (("红", "禁止"), ("黄", "警告"))
    assert order.answer == ("停机", "上锁", "验证")


def test_a_column_of_case_texts_makes_cases() -> None:
    rows = [
        ["案例", "题型", "题干", "A", "B", "答案"],
        ["某厂补焊", "单选", "违章是", "甲", "乙", "A"],
        ["某厂补焊", "判断", "可以离开", "", "", "错"],
        ["", "单选", "单独的", "甲", "乙", "B"],
    ]

    case, alone = read(sheets(S=rows), "xlsx")

    assert [part.type for part in case.parts] == [SINGLE, QuestionType.TRUE_FALSE]
    assert (alone.type, alone.stem) == (SINGLE, "单独的")


def test_a_picture_over_a_row_goes_to_its_stem() -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["题干", "A", "B", "答案"])
        sheet.write_row(1, 0, ["看图", "甲", "乙", "A"])
        sheet.insert_image(1, 0, "dot.png", {"image_data": io.BytesIO(DOT)})

    (item,) = read(book(fill), "xlsx")

    assert list(item.images.values()) == [DOT]
    assert f"({next(iter(item.images))})" in item.stem


@pytest.mark.parametrize(("column", "value"), [("难度", "凑合"), ("分值", "很多")])
def test_what_describes_a_question_and_is_not_understood_is_told(column: str, value: str) -> None:
    item = one_row(["题型", "题干", "答案", column], "判断", "一", "对", value)

    assert (item.status, codes(item)[1]) == (ItemStatus.IMPORT, {"W514"})


def test_a_picture_that_is_only_named_is_told() -> None:
    item = one_row(["题型", "题干", "答案", "图片"], "判断", "一", "对", "图片/a.png")

    assert codes(item)[1] == {"W515"}


def test_hidden_columns_are_read_with_a_warning() -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["题干", "A", "B", "答案"])
        sheet.write_row(1, 0, ["一", "甲", "乙", "A"])
        sheet.set_column(3, 3, None, None, {"hidden": True})

    (item,) = read(book(fill), "xlsx")

    assert (item.answer, codes(item)[1]) == ((0,), {"W505", "W504"})


def test_a_csv_is_read_line_by_line() -> None:
    text = '题干,选项A,选项B,答案\n"一,\n二",甲,乙,A\n三,=1+1,乙,B\n'

    first, second = read(text.encode("gb18030"), "xlsx")

    assert (first.line, first.cell, first.stem) == (2, None, "一,\n二")
    assert second.line == 4
    assert codes(second)[0] == {"E507"}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, ".xlsx"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "网页"),
        (b"%PDF-1.4", "不是表格"),
        (b"PK\x03\x04broken", "zip"),
        (archive({"a.txt": b"x"}), "不是 Excel"),
        (archive({"xl/workbook.xml": b"<workbook", "[Content_Types].xml": b"x"}), "坏"),
        ("只有一列\n没有表头".encode(), "表头"),
        (b"", "空"),
    ],
)
def test_what_is_no_sheet_is_refused_with_a_hint(data: bytes, told: str) -> None:
    assert told in reason(data, "xlsx")


@pytest.mark.parametrize(
    ("raw", "code", "shown"),
    [
        ("8.0", "General", "8"),
        ("0.30000000000000004", "", "0.3"),
        ("0.195", "0.0%", "19.5%"),
        ("1234.5", "#,##0.00", "1,234.50"),
        ("15", '0"米"', "15米"),
        ("-3", "0;[Red]-0", "-3"),
        ("2.50", "0.##", "2.5"),
        ("7", "@", "7"),
        ("1", "[$-804]0", "1"),
        ("12345678901", "0", "12345678901"),
        ("abc", "0", "abc"),
    ],
)
def test_a_number_shows_as_its_format_says(raw: str, code: str, shown: str) -> None:
    cell = number_cell(raw, code)

    assert (cell.text, cell.problem) == (shown, "")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("46086", "yyyy/m/d"),
        ("46086", 'm"月"d"日"'),
        ("0.5", "# ?/?"),
        ("5", "0.00E+00"),
        ("1e18", "General"),
        ("110101199003077774", "0"),
        ("1e400", "0"),
    ],
)
def test_what_lost_its_text_is_a_problem(raw: str, code: str) -> None:
    assert number_cell(raw, code).problem == "E506"
