"""One part of a home page as plain data: its conclusion, the next step, what waits."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One line: what, more about it, where it leads, and its state as a sign with its word."""

    text: Any
    hint: Any = ""
    href: str | None = None
    sign: str = ""
    word: Any = ""
    # A step may have a button of its own; the first one of the page is the blue one.
    button: Any = ""


@dataclass(frozen=True)
class Group:
    """Lines under a small heading."""

    title: Any
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Section:
    """What one role must do next. `is_calm`: nothing waits."""

    role: Any
    conclusion: Any
    sign: str
    is_calm: bool
    steps: tuple[Row, ...] = ()
    groups: tuple[Group, ...] = ()
    notice: Any = ""
