"""Which formats can be written, by name; a format is added with one line here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from core.errors import N_
from question_bank.formats.aiken_writing import write_aiken
from question_bank.formats.docx.writing import write_docx
from question_bank.formats.exported import ExportedQuestion
from question_bank.formats.gift.writing import write_gift
from question_bank.formats.losses import WrittenFile
from question_bank.formats.moodle.writing import write_moodle
from question_bank.formats.own.model import write_json
from question_bank.formats.own.writing_markdown import write_markdown
from question_bank.formats.qti.writing import write_qti
from question_bank.formats.text.writing import write_text
from question_bank.formats.xlsx.writing import write_xlsx


@dataclass(frozen=True)
class OutFormat:
    """A format to write: its name for people and how it is written."""

    label: str
    write: Callable[[Sequence[ExportedQuestion]], WrittenFile]


WRITERS: dict[str, OutFormat] = {
    "markdown": OutFormat(N_("本系统的 Markdown"), write_markdown),
    "json": OutFormat(N_("本系统的 JSON"), write_json),
    "xlsx": OutFormat(N_("Excel 表格"), write_xlsx),
    "docx": OutFormat(N_("Word 试卷，答案在最后"), write_docx),
    "docx-keys": OutFormat(N_("Word 试卷，答案在题下"), partial(write_docx, keys_beside=True)),
    "text": OutFormat(N_("纯文本试卷"), write_text),
    "moodle-xml": OutFormat("Moodle XML", write_moodle),
    "gift": OutFormat("GIFT", write_gift),
    "aiken": OutFormat("Aiken", write_aiken),
    "qti-2.1": OutFormat("QTI 2.1", partial(write_qti, version_name="2.1")),
    "qti-2.2": OutFormat("QTI 2.2", partial(write_qti, version_name="2.2")),
    "qti-3.0": OutFormat("QTI 3.0", partial(write_qti, version_name="3.0")),
}
