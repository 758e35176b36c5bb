"""A published exam is only relaxed, never tightened; each change is told with its reason."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.errors import Conflict
from exams.amendments import amendment_findings
from exams.definition import ExamDefinition, definition_of
from exams.models import Exam, ExamKind, LateAnswers, Reveal
from exams.operations.amending import amend_exam
from exams.operations.sitting import start_sitting
from tests.cast import Cast
from tests.exams.factories import make_exam, make_single
from tests.exams.setup.making import DEFINITION, SHANGHAI, make_draft, publish

Browser = Callable[[str], FlaskClient]
OPENS = DEFINITION.opens_at
BEFORE = replace(
    DEFINITION,
    tries=2,
    wait_hours=4,
    entry_minutes=15,
    entry_until=OPENS + timedelta(hours=1),
    least_minutes=20,
    waits_for_start=True,
    address_ranges=("10.2.0.0/16",),
    delivery_minutes=10,
)


def unfair(before: ExamDefinition = BEFORE, *, begun: bool = True, **changes: Any) -> list[str]:
    found = amendment_findings(before, replace(before, **changes), has_begun=begun)
    return [finding.field for finding in found]


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "新名称", "instructions": "带笔。"},
        {"tries": 3},
        {"wait_hours": 3},
        {"entry_minutes": 16},
        {"entry_minutes": None, "entry_until": None},
        {"least_minutes": 19},
        {"waits_for_start": False},
        {"entry_code": "NEW7"},
        {"address_ranges": ("10.0.0.0/8",)},
        {"address_ranges": ()},
        {"delivery_minutes": 11},
        {"reveal": Reveal.NEVER},
    ],
)
def test_what_is_relaxed_or_merely_worded_otherwise_is_fair(changes: dict[str, Any]) -> None:
    assert unfair(**changes) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"pass_mark_tenths": 119}, "pass_mark"),
        ({"late_answers": LateAnswers.AUTOMATIC}, "late_answers"),
        ({"tries": 1}, "tries"),
        ({"wait_hours": 5}, "wait_hours"),
        ({"entry_minutes": 14}, "entry_minutes"),
        ({"entry_until": OPENS}, "entry_until"),
        ({"least_minutes": 21}, "least_minutes"),
        ({"address_ranges": ("10.2.0.0/17",)}, "address_ranges"),
        ({"proposes_standby": True}, "proposes_standby"),
        ({"delivery_minutes": 9}, "delivery_minutes"),
        ({"reveal": Reveal.AFTER_SUBMISSION}, "reveal"),
    ],
)
def test_what_would_hurt_somebody_is_refused_at_its_field(
    changes: dict[str, Any], field: str
) -> None:
    assert unfair(**changes) == [field]


def test_before_anybody_has_begun_pass_mark_networks_and_start_may_still_change() -> None:
    changes = {
        "pass_mark_tenths": 119,
        "address_ranges": ("10.2.0.0/17",),
        "late_answers": LateAnswers.AUTOMATIC,
    }

    assert unfair(begun=False, **changes) == []
    plain = replace(BEFORE, waits_for_start=False)
    assert unfair(plain, begun=False, waits_for_start=True) == []
    assert unfair(plain, begun=True, waits_for_start=True) == ["waits_for_start"]


def test_a_limit_is_not_introduced_where_there_was_none() -> None:
    plain = replace(BEFORE, entry_minutes=None, entry_until=None)

    assert unfair(plain, entry_minutes=60) == ["entry_minutes"]


@pytest.fixture
def exam(session: Session, cast: Cast) -> Exam:
    for number in range(3):
        make_single(session, number)
    made = make_draft(session, cast)
    publish(session, cast, made)
    session.commit()
    return made


def amend(session: Session, cast: Cast, exam: Exam, **changes: Any) -> None:
    amend_exam(
        session,
        exam,
        replace(definition_of(exam), **changes),
        reason="考场换了",
        actor=cast.actor("examiner"),
        now=OPENS,
    )


def test_only_what_changed_is_recorded_and_never_the_code(
    session: Session, cast: Cast, exam: Exam
) -> None:
    amend(session, cast, exam, title="新名称", entry_code="K7MP2Q", delivery_minutes=20)

    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "exam.amended")).one()
    assert entry.before == {
        "title": DEFINITION.title,
        "entry_code": False,
        "delivery_minutes": 10,
    }
    assert entry.after == {"title": "新名称", "entry_code": True, "delivery_minutes": 20}
    assert entry.reason == "考场换了"
    assert exam.entry_code == "K7MP2Q"


def test_once_somebody_has_begun_the_pass_mark_stands(
    session: Session, cast: Cast, exam: Exam
) -> None:
    amend(session, cast, exam, pass_mark_tenths=110)
    start_sitting(session, exam, actor=cast.actor("learner"), now=OPENS, seed=1, zone=SHANGHAI)

    with pytest.raises(Conflict, match="及格线不能再改"):
        amend(session, cast, exam, pass_mark_tenths=100)

    assert exam.pass_mark_tenths == 110


def test_a_draft_a_closed_exam_and_no_change_at_all_are_refused(
    session: Session, cast: Cast, exam: Exam
) -> None:
    with pytest.raises(Conflict, match="什么也没改"):
        amend(session, cast, exam)
    draft = make_draft(session, cast)
    with pytest.raises(Conflict):
        amend(session, cast, draft, title="新名称")
    exam.closes_at = OPENS - timedelta(microseconds=1)
    with pytest.raises(Conflict, match="已经关闭"):
        amend(session, cast, exam, title="新名称")


def test_the_page_says_what_is_locked_and_tells_each_refusal_at_its_field(
    session: Session, cast: Cast, client_for: Browser
) -> None:
    exam = make_exam(session, cast, tries=2, wait_hours=2)
    session.commit()
    examiner = client_for("examiner")
    page = examiner.get(f"/exams/{exam.id}/amendment").text
    assert "发布后不能改" in page
    assert 'id="pass_mark"' in page
    fields = {
        "title": "新名称",
        "instructions": "",
        "pass_mark": "24",
        "tries": "2",
        "wait_hours": "3",
        "delivery_minutes": "10",
        "late_answers": "confirm",
        "result_reveal": "after_submission",
        "marks_reveal": "after_submission",
        "reveal": "after_window",
        "explanations_reveal": "after_window",
        "reason": "排错了",
    }

    refused = examiner.post(f"/exams/{exam.id}/amendment", data=fields).text
    assert "间隔只能缩短" in refused
    assert (
        "写上原因"
        in examiner.post(
            f"/exams/{exam.id}/amendment", data=fields | {"wait_hours": "1", "reason": ""}
        ).text
    )
    saved = examiner.post(f"/exams/{exam.id}/amendment", data=fields | {"wait_hours": "1"})

    assert saved.location == f"/exams/{exam.id}"
    session.refresh(exam)
    assert (exam.title, exam.wait_hours, exam.kind) == ("新名称", 1, ExamKind.FINAL)
