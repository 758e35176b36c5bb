"""What people gave a written answer once its scoring points count otherwise; pure and exact."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from exams.corrections import Correction
from exams.hand_marking import MarkRound, ticked_tenths
from question_bank.keys import AnswerKey, RubricKey


def given_again(
    tenths: int | None,
    marks: Sequence[Sequence[Any]],
    key: AnswerKey,
    correction: Correction,
    *,
    drawn_tenths: int,
) -> int | None:
    """What an answer earns of the points that its paper gives, by what was ticked.

    `marks` are the marks that count, as the chain tells them: marker, round, tenths, points
    ticked. The adjudicator's decides, else the mean counts, rounded half up, as when they were
    given. A score of the marker's own beside the ticks is a judgement and stays.
    """
    changed = correction.rubric_tenths
    if tenths is None or changed is None or not marks or not isinstance(key, RubricKey):
        return tenths
    rubric = [replace(point, tenths=new) for point, new in zip(key.points, changed, strict=True)]
    scores: dict[str, int] = {}
    for _marker, turn, given, ticks in marks:
        is_ticked = given == ticked_tenths(key.points, ticks, points_tenths=drawn_tenths)
        again = ticked_tenths(rubric, ticks, points_tenths=drawn_tenths) if is_ticked else given
        scores[turn] = again
    decided = scores.get(MarkRound.ADJUDICATOR.value)
    if decided is not None:
        return decided
    return int(Fraction(sum(scores.values()), len(scores)) + Fraction(1, 2))
