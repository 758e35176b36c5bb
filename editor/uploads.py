"""Files that somebody uploaded to have a module drafted, kept for a day; each under its hash.

The preview, the download and the working copy draft the same bytes again instead of carrying a
text through the browser that could be another one by then.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

KEPT_FOR = timedelta(days=1)
TOKEN = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Upload:
    """A file as it was uploaded."""

    name: str
    data: bytes


class DraftUploads:
    """The uploaded files below the uploads folder."""

    def __init__(self, uploads_dir: Path) -> None:
        self.folder = uploads_dir / "drafts"

    def keep(self, name: str, data: bytes, *, now: datetime) -> str:
        """Keep a file and give the token to find it by; what is a day old goes."""
        self._tidy(now)
        head = json.dumps({"name": name, "at": now.isoformat()}).encode() + b"\n"
        token = hashlib.sha256(name.encode() + b"\0" + data).hexdigest()
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self.folder / f"{token}.part"
        partial.write_bytes(head + data)
        partial.replace(self.folder / token)
        return token

    def load(self, token: str) -> Upload | None:
        """The file of a token; None when there is none, or no longer."""
        path = self.folder / token
        if not TOKEN.fullmatch(token) or not path.is_file():
            return None
        head, _, data = path.read_bytes().partition(b"\n")
        return Upload(json.loads(head)["name"], data)

    def _tidy(self, now: datetime) -> None:
        for path in self.folder.glob("*"):
            with path.open("rb") as file:
                head = file.readline(2000)
            try:
                at = datetime.fromisoformat(json.loads(head)["at"])
            except (ValueError, KeyError, TypeError):
                at = datetime.min.replace(tzinfo=timezone.utc)
            if now - at > KEPT_FOR:
                path.unlink(missing_ok=True)
