"""What a roster may come as, and what is refused with a kind word."""

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from core.errors import Unreadable
from teams.models import FindingLevel
from teams.roster.columns import Column, plain_header, read_header
from teams.roster.files import open_table
from tests.teams.sheets import row, write_xlsx

TEXT = "工号,姓名,车间\nA01,张三,冲压车间\nA02,李四,焊装车间\n"


def rows_of(path: Path) -> list[list[object]]:
    return [cells for _number, cells in open_table(path).rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_text_of_every_usual_encoding_and_delimiter_is_read(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(TEXT.replace(",", delimiter).encode(encoding))

    assert rows_of(path) == [["A01", "张三", "冲压车间"], ["A02", "李四", "焊装车间"]]


def test_header_is_found_below_titles_and_a_blank_row(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("示例机械厂花名册\n\n制表：安全科,,\n" + TEXT, encoding="utf-8")

    table = open_table(path)

    assert table.header.row == 4
    assert [number for number, _cells in table.rows] == [5, 6]


def test_row_numbers_of_a_sheet_are_those_of_excel(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [row("A01", "张三")], title="花名册", hidden=[3])

    table = open_table(path)

    assert table.header.row == 2
    assert [number for number, _cells in table.rows] == [3]
    assert table.hidden == {3}


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("*工号", Column.EMPLOYEE_NO),
        ("员工编号（必填）", Column.EMPLOYEE_NO),
        ("人员 编号", Column.EMPLOYEE_NO),
        ("【姓名】", Column.NAME),
        ("名字", Column.NAME),
        ("岗位(工种)", Column.POST),
        ("用工性质", Column.KIND),
        ("身份证号码", Column.ID_NUMBER),
        ("联系电话：", Column.PHONE),
        ("进厂时间", Column.HIRED_ON),
        ("部门／车间／班组", Column.TEAM),
        ("派遣单位", Column.EMPLOYER),
        ("离厂日期", Column.LEFT_ON),
    ],
)
def test_usual_headers_are_understood(header: str, column: Column) -> None:
    assert read_header(1, [header]).places == {column: 0}


def test_header_wholly_in_brackets_keeps_its_word() -> None:
    assert plain_header("【 工号 】") == "工号"


def test_two_columns_of_one_meaning_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("工号,姓名,员工编号\nA01,张三,A01\n", encoding="utf-8")

    table = open_table(path)

    assert table.header.doubled == [("工号", "员工编号")]
    assert [finding.level for finding in table.findings] == [FindingLevel.ERROR]


def test_team_name_merged_over_its_people_counts_for_all_of_them(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "merged.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["班组", "工号", "姓名"])
    sheet.merge_range(1, 0, 3, 0, "冲压一班")
    for number in range(1, 4):
        sheet.write_row(number, 1, [f"A0{number}", "张三"])
    book.close()

    rows = rows_of(tmp_path / "merged.xlsx")

    assert [cells[0] for cells in rows] == ["冲压一班"] * 3


def archive_of(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def sheet_with(cells: str) -> bytes:
    return archive_of(
        {"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": cells.encode()}
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "空的"),
        (b"   \n", "空的"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "旧的 .xls"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        (b"%PDF-1.7 ...", "不是表格"),
        (bytes(range(256)) * 20, "不是表格"),
        (b"PK\x03\x04 broken", "坏了"),
        (archive_of({"word/document.xml": b"<x/>"}), "不是 Excel"),
        (archive_of({"xl/workbook.xml": b"", "xl/vbaProject.bin": b"x"}), "带宏"),
        (
            archive_of({"xl/workbook.xml": b"", "xl/media/a.bin": b"\0" * (160 * 1024 * 1024)}),
            "展开后太大",
        ),
        (
            sheet_with('<row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"/></row>'),
            "太大",
        ),
        ("姓名,年龄\n张三,30\n".encode(), "找不到表头"),
    ],
)
def test_what_is_no_roster_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "upload"
    path.write_bytes(content)

    with pytest.raises(Unreadable, match=reason):
        open_table(path)


def test_truncated_workbook_is_refused(tmp_path: Path) -> None:
    whole = write_xlsx(tmp_path / "a.xlsx", [row("A01", "张三")]).read_bytes()
    (tmp_path / "b.xlsx").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(Unreadable, match="坏了"):
        open_table(tmp_path / "b.xlsx")
