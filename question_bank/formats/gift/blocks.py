"""A GIFT file → its blocks: comments, categories and titles taken off, escapes hidden. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.errors import N_
from core.sentences import say
from question_bank.formats.items import Remark

# An escaped mark is hidden as a private character until the marks that count have been found.
_HIDDEN_BASE = 0xF0000
ESCAPABLE = "~=#{}:n\\"
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_HIDDEN = re.compile(f"[{chr(_HIDDEN_BASE)}-{chr(_HIDDEN_BASE + 0x7F)}]")
_COMMENT = re.compile(r"\s*//")
_BLANK = re.compile(r"[\s\u200b\ufeff\u3000]*")
_CATEGORY = re.compile(r"\$CATEGORY[:：](?P<path>.*)", re.IGNORECASE)
_NOTE = re.compile(r"\[(?P<key>id|tag):(?P<value>(?:[^\\\]]|\\.)+)\]")
_TITLE = re.compile(r"(?:::|：：)(?P<title>.*?)(?:::|：：)", re.DOTALL)
_NO_TAG = ("$course$", "$system$", "$module$", "top", "")
LONGEST_TAG = 40


@dataclass
class Block:
    """One block: where it begins, its text with escapes hidden, and what stood around it."""

    line: int
    text: str
    title: str = ""
    external_id: str = ""
    tags: list[str] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)


def blocks_of(lines: Sequence[str]) -> Iterator[Block]:
    """Cut at blank lines; a category holds for all blocks after it."""
    category: list[str] = []
    for group in _groups(lines):
        notes = [text for _number, text in group if _COMMENT.match(text)]
        body = [(number, text) for number, text in group if not _COMMENT.match(text)]
        while body and (found := _CATEGORY.match(body[0][1].strip())):
            category = _path(found["path"])
            body = body[1:]
        if body:
            yield _block(body, notes, category)


def _groups(lines: Sequence[str]) -> Iterator[list[tuple[int, str]]]:
    group: list[tuple[int, str]] = []
    for number, text in enumerate(lines, start=1):
        if _BLANK.fullmatch(text):
            if group:
                yield group
            group = []
        else:
            group.append((number, text))
    if group:
        yield group


def _block(body: list[tuple[int, str]], notes: list[str], category: list[str]) -> Block:
    text, unknown = hide_escapes("\n".join(text.strip() for _number, text in body))
    block = Block(body[0][0], text, tags=list(category))
    for note in notes:
        for found in _NOTE.finditer(note):
            value = re.sub(r"\\(.)", r"\1", found["value"]).strip()
            if found["key"] == "id":
                block.external_id = value
            else:
                block.tags.append(value)
    found_title = _TITLE.match(block.text)
    if found_title:
        block.title = " ".join(shown(found_title["title"]).split())
        block.text = block.text[found_title.end() :].strip()
    for escape in dict.fromkeys(unknown):
        message = say(
            N_("不认识的转义“%(escape)s”，照原样读；要写反斜杠本身请写两个"), escape=escape
        )
        block.warnings.append(Remark("W507", message))
    return block


def _path(written: str) -> list[str]:
    """The names of a category from top to bottom; a doubled slash is a slash in a name."""
    parts = re.split(r"(?<!/)/(?!/)", written.strip())
    names = [part.replace("//", "/").strip() for part in parts]
    return [name[:LONGEST_TAG] for name in names if name.lower() not in _NO_TAG]


def hide_escapes(text: str) -> tuple[str, list[str]]:
    """The text with each escaped mark as one private character, and the unknown escapes."""
    unknown: list[str] = []

    def hidden(found: re.Match[str]) -> str:
        if found[1] in ESCAPABLE:
            return chr(_HIDDEN_BASE + ord(found[1]))
        unknown.append(found[0])
        return chr(_HIDDEN_BASE + ord("\\")) + found[1]

    return _ESCAPE.sub(hidden, _HIDDEN.sub("", text)), unknown


def shown(text: str) -> str:
    """The text with its hidden marks as the characters they stand for."""

    def mark(found: re.Match[str]) -> str:
        character = chr(ord(found[0]) - _HIDDEN_BASE)
        return "\n" if character == "n" else character

    return _HIDDEN.sub(mark, text)
