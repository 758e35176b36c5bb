"""Forms of the bank: importing questions from a foreign file."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField, StringField

from core.forms import BaseForm
from question_bank.formats.registry import FORMATS

GUESS = ""


class FormatForm(BaseForm):
    """How a file is to be read."""

    format = SelectField(_l("格式"), default=GUESS)
    colour_is_key = BooleanField(_l("Word：没写答案时，红字或粗体的选项就是答案"))
    merged_is_case = BooleanField(_l("Excel：合并的题干是案例，旁边各行是它的小题"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        named = [(name, about.label) for name, about in FORMATS.items()]
        self.format.choices = [(GUESS, _l("看文件决定")), *named]


class ImportForm(FormatForm):
    """A file with questions to preview."""

    file = FileField(_l("题目文件"), validators=[FileRequired(_l("选一个文件"))])


class SeenForm(BaseForm):
    """Which preview was seen."""

    seen_hash = StringField()
