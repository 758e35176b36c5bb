"""Writing a change of many questions into the working copies of their files."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import N_, Conflict
from core.identity import Actor
from editor.models import WorkingCopy
from editor.operations.copies import open_copy, save_copy
from editor.queries.bulk import BulkPlan
from learning.sources import plain_lines


def change_files(
    session: Session, plan: BulkPlan, *, actor: Actor, now: datetime
) -> list[WorkingCopy]:
    """Save every text of the plan, or none of them where somebody saved one meanwhile.

    The revisions say who, when and what, as with any other save.
    """
    copies = []
    for file in plan.written:
        copy = open_copy(session, file.path, actor=actor, now=now)
        if copy.text != plain_lines(file.before):
            raise Conflict(N_("%(path)s 刚刚有人保存过，什么也没有改。再做一次"), path=file.path)
        copies.append(
            save_copy(
                session,
                copy.id,
                file.made.text,
                revision=copy.revision,
                actor=actor,
                now=now,
            )
        )
    return copies
