"""What each kind of Moodle question accepts, as fields of an item. Pure."""

import re
from fractions import Fraction

from core.errors import N_
from core.sentences import say
from core.xml_input import Element
from question_bank.formats.exported import BLANK_OR_CODE
from question_bank.formats.html.plain import html_lines
from question_bank.formats.items import AcceptedText
from question_bank.formats.moodle.gaps import Gap, accepted_texts, number_text, split_gaps
from question_bank.formats.moodle.texts import BLANK, Texts
from question_bank.formats.reading import Reading, accepted
from question_bank.formats.rubrics import read_rubric
from question_bank.formats.shares import choice_rule, rounded
from question_bank.keys import QuestionType, RuleName, ScoringRule

_FRACTION = re.compile(r"[-+]?\d{1,6}(?:\.\d{1,12})?")
_WILDCARD = re.compile(r"(?<!\\)\*")
_ALL = Fraction(9999, 100)
_GRADING = {
    "ALL_OR_NOTHING": RuleName.ALL_OR_NOTHING,
    "-1": RuleName.ALL_OR_NOTHING,
    "ABSOLUTE_POSITION": RuleName.SHARE_PER_POSITION,
    "0": RuleName.SHARE_PER_POSITION,
    "RELATIVE_NEXT_EXCLUDE_LAST": RuleName.SHARE_PER_NEIGHBOUR,
    "1": RuleName.SHARE_PER_NEIGHBOUR,
}


class Unsupported(ValueError):
    """A question that ours cannot hold; the message says why."""


class BadNumber(ValueError):
    """Something stands where a number should."""


def read_choice(question: Element, texts: Texts, reading: Reading) -> None:
    """multichoice: single with one full answer, or several that earn shares."""
    found = question.all("answer")
    shares = [percent_of(answer) for answer in found]
    reading.stem = texts.markdown(question.first("questiontext"))
    reading.options = [texts.markdown(answer) for answer in found]
    reading.feedback = _feedback(found, texts)
    if _has_combined(question):
        reading.warn("W518", N_("整题的反馈没有带进来"))
    if question.text_of("single", "true") in ("true", "1"):
        _single(shares, reading)
    else:
        _multiple(shares, reading)


def read_verdict(question: Element, texts: Texts, reading: Reading) -> None:
    """truefalse: whichever of `true` and `false` earns the grade."""
    answers = question.all("answer")
    right = [answer for answer in answers if percent_of(answer) >= _ALL]
    words = {texts.plain(answer).lower() for answer in right}
    reading.type = QuestionType.TRUE_FALSE
    reading.stem = texts.markdown(question.first("questiontext"))
    reading.answer = words == {"true"}
    if len(words) != 1 or not words <= {"true", "false"}:
        reading.error("E504", N_("判断题没有说对还是错"))
    _lose_feedback(answers, texts, reading)


def read_short(question: Element, texts: Texts, reading: Reading) -> None:
    """shortanswer: one blank with its accepted words."""
    answers = question.all("answer")
    found = []
    for answer in answers:
        written = texts.plain(answer)
        if percent_of(answer) <= 0 or written == "*" or not written:
            continue
        if _WILDCARD.search(written):
            raise Unsupported(say(N_("答案里有通配符：%(written)s"), written=written[:40]))
        found.append(accepted(written.replace("\\*", "*"), rounded(percent_of(answer))))
    _lose_feedback(answers, texts, reading)
    if question.text_of("usecase") == "1":
        reading.warn("W518", N_("原题分大小写，这里不分"))
    _one_blank(question, texts, tuple(found), reading)


def read_numerical(question: Element, texts: Texts, reading: Reading) -> None:
    """numerical: one blank with numbers, tolerances and the first unit of factor one."""
    unit = ""
    units = question.first("units")
    for each in units.all("unit") if units is not None else []:
        if _fraction(each.text_of("multiplier", "1")) != 1:
            raise Unsupported(N_("有换算的单位"))
        unit = unit or each.text_of("unit_name")
    answers = question.all("answer")
    found = []
    for answer in answers:
        written = texts.plain(answer)
        if percent_of(answer) > 0 and written != "*":
            by = answer.text_of("tolerance")
            number = f"{_decimal(written)}:{_decimal(by)}" if by else _decimal(written)
            found.append(accepted(number_text(number, unit), rounded(percent_of(answer))))
    _one_blank(question, texts, tuple(found), reading)
    _lose_feedback(answers, texts, reading)


def read_matching(question: Element, texts: Texts, reading: Reading) -> None:
    """matching: pairs; an answer without a question is a distractor."""
    pairs: list[tuple[str, str]] = []
    for each in question.all("subquestion"):
        premise = texts.markdown(each)
        answer = each.first("answer")
        option = texts.plain(answer) if answer is not None else ""
        if premise and option:
            pairs.append((premise, option))
        elif option:
            reading.distractors.append(option)
    if not pairs:
        reading.error("E504", N_("匹配题没有一对完整的"))
    reading.type = QuestionType.MATCHING
    reading.stem = texts.markdown(question.first("questiontext"))
    reading.answer = tuple(pairs)
    # Moodle gives each pair its share, and knows no other way.
    reading.rule = ScoringRule(RuleName.SHARE_PER_PAIR)


def read_essay(question: Element, texts: Texts, reading: Reading) -> None:
    """essay: what graders are told becomes 参考答案, and 采分点 where it has their form."""
    reading.type = QuestionType.SHORT_ANSWER
    reading.stem = texts.markdown(question.first("questiontext"))
    told = texts.markdown(question.first("graderinfo"))
    reading.scoring_points, reading.model_answer = read_rubric(told)


def read_ordering(question: Element, texts: Texts, reading: Reading) -> None:
    """ordering: the answers stand in the right order."""
    items = [texts.markdown(answer) for answer in question.all("answer")]
    name = _GRADING.get(question.text_of("gradingtype"))
    reading.type = QuestionType.ORDERING
    reading.stem = texts.markdown(question.first("questiontext"))
    reading.options, reading.answer = items, tuple(items)
    reading.rule = ScoringRule(name) if name else None


def read_cloze(question: Element, texts: Texts, reading: Reading) -> None:
    """cloze: gaps of words and numbers are blanks; one gap of choices alone is a 单选."""
    element = question.first("questiontext")
    text = element.text_of("text") if element is not None else ""
    pieces, gaps = split_gaps(text)
    if element is None or not gaps:
        raise Unsupported(N_("完形填空里没有一个空"))
    is_html = element.get("format") not in ("markdown", "plain_text")
    reading.stem = texts.pieces(element, pieces)
    if any(gap.is_choice for gap in gaps):
        if len(gaps) > 1:
            raise Unsupported(N_("完形填空里有多个选择，不能合成一道题"))
        _choice_gap(gaps[0], is_html, reading)
        return
    reading.type = QuestionType.FILL_BLANK
    reading.answer = tuple(_words(accepted_texts(gap), is_html) for gap in gaps)
    reading.rule = ScoringRule(RuleName.SHARE_PER_BLANK) if len(gaps) > 1 else None
    if len({gap.weight for gap in gaps}) > 1:
        reading.warn("W518", N_("各空的比重不同，这里每空一样多"))


def percent_of(answer: Element) -> Fraction:
    """The grade of an answer in percent; what is no number counts as nothing."""
    return _fraction(answer.get("fraction", "0")) or Fraction(0)


def _single(shares: list[Fraction], reading: Reading) -> None:
    full = [place for place, share in enumerate(shares) if share >= _ALL]
    reading.type, reading.answer = QuestionType.SINGLE_CHOICE, tuple(full)
    if not full:
        reading.error("E504", N_("单选没有得满分的选项"))
    if any(0 < share < _ALL for share in shares):
        reading.warn("W509", N_("部分得分的选项按错的算"))


def _multiple(shares: list[Fraction], reading: Reading) -> None:
    right = tuple(place for place, share in enumerate(shares) if share > 0)
    reading.type, reading.answer = QuestionType.MULTIPLE_CHOICE, right
    if not right:
        reading.error("E504", N_("多选没有一个得分的选项"))
        return
    weights = _weights(shares)
    reading.rule = choice_rule(weights)
    if reading.rule.name is RuleName.WEIGHTED:
        reading.weights = list(weights)
        if sum(weight for weight in weights if weight > 0) != 100:
            reading.warn("W509", N_("权重合计不是 100%"))


def _weights(shares: list[Fraction]) -> tuple[Fraction, ...]:
    """33.33333 stands for a third: Moodle writes five places."""
    return tuple(rounded(share) for share in shares)


def _one_blank(
    question: Element, texts: Texts, found: tuple[AcceptedText, ...], reading: Reading
) -> None:
    if not found:
        reading.error("E504", N_("没有一个得分的答案"))
    stem = texts.markdown(question.first("questiontext"))
    blanks = [each for each in BLANK_OR_CODE.finditer(stem) if each["blank"]]
    if not blanks:
        stem = f"{stem} {BLANK}" if stem else ""
    else:
        # Moodle puts its box in the first run; further ones are only drawn.
        first = blanks[0]
        rest = BLANK_OR_CODE.sub(
            lambda each: "`____`" if each["blank"] else each[0], stem[first.end() :]
        )
        stem = stem[: first.start()] + BLANK + rest
    reading.type, reading.stem, reading.answer = QuestionType.FILL_BLANK, stem, (found,)


def _choice_gap(gap: Gap, is_html: bool, reading: Reading) -> None:
    reading.options = [html_lines(a.text) if is_html else a.text for a in gap.answers]
    reading.feedback = {n: a.feedback for n, a in enumerate(gap.answers) if a.feedback}
    _single([answer.percent for answer in gap.answers], reading)


def _words(found: tuple[AcceptedText, ...], is_html: bool) -> tuple[AcceptedText, ...]:
    if not is_html:
        return tuple(accepted(each.text, each.percent) for each in found)
    return tuple(accepted(html_lines(each.text), each.percent) for each in found)


def _feedback(answers: list[Element], texts: Texts) -> dict[int, str]:
    said = {n: texts.markdown(answer.first("feedback")) for n, answer in enumerate(answers)}
    return {place: text for place, text in said.items() if text}


def _lose_feedback(answers: list[Element], texts: Texts, reading: Reading) -> None:
    if any(texts.markdown(answer.first("feedback")) for answer in answers):
        reading.warn("W518", N_("每个答案的反馈没有带进来"))


def _has_combined(question: Element) -> bool:
    """Whether a wholly or partly right answer is told more than what Moodle puts there."""
    names = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
    said = [html_lines(question.text_of(name)) for name in names]
    usual = ("Your answer is", "您的回答", "你的答案")
    return any(text and not text.startswith(usual) for text in said)


def _fraction(written: str) -> Fraction | None:
    found = _FRACTION.fullmatch(written.strip())
    return Fraction(found[0]) if found else None


def _decimal(written: str) -> str:
    """A number without the zeros that Moodle adds: 15.0000000 is 15."""
    text = written.strip().replace(",", ".")
    if not re.fullmatch(r"[-+]?\d{1,20}(?:\.\d{0,20})?", text):
        raise BadNumber(say(N_("“%(written)s”不是数"), written=written.strip()[:20]))
    return text.rstrip("0").rstrip(".") if "." in text else text
