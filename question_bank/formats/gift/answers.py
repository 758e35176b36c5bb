"""What stands between the braces of a GIFT question: the marks decide the type, as in Moodle."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import pairwise

from core.comparable import comparable
from core.errors import N_
from core.sentences import say
from question_bank.authoring.choices import letter_of
from question_bank.formats.gift.blocks import shown
from question_bank.formats.items import AcceptedText
from question_bank.formats.reading import Reading, accepted
from question_bank.keys import QuestionType

ToMarkdown = Callable[[str], str]

_VERDICTS = {"T": True, "TRUE": True, "F": False, "FALSE": False}
_WEIGHT = re.compile(r"%\s*(?P<number>-?\d{1,3}(?:\.\d{1,9})?)\s*%")
_PIECE = re.compile(r"[~=]")
# A full-width mark where an answer would begin; 5～10 and a＝b in a text are not that.
_FULL_WIDTH_MARK = re.compile(r"(?:^|[\s\u3000])[＝～＃](?=[^\s\d])|^[＝～＃]")
_RANGE = re.compile(r"(?P<low>[^.].*?|\.\d.*?)\.\.(?P<high>.+)", re.DOTALL)
FULL = Fraction(100)


@dataclass(frozen=True)
class Piece:
    """One answer: its mark, its weight where it has one, its text and its feedback."""

    mark: str
    weight: Fraction | None
    text: str
    feedback: str

    @property
    def worth(self) -> Fraction:
        """Its share of the points in percent."""
        if self.weight is not None:
            return self.weight
        return FULL if self.mark == "=" else Fraction(0)


def read_answer(reading: Reading, inside: str, markdown: ToMarkdown) -> None:
    """Set type, options and answer of the reading, with what is wrong with them."""
    verdict = unicodedata.normalize("NFKC", inside.split("#")[0]).strip().upper()
    if not inside:
        reading.type = QuestionType.SHORT_ANSWER
    elif inside.startswith(("#", "＃")):
        reading.type = QuestionType.FILL_BLANK
        _read_numbers(reading, inside)
    elif verdict in _VERDICTS:
        reading.type = QuestionType.TRUE_FALSE
        reading.answer = _VERDICTS[verdict]
        notes = [markdown(note) for note in inside.split("#")[1:3]]
        reading.explanation = "\n\n".join(note for note in notes if note)
    elif "~" in inside:
        _read_choices(reading, pieces_of(inside), markdown)
        _refuse_full_width(reading, inside)
    elif "=" in inside and "->" in inside:
        reading.type = QuestionType.MATCHING
        _read_pairs(reading, pieces_of(inside), markdown)
    else:
        reading.type = QuestionType.FILL_BLANK
        _read_words(reading, pieces_of(inside), markdown)
        _refuse_full_width(reading, inside)


def pieces_of(inside: str) -> list[Piece]:
    """Cut the answers apart; text before the first mark is an answer too, as Moodle reads it."""
    starts = [found.start() for found in _PIECE.finditer(inside)]
    bounds = sorted({0, *starts, len(inside)})
    pieces = []
    for start, end in pairwise(bounds):
        mark = inside[start] if inside[start] in "~=" else ""
        body = inside[start + len(mark) : end].strip()
        weight = _WEIGHT.match(body)
        if weight:
            body = body[weight.end() :]
        text, _, feedback = body.partition("#")
        if mark or text.strip():
            number = Fraction(weight["number"]) if weight else None
            pieces.append(Piece(mark, number, text.strip(), feedback.strip()))
    return pieces


def _refuse_full_width(reading: Reading, inside: str) -> None:
    found = _FULL_WIDTH_MARK.search(inside)
    if found:
        mark = found[0].strip()
        message = say(
            N_("答案前面是全角的“%(mark)s”，GIFT 只认半角的 = ~ #；是文字的话在前面加反斜杠"),
            mark=mark,
        )
        reading.error("E512", message)


def _read_choices(reading: Reading, pieces: list[Piece], markdown: ToMarkdown) -> None:
    is_single = any(piece.mark == "=" and piece.worth >= FULL for piece in pieces)
    reading.type = QuestionType.SINGLE_CHOICE if is_single else QuestionType.MULTIPLE_CHOICE
    reading.options = [markdown(piece.text) for piece in pieces]
    reading.feedback = {
        index: markdown(piece.feedback) for index, piece in enumerate(pieces) if piece.feedback
    }
    least = FULL if is_single else Fraction(0)
    right = tuple(
        index
        for index, piece in enumerate(pieces)
        if (piece.worth >= least if is_single else piece.worth > least)
    )
    reading.answer = right or None
    if not right:
        reading.error("E504", N_("没有正确答案：在对的选项前写 =，或写 %50% 这样的权重"))
    if any(piece.weight is not None for piece in pieces):
        reading.weights = [piece.worth for piece in pieces]
        _check_weights(reading, reading.weights, right, is_single=is_single)


def _check_weights(
    reading: Reading, weights: list[Fraction], right: tuple[int, ...], *, is_single: bool
) -> None:
    if is_single:
        partly = [index for index, weight in enumerate(weights) if 0 < weight < FULL]
        if partly:
            shown_ = "、".join(letter_of(index) for index in partly)
            reading.warn(
                "W509",
                say(
                    N_("单选题的选项 %(shown)s 有部分分；本系统单选只认全对，部分分不收"),
                    shown=shown_,
                ),
            )
        return
    total = sum((weights[index] for index in right), Fraction(0))
    # Moodle writes a third as 33.33333.
    if right and abs(total - FULL) > Fraction(1, 10):
        reading.warn(
            "W509",
            say(
                N_("正确选项的权重合计 %(total)s%%，不是 100%%；权重不收，按全对给分"),
                total=f"{float(total):g}",
            ),
        )


def _read_pairs(reading: Reading, pieces: list[Piece], markdown: ToMarkdown) -> None:
    pairs: list[tuple[str, str]] = []
    for piece in pieces:
        written, arrow, other = piece.text.partition("->")
        left, right = markdown(written), markdown(other)
        if not arrow or not comparable(right):
            reading.error(
                "E512", say(N_("匹配的一项“%(text)s”要写成 左 -> 右"), text=shown(piece.text)[:20])
            )
        elif comparable(left):
            pairs.append((left, right))
        else:
            reading.distractors.append(right)
    if len(pairs) < 2 and not reading.errors:
        message = N_("匹配题至少要两对；是填空题的话，答案里不能有 ->")
        reading.error("E512", message)
    reading.answer = tuple(pairs) or None
    rights = [*(right for _left, right in pairs), *reading.distractors]
    reading.options = list(dict.fromkeys(rights))


def _read_words(reading: Reading, pieces: list[Piece], markdown: ToMarkdown) -> None:
    forms: list[AcceptedText] = []
    for piece in pieces:
        text = markdown(piece.text)
        if piece.worth <= 0 and piece.mark:
            continue
        if not comparable(text):
            reading.error("E504", N_("有一个答案是空的"))
        elif "*" in piece.text:
            reading.error("E515", say(N_("答案“%(text)s”里有通配符 *，本系统不支持"), text=text))
        else:
            worth = piece.worth if piece.mark else FULL
            forms.append(accepted(text, min(worth, FULL)))
    if len(forms) > 1 and all("→" in form.text for form in forms):
        reading.error("E515", N_("像是匹配题，但箭头是 →；GIFT 要写成 ->"))
    _set_forms(reading, forms)


def _set_forms(reading: Reading, forms: list[AcceptedText]) -> None:
    unique = tuple({(form.text, form.percent): form for form in forms}.values())
    reading.answer = (unique,) if unique else None
    if not any(form.percent == FULL for form in unique) and not reading.errors:
        reading.error("E504", N_("没有一个答案得满分"))
    for form in unique:
        if form.percent < FULL:
            message = say(
                N_("答案“%(text)s”只得 %(percent)s%%；本系统填空不给部分分，不收这一个"),
                text=form.text,
                percent=f"{float(form.percent):g}",
            )
            reading.warn("W509", message)


def _read_numbers(reading: Reading, inside: str) -> None:
    """Numbers after #: `5`, `5:0.1`, `4..6`, or several with = and weights."""
    written = inside[1:].split("~")[0].strip()
    forms = []
    for piece in pieces_of(written):
        if piece.worth <= 0 and piece.mark:
            continue
        form = _number_form(unicodedata.normalize("NFKC", piece.text))
        if form is None:
            reading.error(
                "E514",
                say(N_("“%(text)s”不是数：写 5、5:0.1 或 4..6"), text=shown(piece.text)[:20]),
            )
        else:
            worth = piece.worth if piece.mark else (piece.weight or FULL)
            forms.append(AcceptedText(form, min(worth, FULL)))
    if not forms and not reading.errors:
        reading.error("E514", N_("# 后面没有数"))
    if forms:
        _set_forms(reading, forms)


def _number_form(written: str) -> str | None:
    text = written.strip()
    found = _RANGE.fullmatch(text)
    if found:
        low, high = _number(found["low"]), _number(found["high"])
        if low is None or high is None or low > high:
            return None
        return _shown(low) if low == high else f"[{_shown(low)}, {_shown(high)}]"
    value_text, colon, by_text = text.partition(":")
    value, by = _number(value_text), _number(by_text) if colon else Decimal(0)
    if value is None or by is None or by < 0:
        return None
    return f"{_shown(value)}±{_shown(by)}" if by else _shown(value)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    is_sane = number.is_finite() and abs(number.adjusted()) <= 20 and len(text) <= 30
    return number if is_sane and "_" not in text else None


def _shown(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
