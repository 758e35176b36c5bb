"""Proposed questions for tests."""

from datetime import datetime

from sqlalchemy.orm import Session

from question_bank.keys import QuestionType
from question_bank.models import ProposalOrigin, ProposalState, ProposedQuestion

BLOCK = """### 【判断】票的有效期 {#q-9abc12}

一级票有效期不超过 8 小时。

> - 答案：对
> - 依据：[3.2 票的有效期](#s-3-2)
> - 状态：草稿
"""


def make_proposal(
    session: Session,
    *,
    now: datetime,
    public_id: str = "q-9abc12",
    block: str = BLOCK,
    module_key: str | None = "sop-dh",
    anchor: str | None = "s-3-2",
    origin: ProposalOrigin = ProposalOrigin.IMPORT,
    source: str | None = "题库.xlsx",
) -> ProposedQuestion:
    made = ProposedQuestion(
        public_id=public_id,
        origin=origin,
        state=ProposalState.OPEN,
        module_key=module_key,
        anchor=anchor,
        type=QuestionType.TRUE_FALSE,
        block=block.replace("q-9abc12", public_id),
        made_from="1. 一级票有效期不超过 8 小时。（对）",
        source=source,
        warnings=[{"code": "W504", "message": "题型是猜的"}],
        proposed_at=now,
    )
    session.add(made)
    session.flush()
    return made
