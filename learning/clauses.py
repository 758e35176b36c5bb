"""One clause cut out of the rendered text of its module, or the words of all of them. Pure."""

import re
from collections.abc import Mapping
from html import unescape

_HEADING = re.compile(r'<h(?P<level>[2-6])(?: id="(?P<anchor>[a-z][a-z0-9-]*)")?>')
_HEADING_END = re.compile(r"</h[2-6]>")
# What ends a line for a reader; other tags stand within words.
_LINE_END = re.compile(r"</(?:p|li|h[2-6]|t[dhr]|pre|blockquote|div)>|<[bh]r>|\n")
_TAG = re.compile(r'<[^>"]*(?:"[^"]*"[^>"]*)*>')


def clause_html(html: str, anchor: str) -> str:
    """What stands under a clause's heading, its subsections included; empty for no such clause."""
    headings = list(_HEADING.finditer(html))
    place = next((i for i, found in enumerate(headings) if found["anchor"] == anchor), None)
    if place is None:
        return ""
    level = headings[place]["level"]
    end = next(
        (found.start() for found in headings[place + 1 :] if found["level"] <= level), len(html)
    )
    body = html[headings[place].end() : end]
    heading_end = _HEADING_END.search(body)
    return body[heading_end.end() :].strip() if heading_end else ""


def clause_texts(html: str) -> dict[str, str]:
    """The words of each clause, up to the next one, by anchor; a line for each paragraph."""
    headings = [found for found in _HEADING.finditer(html) if found["anchor"]]
    ends = [found.start() for found in headings[1:]] + [len(html)] * bool(headings)
    texts: dict[str, str] = {}
    for found, end in zip(headings, ends, strict=True):
        heading_end = _HEADING_END.search(html, found.end(), end)
        body = html[heading_end.end() if heading_end else found.end() : end]
        lines = unescape(_TAG.sub("", _LINE_END.sub("\n", body))).split("\n")
        said = (" ".join(line.split()) for line in lines)
        texts[found["anchor"]] = "\n".join(line for line in said if line)
    return texts


def with_links(html: str, link_for: Mapping[str, str]) -> str:
    """The text with a link at the end of each heading whose anchor has one."""
    parts: list[str] = []
    end = 0
    for found in _HEADING.finditer(html):
        close = _HEADING_END.search(html, found.end())
        link = link_for.get(found["anchor"] or "")
        if link and close:
            parts += [html[end : close.start()], link]
            end = close.start()
    return "".join([*parts, html[end:]])
