"""The published files that an editor may start from: the store's, else the product's library."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from editor.blocks import has_block
from editor.models import WorkingCopy, WorkingState
from learning.models import CourseModule, ModuleSource, ModuleVersion
from learning.queries import stored_file, stored_files

LIBRARY = "content/"


@dataclass(frozen=True)
class PublishedFile:
    """A file below the content folder as it was published; `origin_text` is the library's."""

    path: str
    module_key: str
    text: str
    origin_text: str | None
    is_new: bool = False
    # The enterprise has no copy of it yet.
    is_library: bool = False


def published_file(session: Session, path: str) -> PublishedFile | None:
    """The file with this path: the enterprise's, else the library's."""
    stored = stored_file(session, path)
    if stored is not None:
        return PublishedFile(path, stored.module_key, stored.text, stored.origin_text)
    row = session.execute(
        select(CourseModule.key, ModuleVersion.source_text)
        .join(ModuleVersion, ModuleVersion.id == CourseModule.current_version_id)
        .where(
            ModuleVersion.source_path == LIBRARY + path,
            CourseModule.source == ModuleSource.LIBRARY,
            CourseModule.withdrawn_at.is_(None),
        )
    ).first()
    if row is None or not row.source_text:
        return None
    return PublishedFile(path, row.key, row.source_text, row.source_text, is_library=True)


def main_file(session: Session, module_key: str) -> PublishedFile | None:
    """The module's own file; a new module's is its open working copy."""
    for stored in stored_files(session, module_key):
        if not stored.is_companion:
            return PublishedFile(stored.path, module_key, stored.text, stored.origin_text)
    source_path = session.scalar(
        select(ModuleVersion.source_path)
        .join(CourseModule, CourseModule.current_version_id == ModuleVersion.id)
        .where(CourseModule.key == module_key)
    )
    if source_path and source_path.startswith(LIBRARY):
        return published_file(session, source_path.removeprefix(LIBRARY))
    copy = session.scalar(
        select(WorkingCopy).where(
            WorkingCopy.module_key == module_key,
            WorkingCopy.state.in_((WorkingState.EDITING, WorkingState.IN_REVIEW)),
            WorkingCopy.path.not_like("%.题库.md"),
        )
    )
    return PublishedFile(copy.path, module_key, copy.text, None, is_new=True) if copy else None


def file_holding(session: Session, module_key: str, public_id: str) -> str | None:
    """The path of the module's file in which a question stands, working copies first."""
    copies = session.scalars(
        select(WorkingCopy).where(
            WorkingCopy.module_key == module_key,
            WorkingCopy.state.in_((WorkingState.EDITING, WorkingState.IN_REVIEW)),
        )
    )
    texts = [(copy.path, copy.text) for copy in copies]
    texts += [(stored.path, stored.text) for stored in stored_files(session, module_key)]
    main = main_file(session, module_key)
    texts += [(main.path, main.text)] if main else []
    return next((path for path, text in texts if has_block(text, public_id)), None)
