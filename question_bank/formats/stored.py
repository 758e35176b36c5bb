"""A stored version → the draft that would make it again, for questions without their text. Pure.

Stem, key and pictures are stored as they are; the other texts only as HTML, whose Markdown shows
the same.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from learning.images import ADDRESS
from question_bank.drafts import (
    AnchorReference,
    AuthorState,
    ClauseReference,
    OptionDraft,
    QuestionDraft,
    Reference,
    Shuffle,
)
from question_bank.formats.exported import IMAGE
from question_bank.formats.html.markdown import to_markdown
from question_bank.keys import (
    AnswerKey,
    BlanksKey,
    CaseKey,
    ChoiceKey,
    HotspotKey,
    MatchKey,
    OrderKey,
    QuestionType,
    RubricKey,
    RuleName,
    ScoringPoint,
    ScoringRule,
    VerdictKey,
    blank_from_data,
    region_from_data,
)
from question_bank.models import Question, QuestionReference, QuestionState, QuestionVersion

_SOURCE = re.compile(rf'src="{re.escape(ADDRESS)}(?P<name>[^"]+)"')
_TITLE = re.compile(r"《(?P<source>[^》]+)》(?P<clause>.*)", re.DOTALL)
_STATES = {
    QuestionState.DRAFT: AuthorState.DRAFT,
    QuestionState.ACTIVE: AuthorState.ENABLED,
    QuestionState.RETIRED: AuthorState.RETIRED,
}


def draft_of(
    version: QuestionVersion,
    question: Question,
    *,
    tags: Sequence[str],
    references: Sequence[QuestionReference],
    parts: tuple[QuestionDraft, ...],
) -> QuestionDraft:
    """What the question says now; pictures are named by their names in the store."""
    options = tuple(
        _option(option, question.feedback_html.get(str(option["id"]), ""))
        for option in version.options
    )
    draft = QuestionDraft(
        public_id=question.public_id,
        type=version.type,
        title=question.title,
        stem=_stem(version),
        options=options,
        key=_key(version, parts),
        rule=_rule(version),
        points_tenths=version.points_tenths,
        references=tuple(_reference(each) for each in references),
        difficulty=question.difficulty,
        tags=tuple(tags),
        positions=tuple(question.positions),
        facts=tuple(question.facts),
        explanation=_markdown(question.explanation_html) or None,
        shuffle=_shuffle(version),
        state=_STATES[question.state],
        revision=None,
        images=(),
        path=question.source_path,
        line=question.source_line,
        module_key=question.module_key,
        section_anchor=None,
        premises=tuple(
            OptionDraft(_markdown(one["html"]), True, None, None, 0) for one in version.premises
        ),
        parts=parts,
    )
    return replace(draft, images=tuple(dict.fromkeys(_paths(draft))))


def picture_names(version: QuestionVersion, question: Question) -> Iterator[tuple[str, str]]:
    """(path in the texts of `draft_of`, name in the store) of every picture."""
    stems = [found["path"] for found in IMAGE.finditer(version.stem_markdown)]
    names = _names(version.stem_html)
    if version.picture is not None:
        # The picture of a hotspot question is the first of its stem, and not in its HTML.
        names.insert(0, version.picture["url"].removeprefix(ADDRESS))
    yield from zip(stems, names, strict=False)
    htmls = [question.explanation_html, *question.feedback_html.values()]
    htmls += [item["html"] for item in (*version.options, *version.premises)]
    for html in htmls:
        for name in _names(html):
            yield _path(name), name


def markdown_pictures(
    markdown: Mapping[str, str], html: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """(path as written, name in the store) where texts and their HTML show the same pictures."""
    for place, text in markdown.items():
        paths = [found["path"] for found in IMAGE.finditer(text)]
        yield from zip(paths, _names(html.get(place, "")), strict=False)


def _names(html: str) -> list[str]:
    return [found["name"] for found in _SOURCE.finditer(html)]


def _path(name: str) -> str:
    return f"图片/{name}"


def _markdown(html: str) -> str:
    def path(source: str) -> str | None:
        return _path(source.removeprefix(ADDRESS)) if source.startswith(ADDRESS) else None

    return to_markdown(html, image=path)


def _stem(version: QuestionVersion) -> str:
    stem = version.stem_markdown
    if version.picture is None or IMAGE.search(stem):
        return stem
    name = version.picture["url"].removeprefix(ADDRESS)
    return f"{stem}\n\n![{version.picture['alt']}]({_path(name)})"


def _option(option: Mapping[str, object], feedback: str) -> OptionDraft:
    weight = option["weight_percent"]
    return OptionDraft(
        text=_markdown(str(option["html"])),
        is_right=bool(option["is_right"]),
        weight_percent=None if weight is None else Fraction(str(weight)),
        feedback=_markdown(feedback) or None,
        line=0,
    )


def _key(version: QuestionVersion, parts: tuple[QuestionDraft, ...]) -> AnswerKey:
    """The key with options and premises numbered from 1, as drafts number them."""
    options = version.options
    numbers = tuple(range(1, len(options) + 1))
    place = {option["id"]: number for number, option in zip(numbers, options, strict=True)}
    right = frozenset(place[option["id"]] for option in options if option["is_right"])
    if version.type is QuestionType.TRUE_FALSE:
        return VerdictKey(bool(version.verdict))
    if version.type is QuestionType.FILL_BLANK:
        return BlanksKey(tuple(blank_from_data(blank) for blank in version.blanks))
    if version.type is QuestionType.ORDERING:
        return OrderKey(numbers)
    if version.type is QuestionType.MATCHING:
        rights = [place[premise["right_id"]] for premise in version.premises]
        return MatchKey(tuple(enumerate(rights, start=1)))
    if version.type is QuestionType.SHORT_ANSWER:
        return _rubric(version)
    if version.type is QuestionType.CASE_ANALYSIS:
        return CaseKey(tuple(part.public_id or "" for part in parts))
    if version.type is QuestionType.HOTSPOT:
        regions = tuple(
            (place[option["id"]], region_from_data(option["region"])) for option in options
        )
        ratio = (version.picture or {}).get("ratio", "1")
        return HotspotKey(regions, right, Fraction(ratio))
    weights = [option["weight_percent"] for option in options]
    shares = None if None in weights else tuple(Fraction(weight) for weight in weights)
    return ChoiceKey(numbers, right, shares)


def _rule(version: QuestionVersion) -> ScoringRule | None:
    if version.scoring_rule is None:
        return None
    return ScoringRule(RuleName(version.scoring_rule), version.scoring_value_tenths)


def _rubric(version: QuestionVersion) -> RubricKey:
    rubric = version.rubric or {"points": [], "model_answer": None}
    points = tuple(ScoringPoint(each["text"], each["tenths"]) for each in rubric["points"])
    return RubricKey(points, rubric.get("model_answer"))


def _reference(row: QuestionReference) -> Reference:
    if row.module_key and row.anchor:
        return AnchorReference(row.module_key, row.anchor, row.label, 0, 1)
    found = _TITLE.fullmatch(row.label)
    source, clause = (found["source"], found["clause"]) if found else (row.label, "")
    return ClauseReference(source, clause, row.label, 0, 1)


def _shuffle(version: QuestionVersion) -> Shuffle:
    pinned = [option["is_pinned"] for option in version.options]
    if not any(pinned):
        return Shuffle.ALL
    return Shuffle.NONE if all(pinned) else Shuffle.LAST_FIXED


def _paths(draft: QuestionDraft) -> Iterator[str]:
    texts = [draft.stem, draft.explanation or ""]
    texts += [each.text for each in (*draft.premises, *draft.options)]
    texts += [each.feedback or "" for each in draft.options]
    for text in texts:
        yield from (found["path"] for found in IMAGE.finditer(text))
