"""Questions → Aiken: single choice in plain words, nothing else. Pure."""

import re
from collections.abc import Sequence

from core.comparable import comparable
from core.errors import N_
from core.sentences import say
from question_bank.authoring.lines import fold
from question_bank.formats.exported import LETTERS, TYPE_WORDS, ExportedQuestion
from question_bank.formats.losses import LossBook, WrittenFile
from question_bank.formats.plain_texts import note_unkept, plain_question
from question_bank.keys import QuestionType

_LIKE_AIKEN = re.compile(r"[A-Z] ?[.)、]|ANSWER *:", re.IGNORECASE)


def write_aiken(questions: Sequence[ExportedQuestion]) -> WrittenFile:
    """A UTF-8 file; whatever is no single choice is left out and named."""
    book = LossBook()
    blocks = []
    for question in questions:
        block = _block(question, book)
        if block:
            blocks.append(block)
            note_unkept(question, book, kept=frozenset())
    text = "\n\n".join(blocks) + "\n" if blocks else ""
    return WrittenFile(text.encode("utf-8", "replace"), ".txt", len(blocks), tuple(book.losses))


def _block(question: ExportedQuestion, book: LossBook) -> str:
    if question.type is not QuestionType.SINGLE_CHOICE:
        note = say(N_("Aiken 只有单选，没有%(type)s"), type=say(TYPE_WORDS[question.type]))
        book.left_out(question.public_id, N_("题型"), note)
        return ""
    plain = plain_question(question, book)
    stem = " ".join(plain.stem.split())
    texts = [comparable(option) for option in plain.options]
    if not stem or not all(texts) or len(set(texts)) < len(texts):
        book.left_out(
            question.public_id, N_("选项"), N_("去掉图片和排版以后，题干或选项没有了，或选项相同")
        )
        return ""
    if _LIKE_AIKEN.match(fold(stem)):
        book.left_out(question.public_id, N_("题干"), N_("题干的开头像一个选项或答案"))
        return ""
    lines = [f"{LETTERS[n]}. {option}" for n, option in enumerate(plain.options)]
    return "\n".join([stem, *lines, f"ANSWER: {plain.key}"])
