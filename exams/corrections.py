"""What was corrected about an exam's questions after it was sat, and what they earn then; pure.

A regrade is a list of changes. The changes of all regrades of an exam, in order, fold into one
`Correction` a question version, so that a later one can undo an earlier one and nothing of what
the question bank or the paper says is touched.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from typing import Any, Protocol

from exams import marking
from question_bank.answers import accepted_form
from question_bank.keys import (
    AnswerKey,
    BlanksKey,
    ChoiceKey,
    HotspotKey,
    MatchKey,
    OrderKey,
    QuestionType,
    RuleName,
    ScoringRule,
    VerdictKey,
)


class Kind(Protocol):
    """What is printed of a question, as far as marking needs it."""

    @property
    def type(self) -> QuestionType: ...


class Markable(Protocol):
    """A question version as far as marking needs it: read from the tables or from evidence."""

    @property
    def key(self) -> AnswerKey: ...

    @property
    def own_rule(self) -> ScoringRule | None: ...

    @property
    def printed(self) -> Kind: ...


class ChangeKind(Enum):
    """What one line of a regrade changes."""

    # Other right answers; the value is {"answers": [...], "keeps_old": bool}.
    KEY = "key"
    # Other points; the value is tenths.
    POINTS = "points"
    # Another rule for part marks; the value is [name, tenths].
    POLICY = "policy"
    # Other points of the scoring points (采分点) of a written question; the value is their tenths.
    RUBRIC = "rubric"
    # Everybody who was asked gets the points, answered or not.
    FULL_MARKS = "full_marks"
    # 作废: counts for nobody.
    VOID = "void"
    # As it was asked; takes back whatever was corrected before.
    RESTORED = "restored"


class Treatment(Enum):
    """Whether a question is marked at all."""

    MARKED = "marked"
    FULL_MARKS = "full_marks"
    VOID = "void"


@dataclass(frozen=True)
class Change:
    """One line of a regrade; without a version it is about the rule of the whole exam."""

    kind: ChangeKind
    version_id: int | None
    value: Any = None


@dataclass(frozen=True)
class Correction:
    """How one question version counts in one exam; None and empty mean as it was asked.

    `answers` are right answers as JSON data, any of which earns the points; `keeps_old` says that
    those of the question itself still do. `rubric_tenths` are what the scoring points count.
    """

    treatment: Treatment = Treatment.MARKED
    answers: tuple[Any, ...] = ()
    keeps_old: bool = False
    points_tenths: int | None = None
    rule: ScoringRule | None = None
    rubric_tenths: tuple[int, ...] | None = None

    def points(self, drawn_tenths: int) -> int:
        """What the question is worth on a paper that was drawn with these points."""
        if self.treatment is Treatment.VOID:
            return 0
        return drawn_tenths if self.points_tenths is None else self.points_tenths

    def keys(self, key: AnswerKey) -> tuple[AnswerKey, ...]:
        """The keys that a reply is held against; the best mark counts."""
        if not self.answers:
            return (key,)
        others = tuple(key_with(key, answer) for answer in self.answers)
        return (key, *others) if self.keeps_old else others

    def as_data(self) -> dict[str, Any]:
        """JSON data; equal corrections give equal data, and older ones the data that they had."""
        rubric = {} if self.rubric_tenths is None else {"rubric_tenths": list(self.rubric_tenths)}
        return rubric | {
            "treatment": self.treatment.value,
            "answers": list(self.answers),
            "keeps_old": self.keeps_old,
            "points_tenths": self.points_tenths,
            "rule": rule_as_data(self.rule),
        }

    @staticmethod
    def from_data(data: Mapping[str, Any]) -> "Correction":
        """Read a correction back from its JSON data."""
        return Correction(
            Treatment(data["treatment"]),
            tuple(data["answers"]),
            data["keeps_old"],
            data["points_tenths"],
            rule_from_data(data["rule"]),
            tuple(data["rubric_tenths"]) if "rubric_tenths" in data else None,
        )


AS_ASKED = Correction()
NONE: Mapping[int, Correction] = {}


@dataclass(frozen=True)
class Corrections:
    """All that was corrected about an exam, and the regrades that did so, in order."""

    regrade_ids: tuple[int, ...] = ()
    by_version: Mapping[int, Correction] = field(default_factory=dict)
    rule: ScoringRule | None = None

    def exam_rule(self, rule: ScoringRule) -> ScoringRule:
        """The rule of the exam for questions that state none."""
        return self.rule or rule

    def content(self, version_ids: Iterable[int]) -> dict[str, Any]:
        """What the chain of a sitting with these versions says of the corrections."""
        named = sorted(set(version_ids) & set(self.by_version))
        return {
            "regrades": list(self.regrade_ids),
            "rule": rule_as_data(self.rule),
            "questions": [[one, self.by_version[one].as_data()] for one in named],
        }

    @staticmethod
    def from_content(content: Mapping[str, Any] | None) -> "Corrections":
        """The corrections that the chain of a sitting names."""
        if content is None:
            return Corrections()
        return Corrections(
            tuple(content["regrades"]),
            {one: Correction.from_data(data) for one, data in content["questions"]},
            rule_from_data(content["rule"]),
        )


def folded(changes: Iterable[Change], *, regrade_ids: Iterable[int] = ()) -> Corrections:
    """Changes in the order in which they were made, as what holds in the end."""
    by_version: dict[int, Correction] = {}
    rule: ScoringRule | None = None
    for change in changes:
        if change.version_id is None:
            rule = rule_from_data(change.value) if change.kind is ChangeKind.POLICY else None
            continue
        before = by_version.get(change.version_id, AS_ASKED)
        by_version[change.version_id] = _changed(before, change)
    kept = {one: found for one, found in by_version.items() if found != AS_ASKED}
    return Corrections(tuple(regrade_ids), kept, rule)


def _changed(before: Correction, change: Change) -> Correction:
    """One change on top of what held before.

    Another key or rule means that the question is marked again, even after 作废 or full marks;
    other points leave full marks as they are.
    """
    if change.kind is ChangeKind.RESTORED:
        return AS_ASKED
    if change.kind is ChangeKind.VOID:
        return replace(before, treatment=Treatment.VOID)
    if change.kind is ChangeKind.FULL_MARKS:
        return replace(before, treatment=Treatment.FULL_MARKS)
    if change.kind is ChangeKind.POINTS:
        is_void = before.treatment is Treatment.VOID
        treatment = Treatment.MARKED if is_void else before.treatment
        return replace(before, treatment=treatment, points_tenths=change.value)
    marked = replace(before, treatment=Treatment.MARKED)
    if change.kind is ChangeKind.POLICY:
        return replace(marked, rule=rule_from_data(change.value))
    if change.kind is ChangeKind.RUBRIC:
        return replace(marked, rubric_tenths=tuple(change.value))
    answers, keeps_old = tuple(change.value["answers"]), bool(change.value["keeps_old"])
    return replace(marked, answers=answers, keeps_old=keeps_old)


def mark_corrected(
    version: Markable,
    response: marking.Response,
    correction: Correction,
    *,
    drawn_tenths: int,
    exam_rule: ScoringRule,
) -> int:
    """The score of one question in tenths as it counts now."""
    points = correction.points(drawn_tenths)
    if correction.treatment is not Treatment.MARKED:
        return points
    own = correction.rule or version.own_rule
    return max(
        marking.mark(
            key,
            response,
            points_tenths=points,
            rule=marking.rule_for(key, own=own, exam=exam_rule),
        )
        for key in correction.keys(version.key)
    )


def in_proportion(given: int | None, *, drawn_tenths: int, points_tenths: int) -> int | None:
    """What a person gave of the points with which a question was drawn, of those it counts now.

    Rounded half up to a tenth of a point; None where nothing was given yet.
    """
    if given is None or drawn_tenths == points_tenths:
        return given
    return int(Fraction(given * points_tenths, drawn_tenths) + Fraction(1, 2))


def shown_key(version: Markable, response: marking.Response, correction: Correction) -> AnswerKey:
    """The key to show beside a reply: the one that earned it most, the corrected before the old.

    Where one option is to be chosen, all that are right are shown at once.
    """
    if not correction.answers:
        return version.key
    keys = [key_with(version.key, answer) for answer in correction.answers]
    keys += [version.key] if correction.keeps_old else []
    if version.printed.type is QuestionType.SINGLE_CHOICE and isinstance(version.key, ChoiceKey):
        right = [key.right for key in keys if isinstance(key, ChoiceKey)]
        return replace(version.key, right=frozenset().union(*right), weights_percent=None)
    return max(
        keys,
        key=lambda key: marking.mark(
            key,
            response,
            points_tenths=1000,
            rule=marking.rule_for(key, own=correction.rule or version.own_rule),
        ),
    )


def key_with(key: AnswerKey, answer: Any) -> AnswerKey:
    """The key of a question with another right answer; weights fall away with the old one."""
    if isinstance(key, ChoiceKey):
        return replace(key, right=frozenset(answer), weights_percent=None)
    if isinstance(key, VerdictKey):
        return VerdictKey(bool(answer))
    if isinstance(key, BlanksKey):
        return BlanksKey(
            tuple(
                replace(blank, accepted=tuple(map(accepted_form, forms)), written=tuple(forms))
                for blank, forms in zip(key.blanks, answer, strict=True)
            )
        )
    if isinstance(key, OrderKey):
        return OrderKey(tuple(answer))
    if isinstance(key, MatchKey):
        return MatchKey(tuple((left, right) for left, right in answer))
    if isinstance(key, HotspotKey):
        return replace(key, right=frozenset(answer))
    raise TypeError(f"no other answer for {type(key).__name__}")


def pass_mark(exam_tenths: int, *, drawn_tenths: int, full_tenths: int) -> int:
    """The pass mark of a paper whose full score is no longer that with which it was drawn.

    It keeps its share of the full score, rounded half up to a tenth of a point: 80 of 100 is 78.4
    of 98 (docs/decisions/0016-regrade.md).
    """
    if drawn_tenths == full_tenths or not drawn_tenths:
        return exam_tenths
    return int(Fraction(exam_tenths * full_tenths, drawn_tenths) + Fraction(1, 2))


def rule_as_data(rule: ScoringRule | None) -> list[Any] | None:
    """A rule as JSON data."""
    return None if rule is None else [rule.name.value, rule.tenths]


def rule_from_data(data: Any) -> ScoringRule | None:
    """A rule back from its JSON data."""
    return None if data is None else ScoringRule(RuleName(data[0]), data[1])
