"""What of a clause or a question stands in exams: panels for the bank's pages."""

from flask import render_template
from sqlalchemy.orm import Session

from core.identity import Actor
from core.web import moment
from exams.definition import phase
from exams.models import Exam
from exams.queries.clauses import answered_in, exams_on_clause
from exams.queries.exams import READERS, readable_exam_ids
from exams.views.shown import say_window
from exams.views.words import PHASES


def clause_panel(session: Session, actor: Actor, clause: str) -> str | None:
    """Planned and running exams that may draw a question on a clause, named `module#anchor`."""
    module_key, _, anchor = clause.partition("#")
    now = moment()
    found, total = exams_on_clause(session, actor, module_key, anchor, now=now)
    rows = [
        (row, PHASES[phase(row.exam, now=now)], say_window(row.exam.opens_at, row.exam.closes_at))
        for row in found
    ]
    return render_template("exams/_clause_panel.html", rows=rows, total=total)


def version_panel(session: Session, actor: Actor, version_id: int) -> str | None:
    """The finished sittings that hold a version whose key has since been changed."""
    found, total = answered_in(session, actor, version_id)
    return render_template("exams/_version_panel.html", rows=found, total=total)


def flaw_panel(session: Session, actor: Actor, exam_id: int) -> str | None:
    """The exam that found a question faulty, as a link for those who may read it."""
    exam = session.get(Exam, exam_id)
    if exam is None:
        return None
    is_link = actor.has(*READERS) and exam.id in readable_exam_ids(session, actor, [exam.id])
    return render_template("exams/_flaw_panel.html", exam=exam, is_link=is_link)
