"""A sitting of six links and one question of each machine-marked type, for tests of evidence."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core.chance import SystemSeeds
from core.config import Config
from exams.evidence.record import evidence_of
from exams.models import Exam, Sitting
from exams.operations.answers import record_answer
from exams.operations.closing import submit_sitting
from exams.operations.sitting import start_sitting
from exams.queries.evidence import Copy
from exams.recording import JournalEntry
from exams.signing import Signer, load_signer
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams import factories

ZONE = ZoneInfo("Asia/Shanghai")


def one_of_each(session: Session) -> list[Any]:
    """A question of every type that a machine marks, a case of two parts included."""
    return [
        factories.make_single(session),
        factories.make_multiple(session),
        factories.make_verdict(session),
        factories.make_blanks(session),
        factories.make_ordering(session),
        factories.make_matching(session),
        factories.make_hotspot(session),
        factories.make_case(session),
    ]


REPLIES: dict[int, Any] = {
    1: [2],
    2: [1],
    3: False,
    4: ["5", "倒置"],
    5: [1, 2, 4, 3],
    6: [[1, 1], [2, 3]],
    7: [1],
    8: True,
    9: {"points": [[25.0, 25.0]]},
}


def sat(session: Session, cast: Cast, exam: Exam | None = None) -> Sitting:
    """Answered by the learner in the order of the types, one question changed once, handed in."""
    exam = exam or factories.make_exam(
        session, cast, one_of_each(session), shuffles_questions=False, minutes=90
    )
    actor = cast.actor("learner")
    sitting = start_sitting(session, exam, actor=actor, now=MONDAY, seed=1, zone=ZONE)
    choices = [(1, [1]), *REPLIES.items()]
    for number, (slot, response) in enumerate(choices, start=1):
        record_answer(
            session,
            sitting.id,
            JournalEntry(slot, response, f"choice-{number}"),
            actor=actor,
            now=MONDAY + timedelta(minutes=number),
        )
        session.expire(sitting)
    submit_sitting(session, sitting, actor=actor, now=MONDAY + timedelta(minutes=31))
    return sitting


def signer_of(config: Config) -> Signer:
    return load_signer(config.keys_dir, SystemSeeds())


def evidence(
    session: Session, sitting: Sitting, config: Config, copy: Copy = Copy.FULL
) -> dict[str, Any]:
    """The file of a sitting as a reader loads it."""
    return evidence_of(
        session,
        session.get_one(Exam, sitting.exam_id),
        sitting,
        copy=copy,
        signer=signer_of(config),
        enterprise="示例机械厂",
        now=MONDAY + timedelta(hours=3),
    )
