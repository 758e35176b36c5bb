"""Shape and syntax of what is typed about certificates."""

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional, Regexp

from core.forms import BaseForm
from teams.forms import choices_of


class KindForm(BaseForm):
    """A kind of certificate."""

    code = StringField(
        _l("代号"),
        validators=[
            DataRequired(_l("写上代号，如 DHJH")),
            Regexp(
                r"^[A-Z0-9]+(-[A-Z0-9]+)*$",
                message=_l("代号只用大写字母和数字，中间可以有 -，如 SL-DHJH"),
            ),
            Length(max=16, message=_l("代号最多 16 个字符")),
        ],
    )
    name = StringField(
        _l("名称"),
        validators=[
            DataRequired(_l("写上名称，如 动火监护人培训合格证")),
            Length(max=80, message=_l("名称最多 80 个字")),
        ],
    )
    valid_months = IntegerField(
        _l("有效期（月）"),
        validators=[
            Optional(),
            NumberRange(min=1, max=600, message=_l("有效期写 1 到 600 个月，长期有效就空着")),
        ],
    )


class RevokeForm(BaseForm):
    """Why a certificate is made void."""

    reason = TextAreaField(
        _l("为什么撤销"),
        validators=[
            DataRequired(_l("写上撤销的原因。它会记入审计日志")),
            Length(max=500, message=_l("原因最多 500 个字")),
        ],
    )


class DecisionForm(BaseForm):
    """Why 待岗 is confirmed, lifted or turned down."""

    reason = TextAreaField(
        _l("原因"),
        validators=[
            DataRequired(_l("写上原因。本人看得到，也会记入审计日志")),
            Length(max=500, message=_l("原因最多 500 个字")),
        ],
    )


class AwardForm(BaseForm):
    """Which kind an exam awards; the choices are the kinds, and none."""

    kind_id = SelectField(_l("合格后发证"), coerce=int)


class ReviewForm(BaseForm):
    """Whether a certificate whose pass is none any more is revoked or kept, and why."""

    outcome = RadioField(
        _l("怎么办"),
        choices=choices_of([("revoked", _l("撤销")), ("kept", _l("保留"))]),
        validators=[DataRequired(_l("选撤销或保留"))],
    )
    reason = TextAreaField(
        _l("原因"),
        validators=[
            DataRequired(_l("写上原因。它会记入审计日志")),
            Length(max=500, message=_l("原因最多 500 个字")),
        ],
    )


class ReinstateForm(ReviewForm):
    """Whether a certificate is valid again whose sitting is a pass again, and why."""

    outcome = RadioField(
        _l("怎么办"),
        choices=choices_of([("reinstated", _l("恢复有效")), ("left_revoked", _l("维持撤销"))]),
        validators=[DataRequired(_l("选恢复有效或维持撤销"))],
    )
