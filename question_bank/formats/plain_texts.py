"""A question in plain words, for formats without markup: Aiken, typed papers, sheets. Pure."""

from dataclasses import dataclass

from core.errors import N_
from question_bank.drafts import Shuffle
from question_bank.formats.exported import (
    LETTERS,
    ExportedQuestion,
    match_pairs,
    right_places,
    split_at_blanks,
)
from question_bank.formats.html.plain import is_plain, plain_lines
from question_bank.formats.losses import LossBook
from question_bank.keys import BlanksKey, ChoiceKey, QuestionType, RubricKey, VerdictKey


@dataclass(frozen=True)
class PlainQuestion:
    """Words only; `key` is what stands behind 答案, `rubric` the 采分点 line by line."""

    stem: str
    options: tuple[str, ...]
    key: str
    explanation: str
    rubric: str


def plain_question(question: ExportedQuestion, book: LossBook) -> PlainQuestion:
    """The words of a question; markup and pictures that go are noted."""
    draft = question.draft
    texts = [*question.texts, draft.explanation or ""]
    if not all(is_plain(_without_blanks(text)) for text in texts):
        book.lost(question.public_id, N_("排版"))
    if any("![" in text for text in texts) and question.images:
        book.lost(question.public_id, N_("图片"))
    key = draft.key
    rubric = key if isinstance(key, RubricKey) else RubricKey((), None)
    points = [f"{point.tenths / 10:g}分：{point.text}" for point in rubric.points]
    answer = [plain_lines(rubric.model_answer)] if rubric.model_answer else []
    return PlainQuestion(
        stem=plain_lines(draft.stem),
        options=tuple(_one_line(option.text) for option in draft.options),
        key=_key(question),
        explanation=plain_lines(draft.explanation or ""),
        rubric="\n".join([*answer, *points]),
    )


def note_unkept(question: ExportedQuestion, book: LossBook, *, kept: frozenset[str]) -> None:
    """Note whatever the question has that the format keeps no place for."""
    draft = question.draft
    weights = draft.key.weights_percent if isinstance(draft.key, ChoiceKey) else None
    has = {
        N_("编号"): bool(draft.public_id),
        N_("版本"): True,
        N_("标题"): bool(draft.title),
        N_("分值"): draft.points_tenths is not None,
        N_("难度"): True,
        N_("标签"): bool(draft.tags),
        N_("依据"): bool(draft.references),
        N_("解析"): bool(draft.explanation),
        N_("反馈"): any(option.feedback for option in draft.options),
        N_("岗位"): bool(draft.positions),
        N_("考点"): bool(draft.facts),
        N_("乱序"): draft.shuffle is not Shuffle.ALL,
    }
    gone = [name for name, is_there in has.items() if is_there and name not in kept]
    book.lost(question.public_id, *gone)
    if weights is not None and "权重" not in kept:
        book.scoring(question.public_id, N_("权重"), N_("没有地方写各选项的权重"))
    if draft.rule is not None and "给分" not in kept:
        book.scoring(question.public_id, N_("给分"), N_("没有地方写给分的规则"))
    groups = isinstance(draft.key, BlanksKey) and any(b.group is not None for b in draft.key.blanks)
    if groups and "顺序" not in kept:
        book.scoring(question.public_id, N_("顺序"), N_("没有地方写哪些空可以互换"))
    if isinstance(draft.key, BlanksKey) and any(b.points_tenths for b in draft.key.blanks):
        book.approximated(question.public_id, N_("分空分值"), N_("只写总分"))


def _key(question: ExportedQuestion) -> str:
    """What stands behind 答案."""
    draft, key = question.draft, question.draft.key
    if isinstance(key, VerdictKey):
        return "对" if key.verdict else "错"
    if isinstance(key, ChoiceKey):
        return "".join(LETTERS[place] for place in right_places(question))
    if isinstance(key, BlanksKey):
        return "；".join("|".join(blank.written) for blank in key.blanks)
    if draft.type is QuestionType.ORDERING:
        return "".join(LETTERS[place] for place in range(len(draft.options)))
    if draft.type is QuestionType.MATCHING:
        rows = (
            (_one_line(draft.premises[p].text), _one_line(draft.options[o].text))
            for p, o in match_pairs(question)
        )
        return ";".join(f"{left}={right}" for left, right in rows)
    return ""


def breaks_key(question: ExportedQuestion) -> str:
    """Why the key of a question cannot be read back from one line; empty where it can."""
    key = question.draft.key
    if isinstance(key, BlanksKey):
        forms = [written for blank in key.blanks for written in blank.written]
        if any(sign in form for form in forms for sign in "；;|\n"):
            return N_("答案里有分隔用的符号")
    if question.type is QuestionType.MATCHING:
        cells = [_one_line(o.text) for o in (*question.draft.premises, *question.draft.options)]
        if any(sign in cell for cell in cells for sign in ("=", ";", "；", "＝", "->", "→", "—")):
            return N_("配对里有分隔用的符号")
    return ""


def _one_line(markdown: str) -> str:
    return " ".join(plain_lines(markdown).split())


def _without_blanks(markdown: str) -> str:
    return "空".join(split_at_blanks(markdown))
