"""The privacy notices that come with the product: `notices/<version>.zh.md` and `.en.md`.

A notice that people have acknowledged is never edited; a changed text is the next number.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.markup import render

NOTICES = Path(__file__).with_name("notices")


@dataclass(frozen=True)
class NoticeText:
    """One version in both languages."""

    version: int
    zh: str
    en: str


@lru_cache(maxsize=1)
def shipped_notices() -> tuple[NoticeText, ...]:
    """Every version that comes with this code, oldest first."""
    versions = sorted(int(path.name.split(".")[0]) for path in NOTICES.glob("*.zh.md"))
    return tuple(
        NoticeText(
            version,
            zh=(NOTICES / f"{version}.zh.md").read_text(encoding="utf-8"),
            en=(NOTICES / f"{version}.en.md").read_text(encoding="utf-8"),
        )
        for version in versions
    )


@lru_cache(maxsize=8)
def notice_html(text: str) -> str:
    """A notice as safe HTML."""
    return render(text)
