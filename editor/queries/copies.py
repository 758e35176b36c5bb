"""Working copies: the open one of a file, the list of all, what was saved."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from accounts.models import User
from core.errors import Forbidden, NotFound
from core.identity import Actor, Role
from editor.models import WorkingCopy, WorkingRevision, WorkingState
from learning.models import CourseModule, ModuleKind, ModuleSource, ModuleVersion
from teams.models import RoleGrant

OPEN = (WorkingState.EDITING, WorkingState.IN_REVIEW)
# Who may open the editor's pages; only trainers write.
READERS = (Role.TRAINER, Role.SAFETY_MANAGER)


@dataclass(frozen=True)
class ModuleRow:
    """A line of the list: a module, a working copy, or both."""

    key: str
    title: str
    kind: ModuleKind | None
    source: ModuleSource | None
    label: str
    owner: str
    changed_at: datetime
    path: str
    copy_id: int | None = None
    copy_state: WorkingState | None = None
    worked_on_by: str = ""


@dataclass(frozen=True)
class SavedRevision:
    """One saved state and who saved it."""

    revision: int
    saved_at: datetime
    saved_by: str


def open_copy_of(session: Session, path: str) -> WorkingCopy | None:
    """The one working copy of a file that is being edited or reviewed."""
    return session.scalar(
        select(WorkingCopy).where(WorkingCopy.path == path, WorkingCopy.state.in_(OPEN))
    )


def copy_by_id(session: Session, copy_id: int, *, lock: bool = False) -> WorkingCopy:
    """A working copy; locked for a save, so that two savers come one after the other."""
    copy = session.get(WorkingCopy, copy_id, with_for_update=lock or None, populate_existing=lock)
    if copy is None:
        raise NotFound()
    return copy


def copy_for(session: Session, actor: Actor, copy_id: int) -> WorkingCopy:
    """A working copy, for those who write or review modules."""
    if not actor.has(*READERS):
        raise Forbidden()
    return copy_by_id(session, copy_id)


def names_of(session: Session, user_ids: set[int]) -> dict[int, str]:
    """The names of people by their ids."""
    rows = session.execute(select(User.id, User.name).where(User.id.in_(user_ids)))
    return {row.id: row.name for row in rows}


def module_rows(session: Session) -> list[ModuleRow]:
    """Every module in use and every open working copy, the copies first, newest first."""
    copies = list(
        session.scalars(
            select(WorkingCopy)
            .where(WorkingCopy.state.in_(OPEN))
            .options(
                defer(WorkingCopy.text),
                defer(WorkingCopy.base_text),
                defer(WorkingCopy.origin_text),
            )
            .order_by(WorkingCopy.updated_at.desc(), WorkingCopy.id)
        )
    )
    names = names_of(session, {copy.updated_by_id for copy in copies})
    modules = session.execute(
        select(CourseModule, ModuleVersion)
        .join(ModuleVersion, ModuleVersion.id == CourseModule.current_version_id)
        .where(CourseModule.withdrawn_at.is_(None))
        .options(defer(ModuleVersion.html), defer(ModuleVersion.source_text))
        .order_by(ModuleVersion.published_at.desc(), CourseModule.key)
    ).all()
    known = {module.key: (module, version) for module, version in modules}
    rows = [_copy_row(copy, known.get(copy.module_key), names) for copy in copies]
    taken = {copy.path for copy in copies}
    rows += [
        _module_row(module, version)
        for module, version in modules
        if _relative(version) not in taken
    ]
    return rows


def revisions_of(session: Session, copy: WorkingCopy) -> list[SavedRevision]:
    """What was saved of a working copy, newest first."""
    rows = session.execute(
        select(WorkingRevision.revision, WorkingRevision.saved_at, User.name)
        .join(User, User.id == WorkingRevision.saved_by_id)
        .where(WorkingRevision.working_copy_id == copy.id)
        .order_by(WorkingRevision.revision.desc())
        .limit(200)
    )
    return [SavedRevision(*row) for row in rows]


def revision_text(session: Session, copy: WorkingCopy, revision: int) -> str:
    """What one saved state says."""
    text = session.scalar(
        select(WorkingRevision.text).where(
            WorkingRevision.working_copy_id == copy.id, WorkingRevision.revision == revision
        )
    )
    if text is None:
        raise NotFound()
    return text


def trainer_count(session: Session) -> int:
    """How many people are trainers anywhere."""
    found = session.scalar(
        select(func.count(RoleGrant.user_id.distinct())).where(RoleGrant.role == Role.TRAINER)
    )
    return found or 0


def _relative(version: ModuleVersion) -> str:
    return version.source_path.partition("/")[2]


def _copy_row(
    copy: WorkingCopy,
    known: tuple[CourseModule, ModuleVersion] | None,
    names: dict[int, str],
) -> ModuleRow:
    module, version = known or (None, None)
    return ModuleRow(
        key=copy.module_key,
        title=copy.title,
        kind=module.kind if module else None,
        source=module.source if module else ModuleSource.ENTERPRISE,
        label=version.label if version else "",
        owner=str(version.front.get("owner", "")) if version else "",
        changed_at=copy.updated_at,
        path=copy.path,
        copy_id=copy.id,
        copy_state=copy.state,
        worked_on_by=names.get(copy.updated_by_id, ""),
    )


def _module_row(module: CourseModule, version: ModuleVersion) -> ModuleRow:
    return ModuleRow(
        key=module.key,
        title=version.title,
        kind=module.kind,
        source=module.source,
        label=version.label,
        owner=str(version.front.get("owner", "")),
        changed_at=version.published_at,
        path=_relative(version),
    )
