"""The rows of a draft's blueprint on one form page, which works without script."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.pages import stand_under
from core.web import current_actor, db_session, moment, requires
from exams.blueprint import MOST_ROWS, RowSpec, pools, shortages, total_tenths
from exams.forms import BlueprintForm, RowForm
from exams.models import ExamState
from exams.operations.definition import set_blueprint
from exams.queries.bank import bank_questions
from exams.queries.exams import (
    MANAGERS,
    blueprint_of,
    managed_exam,
    spec_of,
)
from exams.queries.publication import shortage_finding
from exams.views.blueprint import bp
from exams.views.words import say_finding
from question_bank.keys import QuestionType
from question_bank.queries.bank import bank_modules, bank_tags
from question_bank.views.listing import DIFFICULTY_NAMES, TYPE_NAMES

# A common mix of 100 points, to begin with.
FIRST_ROWS = tuple(
    RowSpec(None, None, kind, 1, 5, count, points)
    for kind, count, points in (
        (QuestionType.SINGLE_CHOICE, 40, 10),
        (QuestionType.MULTIPLE_CHOICE, 15, 20),
        (QuestionType.TRUE_FALSE, 30, 10),
    )
)


@dataclass(frozen=True)
class Tally:
    """What the rows come to: how many each may draw, what is short, and the full score."""

    available: list[int | None]
    short: list[bool]
    messages: list[str]
    question_count: int
    total_tenths: int


@bp.route("/exams/<int:exam_id>/blueprint", methods=["GET", "POST"])
@requires(*MANAGERS)
def blueprint_rows(exam_id: int) -> ResponseReturnValue:
    """Edit, add, remove and count rows; only saving stores anything."""
    stand_under("exams.exams")
    session, actor = db_session(), current_actor()
    exam = managed_exam(session, actor, exam_id)
    if exam.state is not ExamState.DRAFT:
        return redirect(url_for("exams.exam", exam_id=exam.id))
    stored = [spec_of(row) for row in blueprint_of(session, exam.id)]
    form = BlueprintForm(data={"rows": [RowForm.fields_of(row) for row in stored or FIRST_ROWS]})
    do = request.form.get("do", "")
    _change_rows(form, do)
    sources = _offer_choices(form)
    if request.method == "POST":
        is_valid = form.validate()
        if do == "save" and is_valid:
            rows = [entry.form.spec() for entry in form.rows]
            set_blueprint(session, exam, rows, actor=actor, now=moment())
            flash(_("抽题规则已保存"))
            is_short = bool(shortages(pools(rows, bank_questions(session))))
            stays = is_short or not rows
            target = "exams.blueprint_rows" if stays else "exams.exam"
            return redirect(url_for(target, exam_id=exam.id))
        if do == "add":
            form.rows[-1].form.count.errors = ()
            form.rows[-1].form.points.errors = ()
    return render_template(
        "exams/setup/blueprint.html",
        exam=exam,
        form=form,
        tally=_tally(form),
        sources=sources,
        is_first=not stored and request.method == "GET",
        has_new_row=do == "add",
        may_add=len(form.rows.entries) < MOST_ROWS,
    )


def _change_rows(form: BlueprintForm, do: str) -> None:
    entries: list[Any] = form.rows.entries
    if do == "add" and len(entries) < MOST_ROWS:
        form.rows.append_entry(
            {"type": "", "source": "", "difficulty_min": 1, "difficulty_max": 5, "points": 10}
        )
    elif do.startswith("remove:"):
        name = do.removeprefix("remove:")
        form.rows.entries = [entry for entry in entries if entry.name != name]


def _offer_choices(form: BlueprintForm) -> list[tuple[Any, list[tuple[str, Any]]]]:
    """Give the selects their choices; what is no longer in the bank stays choosable."""
    session = db_session()
    modules = [(f"m:{key}", title) for key, title in bank_modules(session)]
    tags = [(f"t:{tag}", _("标签：%(tag)s", tag=tag)) for tag in bank_tags(session)]
    known = {value for value, _title in modules + tags}
    gone = {
        (entry.form.source.data, entry.form.source.data[2:])
        for entry in form.rows
        if entry.form.source.data and entry.form.source.data not in known
    }
    groups: list[tuple[Any, list[tuple[str, Any]]]] = [
        ("", [("", _l("整个题库"))]),
        (_l("模块"), modules),
        (_l("标签"), tags),
        (_l("题库里已经没有"), sorted(gone)),
    ]
    for entry in form.rows:
        row = entry.form
        row.source.choices = [choice for _label, choices in groups for choice in choices]
        row.type.choices = [("", _l("不限"))] + [(t.value, TYPE_NAMES[t]) for t in QuestionType]
        row.difficulty_min.choices = row.difficulty_max.choices = list(DIFFICULTY_NAMES.items())
    return [group for group in groups if group[1]]


def _tally(form: BlueprintForm) -> Tally:
    """Count over the rows that can be read; the others are told at their fields."""
    rows: list[tuple[int, RowSpec]] = [
        (index, entry.form.spec())
        for index, entry in enumerate(form.rows)
        if _can_be_read(entry.form)
    ]
    drawable = pools([spec for _index, spec in rows], bank_questions(db_session()))
    short = shortages(drawable)
    # Rows are numbered as they stand on the page.
    numbered = {place: index + 1 for place, (index, _spec) in enumerate(rows, start=1)}
    available: list[int | None] = [None] * len(form.rows.entries)
    is_short = [False] * len(form.rows.entries)
    for (index, _spec), row in zip(rows, drawable, strict=True):
        available[index] = len(row.pool)
    messages = []
    for one in short:
        places = tuple(numbered[position] for position in one.positions)
        for place in places:
            is_short[place - 1] = True
        finding = shortage_finding(type(one)(places, one.wanted, one.available))
        messages.append(say_finding(finding))
    specs = [spec for _index, spec in rows]
    return Tally(
        available, is_short, messages, sum(spec.count for spec in specs), total_tenths(specs)
    )


def _can_be_read(row: RowForm) -> bool:
    return not row.errors and bool(row.count.data) and row.points.data is not None
