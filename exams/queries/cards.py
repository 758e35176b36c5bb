"""Card codes and what a person at a shared terminal may do with one."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from accounts import rules
from accounts.models import Terminal, User
from core.errors import N_
from core.services import RecordSection
from exams.models import CardCode, Exam, Sitting, SittingState
from exams.queries.audience import invited_exams
from exams.queries.sittings import exempt_exams, listed_exams, tries_of
from teams.models import Membership, Team
from teams.queries.memberships import latest_main


@dataclass(frozen=True)
class Choices:
    """What lies before a person at a terminal: ids of sittings that run, exams to begin."""

    running: tuple[int, ...]
    due: tuple[Exam, ...]


def open_card(session: Session, user_id: int, *, now: datetime) -> CardCode | None:
    """The person's card code that can still be used, now or from a later day on."""
    return session.scalar(
        select(CardCode)
        .where(
            CardCode.user_id == user_id,
            CardCode.used_at.is_(None),
            CardCode.expires_at > now,
            CardCode.failed_count < rules.CODE_TRIES,
        )
        .order_by(CardCode.id.desc())
        .limit(1)
    )


def card_of_session(session: Session, session_id: int) -> CardCode | None:
    """The card code that opened a session."""
    return session.scalar(select(CardCode).where(CardCode.session_id == session_id))


def team_name_of(session: Session, user_id: int) -> str:
    """The team that a person belongs to, to be asked for at the terminal."""
    return (
        session.scalar(
            select(Team.name)
            .join(Membership, Membership.team_id == Team.id)
            .where(Membership.user_id == user_id, latest_main())
        )
        or ""
    )


def choices_at_terminal(
    session: Session, user_id: int, *, only_exam_id: int | None, zone: ZoneInfo, now: datetime
) -> Choices:
    """Where a person who has just signed in at a terminal is to be led.

    Whether an exam really may be begun is asked again on its page, which says why not.
    """
    exams = [
        exam for exam in listed_exams(session, user_id, now=now) if only_exam_id in (None, exam.id)
    ]
    ids = [exam.id for exam in exams]
    tries = tries_of(session, user_id, ids)
    running = open_sitting_ids(session, user_id, only_exam_id=only_exam_id, now=now)
    invited = invited_exams(session, user_id, exams, zone=zone)
    exempt = exempt_exams(session, user_id, ids)
    due = [
        exam
        for exam in exams
        if exam.id in invited
        and exam.id not in exempt
        and exam.opens_at <= now <= exam.closes_at
        and not tries[exam.id].has_passed
        and tries[exam.id].count < exam.tries
    ]
    return Choices(tuple(running), tuple(due))


def open_sitting_ids(
    session: Session, user_id: int, *, only_exam_id: int | None, now: datetime
) -> list[int]:
    """A person's sittings that can still be answered."""
    wanted = select(Sitting.id).where(
        Sitting.user_id == user_id, Sitting.state == SittingState.OPEN, Sitting.deadline >= now
    )
    if only_exam_id is not None:
        wanted = wanted.where(Sitting.exam_id == only_exam_id)
    return list(session.scalars(wanted.order_by(Sitting.id)))


def card_record(session: Session, user_id: int) -> RecordSection:
    """Card codes made for the person, and where they were used."""
    maker = aliased(User)
    rows = session.execute(
        select(CardCode, maker.name, Exam.title, Terminal.name)
        .outerjoin(maker, maker.id == CardCode.made_by_id)
        .outerjoin(Exam, Exam.id == CardCode.exam_id)
        .outerjoin(Terminal, Terminal.id == CardCode.terminal_id)
        .where(CardCode.user_id == user_id)
        .order_by(CardCode.id.desc())
    )
    return RecordSection(
        N_("考试终端的卡码"),
        (
            N_("发放时间"),
            N_("发放人"),
            N_("考试"),
            N_("从"),
            N_("到期"),
            N_("使用时间"),
            N_("考试终端"),
            N_("输错次数"),
        ),
        [
            (
                card.created_at,
                made_by,
                exam,
                card.valid_from,
                card.expires_at,
                card.used_at,
                terminal,
                card.failed_count,
            )
            for card, made_by, exam, terminal in rows
        ],
    )


RECORDS = (card_record,)
