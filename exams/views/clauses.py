"""What of a clause, or of a version of a question, stands in exams: panels for the bank's pages."""

from flask import render_template
from sqlalchemy.orm import Session

from core.identity import Actor
from core.web import moment
from exams.definition import phase
from exams.queries.clauses import answered_in, exams_on_clause
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
