"""One question of a regrade: other right answers, other points, another rule, full marks, void."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from core.errors import Conflict
from core.pages import stand_under
from core.web import current_actor, db_session, moment, requires
from exams.correction_forms import RegradeQuestionForm
from exams.corrections import ChangeKind, rule_as_data
from exams.models import Regrade
from exams.operations.regrade import change_question
from exams.queries import regrade as queries
from exams.queries.appeals import appeals_on
from exams.versions import KnownVersion, known_versions
from exams.views.blueprint import bp
from exams.views.regrade_words import (
    KINDS,
    OWN_RULES,
    answer_fields,
    answer_of,
    old_answer,
    rubric_fields,
    sent_answers,
    sent_rubric,
)
from question_bank.keys import RubricKey
from question_bank.views.listing import TYPE_NAMES


@bp.route(
    "/exams/<int:exam_id>/regrades/<int:regrade_id>/questions/<int:version_id>",
    methods=["GET", "POST"],
)
@requires(*queries.CORRECTORS)
def regrade_question(exam_id: int, regrade_id: int, version_id: int) -> ResponseReturnValue:
    """Say what is corrected about a question; POST puts it into the draft."""
    stand_under("exams.exams")
    session, actor = db_session(), current_actor()
    exam = queries.corrected_exam(session, actor, exam_id)
    found = queries.regrade_of(session, exam, regrade_id)
    line = queries.drawn_line(session, exam.id, version_id)
    version = known_versions(session, [version_id])[version_id]
    form = RegradeQuestionForm()
    form.offer(_kinds(version), OWN_RULES.get(type(version.key), {}))
    if form.validate_on_submit():
        kind = ChangeKind(form.kind.data)
        value = _value(form, kind, version)
        try:
            change_question(session, found, version_id, kind, value, actor=actor, now=moment())
        except Conflict as conflict:
            form.kind.errors = [_(conflict.msgid, **conflict.values)]
        else:
            flash(_("已记下。试算以后再生效"))
            return redirect(url_for("exams.regrade", exam_id=exam.id, regrade_id=found.id))
    page = render_template(
        "exams/regrade/question.html",
        exam=exam,
        regrade=found,
        line=line,
        type=TYPE_NAMES[line.type],
        stem=Markup(line.stem_html),
        old_answer=old_answer(version),
        fields=_fields(found, version, form),
        rubric=_rubric(found, version, form),
        is_single=version.printed.type.value == "single_choice",
        form=form,
        appeals=len(appeals_on(session, exam.id, version_id, only_open=True)),
    )
    return page, 422 if form.errors else 200


def _kinds(version: KnownVersion) -> list[tuple[str, Any]]:
    can_mark = answer_of(version.key) is not None
    marked = (ChangeKind.KEY, ChangeKind.POLICY)
    rules = OWN_RULES.get(type(version.key))
    has_points = isinstance(version.key, RubricKey) and bool(version.key.points)
    return [
        (kind.value, words)
        for kind, words in KINDS.items()
        if (can_mark or kind not in marked)
        and (rules or kind is not ChangeKind.POLICY)
        and (has_points or kind is not ChangeKind.RUBRIC)
    ]


def _value(form: RegradeQuestionForm, kind: ChangeKind, version: KnownVersion) -> Any:
    if kind is ChangeKind.KEY:
        return {"answers": sent_answers(version), "keeps_old": bool(form.keeps_old.data)}
    if kind is ChangeKind.RUBRIC:
        return sent_rubric(version)
    if kind is ChangeKind.POINTS:
        return int(form.points.data or 0)
    return rule_as_data(form.chosen_rule()) if kind is ChangeKind.POLICY else None


def _fields(found: Regrade, version: KnownVersion, form: RegradeQuestionForm) -> list[Any]:
    """The answer as it was typed, else as the draft has it, else as the question does."""
    stored = answer_of(version.key)
    if stored is None:
        return []
    lines = queries.changes_of(db_session(), found.id)
    of_key = [
        line.value["answers"]
        for line in lines
        if line.question_version_id == version.version_id and line.kind is ChangeKind.KEY
    ]
    answers = sent_answers(version) if form.is_submitted() else (of_key[0] if of_key else [stored])
    return answer_fields(version, _joined(version, answers, stored))


def _rubric(found: Regrade, version: KnownVersion, form: RegradeQuestionForm) -> list[Any]:
    """What each scoring point counts: as typed, else as the draft has it, else as asked."""
    if not isinstance(version.key, RubricKey):
        return []
    if form.is_submitted():
        return rubric_fields(version, sent_rubric(version))
    drafted = [
        line.value
        for line in queries.changes_of(db_session(), found.id)
        if line.question_version_id == version.version_id and line.kind is ChangeKind.RUBRIC
    ]
    asked = [point.tenths for point in version.key.points]
    return rubric_fields(version, drafted[0] if drafted else asked)


def _joined(version: KnownVersion, answers: list[Any], stored: Any) -> Any:
    """Several answers of a single choice as one; what cannot be shown, as it was asked."""
    if version.printed.type.value == "single_choice":
        return [one for answer in answers for one in answer]
    shown = answers[0] if answers else stored
    is_whole = not isinstance(stored, list) or isinstance(shown, list)
    is_same_size = version.printed.type.value not in ("ordering", "matching", "fill_blank") or (
        isinstance(shown, list) and len(shown) == len(stored)
    )
    return shown if is_whole and is_same_size else stored
