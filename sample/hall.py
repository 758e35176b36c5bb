"""The exam that is open on the day of loading, and the people who sit it at that moment.

It has what a demanding exam has: sections, fixed and red-line questions, an entry code, a latest
entry, recorded incidents. Some candidates have handed in, one needs more time, one stands at a
shared terminal, and one left the page more often than the exam allows.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from accounts.models import User
from accounts.operations import Visit, register_terminal, start_session
from accounts.operations.accommodations import Needs, grant_accommodation
from core.db import Database
from core.identity import Actor
from exams.blueprint import RowSpec
from exams.definition import DrawRules, ExamDefinition
from exams.integrity import Integrity
from exams.models import Exam, Reveal, Sitting
from exams.operations.cards import Validity, make_card
from exams.operations.closing import submit_sitting
from exams.operations.definition import (
    create_exam,
    set_audience,
    set_blueprint,
    set_draw_rules,
)
from exams.operations.integrity import set_integrity
from exams.operations.invigilation import add_note, record_room_incident, send_message
from exams.operations.publication import publish_exam
from exams.operations.sitting import extend_sitting, take_over
from exams.queries.audience import window_days
from question_bank.keys import QuestionType, RuleName
from sample.exams import Scene, on_record
from sample.sitting import Leaving, address_of, answer, be_there, come_in

ENTRY_CODE = "7315"
WORKSHOP = "冲压车间"
CARD_HOLDER = "王小满"
MODULE = "sop-lockout"
# 急停等于隔离
RED_LINE = "q-s8vc9h"
STEPS, SOURCES = "q-y4n999", "q-xreyt2"
MOST_SITTING = 26
WATCHED = Integrity(
    records_leavings=True,
    most_leavings=3,
    longest_leaving_seconds=120,
    idle_seconds=300,
    hands_in=True,
    blocks_clipboard=True,
    records_addresses=True,
    records_times=True,
    shows_watermark=True,
)
TWICE = (Leaving(4, 18), Leaving(7, 35, slot=5))
TOO_OFTEN = (Leaving(3, 22), Leaving(6, 48, slot=4), Leaving(9, 31, slot=4), Leaving(11, 75))


@dataclass(frozen=True)
class Secrets:
    """What must not follow from the seed: tokens of a browser, a card code and the codes' key."""

    terminal_token: str
    session_token: str
    card_code: str
    card_key: bytes


@dataclass(frozen=True)
class Part:
    """What one candidate of today does: minutes since the start, share answered, what else."""

    minutes: int
    share: float
    hands_in: bool = False
    leavings: tuple[Leaving, ...] = ()
    silent_minutes: int = 0
    has_more_time: bool = False
    is_at_terminal: bool = False
    changes_device: bool = False
    moves: bool = False


# The first candidates in this order; whoever comes after them does nothing unusual.
PARTS = (
    Part(40, 0.6, hands_in=True, leavings=TOO_OFTEN),
    Part(31, 0.7, leavings=TWICE),
    Part(26, 0.4, has_more_time=True),
    Part(24, 0.5, is_at_terminal=True),
    Part(36, 1, hands_in=True),
    Part(22, 0.5, silent_minutes=7),
    Part(33, 0.8, changes_device=True),
    Part(27, 0.3, moves=True),
    Part(39, 1, hands_in=True),
    Part(38, 1, hands_in=True, leavings=(Leaving(5, 9),)),
    Part(3, 0),
)


def load_hall(database: Database, scene: Scene, secrets: Secrets, *, now: datetime) -> int:
    """Publish today's exam and let people sit it; says how many do."""
    rng = random.Random(f"hall {scene.today.year}")
    with database.writing() as session:
        session.info["unrecorded"] = True
        exam = _publish(session, scene, now=now)
        sitters = scene.members((WORKSHOP,), scene.today)
        rng.shuffle(sitters)
        sitters = sitters[:MOST_SITTING]
        sittings = [
            _sit(session, exam, scene, scene.person(at), part, secrets, rng=rng, now=now)
            for at, part in zip(sitters, _parts(rng, len(sitters)), strict=True)
        ]
        _watch(session, exam, scene, sittings, now=now)
        _give_card(session, exam, scene, secrets, now=now)
        return len(sittings)


def _parts(rng: random.Random, count: int) -> list[Part]:
    usual = [Part(rng.randint(8, 40), rng.randint(2, 9) / 10) for _n in range(count)]
    return [*PARTS, *usual][:count]


def _publish(session: Session, scene: Scene, *, now: datetime) -> Exam:
    """Made a week ago by the demo examiner, open since three quarters of an hour."""
    examiner, made_at = scene.actor(session, "周谷雨"), now - timedelta(days=7)
    opens_at = (now - timedelta(minutes=45)).replace(second=0, microsecond=0)
    definition = ExamDefinition(
        title=f"{WORKSHOP} {scene.today.year} 年停机检修考试",
        instructions="闭卷，独立完成。红线题答错，整卷不合格。离开页面会记录。",
        opens_at=opens_at,
        closes_at=opens_at + timedelta(hours=10),
        minutes=60,
        pass_mark_tenths=800,
        tries=1,
        shuffles_questions=True,
        shuffles_options=True,
        scoring_rule=RuleName.HALF_IF_PARTIAL,
        scoring_value_tenths=None,
        reveal=Reveal.AFTER_WINDOW,
        entry_until=opens_at + timedelta(hours=9),
        entry_code=ENTRY_CODE,
        result_reveal=Reveal.AFTER_WINDOW,
        marks_reveal=Reveal.AFTER_WINDOW,
    )
    exam = create_exam(session, definition, actor=examiner, now=made_at)
    exam.is_sample = True
    set_blueprint(session, exam, _rows(), actor=examiner, now=made_at)
    rules = DrawRules(tolerance_tenths=20)
    set_draw_rules(session, exam, rules, actor=examiner, now=made_at)
    audience = scene.audience((WORKSHOP,))
    set_audience(session, exam, audience, actor=examiner, now=made_at)
    set_integrity(session, exam, WATCHED, reason="", actor=examiner, now=made_at)
    days = window_days(exam, scene.zone)
    publish_exam(session, exam, days=days, actor=examiner, now=made_at)
    return exam


def _rows() -> list[RowSpec]:
    """Two sections, 100 points."""
    red_line = replace(fixed(RED_LINE, 10), is_must_pass=True, section_title="一、应知")
    several = drawn(QuestionType.MULTIPLE_CHOICE, 4, 5)
    return [
        red_line,
        drawn(QuestionType.SINGLE_CHOICE, 4, 5, MODULE),
        drawn(QuestionType.SINGLE_CHOICE, 4, 5),
        drawn(QuestionType.TRUE_FALSE, 5, 2),
        replace(several, section_title="二、应会"),
        fixed(STEPS, 10),
        fixed(SOURCES, 10),
    ]


def fixed(question: str, points: int) -> RowSpec:
    """A question that stands on every paper."""
    return RowSpec(None, None, None, 1, 5, 1, points * 10, question=question)


def drawn(kind: QuestionType, count: int, points: int, module: str | None = None) -> RowSpec:
    """Questions of a type, of one module or of any."""
    return RowSpec(module, None, kind, 1, 5, count, points * 10)


def _sit(
    session: Session,
    exam: Exam,
    scene: Scene,
    person: Actor,
    part: Part,
    secrets: Secrets,
    *,
    rng: random.Random,
    now: datetime,
) -> Sitting:
    """One candidate from coming in to this moment, or to the own end before it."""
    started_at = now - timedelta(minutes=part.minutes)
    if part.has_more_time:
        _grant_more_time(session, scene, person, now=now)
    if part.is_at_terminal:
        person = _at_terminal(session, scene, person, secrets, at=started_at)
    sitting = come_in(session, exam, person, rng=rng, at=started_at, zone=scene.zone)
    count = sum(row.count for row in _rows())
    slots = range(1, int(count * part.share) + 1)
    last_seen = now - timedelta(minutes=part.silent_minutes)
    between = started_at + (last_seen - started_at) * 0.7
    answer(session, sitting, person, slots, ability=0.88, rng=rng, at=between)
    _be_seen(session, sitting, person, part, len(slots), between, rng=rng, now=now)
    if part.hands_in:
        submit_sitting(session, sitting, actor=person, now=between)
    return sitting


def _be_seen(
    session: Session,
    sitting: Sitting,
    person: Actor,
    part: Part,
    answered: int,
    between: datetime,
    *,
    rng: random.Random,
    now: datetime,
) -> None:
    """What the candidate's page tells of itself, up to its last sign of life."""
    last_seen = between if part.hands_in else now - timedelta(minutes=part.silent_minutes)
    if part.moves:
        be_there(session, sitting, person, answered=1, at=between)
    lease = "page-2" if part.changes_device else "page-1"
    take_over(session, sitting.id, lease=lease, actor=person, now=between)
    address = "10.2.9.41" if part.moves else address_of(person)
    seen: dict[str, Any] = {"answered": answered, "address": address, "lease": lease}
    waiting = 2 if part.silent_minutes else 0
    be_there(
        session, sitting, person, waiting=waiting, leavings=part.leavings, at=last_seen, **seen
    )
    if not (part.hands_in or part.silent_minutes):
        # A visitor of the sample finds these pages alive for a while.
        stays_until = min(now + timedelta(minutes=rng.randint(9, 20)), sitting.deadline)
        be_there(session, sitting, person, at=stays_until, **seen)


def _grant_more_time(session: Session, scene: Scene, person: Actor, *, now: datetime) -> None:
    manager = scene.actor(session, "赵白露")
    user = session.get_one(User, person.user_id)
    needs = Needs(scene.today - timedelta(days=30), None, extra_percent=50, large_type=True)
    reason = "阅读困难"
    grant_accommodation(session, user, needs, reason=reason, actor=manager, now=now)


def _at_terminal(
    session: Session, scene: Scene, person: Actor, secrets: Secrets, *, at: datetime
) -> Actor:
    """The person signed in at the workshop's shared computer."""
    administrator = scene.actor(session, "吴霜降")
    terminal = register_terminal(
        session,
        name="冲压 1 号机",
        place="冲压车间休息室",
        token=secrets.terminal_token,
        actor=administrator,
        now=at - timedelta(days=40),
    )
    terminal.last_used_at = at
    visit = Visit(secrets.session_token, 2, address_of(person), "", terminal_id=terminal.id)
    user = session.get_one(User, person.user_id)
    opened = start_session(session, user, visit, actor=person, now=at)
    return Actor(person.user_id, person.name, session_id=opened.id)


def _watch(
    session: Session, exam: Exam, scene: Scene, sittings: Sequence[Sitting], *, now: datetime
) -> None:
    """What the invigilator did meanwhile: notes, more time, a word to all, the power cut."""
    examiner = scene.actor(session, "周谷雨")
    cut_at = now - timedelta(minutes=18)
    add_note(
        session,
        sittings[1],
        text="起身接了一个电话，说是孩子的学校。",
        actor=examiner,
        now=now - timedelta(minutes=20),
    )
    record_room_incident(
        session,
        exam,
        happened_at=cut_at,
        text="休息室跳闸，灯灭 3 分钟，平板没有断。",
        actor=examiner,
        now=cut_at + timedelta(minutes=4),
    )
    with on_record(session):
        extend_sitting(
            session,
            sittings[3],
            minutes=5,
            reason="跳闸，终端重启",
            actor=examiner,
            now=cut_at + timedelta(minutes=5),
        )
    send_message(
        session,
        exam,
        [one.id for one in sittings],
        text="灯已恢复，接着答。终端上的人多 5 分钟。",
        is_to_all=True,
        actor=examiner,
        now=cut_at + timedelta(minutes=6),
    )


def _give_card(
    session: Session, exam: Exam, scene: Scene, secrets: Secrets, *, now: datetime
) -> None:
    """The demo newcomer has no phone: a card code for today's exam, from the team leader."""
    leader, newcomer = scene.actor(session, "李青山"), scene.actor(session, CARD_HOLDER)
    make_card(
        session,
        session.get_one(User, newcomer.user_id),
        Validity(now, exam.closes_at, exam),
        code=secrets.card_code,
        key=secrets.card_key,
        actor=leader,
        now=now,
    )
