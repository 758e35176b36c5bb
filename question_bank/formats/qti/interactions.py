"""What each interaction of a QTI item asks and accepts. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from core.comparable import comparable
from core.errors import N_
from core.xml_input import Element
from question_bank.formats.items import AcceptedText
from question_bank.formats.qti.body import Words
from question_bank.formats.qti.responses import Declaration, Processing, Scoring, number
from question_bank.formats.reading import Reading, accepted
from question_bank.formats.rubrics import read_rubric
from question_bank.formats.shares import choice_rule, rounded
from question_bank.keys import QuestionType, RuleName, ScoringRule

_TRUE = {"true", "t", "对", "正确", "是", "√", "yes"}
_FALSE = {"false", "f", "错", "错误", "否", "×", "不对", "不正确", "no"}
_NUMBERS = {"float", "integer"}
MAX_FEEDBACK = 100


class Unsupported(ValueError):
    """An item that ours cannot hold; the message says why."""


@dataclass(frozen=True)
class Item:
    """An item on its way: its parts, its words and how it is scored."""

    root: Element
    body: Element
    words: Words
    declared: dict[str, Declaration]
    processing: Processing
    # What the whole item earns, where it says so.
    most: Fraction | None = None

    def declaration(self, interaction: Element) -> Declaration:
        name = interaction.get("responseIdentifier")
        found = self.declared.get(name)
        return found or Declaration(name, "single", "", (), {}, Fraction(0))


def stem_of(item: Item, interaction: Element, *, has_blanks: bool = False) -> str:
    """The words of the body, then the prompt of the interaction."""
    body = item.words.markdown(item.body, has_blanks=has_blanks)
    prompt = item.words.markdown(interaction.first("prompt"), has_blanks=has_blanks)
    return "\n\n".join(part for part in (body, prompt) if part)


def read_choice(item: Item, interactions: list[Element], reading: Reading) -> None:
    """choiceInteraction: 单选, 多选, or 判断 where the two options are verdicts."""
    interaction = _only(interactions)
    declared = item.declaration(interaction)
    choices = interaction.all("simpleChoice")
    names = [choice.get("identifier") for choice in choices]
    reading.stem = stem_of(item, interaction)
    reading.options = [item.words.markdown(choice) for choice in choices]
    reading.feedback = _feedback(item, choices, names)
    is_single = declared.cardinality == "single" or interaction.get("maxChoices") == "1"
    shares = _shares(item, declared, names, reading)
    right = tuple(place for place, share in enumerate(shares) if share > 0)
    if is_single:
        full = max(shares, default=Fraction(0))
        if any(0 < share < full for share in shares):
            reading.warn("W509", N_("部分得分的选项按错的算"))
        right = tuple(place for place in right if shares[place] == full)
    reading.type = QuestionType.SINGLE_CHOICE if is_single else QuestionType.MULTIPLE_CHOICE
    reading.answer = right
    if not right:
        reading.error("E504", N_("没有说哪个选项是对的"))
    elif is_single and len(right) == 1:
        _verdict(reading, right[0])
    elif not is_single:
        _choice_scoring(item, shares, reading)
    fixed = [choice.get("fixed") == "true" for choice in choices]
    reading.last_option_pinned = bool(fixed) and fixed[-1] and not any(fixed[:-1])


def read_inline_choice(item: Item, interactions: list[Element], reading: Reading) -> None:
    """inlineChoiceInteraction: 单选, where it is the only one."""
    if len(interactions) > 1:
        raise Unsupported(N_("多处选词填空不能合成一道题"))
    interaction = interactions[0]
    declared = item.declaration(interaction)
    choices = interaction.all("inlineChoice")
    names = [choice.get("identifier") for choice in choices]
    reading.type = QuestionType.SINGLE_CHOICE
    reading.stem = item.words.markdown(item.body)
    reading.options = [item.words.markdown(choice) for choice in choices]
    shares = _shares(item, declared, names, reading)
    full = max(shares, default=Fraction(0))
    reading.answer = tuple(p for p, share in enumerate(shares) if share == full and share > 0)
    if not reading.answer:
        reading.error("E504", N_("没有说哪个选项是对的"))


def read_blanks(item: Item, interactions: list[Element], reading: Reading) -> None:
    """textEntryInteraction: a blank each."""
    reading.type = QuestionType.FILL_BLANK
    reading.stem = item.words.markdown(item.body, has_blanks=True)
    blanks = [_accepted(item, item.declaration(each)) for each in interactions]
    reading.answer = tuple(blanks)
    if not all(blanks):
        reading.error("E504", N_("有一个空没有答案"))
    if len(blanks) > 1:
        is_match = item.processing.scoring is Scoring.MATCH
        name = RuleName.ALL_OR_NOTHING if is_match else RuleName.SHARE_PER_BLANK
        reading.rule = ScoringRule(name)


def read_ordering(item: Item, interactions: list[Element], reading: Reading) -> None:
    """orderInteraction: the correct response is the order."""
    interaction = _only(interactions)
    declared = item.declaration(interaction)
    choices = {each.get("identifier"): each for each in interaction.all("simpleChoice")}
    reading.type = QuestionType.ORDERING
    reading.stem = stem_of(item, interaction)
    if sorted(declared.correct) != sorted(choices):
        reading.error("E504", N_("没有说全部选项的正确顺序"))
        return
    reading.options = [item.words.markdown(choices[name]) for name in declared.correct]
    reading.answer = tuple(reading.options)
    name = {Scoring.MATCH: RuleName.ALL_OR_NOTHING, Scoring.POSITIONS: RuleName.SHARE_PER_POSITION}
    rule = name.get(item.processing.scoring)
    reading.rule = ScoringRule(rule) if rule else None


def read_matching(item: Item, interactions: list[Element], reading: Reading) -> None:
    """matchInteraction: every source of the first set has exactly one target."""
    interaction = _only(interactions)
    declared = item.declaration(interaction)
    sets = interaction.all("simpleMatchSet")
    if len(sets) != 2:
        raise Unsupported(N_("匹配题没有左右两栏"))
    left, right = (
        {c.get("identifier"): item.words.markdown(c) for c in side.all("simpleAssociableChoice")}
        for side in sets
    )
    right_pairs = declared.correct or [k for k, worth in declared.mapping.items() if worth > 0]
    pairs = [pair.split() for pair in right_pairs]
    if any(len(p) != 2 or p[0] not in left or p[1] not in right for p in pairs):
        raise Unsupported(N_("匹配题的答案不是左右两栏的配对"))
    if sorted(pair[0] for pair in pairs) != sorted(left):
        raise Unsupported(N_("匹配题的左栏不是每项恰好配一次"))
    place = {name: number_ for number_, name in enumerate(left)}
    pairs.sort(key=lambda pair: place[pair[0]])
    reading.type = QuestionType.MATCHING
    reading.stem = stem_of(item, interaction)
    reading.answer = tuple((left[a], right[b]) for a, b in pairs)
    used = {b for _a, b in pairs}
    reading.distractors = [text for name, text in right.items() if name not in used]
    name = {Scoring.MATCH: RuleName.ALL_OR_NOTHING, Scoring.MAP: RuleName.SHARE_PER_PAIR}
    rule = name.get(item.processing.scoring)
    reading.rule = ScoringRule(rule) if rule else None


def read_essay(item: Item, interactions: list[Element], reading: Reading) -> None:
    """extendedTextInteraction: what scorers are told is the rubric."""
    interaction = _only(interactions)
    reading.type = QuestionType.SHORT_ANSWER
    reading.stem = stem_of(item, interaction)
    told = [
        item.words.markdown(rubric)
        for rubric in item.root.find_all("rubricBlock")
        if {"scorer", "tutor"} & set(rubric.get("view").split())
    ]
    if not told:
        told = list(item.declaration(interaction).correct)
    points, answer = read_rubric("\n\n".join(told))
    reading.scoring_points, reading.model_answer = points, answer


READERS: dict[str, Callable[[Item, list[Element], Reading], None]] = {
    "choiceInteraction": read_choice,
    "inlineChoiceInteraction": read_inline_choice,
    "textEntryInteraction": read_blanks,
    "orderInteraction": read_ordering,
    "matchInteraction": read_matching,
    "extendedTextInteraction": read_essay,
}


def _only(interactions: list[Element]) -> Element:
    if len(interactions) > 1:
        raise Unsupported(N_("一道题里有几处作答，要先拆开"))
    return interactions[0]


def _shares(
    item: Item, declared: Declaration, names: list[str], reading: Reading
) -> list[Fraction]:
    """The worth of each option in percent of the whole."""
    is_mapped = item.processing.scoring is Scoring.MAP and declared.mapping
    if is_mapped or not declared.correct:
        worth = [declared.mapping.get(name, declared.default) for name in names]
    else:
        worth = [Fraction(1 if name in declared.correct else 0) for name in names]
        if any(name not in names for name in declared.correct):
            reading.error("E502", N_("答案指着没有的选项"))
    whole = sum((each for each in worth if each > 0), Fraction(0))
    if declared.cardinality == "single":
        whole = max(worth, default=Fraction(0))
    return [rounded(each / whole * 100) if whole > 0 else Fraction(0) for each in worth]


def _choice_scoring(item: Item, shares: list[Fraction], reading: Reading) -> None:
    scoring = item.processing.scoring
    if scoring is Scoring.MAP:
        # Below −100 an option takes everything away, however far below.
        weights = tuple(max(share, Fraction(-100)) for share in shares)
        reading.rule = choice_rule(weights)
        if reading.rule.name is RuleName.WEIGHTED:
            reading.weights = list(weights)
    elif scoring is Scoring.PARTIAL:
        part = item.processing.part
        is_half = part is not None and part * 2 == (item.most or 1)
        reading.rule = ScoringRule(RuleName.HALF_IF_PARTIAL) if is_half else None
        if not is_half:
            reading.warn("W518", N_("少选得分的多少没有带进来"))
    elif scoring is Scoring.MATCH:
        reading.rule = ScoringRule(RuleName.ALL_OR_NOTHING)


def _verdict(reading: Reading, right: int) -> None:
    """Two options that only say right and wrong make a 判断."""
    words = [comparable(option).strip("。.") for option in reading.options]
    if len(words) != 2 or reading.feedback:
        return
    if {word in _TRUE for word in words} == {True, False} and all(
        word in _TRUE | _FALSE for word in words
    ):
        reading.type, reading.answer = QuestionType.TRUE_FALSE, words[right] in _TRUE
        reading.options = []


def _feedback(item: Item, choices: list[Element], names: list[str]) -> dict[int, str]:
    """What an option teaches: inside it, or as feedback under its identifier."""
    said: dict[int, str] = {}
    for place, choice in enumerate(choices):
        texts = [item.words.markdown(each) for each in choice.all("feedbackInline")]
        if any(texts):
            said[place] = "\n\n".join(text for text in texts if text)
    for feedback in item.root.all("modalFeedback")[:MAX_FEEDBACK]:
        name = feedback.get("identifier")
        if name in names and names.index(name) not in said:
            said[names.index(name)] = item.words.markdown(feedback)
    return {place: text for place, text in said.items() if text}


def _accepted(item: Item, declared: Declaration) -> tuple[AcceptedText, ...]:
    """What one blank accepts."""
    if declared.base_type in _NUMBERS and declared.correct:
        return tuple(
            accepted(_with_tolerance(value, declared, item.processing))
            for value in declared.correct
        )
    worth = {value: Fraction(1) for value in declared.correct}
    worth |= {key: value for key, value in declared.mapping.items() if value > 0}
    best = max(worth.values(), default=Fraction(1))
    return tuple(
        accepted(text, rounded(value / best * 100)) for text, value in worth.items() if text
    )


def _with_tolerance(value: str, declared: Declaration, processing: Processing) -> str:
    if number(value) is None:
        return value
    below, above, is_percent = (processing.tolerances or {}).get(
        declared.identifier, ("0", "0", False)
    )
    if below != above:
        ends = number(value), number(below), number(above)
        if None in ends or is_percent:
            raise Unsupported(N_("上下不同的百分比误差"))
        middle, low, high = (Fraction(each or 0) for each in ends)
        return f"[{_decimal(middle - low)}, {_decimal(middle + high)}]"
    return value if not number(below) else f"{value}±{below}{'%' if is_percent else ''}"


def _decimal(value: Fraction) -> str:
    return f"{float(value):.6f}".rstrip("0").rstrip(".")
