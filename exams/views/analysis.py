"""The item analysis of an exam: how reliable it was, its questions, the worst first."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from core.pages import stand_under
from core.web import after_commit, current_actor, db_session, requires, services
from exams.queries.exams import MANAGERS, READERS, exam_for, managed_exam, may_manage
from exams.queries.marking_progress import release_of
from exams.queries.statistics import (
    ItemRow,
    exam_items,
    exam_statistics,
    void_first_sittings,
)
from exams.views.blueprint import bp
from question_bank.analysis import Reason
from question_bank.analysis_words import REASONS
from question_bank.queries.bank import KEEPERS
from question_bank.verdicts import FEW, Verdict, judge, unchosen_letters
from question_bank.views.listing import (
    LETTERS,
    TYPE_NAMES,
    ShownState,
    say_share,
    say_signed,
    shown_verdict,
)

# The order of the table: what a person must look at first.
GRAVITY = tuple(Verdict)


@dataclass(frozen=True)
class ShownItem:
    """One question of the table."""

    public_id: str
    type: Any
    stem: str
    version: int
    sittings: int
    facility: str
    discrimination: str
    point_biserial: str
    weight: str
    verdicts: tuple[ShownState, ...]
    source: str
    line: int


@bp.get("/exams/<int:exam_id>/analysis")
@requires(*READERS)
def analysis(exam_id: int) -> ResponseReturnValue:
    """The stored figures of an exam; nothing is computed here."""
    stand_under("exams.exams")
    session, actor = db_session(), current_actor()
    found = exam_for(session, actor, exam_id)
    whole = exam_statistics(session, exam_id)
    waiting = release_of(session, exam_id)
    items = exam_items(session, exam_id) if whole else []
    judged = sorted(((_judged(row), row) for row in items), key=lambda pair: _gravity(pair[0]))
    reasons = whole.reasons if whole else {}
    return render_template(
        "exams/setup/analysis.html",
        void=void_first_sittings(session, exam_id),
        to_mark=waiting.ready + waiting.unfinished,
        exam=found,
        whole=whole,
        items=[_shown(row, verdicts) for verdicts, row in judged],
        few=FEW,
        alpha=say_signed(whole.alpha).lstrip("+") if whole else "",
        alpha_reason=_(REASONS[Reason(reasons["alpha"])]) if "alpha" in reasons else "",
        may_manage=may_manage(session, actor, found),
        may_see_bank=actor.has(*KEEPERS),
    )


@bp.post("/exams/<int:exam_id>/analysis")
@requires(*MANAGERS)
def analyse_now(exam_id: int) -> ResponseReturnValue:
    """Have the figures computed anew, in the background."""
    managed_exam(db_session(), current_actor(), exam_id)
    jobs = services().jobs
    after_commit(lambda: jobs.enqueue("analyse-exam", exam_id=exam_id))
    flash(_("正在重新算，过一会儿刷新这页"))
    return redirect(url_for("exams.analysis", exam_id=exam_id))


def _judged(row: ItemRow) -> list[Any]:
    letters = unchosen_letters([o["id"] for o in row.version.options], row.figures.options, LETTERS)
    return judge(
        sittings=row.figures.sittings,
        facility=row.figures.facility,
        point_biserial=row.figures.point_biserial,
        unchosen=letters,
    )


def _gravity(judged: list[Any]) -> int:
    return GRAVITY.index(judged[0].verdict)


def _shown(row: ItemRow, judged: list[Any]) -> ShownItem:
    figures = row.figures
    return ShownItem(
        public_id=row.question.public_id,
        type=TYPE_NAMES[row.question.type],
        stem=" ".join(Markup(row.version.stem_html).striptags().split()),
        version=row.version.number,
        sittings=figures.sittings,
        facility=say_share(figures.facility),
        discrimination=say_signed(figures.discrimination_index),
        point_biserial=say_signed(figures.point_biserial),
        weight=say_share(figures.effective_weight),
        verdicts=tuple(shown_verdict(one) for one in judged),
        source=row.question.source_path,
        line=row.question.source_line,
    )
