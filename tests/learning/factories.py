"""Published modules for tests."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.identity import Actor
from learning.editions import Edition, make_edition
from learning.models import ModuleSource, ModuleVersion
from learning.operations import publish_module
from learning.parsing import parse_module

AUTHOR = Actor.system("content")


def module_text(
    key: str = "sop-dh",
    *,
    title: str = "动火作业操作规程",
    kind: str = "操作规程",
    label: str = "2.1",
    effective: str = "2026-01-01",
    more: str = "",
    body: str = "## 3.2 票的有效期 {#s-3-2}\n\n有效期不超过 ==8 小时==。\n",
) -> str:
    """A small module file."""
    return (
        f"---\n标识: {key}\n标题: {title}\n类别: {kind}\n版本: {label}\n生效日期: {effective}\n"
        f"来源:\n  - 名称: 示例厂动火作业管理规程\n    文号: SL-SOP-07\n{more}---\n\n{body}"
    )


def edition(text: str | None = None, *, source: ModuleSource = ModuleSource.LIBRARY) -> Edition:
    """The edition of a text that must be free of problems."""
    parsed, problems = parse_module(text or module_text(), "content/sop-dh.md")
    assert problems == []
    return make_edition(parsed, source=source, image_url=lambda path: None)


def make_module(session: Session, text: str | None = None, *, now: datetime) -> ModuleVersion:
    """A published module; returns its current version."""
    return publish_module(session, edition(text), actor=AUTHOR, now=now).version
