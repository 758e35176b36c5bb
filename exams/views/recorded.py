"""What an exam records, as the candidate is told it and as the exam page needs it."""

from typing import Any

from flask import render_template
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core.identity import Actor
from core.pages import show_clock
from core.web import db_session, moment
from exams.integrity import FINAL_SECONDS, Integrity, early_deadline
from exams.links import VOIDED
from exams.models import Exam, IntegrityDecision, Sitting
from exams.queries.board import happenings
from exams.queries.incidents import integrity_of, leavings_of, unseen_messages


def recorded_words(integrity: Integrity) -> list[str]:
    """One sentence for each thing that is recorded or blocked; nothing else is."""
    told: list[str] = []
    if integrity.records_leavings:
        told.append(_("离开考试页面：几点离开，离开多久。切到别的窗口、锁屏都算"))
    if integrity.most_leavings is not None:
        told.append(_("最多离开 %(n)s 次", n=integrity.most_leavings))
    if integrity.longest_leaving_seconds is not None:
        told.append(_("一次最多离开 %(n)s 秒", n=integrity.longest_leaving_seconds))
    if integrity.idle_seconds is not None:
        told.append(_("连续 %(n)s 秒没有动作", n=integrity.idle_seconds))
    if integrity.hands_in:
        told.append(_("超过上面的限制，%(n)s 秒后自动交卷，由监考人看过再确认", n=FINAL_SECONDS))
    if integrity.blocks_clipboard:
        told.append(_("不能复制、剪切、粘贴。试过几次会记下，内容不记"))
    if integrity.records_addresses:
        told.append(_("考试中网络地址变了"))
    if integrity.records_times:
        told.append(_("每道题看了多久"))
    if integrity.shows_watermark:
        told.append(_("页面上有姓名、工号和时间的水印"))
    return told


def before_start(exam: Exam) -> dict[str, Any]:
    """For the start page."""
    return {"recorded": recorded_words(integrity_of(db_session(), exam.id))}


def integrity_page(exam: Exam, found: Sitting) -> dict[str, Any]:
    """For the exam page: what its script watches, and the time of the watermark."""
    session = db_session()
    integrity = integrity_of(session, exam.id)
    leavings = (
        leavings_of(session, found, since=found.limit_at) if integrity.records_leavings else 0
    )
    watched = {
        "leavings": integrity.records_leavings,
        "left": leavings,
        "mostLeavings": integrity.most_leavings,
        "longestLeaving": integrity.longest_leaving_seconds,
        "idle": integrity.idle_seconds,
        "clipboard": integrity.blocks_clipboard,
        "times": integrity.records_times,
        "handsIn": integrity.hands_in,
        "final": FINAL_SECONDS,
    }
    return {
        "watched": watched,
        "shows_watermark": integrity.shows_watermark,
        "watermark_at": show_clock(moment())[:5],
    }


def told_with_presence(found: Sitting, sent: list[Any]) -> dict[str, Any]:
    """What a page is told besides its time: messages to show, a passed limit, the time of day.

    `noted` names what it sent of itself, so that it need not send it again.
    """
    messages = [
        {"id": one.id, "text": one.text, "by": one.author_name, "at": show_clock(one.at)[:5]}
        for one in unseen_messages(db_session(), found.id)
    ]
    return {
        "messages": messages,
        "noted": [one["key"] for one in sent if isinstance(one, dict) and "key" in one],
        "limit": found.limit_kind.value if found.limit_kind and _is_final(found) else None,
        "clock": show_clock(moment())[:5],
    }


def _is_final(found: Sitting) -> bool:
    """Whether the deadline still is the early one; an invigilator may have given time since."""
    at = found.limit_at
    return at is not None and found.deadline <= early_deadline(found.deadline, now=at)


def result_panel(session: Session, _actor: Actor, sitting_id: int) -> str | None:
    """On the result: that it was handed in beyond a limit, or that a person made it void, and why.

    A person who is affected may ask for the reason, so it stands here without asking.
    """
    decision = session.get_one(Sitting, sitting_id).integrity_decision
    if decision is None:
        return None
    told = [one for one in happenings(session, sitting_id) if one.kind == VOIDED]
    return render_template(
        "exams/_integrity_result.html",
        is_pending=decision is IntegrityDecision.PENDING,
        is_void=decision is IntegrityDecision.VOIDED,
        void=told[0] if told else None,
    )
