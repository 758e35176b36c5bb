"""What the page of a blueprint takes in: rows that draw, fixed questions, and how to draw."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, SelectField, StringField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from core.forms import BaseForm
from exams.blueprint import MOST_FIXED, MOST_QUESTIONS, MOST_ROWS, RowSpec
from exams.definition import MOST_SHIFTS, DrawRules
from exams.forms import OnlyIfRead, PointsField, WholeNumber, required
from question_bank.keys import QuestionType


class RowForm(Form):
    """One row of the blueprint. `source` is "", "m:<module key>" or "t:<tag>".

    A row with `question` is that one question; nothing but points and marks is asked of it.
    """

    question = HiddenField()
    section_title = StringField(
        _l("从这一行起的大题标题"), [Length(max=60, message=_l("大题标题最多 60 字"))]
    )
    source = SelectField(_l("从哪里抽"))
    clause = StringField(_l("只抽引用这一条款的"), [Length(max=161)])
    type = SelectField(_l("题型"))
    difficulty_min = SelectField(_l("难度从"), coerce=int)
    difficulty_max = SelectField(_l("到"), coerce=int)
    count = WholeNumber(
        _l("题数"),
        [
            required(_l("写上题数")),
            OnlyIfRead(),
            NumberRange(1, MOST_QUESTIONS, message=_l("题数填 1 到 500")),
        ],
    )
    points = PointsField(_l("每题几分"), [required(_l("写上每题几分"))])
    is_must_pass = BooleanField(_l("红线题：答错一题就不合格"))

    def validate_difficulty_max(self, field: SelectField) -> None:
        if self.difficulty_min.data is not None and field.data < self.difficulty_min.data:
            raise ValidationError(_l("难度从低到高选"))

    def spec(self) -> RowSpec:
        """The fields of a valid row."""
        points, title = self.points.tenths or 0, (self.section_title.data or "").strip() or None
        if self.question.data:
            return RowSpec(
                None, None, None, 1, 5, 1, points, None, self.question.data,
                self.is_must_pass.data, title,
            )  # fmt: skip
        kind, _, value = str(self.source.data).partition(":")
        return RowSpec(
            module_key=value if kind == "m" else None,
            tag=value if kind == "t" else None,
            type=QuestionType(self.type.data) if self.type.data else None,
            difficulty_min=self.difficulty_min.data,
            difficulty_max=self.difficulty_max.data,
            count=self.count.data or 0,
            points_tenths=points,
            clause=(self.clause.data or "").strip() or None,
            is_must_pass=self.is_must_pass.data,
            section_title=title,
        )

    @property
    def has_more(self) -> bool:
        """Whether any field is filled in that most rows leave empty."""
        more = (self.section_title, self.clause, self.is_must_pass)
        return any(field.data or field.errors for field in more)

    @classmethod
    def fields_of(cls, spec: RowSpec) -> dict[str, Any]:
        """A row as the form shows it."""
        source = f"m:{spec.module_key}" if spec.module_key else f"t:{spec.tag}" if spec.tag else ""
        return {
            "question": spec.question or "",
            "section_title": spec.section_title or "",
            "source": source,
            "clause": spec.clause or "",
            "type": spec.type.value if spec.type else "",
            "difficulty_min": spec.difficulty_min,
            "difficulty_max": spec.difficulty_max,
            "count": spec.count,
            "points": spec.points_tenths,
            "is_must_pass": spec.is_must_pass,
        }


class BlueprintForm(BaseForm):
    """All rows of a blueprint on one page, and how papers are drawn from them."""

    rows = FieldList(FormField(RowForm), max_entries=MOST_ROWS + MOST_FIXED)
    find = StringField(_l("找题"), [Length(max=100)])
    tolerance = PointsField(_l("每份卷子的难易最多差几分"), [Optional()])
    reuse_limit = WholeNumber(
        _l("前面批次见过的题最多占百分之几"),
        [Optional(), NumberRange(0, 99, message=_l("重复上限填 0 到 99；不限就空着"))],
    )
    shift_hours = SelectField(_l("多久算一批"), coerce=int)
    planned_shifts = WholeNumber(
        _l("一共几批"),
        [
            Optional(),
            OnlyIfRead(),
            NumberRange(1, MOST_SHIFTS, message=_l("批数填 1 到 20")),
        ],
    )

    def rules(self) -> DrawRules:
        """How a valid form wants papers drawn."""
        return DrawRules(
            tolerance_tenths=self.tolerance.tenths,
            reuse_limit_percent=self.reuse_limit.data,
            shift_hours=self.shift_hours.data,
            planned_shifts=self.planned_shifts.data or 1,
        )

    @classmethod
    def fields_of(cls, rules: DrawRules) -> dict[str, Any]:
        """Rules as the form shows them."""
        return {
            "tolerance": rules.tolerance_tenths,
            "reuse_limit": rules.reuse_limit_percent,
            "shift_hours": rules.shift_hours,
            "planned_shifts": rules.planned_shifts,
        }
