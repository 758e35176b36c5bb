"""Questions → a typed paper in plain text, as trainers exchange it. Pure."""

from collections.abc import Sequence

from question_bank.formats.exported import ExportedQuestion
from question_bank.formats.losses import LossBook, WrittenFile
from question_bank.formats.papers import sections_of


def write_text(questions: Sequence[ExportedQuestion]) -> WrittenFile:
    """Sections by type, each question with its key under it."""
    book = LossBook()
    lines: list[str] = []
    written = 0
    for section in sections_of(questions, book):
        lines += [section.heading, ""]
        for each in section.questions:
            lines += [f"{each.number}. {each.stem}", *each.options, *each.notes, ""]
            written += 1
    text = "\n".join(lines)
    return WrittenFile(text.encode("utf-8", "replace"), ".txt", written, tuple(book.losses))
