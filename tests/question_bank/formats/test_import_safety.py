"""Files made to harm: each gets a plain refusal, quickly."""

import io
import stat
import zipfile

import pytest

from core.errors import Conflict
from question_bank.formats import preview
from question_bank.formats.items import ForeignItem, ItemStatus
from question_bank.formats.preview import read_file
from question_bank.formats.registry import READERS, Switches
from tests.question_bank.formats.books import archive, codes, read, reason

WORKBOOK = b'<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>'
RELATIONS = b'<R><Relationship Id="r1" Target="worksheets/s.xml"/></R>'
BOMB = b'<!DOCTYPE a [<!ENTITY b "xxxxxxxxxx"><!ENTITY c "&b;&b;&b;">]>'


def workbook(sheet: bytes, **others: bytes) -> bytes:
    members = {"xl/workbook.xml": WORKBOOK, "xl/_rels/workbook.xml.rels": RELATIONS}
    return archive({**members, "xl/worksheets/s.xml": sheet, **others})


def linked(target: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        link = zipfile.ZipInfo("xl/workbook.xml")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, target)
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "format_", "told"),
    [
        (workbook(b"0" * 30_000_000), "xlsx", "太大"),
        (workbook(BOMB + b"<worksheet>&c;</worksheet>"), "xlsx", "坏"),
        (
            workbook(b'<worksheet><sheetData><row r="9999999"/></sheetData></worksheet>'),
            "xlsx",
            "行",
        ),
        (archive({"../../etc/passwd": b"x", "xl/workbook.xml": b"x"}), "xlsx", "路径"),
        (linked("/etc/passwd"), "xlsx", "路径"),
        (archive({f"{n}.xml": b"x" for n in range(3001)}), "docx", "3001"),
        (archive({"word/document.xml": b"<a>" * 200 + b"</a>" * 200}), "docx", "层"),
        (archive({"word/document.xml": BOMB + b"<a>&c;</a>"}), "docx", "实体"),
        (archive({"word/document.xml": b"<a/>", "a.zip": b"x"}), "docx", "压缩包"),
        (b"1.a\n" + b"x" * 60_000, "text", "太长"),
        (b"1.a\n" * 200_001, "gift", "行"),
        (b"q{T}\n\n" * 20_001, "gift", "20000"),
        (b"x" * (20 * 1024 * 1024 + 1), "text", "20 MB"),
    ],
)
def test_what_is_made_to_harm_is_refused(data: bytes, format_: str, told: str) -> None:
    assert told in reason(data, format_)


def test_a_question_without_end_is_refused_and_the_next_one_read() -> None:
    first, second = read("甲{" + "\n~乙" * 30_000 + "}\n\n乙{T}", "gift")

    assert (first.status, codes(first)[0]) == (ItemStatus.REFUSE, {"E518"})
    assert second.status is ItemStatus.IMPORT


def test_a_mistake_of_a_reader_is_a_refusal_with_an_entry_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_data: bytes, _name: str) -> list[ForeignItem]:
        raise RecursionError

    monkeypatch.setitem(READERS, "gift", broken)

    with pytest.raises(Conflict, match="程序出错"):
        read_file(b"x{T}", "x.gift", "gift", Switches())

    assert [record.name for record in caplog.records] == [preview.log.name]


def test_nothing_in_a_text_is_run_or_fetched() -> None:
    (item,) = read("[html]<p>一</p><script>alert(1)</script><img src='http://x/y.png'>{T}", "gift")

    assert "alert" not in item.stem
    assert "http" not in item.stem
