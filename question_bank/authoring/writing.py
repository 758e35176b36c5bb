"""A draft → its question block in canonical Markdown; the inverse of `blocks.parse_block`."""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from question_bank.authoring.blocks import TYPES
from question_bank.authoring.escapes import (
    one_line,
    safe_continuation,
    safe_item,
    safe_stem,
    safe_text,
    safe_title,
)
from question_bank.authoring.note_writing import INDENT, AuthorNotes, write_notes
from question_bank.drafts import OptionDraft, QuestionDraft
from question_bank.keys import (
    ChoiceKey,
    HotspotKey,
    MatchKey,
    OrderKey,
    Region,
    Shape,
)

_WORDS = {type_: word for word, type_ in TYPES.items()}
_SHAPES = {Shape.CIRCLE: "圆", Shape.RECTANGLE: "矩形", Shape.POLYGON: "多边形"}
# What a wrong option without 权重 takes away.
_ALL_AWAY = Fraction(-100)
_COLUMNS = ("左", "右")


def write_block(
    draft: QuestionDraft,
    *,
    level: int = 3,
    author: Mapping[int, AuthorNotes] | None = None,
) -> str:
    """The whole question, a case with its sub-questions one level deeper.

    `author` says for the question on a line of the file which keys its author wrote; without it
    each key stands whose value is not the default.
    """
    pieces = _pieces(draft, level, author or {}, is_part=False)
    return "\n\n".join(piece for piece in pieces if piece) + "\n"


def _pieces(
    draft: QuestionDraft, level: int, author: Mapping[int, AuthorNotes], *, is_part: bool
) -> Iterator[str]:
    yield _heading(draft, level)
    yield safe_stem(draft.stem, draft.type)
    area = _AREAS.get(type(draft.key))
    yield "\n".join(area(draft)) if area else ""
    yield "\n".join(write_notes(draft, author.get(draft.line), is_part=is_part))
    for part in draft.parts:
        yield from _pieces(part, level + 1, author, is_part=True)


def _heading(draft: QuestionDraft, level: int) -> str:
    title = safe_title(draft.title, has_id=draft.public_id is not None)
    tail = f" {{#{draft.public_id}}}" if draft.public_id else ""
    return f"{'#' * level} 【{_WORDS[draft.type]}】{title}{tail}"


def _choices(draft: QuestionDraft) -> Iterator[str]:
    weights = _weights(draft)
    for option, weight in zip(draft.options, weights, strict=True):
        yield from _option(option, f"- [{'x' if option.is_right else ' '}] ", weight)


def _items(draft: QuestionDraft) -> Iterator[str]:
    for number, option in enumerate(draft.options, start=1):
        yield from _option(option, f"{number}. ", "")


def _regions(draft: QuestionDraft) -> Iterator[str]:
    assert isinstance(draft.key, HotspotKey)
    regions = dict(draft.key.regions)
    for number, option in enumerate(draft.options, start=1):
        tick = "x" if option.is_right else " "
        yield from _option(option, f"- [{tick}] {_region(regions[number])}：", "")


def _pairs(draft: QuestionDraft) -> Iterator[str]:
    """A row for each pair; a distractor stands where its option would first be shown."""
    assert isinstance(draft.key, MatchKey)
    left, right = draft.columns or _COLUMNS
    yield f"| {_cell(left)} | {_cell(right)} |"
    yield "|---|---|"
    texts = [_cell(option.text) for option in draft.options]
    used = {option for _premise, option in draft.key.pairs}
    shown: set[int] = set()
    for premise, option in draft.key.pairs:
        for spare in range(1, option):
            if spare not in shown | used:
                yield f"| | {texts[spare - 1]} |"
                shown.add(spare)
        shown.add(option)
        yield f"| {_cell(draft.premises[premise - 1].text)} | {texts[option - 1]} |"
    for spare, text in enumerate(texts, start=1):
        if spare not in shown:
            yield f"| | {text} |"


_AREAS: dict[type, Callable[[QuestionDraft], Iterator[str]]] = {
    ChoiceKey: _choices,
    OrderKey: _items,
    MatchKey: _pairs,
    HotspotKey: _regions,
}


def _option(option: OptionDraft, mark: str, weight: str) -> Iterator[str]:
    first, *more = safe_text(option.text).strip().split("\n")
    first = first.strip()
    yield mark + (safe_item(first) if mark[0].isdigit() else first)
    yield from _indented(INDENT, [safe_continuation(line) for line in more])
    if option.feedback:
        first, *more = safe_text(option.feedback).strip().split("\n")
        yield f"{INDENT}- 反馈：{first.strip()}"
        yield from _indented(INDENT * 2, [safe_continuation(line.strip()) for line in more])
    if weight:
        yield f"{INDENT}- 权重：{weight}"


def _indented(indent: str, lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield f"{indent}{line.rstrip()}" if line.strip() else ""


def _weights(draft: QuestionDraft) -> list[str]:
    """In percent with at most four decimals, those of the right options exactly 100 in all."""
    weights = draft.key.weights_percent if isinstance(draft.key, ChoiceKey) else None
    if weights is None:
        return [""] * len(draft.options)
    parts = [round(weight * 10_000) for weight in weights]
    right = [index for index, option in enumerate(draft.options) if option.is_right]
    if right:
        parts[right[-1]] += 100 * 10_000 - sum(parts[index] for index in right)
    return [
        ""
        if weight == _ALL_AWAY and not option.is_right
        else f"{_decimal(Fraction(part, 10_000))}%"
        for option, weight, part in zip(draft.options, weights, parts, strict=True)
    ]


def _region(region: Region) -> str:
    numbers = [f"{_decimal(number)}%" for number in region.numbers]
    if region.shape is Shape.POLYGON:
        corners = zip(numbers[::2], numbers[1::2], strict=True)
        written = " ".join(f"{x},{y}" for x, y in corners)
    else:
        written = ",".join(numbers)
    return f"{_SHAPES[region.shape]} {written}"


def _decimal(number: Fraction) -> str:
    return f"{float(number):.4f}".rstrip("0").rstrip(".")


def _cell(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "|｜" else sign for sign in one_line(text))
