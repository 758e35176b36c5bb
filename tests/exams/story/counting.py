"""The scores once more, by nothing but the stored answers and keys: no code of the product's."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from exams.models import (
    Answer,
    BlueprintRow,
    LateDecision,
    ManualMark,
    MarkRound,
    Sitting,
    SittingQuestion,
)
from question_bank.models import QuestionVersion

# Instead of the option that its author ticked, one of these is right.
RightOptions = Mapping[int, int]


@dataclass
class Counted:
    """What a paper comes to."""

    score_tenths: int = 0
    full_tenths: int = 0
    has_missed_red_line: bool = False

    def is_passed(self, mark_tenths: int) -> bool:
        return self.score_tenths >= mark_tenths and not self.has_missed_red_line


def count_again(
    session: Session, exam_id: int, *, right: RightOptions | None = None
) -> dict[int, Counted]:
    """Every sitting of an exam, added up from its answers."""
    session.flush()
    versions = {one.id: one for one in session.scalars(select(QuestionVersion))}
    red_lines = set(
        session.scalars(
            select(BlueprintRow.id).where(
                BlueprintRow.exam_id == exam_id, BlueprintRow.is_must_pass
            )
        )
    )
    replies, marks = _replies(session, exam_id), _marks(session)
    counted: dict[int, Counted] = defaultdict(Counted)
    rows = session.scalars(select(SittingQuestion).join(Sitting).where(Sitting.exam_id == exam_id))
    for row in rows:
        version, reply = versions[row.question_version_id], replies.get((row.sitting_id, row.slot))
        if version.type.value == "short_answer":
            earned = marks.get(row.id, 0)
        else:
            earned = _earned(version, reply, row.points_tenths, (right or {}).get(version.id))
        paper = counted[row.sitting_id]
        paper.score_tenths += earned
        paper.full_tenths += row.points_tenths
        if row.blueprint_row_id in red_lines and earned < row.points_tenths:
            paper.has_missed_red_line = True
    return dict(counted)


def _replies(session: Session, exam_id: int) -> dict[tuple[int, int], Any]:
    """The last reply to each place of each paper; late ones only where a person accepted them."""
    rows = session.execute(
        select(Answer.sitting_id, Answer.slot, Answer.response)
        .join(Sitting, Sitting.id == Answer.sitting_id)
        .where(
            Sitting.exam_id == exam_id,
            Answer.is_late.is_(False) | (Sitting.late_decision == LateDecision.ACCEPTED),
        )
        .order_by(Answer.id)
    )
    return {(sitting_id, slot): response for sitting_id, slot, response in rows}


def _marks(session: Session) -> dict[int, int]:
    """What people gave: the adjudicator's mark, else the mean of both, half a tenth upwards."""
    given: dict[int, list[int]] = defaultdict(list)
    judged: dict[int, int] = {}
    for mark in session.scalars(select(ManualMark).where(ManualMark.superseded_at.is_(None))):
        given[mark.sitting_question_id].append(mark.tenths)
        if mark.round is MarkRound.ADJUDICATOR:
            judged[mark.sitting_question_id] = mark.tenths
    means = {place: _share(sum(marks), len(marks), 1) for place, marks in given.items()}
    return means | judged


def _earned(version: QuestionVersion, reply: Any, points: int, right: int | None) -> int:
    if reply is None:
        return 0
    match version.type.value:
        case "single_choice":
            keys = [o["id"] for o in version.options if o["is_right"]] if right is None else [right]
            return points if reply == keys else 0
        case "multiple_choice":
            wanted = {o["id"] for o in version.options if o["is_right"]}
            if set(reply) == wanted:
                return points
            return _share(1, 2, points) if set(reply) < wanted and reply else 0
        case "true_false":
            return points if reply is version.verdict else 0
        case "fill_blank":
            pairs = zip(version.blanks, reply, strict=True)
            filled = sum(text in blank["written"] for blank, text in pairs)
            return _share(filled, len(version.blanks), points)
        case "ordering":
            order = [o["id"] for o in version.options if o["is_right"]]
            steps = set(pairwise(order))
            kept = sum(step in steps for step in pairwise(reply))
            return _share(kept, len(steps), points)
        case "matching":
            belongs = {one["id"]: one["right_id"] for one in version.premises}
            kept = sum(belongs[left] == right_id for left, right_id in reply)
            return _share(kept, len(belongs), points)
    raise AssertionError(f"no rule for {version.type}")


def _share(part: int, whole: int, points: int) -> int:
    """A share in tenths of a point, half a tenth upwards, in whole numbers."""
    return (2 * part * points + whole) // (2 * whole)
