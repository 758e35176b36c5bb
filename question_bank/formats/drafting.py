"""A foreign item → a draft of our own, which `write_block` turns into a question block. Pure."""

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from question_bank.answers import BadForm, accepted_form
from question_bank.authoring.metadata import DEFAULT_DIFFICULTY
from question_bank.drafts import AuthorState, OptionDraft, QuestionDraft, Reference, Shuffle
from question_bank.formats.items import AcceptedText, ForeignItem
from question_bank.keys import (
    AnswerKey,
    BlankKey,
    BlanksKey,
    CaseKey,
    ChoiceKey,
    MatchKey,
    OrderKey,
    QuestionType,
    RubricKey,
    RuleName,
    ScoringRule,
    VerdictKey,
)

_FACT_ID = re.compile(r"f-[0-9a-hjkmnp-tv-z]{4}")
_QUOTED = re.compile(r'"[^"]*"|“[^”]*”')
FULL = Fraction(100)
LONGEST_TITLE = 60


def draft_of(
    item: ForeignItem,
    *,
    public_id: str,
    references: tuple[Reference, ...],
    module_key: str,
    part_ids: Callable[[], str],
) -> QuestionDraft:
    """The draft of an item that can be imported; always with 状态：草稿."""
    if item.draft is not None:
        parts = tuple(
            replace(part, public_id=part_ids(), state=AuthorState.DRAFT)
            for part in item.draft.parts
        )
        draft = replace(item.draft, public_id=public_id, parts=parts, state=AuthorState.DRAFT)
        return replace(draft, key=_case_key(draft))
    assert item.type is not None
    parts = tuple(
        draft_of(part, public_id=part_ids(), references=(), module_key="", part_ids=part_ids)
        for part in item.parts
    )
    weights = _weights(item)
    options, premises = _columns(item, weights)
    draft = QuestionDraft(
        public_id=public_id,
        type=item.type,
        title=" ".join(item.title.split())[:LONGEST_TITLE],
        stem=item.stem,
        options=options,
        key=_key(item, options, weights),
        rule=ScoringRule(RuleName.WEIGHTED) if weights else item.rule,
        points_tenths=_points(item),
        references=references,
        difficulty=item.difficulty or DEFAULT_DIFFICULTY,
        tags=item.tags,
        positions=item.positions,
        facts=tuple(fact for fact in item.facts if _FACT_ID.fullmatch(fact)),
        explanation=item.explanation or None,
        shuffle=Shuffle.LAST_FIXED if item.last_option_pinned else Shuffle.ALL,
        state=AuthorState.DRAFT,
        revision=None,
        images=tuple(item.images),
        path="",
        line=0,
        module_key=module_key,
        section_anchor=None,
        premises=premises,
        parts=parts,
    )
    return replace(draft, key=_case_key(draft))


def _case_key(draft: QuestionDraft) -> AnswerKey:
    """A case names its parts by their ids, which are new."""
    if draft.type is not QuestionType.CASE_ANALYSIS:
        return draft.key
    return CaseKey(tuple(part.public_id or "" for part in draft.parts))


def _points(item: ForeignItem) -> int | None:
    """分值 in whole halves of a point, as our syntax has them; 采分点 say the sum themselves."""
    if item.scoring_points or item.points_tenths is None or item.points_tenths % 5:
        return None
    return item.points_tenths


def _weights(item: ForeignItem) -> tuple[Fraction, ...] | None:
    """The weights of a multiple choice whose right options come to 100 %, made exact."""
    right = item.answer
    if item.weights is None or item.type is not QuestionType.MULTIPLE_CHOICE:
        return None
    if not isinstance(right, tuple) or len(item.weights) != len(item.options):
        return None
    places = [place for place in right if isinstance(place, int)]
    total = sum((item.weights[place] for place in places), Fraction(0))
    if abs(total - FULL) > Fraction(1, 10) or len(places) < 2:
        return None
    scaled = [
        weight * FULL / total if place in places else max(min(weight, Fraction(0)), -FULL)
        for place, weight in enumerate(item.weights)
    ]
    return tuple(scaled)


def _columns(
    item: ForeignItem, weights: tuple[Fraction, ...] | None
) -> tuple[tuple[OptionDraft, ...], tuple[OptionDraft, ...]]:
    """The options and, for a matching question, the premises."""
    if item.type is QuestionType.MATCHING:
        pairs = _pairs(item)
        rights = dict.fromkeys([*(right for _left, right in pairs), *item.distractors])
        options = tuple(_option(text, is_right=True) for text in rights)
        return options, tuple(_option(left, is_right=True) for left, _right in pairs)
    if item.type is QuestionType.ORDERING:
        texts = item.options or tuple(map(str, item.answer or ()))  # type: ignore[arg-type]
        return tuple(_option(text, is_right=True) for text in texts), ()
    right = item.answer if isinstance(item.answer, tuple) else ()
    return tuple(
        OptionDraft(
            text=" ".join(text.split()) if "\n" in text and "![" not in text else text,
            is_right=place in right,
            weight_percent=weights[place] if weights else None,
            feedback=item.feedback.get(place),
            line=0,
        )
        for place, text in enumerate(item.options)
    ), ()


def _option(text: str, *, is_right: bool) -> OptionDraft:
    return OptionDraft(text, is_right, None, None, 0)


def _pairs(item: ForeignItem) -> list[tuple[str, str]]:
    pairs = item.answer if isinstance(item.answer, tuple) else ()
    return [(str(p[0]), str(p[1])) for p in pairs if isinstance(p, tuple) and len(p) == 2]


def _key(
    item: ForeignItem,
    options: tuple[OptionDraft, ...],
    weights: tuple[Fraction, ...] | None,
) -> AnswerKey:
    ids = tuple(range(1, len(options) + 1))
    if item.type in (QuestionType.SINGLE_CHOICE, QuestionType.MULTIPLE_CHOICE):
        right = frozenset(n for n, option in zip(ids, options, strict=True) if option.is_right)
        return ChoiceKey(ids, right, weights)
    if item.type is QuestionType.TRUE_FALSE:
        return VerdictKey(bool(item.answer))
    if item.type is QuestionType.FILL_BLANK:
        return BlanksKey(tuple(_blank(forms) for forms in item.answer or ()))  # type: ignore[union-attr,arg-type]
    if item.type is QuestionType.ORDERING:
        return OrderKey(ids)
    if item.type is QuestionType.MATCHING:
        texts = [option.text for option in options]
        pairs = enumerate(_pairs(item), start=1)
        return MatchKey(tuple((n, texts.index(right) + 1) for n, (_left, right) in pairs))
    if item.type is QuestionType.CASE_ANALYSIS:
        return CaseKey(())
    return RubricKey(item.scoring_points, item.model_answer or None)


def _blank(forms: tuple[AcceptedText, ...]) -> BlankKey:
    """What earns all points; our blanks know no part of them."""
    written = []
    for form in forms:
        if form.percent >= FULL:
            has_bar = "|" in form.text and not _QUOTED.fullmatch(form.text)
            written.append(f'"{form.text}"' if has_bar else form.text)
    accepted = []
    for text in written:
        try:
            accepted.append(accepted_form(text))
        except BadForm:
            accepted.append(accepted_form(f'"{text}"'))
    return BlankKey(tuple(accepted), tuple(written))
