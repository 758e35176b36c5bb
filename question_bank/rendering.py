"""A draft made ready to store: its HTML, made once per version, and the hashes of its parts.

Apart from `operations` because rendering must not happen inside a write transaction.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.markup import plain_text, render, render_inline
from question_bank.answers import comparable
from question_bank.authoring.blanks import BLANK
from question_bank.drafts import AnchorReference, QuestionDraft, content_hash
from question_bank.keys import QuestionType

ImageUrl = Callable[[str], str | None]

# Private characters that Markdown and the cleaning leave alone.
_GAP_MARK = re.compile("\ue000(\\d+)\ue001")
_GAP = re.compile(r'<span class="gap" data-blank="\d+">____</span>')
_BLANK_OR_CODE = re.compile(r"(?P<ticks>`+).*?(?P=ticks)|(?<!\\)_{4,}", re.DOTALL)
_TAG = re.compile(r"(<[^>]*>)")
# Signs that would make a list, a heading or a quote of an option such as ">50 ℃" or "2. 报告".
_BLOCK_SIGN = re.compile(r"^(?:(?=>)|(?=#+\s)|(?=[-+*]\s)|(\d+)(?=[.)]\s))")


@dataclass(frozen=True)
class RenderedQuestion:
    """The HTML of a draft; `options` and `feedback` follow the draft's options."""

    stem: str
    options: tuple[str, ...]
    option_texts: tuple[str, ...]
    feedback: tuple[str, ...]
    explanation: str
    search_text: str


@dataclass(frozen=True)
class PreparedQuestion:
    """A draft with its hashes; `html` is left out when the bank has both hashes already."""

    draft: QuestionDraft
    public_id: str
    content_hash: str
    metadata_hash: str
    html: RenderedQuestion | None


def prepare(
    draft: QuestionDraft, *, image_url: ImageUrl, known: dict[str, tuple[str, str]]
) -> PreparedQuestion:
    """Hash a draft and render it unless `known` says that its id has these hashes already."""
    assert draft.public_id is not None
    urls = {path: image_url(path) or "" for path in draft.images}
    hashes = (content_hash(draft, urls), metadata_hash(draft, urls))
    is_known = known.get(draft.public_id) == hashes
    html = None if is_known else render_question(draft, image_url=image_url)
    return PreparedQuestion(draft, draft.public_id, *hashes, html)


def render_question(draft: QuestionDraft, *, image_url: ImageUrl) -> RenderedQuestion:
    """Render everything a draft shows."""
    options = tuple(render_option(option.text, image_url=image_url) for option in draft.options)
    texts = tuple(plain_text(option.text) for option in draft.options)
    said = [draft.title, plain_text(draft.stem), *texts]
    return RenderedQuestion(
        stem=render_stem(draft.stem, type_=draft.type, image_url=image_url),
        options=options,
        option_texts=texts,
        feedback=tuple(
            render(option.feedback, image_url=image_url) if option.feedback else ""
            for option in draft.options
        ),
        explanation=render(draft.explanation, image_url=image_url) if draft.explanation else "",
        search_text="\n".join(comparable(part) for part in said),
    )


def render_stem(stem: str, *, type_: QuestionType, image_url: ImageUrl) -> str:
    """Render a stem; in a 填空 every blank becomes a gap that `split_at_gaps` finds again."""
    if type_ is not QuestionType.FILL_BLANK:
        return render(stem, image_url=image_url)
    numbers = iter(range(1, stem.count(BLANK) + 1))

    def mark(found: re.Match[str]) -> str:
        return found[0] if found["ticks"] else f"\ue000{next(numbers)}\ue001"

    clean = stem.replace("\ue000", "").replace("\ue001", "")
    html = render(_BLANK_OR_CODE.sub(mark, clean), image_url=image_url)
    # Inside a tag, such as the description of a picture, a gap is only text.
    parts = _TAG.split(html)
    return "".join(_GAP_MARK.sub(BLANK if part.startswith("<") else _gap, part) for part in parts)


def render_option(text: str, *, image_url: ImageUrl) -> str:
    """Render an option; a single line never becomes a list, a heading or a quote."""
    if "\n" in text:
        return render(text, image_url=image_url)
    return render_inline(_BLOCK_SIGN.sub(r"\1\\", text), image_url=image_url)


def split_at_gaps(stem_html: str) -> list[str]:
    """The pieces of a rendered stem between its blanks: one more than there are blanks."""
    return _GAP.split(stem_html)


def metadata_hash(draft: QuestionDraft, image_urls: dict[str, str]) -> str:
    """Hash what may change without a new version."""
    said: dict[str, Any] = {
        "title": draft.title,
        "difficulty": draft.difficulty,
        "tags": sorted(draft.tags),
        "positions": draft.positions,
        "facts": draft.facts,
        "explanation": draft.explanation,
        "feedback": [option.feedback for option in draft.options],
        "references": [reference_place(draft, number) for number in range(len(draft.references))],
        "images": sorted(image_urls.items()),
    }
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def reference_place(draft: QuestionDraft, number: int) -> tuple[str, str | None, str | None]:
    """Label, module and anchor of one reference of a draft."""
    reference = draft.references[number]
    if isinstance(reference, AnchorReference):
        module = reference.module_key or draft.module_key
        return plain_text(reference.text)[:200] or reference.anchor, module, reference.anchor
    return reference.text[:200], None, None


def _gap(found: re.Match[str]) -> str:
    return f'<span class="gap" data-blank="{found[1]}">{BLANK}</span>'
