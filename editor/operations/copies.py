"""Opening, saving and filling the working copies of module files."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import record
from core.errors import N_, Conflict, NotFound
from core.identity import Actor
from editor.models import WorkingCopy, WorkingRevision, WorkingState
from learning.models import CourseModule, ModuleVersion, StoredFile
from learning.parsing import parse_module

_OPEN = (WorkingState.EDITING, WorkingState.IN_REVIEW)


def open_copy(session: Session, path: str, *, actor: Actor, now: datetime) -> WorkingCopy:
    """The working copy of the file at the path: the open one, or a new one of what is published."""
    found = _open_at(session, path)
    if found is not None:
        return found
    stored = session.scalar(select(StoredFile).where(StoredFile.path == path))
    if stored is None:
        raise NotFound()
    return _new_copy(session, stored.module_key, path, stored.text, actor=actor, now=now)


def save_copy(
    session: Session, copy_id: int, text: str, *, revision: int, actor: Actor, now: datetime
) -> WorkingCopy:
    """Save a text that was written on top of `revision`; Conflict when somebody saved meanwhile."""
    copy = session.get(WorkingCopy, copy_id)
    if copy is None or copy.state not in _OPEN:
        raise NotFound()
    if copy.revision != revision:
        raise Conflict(N_("这份草稿刚被别人改过。先看新的文字，再保存"))
    if copy.text == text:
        return copy
    copy.text, copy.revision = text, revision + 1
    copy.updated_at, copy.updated_by_id = now, _person(actor)
    session.add(
        WorkingRevision(
            working_copy_id=copy.id,
            revision=copy.revision,
            text=text,
            saved_at=now,
            saved_by_id=_person(actor),
        )
    )
    record(session, actor=actor, now=now, action="working_copy.saved", subject=("copy", copy.id))
    session.flush()
    return copy


def put_block(
    session: Session,
    *,
    module_key: str,
    block: str,
    replaces: str | None,
    actor: Actor,
    now: datetime,
) -> WorkingCopy:
    """Put a question into the module's companion file, or in place of the one with that id."""
    for copy in _copies_of(session, module_key, actor=actor, now=now) if replaces else ():
        text = _with_block(copy.text, block, replaces or "")
        if text is not None:
            return save_copy(session, copy.id, text, revision=copy.revision, actor=actor, now=now)
    copy = _companion(session, module_key, actor=actor, now=now)
    text = f"{copy.text.rstrip()}\n\n{block}"
    return save_copy(session, copy.id, text, revision=copy.revision, actor=actor, now=now)


def main_copy(
    session: Session, module_key: str, *, actor: Actor, now: datetime
) -> WorkingCopy | None:
    """The working copy of the module's own file; None for a module that is not in the store."""
    path = session.scalar(
        select(StoredFile.path).where(
            StoredFile.module_key == module_key, StoredFile.is_companion.is_(False)
        )
    )
    return open_copy(session, path, actor=actor, now=now) if path else None


def _copies_of(
    session: Session, module_key: str, *, actor: Actor, now: datetime
) -> list[WorkingCopy]:
    paths = session.scalars(
        select(StoredFile.path)
        .where(StoredFile.module_key == module_key)
        .order_by(StoredFile.is_companion.desc(), StoredFile.path)
    ).all()
    return [open_copy(session, path, actor=actor, now=now) for path in paths]


def _companion(session: Session, module_key: str, *, actor: Actor, now: datetime) -> WorkingCopy:
    """The working copy for the module's questions, made when there is none."""
    path = session.scalar(
        select(StoredFile.path).where(
            StoredFile.module_key == module_key, StoredFile.is_companion.is_(True)
        )
    )
    if path is not None:
        return open_copy(session, path, actor=actor, now=now)
    path = f"{module_key}.题库.md"
    found = _open_at(session, path)
    if found is not None:
        return found
    front = f"---\n类别: 题库\n模块: {module_key}\n---\n"
    return _new_copy(session, module_key, path, front, actor=actor, now=now)


def _with_block(text: str, block: str, public_id: str) -> str | None:
    """The text with this block in place of the one with the id; None where it is not there."""
    module, _ = parse_module(text, "")
    for found in module.blocks:
        if found.public_id == public_id:
            lines = text.split("\n")
            end = found.line + len(found.lines)
            after = "\n".join(lines[end:]).lstrip("\n")
            return "\n".join([*lines[: found.line - 1], block, after]).rstrip() + "\n"
    return None


def _open_at(session: Session, path: str) -> WorkingCopy | None:
    wanted = select(WorkingCopy).where(WorkingCopy.path == path, WorkingCopy.state.in_(_OPEN))
    return session.scalar(wanted)


def _new_copy(
    session: Session, module_key: str, path: str, text: str, *, actor: Actor, now: datetime
) -> WorkingCopy:
    title = session.scalar(
        select(ModuleVersion.title)
        .join(CourseModule, CourseModule.current_version_id == ModuleVersion.id)
        .where(CourseModule.key == module_key)
    )
    copy = WorkingCopy(
        module_key=module_key,
        path=path,
        title=title or module_key,
        state=WorkingState.EDITING,
        text=text,
        revision=1,
        owner_id=_person(actor),
        created_at=now,
        updated_at=now,
        updated_by_id=_person(actor),
    )
    session.add(copy)
    session.flush()
    record(session, actor=actor, now=now, action="working_copy.opened", subject=("copy", copy.id))
    return copy


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotFound()
    return actor.user_id
