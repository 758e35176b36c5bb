"""What happened to one sitting, from all that was recorded of it, the latest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from core.pages import show_clock, show_moment, show_points
from exams.integrity import LATE, RELOADED
from exams.links import (
    ACCOMMODATED,
    APPEAL,
    AT_TERMINAL,
    CLOSED_FOR,
    CONFIRMED,
    EXTENDED,
    LATE_DECIDED,
    LIMIT,
    MARKED_BY_PERSON,
    PAPER,
    PAPER_ANSWERS,
    REGRADED,
    REOPENED,
    TAKEN_OVER,
    VOIDED,
)
from exams.models import Incident, IncidentKind, LateDecision, SittingState
from exams.queries.board import Happening, happenings
from exams.queries.incidents import (
    incidents_of,
    messages_to,
    notes_of,
    question_times,
    refused_incidents,
)
from exams.views.words import INCIDENTS

# (sign, words)
EVENTS = {
    PAPER: ("open", _l("开始考试")),
    TAKEN_OVER: ("warn", _l("换了一台设备接着答")),
    CLOSED_FOR: ("must", _l("监考人收卷")),
    PAPER_ANSWERS: ("must", _l("纸质考试，登记了答案")),
    MARKED_BY_PERSON: ("safe", _l("人工阅卷完成")),
    SittingState.SUBMITTED.value: ("safe", _l("交卷")),
    SittingState.EXPIRED.value: ("safe", _l("到时收卷")),
    CONFIRMED: ("must", _l("确认成绩算数")),
    VOIDED: ("stop", _l("违纪作废")),
}


@dataclass(frozen=True)
class ShownEvent:
    """One line of what happened."""

    at: str
    sign: str
    words: str
    by: str
    reason: str


def timeline(session: Session, sitting_id: int) -> list[ShownEvent]:
    """Events, incidents, notes and messages together."""
    lines: list[tuple[datetime, ShownEvent]] = [
        (one.at, _say(one)) for one in happenings(session, sitting_id)
    ]
    # What has an event of its own is not told twice.
    told = (IncidentKind.SECOND_DEVICE, IncidentKind.LIMIT)
    lines += [
        (one.received_at, _say_incident(one))
        for one in incidents_of(session, sitting_id)
        if one.kind not in told
    ]
    for at, count in refused_incidents(session, sitting_id):
        words = _("还有 %(n)s 条记录送来得太晚，没有收", n=count)
        lines.append((at, ShownEvent(show_moment(at), "warn", words, "", "")))
    for note in notes_of(session, [sitting_id]).get(sitting_id, []):
        words = _("备注：%(text)s", text=note.text)
        lines.append((note.at, ShownEvent(show_moment(note.at), "none", words, note.by, "")))
    for sent in messages_to(session, [sitting_id]).get(sitting_id, []):
        words = _("消息：%(text)s", text=sent.text)
        seen = (
            _("%(at)s 点了知道", at=show_clock(sent.seen_at)) if sent.seen_at else _("还没点知道")
        )
        lines.append((sent.at, ShownEvent(show_moment(sent.at), "must", words, sent.by, seen)))
    return [event for _at, event in sorted(lines, key=lambda line: line[0], reverse=True)]


def shown_times(session: Session, sitting_id: int) -> list[tuple[int, str]]:
    """Question and how long it was looked at."""
    return [
        (
            slot,
            _("%(minutes)s 分 %(seconds)s 秒", minutes=total // 60, seconds=total % 60)
            if total >= 60
            else _("%(n)s 秒", n=total),
        )
        for slot, total in question_times(session, sitting_id).items()
    ]


def _say_incident(one: Incident) -> ShownEvent:
    """A page's word on when it began; when the server heard of it stands in front."""
    words = str(INCIDENTS[one.kind])
    if one.details.get("how") == RELOADED:
        words = _("重新加载页面")
    if one.seconds is not None:
        words = _("%(what)s，%(n)s 秒", what=words, n=one.seconds)
    if "slot" in one.details:
        words = _("%(what)s，第 %(n)s 题", what=words, n=one.details["slot"])
    if one.kind is IncidentKind.ADDRESS:
        words = _(
            "%(what)s，%(old)s 改为 %(new)s",
            what=words,
            old=one.details["before"],
            new=one.details["after"],
        )
    elif LATE in one.details:
        at = show_clock(one.began_at)
        words = _("%(what)s。送达晚了，时间是设备说的：%(at)s 起", what=words, at=at)
    elif one.received_at != one.began_at:
        words = _("%(what)s。设备说从 %(at)s 起", what=words, at=show_clock(one.began_at))
    return ShownEvent(show_moment(one.received_at), "warn", words, "", "")


def _say(one: Happening) -> ShownEvent:
    sign, words = _sign_and_words(one)
    by = one.actor_name or ""
    return ShownEvent(show_moment(one.at), sign, words, by, one.reason or "")


def _sign_and_words(one: Happening) -> Sequence[str]:
    content = one.content if isinstance(one.content, dict) else {}
    if one.kind == EXTENDED:
        return "must", _("加时，共加 %(n)s 分", n=content.get("extra_minutes", 0))
    if one.kind == ACCOMMODATED:
        return "open", _("开考时加时 %(n)s 分", n=content.get("extra_minutes", 0))
    if one.kind == AT_TERMINAL:
        return "open", _("在考试终端“%(name)s”上答题", name=content.get("name", ""))
    if one.kind == REOPENED:
        return "must", _("重新打开 %(n)s 分", n=content.get("minutes", 0))
    if one.kind == REGRADED:
        return "must", _("成绩更正，%(score)s 分", score=show_points(content.get("score_tenths")))
    if one.kind == APPEAL:
        is_filed = content.get("act") == "filed"
        return ("open", _("考生提了申诉")) if is_filed else ("must", _("申诉答复了"))
    if one.kind == LATE_DECIDED:
        if content.get("score_tenths") is None:
            is_in = content.get("late") == LateDecision.ACCEPTED.value
            return "must", _("补交的答案算数，待阅卷") if is_in else _("补交的答案不算，待阅卷")
        score = show_points(content.get("score_tenths"))
        if content.get("late") == LateDecision.ACCEPTED.value:
            return "must", _("补交的答案算数，%(score)s 分", score=score)
        return "must", _("补交的答案不算，%(score)s 分", score=score)
    if one.kind == LIMIT:
        kinds = {kind.value: words for kind, words in INCIDENTS.items()}
        return "warn", _("超过限制（%(what)s），自动交卷", what=kinds[content["kind"]])
    if one.kind in (SittingState.SUBMITTED.value, SittingState.EXPIRED.value, MARKED_BY_PERSON):
        sign, words = EVENTS[one.kind]
        if content.get("score_tenths") is None:
            return sign, _("%(what)s，待阅卷", what=words)
        score = show_points(content.get("score_tenths"))
        return sign, _("%(what)s，%(score)s 分", what=words, score=score)
    sign, words = EVENTS.get(one.kind, ("open", one.kind))
    return sign, str(words)
