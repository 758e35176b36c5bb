"""Key facts → question drafts for a person to edit; nobody is examined on them. Pure.

| Mark                                   | Draft                                             |
|----------------------------------------|---------------------------------------------------|
| a number with its unit                 | 填空; 单选 with other facts of the unit, half, twice |
| 必须 应当 不得 禁止 严禁                  | 判断 from the sentence, and its negation            |
| any other word                         | 填空                                              |
| several of these in one sentence       | one 填空 for each, and one with all blanks          |
| an ordered list led by {.步骤}           | 排序                                              |
| a table of two columns led by {.对照}    | 匹配                                              |
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from core.comparable import comparable
from core.markup import mark_class, split_number
from question_bank.drafts import (
    AnchorReference,
    AuthorState,
    OptionDraft,
    QuestionDraft,
    Shuffle,
)
from question_bank.fact_text import (
    all_differ,
    blank_of,
    gap_of,
    spaced,
    whole_sentence,
    without_blanks,
)
from question_bank.keys import (
    AnswerKey,
    BlanksKey,
    ChoiceKey,
    MatchKey,
    OrderKey,
    QuestionType,
    RuleName,
    ScoringRule,
    VerdictKey,
)
from question_bank.marked import Facts, Mark, MarkedList, Sentence, plain, read_facts, unmarked
from question_bank.quantities import Quantity, read_quantity

MOST_DISTRACTORS = 3
FEWEST_STEPS, MOST_ITEMS = 3, 12
_LONGEST_ANSWER = 12
_GAP = "（　　）"
_PRONOUN = re.compile(
    r"(?:它们?|[他她]们?|其(?!他|它|余|中|次)|该|此|这|那(?!么)|上述|前述|前款|前者|后者|两者|如此|本条)"
)
# What takes the place of a modal word where the sentence is turned round.
_NEGATIONS = {
    "必须": "不必",
    "应当": "不必",
    "应": "不必",
    "不得": "可以",
    "禁止": "允许",
    "严禁": "允许",
}


class FactKind(Enum):
    """What is asked about a fact; the same fact and kind is proposed only once."""

    BLANK = "blank"
    CHOICE = "choice"
    RULE = "rule"
    NEGATION = "negation"
    ALL_BLANKS = "all_blanks"
    ORDER = "order"
    MATCH = "match"


@dataclass(frozen=True)
class FactDraft:
    """A draft with what it was made from. `fingerprint` tells the fact, by sentence and word."""

    kind: FactKind
    fingerprint: str
    draft: QuestionDraft
    made_from: str
    warnings: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """What must never be proposed twice."""
        return f"{self.kind.value}:{self.fingerprint}"


@dataclass(frozen=True)
class FactChange:
    """A fact whose words changed between two texts; `after` is None when it is gone."""

    fact_id: str
    before: str
    after: str | None


def drafts_from(
    text: str, *, path: str, module_key: str, fact_id: Callable[[str], str]
) -> list[FactDraft]:
    """Everything that the marks of a module give; `fact_id` gives a mark's id by fingerprint."""
    facts = read_facts(text, path)
    made: list[FactDraft] = []
    pools = _pools(facts)
    for sentence in facts.sentences:
        made += _from_sentence(sentence, pools)
    for marked in facts.lists:
        made += _from_list(marked)
    return [_settled(found, facts, path, module_key, fact_id) for found in made]


def fact_marks(text: str, path: str = "") -> dict[str, tuple[str | None, int, int]]:
    """For each fact by fingerprint: its id, and where the id stands or would stand."""
    facts = read_facts(text, path)
    marks = {
        sentence.fingerprint(mark): (mark.fact_id, mark.line, mark.column)
        for sentence in facts.sentences
        for mark in sentence.marks
    }
    lists = {found.fingerprint: (found.fact_id, found.line, found.column) for found in facts.lists}
    return marks | lists


def with_fact_ids(text: str, ids: Mapping[str, str], path: str = "") -> str:
    """The text with `{#f-…}` behind the facts of these fingerprints that have no id yet."""
    lines = text.split("\n")
    wanted = [
        (line, column, ids[fingerprint])
        for fingerprint, (known, line, column) in fact_marks(text, path).items()
        if known is None and fingerprint in ids
    ]
    for line, column, new in sorted(wanted, reverse=True):
        written = lines[line - 1]
        lines[line - 1] = f"{written[:column]}{{#{new}}}{written[column:]}"
    return "\n".join(lines)


def changed_facts(before_text: str, after_text: str) -> tuple[FactChange, ...]:
    """The facts with an id that no longer say the same; blanks and width make no difference."""
    before, after = (_words_by_id(read_facts(text)) for text in (before_text, after_text))
    return tuple(
        FactChange(fact_id, words, after.get(fact_id))
        for fact_id, words in before.items()
        if fact_id not in after or comparable(after[fact_id]) != comparable(words)
    )


def _words_by_id(facts: Facts) -> dict[str, str]:
    marks = [mark for sentence in facts.sentences for mark in sentence.marks]
    words = {mark.fact_id: mark.fact for mark in marks if mark.fact_id}
    return words | {found.fact_id: found.text for found in facts.lists if found.fact_id}


def _pools(facts: Facts) -> dict[str, list[Quantity]]:
    """The quantities of the module by unit, from which distractors are taken."""
    pools: dict[str, list[Quantity]] = {}
    for sentence in facts.sentences:
        for mark in sentence.marks:
            quantity = read_quantity(mark.fact)
            if quantity is not None:
                pools.setdefault(quantity.kind, []).append(quantity)
    return pools


def _from_sentence(sentence: Sentence, pools: Mapping[str, list[Quantity]]) -> Iterator[FactDraft]:
    asked = [mark for mark in sentence.marks if not mark_class(mark.fact)]
    for mark in sentence.marks:
        if mark_class(mark.fact):
            yield _fact(FactKind.RULE, sentence, [mark], _whole(sentence), VerdictKey(True))
            turned = _turned(sentence, mark)
            if turned:
                yield _fact(FactKind.NEGATION, sentence, [mark], turned, VerdictKey(False))
            continue
        blank = blank_of(mark.fact)
        if blank is not None:
            stem = _replaced(sentence, {mark: gap_of(mark.fact)})
            yield _fact(FactKind.BLANK, sentence, [mark], stem, BlanksKey((blank,)))
        yield from _choice(sentence, mark, pools)
    blanks = [blank for mark in asked if (blank := blank_of(mark.fact))]
    if len(asked) > 1 and len(blanks) == len(asked):
        stem = _replaced(sentence, {mark: gap_of(mark.fact) for mark in asked})
        yield _fact(FactKind.ALL_BLANKS, sentence, asked, stem, BlanksKey(tuple(blanks)))


def _choice(
    sentence: Sentence, mark: Mark, pools: Mapping[str, list[Quantity]]
) -> Iterator[FactDraft]:
    """The number among others of its unit; never one that is equal to it."""
    right = read_quantity(mark.fact)
    if right is None:
        return
    values = [other.value for other in pools.get(right.kind, ())]
    values += [right.value / 2, right.value * 2]
    texts = {right.value: mark.fact}
    for value in values:
        written = right.with_value(value)
        if len(texts) <= MOST_DISTRACTORS and value not in texts and written:
            texts[value] = written
    if len(texts) < 2:
        return
    options = [
        OptionDraft(without_blanks(texts[value]), value == right.value, None, None, 0)
        for value in sorted(texts)
    ]
    ids = tuple(range(1, len(options) + 1))
    key = ChoiceKey(
        ids, frozenset(n for n, option in zip(ids, options, strict=True) if option.is_right)
    )
    stem = _replaced(sentence, {mark: _GAP})
    yield _fact(FactKind.CHOICE, sentence, [mark], stem, key, options=tuple(options))


def _from_list(marked: MarkedList) -> Iterator[FactDraft]:
    lead = marked.lead.rstrip("：:，,。 ")
    if marked.kind == "步骤":
        items = [row[0] for row in marked.rows]
        if FEWEST_STEPS <= len(items) <= MOST_ITEMS and all_differ(items):
            stem = whole_sentence(
                f"{lead}。把这些步骤排成正确的顺序" if lead else "把步骤排成正确的顺序"
            )
            key = OrderKey(tuple(range(1, len(items) + 1)))
            options = tuple(
                OptionDraft(without_blanks(item), True, None, None, 0) for item in items
            )
            yield _list_fact(FactKind.ORDER, marked, stem, key, options=options)
        return
    left = [row[0] for row in marked.rows if row[0] and row[1]]
    right = list({comparable(row[1]): row[1] for row in marked.rows if row[1]}.values())
    if 1 < len(left) <= MOST_ITEMS and 1 < len(right) <= MOST_ITEMS and all_differ(left):
        place = {comparable(text): number for number, text in enumerate(right, start=1)}
        answers = [place[comparable(row[1])] for row in marked.rows if row[0] and row[1]]
        pairs = tuple(enumerate(answers, start=1))
        stem = whole_sentence(f"{lead}。把左右两边对应起来" if lead else "把左右两边对应起来")
        found = _list_fact(
            FactKind.MATCH,
            marked,
            stem,
            MatchKey(pairs),
            options=tuple(
                OptionDraft(without_blanks(text), number in answers, None, None, 0)
                for number, text in enumerate(right, start=1)
            ),
        )
        premises = tuple(_right(text) for text in left)
        columns = (marked.columns[0], marked.columns[1])
        yield replace(found, draft=replace(found.draft, premises=premises, columns=columns))


def _right(text: str) -> OptionDraft:
    return OptionDraft(without_blanks(text), True, None, None, 0)


_TYPES = {
    FactKind.BLANK: QuestionType.FILL_BLANK,
    FactKind.CHOICE: QuestionType.SINGLE_CHOICE,
    FactKind.RULE: QuestionType.TRUE_FALSE,
    FactKind.NEGATION: QuestionType.TRUE_FALSE,
    FactKind.ALL_BLANKS: QuestionType.FILL_BLANK,
    FactKind.ORDER: QuestionType.ORDERING,
    FactKind.MATCH: QuestionType.MATCHING,
}


def _fact(
    kind: FactKind,
    sentence: Sentence,
    marks: Sequence[Mark],
    stem: str,
    key: AnswerKey,
    options: tuple[OptionDraft, ...] = (),
) -> FactDraft:
    fingerprint = "+".join(sentence.fingerprint(mark) for mark in marks)
    if len(fingerprint) > 60:
        # All of a sentence: its first fact stands for it.
        fingerprint = sentence.fingerprint(marks[0])
    draft = _draft(kind, sentence.anchor, sentence.title, stem, key, options)
    explanation = whole_sentence(f"原文：{plain(sentence.text)}")
    draft = replace(draft, explanation=explanation, facts=tuple(map(sentence.fingerprint, marks)))
    return FactDraft(kind, fingerprint, draft, sentence.text, tuple(_warnings(sentence, marks)))


def _list_fact(
    kind: FactKind,
    marked: MarkedList,
    stem: str,
    key: AnswerKey,
    options: tuple[OptionDraft, ...],
) -> FactDraft:
    draft = _draft(kind, marked.anchor, marked.title, stem, key, options)
    made_from = f"{marked.lead}\n" + "\n".join(" | ".join(row) for row in marked.rows)
    draft = replace(draft, facts=(marked.fingerprint,))
    return FactDraft(kind, marked.fingerprint, draft, made_from.strip())


def _draft(
    kind: FactKind,
    anchor: str,
    title: str,
    stem: str,
    key: AnswerKey,
    options: tuple[OptionDraft, ...],
) -> QuestionDraft:
    rule = ScoringRule(RuleName.SHARE_PER_BLANK) if kind is FactKind.ALL_BLANKS else None
    return QuestionDraft(
        public_id=None,
        type=_TYPES[kind],
        title=split_number(title)[1],
        stem=stem,
        options=options,
        key=key,
        rule=rule,
        points_tenths=None,
        references=(AnchorReference(None, anchor, title, 0, 0),),
        difficulty=3,
        tags=(),
        positions=(),
        facts=(),
        explanation=None,
        shuffle=Shuffle.ALL,
        state=AuthorState.DRAFT,
        revision=None,
        images=(),
        path="",
        line=0,
        module_key="",
        section_anchor=anchor,
    )


def _settled(
    found: FactDraft, facts: Facts, path: str, module_key: str, fact_id: Callable[[str], str]
) -> FactDraft:
    """Name the facts of a draft by their ids; those in the text come first."""
    known = {
        sentence.fingerprint(mark): mark.fact_id
        for sentence in facts.sentences
        for mark in sentence.marks
    } | {marked.fingerprint: marked.fact_id for marked in facts.lists}
    ids = tuple(known[mark] or fact_id(mark) for mark in found.draft.facts)
    return replace(found, draft=replace(found.draft, facts=ids, path=path, module_key=module_key))


def _replaced(sentence: Sentence, gaps: Mapping[Mark, str]) -> str:
    """The sentence with gaps for these marks and the plain words of the others."""
    pieces: list[str] = []
    end = 0
    for mark in sentence.marks:
        gap = gaps.get(mark)
        pieces.append(without_blanks(unmarked(sentence.text[end : mark.start])))
        pieces.append(spaced(gap) if gap is not None else mark.fact)
        end = mark.end
    pieces.append(without_blanks(unmarked(sentence.text[end:])))
    return whole_sentence("".join(pieces))


def _whole(sentence: Sentence) -> str:
    return whole_sentence(without_blanks(plain(sentence.text)))


def _turned(sentence: Sentence, mark: Mark) -> str | None:
    word = next((word for word in _NEGATIONS if mark.fact.startswith(word)), None)
    if word is None:
        return None
    turned = _NEGATIONS[word] + mark.fact.removeprefix(word)
    text = f"{sentence.text[: mark.start]}{turned}{sentence.text[mark.end :]}"
    return whole_sentence(plain(text))


def _warnings(sentence: Sentence, marks: Sequence[Mark]) -> Iterator[tuple[str, str]]:
    text = plain(sentence.text)
    if found := _PRONOUN.match(text):
        yield "W210", f"句子以“{found[0]}”开头，单独拿出来看不懂：写明说的是什么"
    for mark in marks:
        if len(mark.fact) > _LONGEST_ANSWER and read_quantity(mark.fact) is None:
            yield "W211", f"答案“{mark.fact[:8]}…”有 {len(mark.fact)} 个字，填空很难一字不差"
