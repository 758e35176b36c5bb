"""A learner's part of the home page: the exam to sit, what to read before, what ends soon."""

from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from certificates import queries as certificates
from certificates.review_queries import decisions_on
from certificates.words import OUTCOMES
from core.clock import local_date
from core.identity import Actor
from core.pages import say_date, say_moment, show_clock, show_points
from core.web import config, db_session, moment, today
from exams.models import Exam, Sitting
from exams.views.appeals import news_of
from reports.queries import home as queries
from reports.queries.home import MyExam
from reports.sections import Group, Row, Section

# Rows of a list on a home page; the rest is behind a link.
MOST_ROWS = 6
# How long after its end a failed exam stays on the home page.
FAILED_SHOWN = timedelta(days=30)
# How long a new certificate stays there.
NEW_SHOWN = timedelta(days=30)


def learner_section(actor: Actor) -> Section:
    assert actor.user_id is not None
    session, now = db_session(), moment()
    mine = queries.my_exams(session, actor.user_id, zone=config().time_zone, now=now)
    running = [(one, sitting) for one in mine if (sitting := _running(one, now))]
    waiting = [one for one in mine if _may_start(one, now) and not _running(one, now)]
    coming = [one for one in mine if one.exam.opens_at > now]
    ahead = [one.exam.id for one in (*(one for one, _sitting in running), *waiting, *coming)]
    unread = queries.unread_modules(session, actor.user_id, ahead) if ahead else []
    conclusion, sign = _conclusion(running, waiting, coming, failed=_failed(mine, now))
    groups = [
        Group(_("成绩有变化"), _news_rows(actor.user_id)),
        Group(
            _("考前要学完的模块"), tuple(_module_row(m.key, m.title) for m in unread[:MOST_ROWS])
        ),
        Group(_("等成绩的考试"), tuple(_marked_row(one) for one in mine if one.tries.is_to_mark)),
        Group(_("没合格的考试"), tuple(_failed_row(one) for one in _failed(mine, now))),
        Group(_("快到期的证书"), _expiring_rows(actor.user_id)),
        Group(_("新拿到的证书"), _new_rows(actor.user_id)),
        Group(_("证书的决定"), _decision_rows(actor.user_id)),
    ]
    return Section(
        role=_("我自己"),
        conclusion=conclusion,
        sign=sign,
        is_calm=not (running or waiting),
        steps=(
            *(_running_row(one, sitting) for one, sitting in running),
            *(_waiting_row(one) for one in waiting),
            *(_coming_row(one.exam, one.question_count) for one in coming[:2]),
        ),
        groups=tuple(group for group in groups if group.rows),
    )


def _running(one: MyExam, now: datetime) -> Sitting | None:
    sitting = one.tries.open
    return sitting if sitting is not None and now <= sitting.deadline else None


def _may_start(one: MyExam, now: datetime) -> bool:
    exam = one.exam
    is_open = exam.opens_at <= now <= exam.closes_at
    may_try = not one.tries.has_passed and not one.tries.is_to_mark
    return is_open and may_try and one.tries.count < exam.tries


def _failed(mine: list[MyExam], now: datetime) -> list[MyExam]:
    """Marked, not passed, no further try open; what closed long ago is for the records."""
    return [
        one
        for one in mine
        if one.tries.last is not None
        and one.tries.last.is_passed is False
        and not one.tries.has_passed
        and not _may_start(one, now)
        and one.exam.closes_at >= now - FAILED_SHOWN
        and one.is_result_shown
    ]


def _conclusion(
    running: list[tuple[MyExam, Sitting]],
    waiting: list[MyExam],
    coming: list[MyExam],
    *,
    failed: list[MyExam],
) -> tuple[Any, str]:
    if running:
        one, sitting = running[0]
        deadline = show_clock(sitting.deadline)[:5]
        text = _("《%(exam)s》正在考，%(at)s 前交卷", exam=one.exam.title, at=deadline)
        return text, "warn"
    if waiting:
        closes_at = waiting[0].exam.closes_at
        is_today = local_date(closes_at, config().time_zone) == today()
        last = _("今天") if is_today else say_date(closes_at)
        text = _("还有 1 场考试要考，%(day)s截止", day=last)
        if len(waiting) > 1:
            text = _("还有 %(n)s 场考试要考，最早%(day)s截止", n=len(waiting), day=last)
        return text, "warn" if is_today else "must"
    if failed:
        return _("《%(exam)s》没合格，找班组长安排", exam=failed[0].exam.title), "stop"
    if coming:
        exam = coming[0].exam
        return _("《%(exam)s》%(at)s 开考", exam=exam.title, at=say_moment(exam.opens_at)), "open"
    return _("现在没有要考的试"), "safe"


def _paper(exam: Exam, questions: int) -> Any:
    return _(
        "%(questions)s 题，%(minutes)s 分钟，%(mark)s 分合格",
        questions=questions,
        minutes=exam.minutes,
        mark=show_points(exam.pass_mark_tenths),
    )


def _running_row(one: MyExam, sitting: Sitting) -> Row:
    return Row(
        text=one.exam.title,
        hint=_("已经开考，%(at)s 自动交卷。", at=show_clock(sitting.deadline)[:5]),
        href=url_for("exams.sitting", sitting_id=sitting.id),
        button=_("回到考试"),
    )


def _waiting_row(one: MyExam) -> Row:
    left = one.exam.tries - one.tries.count
    parts = [_paper(one.exam, one.question_count)]
    parts.append(_("%(at)s截止", at=say_moment(one.exam.closes_at)))
    hint = _("，").join(parts) + _("。")
    if one.tries.count:
        hint += _("上次没合格，还能考 %(n)s 次。", n=left)
    return Row(
        text=one.exam.title,
        hint=hint,
        href=url_for("exams.start", exam_id=one.exam.id),
        button=_("去补考") if one.tries.count else _("去考试"),
    )


def _coming_row(exam: Exam, questions: int) -> Row:
    begins = _("%(at)s 开考", at=say_moment(exam.opens_at))
    return Row(text=exam.title, hint=begins + _("，") + _paper(exam, questions) + _("。"))


def _module_row(key: str, title: str) -> Row:
    return Row(
        text=_("《%(title)s》", title=title),
        href=url_for("learning.module", key=key),
        sign="open",
        word=_("没学完"),
    )


def _marked_row(one: MyExam) -> Row:
    last = one.tries.last
    assert last is not None
    return Row(
        text=one.exam.title,
        hint=_("已交卷，有题要人工阅卷，阅完出成绩。"),
        href=url_for("exams.result", sitting_id=last.id),
        sign="open",
        word=_("待阅卷"),
    )


def _failed_row(one: MyExam) -> Row:
    last = one.tries.last
    assert last is not None
    score = _(
        "%(score)s 分，%(mark)s 分合格",
        score=show_points(last.score_tenths),
        mark=show_points(last.pass_mark_tenths or one.exam.pass_mark_tenths),
    )
    return Row(
        text=one.exam.title,
        hint=score,
        href=url_for("exams.result", sitting_id=last.id),
        sign="stop",
        word=_("违纪作废") if last.is_void else _("没合格"),
    )


def _news_rows(user_id: int) -> tuple[Row, ...]:
    """Appeals that were answered and results that were corrected lately."""
    return tuple(
        Row(
            text=one.text,
            hint=one.fact,
            href=url_for("exams.result", sitting_id=one.sitting_id),
            sign="must",
            word=say_date(local_date(one.at, config().time_zone)),
        )
        for one in news_of(db_session(), user_id, now=moment())[:MOST_ROWS]
    )


def _new_rows(user_id: int) -> tuple[Row, ...]:
    """What was earned lately, so that passing leads to the certificate and not to silence."""
    first_day = today() - NEW_SHOWN
    held = certificates.shown_to_holder(db_session(), user_id, now=moment())
    return tuple(
        Row(
            text=certificate.kind_name,
            hint=certificate.number,
            href=url_for("certificates.certificate", certificate_id=certificate.id),
            sign="safe",
            word=_("%(day)s发", day=say_date(certificate.issued_on)),
        )
        for certificate in held[:MOST_ROWS]
        if certificate.issued_on >= first_day and certificate.revoked_at is None
    )


def _decision_rows(user_id: int) -> tuple[Row, ...]:
    """What people decided lately about the person's certificates: revoked, kept, valid again."""
    first = moment() - NEW_SHOWN
    return tuple(
        Row(
            text=certificate.kind_name,
            hint=review.settled_reason,
            href=url_for("certificates.certificate", certificate_id=certificate.id),
            sign="stop" if certificate.revoked_at else "safe",
            word=_(OUTCOMES[review.outcome]),
        )
        for review, certificate in decisions_on(db_session(), user_id, now=moment())[:MOST_ROWS]
        if review.outcome and review.settled_at and review.settled_at >= first
    )


def _expiring_rows(user_id: int) -> tuple[Row, ...]:
    soon = certificates.expiring_of(db_session(), user_id, today=today(), now=moment())
    return tuple(
        Row(
            text=certificate.kind_name,
            hint=certificate.number,
            href=url_for("certificates.certificate", certificate_id=certificate.id),
            sign="warn",
            word=_("%(day)s到期", day=say_date(certificate.valid_to)),
        )
        for certificate in soon
        if certificate.valid_to is not None
    )
