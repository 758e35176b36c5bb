"""The form of an exam's definition, one section after another, and of its later amendment."""

from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from core.forms import BaseForm
from exams.admission import BadRange, normalise_code, parse_ranges
from exams.definition import RULES_WITH_POINTS, ExamDefinition
from exams.forms import Day, Hour, PointsField, ReasonForm, WholeNumber, moment_of
from exams.models import ExamKind, LateAnswers, Reveal
from question_bank.keys import RuleName


class WordsForm(BaseForm):
    """What an exam is called, and what candidates read before it."""

    title = StringField(_l("考试名称"), [InputRequired(_l("写上考试名称")), Length(max=120)])
    instructions = TextAreaField(
        _l("考试须知"), [Length(max=4000, message=_l("考试须知最多 4000 字"))]
    )


class EntryForm(BaseForm):
    """Who may come in, and when; all of it may be left empty."""

    entry_minutes = WholeNumber(_l("开考后几分钟不能再进场"), [Optional()])
    entry_until_on = Day(_l("最晚进场日期"), [Optional()])
    entry_until_time = Hour(_l("最晚进场时间"), [Optional()])
    least_minutes = WholeNumber(_l("开考几分钟后才能交卷"), [Optional()])
    waits_for_start = BooleanField(_l("监考人宣布开考后才能开始"))
    entry_code = StringField(_l("进场口令"))
    address_ranges = TextAreaField(_l("只能从这些网段打开"))

    def validate_entry_until_on(self, _field: Day) -> None:
        if self.entry_until_time.data is None:
            raise ValidationError(_l("最晚进场的日期和时间都要填，或都空着"))

    def validate_entry_until_time(self, _field: Hour) -> None:
        if self.entry_until_on.data is None:
            raise ValidationError(_l("最晚进场的日期和时间都要填，或都空着"))

    def validate_address_ranges(self, field: TextAreaField) -> None:
        try:
            parse_ranges(field.data or "")
        except BadRange as bad:
            raise ValidationError(
                _(
                    "第 %(line)s 行的“%(text)s”不是地址或网段。写成 10.2.0.0/16 或 10.2.3.4 这样",
                    line=bad.line,
                    text=bad.text,
                )
            ) from None

    def entry_values(self, zone: ZoneInfo) -> dict[str, Any]:
        """The fields of a valid form as the definition has them."""
        has_until = self.entry_until_on.data is not None
        return {
            "entry_minutes": self.entry_minutes.data,
            "entry_until": (
                moment_of(self.entry_until_on, self.entry_until_time, zone) if has_until else None
            ),
            "least_minutes": self.least_minutes.data or 0,
            "waits_for_start": bool(self.waits_for_start.data),
            "entry_code": normalise_code(self.entry_code.data or "") or None,
            "address_ranges": parse_ranges(self.address_ranges.data or ""),
        }


class OutcomeForm(BaseForm):
    """Tries, what follows from them, answers that come late, and what is shown when."""

    tries = WholeNumber(_l("最多考几次"), [InputRequired(_l("写上次数"))])
    wait_hours = WholeNumber(_l("两次之间隔几小时"), [Optional()])
    proposes_standby = BooleanField(_l("最后一次补考没合格，提出待岗"))
    delivery_minutes = WholeNumber(_l("断线的人到时后几分钟内可以补交"), [Optional()])
    late_answers = SelectField(_l("补交的答案"), default=LateAnswers.CONFIRM.value)
    result_reveal = SelectField(_l("总分和结论"), default=Reveal.AFTER_SUBMISSION.value)
    marks_reveal = SelectField(_l("各题型得分"), default=Reveal.AFTER_SUBMISSION.value)
    reveal = SelectField(_l("正确答案"))
    explanations_reveal = SelectField(_l("解析和条款"), default=Reveal.AFTER_WINDOW.value)

    def outcome_values(self) -> dict[str, Any]:
        """The fields of a valid form as the definition has them."""
        return {
            "tries": self.tries.data or 0,
            "wait_hours": self.wait_hours.data or 0,
            "proposes_standby": bool(self.proposes_standby.data),
            "delivery_minutes": self.delivery_minutes.data or 0,
            "late_answers": LateAnswers(self.late_answers.data),
            "result_reveal": Reveal(self.result_reveal.data),
            "marks_reveal": Reveal(self.marks_reveal.data),
            "reveal": Reveal(self.reveal.data),
            "explanations_reveal": Reveal(self.explanations_reveal.data),
        }


class DefinitionForm(WordsForm, EntryForm, OutcomeForm):
    """Everything that an examiner states of a draft."""

    kind = RadioField(_l("用来"), default=ExamKind.FINAL.value)
    opens_on = Day(_l("开始日期"), [InputRequired(_l("写上开始日期"))])
    opens_time = Hour(_l("开始时间"), [InputRequired(_l("写上开始时间"))])
    closes_on = Day(_l("结束日期"), [InputRequired(_l("写上结束日期"))])
    closes_time = Hour(_l("结束时间"), [InputRequired(_l("写上结束时间"))])
    minutes = WholeNumber(_l("时长（分钟）"), [InputRequired(_l("写上时长"))])
    pass_mark = PointsField(_l("及格线（分）"), [InputRequired(_l("写上及格线"))])
    shuffles_questions = BooleanField(_l("每人题目顺序不同"))
    shuffles_options = BooleanField(_l("每人选项顺序不同"))
    scoring_rule = SelectField(_l("多选题怎么给分"))
    scoring_value = PointsField(_l("固定给几分"), [Optional()])

    def definition(self, zone: ZoneInfo) -> ExamDefinition:
        """The fields of a valid form, times taken as the enterprise's."""
        return ExamDefinition(
            title=self.title.data or "",
            instructions=self.instructions.data or "",
            kind=ExamKind(self.kind.data),
            opens_at=moment_of(self.opens_on, self.opens_time, zone),
            closes_at=moment_of(self.closes_on, self.closes_time, zone),
            minutes=self.minutes.data or 0,
            pass_mark_tenths=self.pass_mark.tenths or 0,
            shuffles_questions=self.shuffles_questions.data,
            shuffles_options=self.shuffles_options.data,
            scoring_rule=RuleName(self.scoring_rule.data),
            scoring_value_tenths=self.scoring_value.tenths if self.has_points_rule else None,
            **self.entry_values(zone),
            **self.outcome_values(),
        )

    @property
    def has_points_rule(self) -> bool:
        """Whether the chosen rule speaks of a number of points."""
        return self.scoring_rule.data in {rule.value for rule in RULES_WITH_POINTS}


class AmendmentForm(WordsForm, EntryForm, OutcomeForm, ReasonForm):
    """What may be amended once an exam is published, with the reason."""

    pass_mark = PointsField(_l("及格线（分）"), [InputRequired(_l("写上及格线"))])

    def amended(self, definition: ExamDefinition, zone: ZoneInfo) -> dict[str, Any]:
        """The fields of a valid form as the definition has them, the pass mark included."""
        return {
            "title": self.title.data or "",
            "instructions": self.instructions.data or "",
            "pass_mark_tenths": self.pass_mark.tenths or definition.pass_mark_tenths,
            **self.entry_values(zone),
            **self.outcome_values(),
        }


def fields_of(definition: ExamDefinition, zone: ZoneInfo) -> dict[str, Any]:
    """A definition as these forms show it."""
    opens, closes = definition.opens_at.astimezone(zone), definition.closes_at.astimezone(zone)
    until = definition.entry_until.astimezone(zone) if definition.entry_until else None
    return {
        "title": definition.title,
        "instructions": definition.instructions,
        "kind": definition.kind.value,
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
        "entry_minutes": definition.entry_minutes,
        "entry_until_on": until.date() if until else None,
        "entry_until_time": until.time() if until else None,
        "least_minutes": definition.least_minutes,
        "waits_for_start": definition.waits_for_start,
        "entry_code": definition.entry_code,
        "address_ranges": "\n".join(definition.address_ranges),
        "wait_hours": definition.wait_hours,
        "proposes_standby": definition.proposes_standby,
        "delivery_minutes": definition.delivery_minutes,
        "late_answers": definition.late_answers.value,
        "result_reveal": definition.result_reveal.value,
        "marks_reveal": definition.marks_reveal.value,
        "reveal": definition.reveal.value,
        "explanations_reveal": definition.explanations_reveal.value,
    }
