"""hotspotInteraction → 找隐患: regions in pixels of the shown picture become percent. Pure."""

from dataclasses import replace
from fractions import Fraction

from core.errors import N_
from core.sentences import say
from core.xml_input import Element
from question_bank.drafts import AuthorState, OptionDraft, QuestionDraft, Shuffle
from question_bank.formats.items import ForeignItem
from question_bank.formats.qti.interactions import Item, Unsupported
from question_bank.formats.qti.responses import Scoring, number
from question_bank.formats.reading import Reading
from question_bank.keys import (
    HotspotKey,
    QuestionType,
    Region,
    RuleName,
    ScoringRule,
    Shape,
)

_SHAPES = {"circle": Shape.CIRCLE, "rect": Shape.RECTANGLE, "poly": Shape.POLYGON}
_SIZE = {Shape.CIRCLE: 3, Shape.RECTANGLE: 4}
MOST_COORDINATES = 200


def read_hotspot(item: Item, interactions: list[Element], reading: Reading) -> HotspotKey:
    """Fill in what can be shown of it, and give the key with the regions."""
    if len(interactions) > 1:
        raise Unsupported(N_("一道题里有几处作答，要先拆开"))
    interaction = interactions[0]
    picture = next((e for e in interaction.elements if e.name in ("object", "img")), None)
    width, height = _size(picture)
    declared = item.declaration(interaction)
    choices = interaction.all("hotspotChoice")
    labels = [" ".join(choice.get("hotspotLabel").split()) for choice in choices]
    if not choices or not all(labels):
        raise Unsupported(N_("图上的区域没有文字说明"))
    regions = tuple(
        (place, _region(choice, width, height)) for place, choice in enumerate(choices, start=1)
    )
    names = [choice.get("identifier") for choice in choices]
    right = frozenset(
        place
        for place, name in enumerate(names, start=1)
        if name in declared.correct or declared.mapping.get(name, 0) > 0
    )
    if not right:
        reading.error("E504", N_("没有说哪处是对的"))
    shown = Element("p", {}, [interaction.first("prompt") or "", picture or ""])
    stem = [item.words.markdown(item.body), item.words.markdown(shown)]
    reading.type = QuestionType.HOTSPOT
    reading.stem = "\n\n".join(part for part in stem if part)
    reading.options = labels
    if item.processing.scoring is Scoring.MAP:
        reading.rule = ScoringRule(RuleName.SHARE_PER_SPOT)
    return HotspotKey(regions, right, Fraction(height) / Fraction(width))


def with_draft(found: ForeignItem, key: HotspotKey) -> ForeignItem:
    """The item with the question itself, because an item alone cannot hold regions."""
    options = tuple(
        OptionDraft(text, place in key.right, None, None, 0)
        for place, text in enumerate(found.options, start=1)
    )
    draft = QuestionDraft(
        public_id=None,
        type=QuestionType.HOTSPOT,
        title=found.title,
        stem=found.stem,
        options=options,
        key=key,
        rule=found.rule,
        points_tenths=found.points_tenths,
        references=(),
        difficulty=found.difficulty or 3,
        tags=found.tags,
        positions=found.positions,
        facts=found.facts,
        explanation=found.explanation or None,
        shuffle=Shuffle.ALL,
        state=AuthorState.DRAFT,
        revision=None,
        images=tuple(found.images),
        path="",
        line=0,
        module_key="",
        section_anchor=None,
    )
    return replace(found, draft=draft)


def _size(picture: Element | None) -> tuple[Fraction, Fraction]:
    width = number(picture.get("width")) if picture is not None else None
    height = number(picture.get("height")) if picture is not None else None
    if not width or not height or width <= 0 or height <= 0:
        raise Unsupported(N_("图片没有写宽和高，区域算不出来"))
    return width, height


def _region(choice: Element, width: Fraction, height: Fraction) -> Region:
    shape = _SHAPES.get(choice.get("shape"))
    written = choice.get("coords").replace(",", " ").split()[:MOST_COORDINATES]
    values = [number(value) for value in written]
    if shape is None or None in values:
        raise Unsupported(say(N_("不支持的区域形状：%(value)s"), value=choice.get("shape")[:20]))
    across = [
        (value or Fraction(0)) * 100 / (width if place % 2 == 0 else height)
        for place, value in enumerate(values)
    ]
    wanted = _SIZE.get(shape)
    fits = len(across) == wanted if wanted else len(across) >= 6 and len(across) % 2 == 0
    if not fits or any(not 0 <= value <= 100 for value in across):
        raise Unsupported(N_("区域的坐标不对"))
    if shape is Shape.RECTANGLE:
        left, top, right, bottom = across
        if right <= left or bottom <= top:
            raise Unsupported(N_("区域的坐标不对"))
        return Region(shape, (left, top, right - left, bottom - top))
    return Region(shape, tuple(across))
