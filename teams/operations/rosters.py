"""Verbs of a roster import: uploaded, confirmed, thrown away. The work itself is a job."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from core.audit import record
from core.errors import N_, Conflict
from core.identity import Actor
from teams.models import RosterImport, RosterImportState


def upload_roster(
    session: Session,
    *,
    file_name: str,
    file_hash: str,
    creates_teams: bool,
    effective_on: date,
    actor: Actor,
    now: datetime,
) -> RosterImport:
    """Note a stored file; the job `preview-roster` reads it next."""
    assert actor.user_id is not None, "a roster is uploaded by a person"
    row = RosterImport(
        file_name=file_name[:200],
        file_hash=file_hash,
        state=RosterImportState.UPLOADED,
        uploaded_by_id=actor.user_id,
        uploaded_at=now,
        worked_at=now,
        summary={},
        options={"creates_teams": creates_teams, "effective_on": effective_on.isoformat()},
    )
    session.add(row)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        action="roster.uploaded",
        subject=("roster_import", row.id),
        after={"file_name": row.file_name, "file_hash": file_hash},
    )
    session.flush()
    return row


def confirm_roster(
    session: Session, row: RosterImport, file_hash: str, *, actor: Actor, now: datetime
) -> None:
    """Let the import that was previewed begin; bound to the file whose preview was seen."""
    if row.state is not RosterImportState.PREVIEWED:
        raise Conflict(N_("这次导入已经开始或已经放弃"))
    if file_hash != row.file_hash:
        raise Conflict(N_("文件在预览以后变了。再传一次，重新预览"))
    if row.summary.get("is_blocked"):
        raise Conflict(N_("表头有错，不能导入。改好表头再传"))
    row.state = RosterImportState.QUEUED
    row.worked_at = now
    record(
        session,
        actor=actor,
        now=now,
        action="roster.confirmed",
        subject=("roster_import", row.id),
        after={"file_hash": row.file_hash, "counts": row.summary.get("counts", {})},
    )
    session.flush()


def discard_roster(session: Session, row: RosterImport, *, actor: Actor, now: datetime) -> None:
    """Throw a preview away; nothing of it has been stored about anybody."""
    if row.state is not RosterImportState.PREVIEWED:
        raise Conflict(N_("这次导入已经开始或已经放弃"))
    row.state, row.finished_at = RosterImportState.DISCARDED, now
    record(
        session,
        actor=actor,
        now=now,
        action="roster.discarded",
        subject=("roster_import", row.id),
        after={"file_hash": row.file_hash},
    )
    session.flush()
