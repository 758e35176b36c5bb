"""Proposed questions for the people who decide on them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.errors import Forbidden, NotFound
from core.identity import Actor, Role
from editor.rules import DeclaredClauses, ModulePlace
from learning.models import Clause, CourseModule, ModuleVersion
from question_bank.keys import QuestionType
from question_bank.models import ProposalOrigin, ProposalState, ProposedQuestion

AUTHORS = (Role.TRAINER,)


@dataclass(frozen=True)
class ProposalFilter:
    """Which proposals are looked for; an empty value asks for nothing."""

    state: ProposalState | None = ProposalState.OPEN
    origin: ProposalOrigin | None = None
    module_key: str = ""
    type: QuestionType | None = None
    source: str = ""


@dataclass(frozen=True)
class ProposalPage:
    """One page of the proposals that were asked for, with their number."""

    rows: Sequence[ProposedQuestion]
    total: int


@dataclass(frozen=True)
class KnownFact:
    """What is known of a fact from proposals made before."""

    key: str
    fact_id: str | None
    block: str


def proposal_page(
    session: Session, actor: Actor, wanted: ProposalFilter, *, page: int, per_page: int
) -> ProposalPage:
    """The proposals, those of one sentence together, newest round first."""
    _check(actor)
    conditions = _conditions(wanted)
    total = session.scalar(select(func.count(ProposedQuestion.id)).where(*conditions)) or 0
    rows = session.scalars(
        select(ProposedQuestion)
        .where(*conditions)
        .order_by(ProposedQuestion.proposed_at.desc(), ProposedQuestion.id)
        .limit(per_page)
        .offset((page - 1) * per_page)
    ).all()
    return ProposalPage(rows, total)


def open_count(session: Session) -> int:
    """How many proposals wait for a decision."""
    waiting = ProposedQuestion.state == ProposalState.OPEN
    return session.scalar(select(func.count(ProposedQuestion.id)).where(waiting)) or 0


def sources_of_proposals(session: Session) -> list[str]:
    """The names of the imported files that proposals came from."""
    found = session.scalars(
        select(ProposedQuestion.source)
        .where(ProposedQuestion.origin == ProposalOrigin.IMPORT)
        .distinct()
        .order_by(ProposedQuestion.source)
    )
    return [source for source in found if source]


def proposal_for(session: Session, actor: Actor, proposal_id: int) -> ProposedQuestion:
    """One proposal; NotFound where there is none."""
    _check(actor)
    found = session.get(ProposedQuestion, proposal_id)
    if found is None:
        raise NotFound()
    return found


def module_places(session: Session) -> dict[str, ModulePlace]:
    """Every module that is taught, by key, with its sections in order."""
    rows = session.execute(
        select(CourseModule.key, ModuleVersion)
        .join(ModuleVersion, ModuleVersion.id == CourseModule.current_version_id)
        .order_by(ModuleVersion.title)
    ).all()
    clauses: dict[int, list[tuple[str, str]]] = {}
    for clause in session.scalars(
        select(Clause)
        .where(Clause.module_version_id.in_([version.id for _key, version in rows]))
        .order_by(Clause.position)
    ):
        clauses.setdefault(clause.module_version_id, []).append((clause.anchor, clause.title))
    return {
        key: ModulePlace(
            key=key,
            title=version.title,
            clauses=tuple(clauses.get(version.id, ())),
            sources=tuple(
                DeclaredClauses(s["short_name"], s["name"], tuple(s["clauses"]))
                for s in version.front.get("sources", ())
            ),
            audience=frozenset(version.front.get("audience", ())) or None,
        )
        for key, version in rows
    }


def published_text(session: Session, module_key: str) -> str:
    """The module's file as it is taught now; NotFound for an unknown module."""
    text = session.scalar(
        select(ModuleVersion.source_text)
        .join(CourseModule, CourseModule.current_version_id == ModuleVersion.id)
        .where(CourseModule.key == module_key)
    )
    if text is None:
        raise NotFound()
    return text


def known_facts(session: Session, module_key: str) -> list[KnownFact]:
    """What was proposed from the module's facts, rejected or not."""
    rows = session.execute(
        select(
            ProposedQuestion.external_id, ProposedQuestion.fact_id, ProposedQuestion.block
        ).where(
            ProposedQuestion.origin == ProposalOrigin.KEY_FACT,
            ProposedQuestion.module_key == module_key,
        )
    )
    return [KnownFact(key or "", fact_id, block) for key, fact_id, block in rows]


def _check(actor: Actor) -> None:
    if not actor.has(*AUTHORS):
        raise Forbidden()


def _conditions(wanted: ProposalFilter) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wanted.state is not None:
        asked.append(ProposedQuestion.state == wanted.state)
    if wanted.origin is not None:
        asked.append(ProposedQuestion.origin == wanted.origin)
    if wanted.module_key:
        missing = ProposedQuestion.module_key.is_(None)
        is_none = wanted.module_key == "-"
        asked.append(missing if is_none else ProposedQuestion.module_key == wanted.module_key)
    if wanted.type is not None:
        asked.append(ProposedQuestion.type == wanted.type)
    if wanted.source:
        asked.append(ProposedQuestion.source == wanted.source)
    return asked
