"""A draft made ready to store: its HTML, made once per version, and the hashes of its parts.

Apart from `operations` because rendering must not happen inside a write transaction.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from core.comparable import comparable
from core.markup import plain_text, render, render_inline
from question_bank.authoring.blanks import BLANK
from question_bank.authoring.pictures import IMAGE
from question_bank.drafts import AnchorReference, QuestionDraft, content_hash, with_parts
from question_bank.keys import HotspotKey, QuestionType, RubricKey

ImageUrl = Callable[[str], str | None]
# Height divided by width of the image at a path as written.
ImageRatio = Callable[[str], Fraction | None]

# Private characters that Markdown and the cleaning leave alone.
_GAP_MARK = re.compile("\ue000(\\d+)\ue001")
_GAP = re.compile(r'<span class="gap" data-blank="\d+">____</span>')
_BLANK_OR_CODE = re.compile(r"(?P<ticks>`+).*?(?P=ticks)|(?<!\\)_{4,}", re.DOTALL)
_TAG = re.compile(r"(<[^>]*>)")
# Signs that would make a list, a heading or a quote of an option such as ">50 ℃" or "2. 报告".
_BLOCK_SIGN = re.compile(r"^(?:(?=>)|(?=#+\s)|(?=[-+*]\s)|(\d+)(?=[.)]\s))")
# An option is asked for its words to be shown and again to be found by, a case for its parts'.
_words = lru_cache(maxsize=256)(plain_text)


@dataclass(frozen=True)
class RenderedQuestion:
    """The HTML of a draft; `options` and `feedback` follow the draft's options.

    `picture` is that of a hotspot question as its version stores it; the stem is without it.
    """

    stem: str
    options: tuple[str, ...]
    option_texts: tuple[str, ...]
    feedback: tuple[str, ...]
    explanation: str
    search_text: str
    premises: tuple[str, ...] = ()
    premise_texts: tuple[str, ...] = ()
    picture: dict[str, str] | None = None
    model_answer: str = ""


@dataclass(frozen=True)
class PreparedQuestion:
    """A draft with its hashes; `html` is left out when the bank has both hashes already.

    `parts` are the sub-questions of a case.
    """

    draft: QuestionDraft
    public_id: str
    content_hash: str
    metadata_hash: str
    html: RenderedQuestion | None
    parts: "tuple[PreparedQuestion, ...]" = ()


def prepare(
    draft: QuestionDraft,
    *,
    image_url: ImageUrl,
    known: dict[str, tuple[str, str]],
    image_ratio: ImageRatio | None = None,
) -> PreparedQuestion:
    """Hash a draft and render it unless `known` says that its id has these hashes already.

    `image_ratio` is needed for drafts with a picture in which hazards are looked for.
    """
    assert draft.public_id is not None
    urls = {path: image_url(path) or "" for one in with_parts([draft]) for path in one.images}
    hashes = (content_hash(draft, urls), metadata_hash(draft, urls))
    is_known = known.get(draft.public_id) == hashes
    html = None
    if not is_known:
        html = render_question(draft, image_url=image_url, image_ratio=image_ratio)
    parts = tuple(
        prepare(part, image_url=image_url, known=known, image_ratio=image_ratio)
        for part in draft.parts
    )
    return PreparedQuestion(draft, draft.public_id, *hashes, html, parts)


def render_question(
    draft: QuestionDraft, *, image_url: ImageUrl, image_ratio: ImageRatio | None = None
) -> RenderedQuestion:
    """Render everything a draft shows; its parts only as far as they are searched for."""
    options = tuple(render_option(option.text, image_url=image_url) for option in draft.options)
    texts = tuple(_words(option.text) for option in draft.options)
    premise_texts = tuple(_words(premise.text) for premise in draft.premises)
    answer = draft.key.model_answer if isinstance(draft.key, RubricKey) else None
    stem = draft.stem
    if isinstance(draft.key, HotspotKey):
        stem = IMAGE.sub("", stem, count=1)
    return RenderedQuestion(
        stem=render_stem(stem, type_=draft.type, image_url=image_url),
        options=options,
        option_texts=texts,
        feedback=tuple(
            render(option.feedback, image_url=image_url) if option.feedback else ""
            for option in draft.options
        ),
        explanation=render(draft.explanation, image_url=image_url) if draft.explanation else "",
        search_text="\n".join(comparable(said) for said in _said(draft)),
        premises=tuple(render_option(p.text, image_url=image_url) for p in draft.premises),
        premise_texts=premise_texts,
        picture=_picture(draft, image_url, image_ratio),
        model_answer=render(answer, image_url=image_url) if answer else "",
    )


def _said(draft: QuestionDraft) -> Iterator[str]:
    """What a question is found by, clauses and explanation too, and for a case all its parts."""
    for one in with_parts([draft]):
        yield one.title
        yield _words(one.stem)
        yield from (_words(option.text) for option in (*one.premises, *one.options))
        if one.explanation:
            yield _words(one.explanation)
        yield from (reference_place(one, number)[0] for number in range(len(one.references)))


def _picture(
    draft: QuestionDraft, image_url: ImageUrl, image_ratio: ImageRatio | None
) -> dict[str, str] | None:
    found = IMAGE.search(draft.stem) if isinstance(draft.key, HotspotKey) else None
    if found is None:
        return None
    ratio = image_ratio(found["source"]) if image_ratio else None
    # Whoever reads the files refuses a picture that cannot be measured.
    assert ratio is not None, f"no size of {found['source']}"
    url = image_url(found["source"]) or ""
    return {"url": url, "alt": found["alt"].strip(), "ratio": str(ratio)}


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
    # Only where there are any: what was hashed before there were parts stays equal.
    if draft.parts:
        said["parts"] = [metadata_hash(part, image_urls) for part in draft.parts]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def reference_place(draft: QuestionDraft, number: int) -> tuple[str, str | None, str | None]:
    """Label, module and anchor of one reference of a draft."""
    reference = draft.references[number]
    if isinstance(reference, AnchorReference):
        module = reference.module_key or draft.module_key
        return _words(reference.text)[:200] or reference.anchor, module, reference.anchor
    return reference.text[:200], None, None


def _gap(found: re.Match[str]) -> str:
    return f'<span class="gap" data-blank="{found[1]}">{BLANK}</span>'
