"""What the pages of regrades and appeals take in: shape and syntax, each message at its field."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, TextAreaField
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    ValidationError,
)

from core.forms import BaseForm
from exams.definition import RULES_WITH_POINTS
from exams.forms import PointsField, WholeNumber
from question_bank.keys import RuleName, ScoringRule
from teams.forms import choices_of


class RuleFields(BaseForm):
    """A rule for part marks, and its points where it has any."""

    scoring_rule = SelectField(_l("给分规则"), validate_choice=False)
    scoring_points = PointsField(_l("固定分"))

    def chosen_rule(self) -> ScoringRule:
        """The rule that was chosen."""
        name = RuleName(self.scoring_rule.data)
        points = self.scoring_points.data
        if name not in RULES_WITH_POINTS or points is None:
            return ScoringRule(name)
        return ScoringRule(name, int(points))

    def validate_scoring_rule(self, field: SelectField) -> None:
        offered = {str(choice[0]) for choice in field.iter_choices()}
        if field.data and field.data not in offered:
            raise ValidationError(_l("选一种给分规则"))

    def validate_scoring_points(self, field: PointsField) -> None:
        named = self.scoring_rule.data in {rule.value for rule in RULES_WITH_POINTS}
        if named and field.data is None and not field.process_errors:
            raise ValidationError(_l("写上固定分是多少分"))


class RegradeRuleForm(RuleFields):
    """Another rule for a whole exam; empty: the one with which it was sat."""

    def offer(self, rules: Mapping[RuleName, Any]) -> None:
        """The rules that may be chosen."""
        self.scoring_rule.choices = [
            ("", _l("开考时的规则")),
            *((rule.value, words) for rule, words in rules.items()),
        ]

    def rule(self) -> ScoringRule | None:
        """The rule, or None for the one with which the exam was sat."""
        return self.chosen_rule() if self.scoring_rule.data else None


class RegradeQuestionForm(RuleFields):
    """What is corrected about a question; the right answer's own fields are read beside it."""

    kind = RadioField(_l("怎么更正"), validators=[DataRequired(_l("选一种更正"))])
    keeps_old = BooleanField(_l("原来的答案也算对"))
    points = PointsField(_l("新的分值"))

    def offer(self, kinds: Sequence[tuple[str, Any]], rules: Mapping[RuleName, Any]) -> None:
        """What may be chosen for this question."""
        self.kind.choices = list(kinds)
        self.scoring_rule.choices = [(rule.value, words) for rule, words in rules.items()]

    def validate_points(self, field: PointsField) -> None:
        if self.kind.data == "points" and field.data is None and not field.process_errors:
            raise ValidationError(_l("写上新的分值，例如 2 或 0.5"))

    def validate_scoring_rule(self, field: SelectField) -> None:
        if self.kind.data == "policy":
            super().validate_scoring_rule(field)
            if not field.data:
                raise ValidationError(_l("选一种给分规则"))

    def validate_scoring_points(self, field: PointsField) -> None:
        if self.kind.data == "policy":
            super().validate_scoring_points(field)


class AppealForm(BaseForm):
    """What a candidate objects to."""

    slot = SelectField(_l("对什么有疑问"), coerce=int)
    text = TextAreaField(
        _l("你的理由"),
        [
            DataRequired(_l("写上理由：你认为哪里不对，依据是什么")),
            Length(max=2000, message=_l("理由最多 2000 字")),
        ],
    )


class AppealAnswerForm(BaseForm):
    """The answer to one or several appeals."""

    outcome = RadioField(
        _l("结论"),
        choices=choices_of([("granted", _l("成立")), ("rejected", _l("不成立"))]),
        validators=[DataRequired(_l("选一个结论"))],
    )
    answer = TextAreaField(
        _l("答复"),
        [
            DataRequired(_l("写上答复。提出申诉的人会看到")),
            Length(max=2000, message=_l("答复最多 2000 字")),
        ],
    )


class AppealDaysForm(BaseForm):
    """For how many days results may be questioned."""

    days = WholeNumber(
        _l("申诉期（天）"),
        [
            InputRequired(_l("写上天数，0 表示不接受申诉")),
            NumberRange(min=0, max=90, message=_l("申诉期写 0 到 90 天")),
        ],
    )
