"""The invented year of exams, sat through the product's own operations with past moments.

So papers, marks, certificates and resits are what the product would have made of them.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.models import CertificateKind
from certificates.operations import set_award
from core.clock import local_date
from core.db import Database
from core.identity import Actor
from exams.blueprint import RowSpec
from exams.definition import ExamDefinition
from exams.models import Exam, Reveal, Sitting, SittingQuestion
from exams.operations.answers import save_form
from exams.operations.closing import submit_sitting
from exams.operations.definition import create_exam, set_audience, set_blueprint
from exams.operations.publication import publish_exam
from exams.operations.sitting import start_sitting
from exams.queries.audience import AudienceChoice, Days
from exams.versions import known_versions
from question_bank.keys import QuestionType, RuleName
from sample import history
from sample.company import SamplePerson, SampleTeam, team_on
from sample.history import PlannedExam, PlannedSitting
from sample.people import Loaded
from teams.queries.identity import actor_for

# One write transaction for so many sittings: short enough, and not a flush for each.
BATCH = 40


@dataclass(frozen=True)
class Scene:
    """All that the loading of exams refers to."""

    teams: Sequence[SampleTeam]
    people: Sequence[SamplePerson]
    loaded: Loaded
    zone: ZoneInfo
    today: date

    def actor(self, session: Session, name: str) -> Actor:
        """A demo sign-in as somebody who acts."""
        at = next(at for at, one in enumerate(self.people) if one.is_demo and one.name == name)
        return actor_for(session, self.loaded.user_ids[at])

    def members(self, teams: Sequence[str], day: date) -> list[int]:
        """Indexes of the people of these teams on a day, demo sign-ins left out."""
        return [
            at
            for at, one in enumerate(self.people)
            if not one.is_demo and lies_under(team_on(one, day), teams, self.teams)
        ]

    def person(self, at: int) -> Actor:
        """An invented person as the one who sits."""
        return Actor(self.loaded.user_ids[at], self.people[at].name)

    def audience(self, teams: Sequence[str], posts: Sequence[str] = ()) -> list[AudienceChoice]:
        """Teams and posts by name as an audience."""
        by_name = {team.name: self.loaded.team_ids[at] for at, team in enumerate(self.teams)}
        return [
            *(AudienceChoice(by_name[name], None) for name in teams),
            *(AudienceChoice(None, self.loaded.post_ids[name]) for name in posts),
        ]


@contextmanager
def on_record(session: Session) -> Iterator[None]:
    """What a person decides about one sitting; pages read from the audit log who did, and why."""
    session.info.pop("unrecorded")
    yield
    session.info["unrecorded"] = True


def load_exam(
    session: Session,
    plan: PlannedExam,
    scene: Scene,
    kinds: dict[str, CertificateKind],
    *,
    actor: Actor,
    now: datetime,
) -> Exam:
    """Store one exam as its examiner would have made it a week before it opened."""
    opens_on, closes_on = days_of(plan, scene)
    made_at = min(now, history.moment(opens_on - timedelta(days=7), time(9), scene.zone))
    definition = ExamDefinition(
        title=plan.title,
        instructions="闭卷，独立完成。每选一项就会保存。",
        opens_at=history.moment(opens_on, time(0), scene.zone),
        closes_at=history.moment(closes_on, time(23, 59), scene.zone),
        minutes=plan.minutes,
        pass_mark_tenths=0,
        tries=plan.tries,
        shuffles_questions=True,
        shuffles_options=True,
        scoring_rule=RuleName.ALL_OR_NOTHING,
        scoring_value_tenths=None,
        reveal=Reveal.AFTER_WINDOW,
    )
    definition = replace(definition, pass_mark_tenths=plan.pass_mark_tenths)
    exam = create_exam(session, definition, actor=actor, now=made_at)
    exam.is_sample = True
    set_blueprint(session, exam, _rows(plan), actor=actor, now=made_at)
    set_audience(session, exam, scene.audience(plan.teams, plan.posts), actor=actor, now=made_at)
    if plan.award:
        set_award(session, exam, kinds[plan.award], actor=actor, now=made_at)
    if not plan.is_draft:
        days = Days(opens_on, closes_on)
        publish_exam(session, exam, days=days, actor=actor, now=made_at)
    return exam


def days_of(plan: PlannedExam, scene: Scene) -> tuple[date, date]:
    return (
        scene.today + timedelta(days=plan.opens_in_days),
        scene.today + timedelta(days=plan.closes_in_days),
    )


def _rows(plan: PlannedExam) -> list[RowSpec]:
    keys = plan.module_keys or (None,)
    return [
        RowSpec(key, None, QuestionType(kind), 1, 5, count, points)
        for kind, count, points in plan.rows
        for key in keys
    ]


def _members(plan: PlannedExam, scene: Scene, day: date) -> dict[int, str]:
    """Index and team name of those whom an exam concerns on a day; demo people sit for real."""
    found: dict[int, str] = {}
    for index, person in enumerate(scene.people):
        team = team_on(person, day)
        if team is None or person.is_demo:
            continue
        posts = {stay.post for stay in person.stays}
        if posts & set(plan.posts) or lies_under(team, plan.teams, scene.teams):
            found[index] = scene.teams[team].name
    return found


def lies_under(team: int | None, names: Sequence[str], teams: Sequence[SampleTeam]) -> bool:
    """Whether a team, by index, is one of these or belongs to one."""
    while team is not None:
        if teams[team].name in names:
            return True
        team = teams[team].parent
    return False


def sit_exam(
    database: Database,
    exam_id: int,
    plan: PlannedExam,
    scene: Scene,
    *,
    rng: random.Random,
    now: datetime,
) -> int:
    """Let the people of an exam sit it, and resit it where they failed; says how many goes."""
    opens_on, closes_on = days_of(plan, scene)
    last_on = min(closes_on, local_date(now, scene.zone) - timedelta(days=1))
    if plan.is_draft or last_on < opens_on:
        return 0
    members = _members(plan, scene, last_on)
    ability = history.abilities(rng, members, ("冲压二班", "熔炼班"))
    share = 0.97 if closes_on < scene.today else 0.55
    goes = history.sittings(
        rng,
        list(members),
        ability,
        opens_on=opens_on,
        last_on=max(opens_on, last_on - timedelta(days=2)),
        minutes=plan.minutes,
        zone=scene.zone,
        share=share,
    )
    failed = _sit_all(database, exam_id, goes, scene, rng=rng)
    resits = [
        replace(
            goes[at],
            started_at=min(
                goes[at].started_at + timedelta(days=2),
                history.moment(last_on, time(21), scene.zone),
            ),
            ability=min(0.99, goes[at].ability + 0.06),
        )
        for at in failed
        if plan.tries > 1 and rng.random() < 0.85
    ]
    _sit_all(database, exam_id, resits, scene, rng=rng)
    return len(goes) + len(resits)


def _sit_all(
    database: Database,
    exam_id: int,
    goes: Sequence[PlannedSitting],
    scene: Scene,
    *,
    rng: random.Random,
) -> list[int]:
    """Indexes of the goes that failed."""
    failed: list[int] = []
    for start in range(0, len(goes), BATCH):
        with database.writing() as session:
            session.info["unrecorded"] = True
            exam = session.get_one(Exam, exam_id)
            for at in range(start, min(start + BATCH, len(goes))):
                if not _sit(session, exam, goes[at], scene, rng=rng):
                    failed.append(at)
    return failed


def _sit(
    session: Session, exam: Exam, go: PlannedSitting, scene: Scene, *, rng: random.Random
) -> bool:
    user_id = scene.loaded.user_ids[go.person]
    person = Actor(user_id=user_id, name=scene.people[go.person].name)
    seed = rng.getrandbits(63)
    sitting = start_sitting(
        session, exam, actor=person, now=go.started_at, seed=seed, zone=scene.zone
    )
    ended_at = go.started_at + go.spent
    responses = _replies(session, sitting, go.ability, rng=rng)
    save_form(session, sitting, responses, seen_id=0, actor=person, now=ended_at)
    submit_sitting(session, sitting, actor=person, now=ended_at)
    return bool(sitting.is_passed)


def _replies(
    session: Session, sitting: Sitting, ability: float, *, rng: random.Random
) -> dict[int, history.Reply]:
    paper = session.execute(
        select(SittingQuestion.slot, SittingQuestion.question_version_id).where(
            SittingQuestion.sitting_id == sitting.id
        )
    ).all()
    versions = known_versions(session, [row.question_version_id for row in paper])
    return {
        row.slot: history.reply(rng, versions[row.question_version_id].key, ability)
        for row in paper
    }
