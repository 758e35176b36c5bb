"""A finished exam with what may follow one: a voided paper, one sat on paper, appeals, a regrade.

The company's tags changed while the exam was open, so a question about them was taken out of the
count afterwards: some people rose over the pass mark, one fell under it.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from core.db import Database
from core.identity import Actor
from exams.blueprint import RowSpec
from exams.corrections import ChangeKind
from exams.definition import ExamDefinition
from exams.dry_run import dry_run
from exams.integrity import Integrity
from exams.models import WHOLE_RESULT, AppealOutcome, Exam, Reveal, Sitting
from exams.operations.appeals import bind_appeals, decide_appeals, file_appeal
from exams.operations.closing import submit_sitting
from exams.operations.definition import create_exam, set_audience, set_blueprint
from exams.operations.integrity import set_integrity
from exams.operations.on_paper import PaperEntry, enter_paper_sitting, make_forms
from exams.operations.publication import publish_exam
from exams.operations.regrade import (
    begin_regrade,
    change_question,
    draft_regrade,
    write_results,
)
from exams.operations.verdicts import void_sitting
from exams.queries.audience import window_days
from exams.queries.on_paper import drawn_of
from exams.versions import known_versions
from question_bank.keys import QuestionType, RuleName
from sample import history
from sample.exams import Scene, on_record
from sample.hall import RED_LINE, drawn, fixed
from sample.sitting import Leaving, answer, be_there, come_in, slot_of, versions_of

TEAMS = ("冲压一班", "冲压二班", "冲压三班", "模具维修班")
OPENED_DAYS_AGO, CLOSED_DAYS_AGO = 9, 3
# 急停等于隔离 is red-line; then four single choices, 牌上写什么, 试启动之后, 个人锁的原则.
CLEARING, LOCK_OF_A_COLLEAGUE, MOULD = "q-a6y758", "q-592x93", "q-gp6abj"
LOCK_BOX, TAGS, TRIAL, OWN_LOCK = "q-q5pgz9", "q-vycsd7", "q-ay52am", "q-5s4ggr"
POINTS = {
    RED_LINE: 10,
    CLEARING: 10,
    LOCK_OF_A_COLLEAGUE: 10,
    MOULD: 10,
    LOCK_BOX: 10,
    TAGS: 20,
    TRIAL: 10,
    OWN_LOCK: 10,
}
SLOTS = range(1, len(POINTS) + 2)
LIMITS = Integrity(records_leavings=True, most_leavings=3, hands_in=True, records_times=True)
TOO_OFTEN = tuple(Leaving(minute, 40 + minute, slot=minute) for minute in (2, 4, 5, 7))
# Which questions the first candidates get wrong. With 80 of 100 to pass and the question of 20
# taken out: the team leader rises with 70, the second falls with 80, the third misses a red line.
TEAM_LEADER = (LOCK_OF_A_COLLEAGUE, TAGS)
FALLS, RED, VOIDED, ON_PAPER = (CLEARING, MOULD), (RED_LINE,), (), (LOCK_BOX,)


@dataclass(frozen=True)
class Sat:
    """The sittings on which something follows."""

    team_leader: Sitting
    others: list[Sitting]


def load_corrected_exam(database: Database, scene: Scene, *, now: datetime) -> int:
    """Hold the exam and let follow what followed; says how many sat it."""
    rng = random.Random(f"corrected {scene.today.year}")
    with database.writing() as session:
        session.info["unrecorded"] = True
        exam = _publish(session, scene, now=now)
        sat = _sit_all(session, exam, scene, rng=rng)
        _void(session, exam, scene, sat.others[2:3])
        count = 1 + len(sat.others) + _enter_paper(session, exam, scene, rng=rng)
        _correct(session, exam, scene, sat)
        return count


def _publish(session: Session, scene: Scene, *, now: datetime) -> Exam:
    examiner = scene.actor(session, "周谷雨")
    definition = ExamDefinition(
        title="上锁挂牌专题考试",
        instructions="闭卷，独立完成。红线题答错，整卷不合格。",
        opens_at=_at(scene, OPENED_DAYS_AGO, 8),
        closes_at=_at(scene, CLOSED_DAYS_AGO, 20),
        minutes=30,
        pass_mark_tenths=800,
        tries=1,
        shuffles_questions=False,
        shuffles_options=True,
        scoring_rule=RuleName.ALL_OR_NOTHING,
        scoring_value_tenths=None,
        reveal=Reveal.AFTER_WINDOW,
    )
    made_at = min(now, definition.opens_at - timedelta(days=5))
    exam = create_exam(session, definition, actor=examiner, now=made_at)
    exam.is_sample = True
    set_blueprint(session, exam, _rows(), actor=examiner, now=made_at)
    set_audience(session, exam, scene.audience(TEAMS), actor=examiner, now=made_at)
    set_integrity(session, exam, LIMITS, reason="", actor=examiner, now=made_at)
    days = window_days(exam, scene.zone)
    publish_exam(session, exam, days=days, actor=examiner, now=made_at)
    return exam


def _rows() -> list[RowSpec]:
    """The fixed questions in their order, and one that is drawn."""
    rows = [
        replace(fixed(question, points), is_must_pass=question == RED_LINE)
        for question, points in POINTS.items()
    ]
    return [*rows, drawn(QuestionType.TRUE_FALSE, 1, 10, "law-work-safety")]


def _at(scene: Scene, days_ago: int, hour: int) -> datetime:
    return history.moment(scene.today - timedelta(days=days_ago), time(hour), scene.zone)


def _sit_all(session: Session, exam: Exam, scene: Scene, *, rng: random.Random) -> Sat:
    leader = scene.actor(session, "李青山")
    sitters = _sitters(scene)[:-1]
    wrong = [FALLS, RED, VOIDED, *(None for _n in sitters)]
    leaders = _sit(session, exam, scene, leader, TEAM_LEADER, rng=rng)
    others = [
        _sit(session, exam, scene, scene.person(at), misses, rng=rng, leaves=number == 2)
        for number, (at, misses) in enumerate(zip(sitters, wrong, strict=False))
    ]
    return Sat(leaders, others)


def _sitters(scene: Scene) -> list[int]:
    """Who was in these teams when the exam closed; the last one has no phone and sits on paper."""
    return scene.members(TEAMS, scene.today - timedelta(days=CLOSED_DAYS_AGO))


def _sit(
    session: Session,
    exam: Exam,
    scene: Scene,
    person: Actor,
    wrong: Sequence[str] | None,
    *,
    rng: random.Random,
    leaves: bool = False,
) -> Sitting:
    """One go; without a plan of what goes wrong, as chance has it."""
    day = rng.randint(CLOSED_DAYS_AGO + 1, OPENED_DAYS_AGO - 1)
    at = _at(scene, day, rng.randint(8, 18)) + timedelta(minutes=rng.randint(0, 59))
    sitting = come_in(session, exam, person, rng=rng, at=at, zone=scene.zone)
    done_at = at + timedelta(minutes=rng.randint(9, 24))
    ability = 0.87 if wrong is None else 1
    answer(session, sitting, person, SLOTS, wrong=wrong or (), ability=ability, rng=rng, at=done_at)
    if leaves:
        count = len(SLOTS)
        be_there(session, sitting, person, answered=count, leavings=TOO_OFTEN, at=done_at)
    submit_sitting(session, sitting, actor=person, now=done_at + timedelta(seconds=10))
    return sitting


def _void(session: Session, exam: Exam, scene: Scene, sittings: Sequence[Sitting]) -> None:
    """Made void by the safety manager for what the invigilator saw, not for the count alone."""
    manager = scene.actor(session, "赵白露")
    for sitting in sittings:
        reason = "离开页面 4 次，监考人看到他在翻手机里的规程，本人承认。"
        at = exam.closes_at - timedelta(hours=3)
        with on_record(session):
            void_sitting(session, sitting.id, reason=reason, actor=manager, now=at)


def _enter_paper(session: Session, exam: Exam, scene: Scene, *, rng: random.Random) -> int:
    """One person without a phone: a printed form, typed in by the examiner two hours later."""
    examiner = scene.actor(session, "周谷雨")
    started_at = _at(scene, CLOSED_DAYS_AGO + 1, 10)
    printed_at = started_at - timedelta(days=1)
    draws = [(rng.getrandbits(63), f"{rng.choice('ABCDEFGHJK')}{number}") for number in (7, 9)]
    form = make_forms(session, exam, draws=draws, actor=examiner, now=printed_at)[0]
    questions = drawn_of(form)
    versions = known_versions(session, [one.version_id for one in questions])
    missed = set(versions_of(session, ON_PAPER).values())
    responses = {
        slot: history.chosen(
            rng, versions[one.version_id].key, 0 if one.version_id in missed else 1
        )
        for slot, one in enumerate(questions, start=1)
    }
    for at in _sitters(scene)[-1:]:
        entry = PaperEntry(
            user_id=scene.loaded.user_ids[at],
            responses=responses,
            started_at=started_at,
            ended_at=started_at + timedelta(minutes=25),
            file_hash=sha256(form.code.encode()).hexdigest(),
            row=2,
        )
        typed_at = started_at + timedelta(hours=2)
        enter_paper_sitting(
            session, exam, form, entry, zone=scene.zone, actor=examiner, now=typed_at
        )
        return 1
    return 0


def _correct(session: Session, exam: Exam, scene: Scene, sat: Sat) -> None:
    """Three appeals: one leads to a regrade, one is refused, one against the regrade waits."""
    leader, manager = scene.actor(session, "李青山"), scene.actor(session, "赵白露")
    mine = sat.team_leader
    filed_at = _at(scene, 2, 9)
    about_tags = file_appeal(
        session,
        mine.id,
        slot=slot_of(session, mine, TAGS),
        text="这周换了新牌，牌上没有“原因”一栏。按新牌答，怎么算错？",
        actor=leader,
        now=filed_at,
    )
    about_lock = file_appeal(
        session,
        mine.id,
        slot=slot_of(session, mine, LOCK_OF_A_COLLEAGUE),
        text="车间主任批准了，两个人在场，不是也能拆吗？",
        actor=leader,
        now=filed_at + timedelta(minutes=6),
    )
    decided_at = _at(scene, 1, 10)
    refused = "答案不变。规程第 6 节：联系不上本人才能批准拆锁。老何的电话能打通，要请他回来拆。"
    decide_appeals(
        session,
        exam,
        [about_lock.id],
        AppealOutcome.REJECTED,
        answer=refused,
        actor=manager,
        now=decided_at,
    )
    _take_tags_out(session, exam, about_tags.id, actor=manager, now=decided_at)
    _doubt(session, sat, scene)


def _take_tags_out(
    session: Session, exam: Exam, appeal_id: int, *, actor: Actor, now: datetime
) -> None:
    version_id = versions_of(session, [TAGS])[TAGS]
    regrade = draft_regrade(session, exam, actor=actor, now=now)
    change_question(session, regrade, version_id, ChangeKind.VOID, actor=actor, now=now)
    bind_appeals(session, exam, [appeal_id], regrade, actor=actor, now=now)
    seen = dry_run(session, exam, regrade)
    reason = "考试期间换发新牌，新牌没有“原因”一栏，这道题两种答法都有依据，作废"
    begin_regrade(session, regrade, seen, reason=reason, actor=actor, now=now)
    write_results(session, regrade.id, actor=actor, now=now, limit=len(seen.effects))
    decide_appeals(
        session,
        exam,
        [appeal_id],
        AppealOutcome.GRANTED,
        answer="你说得对。这道题作废，不计分，大家的成绩都重新算过。",
        actor=actor,
        now=now + timedelta(minutes=20),
    )


def _doubt(session: Session, sat: Sat, scene: Scene) -> None:
    """Who fell by the regrade asks about it; nobody has answered yet."""
    for sitting in sat.others[:1]:
        at = scene.loaded.user_ids.index(sitting.user_id)
        file_appeal(
            session,
            sitting.id,
            slot=WHOLE_RESULT,
            text="更正以前我是 80 分，合格。我按旧牌答对了，为什么反而不合格？",
            actor=scene.person(at),
            now=_at(scene, 1, 21),
        )
