"""What is typed at a shared terminal and to set one up, and for whom card codes are made."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from core.forms import BaseForm
from exams.forms import Day

# Nothing that a browser would offer to the next person.
FORGET = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
TOO_LONG = _l("太长了，最多 %(max)d 个字符")


class CardForm(BaseForm):
    """An employee number and a card code."""

    employee_no = StringField(
        _l("工号"),
        [DataRequired(_l("写上工号")), Length(max=80, message=TOO_LONG)],
        render_kw=FORGET | {"inputmode": "numeric"},
    )
    code = StringField(
        _l("卡码"),
        [DataRequired(_l("写上卡码，班组长给的 6 位数字")), Length(max=20, message=TOO_LONG)],
        render_kw=FORGET | {"inputmode": "numeric"},
    )


class TerminalForm(BaseForm):
    """What a terminal is called and where it stands."""

    name = StringField(
        _l("终端名称"),
        [DataRequired(_l("写上终端名称")), Length(max=40, message=TOO_LONG)],
        render_kw={"autocomplete": "off"},
    )
    place = StringField(
        _l("放在哪里"),
        [Length(max=80, message=TOO_LONG)],
        render_kw={"autocomplete": "off"},
    )


class CardsForm(BaseForm):
    """For which exam card codes are made, or for which day; 0 is every exam of the day."""

    exam_id = SelectField(_l("用来考什么"), coerce=int, default=0)
    on = Day(_l("哪一天用"), [InputRequired(_l("写上日期，如 2026-11-20"))])
