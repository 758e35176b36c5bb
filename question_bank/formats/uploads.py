"""Files waiting between preview and commit: kept for a while under their hash, then tidied away.

Beside the bytes lies what was read from them, so that leafing through a preview of thousands of
items reads no file again. Each person has previews of their own.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from core.errors import NotFound
from core.services import Services
from question_bank.formats.contract import item_data
from question_bank.formats.items import ForeignItem, told_data
from question_bank.formats.preview import Preview
from question_bank.formats.switches import Switches

KEPT = timedelta(days=7)
# A file whose preview is still being written.
YOUNG = timedelta(hours=1)
_HASH = re.compile(r"[0-9a-f]{64}")
_PREFIX = "questions-"


@dataclass(frozen=True)
class Upload:
    """One preview: whose, of which file, and what was read."""

    hash: str
    name: str
    file: str
    format: str
    switches: Switches
    user_id: int
    at: datetime
    items: tuple[dict[str, Any], ...]


def keep(
    services: Services,
    preview: Preview,
    data: bytes,
    switches: Switches,
    *,
    user_id: int,
    at: datetime,
) -> Upload:
    """Store the bytes and the preview of a person's file."""
    folder = services.config.uploads_dir
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = hashlib.sha256(data).hexdigest()
    upload = Upload(
        hash=preview.hash,
        name=preview.source,
        file=file,
        format=preview.format,
        switches=switches,
        items=tuple(_shown(item) for item in preview.items),
        user_id=user_id,
        at=at,
    )
    _write(folder / f"{_PREFIX}{file}", data)
    stored = {**asdict(upload), "at": upload.at.isoformat()}
    text = json.dumps(stored, ensure_ascii=False)
    _write(_place(services, upload.user_id, upload.hash), text.encode())
    return upload


def upload_for(services: Services, user_id: int | None, hash_: str) -> Upload:
    """One's own preview; NotFound for another person's or one that was tidied away."""
    if user_id is None or not _HASH.fullmatch(hash_):
        raise NotFound()
    try:
        stored = json.loads(_place(services, user_id, hash_).read_bytes())
    except (OSError, ValueError) as error:
        raise NotFound() from error
    return _upload(stored)


def uploads_of(services: Services, user_id: int | None) -> list[Upload]:
    """A person's previews, newest first."""
    found = services.config.uploads_dir.glob(f"{_PREFIX}{user_id}-*.json")
    uploads = [_upload(json.loads(path.read_bytes())) for path in found]
    return sorted(uploads, key=lambda upload: upload.at, reverse=True)


def bytes_of(services: Services, upload: Upload) -> bytes:
    """The uploaded file; NotFound when it was tidied away."""
    try:
        return (services.config.uploads_dir / f"{_PREFIX}{upload.file}").read_bytes()
    except OSError as error:
        raise NotFound() from error


def discard(services: Services, upload: Upload) -> None:
    """Forget a preview, and the file once nobody else's preview needs it."""
    _place(services, upload.user_id, upload.hash).unlink(missing_ok=True)
    if upload.file not in {each.file for each in _all(services)}:
        (services.config.uploads_dir / f"{_PREFIX}{upload.file}").unlink(missing_ok=True)


def tidy(services: Services) -> None:
    """Forget previews that nobody acted upon, and files that no preview needs."""
    now = services.clock.now()
    for upload in _all(services):
        if upload.at < now - KEPT:
            discard(services, upload)
    needed = {upload.file for upload in _all(services)}
    for path in services.config.uploads_dir.glob(f"{_PREFIX}*"):
        made_at = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
        is_file = _HASH.fullmatch(path.name.removeprefix(_PREFIX)) is not None
        is_left = path.name.endswith(".part")
        is_old = abs(now - made_at) > YOUNG
        if is_old and (is_left or (is_file and path.name.removeprefix(_PREFIX) not in needed)):
            path.unlink(missing_ok=True)


def _all(services: Services) -> list[Upload]:
    found = services.config.uploads_dir.glob(f"{_PREFIX}*-*.json")
    return [_upload(json.loads(path.read_bytes())) for path in found]


def _place(services: Services, user_id: int, hash_: str) -> Path:
    return services.config.uploads_dir / f"{_PREFIX}{user_id}-{hash_}.json"


def _write(path: Path, data: bytes) -> None:
    # Renaming is atomic: a reader never sees half a file.
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(data)
    partial.replace(path)


def _upload(stored: dict[str, Any]) -> Upload:
    return Upload(
        hash=stored["hash"],
        name=stored["name"],
        file=stored["file"],
        format=stored["format"],
        switches=Switches(**stored["switches"]),
        user_id=stored["user_id"],
        at=datetime.fromisoformat(stored["at"]),
        items=tuple(stored["items"]),
    )


def _shown(item: ForeignItem) -> dict[str, Any]:
    """An item as the page shows it: the contract's fields and what else was read."""
    return {
        **item_data(item),
        "errors": [told_data(each) for each in item.errors],
        "warnings": [told_data(each) for each in item.warnings],
        "parts": [_shown(part) for part in item.parts],
        "title": item.title,
        "explanation": item.explanation,
        "model_answer": item.model_answer,
        "difficulty": item.difficulty,
        "tags": list(item.tags),
        "reference": item.reference,
        "points_tenths": item.points_tenths,
        "external_id": item.external_id,
        "pictures": len(item.images),
    }
