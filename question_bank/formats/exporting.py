"""Writing questions out: the file with its losses, and the record of who took what out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.audit import record
from core.errors import N_, Conflict
from core.identity import Actor
from question_bank.formats.exported import ExportedQuestion
from question_bank.formats.losses import LossKind, WrittenFile
from question_bank.formats.writers import WRITERS
from question_bank.queries.bank import QuestionFilter

# Named in a refusal; the report has all of them.
_MOST_NAMED = 10


def written_file(questions: Sequence[ExportedQuestion], format_: str) -> WrittenFile:
    """The file in a format of `WRITERS`; Conflict when there is nothing to write."""
    if not questions:
        raise Conflict(N_("没有符合条件的题，没有导出"))
    return WRITERS[format_].write(questions)


def check_consent(file: WrittenFile, *, is_given: bool) -> None:
    """Refuse a file that would be scored otherwise than the bank, unless a person accepts it."""
    if is_given or not file.needs_consent:
        return
    changed = file.questions_with(LossKind.SCORING)
    left_out = file.questions_with(LossKind.LEFT_OUT)
    named = [*left_out, *changed]
    raise Conflict(
        N_(
            "这个格式里有 %(changed)s 题评分会变，%(left_out)s 题写不出来（%(ids)s）。"
            "看过损失清单，确认以后再导出"
        ),
        changed=len(changed),
        left_out=len(left_out),
        ids="、".join(named[:_MOST_NAMED]) + ("……" if len(named) > _MOST_NAMED else ""),
    )


def record_export(
    session: Session,
    file: WrittenFile,
    *,
    format_: str,
    wanted: QuestionFilter,
    actor: Actor,
    now: datetime,
) -> None:
    """Leave the entry that questions with their keys were taken out."""
    restricted: dict[str, Any] = {
        "words": wanted.words,
        "module": wanted.module_key,
        "tag": wanted.tag,
        "type": wanted.type.value if wanted.type else "",
        "states": [state.value for state in wanted.states],
        "clause": wanted.clause,
        "finding": wanted.finding.value if wanted.finding else "",
        "ids": list(wanted.public_ids),
    }
    record(
        session,
        actor=actor,
        now=now,
        action="questions.exported",
        subject=("question_bank", format_),
        after={
            "questions": file.written,
            "left_out": len(file.questions_with(LossKind.LEFT_OUT)),
            "scoring_changed": len(file.questions_with(LossKind.SCORING)),
            "filter": {name: value for name, value in restricted.items() if value},
        },
    )
    session.flush()
