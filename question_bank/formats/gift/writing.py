"""Questions → GIFT, each on lines of its own, with what GIFT cannot hold noted. Pure."""

import re
from collections.abc import Callable, Sequence
from fractions import Fraction

from core.errors import N_
from core.sentences import say
from question_bank.answers import TextForm
from question_bank.formats.decimals import decimal
from question_bank.formats.exported import (
    IMAGE,
    ExportedQuestion,
    match_pairs,
    number_of,
    points_text,
    right_places,
    rule_words,
    split_at_blanks,
    written_forms,
)
from question_bank.formats.losses import LossBook, WrittenFile
from question_bank.formats.moodle.grades import is_grade, nearest_grade, shares_of
from question_bank.formats.tags import tags_of
from question_bank.keys import (
    BlankKey,
    BlanksKey,
    QuestionType,
    RubricKey,
    RuleName,
    VerdictKey,
)

_MARKS = re.compile(r"[~=#{}:\\]")
_NO_PLACE = {
    QuestionType.ORDERING: N_("GIFT 没有排序题"),
    QuestionType.HOTSPOT: N_("GIFT 没有按图找隐患的题"),
}
_ARROW = "->"


class _LeftOut(ValueError):
    """Why a question cannot be written."""


def write_gift(questions: Sequence[ExportedQuestion]) -> WrittenFile:
    """A UTF-8 file; a case becomes a description and the questions after it."""
    book = LossBook()
    blocks: list[str] = []
    written = 0
    for question in questions:
        made = _question(question, book, case_id="")
        blocks += made
        written += bool(made)
    text = "\n\n".join(blocks) + "\n" if blocks else ""
    return WrittenFile(text.encode("utf-8", "replace"), ".txt", written, tuple(book.losses))


def _question(question: ExportedQuestion, book: LossBook, *, case_id: str) -> list[str]:
    if question.type is QuestionType.CASE_ANALYSIS:
        return _case(question, book)
    own = LossBook()
    try:
        body = _body(question, own)
    except _LeftOut as reason:
        book.left_out(question.public_id, N_("题型"), reason.args[0])
        return []
    book.losses += own.losses
    _note_losses(question, book)
    return [_block(question, body, case_id)]


def _case(question: ExportedQuestion, book: LossBook) -> list[str]:
    parts = [
        block
        for part in question.parts
        for block in _question(part, book, case_id=question.public_id)
    ]
    if not parts:
        book.left_out(question.public_id, N_("题型"), N_("案例里没有能写出的小题"))
        return []
    book.approximated(
        question.public_id, N_("案例"), N_("写成一段说明和几道独立的题，抽题时会分开")
    )
    _note_losses(question, book)
    return [_block(question, _text(question.draft.stem), ""), *parts]


def _block(question: ExportedQuestion, body: str, case_id: str) -> str:
    draft = question.draft
    tags = tags_of(question, case_id=case_id)
    if draft.points_tenths is not None:
        tags.append(f"分值:{points_text(draft.points_tenths)}")
    notes = [f"[id:{question.public_id}]", *(f"[tag:{_note(tag)}]" for tag in tags)]
    title = f"::{_escaped(draft.title)}::" if draft.title else ""
    return f"// {' '.join(notes)}\n{title}[markdown]{body}"


def _body(question: ExportedQuestion, book: LossBook) -> str:
    if question.type in _NO_PLACE:
        raise _LeftOut(_NO_PLACE[question.type])
    if question.type is QuestionType.FILL_BLANK:
        return _blank_question(question, book)
    answers = _WRITERS[question.type](question, book)
    return f"{_text(question.draft.stem)} {{{_with_explanation(question, answers)}}}"


def _choice(question: ExportedQuestion, book: LossBook) -> list[str]:
    draft = question.draft
    right = set(right_places(question))
    if question.type is QuestionType.SINGLE_CHOICE:
        marks = ["=" if place in right else "~" for place in range(len(draft.options))]
    else:
        shares, is_exact = shares_of(question)
        if not is_exact:
            words = rule_words(draft.rule) or say(N_("全对（由考试定）"))
            book.scoring(
                question.public_id, N_("给分"), say(N_("“%(words)s”写成按选项给分"), words=words)
            )
        if not all(is_grade(share) for share in shares):
            book.scoring(question.public_id, N_("权重"), N_("Moodle 没有这一档，改成最近的一档"))
        marks = [f"~%{decimal(nearest_grade(share))}%" for share in shares]
    lines = []
    for mark, option in zip(marks, draft.options, strict=True):
        feedback = f"#{_text(option.feedback)}" if option.feedback else ""
        lines.append(f"{mark}{_text(option.text)}{feedback}")
    return lines


def _verdict(question: ExportedQuestion, _book: LossBook) -> list[str]:
    key = question.draft.key
    return ["T" if isinstance(key, VerdictKey) and key.verdict else "F"]


def _matching(question: ExportedQuestion, book: LossBook) -> list[str]:
    draft = question.draft
    texts = [_text(each.text) for each in (*draft.premises, *draft.options)]
    if any(_ARROW in text for text in texts):
        raise _LeftOut(say(N_("配对的文字里有 %(arrow)s"), arrow=_ARROW))
    if draft.rule is None or draft.rule.name is not RuleName.SHARE_PER_PAIR:
        words = rule_words(draft.rule) or say(N_("由考试定"))
        book.scoring(
            question.public_id, N_("给分"), say(N_("“%(words)s”写成每对给分"), words=words)
        )
    pairs = match_pairs(question)
    left, right = texts[: len(draft.premises)], texts[len(draft.premises) :]
    used = {option for _premise, option in pairs}
    spare = [f"={_ARROW} {text}" for place, text in enumerate(right) if place not in used]
    return [*(f"={left[p]} {_ARROW} {right[o]}" for p, o in pairs), *spare]


def _essay(question: ExportedQuestion, book: LossBook) -> list[str]:
    key = question.draft.key
    if isinstance(key, RubricKey) and (key.points or key.model_answer):
        book.lost(question.public_id, N_("采分点和参考答案"))
    return []


_WRITERS: dict[QuestionType, Callable[[ExportedQuestion, LossBook], list[str]]] = {
    QuestionType.SINGLE_CHOICE: _choice,
    QuestionType.MULTIPLE_CHOICE: _choice,
    QuestionType.TRUE_FALSE: _verdict,
    QuestionType.MATCHING: _matching,
    QuestionType.SHORT_ANSWER: _essay,
}


def _blank_question(question: ExportedQuestion, book: LossBook) -> str:
    """The answers stand where the blank is."""
    key = question.draft.key
    assert isinstance(key, BlanksKey)
    if len(key.blanks) > 1:
        raise _LeftOut(N_("GIFT 一道题只能有一个空"))
    before, after = split_at_blanks(question.draft.stem)
    answers = _with_explanation(question, _blank(question, key.blanks[0], book))
    return f"{_text(before, is_part=True)}{{{answers}}}{_text(after, is_part=True)}".rstrip()


def _blank(question: ExportedQuestion, blank: BlankKey, book: LossBook) -> list[str]:
    number = number_of(blank)
    if number is not None:
        if number.unit:
            book.lost(question.public_id, N_("单位"))
        value, by = (number.low + number.high) / 2, (number.high - number.low) / 2
        is_whole = number.includes_low and number.includes_high
        if not is_whole or any(Fraction(decimal(each)) != each for each in (value, by)):
            book.scoring(question.public_id, N_("数值范围"), N_("范围的端点写得不一样"))
        return [f"#{decimal(value)}:{decimal(by)}"]
    if not all(isinstance(form, TextForm) for form in blank.accepted):
        book.scoring(
            question.public_id, N_("数值比较"), N_("几个写法里有数，Moodle 按文字逐个比较")
        )
    note = N_("Moodle 只统一大小写，不统一全角半角和空格")
    book.approximated(question.public_id, N_("文字比较"), note)
    forms = [_escaped(form) for form in written_forms(blank)]
    if any(_ARROW in form for form in forms):
        raise _LeftOut(say(N_("答案里有 %(arrow)s，会被当成匹配题"), arrow=_ARROW))
    if any("*" in form for form in forms):
        raise _LeftOut(N_("答案里有 *，在 Moodle 里是通配符"))
    return [f"={form}" for form in forms]


def _with_explanation(question: ExportedQuestion, answers: list[str]) -> str:
    said = question.draft.explanation
    more = [f"####{_text(said)}"] if said else []
    lines = [*answers, *more]
    if len(lines) < 2:
        return "".join(lines)
    return "\n\t" + "\n\t".join(lines) + "\n"


def _note_losses(question: ExportedQuestion, book: LossBook) -> None:
    draft = question.draft
    book.approximated(question.public_id, N_("版本"), N_("写成标签"))
    if draft.points_tenths is not None:
        book.approximated(question.public_id, N_("分值"), N_("写成标签，Moodle 不认识"))
    texts = [*question.texts, draft.explanation or "", *(o.feedback or "" for o in draft.options)]
    if any(IMAGE.search(text) for text in texts):
        book.lost(question.public_id, N_("图片"))
    if draft.shuffle.value != "all":
        book.lost(question.public_id, N_("乱序"))


def _text(markdown: str | None, *, is_part: bool = False) -> str:
    """Markdown with every mark of GIFT escaped, on one line; pictures leave their words."""
    shown = IMAGE.sub(lambda found: f"（图：{found['alt']}）", markdown or "")
    return _escaped(shown if is_part else shown.strip())


def _escaped(text: str) -> str:
    # A blank line would end the question.
    marked = _MARKS.sub(lambda found: "\\" + found[0], text)
    return marked.replace("\r", "").replace("\n", "\\n")


def _note(tag: str) -> str:
    return re.sub(r"([\\\]])", r"\\\1", " ".join(tag.split()))
