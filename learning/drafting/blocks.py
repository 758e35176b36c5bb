"""What a source file consists of, whatever it was written with. Pure data."""

from dataclasses import dataclass, field
from enum import Enum

MAX_BLOCKS = 50_000


class Kind(Enum):
    """What a block is in its source."""

    TITLE = "title"
    HEADING = "heading"
    TEXT = "text"
    BULLET = "bullet"
    # Taken over as it stands: a table, a quote, a piece of code.
    VERBATIM = "verbatim"


@dataclass(frozen=True)
class Block:
    """One paragraph or the like, as Markdown; `line` is its line or paragraph in the source.

    `level` is that of a heading, or how deep a bullet is nested. `is_apart` says that the source
    itself parts it from what stands before: a blank line, a paragraph of Word.
    """

    kind: Kind
    text: str
    line: int
    level: int = 0
    anchor: str | None = None
    is_apart: bool = True


@dataclass(frozen=True)
class DraftImage:
    """A picture taken out of the source; `path` is relative to the module file."""

    path: str
    data: bytes


@dataclass
class Source:
    """A source file as blocks, with what the reader noticed or could not take over."""

    blocks: list[Block]
    unit: str = "行"  # what `Block.line` counts: 行 or 段
    remarks: list[str] = field(default_factory=list)
    images: list[DraftImage] = field(default_factory=list)
    front: list[str] = field(default_factory=list)  # the lines of a front matter that was there
