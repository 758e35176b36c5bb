"""What an examiner may write into a draft, and the copy for the next year."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.models import CertificateKind
from certificates.operations import set_award
from certificates.queries import award_of
from core.audit import AuditEntry
from core.errors import Conflict
from exams.blueprint import MOST_ROWS, RowSpec
from exams.definition import EXAM_RULES, Phase, definition_of, findings, phase
from exams.models import Exam, ExamKind, ExamState, Reveal
from exams.operations.definition import (
    copy_exam,
    create_exam,
    edit_exam,
    set_audience,
    set_blueprint,
)
from exams.queries.audience import audience_of
from exams.queries.exams import blueprint_of, spec_of
from exams.views.words import RULES
from question_bank.keys import QuestionType, RuleName
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam
from tests.exams.setup.making import DEFINITION, SHANGHAI, SINGLES, make_draft

MICROSECOND = timedelta(microseconds=1)


def actions(session: Session, exam: Exam) -> list[str]:
    found = select(AuditEntry.action).where(
        AuditEntry.subject_type == "exam", AuditEntry.subject_id == str(exam.id)
    )
    return list(session.scalars(found.order_by(AuditEntry.id)))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "考" * 121}, "title"),
        ({"closes_at": DEFINITION.opens_at}, "closes_at"),
        ({"closes_at": DEFINITION.opens_at + timedelta(minutes=59)}, "closes_at"),
        ({"closes_at": DEFINITION.opens_at + timedelta(days=367)}, "closes_at"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 481}, "minutes"),
        ({"pass_mark_tenths": 0}, "pass_mark"),
        ({"pass_mark_tenths": 201}, "pass_mark"),
        ({"tries": 0}, "tries"),
        ({"tries": 11}, "tries"),
        ({"scoring_rule": RuleName.FIXED_IF_PARTIAL}, "scoring_value"),
        ({"entry_minutes": 0}, "entry_minutes"),
        ({"entry_minutes": 481}, "entry_minutes"),
        ({"entry_until": DEFINITION.opens_at - MICROSECOND}, "entry_until"),
        ({"entry_until": DEFINITION.closes_at + MICROSECOND}, "entry_until"),
        ({"least_minutes": -1}, "least_minutes"),
        ({"least_minutes": 61}, "least_minutes"),
        ({"entry_code": "K7M"}, "entry_code"),
        ({"address_ranges": tuple(f"10.{n}.0.0/16" for n in range(51))}, "address_ranges"),
        ({"wait_hours": -1}, "wait_hours"),
        ({"wait_hours": 2161}, "wait_hours"),
        ({"delivery_minutes": 121}, "delivery_minutes"),
        ({"proposes_standby": True}, "proposes_standby"),
        ({"proposes_standby": True, "kind": ExamKind.PRACTICE, "tries": 2}, "proposes_standby"),
        ({"kind": ExamKind.PRACTICE, "tries": 101}, "tries"),
        ({"tries": 2, "result_reveal": Reveal.AFTER_WINDOW}, "result_reveal"),
        ({"reveal": Reveal.DURING}, "reveal"),
        ({"marks_reveal": Reveal.DURING}, "marks_reveal"),
        ({"explanations_reveal": Reveal.DURING}, "explanations_reveal"),
    ],
)
def test_each_finding_names_its_field(changes: dict[str, Any], field: str) -> None:
    found = findings(replace(DEFINITION, **changes), total_tenths=200)

    assert [finding.field for finding in found] == [field]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"minutes": 480},
        {"closes_at": DEFINITION.opens_at + timedelta(minutes=60)},
        {"pass_mark_tenths": 200},
        {"scoring_rule": RuleName.POINTS_PER_OPTION, "scoring_value_tenths": 5},
        {"entry_until": DEFINITION.opens_at},
        {"entry_until": DEFINITION.closes_at, "entry_minutes": 480, "least_minutes": 60},
        {"kind": ExamKind.PRACTICE, "tries": 100, "reveal": Reveal.DURING},
        {"tries": 2, "proposes_standby": True, "wait_hours": 2160},
        {"result_reveal": Reveal.NEVER},
    ],
)
def test_a_sound_definition_has_no_finding(changes: dict[str, Any]) -> None:
    assert findings(replace(DEFINITION, **changes), total_tenths=200) == []


def test_without_a_blueprint_any_pass_mark_will_do() -> None:
    assert findings(replace(DEFINITION, pass_mark_tenths=9000), total_tenths=0) == []


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (DEFINITION.opens_at - timedelta(microseconds=1), Phase.UPCOMING),
        (DEFINITION.opens_at, Phase.OPEN),
        (DEFINITION.closes_at, Phase.OPEN),
        (DEFINITION.closes_at + timedelta(microseconds=1), Phase.CLOSED),
    ],
)
def test_both_ends_belong_to_the_window(
    session: Session, cast: Cast, now: datetime, expected: Phase
) -> None:
    exam = make_draft(session, cast)
    exam.state = ExamState.PUBLISHED

    assert phase(exam, now=now) is expected


def test_creating_begins_a_draft_and_is_recorded(session: Session, cast: Cast) -> None:
    exam = create_exam(session, DEFINITION, actor=cast.actor("examiner"), now=MONDAY)

    assert exam.state is ExamState.DRAFT
    assert exam.created_by_id == cast.user("examiner").id
    assert definition_of(exam) == DEFINITION
    assert actions(session, exam) == ["exam.created"]


def test_an_unsound_definition_is_refused(session: Session, cast: Cast) -> None:
    with pytest.raises(Conflict):
        create_exam(
            session, replace(DEFINITION, minutes=0), actor=cast.actor("examiner"), now=MONDAY
        )


def test_an_edit_is_recorded_with_both_values(session: Session, cast: Cast) -> None:
    exam = make_draft(session, cast)

    edit_exam(
        session, exam, replace(DEFINITION, minutes=90), actor=cast.actor("examiner"), now=MONDAY
    )

    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "exam.edited")).one()
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["minutes"], entry.after["minutes"]) == (60, 90)


def test_a_pass_mark_above_the_total_is_refused_once_there_are_rows(
    session: Session, cast: Cast
) -> None:
    exam = make_draft(session, cast)

    with pytest.raises(Conflict, match="21 分高过总分 20 分"):
        edit_exam(
            session,
            exam,
            replace(DEFINITION, pass_mark_tenths=210),
            actor=cast.actor("examiner"),
            now=MONDAY,
        )


def test_rows_are_replaced_in_order(session: Session, cast: Cast) -> None:
    exam = make_draft(session, cast)
    rows = [
        RowSpec("sop-hot-work", None, None, 2, 4, 3, 25),
        RowSpec(None, "动火", QuestionType.TRUE_FALSE, 1, 1, 1, 10),
    ]

    set_blueprint(session, exam, rows, actor=cast.actor("examiner"), now=MONDAY)

    assert [spec_of(row) for row in blueprint_of(session, exam.id)] == rows


@pytest.mark.parametrize(
    "rows",
    [[SINGLES] * (MOST_ROWS + 1), [replace(SINGLES, count=300), replace(SINGLES, count=201)]],
)
def test_a_blueprint_has_an_end(session: Session, cast: Cast, rows: list[RowSpec]) -> None:
    exam = make_draft(session, cast)

    with pytest.raises(Conflict):
        set_blueprint(session, exam, rows, actor=cast.actor("examiner"), now=MONDAY)


def test_the_same_audience_row_is_stored_once(session: Session, cast: Cast) -> None:
    exam = make_draft(session, cast, teams=("press", "press", "weld"))

    assert [line.team_name for line in audience_of(session, exam.id)] == ["冲压车间", "焊装车间"]


def test_nothing_of_a_published_exam_can_be_edited(session: Session, cast: Cast) -> None:
    exam, examiner = make_exam(session, cast), cast.actor("examiner")

    with pytest.raises(Conflict):
        edit_exam(session, exam, DEFINITION, actor=examiner, now=MONDAY)
    with pytest.raises(Conflict):
        set_blueprint(session, exam, [SINGLES], actor=examiner, now=MONDAY)
    with pytest.raises(Conflict):
        set_audience(session, exam, [], actor=examiner, now=MONDAY)


def test_a_copy_is_a_draft_a_year_later(session: Session, cast: Cast) -> None:
    exam = make_draft(session, cast, teams=("press", "weld_two"))
    cast.team("weld_two").closed_on = MONDAY.date()
    exam.state, exam.published_at = ExamState.PUBLISHED, MONDAY
    session.flush()

    copy = copy_exam(session, exam, zone=SHANGHAI, actor=cast.actor("examiner"), now=MONDAY)

    assert copy.state is ExamState.DRAFT
    assert copy.published_at is None
    assert copy.title == "2027 年度安规考试"
    assert copy.opens_at == DEFINITION.opens_at.replace(year=2027)
    assert copy.minutes == 60
    assert [spec_of(row) for row in blueprint_of(session, copy.id)] == [SINGLES]
    assert [line.team_name for line in audience_of(session, copy.id)] == ["冲压车间"]


def test_the_29th_of_february_is_copied_to_the_28th(session: Session, cast: Cast) -> None:
    leap_day = datetime(2028, 2, 29, 1, 0, tzinfo=timezone.utc)
    exam = make_draft(session, cast, opens_at=leap_day, closes_at=leap_day + timedelta(hours=5))

    copy = copy_exam(session, exam, zone=SHANGHAI, actor=cast.actor("examiner"), now=MONDAY)

    assert copy.opens_at == datetime(2029, 2, 28, 1, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("title", "copied"),
    [
        ("安规考试", "安规考试"),
        ("2025—2026 年考试", "2026—2027 年考试"),
        ("120260 号", "120260 号"),
    ],
)
def test_only_years_in_the_title_go_up(
    session: Session, cast: Cast, title: str, copied: str
) -> None:
    exam = make_draft(session, cast, title=title)

    copy = copy_exam(session, exam, zone=SHANGHAI, actor=cast.actor("examiner"), now=MONDAY)

    assert copy.title == copied


def test_a_copy_keeps_the_rules_of_entry_but_not_the_code_nor_what_was_done(
    session: Session, cast: Cast
) -> None:
    opens = DEFINITION.opens_at
    exam = make_draft(
        session,
        cast,
        tries=2,
        wait_hours=4,
        entry_minutes=15,
        entry_until=opens + timedelta(hours=1),
        entry_code="K7MP2Q",
        address_ranges=("10.2.0.0/16",),
        waits_for_start=True,
        proposes_standby=True,
        marks_reveal=Reveal.NEVER,
    )
    exam.started_at = opens

    copy = copy_exam(session, exam, zone=SHANGHAI, actor=cast.actor("examiner"), now=MONDAY)

    year_later = replace(
        definition_of(exam),
        title="2027 年度安规考试",
        opens_at=opens.replace(year=opens.year + 1),
        closes_at=exam.closes_at.replace(year=exam.closes_at.year + 1),
        entry_until=(opens + timedelta(hours=1)).replace(year=opens.year + 1),
        entry_code=None,
    )
    assert definition_of(copy) == year_later
    assert copy.started_at is None


def test_a_copy_awards_what_its_original_awards(session: Session, cast: Cast) -> None:
    exam, examiner = make_draft(session, cast), cast.actor("examiner")
    kind = CertificateKind(code="AG", name="安规合格证", valid_months=12)
    session.add(kind)
    session.flush()
    set_award(session, exam, kind, actor=examiner, now=MONDAY)

    copy = copy_exam(session, exam, zone=SHANGHAI, actor=examiner, now=MONDAY)

    assert award_of(session, copy.id) is kind


def test_every_rule_for_multiple_choice_can_be_an_exams_rule() -> None:
    of_options = {
        RuleName.ALL_OR_NOTHING,
        RuleName.HALF_IF_PARTIAL,
        RuleName.FIXED_IF_PARTIAL,
        RuleName.SHARE_PER_OPTION,
        RuleName.POINTS_PER_OPTION,
        RuleName.RIGHT_MINUS_WRONG,
        RuleName.WEIGHTED,
    }

    assert set(EXAM_RULES) == set(RULES) == of_options
