"""What a question says in a form that survives another format: ours → theirs → ours."""

from collections.abc import Mapping
from typing import Any

from question_bank.answers import accepted_form
from question_bank.drafts import Shuffle
from question_bank.formats.exported import ExportedQuestion, match_pairs, right_places
from question_bank.formats.items import AcceptedText, ForeignItem, ItemStatus
from question_bank.formats.own.items import reference_words, with_own_module
from question_bank.keys import BlanksKey, ChoiceKey, QuestionType, RubricKey, VerdictKey

# Everything that an item can hold; a format keeps some of it.
FIELDS = (
    *("type", "title", "stem", "options", "answer", "weights", "feedback", "explanation"),
    *("tags", "difficulty", "reference", "positions", "facts", "points", "rule", "id"),
    *("rubric", "distractors", "pinned", "pictures"),
)


def said_by(question: ExportedQuestion) -> dict[str, Any]:
    """What the bank says."""
    draft = with_own_module(question.draft)
    key = draft.key
    rubric = key if isinstance(key, RubricKey) else RubricKey((), None)
    used = {option for _premise, option in match_pairs(question)}
    spare = [o.text for n, o in enumerate(draft.options) if n not in used]
    has_options = isinstance(key, ChoiceKey)
    return {
        "type": draft.type,
        "title": draft.title,
        "stem": _shown(draft.stem, question.images),
        "options": [o.text for o in draft.options] if has_options else [],
        "answer": _answer(question),
        "weights": key.weights_percent if isinstance(key, ChoiceKey) else None,
        "feedback": {n: o.feedback for n, o in enumerate(draft.options) if o.feedback},
        "explanation": draft.explanation or "",
        "tags": draft.tags,
        "difficulty": draft.difficulty,
        "reference": "；".join(reference_words(each) for each in draft.references),
        "positions": draft.positions,
        "facts": draft.facts,
        "points": draft.points_tenths,
        "rule": draft.rule,
        "id": draft.public_id,
        "rubric": (rubric.points, rubric.model_answer or ""),
        "distractors": spare if draft.type is QuestionType.MATCHING else [],
        "pinned": draft.shuffle is Shuffle.LAST_FIXED,
        "pictures": sorted(question.images.values()),
    }


def said_by_item(item: ForeignItem) -> dict[str, Any]:
    """What a reader found; a refused item says so."""
    assert item.status in (ItemStatus.IMPORT, ItemStatus.MATERIAL), item.errors
    answer: Any = item.answer
    if item.type is QuestionType.FILL_BLANK and isinstance(answer, tuple):
        answer = [_forms(blank) for blank in answer]
    is_choice = item.type in (QuestionType.SINGLE_CHOICE, QuestionType.MULTIPLE_CHOICE)
    return {
        "type": item.type,
        "title": item.title,
        "stem": _shown(item.stem, item.images),
        "options": list(item.options) if is_choice else [],
        "answer": answer,
        "weights": item.weights,
        "feedback": dict(item.feedback),
        "explanation": item.explanation,
        "tags": item.tags,
        "difficulty": item.difficulty,
        "reference": item.reference,
        "positions": item.positions,
        "facts": item.facts,
        "points": item.points_tenths,
        "rule": item.rule,
        "id": item.external_id,
        "rubric": (item.scoring_points, item.model_answer),
        "distractors": list(item.distractors),
        "pinned": item.last_option_pinned,
        "pictures": sorted(item.images.values()),
    }


def _answer(question: ExportedQuestion) -> Any:
    draft, key = question.draft, question.draft.key
    if isinstance(key, VerdictKey):
        return key.verdict
    if isinstance(key, ChoiceKey):
        return right_places(question)
    if isinstance(key, BlanksKey):
        return [frozenset(blank.accepted) for blank in key.blanks]
    if draft.type is QuestionType.ORDERING:
        return tuple(option.text for option in draft.options)
    if draft.type is QuestionType.MATCHING:
        pairs = match_pairs(question)
        return tuple((draft.premises[p].text, draft.options[o].text) for p, o in pairs)
    return None


def _forms(blank: tuple[AcceptedText, ...]) -> frozenset[Any]:
    return frozenset(accepted_form(each.text) for each in blank)


def _shown(text: str, images: Mapping[str, bytes]) -> str:
    """The text with each picture named by what it shows, wherever it lies."""
    for path, data in images.items():
        text = text.replace(f"({path})", f"({hash(data)})")
    return text
