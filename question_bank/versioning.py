"""The next version of a question, built from its draft; an option keeps its id where it can."""

from collections.abc import Callable, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from core.comparable import comparable
from core.errors import N_, Conflict
from question_bank.drafts import QuestionDraft, Shuffle
from question_bank.keys import (
    BlanksKey,
    HotspotKey,
    MatchKey,
    RubricKey,
    VerdictKey,
    blank_as_data,
    region_as_data,
)
from question_bank.models import Question, QuestionVersion
from question_bank.rendering import PreparedQuestion, RenderedQuestion

# How alike two texts must be for an option to keep its id in the same place.
ALIKE = 0.6


def built_version(
    question: Question,
    prepared: PreparedQuestion,
    versions: Sequence[QuestionVersion],
    before: QuestionVersion | None,
    part_ids: list[int],
    *,
    now: datetime,
) -> QuestionVersion:
    """The next version of a question that has these; not yet added to a session."""
    draft, html = prepared.draft, html_of(prepared)
    ids = _kept_ids(html.option_texts, before, versions, lambda version: version.options)
    left = _kept_ids(html.premise_texts, before, versions, lambda version: version.premises)
    key = draft.key
    return QuestionVersion(
        question_id=question.id,
        number=max((version.number for version in versions), default=0) + 1,
        content_hash=prepared.content_hash,
        type=draft.type,
        stem_markdown=draft.stem,
        stem_html=html.stem,
        options=_options(draft, html, ids),
        verdict=key.verdict if isinstance(key, VerdictKey) else None,
        blanks=[blank_as_data(b) for b in key.blanks] if isinstance(key, BlanksKey) else [],
        premises=_premises(key, html, left, ids) if isinstance(key, MatchKey) else [],
        rubric=_rubric(key, html) if isinstance(key, RubricKey) else None,
        picture=html.picture,
        part_version_ids=part_ids,
        scoring_rule=draft.rule.name.value if draft.rule else None,
        scoring_value_tenths=draft.rule.tenths if draft.rule else None,
        points_tenths=draft.points_tenths,
        created_at=now,
    )


def _kept_ids(
    texts: Sequence[str],
    before: QuestionVersion | None,
    versions: Sequence[QuestionVersion],
    items_of: Callable[[QuestionVersion], Sequence[dict[str, Any]]],
) -> list[int]:
    """Ids for the options or the premises of a new version; none is ever used anew."""
    used = [item["id"] for version in versions for item in items_of(version)]
    old = [(item["id"], item["text"]) for item in items_of(before)] if before else []
    return option_ids(texts, old, max(used, default=0) + 1)


def _premises(
    key: MatchKey, html: RenderedQuestion, ids: Sequence[int], option_ids: Sequence[int]
) -> list[dict[str, Any]]:
    right = dict(key.pairs)
    return [
        {
            "id": ids[place],
            "html": html.premises[place],
            "text": html.premise_texts[place],
            "right_id": option_ids[right[place + 1] - 1],
        }
        for place in range(len(ids))
    ]


def _rubric(key: RubricKey, html: RenderedQuestion) -> dict[str, Any]:
    return {
        "points": [{"text": point.text, "tenths": point.tenths} for point in key.points],
        "model_answer": key.model_answer,
        "model_answer_html": html.model_answer,
    }


def _options(
    draft: QuestionDraft, html: RenderedQuestion, ids: Sequence[int]
) -> list[dict[str, Any]]:
    last = len(draft.options) - 1
    regions = dict(draft.key.regions) if isinstance(draft.key, HotspotKey) else {}
    return [
        {
            "id": ids[place],
            "html": html.options[place],
            "text": html.option_texts[place],
            "is_right": option.is_right,
            "weight_percent": None if option.weight_percent is None else str(option.weight_percent),
            "is_pinned": draft.shuffle is Shuffle.NONE
            or (draft.shuffle is Shuffle.LAST_FIXED and place == last),
            **({"region": region_as_data(regions[place + 1])} if regions else {}),
        }
        for place, option in enumerate(draft.options)
    ]


def html_of(prepared: PreparedQuestion) -> RenderedQuestion:
    """What a prepared question shows; Conflict where it was thought to be known already."""
    if prepared.html is None:
        # Someone else changed the question between reading its hashes and this transaction.
        raise Conflict(N_("题目 %(id)s 刚刚被改过，再同步一次"), id=prepared.public_id)
    return prepared.html


def option_ids(
    texts: Sequence[str], before: Sequence[tuple[int, str]], first_free: int
) -> list[int]:
    """The ids of options, kept from the version before where it is clear which is which.

    An option keeps its id if its text is the same but for blanks and width, else if the option
    that stood in its place has a similar text and no other option took it.
    """
    if not before:
        return list(range(first_free, first_free + len(texts)))
    old = {comparable(text): option_id for option_id, text in before}
    ids: list[int | None] = [old.get(comparable(text)) for text in texts]
    for place, text in enumerate(texts):
        if ids[place] is None and place < len(before) and before[place][0] not in ids:
            ratio = SequenceMatcher(None, comparable(text), comparable(before[place][1])).ratio()
            ids[place] = before[place][0] if ratio >= ALIKE else None
    free = first_free
    settled: list[int] = []
    for option_id in ids:
        if option_id is None or option_id in settled:
            option_id, free = free, free + 1
        settled.append(option_id)
    return settled
