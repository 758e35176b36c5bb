"""What rests on a clause, and what a publication would touch, for pages of other packages."""

from typing import Any

from flask import render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from core.identity import Actor
from core.web import panels
from question_bank.plans import PlannedQuestion, PublicationPlan
from question_bank.queries.bank import KEEPERS
from question_bank.queries.clauses import questions_on_clause
from question_bank.views.differences import shown_change
from question_bank.views.listing import TYPE_NAMES, shown_state


def clause_panel(session: Session, actor: Actor, clause: str) -> str | None:
    """The questions that rest on a clause, named `module#anchor`."""
    if not actor.has(*KEEPERS):
        return None
    module_key, _, anchor = clause.partition("#")
    rows = questions_on_clause(session, actor, module_key, anchor)
    return render_template(
        "question_bank/_clause_panel.html",
        rows=[
            {
                "public_id": row.question.public_id,
                "type": TYPE_NAMES[row.question.type],
                "stem": Markup(row.version.stem_html).striptags(),
                "state": shown_state(row.question),
            }
            for row in rows
        ],
    )


def publication_impact(plan: PublicationPlan) -> Markup:
    """What a publication touches beyond its own files: clauses, questions, exams, certificates."""
    clauses = [
        (
            shown_change(
                clause.before,
                clause.after,
                title=clause.title,
                module_key=clause.module_key,
                anchor=clause.anchor,
            ),
            # A clause that is new has nothing resting on it yet.
            [Markup(html) for html in panels("clause", f"{clause.module_key}#{clause.anchor}")]
            if clause.before is not None
            else [],
        )
        for clause in plan.clauses
    ]
    return Markup(
        render_template(
            "question_bank/_impact.html",
            clauses=clauses,
            to_review=_rows(plan.to_review),
            remarks=_rows(plan.remarks),
            corrections=_rows(plan.corrections),
            dropped=[(each.source, each.clause, _rows(each.questions)) for each in plan.dropped],
        )
    )


def _rows(questions: tuple[PlannedQuestion, ...]) -> list[dict[str, Any]]:
    return [
        {
            "public_id": each.public_id,
            "type": TYPE_NAMES[each.type],
            "title": each.title or each.public_id,
        }
        for each in questions
    ]
