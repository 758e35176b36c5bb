"""Putting a question block into the text of a file, at its end or in place of another. Pure."""

from learning.parsing import RawBlock, parse_module


def with_block(text: str, block: str, *, replaces: str | None) -> str:
    """The text with the block in place of the one with that id, or at its end."""
    lines = text.rstrip("\n").split("\n")
    old = _block(text, replaces) if replaces else None
    if old is None:
        return "\n".join([*lines, "", block.strip("\n")]).lstrip("\n") + "\n"
    end = min(old.line + len(old.lines), len(lines))
    while end > old.line and not lines[end - 1].strip():
        end -= 1
    rest = lines[end:]
    return "\n".join([*lines[: old.line - 1], *block.strip("\n").split("\n"), *rest]) + "\n"


def has_block(text: str, public_id: str) -> bool:
    """Whether a question with this id stands in the text."""
    return _block(text, public_id) is not None


def _block(text: str, public_id: str) -> RawBlock | None:
    if f"#{public_id}" not in text:
        return None
    module, _ = parse_module(text, "")
    return next((block for block in module.blocks if block.public_id == public_id), None)
