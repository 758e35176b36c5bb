"""Which foreign formats can be read, by name; a format is added with one line in each table."""

from collections.abc import Callable
from dataclasses import dataclass

from question_bank.formats.items import ForeignItem, Reader


@dataclass(frozen=True)
class Switches:
    """What a person may allow for one file; both change what counts as an answer or a case."""

    # Word: a red or bold option is the right one where nothing else says so.
    colour_is_key: bool = False
    # Excel: a merged stem cell with rows beside it is a case with sub-questions.
    merged_is_case: bool = False


SwitchedReader = Callable[[bytes, str, Switches], list[ForeignItem]]


@dataclass(frozen=True)
class Format:
    """A foreign format: its name for people and the endings of its files.

    Raise `version` whenever its reader reads a file differently: a preview made before is then
    not committed.
    """

    label: str
    suffixes: tuple[str, ...]
    version: int = 1


FORMATS: dict[str, Format] = {}
READERS: dict[str, Reader] = {}
# Readers that heed switches; they stand in READERS too, with every switch off.
SWITCHED_READERS: dict[str, SwitchedReader] = {}
