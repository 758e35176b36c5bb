"""Correcting an exam after it was sat: the draft, putting it in force, writing each result."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.audit import record
from core.errors import N_, Conflict
from core.events import publish
from core.identity import Actor
from exams.corrections import ChangeKind, rule_as_data
from exams.dry_run import DryRun, current_basis
from exams.events import SittingRemarked
from exams.judging import total_of, worth_of
from exams.links import REGRADED
from exams.models import (
    RUNNING,
    Exam,
    LateDecision,
    Regrade,
    RegradeChange,
    RegradeOutcome,
    RegradeState,
    Sitting,
)
from exams.operations.answers_to_mark import release_results
from exams.operations.flaws import tell_regraded
from exams.queries import regrade as queries
from exams.queries import sittings
from exams.queries.exams import locked_exam
from exams.right_answers import problem_of
from exams.scoring import scores_of, store_scores
from exams.versions import known_versions
from question_bank.keys import ScoringRule

log = logging.getLogger("shanggang.exams")

# Results written in one transaction, so that nobody's answer waits long for it.
AT_ONCE = 20
# These say all there is to say of a question; another line on it beside them means nothing.
WHOLE = (ChangeKind.VOID, ChangeKind.FULL_MARKS, ChangeKind.RESTORED)


@dataclass(frozen=True)
class Batch:
    """What one batch did: after which sitting to go on, whether all results stand, and whether
    there may be more to do now.
    """

    last_id: int
    is_finished: bool
    has_more: bool


def draft_regrade(session: Session, exam: Exam, *, actor: Actor, now: datetime) -> Regrade:
    """The draft of an exam, a new one unless there is one; Conflict while one is being applied."""
    exam = locked_exam(session, exam)
    found = queries.regrade_under_way(session, exam.id)
    if found is not None and found.state is RegradeState.APPLYING:
        raise Conflict(N_("上一次更正还在写成绩。等它写完，再开始新的"))
    if found is not None:
        return found
    regrade = Regrade(
        exam_id=exam.id, state=RegradeState.DRAFT, created_by_id=actor.user_id, created_at=now
    )
    session.add(regrade)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        action="exam.regrade.drafted",
        subject=("regrade", regrade.id),
        after={"exam_id": exam.id},
    )
    session.flush()
    return regrade


def change_question(
    session: Session,
    regrade: Regrade,
    version_id: int,
    kind: ChangeKind,
    value: Any = None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Put a line about a question into a draft, in place of an older one that it contradicts.

    Raises Conflict for an answer that does not fit the question, and once it is no draft.
    """
    regrade = _locked_draft(session, regrade)
    queries.drawn_line(session, regrade.exam_id, version_id)
    version = known_versions(session, [version_id])[version_id]
    problem = problem_of(version, kind, value)
    if problem is not None:
        raise Conflict(problem)
    for line in queries.changes_of(session, regrade.id):
        contradicts = line.kind is kind or kind in WHOLE or line.kind in WHOLE
        if line.question_version_id == version_id and contradicts:
            session.delete(line)
    _add(session, regrade, version_id, kind, value, actor=actor, now=now)


def change_rule(
    session: Session, regrade: Regrade, rule: ScoringRule | None, *, actor: Actor, now: datetime
) -> None:
    """Put another rule for the exam into a draft; None: the rule with which it was sat."""
    regrade = _locked_draft(session, regrade)
    for line in queries.changes_of(session, regrade.id):
        if line.question_version_id is None:
            session.delete(line)
    kind = ChangeKind.RESTORED if rule is None else ChangeKind.POLICY
    _add(session, regrade, None, kind, rule_as_data(rule), actor=actor, now=now)


def _add(
    session: Session,
    regrade: Regrade,
    version_id: int | None,
    kind: ChangeKind,
    value: Any,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    session.add(
        RegradeChange(regrade_id=regrade.id, kind=kind, question_version_id=version_id, value=value)
    )
    record(
        session,
        actor=actor,
        now=now,
        action="exam.regrade.changed",
        subject=("regrade", regrade.id),
        after={"question_version_id": version_id, "kind": kind.value, "value": value},
    )
    session.flush()


def remove_change(
    session: Session, regrade: Regrade, change_id: int, *, actor: Actor, now: datetime
) -> None:
    """Take a line out of a draft; nothing happens where it is gone already."""
    regrade = _locked_draft(session, regrade)
    line = session.get(RegradeChange, change_id)
    if line is None or line.regrade_id != regrade.id:
        return
    session.delete(line)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.regrade.changed",
        subject=("regrade", regrade.id),
        before={"question_version_id": line.question_version_id, "kind": line.kind.value},
    )
    session.flush()


def discard_regrade(session: Session, regrade: Regrade, *, actor: Actor, now: datetime) -> None:
    """Give a draft up; nothing that it says ever held."""
    regrade = _locked_draft(session, regrade)
    regrade.state = RegradeState.DISCARDED
    record(
        session,
        actor=actor,
        now=now,
        action="exam.regrade.discarded",
        subject=("regrade", regrade.id),
    )
    session.flush()


def begin_regrade(
    session: Session, regrade: Regrade, seen: DryRun, *, reason: str, actor: Actor, now: datetime
) -> bool:
    """Put a draft in force, and note every result that is to be written anew.

    `seen` is the dry run on which the person decided: where anything that it rests on is another
    by now, nothing happens and False comes back. From this moment sittings that close are marked
    by the corrections. Raises Conflict where papers would have no question left that counts.
    """
    regrade = _locked_draft(session, regrade)
    exam = session.get_one(Exam, regrade.exam_id)
    basis, rows = current_basis(session, exam, regrade)
    if not queries.changes_of(session, regrade.id):
        raise Conflict(N_("还没有写要更正什么"))
    if basis != seen.basis:
        return False
    if seen.empty:
        raise Conflict(N_("有 %(n)s 份答卷会一题不剩。少作废几题"), n=len(seen.empty))
    pending = [_pending(regrade, exam, row) for row in rows]
    if pending:
        session.execute(insert(RegradeOutcome), pending)
    regrade.state, regrade.reason = RegradeState.APPLYING, reason
    regrade.applied_by_id, regrade.applied_at = actor.user_id, now
    record(
        session,
        actor=actor,
        now=now,
        action="exam.regrade.begun",
        subject=("regrade", regrade.id),
        after={"exam_id": exam.id, "sittings": len(pending)},
        reason=reason,
    )
    changes = queries.changes_of(session, regrade.id)
    tell_regraded(session, regrade, changes, actor=actor, now=now)
    session.flush()
    return True


def write_results(
    session: Session,
    regrade_id: int,
    *,
    actor: Actor,
    now: datetime,
    after_id: int = 0,
    limit: int = AT_ONCE,
) -> Batch:
    """Write the next results of a regrade that is in force, each once; the last one finishes it.

    Call again with the last id until nothing is left. A sitting that cannot be marked is logged
    and stays pending, and with it the regrade.
    """
    regrade = queries.locked_regrade(session, regrade_id)
    if regrade.state is not RegradeState.APPLYING:
        return Batch(after_id, is_finished=True, has_more=False)
    exam = session.get_one(Exam, regrade.exam_id)
    ids = queries.pending_outcomes(session, regrade_id, limit=limit, after_id=after_id)
    for sitting_id in ids:
        try:
            with session.begin_nested():
                _write_result(session, regrade, exam, sitting_id, actor=actor, now=now)
        except Exception:
            log.exception("sitting could not be regraded", extra={"sitting_id": sitting_id})
    session.flush()
    progress = queries.progress_of(session, regrade_id)
    if progress.done == progress.total and _note_stragglers(session, regrade, exam):
        return Batch(0, is_finished=False, has_more=True)
    if progress.done < progress.total:
        return Batch(ids[-1] if ids else after_id, is_finished=False, has_more=bool(ids))
    if _release_spared(session, exam, limit=limit, actor=actor, now=now) == limit:
        return Batch(after_id, is_finished=False, has_more=True)
    regrade.state, regrade.finished_at = RegradeState.APPLIED, now
    record(
        session,
        actor=actor,
        now=now,
        action="exam.regrade.finished",
        subject=("regrade", regrade.id),
        after={"sittings": progress.total},
        reason=regrade.reason,
    )
    session.flush()
    return Batch(ids[-1] if ids else after_id, is_finished=True, has_more=False)


def _release_spared(
    session: Session, exam: Exam, *, limit: int, actor: Actor, now: datetime
) -> int:
    """Tell results that waited only for marks that the corrections made needless; says how many.

    Where the examiner releases everything at once they are ready for that instead.
    """
    if exam.releases_together:
        return 0
    return release_results(session, exam, limit=limit, actor=actor, now=now)


def _note_stragglers(session: Session, regrade: Regrade, exam: Exam) -> bool:
    """Note results that the corrections missed; says whether there are any.

    Such a sitting was being closed just when the regrade was put in force, by a transaction that
    did not see it yet. Every other one that closed since is marked as it should be.
    """
    touched = {line.question_version_id for line in queries.changes_of(session, regrade.id)}
    known = {one.sitting_id for one, _user in queries.outcomes_of_regrade(session, regrade.id)}
    rows = session.execute(queries.touched_sittings(exam.id, touched)).all()
    missed = [
        row
        for row in rows
        if row.id not in known
        and not _is_as_stored(session, session.get_one(Sitting, row.id), exam)
    ]
    if missed:
        session.execute(insert(RegradeOutcome), [_pending(regrade, exam, row) for row in missed])
    return bool(missed)


def _pending(regrade: Regrade, exam: Exam, row: Any) -> dict[str, Any]:
    """The outcome of a sitting before its result is written."""
    return {
        "regrade_id": regrade.id,
        "sitting_id": row.id,
        "score_before": row.score_tenths,
        "full_before": row.full_score_tenths,
        "pass_mark_before": row.pass_mark_tenths or exam.pass_mark_tenths,
        "was_passed": bool(row.is_passed),
    }


def _write_result(
    session: Session,
    regrade: Regrade,
    exam: Exam,
    sitting_id: int,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    sitting = sittings.locked_sitting(session, sitting_id)
    outcome = session.get_one(RegradeOutcome, (regrade.id, sitting_id))
    if sitting.state in RUNNING or sitting.score_tenths is None:
        # Opened again meanwhile: its closing marks it by the corrections.
        session.delete(outcome)
        return
    before = {"score_tenths": sitting.score_tenths, "is_passed": bool(sitting.is_passed)}
    _renew_late_score(session, sitting, exam)
    if not _is_as_stored(session, sitting, exam):
        more = {"regrade": regrade.id, "before": before}
        after = store_scores(session, sitting, exam, kind=REGRADED, now=now, more=more)
        record(
            session,
            actor=actor,
            now=now,
            action="exam.sitting.regraded",
            subject=("sitting", sitting.id),
            on_user_id=sitting.user_id,
            before=before,
            after={**after, "regrade_id": regrade.id},
            reason=regrade.reason,
        )
    outcome.score_after, outcome.full_after = sitting.score_tenths, sitting.full_score_tenths
    outcome.pass_mark_after = sitting.pass_mark_tenths or exam.pass_mark_tenths
    outcome.is_passed, outcome.done_at = sitting.is_passed, now
    session.flush()
    publish(
        session,
        SittingRemarked(
            actor,
            now,
            sitting.id,
            exam.id,
            sitting.user_id,
            bool(before["is_passed"]),
            sitting.is_passed,
            regrade.reason,
        ),
    )


def _renew_late_score(session: Session, sitting: Sitting, exam: Exam) -> None:
    """What late answers would make, while nobody has decided on them."""
    if sitting.late_decision is LateDecision.PENDING:
        late = scores_of(session, sitting, exam, with_late=True)
        sitting.late_score_tenths = total_of(late.values())


def _is_as_stored(session: Session, sitting: Sitting, exam: Exam) -> bool:
    """Whether marking a sitting now would give what is stored; then nothing is written."""
    with_late = sittings.counts_late(sitting)
    scores = scores_of(session, sitting, exam, with_late=with_late)
    paper = sittings.paper_of(session, sitting.id)
    corrections = queries.corrections_of(session, exam.id)
    worth = worth_of(paper, corrections, exam_mark_tenths=exam.pass_mark_tenths)
    mark = sitting.pass_mark_tenths or exam.pass_mark_tenths
    return worth.pass_mark_tenths == mark and all(
        scores[row.slot] == row.score_tenths and worth.counted[row.slot] == row.counted_tenths
        for row in paper
    )


def _locked_draft(session: Session, regrade: Regrade) -> Regrade:
    regrade = queries.locked_regrade(session, regrade.id)
    if regrade.state is not RegradeState.DRAFT:
        raise Conflict(N_("这次更正已经生效或放弃，不能再改。要再改，开始一次新的更正"))
    return regrade
