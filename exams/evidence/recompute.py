"""Scores and verdict of a file of evidence, computed once more from what its chain holds. Pure.

Machine-marked questions follow from replies and keys, written ones from the marks of people by
scoring point (采分点), second marker and adjudicator, both by the corrections that the chain names.
What only a person knows is taken as recorded, and named.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from exams.chain import Link, digest
from exams.corrections import Corrections, Markable
from exams.judging import Worth, is_missed, score_paper, total_of, verdict_of, worth_of
from exams.mark_check import MarksAgain, marks_again
from question_bank.keys import QuestionType, RubricKey, RuleName, ScoringRule
from question_bank.stored_keys import key_of

MARKED_BY_PERSON = "marked_by_person"


@dataclass(frozen=True)
class Recomputed:
    """What a paper comes to; `marks` has what people's marks of each slot come to."""

    scores: Mapping[int, int | None]
    worth: Worth
    missed: tuple[int, ...]
    is_passed: bool | None
    marks: Mapping[int, tuple[MarksAgain, int | None]]
    corrections: Corrections

    @property
    def total(self) -> int | None:
        return total_of(self.scores.values())


def recompute(
    data: Mapping[str, Any],
    links: Sequence[Link],
    replies: Mapping[int, Any],
    *,
    must_pass: Sequence[int],
    end: Mapping[str, Any],
) -> Recomputed:
    """Mark a file's paper from its replies, keys, marks and corrections, and judge it.

    `end` is what the newest entry with scores says; that a sitting is void (违纪作废) is a person's
    decision, which only the chain knows.
    """
    corrections = Corrections.from_content(end.get("corrections"))
    versions = {one["id"]: _version(one["fields"]) for one in data["versions"]}
    paper = [
        SimpleNamespace(
            slot=row["slot"],
            question_version_id=row["version_id"],
            points_tenths=row["points_tenths"],
        )
        for row in data["paper"]
    ]
    marks = _marks(links, replies, {row.slot: row for row in paper}, versions)
    name, tenths = data["exam"]["rule"]
    scores = score_paper(
        paper,
        versions,
        replies,
        exam_rule=corrections.exam_rule(ScoringRule(RuleName(name), tenths)),
        manual={slot: again.tenths for slot, (again, _recorded) in marks.items()},
        corrections=corrections.by_version,
    )
    worth = worth_of(paper, corrections, exam_mark_tenths=data["exam"]["pass_mark_tenths"])
    missed = tuple(
        row.slot
        for row in paper
        if row.slot in must_pass and is_missed(scores[row.slot], row, corrections.by_version)
    )
    is_passed = verdict_of(
        total_of(scores.values()),
        pass_mark_tenths=worth.pass_mark_tenths,
        missed=len(missed),
        is_void=bool(end.get("is_void")),
    )
    return Recomputed(scores, worth, missed, is_passed, marks, corrections)


def _version(fields: Mapping[str, Any]) -> Markable:
    kind = QuestionType(fields["type"])
    own = fields["scoring_rule"]
    found: Any = SimpleNamespace(
        key=key_of(SimpleNamespace(**{**fields, "type": kind})),
        own_rule=ScoringRule(RuleName(own), fields["scoring_value_tenths"]) if own else None,
        printed=SimpleNamespace(type=kind),
    )
    return found  # type: ignore[no-any-return]


def _marks(
    links: Sequence[Link],
    replies: Mapping[int, Any],
    rows: Mapping[int, Any],
    versions: Mapping[int, Markable],
) -> dict[int, tuple[MarksAgain, int | None]]:
    """What the newest marks of each slot come to, and what the chain says that they do.

    Marks hold for the very text that was marked.
    """
    found = {}
    for mark, rule in marks_told(links):
        row = rows.get(mark["slot"])
        if row is None or mark["answer"] != digest(replies.get(mark["slot"])):
            continue
        key = versions[row.question_version_id].key
        rubric = key.points if isinstance(key, RubricKey) else ()
        again = marks_again(mark["given"], rubric, points_tenths=row.points_tenths, rule=rule)
        found[mark["slot"]] = (again, mark["tenths"])
    return found


def marks_told(
    links: Sequence[Link],
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, int] | None]]:
    """The released marks of a chain in order, each with the rule that the entry names."""
    for link in links:
        if link.kind == MARKED_BY_PERSON:
            for mark in link.content["marks"]:
                yield mark, link.content.get("marking")
