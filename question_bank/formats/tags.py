"""What formats without a field of their own for it carry as a tag: `难度:易`, `依据:…`. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from question_bank.formats.exported import (
    DIFFICULTY_WORDS,
    ExportedQuestion,
    points_tenths,
    rule_from_words,
    rule_words,
)
from question_bank.formats.own.items import reference_words, with_own_module
from question_bank.keys import ScoringRule

_TAG = re.compile(
    r"(?P<name>难度|依据|岗位|考点|给分|分值|版本|案例) *[:：] *(?P<value>.+)", re.DOTALL
)
_LEVELS = {word: level for level, word in DIFFICULTY_WORDS.items()}
_LEVELS |= {str(level): level for level in DIFFICULTY_WORDS}


@dataclass(frozen=True)
class TagContent:
    """Tags sorted by what they say."""

    tags: tuple[str, ...] = ()
    difficulty: int | None = None
    reference: str = ""
    positions: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    rule: ScoringRule | None = None
    points_tenths: int | None = None
    # The id of the case to which the question belongs.
    case_id: str = ""
    # Whether this product wrote the tags.
    is_ours: bool = False


def tags_of(question: ExportedQuestion, *, case_id: str = "") -> list[str]:
    """The tags of a question and whatever else a tag can carry."""
    draft = question.draft
    made = [*draft.tags, f"难度:{DIFFICULTY_WORDS[draft.difficulty]}", f"版本:{question.version}"]
    made += [f"依据:{reference_words(each)}" for each in with_own_module(draft).references]
    made += [f"岗位:{each}" for each in draft.positions]
    made += [f"考点:{each}" for each in draft.facts]
    if draft.rule is not None:
        made.append(f"给分:{rule_words(draft.rule)}")
    if case_id:
        made.append(f"案例:{case_id}")
    return made


def read_tags(tags: Iterable[str]) -> TagContent:
    """Sort tags by what they say; one that only looks like ours stays a tag."""
    plain: list[str] = []
    found: dict[str, list[str]] = {}
    for tag in tags:
        said = _TAG.fullmatch(tag.strip())
        if said is None:
            plain.append(tag.strip()[:40])
        else:
            found.setdefault(said["name"], []).append(said["value"].strip())
    rules = [rule for words in found.get("给分", ()) if (rule := rule_from_words(words))]
    levels = [_LEVELS[word] for word in found.get("难度", ()) if word in _LEVELS]
    return TagContent(
        tags=tuple(dict.fromkeys(tag for tag in plain if tag)),
        difficulty=levels[0] if levels else None,
        reference="；".join(found.get("依据", ())),
        positions=tuple(found.get("岗位", ())),
        facts=tuple(found.get("考点", ())),
        rule=rules[0] if rules else None,
        points_tenths=points_tenths(found.get("分值", [""])[0]),
        case_id=found.get("案例", [""])[0],
        is_ours="版本" in found,
    )
