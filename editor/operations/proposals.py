"""Proposing questions and deciding on them; nobody is examined on what is only proposed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import record
from core.errors import N_, Conflict
from core.identity import Actor
from editor.operations.copies import main_copy, put_block, save_copy
from editor.rules import FoundQuestion, Settled
from question_bank.facts import with_fact_ids
from question_bank.keys import QuestionType
from question_bank.models import ProposalOrigin, ProposalState, ProposedQuestion

MOST_REASON = 500


def propose_facts(
    session: Session,
    module_key: str,
    *,
    found: Sequence[FoundQuestion],
    actor: Actor,
    now: datetime,
) -> int:
    """Propose what was found and has not been proposed meanwhile; returns how many.

    What a fact gives is found before the write begins, by `rules.questions_from_facts`.
    """
    there = set(
        session.scalars(
            select(ProposedQuestion.external_id).where(
                ProposedQuestion.origin == ProposalOrigin.KEY_FACT,
                ProposedQuestion.module_key == module_key,
            )
        )
    )
    fresh = [one for one in found if one.key not in there]
    for one in fresh:
        session.add(
            ProposedQuestion(
                public_id=one.public_id,
                origin=ProposalOrigin.KEY_FACT,
                state=ProposalState.OPEN,
                module_key=module_key,
                anchor=one.anchor,
                type=one.type,
                block=one.block,
                made_from=one.made_from,
                fact_id=one.fact_id,
                external_id=one.key,
                warnings=[{"code": code, "message": text} for code, text in one.warnings],
                proposed_at=now,
            )
        )
    session.flush()
    if fresh:
        record(
            session,
            actor=actor,
            now=now,
            action="question.proposals.made",
            subject=("module", module_key),
            after={"proposed": len(fresh)},
        )
    return len(fresh)


def edit_proposal(
    session: Session,
    proposal: ProposedQuestion,
    *,
    block: str,
    type_: QuestionType,
    module_key: str | None,
    anchor: str | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep what a person made of an open proposal."""
    _check_open(proposal)
    before = {"module": proposal.module_key, "anchor": proposal.anchor}
    proposal.block, proposal.type = block, type_
    proposal.module_key, proposal.anchor = module_key, anchor
    record(
        session,
        actor=actor,
        now=now,
        action="question.proposal.edited",
        subject=("proposal", proposal.public_id),
        before=before,
        after={"module": module_key, "anchor": anchor},
    )
    session.flush()


def accept_proposal(
    session: Session,
    proposal: ProposedQuestion,
    *,
    settled: Settled,
    fact_ids: Mapping[str, str],
    actor: Actor,
    now: datetime,
) -> None:
    """Put the question into its module's working copy, and its fact's id into the prose.

    It becomes a question when the working copy is published, in the state that its block says.
    `fact_ids` has the ids of the module's facts by fingerprint.
    """
    _check_open(proposal)
    if proposal.module_key is None:
        raise Conflict(N_("先给这道题选一个模块和条款"))
    put_block(
        session,
        module_key=proposal.module_key,
        block=settled.block,
        replaces=proposal.replaces_public_id,
        actor=actor,
        now=now,
    )
    asked = {mark: fact for mark, fact in fact_ids.items() if fact in settled.draft.facts}
    if asked:
        _mark_facts(session, proposal.module_key, asked, actor=actor, now=now)
    proposal.block = settled.block
    _decide(proposal, ProposalState.ACCEPTED, "", actor, now)
    record(
        session,
        actor=actor,
        now=now,
        action="question.proposal.accepted",
        subject=("proposal", proposal.public_id),
        after={"module": proposal.module_key, "state": settled.draft.state.value},
    )
    session.flush()


def reject_proposal(
    session: Session, proposal: ProposedQuestion, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Reject an open proposal for good: the same fact and kind is never proposed again."""
    _check_open(proposal)
    _decide(proposal, ProposalState.REJECTED, reason[:MOST_REASON], actor, now)
    record(
        session,
        actor=actor,
        now=now,
        action="question.proposal.rejected",
        subject=("proposal", proposal.public_id),
        reason=reason[:MOST_REASON],
    )
    session.flush()


def _check_open(proposal: ProposedQuestion) -> None:
    if proposal.state is not ProposalState.OPEN:
        raise Conflict(N_("这道题已经有人处理过了"))


def _decide(
    proposal: ProposedQuestion, state: ProposalState, reason: str, actor: Actor, now: datetime
) -> None:
    proposal.state, proposal.reason = state, reason
    proposal.decided_at, proposal.decided_by_id = now, actor.user_id


def _mark_facts(
    session: Session, module_key: str, ids: Mapping[str, str], *, actor: Actor, now: datetime
) -> None:
    """Write the ids behind the marks; a module of the library keeps its text as it is."""
    copy = main_copy(session, module_key, actor=actor, now=now)
    if copy is not None:
        text = with_fact_ids(copy.text, ids, copy.path)
        save_copy(session, copy.id, text, revision=copy.revision, actor=actor, now=now)
