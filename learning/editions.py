"""A parsed module made ready to publish: rendered, hashed, its images stored. No database.

Apart from `operations` because rendering and file work must not happen inside a write transaction.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.comparable import comparable
from core.errors import InvalidContent
from core.markup import KEY_FACT, ImageUrl, mark_class, plain_text, render, render_inline
from learning.clauses import clause_texts
from learning.front_matter import FrontMatter
from learning.models import ModuleKind, ModuleSource
from learning.parsing import ParsedModule, Section

_SENTENCE = re.compile(r"[^。；！？\n|]+[。；！？]?")
_LINE_START = re.compile(r"^\s*(?:[-*+>]|\d+[.)])\s+")


@dataclass(frozen=True)
class EditedClause:
    """A citable section as its row is stored; `search_text` is title and text to be searched."""

    anchor: str
    title: str
    text: str
    search_text: str
    text_hash: str


@dataclass(frozen=True)
class Edition:
    """Everything that one version of a module stores."""

    key: str
    kind: ModuleKind
    title: str
    label: str
    effective_on: date
    expires_on: date | None
    hours_tenths: int
    front: dict[str, Any]
    html: str
    clauses: tuple[EditedClause, ...]
    contents: list[list[Any]]
    content_hash: str
    source: ModuleSource
    source_path: str
    # The whole file, questions and all.
    source_text: str = ""


def make_edition(
    parsed: ParsedModule, *, source: ModuleSource, image_url: ImageUrl, text: str = ""
) -> Edition:
    """Render a module that parsed without an error; anything else raises InvalidContent.

    Owner and audience are not part of the content hash: who looks after a text is no reason for
    everyone to read it again. Neither are the questions, which have versions of their own.
    """
    front = parsed.front
    if not front.key or front.kind is None or front.effective_on is None or front.is_companion:
        raise InvalidContent([])
    used: list[str] = []

    def noted(path: str) -> str | None:
        url = image_url(path)
        used.append(f"{path}={url}")
        return url

    html = render(parsed.prose_markdown, image_url=noted)
    titles = {section.anchor: plain_text(section.title)[:200] for section in parsed.sections}
    return Edition(
        key=front.key,
        kind=front.kind,
        title=front.title,
        label=front.version,
        effective_on=front.effective_on,
        expires_on=front.expires_on,
        hours_tenths=front.hours_tenths,
        front=_front(front, parsed.sections),
        html=html,
        clauses=tuple(_clauses(parsed.sections, titles, html)),
        contents=[
            [part.level, part.anchor, titles[part.anchor]]
            for part in parsed.sections
            if f' id="{part.anchor}"' in html
        ],
        content_hash=_content_hash(parsed, used),
        source=source,
        source_path=parsed.path,
        source_text=text,
    )


def _clauses(
    sections: tuple[Section, ...], titles: dict[str, str], html: str
) -> Iterator[EditedClause]:
    texts = clause_texts(html)
    for section in sections:
        title, text = titles[section.anchor], texts.get(section.anchor, "")
        searched = "\n".join(comparable(line) for line in (title, *text.split("\n")))
        yield EditedClause(section.anchor, title, text, searched, section.text_hash)


def _front(front: FrontMatter, sections: tuple[Section, ...]) -> dict[str, Any]:
    return {
        "sources": _sources(front),
        "audience": list(front.audience),
        "owner": front.owner,
        "supersedes": list(front.supersedes),
        "key_facts": [[section.anchor, html] for section in sections for html in _facts(section)],
    }


def _sources(front: FrontMatter) -> list[dict[str, Any]]:
    return [
        {
            "short_name": source.short_name,
            "name": source.name,
            "number": source.number,
            "clauses": list(source.clauses),
            "link": source.link,
        }
        for source in front.sources
    ]


def _facts(section: Section) -> Iterator[str]:
    """The sentences of a section with a marked quantity or term, once each."""
    seen = set()
    for line in section.markdown.split("\n"):
        if line.lstrip().startswith("|"):
            continue
        for sentence in _SENTENCE.findall(_LINE_START.sub("", line)):
            said = sentence.strip().rstrip("。；")
            marks = [found["fact"] for found in KEY_FACT.finditer(said)]
            if said not in seen and any(not mark_class(fact) for fact in marks):
                seen.add(said)
                yield render_inline(said)


def _content_hash(parsed: ParsedModule, images: list[str]) -> str:
    front = parsed.front
    said = {
        "title": front.title,
        "kind": front.kind.value if front.kind else None,
        "label": front.version,
        "effective_on": str(front.effective_on),
        "expires_on": str(front.expires_on),
        "hours_tenths": front.hours_tenths,
        "sources": _sources(front),
        "prose": parsed.prose_markdown,
        "images": images,
    }
    text = json.dumps(said, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
