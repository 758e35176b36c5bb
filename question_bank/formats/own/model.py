"""The JSON of a question: its schema in words, and the writing side. Pure.

A file is {"format": "shanggang-questions", "version": 1, "questions": […], "images": {…}}.
`images` holds each picture once, base64, under the SHA-256 of its bytes; a question's `images`
says which path in its texts means which of them. All texts are Markdown. Exact numbers that may
be fractions are texts such as "100/3"; points are whole tenths.

| key                     | value                                                              |
|-------------------------|--------------------------------------------------------------------|
| id, type, title, stem   | texts; the type is an identifier of `QuestionType`                  |
| options                 | [{text, right, weight, feedback, region}]; region only in hotspot   |
| premises                | [text]; matching only                                               |
| pairs                   | [[place of premise, place of option]] from 1; matching only         |
| columns                 | [left, right], what stands above them, or null; matching only       |
| verdict                 | true or false; true_false only                                      |
| blanks                  | [{accepts: [text], group, points_tenths}]; fill_blank only          |
| rubric                  | {points: [{text, tenths}], model_answer}; short_answer only         |
| ratio                   | height / width of the picture; hotspot only                         |
| parts                   | [question]; case_analysis only                                      |
| rule                    | {name, tenths} or null; the name is an identifier of `RuleName`     |
| points_tenths           | whole number or null                                                |
| references              | [{module, anchor, text}] or [{source, clause, text}]                |
| difficulty              | 1 to 5                                                              |
| tags, positions, facts  | [text]                                                              |
| explanation             | text or null                                                        |
| shuffle, state          | identifiers of `Shuffle` and `AuthorState`                          |
| revision                | identifier of `Revision` or null                                    |
| waived                  | [[code, reason]]                                                    |
| images                  | {path: SHA-256}                                                     |
| module, question_version| where it stands and which version it is                             |
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from question_bank.drafts import AnchorReference, Reference
from question_bank.formats.exported import ExportedQuestion
from question_bank.formats.losses import WrittenFile
from question_bank.keys import (
    BlanksKey,
    HotspotKey,
    MatchKey,
    Region,
    RubricKey,
    VerdictKey,
)

FORMAT = "shanggang-questions"
VERSION = 1


def write_json(questions: Sequence[ExportedQuestion]) -> WrittenFile:
    """The whole model; nothing is lost."""
    images = {
        _digest(data): data
        for question in questions
        for each in question.whole
        for data in each.images.values()
    }
    document = {
        "format": FORMAT,
        "version": VERSION,
        "questions": [_question(question) for question in questions],
        "images": {
            digest: base64.b64encode(data).decode() for digest, data in sorted(images.items())
        },
    }
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    return WrittenFile(text.encode("utf-8", "replace"), ".json", len(questions), ())


def _question(question: ExportedQuestion) -> dict[str, Any]:
    draft = question.draft
    return {
        "id": draft.public_id,
        "type": draft.type.value,
        "title": draft.title,
        "stem": draft.stem,
        **_content(question),
        "rule": draft.rule and {"name": draft.rule.name.value, "tenths": draft.rule.tenths},
        "points_tenths": draft.points_tenths,
        "references": [_reference(each, draft.module_key) for each in draft.references],
        "difficulty": draft.difficulty,
        "tags": list(draft.tags),
        "positions": list(draft.positions),
        "facts": list(draft.facts),
        "explanation": draft.explanation,
        "shuffle": draft.shuffle.value,
        "state": draft.state.value,
        "revision": draft.revision and draft.revision.value,
        "waived": [list(each) for each in draft.waived],
        "images": {path: _digest(data) for path, data in question.images.items()},
        "module": draft.module_key,
        "question_version": question.version,
    }


def _content(question: ExportedQuestion) -> dict[str, Any]:
    """What the type decides."""
    draft, key = question.draft, question.draft.key
    made: dict[str, Any] = {}
    regions: dict[int, Region] = dict(key.regions) if isinstance(key, HotspotKey) else {}
    if draft.options:
        made["options"] = [
            {
                "text": option.text,
                "right": option.is_right,
                "weight": None if option.weight_percent is None else str(option.weight_percent),
                "feedback": option.feedback,
                **({"region": _region(regions[number])} if number in regions else {}),
            }
            for number, option in enumerate(draft.options, start=1)
        ]
    if isinstance(key, VerdictKey):
        made["verdict"] = key.verdict
    elif isinstance(key, BlanksKey):
        made["blanks"] = [
            {"accepts": list(b.written), "group": b.group, "points_tenths": b.points_tenths}
            for b in key.blanks
        ]
    elif isinstance(key, MatchKey):
        made["premises"] = [premise.text for premise in draft.premises]
        made["pairs"] = [list(pair) for pair in key.pairs]
        made["columns"] = list(draft.columns) if draft.columns else None
    elif isinstance(key, HotspotKey):
        made["ratio"] = str(key.ratio)
    elif isinstance(key, RubricKey):
        points = [{"text": point.text, "tenths": point.tenths} for point in key.points]
        made["rubric"] = {"points": points, "model_answer": key.model_answer}
    if question.parts:
        made["parts"] = [_question(part) for part in question.parts]
    return made


def _region(region: Region) -> dict[str, Any]:
    return {"shape": region.shape.value, "numbers": [str(number) for number in region.numbers]}


def _reference(reference: Reference, module_key: str) -> dict[str, Any]:
    if isinstance(reference, AnchorReference):
        module = reference.module_key or module_key
        return {"module": module, "anchor": reference.anchor, "text": reference.text}
    return {"source": reference.source, "clause": reference.clause, "text": reference.text}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
