"""What is stored about a person's learning, exams and certificates, for "my records"."""

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.queries import shown_to_holder
from certificates.review_queries import decisions_on
from certificates.standby import standby_of
from certificates.words import OUTCOMES
from core.clock import Clock
from core.errors import N_
from core.services import Cell, RecordKeeper, RecordSection, Word
from exams.models import (
    Answer,
    AppealOutcome,
    Exam,
    Exemption,
    Regrade,
    RegradeOutcome,
    Sitting,
    SittingQuestion,
    SittingState,
)
from exams.queries.appeals import appeals_of_person
from exams.queries.visibility import hidden_results
from learning.models import CourseModule, ModuleReading, ModuleVersion
from question_bank.models import QuestionVersion


class TimedKeeper(Protocol):
    """A keeper whose answer depends on the time."""

    def __call__(self, session: Session, user_id: int, *, now: datetime) -> RecordSection: ...


STATES = {
    SittingState.OPEN: N_("正在考"),
    SittingState.AWAITING_DELIVERY: N_("到时，等补交"),
    SittingState.SUBMITTED: N_("已交卷"),
    SittingState.EXPIRED: N_("到时自动交卷"),
}

APPEALS = {
    None: N_("还没有答复"),
    AppealOutcome.GRANTED: N_("成立"),
    AppealOutcome.REJECTED: N_("不成立"),
}


def reading_record(session: Session, user_id: int) -> RecordSection:
    """Every version of a module that the person opened, and when it was read to the end."""
    rows = session.execute(
        select(CourseModule.title, ModuleVersion.label, ModuleReading)
        .join(ModuleVersion, ModuleVersion.id == ModuleReading.module_version_id)
        .join(CourseModule, CourseModule.id == ModuleVersion.module_id)
        .where(ModuleReading.user_id == user_id)
        .order_by(ModuleReading.opened_at.desc())
    )
    return RecordSection(
        N_("学习"),
        (N_("模块"), N_("版本"), N_("打开时间"), N_("学完时间")),
        [(title, label, reading.opened_at, reading.read_at) for title, label, reading in rows],
    )


def sitting_record(session: Session, user_id: int, *, now: datetime) -> RecordSection:
    """Every sitting with its result, as far as the person may see it already."""
    hidden = hidden_results(session, user_id, now=now)
    rows = session.execute(
        select(Sitting, Exam.title)
        .join(Exam, Exam.id == Sitting.exam_id)
        .where(Sitting.user_id == user_id)
        .order_by(Sitting.started_at.desc())
    )
    columns = (
        N_("考试"),
        N_("第几次"),
        N_("开始"),
        N_("交卷"),
        N_("状态"),
        N_("成绩"),
        N_("满分"),
        N_("合格"),
    )
    return RecordSection(
        N_("考试"),
        columns,
        [
            (
                title,
                sitting.try_number,
                sitting.started_at,
                sitting.submitted_at,
                Word(N_("违纪作废") if sitting.is_void else STATES[sitting.state]),
                None if sitting.id in hidden else _points(sitting.score_tenths),
                _points(sitting.full_score_tenths),
                None if sitting.id in hidden else sitting.is_passed,
            )
            for sitting, title in rows
        ],
    )


def answer_record(session: Session, user_id: int) -> RecordSection:
    """Every reply as it was saved, the replaced ones too; never which one is right."""
    rows = session.execute(
        select(Exam.title, Sitting.try_number, Answer, QuestionVersion.options)
        .join(Sitting, Sitting.id == Answer.sitting_id)
        .join(Exam, Exam.id == Sitting.exam_id)
        .join(
            SittingQuestion,
            (SittingQuestion.sitting_id == Answer.sitting_id)
            & (SittingQuestion.slot == Answer.slot),
        )
        .join(QuestionVersion, QuestionVersion.id == SittingQuestion.question_version_id)
        .where(Sitting.user_id == user_id)
        .order_by(Answer.id.desc())
    )
    return RecordSection(
        N_("考试里保存的答案"),
        (N_("考试"), N_("第几次"), N_("第几题"), N_("答案"), N_("收到时间")),
        [
            (title, number, answer.slot, _reply(answer.response, options), answer.received_at)
            for title, number, answer, options in rows
        ],
    )


def appeal_record(session: Session, user_id: int) -> RecordSection:
    """Every appeal with its answer."""
    return RecordSection(
        N_("申诉"),
        (
            N_("考试"),
            N_("第几题"),
            N_("理由"),
            N_("提交时间"),
            N_("结论"),
            N_("答复"),
            N_("答复时间"),
        ),
        [
            (
                title,
                appeal.slot or None,
                appeal.text,
                appeal.filed_at,
                Word(APPEALS[appeal.outcome]),
                appeal.answer or None,
                appeal.decided_at,
            )
            for appeal, title in appeals_of_person(session, user_id)
        ],
    )


def regrade_record(session: Session, user_id: int, *, now: datetime) -> RecordSection:
    """What corrections made of the results that the person may see, the old beside the new."""
    hidden = hidden_results(session, user_id, now=now)
    rows = session.execute(
        select(Exam.title, RegradeOutcome, Regrade.reason)
        .join(Regrade, Regrade.id == RegradeOutcome.regrade_id)
        .join(Sitting, Sitting.id == RegradeOutcome.sitting_id)
        .join(Exam, Exam.id == Sitting.exam_id)
        .where(Sitting.user_id == user_id, RegradeOutcome.done_at.is_not(None))
        .order_by(RegradeOutcome.regrade_id.desc())
    )
    return RecordSection(
        N_("成绩更正"),
        (N_("考试"), N_("原来的成绩"), N_("更正后的成绩"), N_("合格"), N_("原因"), N_("更正时间")),
        [
            (
                title,
                _points(one.score_before),
                _points(one.score_after),
                one.is_passed,
                reason,
                one.done_at,
            )
            for title, one, reason in rows
            if one.sitting_id not in hidden
        ],
    )


def exemption_record(session: Session, user_id: int) -> RecordSection:
    """Exams that the person need not sit, and why."""
    rows = session.execute(
        select(Exam.title, Exemption.reason, Exemption.granted_at)
        .join(Exam, Exam.id == Exemption.exam_id)
        .where(Exemption.user_id == user_id)
        .order_by(Exemption.granted_at.desc())
    )
    return RecordSection(
        N_("免考"), (N_("考试"), N_("原因"), N_("批准时间")), [tuple(row) for row in rows]
    )


def certificate_record(session: Session, user_id: int, *, now: datetime) -> RecordSection:
    """Every certificate that the person may know of, the revoked ones with their reason."""
    columns = (
        N_("证号"),
        N_("证书"),
        N_("班组"),
        N_("岗位"),
        N_("发证"),
        N_("有效到"),
        N_("撤销时间"),
        N_("为什么撤销"),
    )
    return RecordSection(
        N_("证书"),
        columns,
        [
            (
                one.number,
                one.kind_name,
                one.team_name,
                one.post_name,
                one.issued_on,
                one.valid_to,
                one.revoked_at,
                one.revoked_reason,
            )
            for one in shown_to_holder(session, user_id, now=now)
        ],
    )


def decision_record(session: Session, user_id: int, *, now: datetime) -> RecordSection:
    """What people decided about the person's certificates after their results changed."""
    columns = (
        N_("证号"),
        N_("什么时候问的"),
        N_("为什么问"),
        N_("决定"),
        N_("原因"),
        N_("决定时间"),
    )
    return RecordSection(
        N_("证书的决定"),
        columns,
        [
            (
                certificate.number,
                review.asked_at,
                review.asked_reason,
                Word(OUTCOMES[review.outcome]) if review.outcome else None,
                review.settled_reason,
                review.settled_at,
            )
            for review, certificate in decisions_on(session, user_id, now=now)
        ],
    )


def _points(tenths: int | None) -> str | None:
    """Tenths of a point as points: 25 -> 2.5, 20 -> 2."""
    if tenths is None:
        return None
    whole, rest = divmod(tenths, 10)
    return f"{whole}.{rest}" if rest else str(whole)


def _reply(response: Any, options: list[Any]) -> Cell:
    """A stored reply in words: the options ticked, the verdict, the blanks, what was written."""
    if response is None or isinstance(response, bool | str):
        return response
    texts = {option["id"]: option["text"] for option in options}
    return "；".join(str(texts.get(part, part)) for part in response)


def standby_record(session: Session, user_id: int, *, now: datetime) -> RecordSection:
    """What was proposed and decided about 待岗, with the reasons."""
    columns = (
        N_("考试"),
        N_("提出时间"),
        N_("确认时间"),
        N_("确认的原因"),
        N_("解除时间"),
        N_("解除的原因"),
    )
    return RecordSection(
        N_("待岗"),
        columns,
        [
            (
                one.exam_title,
                one.proposed_at,
                one.confirmed_at,
                one.confirmed_reason,
                one.lifted_at,
                one.lifted_reason,
            )
            for one in standby_of(session, user_id, now=now)
        ],
    )


def make_records(clock: Clock) -> tuple[RecordKeeper, ...]:
    """The keepers of this package; what a person may see of a result depends on the time."""

    def at_present(keeper: TimedKeeper) -> RecordKeeper:
        return lambda session, user_id: keeper(session, user_id, now=clock.now())

    return (
        reading_record,
        at_present(sitting_record),
        answer_record,
        at_present(regrade_record),
        appeal_record,
        exemption_record,
        at_present(certificate_record),
        at_present(decision_record),
        at_present(standby_record),
    )
