"""Routes of examiners; safety managers and inspectors read, nobody else comes in."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from exams.drawing import PoolRow
from exams.fairness import fairness
from exams.models import BlueprintRow, ExamState, Exemption, PoolEntry
from exams.operations.fairness import store_fairness
from exams.papers import balance_of
from exams.shift_figures import AskedQuestion, MarkedSitting, compare_shifts
from question_bank.models import Question
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam, make_single
from tests.routes import Route

READ = {"nobody": 302, "examiner": 200, "safety_manager": 200, "inspector": 200}
CHANGE = {"nobody": 302, "examiner": 200}


def published(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"exam_id": make_exam(session, cast).id}


def draft(session: Session, cast: Cast) -> Mapping[str, Any]:
    exam = make_exam(session, cast, [], count=1, state=ExamState.DRAFT)
    exam.published_at = None
    return {"exam_id": exam.id}


def preview(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {**published(session, cast), "paper": 7}


def draft_of_all_kinds(session: Session, cast: Cast) -> Mapping[str, Any]:
    """A draft with a section, a clause and a fixed must-pass question."""
    exam_id = draft(session, cast)["exam_id"]
    version = make_single(session, 7)
    session.query(BlueprintRow).filter_by(exam_id=exam_id).update(
        {"section_title": "第一部分 单选题", "clause": "donghuo#s-3-2"}
    )
    question = session.get_one(Question, version.question_id).public_id
    session.add(
        BlueprintRow(
            exam_id=exam_id,
            position=2,
            count=1,
            points_tenths=50,
            question=question,
            is_must_pass=True,
        )
    )
    session.flush()
    return {"exam_id": exam_id}


def compared(session: Session, cast: Cast) -> Mapping[str, Any]:
    """An exam whose papers and shifts were compared."""
    exam = make_exam(session, cast, tolerance_tenths=10, mean_expected=210_000)
    versions = session.scalars(select(PoolEntry.question_version_id).join(BlueprintRow)).all()
    rows = [PoolRow(1, 1, 1, 100, (), expected=dict.fromkeys(versions, 700))]
    _count, figures = fairness(
        [{one: 1} for one in versions[:2]],
        rows,
        {versions[-1]: {"donghuo#s-3-2"}},
        drawable=frozenset(versions),
        balance=balance_of(exam),
    )
    shifts = [(date(2026, 3, day), 0) for day in (2, 3)]
    figures["shifts"] = compare_shifts(
        [MarkedSitting(shift, 100, True) for shift in shifts for _ in range(30)],
        [AskedQuestion(shift, 1, 10, 3 + 5 * (shift[0].day - 2)) for shift in shifts],
    )
    figures["pool_mean"] = 70.0
    store_fairness(
        session,
        exam.id,
        is_simulated=False,
        papers=2,
        figures=figures,
        actor=cast.actor("examiner"),
        now=MONDAY,
    )
    return {"exam_id": exam.id}


def pool_question(session: Session, cast: Cast) -> Mapping[str, Any]:
    exam_id = make_exam(session, cast).id
    entry = session.query(PoolEntry).join(BlueprintRow).filter_by(exam_id=exam_id).first()
    assert entry is not None
    return {"exam_id": exam_id, "version_id": entry.question_version_id}


def fixed_question(session: Session, cast: Cast) -> Mapping[str, Any]:
    version = make_single(session)
    make_single(session, 2)
    exam = make_exam(session, cast, [version])
    [row] = session.query(BlueprintRow).filter_by(exam_id=exam.id)
    row.question = session.get_one(Question, version.question_id).public_id
    session.flush()
    return {"exam_id": exam.id, "version_id": version.id}


def exemption(session: Session, cast: Cast) -> Mapping[str, Any]:
    user, exam = cast.user("learner"), make_exam(session, cast)
    session.add(Exemption(exam_id=exam.id, user_id=user.id, reason="产假", granted_at=MONDAY))
    session.flush()
    return {"exam_id": exam.id, "user_id": user.id}


ROUTES = {
    "exams.exams": Route(expected=READ, others=403),
    "exams.exam": Route(values=published, expected=READ, others=403),
    "exams.candidate_list": Route(values=published, expected=READ, others=403),
    "exams.pool": Route(values=published, expected=READ, others=403),
    "exams.exemptions": Route(values=published, expected=READ, others=403),
    "exams.analysis": Route(values=published, expected=READ, others=403),
    "exams.analyse_now": Route(
        "POST", values=published, expected={"nobody": 302, "examiner": 302}, others=403
    ),
    "exams.fairness": Route(values=compared, expected=READ, others=403),
    "exams.compare_now": Route(
        "POST", values=published, expected={"nobody": 302, "examiner": 302}, others=403
    ),
    "exams.new_exam": Route(expected=CHANGE, others=403),
    "exams.definition": Route(values=draft, expected=CHANGE, others=403),
    "exams.blueprint_rows": Route(values=draft_of_all_kinds, expected=CHANGE, others=403),
    "exams.audience": Route(values=published, expected=CHANGE, others=403),
    "exams.publication": Route(values=draft, expected=CHANGE, others=403),
    "exams.change": Route(values=published, expected=CHANGE, others=403),
    "exams.amendment": Route(values=published, expected=CHANGE, others=403),
    "exams.preview": Route(values=preview, expected=CHANGE, others=403),
    "exams.withdrawal": Route(values=published, expected=CHANGE, others=403),
    "exams.pool_question": Route(values=pool_question, expected=CHANGE, others=403),
    "exams.pool_replacement": Route(values=fixed_question, expected=CHANGE, others=403),
    "exams.exemption_removal": Route(values=exemption, expected=CHANGE, others=403),
    "exams.copy": Route(
        "POST", values=published, expected={"nobody": 302, "examiner": 302}, others=403
    ),
}
