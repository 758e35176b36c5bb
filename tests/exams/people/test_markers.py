"""Who may mark an exam: 考教分离, roles, candidates, and what publication says of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User
from core.audit import AuditEntry
from core.errors import Conflict
from core.identity import Role
from editor.models import WorkingCopy, WorkingRevision, WorkingState
from exams.blueprint import RowSpec
from exams.models import Exam, Exemption, MarkerAppointment
from exams.operations.definition import copy_exam
from exams.operations.markers import MarkingSettings, dismiss_marker, set_marking
from exams.queries.audience import window_days
from exams.queries.markers import MarkerRefusal, marker_refusal, markers_of
from exams.queries.publication import publication_findings
from question_bank.keys import QuestionType
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_case, make_exam, make_written
from tests.exams.people.papers import (
    LATER,
    SHANGHAI,
    appoint,
    candidates,
    make_marker,
    mark,
    sit,
    task_of,
    written_exam,
)
from tests.exams.setup.making import make_draft


def refusal(session: Session, exam: Exam, user: User, now: object = MONDAY) -> MarkerRefusal | None:
    days = window_days(exam, SHANGHAI)
    return marker_refusal(session, exam, user, days=days, now=now)  # type: ignore[arg-type]


def write_on(session: Session, user: User, module_key: str = "donghuo") -> None:
    """The person once saved a text of the module in the editor."""
    copy = WorkingCopy(
        module_key=module_key,
        path=f"procedures/{module_key}.md",
        state=WorkingState.PUBLISHED,
        text="",
        revision=1,
        owner_id=user.id,
        created_at=MONDAY,
        updated_at=MONDAY,
        updated_by_id=user.id,
    )
    session.add(copy)
    session.flush()
    session.add(
        WorkingRevision(
            working_copy_id=copy.id, revision=1, text="", saved_at=MONDAY, saved_by_id=user.id
        )
    )
    session.flush()


def test_only_examiners_and_trainers_mark(session: Session, cast: Cast, exam: Exam) -> None:
    assert refusal(session, exam, cast.user("trainer")) is None
    assert refusal(session, exam, cast.user("examiner")) is None
    for key in ("administrator", "safety_manager", "inspector"):
        assert refusal(session, exam, cast.user(key)) is MarkerRefusal.NO_ROLE
    cast.user("trainer").left_on = MONDAY.date()
    assert refusal(session, exam, cast.user("trainer")) is MarkerRefusal.LEFT


def test_who_made_the_exam_or_wrote_its_questions_does_not_mark_it(
    session: Session, cast: Cast, exam: Exam
) -> None:
    maker, author = cast.user("examiner"), cast.user("trainer")
    exam.created_by_id = maker.id
    write_on(session, author)
    stranger = make_marker(session, cast, "甲", Role.TRAINER)
    write_on(session, stranger, "another-module")

    assert refusal(session, exam, maker) is MarkerRefusal.MAKER
    assert refusal(session, exam, author) is MarkerRefusal.AUTHOR
    assert refusal(session, exam, stranger) is None
    exam.separates_markers = False
    assert refusal(session, exam, maker) is None
    assert refusal(session, exam, author) is None


def test_a_candidate_does_not_see_the_key_before_sitting(session: Session, cast: Cast) -> None:
    exam = written_exam(session, cast, audience="safety")
    trainer = cast.user("trainer")
    assert refusal(session, exam, trainer) is MarkerRefusal.CANDIDATE
    assert refusal(session, exam, trainer, exam.closes_at + timedelta(seconds=1)) is None
    session.add(Exemption(exam_id=exam.id, user_id=trainer.id, reason="阅卷", granted_at=MONDAY))
    session.flush()
    assert refusal(session, exam, trainer) is None

    examiner = cast.user("examiner")
    sit(session, exam, examiner, "报告")
    assert refusal(session, exam, examiner) is None


def test_separation_is_not_switched_on_over_a_markers_head(
    session: Session, cast: Cast, exam: Exam
) -> None:
    exam.created_by_id, exam.separates_markers = cast.user("examiner").id, False
    appoint(session, cast, exam, cast.user("examiner"))

    with pytest.raises(Conflict, match="周谷雨 是这场考试的出卷人"):
        set_marking(
            session,
            exam,
            MarkingSettings(1, 20, True, True),
            days=window_days(exam, SHANGHAI),
            actor=cast.actor("examiner"),
            now=MONDAY,
        )


def test_a_dismissed_marker_is_out_and_the_marks_stay(
    session: Session, cast: Cast, exam: Exam, client_for: Callable[[str], FlaskClient]
) -> None:
    trainer = cast.user("trainer")
    appoint(session, cast, exam, trainer)
    sitting = sit(session, exam, candidates(session, cast, 1)[0], "报告")
    mark(session, trainer, sitting, 50, points=[1])
    dismiss_marker(session, exam, trainer.id, actor=cast.actor("examiner"), now=LATER)
    session.commit()

    assert client_for("trainer").get(f"/exams/{exam.id}/marking").status_code == 403
    assert (
        client_for("trainer").get(f"/marking/{task_of(session, sitting).token}").status_code == 404
    )
    assert task_of(session, sitting).tenths == 50
    assert session.scalars(select(MarkerAppointment)).all() == []
    assert "exam.marker.dismissed" in session.scalars(select(AuditEntry.action)).all()


def test_a_copy_is_marked_the_same_way_by_markers_yet_to_appoint(
    session: Session, cast: Cast, exam: Exam
) -> None:
    appoint(session, cast, exam, cast.user("trainer"))
    exam.marker_count, exam.max_difference_percent, exam.releases_together = 2, 15, False

    copy = copy_exam(session, exam, zone=SHANGHAI, actor=cast.actor("examiner"), now=MONDAY)

    assert MarkingSettings.of(copy) == MarkingSettings(2, 15, True, False)
    assert markers_of(session, copy.id) == []


def test_what_waits_stands_on_the_markers_home_page(
    session: Session, cast: Cast, exam: Exam, client_for: Callable[[str], FlaskClient]
) -> None:
    appoint(session, cast, exam, cast.user("trainer"))
    sittings = [sit(session, exam, who, "报告") for who in candidates(session, cast, 2)]
    mark(session, cast.user("trainer"), sittings[0], 50, points=[1])
    session.commit()

    assert "有 1 份答案等你阅" in client_for("trainer").get("/").get_data(as_text=True)
    assert "份答案等你阅" not in client_for("examiner").get("/").get_data(as_text=True)


def test_publication_stops_at_a_marker_whom_the_rows_forbid(session: Session, cast: Cast) -> None:
    make_written(session)
    rows = (RowSpec(None, None, QuestionType.SHORT_ANSWER, 1, 5, 1, 60),)
    draft = make_draft(session, cast, rows=rows, pass_mark_tenths=40)
    marker = make_marker(session, cast, "甲", Role.TRAINER)
    days = window_days(draft, SHANGHAI)
    appoint(session, cast, draft, marker)
    assert publication_findings(session, draft, days=days, now=MONDAY) == []

    write_on(session, marker)

    (finding,) = publication_findings(session, draft, days=days, now=MONDAY)
    assert (finding.field, finding.values) == ("markers", {"name": "甲"})


def test_publication_says_that_nobody_marks_yet(
    session: Session, cast: Cast, client_for: Callable[[str], FlaskClient]
) -> None:
    make_written(session)
    rows = (RowSpec(None, None, QuestionType.SHORT_ANSWER, 1, 5, 1, 60),)
    draft = make_draft(session, cast, rows=rows, pass_mark_tenths=40)
    session.commit()
    client = client_for("examiner")

    words = "第 1 行会抽到要人工阅卷的题，已任命 0 人阅卷，0 人裁定。没有人阅卷就出不了成绩"
    assert words in client.get(f"/exams/{draft.id}").get_data(as_text=True)
    assert words in client.get(f"/exams/{draft.id}/publication").get_data(as_text=True)


def test_the_written_part_of_a_case_is_marked_under_its_story(
    session: Session, cast: Cast, client_for: Callable[[str], FlaskClient]
) -> None:
    exam = make_exam(
        session, cast, [make_case(session, is_written=True)], pass_mark_tenths=60, audience="press"
    )
    appoint(session, cast, exam, cast.user("trainer"))
    sitting = sit(session, exam, candidates(session, cast, 1)[0], "先报告", verdict=None)
    task = task_of(session, sitting)
    session.commit()
    client = client_for("trainer")

    address = f"/exams/{exam.id}/marking/questions/{task.question_version_id}/next"
    page = client.post(address, follow_redirects=True).get_data(as_text=True)

    assert "夜班补焊，火花落入保温棉" in page
    assert "到场后五分钟内要做什么" in page
    assert "先报告" in page
