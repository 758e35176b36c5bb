"""Shape of what people type to get in."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from core.forms import BaseForm

TOO_LONG = _l("太长了，最多 %(max)d 个字符")
NUMBER = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
NEW = {"autocomplete": "new-password"}
CURRENT = {"autocomplete": "current-password"}


class SignInForm(BaseForm):
    employee_no = StringField(
        _l("工号"),
        [InputRequired(_l("写上工号")), Length(max=80, message=TOO_LONG)],
        render_kw=NUMBER,
    )
    password = PasswordField(
        _l("密码"),
        [InputRequired(_l("写上密码")), Length(max=500, message=TOO_LONG)],
        render_kw=CURRENT,
    )


class ActivateForm(BaseForm):
    employee_no = StringField(
        _l("工号"),
        [InputRequired(_l("写上工号")), Length(max=80, message=TOO_LONG)],
        render_kw=NUMBER,
    )
    code = StringField(
        _l("激活码"),
        [InputRequired(_l("写上激活码")), Length(max=80, message=TOO_LONG)],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "characters"}
        | {"spellcheck": "false"},
    )
    new_password = PasswordField(
        _l("新密码"),
        [InputRequired(_l("写上新密码")), Length(max=500, message=TOO_LONG)],
        render_kw=NEW,
    )


class ChangePasswordForm(BaseForm):
    current_password = PasswordField(
        _l("现在的密码"),
        [InputRequired(_l("写上现在的密码")), Length(max=500, message=TOO_LONG)],
        render_kw=CURRENT,
    )
    new_password = PasswordField(
        _l("新密码"),
        [InputRequired(_l("写上新密码")), Length(max=500, message=TOO_LONG)],
        render_kw=NEW,
    )
