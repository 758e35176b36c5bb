"""A question as read from its block, before it has a row in the bank, and its content hash."""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any

from question_bank.keys import (
    AnswerKey,
    BlankKey,
    BlanksKey,
    ChoiceKey,
    HotspotKey,
    MatchKey,
    OrderKey,
    QuestionType,
    RubricKey,
    ScoringRule,
    VerdictKey,
    blank_as_data,
    region_as_data,
)

# Part of every hash: raise it when the canonical form itself changes.
CANONICAL_FORM = 1


class Shuffle(Enum):
    """Whether options are shown in a drawn order (乱序)."""

    ALL = "all"  # 是
    NONE = "none"  # 否
    LAST_FIXED = "last_fixed"  # 末项固定, for "以上都是"


class AuthorState(Enum):
    """What the author wants to become of the question on publication (状态)."""

    DRAFT = "draft"  # 草稿
    ENABLED = "enabled"  # 启用
    RETIRED = "retired"  # 停用


class Revision(Enum):
    """How the author describes a change of the text (修订)."""

    CORRECTION = "correction"  # 勘误
    SUBSTANCE = "substance"  # 实质


@dataclass(frozen=True)
class OptionDraft:
    """One option; its place in the draft is its place in the key.

    Also an item to be ordered, a premise or its counterpart to be matched, a hazard's label.
    """

    text: str
    is_right: bool
    weight_percent: Fraction | None
    feedback: str | None
    line: int


@dataclass(frozen=True)
class AnchorReference:
    """A section of a module; `module_key` None means the question's own module."""

    module_key: str | None
    anchor: str
    text: str
    line: int
    column: int


@dataclass(frozen=True)
class ClauseReference:
    """A clause of a source that the module declares in its front matter."""

    source: str
    clause: str
    text: str
    line: int
    column: int


Reference = AnchorReference | ClauseReference


@dataclass(frozen=True)
class QuestionDraft:
    """What a question block says.

    `points_tenths`, `rule`, `positions` and `revision` are empty when the author left them to
    the paper, the exam, the module and the comparison with the version before.
    """

    public_id: str | None
    type: QuestionType
    title: str
    stem: str
    options: tuple[OptionDraft, ...]
    key: AnswerKey
    rule: ScoringRule | None
    points_tenths: int | None
    references: tuple[Reference, ...]
    difficulty: int
    tags: tuple[str, ...]
    positions: tuple[str, ...]
    facts: tuple[str, ...]
    explanation: str | None
    shuffle: Shuffle
    state: AuthorState
    revision: Revision | None
    images: tuple[str, ...]
    path: str
    line: int
    module_key: str
    section_anchor: str | None
    # The left column of a matching question; the right one stands in `options`.
    premises: tuple[OptionDraft, ...] = ()
    # The sub-questions of a case, each a whole question with an id of its own.
    parts: "tuple[QuestionDraft, ...]" = ()
    # Warnings that the author switched off for this question, with the reason: {"W301": "…"}
    waived: tuple[tuple[str, str], ...] = ()
    # What stands above the two columns of a matching question; told to its author alone.
    columns: tuple[str, str] | None = None


def content_hash(draft: QuestionDraft, image_hashes: Mapping[str, str] | None = None) -> str:
    """Hash the scored part: whoever answers a question with an equal hash faces equal terms.

    Title, tags, difficulty, explanation, feedback, references and the place in the file are
    left out, so that changing them makes no new version. `image_hashes` gives the hash of the
    bytes of each picture in `draft.images`, and in those of its parts.
    """
    hashes = image_hashes or {}
    scored: dict[str, Any] = {
        "form": CANONICAL_FORM,
        "type": draft.type.value,
        "stem": _canonical_text(draft.stem),
        "options": [_canonical_text(option.text) for option in draft.options],
        "key": _scored_key(draft.key),
        "rule": None if draft.rule is None else [draft.rule.name.value, draft.rule.tenths],
        "points": draft.points_tenths,
        "shuffle": draft.shuffle.value,
        "images": [hashes.get(image, "") for image in _scored_images(draft)],
    }
    # Only where there are any: what was hashed before there were premises and parts stays equal.
    if draft.premises:
        scored["premises"] = [_canonical_text(premise.text) for premise in draft.premises]
    if draft.parts:
        scored["parts"] = [[part.public_id, content_hash(part, hashes)] for part in draft.parts]
    text = json.dumps(scored, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def with_parts(drafts: Iterable[QuestionDraft]) -> Iterator[QuestionDraft]:
    """The drafts, each case followed by its sub-questions."""
    for draft in drafts:
        yield draft
        yield from draft.parts


def _canonical_text(text: str) -> str:
    lines = unicodedata.normalize("NFC", text).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()


def _scored_images(draft: QuestionDraft) -> list[str]:
    """The pictures of what is asked; one in the explanation is not scored."""
    texts = [draft.stem, *(option.text for option in (*draft.options, *draft.premises))]
    return [image for image in draft.images if any(image in text for text in texts)]


def _scored_key(key: AnswerKey) -> Any:
    """What of a key is scored, as JSON data.

    The picture's ratio is left out, since its bytes are hashed; so is a case's list of parts.
    """
    if isinstance(key, ChoiceKey):
        weights = key.weights_percent
        return [sorted(key.right), None if weights is None else [str(w) for w in weights]]
    if isinstance(key, VerdictKey):
        return key.verdict
    if isinstance(key, BlanksKey):
        return [_scored_blank(blank) for blank in key.blanks]
    if isinstance(key, OrderKey):
        return list(key.item_ids)
    if isinstance(key, MatchKey):
        return [list(pair) for pair in key.pairs]
    if isinstance(key, HotspotKey):
        regions = [[number, region_as_data(region)] for number, region in key.regions]
        return [regions, sorted(key.right)]
    if isinstance(key, RubricKey):
        return [[[point.text, point.tenths] for point in key.points], key.model_answer]
    return []


def _scored_blank(blank: BlankKey) -> dict[str, Any]:
    data = blank_as_data(blank)
    # Two ways to write one range mark alike.
    del data["written"]
    return data
