"""What the examiner's pages take in: shape and syntax, with every message at its field."""

from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    StopValidation,
)
from wtforms.widgets import NumberInput, TextInput

from core.forms import BaseForm
from core.identity import Role
from exams.blueprint import MOST_ROWS
from exams.queries.audience import AudienceChoice

MOST_POINTS = 1000
MOST_EXTRA_MINUTES = 240


class Day(DateField):
    """A day from a date input, or typed as 2026-11-20."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("日期写成 2026-11-20 这样")) from None


class Hour(TimeField):
    """A time of the day from a time input, or typed as 08:30."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("时间写成 08:30 这样")) from None


class WholeNumber(IntegerField):
    """A whole number; what was typed stays when it is none."""

    widget = NumberInput(step=1)

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("填整数")) from None


class PointsField(StringField):
    """Points with at most one decimal, as tenths."""

    widget = TextInput()
    least, refusal = 1, _l("分数大于 0，最多一位小数，例如 2 或 0.5")

    @property
    def tenths(self) -> int | None:
        """What a valid field holds."""
        return int(self.data) if self.data is not None else None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        whole, rest = divmod(int(self.data), 10)
        return f"{whole}.{rest}" if rest else str(whole)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        try:
            tenths = Decimal(text) * 10
            is_whole = tenths == tenths.to_integral_value()
        except InvalidOperation:
            raise ValueError(_l("分数填数字，例如 2 或 0.5")) from None
        if not is_whole or not self.least <= tenths <= MOST_POINTS * 10:
            raise ValueError(self.refusal)
        self.data = int(tenths)  # type: ignore[assignment]  # a typed text field holding tenths


class OnlyIfRead:
    """Stop at what could not be read at all: one mistake, one message."""

    def __call__(self, _form: Any, field: Any) -> None:
        if field.process_errors:
            raise StopValidation


def required(message: Any) -> InputRequired:
    return InputRequired(message=message)


class AudienceRowForm(Form):
    """One row of the audience: a team and everything below it, perhaps a post or a role within."""

    team = SelectField(_l("班组"))
    post = SelectField(_l("岗位"))
    role = SelectField(_l("角色"), default="")

    def choice(self) -> AudienceChoice:
        """The fields of a valid row."""
        return AudienceChoice(
            int(self.team.data),
            int(self.post.data) if self.post.data else None,
            Role(self.role.data) if self.role.data else None,
        )


class AudienceForm(BaseForm):
    """The rows of the audience; the reason is asked for only after publication."""

    rows = FieldList(FormField(AudienceRowForm), max_entries=MOST_ROWS)
    reason = StringField(_l("为什么加人"), [Length(max=500)])


class ReasonForm(BaseForm):
    """An act that needs a reason and nothing else."""

    reason = TextAreaField(
        _l("原因"), [DataRequired(_l("写上原因")), Length(max=500, message=_l("原因最多 500 字"))]
    )


class ReplacementForm(ReasonForm):
    """Which question takes the place of another, and why."""

    question = RadioField(_l("换成哪一题"), [InputRequired(_l("选一题"))], validate_choice=False)


class WindowForm(ReasonForm):
    """A later close."""

    closes_on = Day(_l("结束日期"), [required(_l("写上结束日期"))])
    closes_time = Hour(_l("结束时间"), [required(_l("写上结束时间"))])

    def closes_at(self, zone: ZoneInfo) -> datetime:
        """The close of a valid form."""
        return moment_of(self.closes_on, self.closes_time, zone)


class MinutesForm(ReasonForm):
    """More minutes for everybody."""

    minutes = WholeNumber(_l("时长（分钟）"), [required(_l("写上时长"))])


class MoreMinutesForm(ReasonForm):
    """Minutes for people who sit: more of them, or a new end from now on."""

    minutes = WholeNumber(
        _l("几分钟"),
        [
            required(_l("写上几分钟")),
            OnlyIfRead(),
            NumberRange(1, MOST_EXTRA_MINUTES, message=_l("分钟填 1 到 240")),
        ],
    )


class ExemptionForm(ReasonForm):
    """Whom to exempt."""

    user_id = SelectField(_l("谁免考"), coerce=int)


def moment_of(day: DateField, hour: TimeField, zone: ZoneInfo) -> datetime:
    """The moment that two valid fields name by the enterprise's clock."""
    assert day.data is not None, "the form is valid"
    assert hour.data is not None, "the form is valid"
    local = datetime.combine(day.data, hour.data, tzinfo=zone)
    return local.astimezone(timezone.utc)
