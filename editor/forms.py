"""The forms of the editor's pages."""

import re

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from core.forms import BaseForm
from learning.front_matter import MODULE_KEY
from learning.models import ModuleKind

KEY_FORM = Regexp(
    re.compile(f"(?:{MODULE_KEY.pattern})$"),
    message=_l("小写字母开头，只用小写字母、数字和连字符，例如 sop-dh"),
)


class NewModuleForm(BaseForm):
    """What a new module begins with; a key left empty is made from the title."""

    kind = SelectField(_l("类别"))
    title = StringField(_l("标题"), [InputRequired(_l("写上标题")), Length(max=200)])
    key = StringField(_l("标识"), [Optional(), KEY_FORM])
    owner = StringField(_l("负责人"), [Length(max=100)])
    effective_on = DateField(_l("生效日期"), [InputRequired(_l("写上生效日期，例如 2026-01-01"))])
    source_name = StringField(_l("来源的名称"), [Length(max=200)])
    source_number = StringField(_l("来源的文号"), [Length(max=100)])

    def validate_source_name(self, field: StringField) -> None:
        """A regulation or a procedure rests on something; an accident case may stand alone."""
        if self.kind.data != ModuleKind.ACCIDENT_CASE.value and not field.data:
            raise ValidationError(_l("法规和操作规程要写来源，例如法规或厂规的全称"))


class SendBackForm(BaseForm):
    """What the reviewer wants mended."""

    note = TextAreaField(_l("要改什么"), [InputRequired(_l("写一句要改什么")), Length(max=2000)])


class PublishForm(BaseForm):
    """The reviewer's word for publication; many removals are confirmed apart."""

    note = TextAreaField(_l("说明（可不写）"), [Length(max=2000)])
    confirm_removals = BooleanField(_l("停用的题我看过了，照做"))


class DraftForm(BaseForm):
    """The text of a law or a company rule."""

    file = FileField(
        _l("法规或制度的文件"), validators=[FileRequired(_l("选一个 .docx、.md 或 .txt 文件"))]
    )


class DraftedForm(BaseForm):
    """What the module made of a draft is called."""

    key = StringField(_l("标识"), [InputRequired(_l("写上标识")), KEY_FORM])
