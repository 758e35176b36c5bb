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
    ValidationError,
)
from wtforms.widgets import NumberInput, TextInput

from core.forms import BaseForm
from core.identity import Role
from exams.blueprint import MOST_QUESTIONS, MOST_ROWS, RowSpec
from exams.queries.audience import AudienceChoice
from question_bank.keys import QuestionType

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
        if not is_whole or not 0 < tenths <= MOST_POINTS * 10:
            raise ValueError(_l("分数大于 0，最多一位小数，例如 2 或 0.5"))
        self.data = int(tenths)  # type: ignore[assignment]  # a typed text field holding tenths


class OnlyIfRead:
    """Stop at what could not be read at all: one mistake, one message."""

    def __call__(self, _form: Any, field: Any) -> None:
        if field.process_errors:
            raise StopValidation


def _required(message: Any) -> InputRequired:
    return InputRequired(message=message)


class RowForm(Form):
    """One row of the blueprint. `source` is "", "m:<module key>" or "t:<tag>"."""

    source = SelectField(_l("从哪里抽"))
    type = SelectField(_l("题型"))
    difficulty_min = SelectField(_l("难度从"), coerce=int)
    difficulty_max = SelectField(_l("到"), coerce=int)
    count = WholeNumber(
        _l("题数"),
        [
            _required(_l("写上题数")),
            OnlyIfRead(),
            NumberRange(1, MOST_QUESTIONS, message=_l("题数填 1 到 500")),
        ],
    )
    points = PointsField(_l("每题几分"), [_required(_l("写上每题几分"))])

    def validate_difficulty_max(self, field: SelectField) -> None:
        if self.difficulty_min.data is not None and field.data < self.difficulty_min.data:
            raise ValidationError(_l("难度从低到高选"))

    def spec(self) -> RowSpec:
        """The fields of a valid row."""
        kind, _, value = str(self.source.data).partition(":")
        return RowSpec(
            module_key=value if kind == "m" else None,
            tag=value if kind == "t" else None,
            type=QuestionType(self.type.data) if self.type.data else None,
            difficulty_min=self.difficulty_min.data,
            difficulty_max=self.difficulty_max.data,
            count=self.count.data or 0,
            points_tenths=self.points.tenths or 0,
        )

    @classmethod
    def fields_of(cls, spec: RowSpec) -> dict[str, Any]:
        """A row as the form shows it."""
        source = f"m:{spec.module_key}" if spec.module_key else f"t:{spec.tag}" if spec.tag else ""
        return {
            "source": source,
            "type": spec.type.value if spec.type else "",
            "difficulty_min": spec.difficulty_min,
            "difficulty_max": spec.difficulty_max,
            "count": spec.count,
            "points": spec.points_tenths,
        }


class BlueprintForm(BaseForm):
    """All rows of a blueprint on one page."""

    rows = FieldList(FormField(RowForm), max_entries=MOST_ROWS)


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


class WindowForm(ReasonForm):
    """A later close."""

    closes_on = Day(_l("结束日期"), [_required(_l("写上结束日期"))])
    closes_time = Hour(_l("结束时间"), [_required(_l("写上结束时间"))])

    def closes_at(self, zone: ZoneInfo) -> datetime:
        """The close of a valid form."""
        return moment_of(self.closes_on, self.closes_time, zone)


class MinutesForm(ReasonForm):
    """More minutes for everybody."""

    minutes = WholeNumber(_l("时长（分钟）"), [_required(_l("写上时长"))])


class MoreMinutesForm(ReasonForm):
    """Minutes for people who sit: more of them, or a new end from now on."""

    minutes = WholeNumber(
        _l("几分钟"),
        [
            _required(_l("写上几分钟")),
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
