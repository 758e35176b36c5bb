"""What the pages of an exam on paper take in."""

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField, StringField
from wtforms.validators import DataRequired, NumberRange

from core.forms import BaseForm
from exams.forms import Day, Hour
from exams.on_paper.planning import Hours
from exams.operations.on_paper import MOST_FORMS


class FormsForm(BaseForm):
    """How many forms to draw."""

    count = IntegerField(
        _l("几套"), [NumberRange(1, MOST_FORMS, message=_l("套数填 1 到 8"))], default=2
    )


class AnswersForm(BaseForm):
    """A filled table, and when the paper exam was."""

    file = FileField(_l("填好的登记表"), [FileRequired(_l("选一个 .xlsx 文件"))])
    held_on = Day(_l("考试日期"), [DataRequired(_l("写上考试日期"))])
    starts = Hour(_l("开考时间"), [DataRequired(_l("写上开考时间"))])
    ends = Hour(_l("收卷时间"), [DataRequired(_l("写上收卷时间"))])

    def hours(self, zone: ZoneInfo) -> Hours:
        """When the paper exam began and ended, of a valid form."""
        return Hours(
            _moment(self.held_on, self.starts, zone), _moment(self.held_on, self.ends, zone)
        )


def _moment(day: Day, hour: Hour, zone: ZoneInfo) -> datetime:
    assert day.data is not None, "the form is valid"
    assert hour.data is not None, "the form is valid"
    return datetime.combine(day.data, hour.data, tzinfo=zone).astimezone(timezone.utc)


class ConfirmForm(BaseForm):
    """Which file's preview was seen."""

    file_hash = StringField(validators=[DataRequired()])
