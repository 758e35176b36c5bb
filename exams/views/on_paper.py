"""An exam on paper (纸质考试): forms for the printer, answers from a table, seen before stored."""

from collections import Counter
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from core.errors import N_, Conflict
from core.pages import stand_under
from core.web import (
    config,
    current_actor,
    db_session,
    moment,
    reading,
    requires,
    seeds,
    services,
)
from exams.evidence.bundle import zipped
from exams.models import Exam, ExamState
from exams.on_paper.forms import AnswersForm, ConfirmForm, FormsForm
from exams.on_paper.planning import Hours, Outcome, PlannedRow, hours_refusal, plan
from exams.on_paper.printed import Printer, form_files, type_words
from exams.on_paper.sheets import TemplateRow, read_sheet, template
from exams.on_paper.uploads import (
    Upload,
    UploadState,
    bytes_of,
    discard,
    keep,
    store,
    upload_of,
)
from exams.operations.on_paper import make_forms, record_forms_taken
from exams.printing.nodes import stored_pictures
from exams.queries.audience import window_days
from exams.queries.exams import MANAGERS, managed_exam
from exams.queries.on_paper import forms_of, people_to_sit
from exams.views.blueprint import bp
from exams.views.shown import say_window
from learning.images import ImageStore

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MARK_LENGTH = 3
# Rows of each kind on the page; the file itself has all.
SHOWN = 200
# (sign, word)
OUTCOMES = {
    Outcome.BAD: ("stop", _l("有问题，不登记")),
    Outcome.ENTER: ("open", _l("可以登记")),
    Outcome.ENTERED: ("safe", _l("已登记过")),
    Outcome.ABSENT: ("none", _l("没有答案，不登记")),
}


@bp.get("/exams/<int:exam_id>/paper")
@requires(*MANAGERS)
def on_paper(exam_id: int) -> ResponseReturnValue:
    """The forms of an exam, the files for the printer, and where answers come back."""
    return _page(FormsForm(formdata=None), AnswersForm(formdata=None), exam_id)


def _page(forms_form: FormsForm, answers_form: AnswersForm, exam_id: int) -> str:
    stand_under("exams.exams")
    # A page that answers a refused POST only reads.
    with reading() as session:
        exam = managed_exam(session, current_actor(), exam_id)
        return render_template(
            "exams/setup/on_paper.html",
            exam=exam,
            window=say_window(exam.opens_at, exam.closes_at),
            forms=forms_of(session, exam.id),
            is_published=exam.state is ExamState.PUBLISHED,
            forms_form=forms_form,
            form=answers_form,
            upload=upload_of(services(), exam.id, current_actor().user_id),
            limit_mb=config().upload_limit_mb,
        )


@bp.post("/exams/<int:exam_id>/paper/forms")
@requires(*MANAGERS)
def make_paper_forms(exam_id: int) -> ResponseReturnValue:
    form = FormsForm()
    if not form.validate():
        return _page(form, AnswersForm(formdata=None), exam_id), 422
    session, actor = db_session(), current_actor()
    exam = managed_exam(session, actor, exam_id)
    draws = [(seeds().seed(), seeds().code(MARK_LENGTH)) for _n in range(form.count.data or 0)]
    made = make_forms(session, exam, draws=draws, actor=actor, now=moment())
    flash(_("已生成 %(codes)s", codes="、".join(one.code for one in made)), "safe")
    return redirect(url_for("exams.on_paper", exam_id=exam_id))


@bp.post("/exams/<int:exam_id>/paper/files")
@requires(*MANAGERS)
def take_paper(exam_id: int) -> ResponseReturnValue:
    """Papers, answer sheets, keys and the table in one zip; that they were taken is recorded."""
    with reading() as session:
        exam = managed_exam(session, current_actor(), exam_id)
        forms = forms_of(session, exam.id)
        if not forms:
            raise Conflict(N_("还没有试卷。先生成"))
        printer = Printer(
            services().enterprise_name(session),
            stored_pictures(ImageStore(config().uploads_dir)),
            moment(),
        )
        files = form_files(session, exam, forms, printer)
        files["答案登记表.xlsx"] = _template(session, exam)
    data = zipped(files, at=moment().astimezone(config().time_zone))
    record_forms_taken(
        db_session(),
        managed_exam(db_session(), current_actor(), exam_id),
        actor=current_actor(),
        now=moment(),
    )
    return _file(data, f"{_('纸质试卷')}-{exam_id}.zip", "application/zip")


@bp.get("/exams/<int:exam_id>/paper/answers.xlsx")
@requires(*MANAGERS)
def paper_template(exam_id: int) -> ResponseReturnValue:
    """The table to fill in, with the people who may still sit."""
    session = db_session()
    exam = managed_exam(session, current_actor(), exam_id)
    if not forms_of(session, exam.id):
        raise Conflict(N_("还没有试卷。先生成"))
    return _file(_template(session, exam), f"{_('答案登记表')}-{exam_id}.xlsx", MIME)


def _template(session: Session, exam: Exam) -> bytes:
    forms = forms_of(session, exam.id)
    days = window_days(exam, config().time_zone)
    people = people_to_sit(session, current_actor(), exam, days=days, now=moment())
    rows = [
        TemplateRow(one.employee_no, one.name, one.team_name or "", forms[place % len(forms)].code)
        for place, one in enumerate(people)
    ]
    codes = [form.code for form in forms]
    return template(rows, codes=codes, types=type_words(session, forms))


@bp.post("/exams/<int:exam_id>/paper/answers")
@requires(*MANAGERS)
def upload_paper(exam_id: int) -> ResponseReturnValue:
    """Keep a filled table in the place of the one before; nothing of it is stored yet."""
    form, actor = AnswersForm(), current_actor()
    is_valid = form.validate()
    with reading() as session:
        exam = managed_exam(session, actor, exam_id)
        if is_valid:
            refusal = hours_refusal(exam, form.hours(config().time_zone), now=moment())
            if refusal is not None:
                form.starts.errors = [*form.starts.errors, _(refusal)]
                is_valid = False
    upload = upload_of(services(), exam_id, actor.user_id)
    if upload is not None and upload.state is UploadState.QUEUED:
        raise Conflict(N_("上一份登记表正在登记。等它做完再传"))
    data = form.file.data.read() if is_valid else b""
    if is_valid:
        try:
            read_sheet(data, form.file.data.filename or "")
        except Conflict as refused:
            form.file.errors = [*form.file.errors, _(refused.msgid, **refused.values)]
            is_valid = False
    if not is_valid:
        return _page(FormsForm(formdata=None), form, exam_id), 422
    keep(
        services(),
        data,
        exam_id=exam_id,
        user_id=actor.user_id or 0,
        name=form.file.data.filename or "",
        hours=form.hours(config().time_zone),
        at=moment(),
    )
    return redirect(url_for("exams.paper_preview", exam_id=exam_id))


@bp.get("/exams/<int:exam_id>/paper/answers")
@requires(*MANAGERS)
def paper_preview(exam_id: int) -> ResponseReturnValue:
    """Each row of one's own upload: who, which form, what was recognised, what is wrong."""
    stand_under("exams.exams")
    session, actor = db_session(), current_actor()
    exam = managed_exam(session, actor, exam_id)
    upload = upload_of(services(), exam_id, actor.user_id)
    if upload is None:
        return redirect(url_for("exams.on_paper", exam_id=exam_id))
    rows = _planned(session, exam, upload)
    counts = Counter(row.outcome for row in rows)
    return render_template(
        "exams/setup/paper_preview.html",
        exam=exam,
        upload=upload,
        states=UploadState,
        hours=_hours(upload.hours),
        counts=[(*OUTCOMES[one], counts[one]) for one in OUTCOMES if counts[one]],
        to_enter=counts[Outcome.ENTER],
        done=upload.done,
        bad=[_with_words(row) for row in rows if row.outcome is Outcome.BAD][:SHOWN],
        good=[row for row in rows if row.outcome is Outcome.ENTER][:SHOWN],
        more=max(0, counts[Outcome.ENTER] - SHOWN),
    )


def _hours(hours: Hours) -> str:
    return say_window(hours.started_at, hours.ended_at)


def _planned(session: Session, exam: Exam, upload: Upload) -> list[PlannedRow]:
    sheet = read_sheet(bytes_of(services(), upload), upload.name)
    days = window_days(exam, config().time_zone)
    return plan(session, exam, sheet, upload.hours, days=days)


def _with_words(row: PlannedRow) -> tuple[PlannedRow, list[tuple[str, Any]]]:
    return row, [(one.cell, _(one.msgid, **one.values)) for one in row.problems]


@bp.post("/exams/<int:exam_id>/paper/answers/confirm")
@requires(*MANAGERS)
def confirm_paper(exam_id: int) -> ResponseReturnValue:
    """Take in the sound rows of the file that was seen, in the background."""
    form, actor = ConfirmForm(), current_actor()
    with reading() as session:
        managed_exam(session, actor, exam_id)
    upload = upload_of(services(), exam_id, actor.user_id)
    if upload is None or not form.validate() or upload.hash != form.file_hash.data:
        raise Conflict(N_("登记表在预览以后换过了。看一遍新的预览，再确认"))
    if upload.state is not UploadState.PREVIEWED:
        raise Conflict(N_("这份登记表已经确认过了"))
    store(services(), replace(upload, state=UploadState.QUEUED))
    services().jobs.enqueue("enter-paper-answers", exam_id=exam_id, user_id=actor.user_id)
    return redirect(url_for("exams.paper_preview", exam_id=exam_id))


@bp.post("/exams/<int:exam_id>/paper/answers/discard")
@requires(*MANAGERS)
def discard_paper(exam_id: int) -> ResponseReturnValue:
    """Forget one's own upload."""
    with reading() as session:
        managed_exam(session, current_actor(), exam_id)
    discard(services(), exam_id, current_actor().user_id)
    return redirect(url_for("exams.on_paper", exam_id=exam_id))


def _file(data: bytes, name: str, mimetype: str) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(data, content_type=mimetype, headers={"Content-Disposition": disposition})
