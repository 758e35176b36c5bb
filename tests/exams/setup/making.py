"""Drafts for the tests of examiners' work, each part replaceable by a keyword."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core.identity import Actor
from exams.blueprint import RowSpec
from exams.definition import ExamDefinition
from exams.models import Exam, Reveal
from exams.operations.definition import create_exam, set_audience, set_blueprint
from exams.operations.publication import publish_exam
from exams.queries.audience import AudienceChoice, window_days
from question_bank.keys import QuestionType, RuleName
from tests.cast import Cast
from tests.conftest import MONDAY

SHANGHAI = ZoneInfo("Asia/Shanghai")
SINGLES = RowSpec(None, None, QuestionType.SINGLE_CHOICE, 1, 5, 2, 100)
DEFINITION = ExamDefinition(
    title="2026 年度安规考试",
    instructions="闭卷。",
    opens_at=MONDAY + timedelta(days=1),
    closes_at=MONDAY + timedelta(days=3),
    minutes=60,
    pass_mark_tenths=120,
    tries=1,
    shuffles_questions=True,
    shuffles_options=True,
    scoring_rule=RuleName.HALF_IF_PARTIAL,
    scoring_value_tenths=None,
    reveal=Reveal.AFTER_WINDOW,
)


def make_draft(
    session: Session,
    cast: Cast,
    *,
    rows: Sequence[RowSpec] = (SINGLES,),
    teams: Sequence[str] = ("press",),
    actor: Actor | None = None,
    **changes: Any,
) -> Exam:
    """A draft with a blueprint and an audience, made through the operations."""
    examiner = actor or cast.actor("examiner")
    definition = replace(DEFINITION, **changes)
    exam = create_exam(session, definition, actor=examiner, now=MONDAY)
    set_blueprint(session, exam, rows, actor=examiner, now=MONDAY)
    choices = [AudienceChoice(cast.team(key).id, None) for key in teams]
    set_audience(session, exam, choices, actor=examiner, now=MONDAY)
    return exam


def publish(session: Session, cast: Cast, exam: Exam) -> None:
    publish_exam(
        session,
        exam,
        days=window_days(exam, SHANGHAI),
        actor=cast.actor("examiner"),
        now=MONDAY,
    )
