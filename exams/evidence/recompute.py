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
from exams.corrections import AS_ASKED, Corrections, Markable
from exams.judging import Worth, is_missed, score_paper, total_of, verdict_of, worth_of
from exams.mark_check import MarksAgain, marks_again
from exams.rescoring import given_again
from question_bank.keys import QuestionType, RubricKey, RuleName, ScoringRule
from question_bank.stored_keys import key_of

MARKED_BY_PERSON = "marked_by_person"


@dataclass(frozen=True)
class MarkedSlot:
    """The marks of one slot as the chain tells them, and what they come to once more."""

    mark: Mapping[str, Any]
    again: MarksAgain

    @property
    def fits(self) -> bool:
        """Whether the score that the chain names for them follows from them."""
        return self.again.fits(self.mark["tenths"])


@dataclass(frozen=True)
class Recomputed:
    """What a paper comes to; `marks` has the marks of people by slot."""

    scores: Mapping[int, int | None]
    worth: Worth
    missed: tuple[int, ...]
    is_passed: bool | None
    marks: Mapping[int, MarkedSlot]
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
    rows = {row.slot: row for row in paper}
    marks = marks_of(links, replies, rows, versions)
    name, tenths = data["exam"]["rule"]
    scores = score_paper(
        paper,
        versions,
        replies,
        exam_rule=corrections.exam_rule(ScoringRule(RuleName(name), tenths)),
        manual=counted_marks(marks, rows, versions, corrections),
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


def marks_of(
    links: Sequence[Link],
    replies: Mapping[int, Any],
    rows: Mapping[int, Any],
    versions: Mapping[int, Markable],
) -> dict[int, MarkedSlot]:
    """The newest marks of each slot and what they come to.

    Marks hold for the very text that was marked.
    """
    found = {}
    for mark, rule in _marks_told(links):
        row = rows.get(mark["slot"])
        if row is None or mark["answer"] != digest(replies.get(mark["slot"])):
            continue
        key = versions[row.question_version_id].key
        rubric = key.points if isinstance(key, RubricKey) else ()
        again = marks_again(mark["given"], rubric, points_tenths=row.points_tenths, rule=rule)
        found[mark["slot"]] = MarkedSlot(mark, again)
    return found


def counted_marks(
    marks: Mapping[int, MarkedSlot],
    rows: Mapping[int, Any],
    versions: Mapping[int, Markable],
    corrections: Corrections,
) -> dict[int, int | None]:
    """What the marks of each slot count once scoring points may count otherwise than when asked."""
    counted = {}
    for slot, one in marks.items():
        version_id = rows[slot].question_version_id
        counted[slot] = given_again(
            one.again.tenths,
            one.mark["given"],
            versions[version_id].key,
            corrections.by_version.get(version_id, AS_ASKED),
            drawn_tenths=rows[slot].points_tenths,
        )
    return counted


def _marks_told(
    links: Sequence[Link],
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, int] | None]]:
    """The released marks of a chain in order, each with the rule that the entry names."""
    for link in links:
        if link.kind == MARKED_BY_PERSON:
            for mark in link.content["marks"]:
                yield mark, link.content.get("marking")
