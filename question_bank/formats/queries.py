"""What an import asks of the bank: what is there already, and which clauses may be cited."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.models import Clause, CourseModule, ModuleVersion
from question_bank.formats.likeness import Known, print_of
from question_bank.formats.references import CitedModule
from question_bank.models import (
    ProposalOrigin,
    ProposalState,
    ProposedQuestion,
    Question,
    QuestionState,
    QuestionVersion,
)


def bank_prints(session: Session) -> dict[str, Known]:
    """The fingerprints of all questions in use or drafted, with the id of each."""
    rows = session.execute(
        select(
            Question.public_id,
            Question.type,
            QuestionVersion.stem_markdown,
            QuestionVersion.options,
            QuestionVersion.premises,
        )
        .join(QuestionVersion, QuestionVersion.id == Question.current_version_id)
        .where(Question.state != QuestionState.RETIRED, Question.case_id.is_(None))
        .execution_options(yield_per=1000)
    )
    return {
        print_of(type_, stem, _texts(options), _texts(premises)): Known(public_id)
        for public_id, type_, stem, options, premises in rows
    }


def _texts(entries: Iterable[dict[str, Any]]) -> list[str]:
    return [entry["text"] for entry in entries]


def own_questions(session: Session, source: str) -> dict[str, str]:
    """For each external id of a source, the question that came from it and was accepted."""
    found: dict[str, str] = {}
    for proposal in proposals_of(session, source):
        if proposal.state is ProposalState.ACCEPTED and proposal.external_id:
            found[proposal.external_id] = proposal.replaces_public_id or proposal.public_id
    return found


@dataclass(frozen=True)
class PastProposal:
    """What was once imported from a source, as far as the next import must know."""

    id: int
    public_id: str
    state: ProposalState
    block: str
    external_id: str | None
    replaces_public_id: str | None


def proposals_of(session: Session, source: str) -> list[PastProposal]:
    """Everything that was ever imported from a source, oldest first."""
    rows = session.execute(
        select(
            ProposedQuestion.id,
            ProposedQuestion.public_id,
            ProposedQuestion.state,
            ProposedQuestion.block,
            ProposedQuestion.external_id,
            ProposedQuestion.replaces_public_id,
        )
        .where(
            ProposedQuestion.source == source[:200],
            ProposedQuestion.origin == ProposalOrigin.IMPORT,
        )
        .order_by(ProposedQuestion.id)
    )
    return [PastProposal(*row) for row in rows]


def newest_proposal(session: Session) -> int:
    """The id of the newest proposal of any source, 0 when there is none."""
    return session.scalar(select(func.max(ProposedQuestion.id))) or 0


def taken_ids(session: Session) -> set[str]:
    """Every id that a question or a proposal has or had."""
    taken = set(session.scalars(select(Question.public_id)))
    return taken | set(session.scalars(select(ProposedQuestion.public_id)))


def cited_modules(session: Session) -> list[CitedModule]:
    """Every module in use with its declared sources and its sections."""
    sections: dict[int, list[tuple[str, str]]] = {}
    clauses = session.execute(
        select(Clause.module_version_id, Clause.anchor, Clause.title)
        .join(CourseModule, CourseModule.current_version_id == Clause.module_version_id)
        .order_by(Clause.module_version_id, Clause.position)
    )
    for version_id, anchor, title in clauses:
        sections.setdefault(version_id, []).append((anchor, title))
    rows = session.execute(
        select(CourseModule.key, ModuleVersion.title, ModuleVersion.front, ModuleVersion.id)
        .join(ModuleVersion, ModuleVersion.id == CourseModule.current_version_id)
        .where(CourseModule.withdrawn_at.is_(None))
        .order_by(CourseModule.key)
    )
    return [
        CitedModule(
            key,
            title,
            tuple(
                (
                    str(source.get("name") or ""),
                    str(source.get("short_name") or ""),
                    tuple(map(str, source.get("clauses") or ())),
                )
                for source in front.get("sources", ())
            ),
            tuple(sections.get(version_id, ())),
        )
        for key, title, front, version_id in rows
    ]
