"""Front matter in canonical form, line by line, so that comments and quotes stay as written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from learning.front_matter import (
    ALIASES,
    KEYS,
    SOURCE_ALIASES,
    SOURCE_KEYS,
    SOURCES,
    repaired_colons,
)

_KEY = re.compile(r"(?P<key>[^\s#:'\"\[\]{}-][^:#'\"]*?)\s*:(?:\s+(?P<value>.*)|$)")
_ITEM = re.compile(r"(?P<indent> *)-(?P<gap> +)(?P<rest>\S.*)")


@dataclass
class _Entry:
    """The lines of one key: comments above it, the key itself, what is indented under it."""

    key: str
    lines: list[str]


def format_front_matter(lines: Sequence[str]) -> list[str]:
    """The lines between the delimiters with known keys in order, in Chinese and repaired.

    Lines that are not understood make all of them stay where they are: whoever reads the result
    back finds out whether it says the same.
    """
    repaired, _ = repaired_colons([line.rstrip() for line in lines], path="", first_line=1)
    entries, rest = _entries(repaired, "", ALIASES)
    if entries is None:
        return repaired
    for entry in entries:
        if entry.key == SOURCES:
            entry.lines = _source_lines(entry.lines)
    entries.sort(key=lambda entry: _rank(entry.key, KEYS))
    return [line for entry in entries for line in entry.lines if line.strip()] + rest


def _entries(
    lines: Sequence[str], indent: str, aliases: Mapping[str, str]
) -> tuple[list[_Entry] | None, list[str]]:
    """Cut the lines at the keys that stand at this indentation; comments go with what follows."""
    entries: list[_Entry] = []
    waiting: list[str] = []
    for line in lines:
        body = line.removeprefix(indent)
        is_here = line.startswith(indent) and not body.startswith((" ", "\t"))
        found = _KEY.fullmatch(body) if is_here else None
        if not line.strip() or (is_here and body.startswith("#")):
            waiting.append(line)
        elif found:
            key = aliases.get(found["key"].lower(), found["key"])
            value = f" {found['value'].strip()}" if (found["value"] or "").strip() else ""
            entries.append(_Entry(key, [*waiting, f"{indent}{key}:{value}"]))
            waiting = []
        elif entries and (not is_here or body.startswith(("- ", "]", "}"))):
            entries[-1].lines += [*waiting, line]
            waiting = []
        else:
            return None, []
    return entries, [line for line in waiting if line.strip()]


def _source_lines(lines: list[str]) -> list[str]:
    """The items of 来源 with their keys in order."""
    first = next((i for i, line in enumerate(lines) if _ITEM.fullmatch(line)), None)
    if first is None:
        return lines
    made, items = lines[:first], []
    dash = _ITEM.fullmatch(lines[first])
    assert dash is not None
    for line in lines[first:]:
        found = _ITEM.fullmatch(line)
        if found and found["indent"] == dash["indent"]:
            items.append([line])
        else:
            items[-1].append(line)
    for item in items:
        made += _source(item)
    return made


def _source(lines: list[str]) -> list[str]:
    found = _ITEM.fullmatch(lines[0])
    assert found is not None
    inner = " " * (len(found["indent"]) + 1 + len(found["gap"]))
    entries, rest = _entries([inner + found["rest"], *lines[1:]], inner, SOURCE_ALIASES)
    if entries is None or rest:
        return lines
    entries.sort(key=lambda entry: _rank(entry.key, SOURCE_KEYS))
    ordered = [line for entry in entries for line in entry.lines if line.strip()]
    if ordered[0].lstrip().startswith("#"):
        return lines
    return [f"{found['indent']}-{found['gap']}{ordered[0].removeprefix(inner)}", *ordered[1:]]


def _rank(key: str, keys: Sequence[str]) -> int:
    return keys.index(key) if key in keys else len(keys)
