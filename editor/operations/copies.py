"""Opening, saving and giving up working copies of module files."""

import re
from datetime import datetime

from sqlalchemy.orm import Session

from core import audit
from core.errors import N_, Conflict, Forbidden, NotFound
from core.identity import Actor, Role
from editor.blocks import with_block
from editor.models import WorkingCopy, WorkingRevision, WorkingState
from editor.queries import copies as queries
from editor.queries.files import PublishedFile, file_holding, main_file, published_file
from editor.skeletons import companion_skeleton
from learning.front_matter import COMPANION_SUFFIX
from learning.sources import MAX_FILE_BYTES, is_safe_path, plain_lines

_FIELD = re.compile(r"^(标识|标题|title|id)\s*[:：]\s*(.+?)\s*$", re.MULTILINE)


class StaleRevision(Conflict):
    """Somebody saved another text meanwhile; both texts are to be merged."""


def open_copy(session: Session, path: str, *, actor: Actor, now: datetime) -> WorkingCopy:
    """The open working copy of a published file, made from its text when there is none yet.

    A file of the product's library becomes the enterprise's copy, linked to its origin.
    """
    _check_writer(actor)
    found = queries.open_copy_of(session, path)
    if found is not None:
        return found
    published = published_file(session, path)
    if published is None:
        raise NotFound()
    return _start(session, published, published.text, actor=actor, now=now)


def create_copy(
    session: Session, *, path: str, module_key: str, text: str, actor: Actor, now: datetime
) -> WorkingCopy:
    """A working copy of a file that does not exist yet."""
    _check_writer(actor)
    if not path.endswith(".md") or not is_safe_path(path):
        raise Conflict(N_("文件的位置不对：%(path)s"), path=path)
    is_taken = not path.endswith(COMPANION_SUFFIX) and main_file(session, module_key)
    if is_taken or queries.open_copy_of(session, path) or published_file(session, path):
        raise Conflict(N_("标识 %(key)s 已经用了，换一个"), key=module_key)
    new = PublishedFile(path, module_key, "", None, is_new=True)
    return _start(session, new, text, actor=actor, now=now)


def restore_text(
    session: Session, path: str, text: str, *, label: str, actor: Actor, now: datetime
) -> WorkingCopy:
    """A working copy with the text of an old version; what was being edited stays a revision."""
    copy = open_copy(session, path, actor=actor, now=now)
    copy = save_copy(session, copy.id, text, revision=copy.revision, actor=actor, now=now)
    audit.record(
        session,
        actor=actor,
        now=now,
        action="working_copy.restored",
        subject=("working_copy", copy.path),
        after={"version": label, "revision": copy.revision},
    )
    session.flush()
    return copy


def save_copy(
    session: Session, copy_id: int, text: str, *, revision: int, actor: Actor, now: datetime
) -> WorkingCopy:
    """Keep a text as the next revision; StaleRevision when `revision` is not the newest.

    An unchanged text makes no revision. The revision row says who, when and what, so that saving
    has no entry of its own in the audit log.
    """
    _check_writer(actor)
    copy = queries.copy_by_id(session, copy_id, lock=True)
    text = plain_lines(text)
    if len(text.encode("utf-8", "replace")) > MAX_FILE_BYTES:
        raise Conflict(N_("文件大于 2 MB。分成几个模块，图片用图片按钮放"))
    if copy.state is not WorkingState.EDITING:
        raise Conflict(N_("这份已经送审或发布，不能再改。先撤回，或重新开始编辑"))
    if text == copy.text:
        return copy
    if copy.revision != revision:
        raise StaleRevision(N_("别人刚刚保存过这份，先把两份合起来"))
    copy.text, copy.revision = text, revision + 1
    copy.updated_at, copy.updated_by_id = now, _user_id(actor)
    _take_names(copy)
    _keep(session, copy)
    return copy


def open_companion(
    session: Session, module_key: str, *, actor: Actor, now: datetime
) -> WorkingCopy:
    """The open working copy of the module's companion file, begun where there is none."""
    main = main_file(session, module_key)
    if main is None:
        raise NotFound()
    path = main.path.removesuffix(".md") + COMPANION_SUFFIX
    if queries.open_copy_of(session, path) or published_file(session, path):
        return open_copy(session, path, actor=actor, now=now)
    text = companion_skeleton(module_key)
    return create_copy(session, path=path, module_key=module_key, text=text, actor=actor, now=now)


def main_copy(
    session: Session, module_key: str, *, actor: Actor, now: datetime
) -> WorkingCopy | None:
    """The working copy of the module's own file; None while its text is the library's alone.

    A module of the library is only taken over when a person says so.
    """
    main = main_file(session, module_key)
    if main is None or (main.is_library and not queries.open_copy_of(session, main.path)):
        return None
    return open_copy(session, main.path, actor=actor, now=now)


def put_block(
    session: Session,
    *,
    module_key: str,
    block: str,
    replaces: str | None,
    actor: Actor,
    now: datetime,
) -> WorkingCopy:
    """Put a question into the module's companion file, or in place of the block with that id."""
    path = file_holding(session, module_key, replaces) if replaces else None
    if path is not None:
        copy = open_copy(session, path, actor=actor, now=now)
    else:
        copy = open_companion(session, module_key, actor=actor, now=now)
    text = with_block(copy.text, block, replaces=replaces)
    return save_copy(session, copy.id, text, revision=copy.revision, actor=actor, now=now)


def discard_copy(session: Session, copy: WorkingCopy, *, actor: Actor, now: datetime) -> None:
    """Give a working copy up; its revisions stay readable."""
    _check_writer(actor)
    if copy.state not in (WorkingState.EDITING, WorkingState.IN_REVIEW):
        raise Conflict(N_("这份已经发布或放弃了"))
    copy.state, copy.updated_at, copy.updated_by_id = WorkingState.DISCARDED, now, _user_id(actor)
    audit.record(
        session,
        actor=actor,
        now=now,
        action="working_copy.discarded",
        subject=("working_copy", copy.path),
        before={"revision": copy.revision},
    )
    session.flush()


def _start(
    session: Session, file: PublishedFile, text: str, *, actor: Actor, now: datetime
) -> WorkingCopy:
    copy = WorkingCopy(
        module_key=file.module_key,
        path=file.path,
        title="",
        state=WorkingState.EDITING,
        text=plain_lines(text),
        revision=1,
        base_text=None if file.is_new else file.text,
        origin_text=file.origin_text,
        owner_id=_user_id(actor),
        created_at=now,
        updated_at=now,
        updated_by_id=_user_id(actor),
        review_note="",
    )
    _take_names(copy)
    session.add(copy)
    session.flush()
    _keep(session, copy)
    return copy


def _keep(session: Session, copy: WorkingCopy) -> None:
    session.add(
        WorkingRevision(
            working_copy_id=copy.id,
            revision=copy.revision,
            text=copy.text,
            saved_at=copy.updated_at,
            saved_by_id=copy.updated_by_id,
        )
    )
    session.flush()


def _take_names(copy: WorkingCopy) -> None:
    """The title, and of a new module the key, as the text now says them."""
    head = copy.text[:4000]
    fields = {name: value.strip("\"' ") for name, value in _FIELD.findall(head)}
    if copy.path.endswith(COMPANION_SUFFIX):
        copy.title = copy.title or copy.module_key
        return
    copy.title = (fields.get("标题") or fields.get("title") or copy.module_key)[:200]
    if copy.base_text is None:
        copy.module_key = (fields.get("标识") or fields.get("id") or copy.module_key)[:80]


def _check_writer(actor: Actor) -> None:
    if not actor.has(Role.TRAINER):
        raise Forbidden()


def _user_id(actor: Actor) -> int:
    if actor.user_id is None:
        raise Forbidden()
    return actor.user_id
