"""A filled table between preview and commit: one for each examiner and exam, a new one replaces it.

Only the file and what was said about it are kept; what it would do is worked out anew each time.
"""

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from core.errors import NotFound
from core.services import Services
from exams.on_paper.planning import Hours

KEPT = timedelta(days=7)
_PREFIX = "paper-answers-"


class UploadState(Enum):
    """Where a file stands."""

    PREVIEWED = "previewed"
    QUEUED = "queued"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Upload:
    """A file with the hours of the exam, whose it is, and what has been done with it."""

    exam_id: int
    user_id: int
    name: str
    hash: str
    hours: Hours
    at: datetime
    state: UploadState = UploadState.PREVIEWED
    done: dict[str, int] = field(default_factory=dict)


def keep(
    services: Services,
    data: bytes,
    *,
    exam_id: int,
    user_id: int,
    name: str,
    hours: Hours,
    at: datetime,
) -> Upload:
    """Store a file in the place of the one before."""
    services.config.uploads_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    of_hash = hashlib.sha256(data).hexdigest()
    upload = Upload(exam_id, user_id, name[:200], of_hash, hours, at)
    _write(_place(services, exam_id, user_id, ".xlsx"), data)
    store(services, upload)
    return upload


def store(services: Services, upload: Upload) -> None:
    """Write down where an upload stands."""
    stored = {
        **asdict(upload),
        "state": upload.state.value,
        "at": upload.at.isoformat(),
        "hours": [upload.hours.started_at.isoformat(), upload.hours.ended_at.isoformat()],
    }
    text = json.dumps(stored, ensure_ascii=False)
    _write(_place(services, upload.exam_id, upload.user_id, ".json"), text.encode())


def counted(upload: Upload, more: Counter[str], *, state: UploadState) -> Upload:
    """The upload after some more rows."""
    return replace(upload, done=dict(Counter(upload.done) + more), state=state)


def upload_of(services: Services, exam_id: int, user_id: int | None) -> Upload | None:
    """One's own upload for an exam; None where there is none."""
    try:
        stored = json.loads(_place(services, exam_id, user_id or 0, ".json").read_bytes())
    except (OSError, ValueError):
        return None
    return _upload(stored)


def bytes_of(services: Services, upload: Upload) -> bytes:
    """The file as it was uploaded; NotFound once it was replaced or tidied away."""
    try:
        data = _place(services, upload.exam_id, upload.user_id, ".xlsx").read_bytes()
    except OSError as error:
        raise NotFound() from error
    if hashlib.sha256(data).hexdigest() != upload.hash:
        raise NotFound()
    return data


def discard(services: Services, exam_id: int, user_id: int | None) -> None:
    """Forget an upload; twice does no harm."""
    for suffix in (".json", ".xlsx"):
        _place(services, exam_id, user_id or 0, suffix).unlink(missing_ok=True)


def tidy(services: Services) -> None:
    """Forget uploads that nobody acted upon."""
    now = services.clock.now()
    for path in services.config.uploads_dir.glob(f"{_PREFIX}*.json"):
        upload = _upload(json.loads(path.read_bytes()))
        if upload.at < now - KEPT:
            discard(services, upload.exam_id, upload.user_id)


def _place(services: Services, exam_id: int, user_id: int, suffix: str) -> Path:
    return services.config.uploads_dir / f"{_PREFIX}{exam_id}-{user_id}{suffix}"


def _write(path: Path, data: bytes) -> None:
    # Renaming is atomic: a reader never sees half a file.
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(data)
    partial.replace(path)


def _upload(stored: dict[str, Any]) -> Upload:
    started_at, ended_at = map(datetime.fromisoformat, stored["hours"])
    return Upload(
        exam_id=stored["exam_id"],
        user_id=stored["user_id"],
        name=stored["name"],
        hash=stored["hash"],
        hours=Hours(started_at, ended_at),
        at=datetime.fromisoformat(stored["at"]),
        state=UploadState(stored["state"]),
        done=stored["done"],
    )
