"""Shape and syntax of what is typed about teams, people, roles and rosters."""

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (  # type: ignore[attr-defined]  # SelectChoice is newer than the stubs
    BooleanField,
    DateField,
    Form,
    IntegerField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Field as AnyField
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from accounts.models import EMPLOYMENT_WORDS, EmploymentKind
from core.forms import BaseForm
from teams.models import TeamKind
from teams.roster import cells
from teams.roster.findings import BadCell
from teams.rules import GRANTABLE
from teams.words import KIND_WORDS, ROLE_WORDS


def reads(read: Callable[[Any], Any]) -> Callable[[Form, AnyField], None]:
    """The same check as a roster's cell gets; the field keeps what was read."""

    def check(_form: Form, field: AnyField) -> None:
        if field.data in (None, ""):
            return
        try:
            field.data = read(field.data)
        except BadCell as bad:
            raise ValidationError(_(bad.msgid, **bad.values)) from None

    return check


def choices_of(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """Values and labels as a select field wants them."""
    return [SelectChoice(value, label) for value, label in pairs]


def needed(message: Any) -> InputRequired:
    return InputRequired(message)


DAY_NEEDED = _l("写上日期，如 2026-03-01")


class TeamForm(BaseForm):
    """A team's name and kind."""

    name = StringField(
        _l("名称"),
        validators=[needed(_l("写上名称")), Length(max=120, message=_l("最多 120 个字"))],
    )
    kind = SelectField(
        _l("类型"),
        choices=choices_of(
            (kind.value, _l(word))
            for kind, word in KIND_WORDS.items()
            if kind is not TeamKind.ENTERPRISE
        ),
        default=TeamKind.TEAM.value,
    )


class NameForm(BaseForm):
    """Another name for a team or a post."""

    name = StringField(
        _l("名称"), validators=[needed(_l("写上名称")), Length(max=80, message=_l("最多 80 个字"))]
    )


class MoveForm(BaseForm):
    """Under which team a team hangs."""

    parent_id = SelectField(_l("移到谁下面"), coerce=int, validators=[needed(_l("选一个上级"))])


class SetUpForm(BaseForm):
    """The enterprise's name and its first teams, one path a line."""

    name = StringField(
        _l("企业名称"),
        validators=[needed(_l("写上企业名称")), Length(max=120, message=_l("最多 120 个字"))],
    )
    teams = TextAreaField(_l("分厂、车间、班组"), validators=[Optional(), Length(max=20000)])


class PersonForm(BaseForm):
    """What is kept about a person."""

    employee_no = StringField(
        _l("工号"), validators=[needed(_l("写上工号")), reads(cells.employee_no)]
    )
    name = StringField(_l("姓名"), validators=[needed(_l("写上姓名")), reads(cells.name)])
    sounds = StringField(_l("姓名拼音"), validators=[Optional(), Length(max=110)])
    kind = SelectField(
        _l("用工形式"),
        choices=choices_of((kind.value, _l(word)) for kind, word in EMPLOYMENT_WORDS.items()),
        default=EmploymentKind.EMPLOYEE.value,
    )
    employer = StringField(_l("派遣单位或承包商"), validators=[Optional(), reads(cells.employer)])
    phone = StringField(_l("手机号"), validators=[Optional(), reads(cells.phone)])
    id_number = StringField(_l("身份证号"), validators=[Optional()])
    hired_on = DateField(_l("入职日期"), validators=[Optional()])


class PlaceForm(BaseForm):
    """Where somebody works from a day on, and at which post."""

    team_id = SelectField(_l("班组"), coerce=int, validators=[needed(_l("选一个班组"))])
    post_id = SelectField(_l("岗位"), coerce=int, default=0)
    on = DateField(_l("从哪天起"), validators=[needed(DAY_NEEDED)])


class NewPersonForm(PersonForm, PlaceForm):
    """A new person and the first place."""


class LeaveForm(BaseForm):
    """The last day of somebody who leaves."""

    on = DateField(_l("最后一天"), validators=[needed(DAY_NEEDED)])


class RoleForm(BaseForm):
    """A role over a sub-tree."""

    role = SelectField(
        _l("角色"), choices=choices_of((role.value, _l(ROLE_WORDS[role])) for role in GRANTABLE)
    )
    team_id = SelectField(_l("管到哪里"), coerce=int, validators=[needed(_l("选一个班组"))])


class ReasonForm(BaseForm):
    """Why an ID number must be seen."""

    reason = StringField(
        _l("为什么要看全号"),
        validators=[
            needed(_l("写上为什么要看，会记录在案")),
            Length(min=4, max=200, message=_l("写 4 到 200 个字")),
        ],
    )


class RosterForm(BaseForm):
    """A roster to preview."""

    file = FileField(_l("花名册文件"), validators=[FileRequired(_l("选一个 .xlsx 或 .csv 文件"))])
    creates_teams = BooleanField(_l("表里有、这里没有的班组，自动新建"), default=True)
    effective_on = DateField(_l("调动从哪天算起"), validators=[needed(DAY_NEEDED)])


PERCENTS = (0, 25, 50, 100)


class AccommodationForm(BaseForm):
    """What a person with special needs gets in exams, and why."""

    low_literacy = BooleanField(_l("识字不多（加时 50%，大字，题目可以朗读）"))
    extra_percent = SelectField(
        _l("加时"),
        coerce=int,
        choices=choices_of(
            [
                (0, _l("不按比例加")),
                *((n, f"{n}%") for n in PERCENTS[1:]),
                (-1, _l("别的比例，写在下面")),
            ]
        ),
        default=0,
    )
    own_percent = IntegerField(
        _l("别的比例（%）"),
        validators=[
            Optional(),
            NumberRange(min=1, max=300, message=_l("填 1 到 300 的整数")),
        ],
    )
    extra_minutes = IntegerField(
        _l("另加多少分钟"),
        validators=[
            Optional(),
            NumberRange(min=0, max=240, message=_l("填 0 到 240 的整数")),
        ],
    )
    large_type = BooleanField(_l("大字"))
    high_contrast = BooleanField(_l("高对比"))
    read_aloud = BooleanField(_l("题目可以朗读"))
    from_on = DateField(_l("从哪天起"), validators=[needed(DAY_NEEDED)])
    to_on = DateField(_l("到哪天止"), validators=[Optional()])
    reason = StringField(
        _l("原因"),
        validators=[
            needed(_l("写上原因，4 到 200 个字")),
            Length(min=4, max=200, message=_l("写 4 到 200 个字")),
        ],
        render_kw={"autocomplete": "off"},
    )
    consented = BooleanField(
        _l("本人知道并同意登记以上内容"),
        validators=[DataRequired(_l("先问本人。本人不同意，就不登记"))],
    )

    def percent(self) -> int:
        """The share that was chosen or written; reading with difficulty brings half at least."""
        chosen = self.extra_percent.data
        share = (self.own_percent.data or 0) if chosen == -1 else chosen
        return max(share, 50) if self.low_literacy.data else int(share)

    def validate_extra_percent(self, field: SelectField) -> None:
        if field.data == -1 and self.own_percent.data is None and not self.own_percent.errors:
            raise ValidationError(_("写上比例，如 75"))


class ConfirmForm(BaseForm):
    """Which file's preview was seen."""

    file_hash = StringField(validators=[needed("")])
