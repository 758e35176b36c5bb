"""Questions → a Word paper: stems with brackets, options, keys at the end or beside."""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from docx import Document
from docx.image import exceptions
from docx.shared import Cm, Pt

from core.errors import N_
from learning.images import image_kind
from question_bank.formats.exported import ExportedQuestion
from question_bank.formats.losses import LossBook, WrittenFile
from question_bank.formats.packing import packed
from question_bank.formats.papers import PaperQuestion, sections_of, stem_with_gap
from question_bank.formats.pictures import named_pictures
from question_bank.formats.xml_output import legal

# What Word shows; others would make python-docx fail or Word refuse the file.
_SHOWN = ("png", "jpg", "gif")
_UNREADABLE = (
    exceptions.InvalidImageStreamError,
    exceptions.UnexpectedEndOfFileError,
    exceptions.UnrecognizedImageError,
)
# A file says when it was made; ours says always the same.
_MOMENT = datetime(1980, 1, 1, tzinfo=timezone.utc)


def write_docx(questions: Sequence[ExportedQuestion], *, keys_beside: bool = False) -> WrittenFile:
    """A paper to print; with `keys_beside` each key stands under its question."""
    book = LossBook()
    paper: Any = Document()
    paper.core_properties.created = paper.core_properties.modified = _MOMENT
    paper.core_properties.author = ""
    paper.styles["Normal"].font.size = Pt(11)
    sections = sections_of(questions, book)
    for section in sections:
        paper.add_heading(section.heading, level=2)
        for each in section.questions:
            _add_question(paper, each, book, keys_beside=keys_beside)
    if not keys_beside and sections:
        paper.add_page_break()
        paper.add_heading("参考答案", level=1)
        for section in sections:
            paper.add_heading(section.heading, level=2)
            for each in section.questions:
                first, *more = each.notes
                _add(paper, f"{each.number}. {first}")
                for note in more:
                    _add(paper, note)
    written = sum(len(section.questions) for section in sections)
    return WrittenFile(_settled(paper), ".docx", written, tuple(book.losses))


def _add_question(paper: Any, each: PaperQuestion, book: LossBook, *, keys_beside: bool) -> None:
    _add(paper, f"{each.number}. {stem_with_gap(each)}")
    for text in each.question.texts:
        for data in named_pictures(text, each.question.images).values():
            _add_picture(paper, each, data, book)
    for option in each.options:
        _add(paper, option)
    for note in each.notes if keys_beside else ():
        _add(paper, note)


def _add(paper: Any, text: str) -> None:
    first, *more = legal(text).split("\n")
    paragraph = paper.add_paragraph(first)
    paragraph.paragraph_format.space_after = Pt(2)
    for line in more:
        paragraph.add_run().add_break()
        paragraph.add_run(line)


def _add_picture(paper: Any, each: PaperQuestion, data: bytes, book: LossBook) -> None:
    if image_kind(data) not in _SHOWN:
        book.lost(each.question.public_id, N_("图片"))
        return
    try:
        paper.add_picture(io.BytesIO(data), width=Cm(8))
    except (*_UNREADABLE, ValueError, KeyError, OSError, ZeroDivisionError, AttributeError):
        # A picture that no reader can measure.
        book.lost(each.question.public_id, N_("图片"))
        return
    # The plain text above lost its place; the picture itself stands here.
    mine = [x for x in book.losses if x.public_id == each.question.public_id and x.field == "图片"]
    for loss in mine:
        book.losses.remove(loss)


def _settled(paper: Any) -> bytes:
    """The file with the same bytes for the same paper."""
    made = io.BytesIO()
    paper.save(made)
    with zipfile.ZipFile(made) as archive:
        return packed((name, archive.read(name)) for name in sorted(archive.namelist()))
