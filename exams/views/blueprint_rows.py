"""The rows of a draft's blueprint on one form page, which works without script."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from core.pages import stand_under
from core.web import current_actor, db_session, moment, requires
from exams.blueprint import (
    MOST_FIXED,
    MOST_ROWS,
    BankQuestion,
    RowSpec,
    pools,
    shortages,
    total_tenths,
)
from exams.blueprint_forms import BlueprintForm, RowForm
from exams.definition import draw_rules_of
from exams.models import Exam, ExamState
from exams.operations.definition import set_blueprint, set_draw_rules
from exams.queries.bank import (
    FoundQuestion,
    bank_questions,
    cited_clauses,
    find_questions,
    fixed_questions,
)
from exams.queries.exams import (
    MANAGERS,
    blueprint_of,
    managed_exam,
    spec_of,
)
from exams.queries.publication import pool_findings, shortage_finding
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


SHIFTS = {
    24: _l("一天一批"),
    12: _l("半天一批"),
    8: _l("八小时一批"),
    4: _l("四小时一批"),
}


@dataclass(frozen=True)
class Tally:
    """What the rows come to: how many each may draw, what is short, and the full score."""

    available: list[int | None]
    short: list[bool]
    messages: list[str]
    question_count: int
    total_tenths: int


@dataclass(frozen=True)
class ShownFixed:
    """A question that is fixed, or that was found to be."""

    public_id: str
    kind: str
    difficulty: str
    stem: str


@bp.route("/exams/<int:exam_id>/blueprint", methods=["GET", "POST"])
@requires(*MANAGERS)
def blueprint_rows(exam_id: int) -> ResponseReturnValue:
    """Edit, add, remove, move and count rows; only saving stores anything."""
    stand_under("exams.exams")
    session, actor = db_session(), current_actor()
    exam = managed_exam(session, actor, exam_id)
    if exam.state is not ExamState.DRAFT:
        return redirect(url_for("exams.exam", exam_id=exam.id))
    stored = [spec_of(row) for row in blueprint_of(session, exam.id)]
    form = BlueprintForm(
        data={
            "rows": [RowForm.fields_of(row) for row in stored or FIRST_ROWS],
            **BlueprintForm.fields_of(draw_rules_of(exam)),
        }
    )
    do = request.form.get("do", "")
    _change_rows(form, do)
    sources = _offer_choices(form)
    clauses = cited_clauses(session)
    bank = bank_questions(session)
    if request.method == "POST":
        is_valid = form.validate()
        is_valid = _check_rows(form, {key for key, _label in clauses}) and is_valid
        if do == "save" and is_valid:
            return redirect(_saved(exam, form, bank))
        if do == "add":
            form.rows[-1].form.count.errors = ()
            form.rows[-1].form.points.errors = ()
    words = (form.find.data or "").strip()
    found = find_questions(session, words) if words else []
    fixed = fixed_questions(session, _fixed_ids(form))
    return render_template(
        "exams/setup/blueprint.html",
        exam=exam,
        form=form,
        tally=_tally(form, bank, exam),
        sources=sources,
        clauses=clauses,
        fixed={key: _shown_fixed(one) for key, one in fixed.items()},
        found=[(_shown_fixed(one), one.public_id in fixed) for one in found],
        words=words,
        is_first=not stored and request.method == "GET",
        has_new_row=do == "add",
        may_add=len(form.rows.entries) - len(_fixed_ids(form)) < MOST_ROWS,
        may_fix=len(_fixed_ids(form)) < MOST_FIXED,
    )


def _saved(exam: Exam, form: BlueprintForm, bank: list[BankQuestion]) -> str:
    """Store rows and rules; says which page comes next."""
    session, actor, now = db_session(), current_actor(), moment()
    rows = [entry.form.spec() for entry in form.rows]
    set_blueprint(session, exam, rows, actor=actor, now=now)
    if form.rules() != draw_rules_of(exam):
        set_draw_rules(session, exam, form.rules(), actor=actor, now=now)
    flash(_("抽题规则已保存"))
    stays = bool(shortages(pools(rows, bank))) or not rows
    target = "exams.blueprint_rows" if stays else "exams.exam"
    return url_for(target, exam_id=exam.id)


def _change_rows(form: BlueprintForm, do: str) -> None:
    """Do what a button asks for: add, remove or move a row, or fix a question."""
    entries: list[Any] = form.rows.entries
    kind, _sep, name = do.partition(":")
    blank = {"type": "", "source": "", "difficulty_min": 1, "difficulty_max": 5, "points": 10}
    if do == "add" and len(entries) - len(_fixed_ids(form)) < MOST_ROWS:
        form.rows.append_entry(blank)
    elif kind == "fix" and name not in _fixed_ids(form) and len(_fixed_ids(form)) < MOST_FIXED:
        form.rows.append_entry(blank | {"question": name, "count": 1})
    elif kind == "remove":
        form.rows.entries = [entry for entry in entries if entry.name != name]
    elif kind in ("up", "down"):
        place = next((i for i, entry in enumerate(entries) if entry.name == name), 0)
        other = place + (-1 if kind == "up" else 1)
        if 0 <= other < len(entries):
            _swap(entries[place].form, entries[other].form)


def _swap(one: RowForm, other: RowForm) -> None:
    """Let two rows change places: their names stay, since these tell the order."""
    for name in one._fields:
        for kept in ("data", "raw_data", "process_errors"):
            mine, theirs = getattr(one[name], kept), getattr(other[name], kept)
            setattr(one[name], kept, theirs)
            setattr(other[name], kept, mine)


def _fixed_ids(form: BlueprintForm) -> list[str]:
    return [entry.form.question.data for entry in form.rows if entry.form.question.data]


def _check_rows(form: BlueprintForm, clauses: set[str]) -> bool:
    """Whether clauses are cited and no question is fixed twice; said at the field."""
    seen: set[str] = set()
    is_good = True
    for entry in form.rows:
        row: Any = entry.form
        clause, question = (row.clause.data or "").strip(), row.question.data
        if clause and clause not in clauses:
            row.clause.errors = [_("没有能抽的题引用这一条。从列表里选一条")]
            is_good = False
        if question and question in seen:
            row.points.errors = [_("这道题上面已经指定过")]
            is_good = False
        seen.add(question)
    return is_good


def _shown_fixed(one: FoundQuestion) -> ShownFixed:
    return ShownFixed(
        one.public_id,
        str(TYPE_NAMES[one.type]),
        str(DIFFICULTY_NAMES[one.difficulty]),
        " ".join(Markup(one.stem_html).striptags().split()),
    )


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
    form.shift_hours.choices = list(SHIFTS.items())
    for entry in form.rows:
        row = entry.form
        row.source.choices = [choice for _label, choices in groups for choice in choices]
        row.type.choices = [("", _l("不限"))] + [(t.value, TYPE_NAMES[t]) for t in QuestionType]
        row.difficulty_min.choices = row.difficulty_max.choices = list(DIFFICULTY_NAMES.items())
    return [group for group in groups if group[1]]


def _tally(form: BlueprintForm, bank: list[BankQuestion], exam: Exam) -> Tally:
    """Count over the rows that can be read; the others are told at their fields.

    What the stored rules of drawing cannot keep is told where the stored rows are looked at.
    """
    rows: list[tuple[int, RowSpec]] = [
        (index, entry.form.spec())
        for index, entry in enumerate(form.rows)
        if _can_be_read(entry.form)
    ]
    specs = [spec for _index, spec in rows]
    drawable = pools(specs, bank)
    short = shortages(drawable)
    # Rows are numbered as they stand on the page.
    numbered = {place: index + 1 for place, (index, _spec) in enumerate(rows, start=1)}
    available: list[int | None] = [None] * len(form.rows.entries)
    is_short = [False] * len(form.rows.entries)
    for (index, _spec), row in zip(rows, drawable, strict=True):
        available[index] = len(row.pool)
    by_place = {index + 1: spec for index, spec in rows}
    messages = []
    for one in short:
        places = tuple(numbered[position] for position in one.positions)
        for place in places:
            is_short[place - 1] = True
        shown = type(one)(places, one.wanted, one.available)
        messages.append(say_finding(shortage_finding(shown, by_place[places[0]])))
    if request.method == "GET" and not short:
        messages = [say_finding(finding) for finding in pool_findings(exam, specs, drawable)]
    return Tally(
        available, is_short, messages, sum(spec.count for spec in specs), total_tenths(specs)
    )


def _can_be_read(row: RowForm) -> bool:
    return not row.errors and bool(row.count.data) and row.points.data is not None
