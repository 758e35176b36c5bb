"""Working copies and a published module for tests."""

import itertools
from datetime import date, datetime

from sqlalchemy.orm import Session

from core.config import LIBRARY_DIR
from editor.models import WorkingCopy
from editor.operations.copies import create_copy
from editor.operations.review import submit_copy
from editor.skeletons import NewModule, module_skeleton, path_of, question_skeletons
from learning.editions import make_edition
from learning.models import ModuleKind, ModuleSource, StoredFile
from learning.operations import publish_module
from learning.parsing import parse_module
from learning.queries import stored_file
from learning.sources import text_hash
from tests.cast import Cast

KEY = "sop-press"
_NUMBERS = itertools.count(1)
LIBRARY_PATH = "procedures/sop-hot-work.md"


def new_text(key: str = KEY, kind: ModuleKind = ModuleKind.OPERATING_PROCEDURE) -> str:
    return module_skeleton(
        NewModule(kind, key, "冲床操作规程", "安全科", date(2026, 1, 1), "冲床管理规程", "SL-21")
    )


def question_text(word: str = "单选") -> str:
    return question_skeletons()[word].replace("{cite}", "[1 适用范围](#s-1)")


def make_copy(
    session: Session,
    cast: Cast,
    *,
    now: datetime,
    key: str | None = None,
    text: str | None = None,
    is_of_library: bool = False,
) -> WorkingCopy:
    """A working copy of a new module, by the trainer."""
    kind = ModuleKind.OPERATING_PROCEDURE
    # A key of its own: tests in one browser share their database.
    key = key or f"{KEY}-{next(_NUMBERS)}"
    copy = create_copy(
        session,
        path=LIBRARY_PATH if is_of_library else path_of(kind, key),
        module_key=key,
        text=new_text(key) if text is None else text,
        actor=cast.actor("trainer"),
        now=now,
    )
    if is_of_library:
        copy.origin_text = (LIBRARY_DIR / LIBRARY_PATH).read_text("utf-8").replace("监护人", "他")
        session.flush()
    return copy


def submitted(session: Session, cast: Cast, *, now: datetime) -> WorkingCopy:
    """A working copy that waits for its review."""
    copy = make_copy(session, cast, now=now)
    submit_copy(session, copy, revision=copy.revision, actor=cast.actor("trainer"), now=now)
    return copy


def publish_sample(
    session: Session, cast: Cast, *, now: datetime, text: str | None = None
) -> StoredFile:
    """A published module of the enterprise with its file in the store."""
    text = text or new_text()
    path = path_of(ModuleKind.OPERATING_PROCEDURE, KEY)
    found = stored_file(session, path)
    if found is not None:
        return found
    parsed, _ = parse_module(text, f"CONTENT_DIR/{path}")
    edition = make_edition(
        parsed, source=ModuleSource.ENTERPRISE, image_url=lambda _path: None, text=text
    )
    publish_module(session, edition, actor=cast.actor("trainer"), now=now)
    stored = StoredFile(
        module_key=KEY, path=path, text=text, text_hash=text_hash(text), updated_at=now
    )
    session.add(stored)
    session.flush()
    return stored
