"""A question of our own model as an item of an import. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from question_bank.drafts import (
    AnchorReference,
    ClauseReference,
    QuestionDraft,
    Reference,
    Shuffle,
)
from question_bank.formats.exported import ExportedQuestion as _Exported
from question_bank.formats.exported import right_places
from question_bank.formats.items import AcceptedText, Answer, ForeignItem, ItemStatus, Remark
from question_bank.keys import BlanksKey, ChoiceKey, MatchKey, QuestionType, RubricKey, VerdictKey


def item_of(
    draft: QuestionDraft,
    *,
    images: Mapping[str, bytes],
    line: int | None,
    warnings: tuple[Remark, ...] = (),
) -> ForeignItem:
    """The item that an import shows and takes over; it carries the draft itself."""
    key = draft.key
    rubric = key if isinstance(key, RubricKey) else RubricKey((), None)
    options, distractors = _options(draft)
    has_weights = isinstance(key, ChoiceKey) and key.weights_percent is not None
    return ForeignItem(
        status=ItemStatus.IMPORT,
        type=draft.type,
        stem=draft.stem,
        line=line,
        options=options,
        weights=key.weights_percent if has_weights and isinstance(key, ChoiceKey) else None,
        answer=_answer(draft),
        warnings=warnings,
        title=draft.title,
        explanation=draft.explanation or "",
        feedback={n: o.feedback for n, o in enumerate(draft.options) if o.feedback},
        difficulty=draft.difficulty,
        tags=draft.tags,
        reference="；".join(reference_words(each) for each in draft.references),
        points_tenths=draft.points_tenths,
        rule=draft.rule,
        last_option_pinned=draft.shuffle is Shuffle.LAST_FIXED,
        external_id=draft.public_id or "",
        positions=draft.positions,
        facts=draft.facts,
        scoring_points=rubric.points,
        model_answer=rubric.model_answer or "",
        distractors=distractors,
        images={path: images[path] for path in draft.images if path in images},
        parts=tuple(item_of(part, images=images, line=part.line or None) for part in draft.parts),
        draft=draft,
    )


def reference_words(reference: Reference) -> str:
    """A reference as an author writes it in 依据."""
    if isinstance(reference, ClauseReference):
        return reference.text
    return f"[{reference.text}]({reference.module_key or ''}#{reference.anchor})"


def with_own_module(draft: QuestionDraft) -> QuestionDraft:
    """The draft with references that name their module, so that it may stand anywhere."""
    references = tuple(
        replace(each, module_key=each.module_key or draft.module_key or None)
        if isinstance(each, AnchorReference)
        else each
        for each in draft.references
    )
    parts = tuple(with_own_module(part) for part in draft.parts)
    return replace(draft, references=references, parts=parts)


def _options(draft: QuestionDraft) -> tuple[tuple[str, ...], tuple[str, ...]]:
    texts = tuple(option.text for option in draft.options)
    if isinstance(draft.key, MatchKey):
        used = {option for _premise, option in draft.key.pairs}
        return (), tuple(text for n, text in enumerate(texts, start=1) if n not in used)
    if draft.type is QuestionType.ORDERING:
        return (), ()
    return texts, ()


def _answer(draft: QuestionDraft) -> Answer:
    key = draft.key
    if isinstance(key, ChoiceKey):
        return right_places(_Exported(draft))
    if isinstance(key, VerdictKey):
        return key.verdict
    if isinstance(key, BlanksKey):
        return tuple(
            tuple(AcceptedText(written) for written in blank.written) for blank in key.blanks
        )
    if isinstance(key, MatchKey):
        return tuple(
            (draft.premises[premise - 1].text, draft.options[option - 1].text)
            for premise, option in key.pairs
        )
    if draft.type is QuestionType.ORDERING:
        return tuple(option.text for option in draft.options)
    return None
