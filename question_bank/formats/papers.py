"""The order and the lines of a typed paper: sections by type, keys beside or at the end. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.errors import N_
from core.sentences import say
from question_bank.formats.exported import (
    DIFFICULTY_WORDS,
    LETTERS,
    TYPE_WORDS,
    ExportedQuestion,
    match_pairs,
    points_text,
)
from question_bank.formats.losses import LossBook
from question_bank.formats.own.items import reference_words, with_own_module
from question_bank.formats.plain_texts import breaks_key, note_unkept, plain_question
from question_bank.keys import QuestionType

_ORDER = (
    QuestionType.SINGLE_CHOICE,
    QuestionType.MULTIPLE_CHOICE,
    QuestionType.TRUE_FALSE,
    QuestionType.FILL_BLANK,
    QuestionType.ORDERING,
    QuestionType.MATCHING,
    QuestionType.SHORT_ANSWER,
)
_ORDINALS = "一二三四五六七八"
_CHOICES = (QuestionType.SINGLE_CHOICE, QuestionType.MULTIPLE_CHOICE)
KEPT = frozenset({"编号", "分值", "难度", "标签", "依据", "解析"})


@dataclass(frozen=True)
class PaperQuestion:
    """A numbered question: its lines, and those of its key."""

    question: ExportedQuestion
    number: int
    stem: str
    options: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass
class Section:
    """The questions of one type."""

    heading: str
    questions: list[PaperQuestion] = field(default_factory=list)


def sections_of(questions: Sequence[ExportedQuestion], book: LossBook) -> list[Section]:
    """The paper; a type that no paper can hold is left out and named."""
    by_type: dict[QuestionType, list[ExportedQuestion]] = {}
    for question in questions:
        if question.type not in _ORDER:
            note = say(N_("卷面文本写不了%(type)s"), type=say(TYPE_WORDS[question.type]))
            book.left_out(question.public_id, N_("题型"), note)
        elif reason := breaks_key(question):
            book.left_out(question.public_id, N_("答案"), reason)
        else:
            by_type.setdefault(question.type, []).append(question)
    sections: list[Section] = []
    number = 0
    for type_ in _ORDER:
        if type_ in by_type:
            heading = f"{_ORDINALS[len(sections)]}、{TYPE_WORDS[type_]}题"
            sections.append(Section(heading))
        for question in by_type.get(type_, ()):
            number += 1
            sections[-1].questions.append(_numbered(question, number, book))
    return sections


def stem_with_gap(question: PaperQuestion) -> str:
    """The stem with the brackets in which a candidate writes."""
    wants = question.question.type in (*_CHOICES, QuestionType.TRUE_FALSE)
    return f"{question.stem}（    ）" if wants else question.stem


def _numbered(question: ExportedQuestion, number: int, book: LossBook) -> PaperQuestion:
    draft = question.draft
    plain = plain_question(question, book)
    note_unkept(question, book, kept=KEPT)
    letters = question.type in _CHOICES or question.type is QuestionType.ORDERING
    options = [f"{LETTERS[n]}. {text}" for n, text in enumerate(plain.options)] if letters else []
    used = {option for _premise, option in match_pairs(question)}
    if question.type is QuestionType.MATCHING and len(used) < len(draft.options):
        book.scoring(question.public_id, N_("干扰项"), N_("右栏里多出的项没有地方写"))
    notes = [f"答案：{plain.key}"] if plain.key else []
    if plain.rubric:
        notes.append(f"参考答案：{plain.rubric}")
    if plain.explanation:
        notes.append(f"解析：{plain.explanation}")
    notes.append(f"难度：{DIFFICULTY_WORDS[draft.difficulty]}")
    if draft.tags:
        notes.append(f"标签：{'、'.join(draft.tags)}")
    if draft.points_tenths is not None:
        notes.append(f"分值：{points_text(draft.points_tenths)}")
    if draft.references:
        cited = (reference_words(each) for each in with_own_module(draft).references)
        notes.append(f"依据：{'；'.join(cited)}")
    notes.append(f"编号：{question.public_id}")
    return PaperQuestion(question, number, plain.stem, tuple(options), tuple(notes))
