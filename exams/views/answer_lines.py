"""The lines under a question of a marked paper: what was answered beside what is right."""

from dataclasses import dataclass, replace
from itertools import pairwise

from flask_babel import gettext as _
from markupsafe import Markup

from core.pages import show_points
from exams import spots
from exams.hand_marking import ticked_tenths
from exams.marking import Filled, Spotted, blanks_right
from exams.queries.results import RevealedQuestion
from exams.replies import response_for_marking
from exams.views.paper import LETTERS
from question_bank.keys import (
    BlanksKey,
    ChoiceKey,
    HotspotKey,
    MatchKey,
    OrderKey,
    QuestionType,
    RubricKey,
    RuleName,
    VerdictKey,
)
from question_bank.outlines import OutlinedPicture, outlined


@dataclass(frozen=True)
class AnswerLine:
    """One option or blank of a revealed question. `verdict`: right, wrong, missed, chosen or ''."""

    letter: str
    html: Markup
    verdict: str
    note: str
    feedback: Markup | None = None


def answer_lines(question: RevealedQuestion) -> list[AnswerLine]:
    """What was answered and what is right, line by line."""
    key = question.version.key
    if isinstance(key, ChoiceKey):
        return _choice_lines(question, key)
    if isinstance(key, VerdictKey):
        return [
            _line(letter, Markup.escape(word), is_right=key.verdict is value, is_chosen=chosen)
            for letter, word, value in (("A", _("对"), True), ("B", _("错"), False))
            for chosen in [question.response is value]
        ]
    if isinstance(key, BlanksKey):
        return _blank_lines(question, key)
    if isinstance(key, OrderKey):
        return _order_lines(question, key)
    if isinstance(key, MatchKey):
        return _match_lines(question, key)
    if isinstance(key, HotspotKey):
        return _spot_lines(question, key)
    return _written_lines(question, key) if isinstance(key, RubricKey) else []


def answered_picture(question: RevealedQuestion) -> OutlinedPicture | None:
    """The picture with its hazards and the points that were set."""
    key, picture = question.version.key, question.version.printed.picture
    if not isinstance(key, HotspotKey) or picture is None:
        return None
    reply = _spotted(question)
    return outlined({"url": picture.url, "alt": picture.alt}, key, reply.points)


def _choice_lines(question: RevealedQuestion, key: ChoiceKey) -> list[AnswerLine]:
    chosen = question.response or []
    is_multiple = question.version.printed.type is QuestionType.MULTIPLE_CHOICE
    lines = [
        _line(
            letter,
            Markup(question.version.printed.option_html[option]),
            is_right=option in key.right,
            is_chosen=option in chosen,
            is_multiple=is_multiple,
        )
        for letter, option in zip(LETTERS, question.option_order, strict=False)
    ]
    said = [
        Markup(question.feedback_html.get(str(option), "")) if option in chosen else None
        for option in question.option_order
    ]
    return [replace(line, feedback=feedback) for line, feedback in zip(lines, said, strict=True)]


def _line(
    letter: str, html: Markup, *, is_right: bool, is_chosen: bool, is_multiple: bool = False
) -> AnswerLine:
    if is_right and is_chosen:
        return AnswerLine(letter, html, "right", _("选对"))
    if is_right:
        # 漏选 where others had to be chosen too, the right answer where one is.
        verdict, note = ("missed", _("漏选")) if is_multiple else ("right", _("正确答案"))
        return AnswerLine(letter, html, verdict, note)
    return AnswerLine(letter, html, "wrong" if is_chosen else "", _("你选的") if is_chosen else "")


def _blank_lines(question: RevealedQuestion, key: BlanksKey) -> list[AnswerLine]:
    texts = Filled(tuple(question.response or ())).texts
    given = [*texts, *[""] * (len(key.blanks) - len(texts))]
    lines = []
    for number, (blank, text, is_right) in enumerate(
        zip(key.blanks, given, blanks_right(key, given), strict=True), start=1
    ):
        accepted = " / ".join(blank.written)
        if is_right:
            lines.append(AnswerLine(str(number), Markup.escape(text), "right", _("填对")))
            continue
        if text:
            lines.append(AnswerLine(str(number), Markup.escape(text), "wrong", _("你填的")))
        lines.append(AnswerLine(str(number), Markup.escape(accepted), "right", _("正确答案")))
    return lines


def _order_lines(question: RevealedQuestion, key: OrderKey) -> list[AnswerLine]:
    """The right order, and beside each item out of place where it had been put.

    Where 相邻 counts, an item that stood next to its right neighbour is right as well.
    """
    html = question.version.printed.option_html
    given: list[int] = question.response or list(key.item_ids)
    place_of = {item: place for place, item in enumerate(given, start=1)}
    earned = {item for item, place in place_of.items() if key.item_ids[place - 1] == item}
    rule = question.version.own_rule
    if rule is not None and rule.name is RuleName.SHARE_PER_NEIGHBOUR:
        right = set(pairwise(key.item_ids))
        earned |= {item for pair in pairwise(given) if pair in right for item in pair}
    lines = []
    for number, item in enumerate(key.item_ids, start=1):
        verdict = "right" if item in earned else "wrong"
        note = "" if place_of[item] == number else _("你排第 %(n)s", n=place_of[item])
        lines.append(AnswerLine(str(number), Markup(html[item]), verdict, note))
    return lines


def _match_lines(question: RevealedQuestion, key: MatchKey) -> list[AnswerLine]:
    printed = question.version.printed
    chosen = dict(question.response or ())
    lines = []
    for number, (premise, right) in enumerate(key.pairs, start=1):
        given = chosen.get(premise)
        left = Markup(printed.premise_html[premise])
        if given is not None and given != right:
            html = _pair(left, printed.option_html[given])
            lines.append(AnswerLine(str(number), html, "wrong", _("你选的")))
        note = _("配对") if given == right else _("正确答案")
        html = _pair(left, printed.option_html[right])
        lines.append(AnswerLine(str(number), html, "right", note))
    return lines


def _pair(left: Markup, right: str) -> Markup:
    return Markup("{}{}{}").format(left, Markup(" → "), Markup(right))


def _spotted(question: RevealedQuestion) -> Spotted:
    reply = response_for_marking(QuestionType.HOTSPOT, question.response)
    return reply if isinstance(reply, Spotted) else Spotted()


def _spot_lines(question: RevealedQuestion, key: HotspotKey) -> list[AnswerLine]:
    """Each hazard as found or not, the wrong labels that were ticked, the points beside all."""
    reply = _spotted(question)
    found = spots.found(key, reply.points, reply.option_ids)
    lines = []
    for number, (option, _region) in enumerate(key.regions, start=1):
        html = Markup(question.version.printed.option_html[option])
        said = Markup(question.feedback_html.get(str(option), "")) or None
        if option in found.hazards:
            lines.append(AnswerLine(str(number), html, "right", _("找到"), said))
        elif option in key.right:
            lines.append(AnswerLine(str(number), html, "missed", _("没找到"), said))
        elif option in reply.option_ids:
            lines.append(AnswerLine(str(number), html, "wrong", _("你选的"), said))
    if reply.points and found.misses:
        text = _("%(n)s 个点不在隐患上", n=found.misses)
        lines.append(AnswerLine("", Markup.escape(text), "wrong", ""))
    return lines


def _written_lines(question: RevealedQuestion, key: RubricKey) -> list[AnswerLine]:
    text = question.response or _("没有作答")
    lines = [AnswerLine("", Markup("<br>").join(text.splitlines()), "", "")]
    for number, point in enumerate(key.points, start=1):
        tenths = ticked_tenths(key.points, [number], points_tenths=question.points_tenths)
        worth = Markup.escape(_("%(text)s（%(n)s 分）", text=point.text, n=show_points(tenths)))
        if not question.marks:
            lines.append(AnswerLine(str(number), worth, "right", _("采分点")))
        elif all(number in mark.points for mark in question.marks):
            lines.append(AnswerLine(str(number), worth, "right", _("答到")))
        else:
            lines.append(AnswerLine(str(number), worth, "missed", _("没答到")))
    lines += [
        AnswerLine("", Markup.escape(mark.remark), "", _("评语"))
        for mark in question.marks
        if mark.remark
    ]
    if question.version.model_answer_html:
        html = Markup(question.version.model_answer_html)
        lines.append(AnswerLine("", html, "right", _("参考答案")))
    return lines
