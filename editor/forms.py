"""What the editor's forms ask for."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from core.forms import BaseForm


class DraftForm(BaseForm):
    """The text of a law or a company rule."""

    file = FileField(
        _l("法规或制度的文件"), validators=[FileRequired(_l("选一个 .docx、.md 或 .txt 文件"))]
    )
