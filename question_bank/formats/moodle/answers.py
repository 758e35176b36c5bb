"""What each kind of Moodle question accepts, as fields of an item. Pure."""

import re
from fractions import Fraction
from typing import Any

from question_bank.formats.exported import BLANK_OR_CODE, points_tenths
from question_bank.formats.html.plain import html_lines
from question_bank.formats.items import AcceptedText, Remark
from question_bank.formats.moodle.gaps import Gap, accepted_texts, number_text, split_gaps
from question_bank.formats.moodle.texts import BLANK, Texts
from question_bank.formats.xml_input import Element
from question_bank.keys import QuestionType, RuleName, ScoringPoint, ScoringRule

MOST_OPTIONS = 12
_FRACTION = re.compile(r"[-+]?\d{1,6}(?:\.\d{1,12})?")
_WILDCARD = re.compile(r"(?<!\\)\*")
_POINT = re.compile(r"^(?:[-*+]|\d+[.)]) +(?P<points>\d{1,3}(?:\.\d)?) *分 *[:：] *(?P<text>.+)$")
_ALL = Fraction(9999, 100)
# Stems say where the box stands by a run of underscores; without one it stands at the end.
_ALWAYS_LAST = re.compile(r"(?:以上|上述)(?:都|均|全)")
_GRADING = {
    "ALL_OR_NOTHING": RuleName.ALL_OR_NOTHING,
    "-1": RuleName.ALL_OR_NOTHING,
    "ABSOLUTE_POSITION": RuleName.SHARE_PER_POSITION,
    "0": RuleName.SHARE_PER_POSITION,
    "RELATIVE_NEXT_EXCLUDE_LAST": RuleName.SHARE_PER_NEIGHBOUR,
    "1": RuleName.SHARE_PER_NEIGHBOUR,
}


class Unsupported(Exception):
    """A question that ours cannot hold; the message says why."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def read_choice(question: Element, texts: Texts) -> dict[str, Any]:
    """multichoice: single with one full answer, or several that earn shares."""
    found = question.all("answer")
    _check_count(len(found))
    shares = [percent_of(answer) for answer in found]
    stem = texts.markdown(question.first("questiontext"))
    made: dict[str, Any] = {
        "stem": stem,
        "options": tuple(texts.markdown(answer) for answer in found),
        "feedback": _feedback(found, texts),
        "warnings": _combined(question),
    }
    made["last_option_pinned"] = bool(_ALWAYS_LAST.search(made["options"][-1]))
    if question.text_of("single", "true") in ("true", "1"):
        return made | _single(shares)
    return made | _multiple(shares)


def read_verdict(question: Element, texts: Texts) -> dict[str, Any]:
    """truefalse: whichever of `true` and `false` earns the grade."""
    answers = question.all("answer")
    right = [answer for answer in answers if percent_of(answer) >= _ALL]
    words = {texts.plain(answer).lower() for answer in right}
    if len(words) != 1 or not words <= {"true", "false"}:
        raise Unsupported("E504", "判断题没有说对还是错")
    return {
        "type": QuestionType.TRUE_FALSE,
        "stem": texts.markdown(question.first("questiontext")),
        "answer": words == {"true"},
        "warnings": _lost_feedback(answers, texts),
    }


def read_short(question: Element, texts: Texts) -> dict[str, Any]:
    """shortanswer: one blank with its accepted words."""
    answers = question.all("answer")
    accepted = []
    for answer in answers:
        written = texts.plain(answer)
        if percent_of(answer) <= 0 or written == "*":
            continue
        if _WILDCARD.search(written):
            raise Unsupported("E515", f"答案里有通配符：{written[:40]}")
        accepted.append(AcceptedText(written.replace("\\*", "*"), _rounded(percent_of(answer))))
    warnings = _lost_feedback(answers, texts)
    if question.text_of("usecase") == "1":
        warnings = (*warnings, Remark("W510", "原题分大小写，这里不分"))
    return _one_blank(question, texts, tuple(accepted)) | {"warnings": warnings}


def read_numerical(question: Element, texts: Texts) -> dict[str, Any]:
    """numerical: one blank with numbers, tolerances and the first unit of factor one."""
    unit = ""
    units = question.first("units")
    for each in units.all("unit") if units is not None else []:
        if _fraction(each.text_of("multiplier", "1")) != 1:
            raise Unsupported("E515", "有换算的单位")
        unit = unit or each.text_of("unit_name")
    answers = question.all("answer")
    accepted = []
    for answer in answers:
        written = texts.plain(answer)
        if percent_of(answer) > 0 and written != "*":
            by = answer.text_of("tolerance")
            by = _decimal(by) if by else ""
            number = f"{_decimal(written)}:{by}" if by else _decimal(written)
            accepted.append(AcceptedText(number_text(number, unit), _rounded(percent_of(answer))))
    made = _one_blank(question, texts, tuple(accepted))
    return made | {"warnings": _lost_feedback(answers, texts)}


def read_matching(question: Element, texts: Texts) -> dict[str, Any]:
    """matching: pairs; an answer without a question is a distractor."""
    pairs: list[tuple[str, str]] = []
    distractors: list[str] = []
    for each in question.all("subquestion"):
        premise = texts.markdown(each)
        answer = each.first("answer")
        option = texts.plain(answer) if answer is not None else ""
        if premise and option:
            pairs.append((premise, option))
        elif option:
            distractors.append(option)
    if not pairs:
        raise Unsupported("E504", "匹配题没有一对完整的")
    return {
        "type": QuestionType.MATCHING,
        "stem": texts.markdown(question.first("questiontext")),
        "answer": tuple(pairs),
        "distractors": tuple(distractors),
        # Moodle gives each pair its share, and knows no other way.
        "rule": ScoringRule(RuleName.SHARE_PER_PAIR),
    }


def read_essay(question: Element, texts: Texts) -> dict[str, Any]:
    """essay: what graders are told becomes 参考答案, and 采分点 where it has their form."""
    told = texts.markdown(question.first("graderinfo"))
    points: list[ScoringPoint] = []
    rest: list[str] = []
    for line in told.split("\n"):
        found = _POINT.match(line.strip())
        tenths = points_tenths(found["points"]) if found else None
        if found and tenths:
            points.append(ScoringPoint(found["text"].strip(), tenths))
        else:
            rest.append(line)
    answer = "\n".join(rest).strip()
    answer = re.sub(r"\n*采分点[:：]\s*$", "", answer).strip()
    return {
        "type": QuestionType.SHORT_ANSWER,
        "stem": texts.markdown(question.first("questiontext")),
        "scoring_points": tuple(points),
        "model_answer": re.sub(r"^参考答案[:：]\s*", "", answer),
    }


def read_ordering(question: Element, texts: Texts) -> dict[str, Any]:
    """ordering: the answers stand in the right order."""
    items = tuple(texts.markdown(answer) for answer in question.all("answer"))
    if len(items) < 3:
        raise Unsupported("E512", f"排序题只有 {len(items)} 项，至少要 3 项")
    name = _GRADING.get(question.text_of("gradingtype"))
    return {
        "type": QuestionType.ORDERING,
        "stem": texts.markdown(question.first("questiontext")),
        "answer": items,
        "rule": ScoringRule(name) if name else None,
    }


def read_cloze(question: Element, texts: Texts) -> dict[str, Any]:
    """cloze: gaps of words and numbers are blanks; one gap of choices alone is a 单选."""
    element = question.first("questiontext")
    text = element.text_of("text") if element is not None else ""
    pieces, gaps = split_gaps(text)
    if element is None or not gaps:
        raise Unsupported("E505", "完形填空里没有一个空")
    is_html = element.get("format") not in ("markdown", "plain_text")
    if any(gap.is_choice for gap in gaps):
        if len(gaps) > 1:
            raise Unsupported("E515", "完形填空里有多个选择，不能合成一道题")
        return _choice_gap(texts.pieces(element, pieces), gaps[0], is_html)
    accepted = tuple(_words(accepted_texts(gap), is_html) for gap in gaps)
    weights = {gap.weight for gap in gaps}
    warnings = (Remark("W510", "各空的比重不同，这里每空一样多"),) if len(weights) > 1 else ()
    return {
        "type": QuestionType.FILL_BLANK,
        "stem": texts.pieces(element, pieces),
        "answer": accepted,
        "rule": ScoringRule(RuleName.SHARE_PER_BLANK),
        "warnings": warnings,
    }


def percent_of(answer: Element) -> Fraction:
    """The grade of an answer in percent; what is no number counts as nothing."""
    return _fraction(answer.get("fraction", "0")) or Fraction(0)


def _single(shares: list[Fraction]) -> dict[str, Any]:
    full = [place for place, share in enumerate(shares) if share >= _ALL]
    if len(full) > 1:
        raise Unsupported("E513", f"单选有 {len(full)} 个得满分的选项")
    if not full:
        raise Unsupported("E504", "单选没有得满分的选项")
    partial = any(0 < share < _ALL for share in shares)
    told = (Remark("W509", "部分得分的选项按错的算"),) if partial else ()
    made = {"type": QuestionType.SINGLE_CHOICE, "answer": tuple(full)}
    return made | ({"warnings": told} if told else {})


def _multiple(shares: list[Fraction]) -> dict[str, Any]:
    right = tuple(place for place, share in enumerate(shares) if share > 0)
    if not right:
        raise Unsupported("E504", "多选没有一个得分的选项")
    made: dict[str, Any] = {"type": QuestionType.MULTIPLE_CHOICE, "answer": right}
    weights = _weights(shares)
    rule = _choice_rule(weights)
    made["rule"] = rule
    if rule.name is RuleName.WEIGHTED:
        made["weights"] = weights
        if sum(weight for weight in weights if weight > 0) != 100:
            made["warnings"] = (Remark("W509", "权重合计不是 100%"),)
    return made


def _weights(shares: list[Fraction]) -> tuple[Fraction, ...]:
    """33.33333 stands for a third: Moodle writes five places."""
    return tuple(_rounded(share) for share in shares)


def _rounded(share: Fraction) -> Fraction:
    near = share.limit_denominator(1)
    for denominator in range(1, 13):
        near = Fraction(round(share / 100 * denominator) * 100, denominator)
        if abs(near - share) < Fraction(1, 10_000):
            return near
    return share


def _choice_rule(weights: tuple[Fraction, ...]) -> ScoringRule:
    """The rule of ours that marks as these shares do."""
    right = [weight for weight in weights if weight > 0]
    wrong = [weight for weight in weights if weight <= 0]
    is_even = len(set(right)) == 1 and sum(right) == 100
    if is_even and wrong and all(weight == -right[0] for weight in wrong):
        return ScoringRule(RuleName.RIGHT_MINUS_WRONG)
    if is_even and all(weight <= -100 for weight in wrong):
        return ScoringRule(RuleName.SHARE_PER_OPTION)
    return ScoringRule(RuleName.WEIGHTED)


def _one_blank(
    question: Element, texts: Texts, accepted: tuple[AcceptedText, ...]
) -> dict[str, Any]:
    if not accepted:
        raise Unsupported("E504", "没有一个得分的答案")
    stem = texts.markdown(question.first("questiontext"))
    blanks = [found for found in BLANK_OR_CODE.finditer(stem) if found["blank"]]
    if not blanks:
        stem = f"{stem} {BLANK}"
    else:
        # Moodle puts its box in the first run; further ones are only drawn.
        first = blanks[0]
        rest = BLANK_OR_CODE.sub(
            lambda found: "`____`" if found["blank"] else found[0], stem[first.end() :]
        )
        stem = stem[: first.start()] + BLANK + rest
    return {"type": QuestionType.FILL_BLANK, "stem": stem, "answer": (accepted,)}


def _choice_gap(stem: str, gap: Gap, is_html: bool) -> dict[str, Any]:
    _check_count(len(gap.answers))
    options = tuple(html_lines(a.text) if is_html else a.text for a in gap.answers)
    made: dict[str, Any] = {
        "stem": stem,
        "options": options,
        "feedback": {n: a.feedback for n, a in enumerate(gap.answers) if a.feedback},
    }
    return made | _single([answer.percent for answer in gap.answers])


def _words(accepted: tuple[AcceptedText, ...], is_html: bool) -> tuple[AcceptedText, ...]:
    if not is_html:
        return accepted
    return tuple(AcceptedText(html_lines(each.text), each.percent) for each in accepted)


def _feedback(answers: list[Element], texts: Texts) -> dict[int, str]:
    said = {n: texts.markdown(answer.first("feedback")) for n, answer in enumerate(answers)}
    return {place: text for place, text in said.items() if text}


def _lost_feedback(answers: list[Element], texts: Texts) -> tuple[Remark, ...]:
    if any(texts.markdown(answer.first("feedback")) for answer in answers):
        return (Remark("W510", "每个答案的反馈没有带进来"),)
    return ()


def _combined(question: Element) -> tuple[Remark, ...]:
    """Feedback for a wholly or partly right answer, unless it is what Moodle puts there."""
    names = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
    said = [question.text_of(name) for name in names]
    usual = ("Your answer is", "您的回答", "你的答案")
    if any(text and not html_lines(text).startswith(usual) for text in said):
        return (Remark("W510", "整题的反馈没有带进来"),)
    return ()


def _check_count(count: int) -> None:
    if count < 2:
        raise Unsupported("E512", f"只有 {count} 个选项，至少要 2 个")
    if count > MOST_OPTIONS:
        raise Unsupported("E220", f"有 {count} 个选项，最多 {MOST_OPTIONS} 个")


def _fraction(written: str) -> Fraction | None:
    found = _FRACTION.fullmatch(written.strip())
    return Fraction(found[0]) if found else None


def _decimal(written: str) -> str:
    """A number without the zeros that Moodle adds: 15.0000000 is 15."""
    text = written.strip().replace(",", ".")
    if not re.fullmatch(r"[-+]?\d{1,20}(?:\.\d{0,20})?", text):
        raise Unsupported("E514", f"“{written.strip()[:20]}”不是数")
    return text.rstrip("0").rstrip(".") if "." in text else text
