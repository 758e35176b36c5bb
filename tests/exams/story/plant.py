"""A plant of 300 people in three workshops, and a bank of 120 questions for them."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.identity import Role
from exams.hand_marking import Given
from question_bank.keys import QuestionType
from question_bank.models import Question, QuestionReference, QuestionVersion
from teams.models import RoleGrant, TeamKind
from tests.cast import make_team, make_user
from tests.exams import factories
from tests.exams.people.papers import make_marker
from tests.exams.story.world import Story

PERMIT_CLAUSE = "donghuo#s-4-1"
WORKSHOPS = ("炼钢车间", "轧钢车间", "动力车间")
A_TEAM = 25
# What a rubric of 报告 and 关阀 says to each text, on a question of ten points.
BOTH, REPORTED, CLOSED, WORKED_ON = "先报告，再关阀", "报告班长", "关阀", "继续干活"
SHOUTED = "喊一声，然后跑"
STRICT = {
    BOTH: Given((1, 2), 100),
    REPORTED: Given((1,), 50),
    CLOSED: Given((2,), 50),
    WORKED_ON: Given((), 0),
    SHOUTED: Given((), 0),
}
# The second marker sees more in some answers; in one of them far more.
GENEROUS = STRICT | {
    REPORTED: Given((1,), 60, "说了向谁报告"),
    SHOUTED: Given((1,), 50),
}


def build_plant(story: Story) -> None:
    """Three workshops with four teams of 25; the first person of the first team leads it."""
    session, cast = story.session, story.cast
    root = make_team(session, "二分厂", TeamKind.PLANT, cast.team("enterprise"))
    cast.teams["second_plant"] = root
    for name in WORKSHOPS:
        workshop = make_team(session, name, TeamKind.WORKSHOP, root)
        story.teams += [
            make_team(session, f"{name[:2]}{number}班", TeamKind.TEAM, workshop)
            for number in "一二三四"
        ]
    for place in range(A_TEAM * len(story.teams)):
        user = make_user(
            session,
            f"P{place:07d}",
            f"工人{place:03d}",
            now=story.now,
            team=story.teams[place // A_TEAM],
            post=cast.posts["冲压工"],
        )
        story.people.append(user)
        story.skill[user.id] = min(0.98, max(0.15, story.chance.gauss(0.66, 0.16)))
    leads = RoleGrant(
        user_id=story.people[0].id,
        team_id=story.teams[0].id,
        role=Role.TEAM_LEADER,
        granted_at=story.now,
    )
    session.add(leads)
    story.markers = [make_marker(session, cast, name) for name in ("甲", "乙", "丙")]
    session.commit()


def build_bank(story: Story) -> None:
    """120 questions of eight types; twelve single choices cite one clause."""
    _count_from_one(story.session)
    session = story.session
    kinds = {
        QuestionType.SINGLE_CHOICE: (60, factories.make_single),
        QuestionType.TRUE_FALSE: (25, lambda s, _n: factories.make_verdict(s)),
        QuestionType.MULTIPLE_CHOICE: (15, lambda s, _n: factories.make_multiple(s, rule=None)),
        QuestionType.FILL_BLANK: (8, lambda s, _n: factories.make_blanks(s)),
        QuestionType.ORDERING: (4, lambda s, _n: factories.make_ordering(s)),
        QuestionType.MATCHING: (4, lambda s, _n: factories.make_matching(s)),
        QuestionType.CASE_ANALYSIS: (2, lambda s, _n: factories.make_case(s)),
        QuestionType.SHORT_ANSWER: (2, lambda s, _n: factories.make_written(s)),
    }
    for kind, (count, make) in kinds.items():
        story.bank[kind] = [make(session, number) for number in range(1, count + 1)]
        for place, version in enumerate(story.bank[kind]):
            _place(session, version, difficulty=2 + place % 3)
    for version in story.bank[QuestionType.SINGLE_CHOICE][:12]:
        module, anchor = PERMIT_CLAUSE.split("#")
        session.add(
            QuestionReference(
                question_id=version.question_id,
                position=2,
                label="4.1 动火票的签发",
                module_key=module,
                anchor=anchor,
            )
        )
    session.commit()


def _place(session: Session, version: QuestionVersion, *, difficulty: int) -> None:
    session.get_one(Question, version.question_id).difficulty = difficulty


def public_id(session: Session, version: QuestionVersion) -> str:
    return session.get_one(Question, version.question_id).public_id


def _count_from_one(session: Session) -> None:
    """Papers are drawn by the ids of versions, and PostgreSQL goes on counting after a rollback."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in ("question", "question_version", "exam", "blueprint_row", "sitting"):
        sequence = func.pg_get_serial_sequence(table, "id")
        session.execute(select(func.setval(sequence, 1, False)))
