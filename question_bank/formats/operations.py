"""Taking over an import: what a foreign file says becomes proposed questions, all or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.audit import record
from core.errors import N_, Conflict
from core.identity import Actor
from question_bank.models import (
    ProposalOrigin,
    ProposalState,
    ProposedQuestion,
    QuestionType,
)


@dataclass(frozen=True)
class Proposal:
    """A question to be proposed, written out before the transaction opens."""

    public_id: str
    type: QuestionType
    block: str
    made_from: str
    module_key: str | None
    anchor: str | None
    external_id: str | None
    replaces_public_id: str | None
    warnings: tuple[dict[str, Any], ...]


def propose_import(
    session: Session,
    proposals: Sequence[Proposal],
    *,
    source: str,
    file_hash: str,
    superseded: Sequence[int],
    newest_seen: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Store the proposals of one file; an open one that the same id brings anew is closed.

    `newest_seen` is the newest proposal that was looked at when the blocks were written: whatever
    came in between may hold the same questions.
    """
    newest = session.scalar(select(func.max(ProposedQuestion.id))) or 0
    if newest != newest_seen:
        raise Conflict(N_("刚有别的题进了待审列表。再预览一次，然后导入"))
    for old in session.scalars(select(ProposedQuestion).where(ProposedQuestion.id.in_(superseded))):
        if old.state is ProposalState.OPEN:
            old.state, old.decided_at = ProposalState.REJECTED, now
            old.decided_by_id, old.reason = actor.user_id, "同一来源又导入了新的一版"
    for each in proposals:
        session.add(
            ProposedQuestion(
                public_id=each.public_id,
                origin=ProposalOrigin.IMPORT,
                state=ProposalState.OPEN,
                module_key=each.module_key,
                anchor=each.anchor,
                type=each.type,
                block=each.block,
                made_from=each.made_from,
                source=source[:200],
                external_id=each.external_id,
                replaces_public_id=each.replaces_public_id,
                warnings=list(each.warnings),
                proposed_at=now,
            )
        )
    record(
        session,
        actor=actor,
        now=now,
        action="questions.imported",
        subject=("import", file_hash[:40]),
        after={"source": source[:200], "file_hash": file_hash, "proposed": len(proposals)},
    )
    session.flush()
