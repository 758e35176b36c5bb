"""A draft as its author sees it before it is a question: the words, and what is right."""

from dataclasses import dataclass, field

from flask_babel import gettext as _
from markupsafe import Markup

from question_bank.authoring.note_writing import points_words
from question_bank.drafts import QuestionDraft
from question_bank.keys import BlanksKey, MatchKey, RubricKey, VerdictKey
from question_bank.rendering import render_question


@dataclass(frozen=True)
class ShownLine:
    """An option, an item, a pair or a scoring point."""

    html: Markup
    is_right: bool = False
    feedback: Markup = field(default_factory=Markup)
    beside: Markup = field(default_factory=Markup)


@dataclass(frozen=True)
class ShownQuestion:
    """`kind` says how the lines are to be read: choices, items, pairs, blanks, points."""

    title: str
    stem: Markup
    kind: str
    lines: tuple[ShownLine, ...]
    verdict: bool | None
    explanation: Markup
    citations: tuple[str, ...]
    parts: "tuple[ShownQuestion, ...]"
    picture: str


def shown_question(draft: QuestionDraft) -> ShownQuestion:
    """Render a draft; its pictures are shown by their words, as they may not be stored yet."""
    html = render_question(draft, image_url=lambda _path: None)
    kind, lines = (
        "choices",
        tuple(
            ShownLine(Markup(option), draft.options[i].is_right, Markup(html.feedback[i]))
            for i, option in enumerate(html.options)
        ),
    )
    key = draft.key
    if isinstance(key, MatchKey):
        kind = "pairs"
        lines = tuple(
            ShownLine(Markup(html.premises[a - 1]), True, beside=Markup(html.options[b - 1]))
            for a, b in key.pairs
        )
        used = {option for _premise, option in key.pairs}
        spare = [html.options[n] for n in range(len(html.options)) if n + 1 not in used]
        lines += tuple(ShownLine(Markup(""), beside=Markup(text)) for text in spare)
    elif isinstance(key, BlanksKey):
        kind = "blanks"
        lines = tuple(_words(f" {_('或')} ".join(blank.written)) for blank in key.blanks)
    elif isinstance(key, RubricKey):
        kind = "points"
        lines = tuple(_words(f"{points_words(p.tenths)} 分　{p.text}") for p in key.points)
        lines += (_words(key.model_answer),) if key.model_answer else ()
    elif draft.type.value == "ordering":
        kind = "items"
    return ShownQuestion(
        title=draft.title,
        stem=Markup(html.stem),
        kind=kind,
        lines=lines,
        verdict=key.verdict if isinstance(key, VerdictKey) else None,
        explanation=Markup(html.explanation),
        citations=tuple(reference.text for reference in draft.references),
        parts=tuple(shown_question(part) for part in draft.parts),
        picture=html.picture["alt"] if html.picture else "",
    )


def _words(text: str) -> ShownLine:
    return ShownLine(Markup.escape(text), True)
