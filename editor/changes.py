"""What differs between two texts of a file, clause by clause and question by question. Pure."""

from dataclasses import dataclass

from learning.differences import Piece, clause_changes, word_diff
from learning.parsing import RawBlock, parse_module

NEW, GONE, CHANGED = "new", "gone", "changed"


@dataclass(frozen=True)
class TextChange:
    """One clause or question that differs, with its words in reading order."""

    title: str
    kind: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class FileChanges:
    """All that differs: the front matter, the clauses, the questions."""

    front: TextChange | None
    clauses: tuple[TextChange, ...]
    questions: tuple[TextChange, ...]

    @property
    def count(self) -> int:
        return len(self.clauses) + len(self.questions) + bool(self.front)


def file_changes(before: str, after: str) -> FileChanges:
    """Compare two texts of one file."""
    old, new = _front(before), _front(after)
    return FileChanges(
        _change("", old, new) if old != new else None,
        tuple(
            _change(change.title, change.before, change.after)
            for change in clause_changes(before, after)
        ),
        tuple(_questions(before, after)),
    )


def _questions(before: str, after: str) -> list[TextChange]:
    old, new = _blocks(before), _blocks(after)
    found = []
    for key in dict.fromkeys([*new, *old]):
        left, right = old.get(key), new.get(key)
        was, said = _written(left), _written(right)
        block = right or left
        if was != said and block is not None:
            found.append(_change(f"【{block.type_word}】{block.title}", was, said))
    return found


def _blocks(text: str) -> dict[str, RawBlock]:
    module, _ = parse_module(text, "")
    return {
        block.public_id or f"{block.type_word}{block.title}{number}": block
        for number, block in enumerate(module.blocks)
    }


def _written(block: RawBlock | None) -> str | None:
    if block is None:
        return None
    body = "\n".join(line.rstrip() for line in block.lines).strip()
    return f"{block.title}\n\n{body}\n"


def _front(text: str) -> str:
    """The lines of the front matter as typed."""
    head, mark, rest = text.lstrip("\n").partition("---\n")
    return rest.partition("\n---")[0] if not head and mark else ""


def _change(title: str, before: str | None, after: str | None) -> TextChange:
    kind = NEW if before is None else GONE if after is None else CHANGED
    return TextChange(title, kind, tuple(word_diff(before or "", after or "")))
