"""The sample company: what its pages show is what the product itself would have made of it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session

from accounts.models import Terminal, User
from app import create_app
from certificates.models import Certificate
from certificates.operations import ask_review
from core import config as settings
from core import migrate
from core.audit import AuditEntry
from core.clock import ManualClock
from core.db import Database
from core.errors import Conflict
from core.identity import Actor
from core.services import Services
from exams.corrections import ChangeKind
from exams.dry_run import dry_run
from exams.models import (
    Appeal,
    AppealOutcome,
    AppealState,
    CardCode,
    Exam,
    IntegrityDecision,
    MarkingTask,
    RegradeOutcome,
    Sitting,
    SittingEvent,
    SittingQuestion,
    SittingState,
    TaskState,
)
from exams.operations.regrade import (
    begin_regrade,
    change_question,
    draft_regrade,
    write_results,
)
from exams.queries.marking_progress import waiting_for
from exams.queries.regrade import drawn_lines
from exams.verification import verify_sitting
from learning.images import ImageStore
from learning.sources import content_roots
from question_bank.operations import sync_content
from sample import company
from sample.hall import Secrets
from sample.operations import load_sample, remove_sample
from teams.models import Team, TeamKind
from teams.queries import actor_for
from tests.cast import make_user
from tests.conftest import MONDAY
from tests.databases import empty_database

ACTOR = Actor.system("test")
# Untouched by the sample: the audit log, the library and its bank, the schema's own.
KEPT = {
    "alembic_version",
    "audit_entry",
    "clause",
    "clause_search",
    "clause_search_config",
    "clause_search_content",
    "clause_search_data",
    "clause_search_idx",
    "course_module",
    "file_record",
    "module_version",
    "privacy_notice",
    "question",
    "question_reference",
    "question_search",
    "question_search_config",
    "question_search_content",
    "question_search_data",
    "question_search_idx",
    "question_tag",
    "question_version",
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A small sample company of 160 people over the real course library."""
    folder = tmp_path_factory.mktemp("sample")
    url = empty_database("sample", folder)
    config = settings.load({"DATABASE_URL": url, "DATA_DIR": str(folder / "var")})
    app = create_app(config, clock=ManualClock(MONDAY), queue_in_memory=True)
    services: Services = app.extensions["shanggang"]
    migrate.upgrade(services.database.engine)
    config.content_dir.mkdir()
    sync_content(
        services.database,
        roots=content_roots(config.content_dir),
        images=ImageStore(config.uploads_dir),
        confirm_removals=False,
        actor=ACTOR,
        now=MONDAY,
    )
    load_sample(
        services.database,
        password_hash="not a real hash",
        secrets=Secrets("token-of-a-terminal", "token-of-a-session", "314159", b"key of cards"),
        zone=config.time_zone,
        actor=ACTOR,
        now=MONDAY,
        people_count=160,
    )
    yield services.database
    services.database.engine.dispose()


def test_plan_has_the_promised_size() -> None:
    teams = company.tree()
    people = company.people(teams, seed=1, today=MONDAY.date())

    assert len(people) == 1200
    assert sum(team.kind is TeamKind.PLANT for team in teams) == 4
    assert sum(team.kind is TeamKind.TEAM for team in teams) == 60
    assert sum(person.left_on is not None for person in people) > 20
    assert sum(len(person.stays) > 1 for person in people) > 20


def test_plan_is_the_same_for_the_same_seed() -> None:
    teams = company.tree()

    first = company.people(teams, seed=7, today=MONDAY.date())

    assert first == company.people(teams, seed=7, today=MONDAY.date())


def test_only_the_demo_sign_ins_have_a_password(loaded: Database) -> None:
    with loaded.reading() as session:
        numbers = session.scalars(
            select(User.employee_no).where(User.password_hash.is_not(None))
        ).all()

    assert sorted(numbers) == [f"1000{n}" for n in range(1, 8)]


def test_history_has_passes_fails_resits_and_certificates(loaded: Database) -> None:
    with loaded.reading() as session:
        passed = session.scalar(select(func.count()).where(Sitting.is_passed.is_(True)))
        failed = session.scalar(select(func.count()).where(Sitting.is_passed.is_(False)))
        resits = session.scalar(select(func.count()).where(Sitting.try_number > 1))
        awarded = session.scalar(select(func.count(Certificate.id)))

    assert min(passed or 0, failed or 0, resits or 0, awarded or 0) > 0


def test_scores_are_the_sums_of_their_papers(loaded: Database) -> None:
    sums = (
        select(SittingQuestion.sitting_id, func.sum(SittingQuestion.score_tenths).label("score"))
        .group_by(SittingQuestion.sitting_id)
        .subquery()
    )
    with loaded.reading() as session:
        wrong = session.scalar(
            select(func.count(Sitting.id))
            .join(sums, sums.c.sitting_id == Sitting.id)
            .where(Sitting.score_tenths != sums.c.score)
        )
        left_open = session.scalar(
            select(func.count(Sitting.id)).where(
                Sitting.state == SittingState.OPEN, Sitting.deadline < MONDAY
            )
        )

    assert (wrong, left_open) == (0, 0)


def test_written_answers_wait_for_the_demo_trainer(loaded: Database) -> None:
    with loaded.reading() as session:
        trainer = session.scalars(select(User.id).where(User.employee_no == "10003")).one()
        waiting = waiting_for(session, actor_for(session, trainer))
        unmarked = session.scalar(select(func.count()).where(Sitting.score_tenths.is_(None)))

    assert waiting > 0
    assert (unmarked or 0) > 0


def test_some_certificates_are_near_expiry(loaded: Database) -> None:
    today = MONDAY.date()
    with loaded.reading() as session:
        near = session.scalar(
            select(func.count()).where(
                Certificate.valid_to >= today, Certificate.valid_to <= today + timedelta(days=60)
            )
        )

    assert (near or 0) > 0


def test_one_entry_tells_of_all_but_what_was_decided_about_a_person(loaded: Database) -> None:
    with loaded.reading() as session:
        actions = session.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.action.like("exam.%"))
            .order_by(AuditEntry.action)
        ).all()
        told = session.scalars(
            select(AuditEntry.action).where(AuditEntry.action == "sample.loaded")
        ).all()

    assert actions == ["exam.sitting.extended", "exam.sitting.voided"]
    assert told == ["sample.loaded"]


def test_every_chain_of_the_sample_is_intact(loaded: Database) -> None:
    with loaded.reading() as session:
        kept = session.scalars(
            select(func.min(Sitting.id)).group_by(Sitting.exam_id, Sitting.integrity_decision)
        ).all()
        newest = session.scalars(select(Sitting.id).order_by(Sitting.id.desc()).limit(20)).all()
        broken = [
            one
            for one in {*kept, *newest}
            if (found := verify_sitting(session, one, public_key="")).broken
            or not (found.is_paper_same and found.are_incidents_same)
        ]

    assert broken == []


def test_a_regrade_raised_one_and_lowered_another(loaded: Database) -> None:
    with loaded.reading() as session:
        rose, fell = session.execute(
            select(
                func.count().filter(~RegradeOutcome.was_passed & RegradeOutcome.is_passed),
                func.count().filter(RegradeOutcome.was_passed & ~RegradeOutcome.is_passed),
            )
        ).one()
        appeals = session.scalars(select(Appeal.outcome).order_by(Appeal.id)).all()

    assert min(rose, fell) > 0
    assert appeals == [AppealOutcome.GRANTED, AppealOutcome.REJECTED, None]


def test_two_markers_disagree_about_an_answer(loaded: Database) -> None:
    with loaded.reading() as session:
        states = set(session.scalars(select(MarkingTask.state)))
        examiner = session.scalars(select(User.id).where(User.employee_no == "10004")).one()
        to_decide = waiting_for(session, actor_for(session, examiner))

    assert states == {TaskState.OPEN, TaskState.MARKED, TaskState.DISPUTED}
    assert to_decide > 0


def test_people_sit_todays_exam_under_all_its_rules(loaded: Database) -> None:
    with loaded.reading() as session:
        exam = session.scalars(select(Exam).where(Exam.entry_code.is_not(None))).one()
        of_today = select(Sitting).where(Sitting.exam_id == exam.id)
        sittings = session.scalars(of_today).all()
        terminals = session.scalars(select(Terminal.id)).all()
        cards = session.scalars(select(CardCode.exam_id)).all()

        assert exam.opens_at < MONDAY < (exam.entry_until or MONDAY) < exam.closes_at
        assert any(one.state is SittingState.OPEN and one.deadline > MONDAY for one in sittings)
        assert any(one.integrity_decision is IntegrityDecision.PENDING for one in sittings)
        assert any(one.extra_minutes == exam.minutes // 2 for one in sittings)
        assert [one.terminal_id for one in sittings if one.terminal_id] == terminals
        assert cards == [exam.id]


def test_one_paper_was_voided_one_missed_a_red_line_one_was_typed_in(loaded: Database) -> None:
    with loaded.reading() as session:
        voided = session.scalars(
            select(Sitting.is_passed).where(Sitting.integrity_decision == IntegrityDecision.VOIDED)
        ).all()
        missed = session.scalars(
            select(Sitting).where(Sitting.must_pass_missed > 0, Sitting.score_tenths >= 700)
        ).all()
        typed = session.scalars(
            select(SittingEvent.sitting_id).where(
                SittingEvent.content["form"].as_string().is_not(None)
            )
        ).all()

        assert voided == [False]
        assert [one.is_passed for one in missed][:1] == [False]
        assert len(typed) == 1


def test_removal_is_refused_while_a_real_person_is_in_a_sample_team(loaded: Database) -> None:
    session = loaded.session(writes=True)
    team = session.scalars(select(Team).where(Team.kind == TeamKind.TEAM).limit(1)).one()
    make_user(session, "90001", "真人", now=MONDAY, team=team)

    with pytest.raises(Conflict, match="真人"):
        remove_sample(session, actor=ACTOR, now=MONDAY)

    session.rollback()
    session.close()


def _regrade_something(session: Session) -> None:
    """A regrade with an outcome, an appeal that led to it, a certificate in question."""
    certificate = session.scalars(
        select(Certificate).where(Certificate.sitting_id.is_not(None)).limit(1)
    ).one()
    sitting = session.get_one(Sitting, certificate.sitting_id)
    actor = Actor(sitting.user_id, "示例")
    exam = session.get_one(Exam, sitting.exam_id)
    (drawn, *_more) = drawn_lines(session, exam.id)
    regrade = draft_regrade(session, exam, actor=actor, now=MONDAY)
    kind = ChangeKind.FULL_MARKS
    change_question(session, regrade, drawn.version_id, kind, actor=actor, now=MONDAY)
    seen = dry_run(session, exam, regrade)
    begin_regrade(session, regrade, seen, reason="答案有误", actor=actor, now=MONDAY)
    write_results(session, regrade.id, actor=actor, now=MONDAY, limit=len(seen.effects))
    session.add(
        Appeal(
            exam_id=exam.id,
            sitting_id=sitting.id,
            user_id=sitting.user_id,
            slot=0,
            text="加错了",
            state=AppealState.IN_HAND,
            filed_at=MONDAY,
            regrade_id=regrade.id,
        )
    )
    ask_review(session, sitting.id, reason="答案有误", actor=actor, now=MONDAY)


def test_removal_leaves_nothing_but_library_and_audit_log(loaded: Database) -> None:
    with loaded.writing() as session:
        _regrade_something(session)
    with loaded.writing() as session:
        remove_sample(session, actor=ACTOR, now=MONDAY)

    engine = loaded.engine
    with engine.connect() as connection:
        left = {
            table: connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()
            for table in inspect(engine).get_table_names()
            if table not in KEPT
        }
        waiting = connection.execute(
            text("SELECT count(*) FROM question WHERE review_since IS NOT NULL")
        ).scalar_one()
    assert {table: count for table, count in left.items() if count} == {}
    assert waiting == 0
