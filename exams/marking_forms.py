"""What the pages of marking take in."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from core.forms import BaseForm
from exams.forms import OnlyIfRead, PointsField, WholeNumber
from exams.hand_marking import LONGEST_REMARK
from exams.operations.markers import MarkingSettings
from teams.forms import choices_of

MARKER = "marker"
ADJUDICATOR = "adjudicator"


class ScoreField(PointsField):
    """The same of a score, which may be nothing; None where nothing was typed."""

    least, refusal = 0, _l("分数从 0 起，最多一位小数，例如 2 或 0.5")


class MarkForm(BaseForm):
    """Points ticked, a score of one's own, a remark, and whether equal answers get the same."""

    points = SelectMultipleField(
        _l("采分点"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    score = ScoreField(_l("给几分"))
    remark = StringField(
        _l("评语"),
        [Length(max=LONGEST_REMARK, message=_l("评语最多 500 字"))],
    )
    together = BooleanField(_l("同样的一起给分"))


class MarkingSettingsForm(BaseForm):
    """How an exam is marked by people."""

    marker_count = RadioField(
        _l("每份答案几个人阅"),
        choices=choices_of([("1", _l("一个人")), ("2", _l("两个人各阅一遍，互相看不到"))]),
    )
    max_difference_percent = WholeNumber(
        _l("两人最多差这道题的百分之几"),
        [
            InputRequired(_l("写上百分之几")),
            OnlyIfRead(),
            NumberRange(0, 100, message=_l("填 0 到 100")),
        ],
    )
    separates_markers = BooleanField(_l("考教分离：出题、出卷的人不阅卷"))
    releases_together = BooleanField(_l("成绩由考试员一起发布"))

    def settings(self) -> MarkingSettings:
        """The fields of a valid form."""
        return MarkingSettings(
            marker_count=int(self.marker_count.data),
            max_difference_percent=self.max_difference_percent.data or 0,
            separates_markers=self.separates_markers.data,
            releases_together=self.releases_together.data,
        )

    @classmethod
    def fields_of(cls, settings: MarkingSettings) -> dict[str, Any]:
        """Settings as the form shows them."""
        return {
            "marker_count": str(settings.marker_count),
            "max_difference_percent": settings.max_difference_percent,
            "separates_markers": settings.separates_markers,
            "releases_together": settings.releases_together,
        }


class AppointForm(BaseForm):
    """Whom to appoint, as what."""

    user_id = SelectField(_l("谁"), coerce=int)
    duty = RadioField(
        _l("做什么"),
        choices=choices_of([(MARKER, _l("阅卷")), (ADJUDICATOR, _l("裁定：两人差得多时由他定"))]),
        default=MARKER,
    )

    def validate_user_id(self, field: SelectField) -> None:
        if not field.choices:
            raise ValidationError(_l("没有可以选的人"))


class DismissForm(BaseForm):
    """Whose appointment ends."""

    user_id = IntegerField(validators=[InputRequired()])
