"""What simulated people answer: by how much they know, how hard a question is, and a seed."""

from random import Random
from typing import Any

from question_bank.keys import QuestionType
from tests.exams.story.plant import BOTH, CLOSED, REPORTED, WORKED_ON

# Replies to the questions of tests/exams/factories.py: half right, and wrong ones.
HALF_RIGHT: dict[QuestionType, Any] = {
    QuestionType.MULTIPLE_CHOICE: [1],
    QuestionType.FILL_BLANK: ["5", "平放"],
    QuestionType.ORDERING: [1, 2, 4, 3],
    QuestionType.MATCHING: [[1, 1], [2, 3], [3, 2]],
}
WRONG: dict[QuestionType, Any] = {
    QuestionType.MULTIPLE_CHOICE: [1, 2],
    QuestionType.FILL_BLANK: ["3", "平放"],
    QuestionType.ORDERING: [4, 3, 2, 1],
    QuestionType.MATCHING: [[1, 4], [2, 1], [3, 2]],
}


def think(chance: Random, version: Any, *, skill: float, difficulty: int) -> Any:
    """A reply in the stored form; None for a question left open."""
    knows = chance.random() < min(0.98, skill + (3 - difficulty) * 0.08)
    half = chance.random() < skill
    if version.type is QuestionType.SHORT_ANSWER:
        return _written(chance, skill, knows=knows)
    if chance.random() < 0.01:
        return None
    if knows:
        return right_reply(version)
    if version.type in HALF_RIGHT:
        return (HALF_RIGHT if half else WRONG)[version.type]
    if version.type is QuestionType.TRUE_FALSE:
        return not version.verdict
    wrong = [option["id"] for option in version.options if not option["is_right"]]
    return [chance.choice(wrong)]


def right_reply(version: Any) -> Any:
    """The reply that earns everything."""
    match version.type:
        case QuestionType.TRUE_FALSE:
            return version.verdict
        case QuestionType.FILL_BLANK:
            return [blank["written"][0] for blank in version.blanks]
        case QuestionType.MATCHING:
            return [[premise["id"], premise["right_id"]] for premise in version.premises]
        case QuestionType.SHORT_ANSWER:
            return BOTH
    return [option["id"] for option in version.options if option["is_right"]]


def _written(chance: Random, skill: float, *, knows: bool) -> str | None:
    if knows:
        return BOTH
    if chance.random() < 0.08:
        return None
    return chance.choice([REPORTED, CLOSED]) if chance.random() < skill else WORKED_ON
