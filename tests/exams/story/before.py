"""Chapter two of the story: the examiner writes the exam, mends it, and publishes it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from accounts.operations.accommodations import Needs, grant_accommodation
from certificates.operations import add_kind, set_award
from core.clock import local_date
from core.errors import Conflict
from exams.blueprint import RowSpec
from exams.definition import DrawRules, ExamDefinition
from exams.integrity import Integrity
from exams.models import ExamState, PoolEntry, Reveal
from exams.operations.definition import (
    create_exam,
    edit_exam,
    set_audience,
    set_blueprint,
    set_draw_rules,
)
from exams.operations.exemptions import grant_exemption
from exams.operations.integrity import set_integrity
from exams.operations.markers import MarkingSettings, appoint_marker, set_marking
from exams.queries.audience import AudienceChoice
from question_bank.keys import QuestionType, RuleName
from tests.exams.story.hall import CODE
from tests.exams.story.plant import PERMIT_CLAUSE, public_id
from tests.exams.story.roles import EXEMPT, WITH_MORE_TIME
from tests.exams.story.world import OPENING, ZONE, Story

PASS_MARK, FULL = 600, 1000
TOLERANCE = 20
DEFINITION = ExamDefinition(
    title="二分厂 2026 年度安规考试",
    instructions="闭卷，独立完成。",
    opens_at=OPENING,
    closes_at=OPENING + timedelta(days=3),
    minutes=90,
    pass_mark_tenths=PASS_MARK,
    tries=2,
    shuffles_questions=True,
    shuffles_options=True,
    scoring_rule=RuleName.HALF_IF_PARTIAL,
    scoring_value_tenths=None,
    reveal=Reveal.AFTER_WINDOW,
    entry_minutes=20,
    least_minutes=30,
    waits_for_start=True,
    entry_code=CODE,
    wait_hours=24,
)


def row(kind: QuestionType | None, count: int, points: int, **more: object) -> RowSpec:
    return replace(RowSpec(None, None, kind, 1, 5, count, points * 10), **more)  # type: ignore[arg-type]


def blueprint(story: Story, *, permits: int) -> list[RowSpec]:
    """Two sections of 24 questions and 100 points; so many single choices on one clause."""
    red_line = public_id(story.session, story.bank[QuestionType.TRUE_FALSE][0])
    return [
        row(None, 1, 4, question=red_line, is_must_pass=True, section_title="一、应知"),
        row(QuestionType.SINGLE_CHOICE, permits, 4, clause=PERMIT_CLAUSE),
        row(QuestionType.SINGLE_CHOICE, 7, 4),
        row(QuestionType.TRUE_FALSE, 4, 2),
        row(QuestionType.MULTIPLE_CHOICE, 3, 6, section_title="二、应会"),
        row(QuestionType.FILL_BLANK, 1, 6),
        row(QuestionType.ORDERING, 1, 4),
        row(QuestionType.MATCHING, 1, 4),
        row(QuestionType.CASE_ANALYSIS, 1, 6),
        row(QuestionType.SHORT_ANSWER, 1, 10),
    ]


def write_the_exam(story: Story) -> None:
    """A draft; a result that waits for the end of the window would leave nobody to resit."""
    session, examiner = story.session, story.actor("examiner")
    exam = create_exam(session, DEFINITION, actor=examiner, now=story.now)
    story.exam_id = exam.id
    hidden = replace(DEFINITION, result_reveal=Reveal.AFTER_WINDOW)
    with pytest.raises(Conflict, match="有补考的考试"):
        edit_exam(session, exam, hidden, actor=examiner, now=story.now)
    audience = [AudienceChoice(story.cast.team("second_plant").id, None)]
    set_audience(session, exam, audience, actor=examiner, now=story.now)
    rules = DrawRules(tolerance_tenths=TOLERANCE)
    set_draw_rules(session, exam, rules, actor=examiner, now=story.now)
    watched = Integrity(records_leavings=True, most_leavings=3, hands_in=True)
    set_integrity(session, exam, watched, reason="", actor=examiner, now=story.now)
    kind = add_kind(
        session, code="AG", name="安规合格证", valid_months=12, actor=examiner, now=story.now
    )
    set_award(session, exam, kind, actor=examiner, now=story.now)
    story.settle()


def meet_the_shortage_and_mend_it(story: Story) -> None:
    """The clause has twelve questions; a blueprint that wants twenty cannot be published."""
    examiner, page = story.actor("examiner"), f"/exams/{story.exam_id}/publication"
    too_many = blueprint(story, permits=20)
    set_blueprint(story.session, story.exam, too_many, actor=examiner, now=story.now)
    browser = story.browser("examiner")
    browser.post(page)
    assert "12" in (told := browser.get(page).text)
    assert "20" in told
    assert story.exam.state is ExamState.DRAFT

    rows = blueprint(story, permits=3)
    assert sum(one.count * one.points_tenths for one in rows) == FULL
    set_blueprint(story.session, story.exam, rows, actor=examiner, now=story.now)
    story.settle()


def appoint_markers(story: Story) -> None:
    """Two markers and an adjudicator; nobody learns a result before all are released."""
    session, examiner = story.session, story.actor("examiner")
    settings = MarkingSettings(
        marker_count=2, max_difference_percent=20, separates_markers=True, releases_together=True
    )
    set_marking(session, story.exam, settings, days=story.days, actor=examiner, now=story.now)
    for place, marker in enumerate(story.markers):
        appoint_marker(
            session,
            story.exam,
            marker,
            is_adjudicator=place == 2,
            days=story.days,
            actor=examiner,
            now=story.now,
        )
    story.settle()


def grant_what_two_people_need(story: Story) -> None:
    """One reads slowly and gets half as much time again; one is ill and need not come."""
    session = story.session
    needs = Needs(from_on=local_date(OPENING, ZONE), to_on=None, extra_percent=50)
    grant_accommodation(
        session,
        story.people[WITH_MORE_TIME],
        needs,
        reason="阅读困难",
        actor=story.actor("safety_manager"),
        now=story.now,
    )
    grant_exemption(
        session,
        story.exam,
        story.people[EXEMPT].id,
        reason="长期病假",
        days=story.days,
        actor=story.actor("examiner"),
        now=story.now,
    )
    story.settle()


def preview_and_publish(story: Story) -> None:
    """The preview leaves nothing behind; publication stores the pool."""
    browser = story.browser("examiner")
    preview = browser.get(f"/exams/{story.exam_id}/preview", follow_redirects=True).text
    assert preview.index("一、应知") < preview.index("二、应会")
    assert not story.all_sittings()

    browser.post(f"/exams/{story.exam_id}/publication")
    story.settle()
    assert story.exam.state is ExamState.PUBLISHED
    pool = set(story.session.scalars(select(PoolEntry.question_version_id)))
    assert len(pool) == sum(map(len, story.bank.values())) == 120
