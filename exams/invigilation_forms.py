"""What the pages around watching an exam take in: its switches, notes, messages, room incidents."""

from datetime import date, datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from core.forms import BaseForm
from exams.forms import Hour, OnlyIfRead, ReasonForm, WholeNumber
from exams.integrity import CONFIG_KEY, MOST_KEYS, Integrity

MOST_LEAVINGS = 100
SHORTEST_LEAVING, LONGEST_LEAVING = 3, 3600
SHORTEST_IDLE, LONGEST_IDLE = 60, 3600


def _within(lowest: int, highest: int, message: Any) -> list[Any]:
    return [Optional(), OnlyIfRead(), NumberRange(lowest, highest, message=message)]


class IntegrityForm(BaseForm):
    """What an exam records and asks of browsers."""

    records_leavings = BooleanField(_l("记录离开页面"))
    most_leavings = WholeNumber(
        _l("最多离开几次"), _within(0, MOST_LEAVINGS, _l("次数填 0 到 100，不限就空着"))
    )
    longest_leaving_seconds = WholeNumber(
        _l("一次最多几秒"),
        _within(SHORTEST_LEAVING, LONGEST_LEAVING, _l("秒数填 3 到 3600，不限就空着")),
    )
    idle_seconds = WholeNumber(
        _l("多少秒没有动作要记录"),
        _within(SHORTEST_IDLE, LONGEST_IDLE, _l("秒数填 60 到 3600，不记录就空着")),
    )
    hands_in = BooleanField(_l("超过限制自动交卷"))
    blocks_clipboard = BooleanField(_l("不让复制、剪切、粘贴"))
    records_addresses = BooleanField(_l("记录网络地址变了"))
    records_times = BooleanField(_l("记录每题看了多久"))
    shows_watermark = BooleanField(_l("页面加姓名、工号、时间的水印"))
    requires_safe_browser = BooleanField(_l("只能用 Safe Exam Browser 考"))
    safe_browser_keys = TextAreaField(_l("配置密钥，一行一个"), [Length(max=4000)])
    reason = StringField(_l("为什么改（可以不写）"), [Length(max=500)])

    def validate_safe_browser_keys(self, field: TextAreaField) -> None:
        """Each line is one key of 64 hexadecimal digits."""
        lines = _lines(field.data)
        for number, line in enumerate(lines, start=1):
            if not CONFIG_KEY.fullmatch(line):
                raise ValidationError(
                    _l(
                        "第 %(n)s 行不是配置密钥：应是 64 位，只有 0—9 和 a—f。"
                        "从 SEB 配置工具的“考试”页复制",
                        n=number,
                    )
                )
        if len(lines) > MOST_KEYS:
            raise ValidationError(_l("配置密钥最多 20 个"))

    def integrity(self) -> Integrity:
        """The fields of a valid form."""
        return Integrity(
            records_leavings=self.records_leavings.data,
            most_leavings=self.most_leavings.data,
            longest_leaving_seconds=self.longest_leaving_seconds.data,
            idle_seconds=self.idle_seconds.data,
            hands_in=self.hands_in.data,
            blocks_clipboard=self.blocks_clipboard.data,
            records_addresses=self.records_addresses.data,
            records_times=self.records_times.data,
            shows_watermark=self.shows_watermark.data,
            requires_safe_browser=self.requires_safe_browser.data,
            safe_browser_keys=tuple(dict.fromkeys(_lines(self.safe_browser_keys.data))),
        )


class FreePersonForm(ReasonForm):
    """Who may use any browser, and why."""

    employee_no = StringField(_l("工号"), [DataRequired(_l("写上工号")), Length(max=40)])


class NoteForm(BaseForm):
    """Something to write down."""

    text = TextAreaField(
        _l("写什么"), [DataRequired(_l("写上内容")), Length(max=500, message=_l("最多 500 字"))]
    )


class MessageForm(BaseForm):
    """Something to say to candidates."""

    text = TextAreaField(
        _l("说什么"), [DataRequired(_l("写上内容")), Length(max=200, message=_l("最多 200 字"))]
    )


class RoomIncidentForm(NoteForm):
    """What happened to the whole room, today at some time."""

    happened_time = Hour(_l("什么时候"), [InputRequired(_l("写上时间"))])

    def happened_at(self, zone: ZoneInfo, day: date) -> datetime:
        """The moment of a valid form."""
        assert self.happened_time.data is not None, "the form is valid"
        local = datetime.combine(day, self.happened_time.data, tzinfo=zone)
        return local.astimezone(timezone.utc)


def _lines(text: str | None) -> list[str]:
    return [line.strip().lower() for line in (text or "").splitlines() if line.strip()]
