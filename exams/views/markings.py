"""Marking as a whole: the exams that have answers to mark, one exam's questions, the release."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from core.errors import N_, Forbidden, NotFound
from core.identity import Role
from core.pages import NavItem, stand_under
from core.web import current_actor, db_session, moment, reading, requires, writing
from exams.hand_marking import Agreement
from exams.models import Exam, MarkerAppointment
from exams.operations.answers_to_mark import release_results
from exams.operations.hand_marking import take_answers
from exams.queries import marking
from exams.queries.exams import exam_for, locked_exam, managed_exam, may_manage
from exams.queries.markers import MARKERS, appointed_exams, markers_of
from exams.queries.marking_progress import (
    QuestionProgress,
    agreements,
    desk_of,
    exams_to_mark,
    progress_of,
    release_of,
    spared_answers,
)
from exams.versions import known_versions
from exams.views.blueprint import bp

NAV: tuple[NavItem, ...] = (
    NavItem("exams.markings", _l("阅卷"), "pencil-square", "exams", MARKERS, order=4),
)
RELEASED_AT_ONCE = 50
STEM_SHOWN = 80


@dataclass(frozen=True)
class ShownMarking:
    """One exam on the list."""

    exam: Exam
    duty: str
    waiting: int
    total: int


@dataclass(frozen=True)
class ShownQuestion:
    """One question of an exam with how far its answers are."""

    progress: QuestionProgress
    stem: str
    # Answers that the person could mark now, and how many of them the person is through with.
    free: int
    done: int
    mine: int
    agreement: Agreement | None

    @property
    def waiting(self) -> int:
        return self.progress.total - self.progress.marked - self.progress.disputed


@bp.get("/exams/marking")
@requires(*MARKERS)
def markings() -> ResponseReturnValue:
    """The exams that the person marks, and those that the person manages and others mark."""
    session, actor = db_session(), current_actor()
    appointed = appointed_exams(session, actor)
    duties = {exam.id: _("裁定") if judges else _("阅卷") for exam, judges in appointed}
    managed = [
        exam
        for exam in exams_to_mark(session)
        if exam.id not in duties and may_manage(session, actor, exam)
    ]
    shown = []
    for exam in [*(exam for exam, _judges in appointed), *managed]:
        rows = progress_of(session, exam.id)
        total = sum(row.total for row in rows)
        waiting = total - sum(row.marked for row in rows)
        shown.append(ShownMarking(exam, duties.get(exam.id, _("管理")), waiting, total))
    return render_template("exams/marking/list.html", markings=shown)


@bp.get("/exams/<int:exam_id>/marking")
@requires(*MARKERS)
def marking_overview(exam_id: int) -> ResponseReturnValue:
    """The questions of an exam that people mark; agreement and release for those who manage it."""
    stand_under("exams.markings")
    session, actor = db_session(), current_actor()
    exam, appointment, manages = _marked_exam(exam_id)
    rows = progress_of(session, exam.id)
    found = agreements(session, exam.id) if manages and exam.marker_count > 1 else {}
    return render_template(
        "exams/marking/overview.html",
        exam=exam,
        appointment=appointment,
        may_manage=manages,
        questions=[_shown(exam, row, appointment, found.get(row.version_id)) for row in rows],
        total=sum(row.total for row in rows),
        marked=sum(row.marked for row in rows),
        disputed=sum(row.disputed for row in rows),
        spared=spared_answers(session, exam.id),
        release=release_of(session, exam.id),
        markers=markers_of(session, exam.id) if manages else [],
        is_examiner=actor.has(Role.EXAMINER),
    )


def _marked_exam(exam_id: int) -> tuple[Exam, MarkerAppointment | None, bool]:
    """An exam that the person marks or manages; NotFound for any other."""
    session, actor = db_session(), current_actor()
    exam = session.get(Exam, exam_id)
    if exam is None:
        raise NotFound()
    try:
        appointment = marking.appointment_of(session, exam.id, actor)
    except NotFound:
        if not actor.has(Role.EXAMINER):
            raise Forbidden(N_("只有这场考试的阅卷人和考试员能看这一页")) from None
        managed_exam(session, actor, exam_for(session, actor, exam_id).id)
        return exam, None, True
    return exam, appointment, actor.has(Role.EXAMINER) and may_manage(session, actor, exam)


def _shown(
    exam: Exam,
    row: QuestionProgress,
    appointment: MarkerAppointment | None,
    found: Agreement | None,
) -> ShownQuestion:
    session, actor, now = db_session(), current_actor(), moment()
    version = known_versions(session, [row.version_id])[row.version_id]
    stem = Markup(" ".join(version.printed.stem_parts)).striptags()
    free = done = mine = 0
    if appointment is not None:
        judges = appointment.is_adjudicator
        free = marking.free_count(session, actor, exam, row.version_id, adjudicates=judges, now=now)
        desk = desk_of(session, actor, exam, row.version_id, adjudicates=judges)
        done, mine = desk.done, desk.total
    stem = stem if len(stem) <= STEM_SHOWN else f"{stem[:STEM_SHOWN]}…"
    return ShownQuestion(row, stem, free, done, mine, found)


@bp.post("/exams/<int:exam_id>/marking/questions/<int:version_id>/next")
@requires(*MARKERS)
def take_next(exam_id: int, version_id: int) -> ResponseReturnValue:
    """Lay the next answers of a question on the person's desk and open the first."""
    session, actor, now = db_session(), current_actor(), moment()
    exam = session.get(Exam, exam_id)
    if exam is None:
        raise NotFound()
    tokens = take_answers(session, exam, version_id, actor=actor, now=now)
    if not tokens:
        flash(_("这道题没有要你阅的答案了"))
        return redirect(url_for("exams.marking_overview", exam_id=exam.id))
    return redirect(url_for("exams.answer_to_mark", token=tokens[0]))


@bp.post("/exams/<int:exam_id>/marking/release")
@requires(Role.EXAMINER)
def release(exam_id: int) -> ResponseReturnValue:
    """Tell every result that is ready, in portions, so that no answer waits for a long write."""
    with reading() as session:
        managed_exam(session, current_actor(), exam_id)
    count = 0
    while done := _release_some(exam_id):
        count += done
    if count:
        flash(_("已发布 %(n)s 份成绩", n=count))
    else:
        flash(_("没有可以发布的成绩。还有答案没阅完"))
    return redirect(url_for("exams.marking_overview", exam_id=exam_id))


def _release_some(exam_id: int) -> int:
    with writing() as session:
        exam = locked_exam(session, session.get_one(Exam, exam_id))
        return release_results(
            session, exam, limit=RELEASED_AT_ONCE, actor=current_actor(), now=moment()
        )
