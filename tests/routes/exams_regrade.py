"""Routes of regrades and appeals: who corrects, who only reads, who asks."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from exams.corrections import ChangeKind
from exams.operations.appeals import file_appeal
from exams.queries.regrade import changes_of
from tests.cast import Cast
from tests.exams.factories import make_exam, make_single
from tests.exams.regrading import HANDED_IN, draft, key, sit
from tests.routes import Route

READ = {"nobody": 302, "examiner": 200, "safety_manager": 200, "inspector": 200}
CORRECT = {"nobody": 302, "examiner": 200, "safety_manager": 200}
DONE = {"nobody": 302, "examiner": 302, "safety_manager": 302}


def sat(session: Session, cast: Cast) -> dict[str, int]:
    """An exam that 王小满 sat with one question."""
    version = make_single(session)
    exam = make_exam(session, cast, [version], closes_at=HANDED_IN)
    sitting = sit(session, cast, exam, "learner", {version.id: [1]})
    return {"exam_id": exam.id, "sitting_id": sitting.id, "version_id": version.id}


def closed(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"exam_id": sat(session, cast)["exam_id"]}


def drafted(session: Session, cast: Cast) -> dict[str, int]:
    """With a draft of one line on its question."""
    version = make_single(session)
    exam = make_exam(session, cast, [version], closes_at=HANDED_IN)
    sit(session, cast, exam, "learner", {version.id: [1]})
    regrade = draft(session, cast, exam, [(version, ChangeKind.KEY, key([1]))])
    (line,) = changes_of(session, regrade.id)
    return {
        "exam_id": exam.id,
        "regrade_id": regrade.id,
        "version_id": version.id,
        "line_id": line.id,
    }


def only(*names: str) -> Any:
    """The values of a draft that an address names."""
    return lambda session, cast: {
        name: value for name, value in drafted(session, cast).items() if name in names
    }


def own_sitting(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"sitting_id": sat(session, cast)["sitting_id"]}


def appealed(session: Session, cast: Cast) -> Mapping[str, Any]:
    found = sat(session, cast)
    file_appeal(
        session,
        found["sitting_id"],
        slot=1,
        text="规程 3.2 条写的是 4 小时",
        actor=cast.actor("learner"),
        now=HANDED_IN + timedelta(hours=1),
    )
    return {"exam_id": found["exam_id"], "version_id": found["version_id"]}


ROUTES = {
    "exams.regrades": Route(values=closed, expected=READ, others=403),
    # A draft is for those who correct; inspectors see what is in force.
    "exams.regrade": Route(
        values=only("exam_id", "regrade_id"), expected=CORRECT | {"inspector": 403}, others=403
    ),
    "exams.regrade_question": Route(
        values=only("exam_id", "regrade_id", "version_id"), expected=CORRECT, others=403
    ),
    "exams.regrade_rule": Route(
        "POST",
        values=only("exam_id", "regrade_id"),
        data=lambda session, cast: {"scoring_rule": "half_if_partial"},
        expected=DONE,
        others=403,
    ),
    "exams.remove_regrade_line": Route(
        "POST", values=only("exam_id", "regrade_id", "line_id"), expected=DONE, others=403
    ),
    "exams.discard_regrade": Route(
        "POST", values=only("exam_id", "regrade_id"), expected=DONE, others=403
    ),
    "exams.regrade_dry_run": Route(
        values=only("exam_id", "regrade_id"), expected=CORRECT, others=403
    ),
    "exams.my_appeals": Route(expected={"nobody": 302}),
    "exams.appeal": Route(values=own_sitting, expected={"nobody": 302, "learner": 200}, others=404),
    "exams.appeals": Route(expected=CORRECT, others=403),
    "exams.exam_appeals": Route(values=closed, expected=CORRECT, others=403),
    "exams.appeal_days": Route(
        "POST",
        values=closed,
        data=lambda session, cast: {"days": 5},
        expected=DONE,
        others=403,
    ),
    "exams.appeal_group": Route(values=appealed, expected=CORRECT, others=403),
}
