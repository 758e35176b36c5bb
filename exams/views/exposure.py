"""What a question's page shows of the exams that had it on a paper, and for which teams."""

from dataclasses import dataclass

from flask import render_template
from sqlalchemy.orm import Session

from core.identity import Actor
from exams.models import Exam
from exams.queries.exams import READERS, readable_exam_ids
from exams.queries.statistics import uses_of
from question_bank.queries.bank import KEEPERS
from question_bank.queries.statistics import seen_teams

# Teams named in a line; the rest is counted.
MOST_TEAMS = 6


@dataclass(frozen=True)
class ShownUse:
    """One exam with one version of the question."""

    exam: Exam
    version: int
    papers: int
    teams: tuple[tuple[str, int], ...]
    more_teams: int
    may_open: bool


def question_panel(session: Session, actor: Actor, public_id: str) -> str:
    """On how many papers the question stood, when first and last, where and for whom."""
    uses = uses_of(session, public_id)
    ids = {team["team_id"] for row, _exam, _number in uses for team in row.teams}
    names = seen_teams(session, actor, ids, KEEPERS)
    readable = readable_exam_ids(session, actor, [exam.id for _row, exam, _number in uses])
    shown = []
    for row, exam, number in uses:
        teams = sorted(
            ((names[t["team_id"]], t["papers"]) for t in row.teams if t["team_id"] in names),
            key=lambda pair: (-pair[1], pair[0]),
        )
        more = max(len(teams) - MOST_TEAMS, 0)
        may_open = exam.id in readable and actor.has(*READERS)
        shown.append(ShownUse(exam, number, row.papers, tuple(teams[:MOST_TEAMS]), more, may_open))
    return render_template(
        "exams/_exposure.html",
        uses=shown,
        papers=sum(use.papers for use in shown),
        first=min((row.first_at for row, _exam, _number in uses), default=None),
        last=max((row.last_at for row, _exam, _number in uses), default=None),
    )
