"""Which answers of a closed sitting wait for a person, and its result once all are marked."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.audit import record
from core.comparable import comparable
from core.events import publish
from core.identity import Actor
from exams.chain import digest
from exams.events import SittingMarked
from exams.links import MARKED_BY_PERSON
from exams.mark_check import rule_as_data
from exams.models import Exam, LateDecision, ManualMark, MarkingTask, Sitting, TaskState
from exams.queries import marking
from exams.queries import sittings as queries
from exams.queries.marking_progress import sittings_to_release
from exams.queries.regrade import unmarked_questions
from exams.scoring import store_scores
from exams.versions import known_versions
from question_bank.keys import RubricKey


def lay_out_answers(session: Session, sitting: Sitting, *, actor: Actor, now: datetime) -> None:
    """Put the answers of a locked, closed sitting that need a person where markers find them.

    A mark holds for the text that was marked: where the answer is another than before, because the
    sitting was opened again or late answers were accepted, its marks are superseded.
    """
    paper = queries.paper_of(session, sitting.id)
    versions = known_versions(session, [row.question_version_id for row in paper])
    written = [row for row in paper if isinstance(versions[row.question_version_id].key, RubricKey)]
    if not written:
        return
    with_late = sitting.late_decision is LateDecision.ACCEPTED
    answers = queries.last_answers(session, sitting.id, with_late=with_late)
    known = {task.sitting_question_id: task for task in marking.tasks_of(session, sitting.id)}
    for row in written:
        text = answers[row.slot].response if row.slot in answers else None
        task = known.get(row.id)
        if text is not None:
            if task is None:
                session.add(_task(sitting, row, text))
            elif task.answer_digest != digest(text):
                _begin_anew(session, task, text, actor=actor, now=now)
        elif task is not None and task.state is not TaskState.DROPPED:
            _begin_anew(session, task, None, actor=actor, now=now)
    session.flush()


def _task(sitting: Sitting, row: Any, text: str) -> MarkingTask:
    return MarkingTask(
        sitting_question_id=row.id,
        sitting_id=sitting.id,
        exam_id=sitting.exam_id,
        question_version_id=row.question_version_id,
        token=sha256(f"marking {sitting.seed} {sitting.id} {row.slot}".encode()).hexdigest()[:24],
        answer_digest=digest(text),
        likeness=digest(comparable(text)),
        state=TaskState.OPEN,
    )


def _begin_anew(
    session: Session, task: MarkingTask, text: str | None, *, actor: Actor, now: datetime
) -> None:
    ended = session.execute(
        update(ManualMark)
        .where(
            ManualMark.sitting_question_id == task.sitting_question_id,
            ManualMark.superseded_at.is_(None),
        )
        .values(superseded_at=now)
        .returning(ManualMark.id)
    ).all()
    task.state = TaskState.DROPPED if text is None else TaskState.OPEN
    task.tenths = None
    task.answer_digest = "" if text is None else digest(text)
    task.likeness = "" if text is None else digest(comparable(text))
    if ended:
        record(
            session,
            actor=actor,
            now=now,
            action="exam.marks.superseded",
            subject=("sitting_question", task.sitting_question_id),
            after={"marks": [row.id for row in ended]},
        )


def release_sitting(
    session: Session, exam: Exam, sitting_id: int, *, actor: Actor, now: datetime
) -> bool:
    """Store and tell the result of a closed sitting of which every answer has been marked.

    Says whether it did: not while an answer waits, nor where the result is known already. What a
    correction took from markers is waited for no longer, and stays as far as it is: should the
    question be restored, it goes on from there.
    """
    sitting = queries.locked_sitting(session, sitting_id)
    spared = unmarked_questions(session, [exam.id]).get(exam.id, {})
    tasks = [
        task
        for task in marking.tasks_of(session, sitting.id)
        if task.state in marking.DECIDED
        or (task.state is not TaskState.DROPPED and task.question_version_id not in spared)
    ]
    if sitting.score_tenths is not None or not all(t.state in marking.DECIDED for t in tasks):
        return False
    marks = _marks(session, sitting.id, tasks)
    for task in tasks:
        task.state = TaskState.RELEASED
    session.flush()
    rule = rule_as_data(
        marker_count=exam.marker_count, max_difference_percent=exam.max_difference_percent
    )
    more = {"marks": marks, "marking": rule}
    after = store_scores(session, sitting, exam, kind=MARKED_BY_PERSON, now=now, more=more)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.sitting.marked_by_person",
        subject=("sitting", sitting.id),
        on_user_id=sitting.user_id,
        after=after,
    )
    session.flush()
    if sitting.is_passed is not None:
        ids = (sitting.id, exam.id, sitting.user_id)
        publish(session, SittingMarked(actor, now, *ids, sitting.is_passed))
    return True


def _marks(session: Session, sitting_id: int, tasks: Sequence[MarkingTask]) -> list[dict[str, Any]]:
    """Who gave which slot how many tenths, for the chain."""
    slots = {row.id: row.slot for row in queries.paper_of(session, sitting_id)}
    given = marking.current_marks(session, [task.sitting_question_id for task in tasks])
    return [
        {
            "slot": slots[task.sitting_question_id],
            "tenths": task.tenths,
            "answer": task.answer_digest,
            "given": marking.marks_as_data(given[task.sitting_question_id]),
        }
        for task in tasks
    ]


def release_results(
    session: Session, exam: Exam, *, limit: int, actor: Actor, now: datetime
) -> int:
    """Release at most `limit` results that are ready; call again until there is none."""
    ready = list(session.scalars(sittings_to_release(session, exam.id).limit(limit)))
    return sum(release_sitting(session, exam, one, actor=actor, now=now) for one in ready)
