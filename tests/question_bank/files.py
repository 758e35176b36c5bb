"""Small module files for the tests."""

from datetime import timedelta
from pathlib import Path

from core.clock import ManualClock
from core.db import Database
from core.identity import Actor
from learning.images import ImageStore
from learning.models import ModuleSource
from learning.sources import ContentRoot
from question_bank.operations import SyncReport, sync_content
from tests.question_bank.blocks import SINGLE, VERDICT

SYNC = Actor.system("content-sync")
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89"
)


def question(type_word: str, public_id: str | None, text: str, title: str = "题") -> str:
    tail = f" {{#{public_id}}}" if public_id else ""
    return f"### 【{type_word}】{title}{tail}\n{text}\n"


def module(
    key: str, *questions: str, title: str = "", anchors: tuple[str, ...] = ("s-3-2",)
) -> str:
    front = (
        f'---\n标识: {key}\n标题: {title or key}\n类别: 操作规程\n版本: "1.0"\n'
        "生效日期: 2026-01-01\n来源:\n  - 名称: 示例规程\n    条款: ['3.2']\n---\n\n"
    )
    sections = "".join(
        f"## 3.2 有效期 {{#{anchor}}}\n\n一级票有效期 8 小时。\n\n" for anchor in anchors
    )
    return front + sections + "\n".join(questions)


HOT_WORK = module(
    "sop-dh", question("单选", "q-7f3k2m", SINGLE), question("判断", "q-h5t0pd", VERDICT)
)


class Folder:
    """A content folder with its database and clock."""

    def __init__(self, path: Path, database: Database, clock: ManualClock) -> None:
        self.path = path
        self.database = database
        self.clock = clock
        self.images = ImageStore(path.parent / "uploads")
        path.mkdir(parents=True, exist_ok=True)

    def write(self, name: str, text: str) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def later(self) -> None:
        """A minute passes."""
        self.clock.move_to(self.clock.now() + timedelta(minutes=1))

    def sync(self, *, confirm_removals: bool = True) -> SyncReport:
        """Synchronise a minute later."""
        self.later()
        return sync_content(
            self.database,
            roots=[ContentRoot(self.path, ModuleSource.ENTERPRISE)],
            images=self.images,
            confirm_removals=confirm_removals,
            actor=SYNC,
            now=self.clock.now(),
        )
