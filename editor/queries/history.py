"""The published versions of a module with who published them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User
from learning.models import CourseModule, ModuleVersion


@dataclass(frozen=True)
class PublishedVersion:
    """A line of a module's history; `has_text` is false for versions of old."""

    number: int
    label: str
    published_at: datetime
    published_by: str
    has_text: bool


def versions_of(session: Session, module: CourseModule) -> list[PublishedVersion]:
    """All versions, newest first."""
    rows = session.execute(
        select(
            ModuleVersion.number,
            ModuleVersion.label,
            ModuleVersion.published_at,
            User.name,
            ModuleVersion.source_text != "",
        )
        .outerjoin(User, User.id == ModuleVersion.published_by_id)
        .where(ModuleVersion.module_id == module.id)
        .order_by(ModuleVersion.number.desc())
    )
    return [
        PublishedVersion(n, label, at, name or "", bool(text)) for n, label, at, name, text in rows
    ]


def version_text(session: Session, module: CourseModule, number: int) -> str | None:
    """The file as it was published; None for no such version, empty where none was kept."""
    return session.scalar(
        select(ModuleVersion.source_text).where(
            ModuleVersion.module_id == module.id, ModuleVersion.number == number
        )
    )
