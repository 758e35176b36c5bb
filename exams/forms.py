"""What the examiner's pages take in: shape and syntax, with every message at its field."""

from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
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
    Optional,
    StopValidation,
)
from wtforms.widgets import NumberInput, TextInput

from core.forms import BaseForm
from exams.blueprint import MOST_ROWS
from exams.definition import RULES_WITH_POINTS, ExamDefinition
from exams.models import Reveal
from exams.queries.audience import AudienceChoice
from question_bank.keys import RuleName

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


def required(message: Any) -> InputRequired:
    return InputRequired(message=message)


class DefinitionForm(BaseForm):
    """Title, window, minutes, pass mark and the rules of an exam."""

    title = StringField(_l("考试名称"), [required(_l("写上考试名称")), Length(max=120)])
    instructions = TextAreaField(
        _l("考试须知"), [Length(max=4000, message=_l("考试须知最多 4000 字"))]
    )
    opens_on = Day(_l("开始日期"), [required(_l("写上开始日期"))])
    opens_time = Hour(_l("开始时间"), [required(_l("写上开始时间"))])
    closes_on = Day(_l("结束日期"), [required(_l("写上结束日期"))])
    closes_time = Hour(_l("结束时间"), [required(_l("写上结束时间"))])
    minutes = WholeNumber(_l("时长（分钟）"), [required(_l("写上时长"))])
    pass_mark = PointsField(_l("及格线（分）"), [required(_l("写上及格线"))])
    tries = WholeNumber(_l("最多考几次"), [required(_l("写上次数"))])
    shuffles_questions = BooleanField(_l("每人题目顺序不同"))
    shuffles_options = BooleanField(_l("每人选项顺序不同"))
    scoring_rule = SelectField(_l("多选题怎么给分"))
    scoring_value = PointsField(_l("固定给几分"), [Optional()])
    reveal = SelectField(_l("答案什么时候公布"))

    def definition(self, zone: ZoneInfo) -> ExamDefinition:
        """The fields of a valid form, times taken as the enterprise's."""
        return ExamDefinition(
            title=self.title.data or "",
            instructions=self.instructions.data or "",
            opens_at=_moment(self.opens_on, self.opens_time, zone),
            closes_at=_moment(self.closes_on, self.closes_time, zone),
            minutes=self.minutes.data or 0,
            pass_mark_tenths=tenths_of(self.pass_mark) or 0,
            tries=self.tries.data or 0,
            shuffles_questions=self.shuffles_questions.data,
            shuffles_options=self.shuffles_options.data,
            scoring_rule=RuleName(self.scoring_rule.data),
            scoring_value_tenths=tenths_of(self.scoring_value) if self.has_points_rule else None,
            reveal=Reveal(self.reveal.data),
        )

    @property
    def has_points_rule(self) -> bool:
        """Whether the chosen rule speaks of a number of points."""
        return self.scoring_rule.data in {rule.value for rule in RULES_WITH_POINTS}

    @classmethod
    def fields_of(cls, definition: ExamDefinition, zone: ZoneInfo) -> dict[str, Any]:
        """A definition as the form shows it."""
        opens, closes = definition.opens_at.astimezone(zone), definition.closes_at.astimezone(zone)
        return {
            "title": definition.title,
            "instructions": definition.instructions,
            "opens_on": opens.date(),
            "opens_time": opens.time(),
            "closes_on": closes.date(),
            "closes_time": closes.time(),
            "minutes": definition.minutes,
            "pass_mark": definition.pass_mark_tenths,
            "tries": definition.tries,
            "shuffles_questions": definition.shuffles_questions,
            "shuffles_options": definition.shuffles_options,
            "scoring_rule": definition.scoring_rule.value,
            "scoring_value": definition.scoring_value_tenths,
            "reveal": definition.reveal.value,
        }


class AudienceRowForm(Form):
    """One row of the audience: a team and everything below it, and perhaps a post within."""

    team = SelectField(_l("班组"))
    post = SelectField(_l("岗位"))

    def choice(self) -> AudienceChoice:
        """The fields of a valid row."""
        return AudienceChoice(int(self.team.data), int(self.post.data) if self.post.data else None)


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

    closes_on = Day(_l("结束日期"), [required(_l("写上结束日期"))])
    closes_time = Hour(_l("结束时间"), [required(_l("写上结束时间"))])

    def closes_at(self, zone: ZoneInfo) -> datetime:
        """The close of a valid form."""
        return _moment(self.closes_on, self.closes_time, zone)


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


def _moment(day: DateField, hour: TimeField, zone: ZoneInfo) -> datetime:
    assert day.data is not None, "the form is valid"
    assert hour.data is not None, "the form is valid"
    local = datetime.combine(day.data, hour.data, tzinfo=zone)
    return local.astimezone(timezone.utc)


def tenths_of(field: PointsField) -> int | None:
    return int(field.data) if field.data is not None else None
