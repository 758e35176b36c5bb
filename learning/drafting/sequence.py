"""Which blocks begin a clause: the number's form, what stands around it and the order decide. Pure.

第三十条 at the beginning of a line may begin a clause or end a sentence that speaks of it; 1. may
be a chapter or an item. Neither can be told from the line alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from learning.drafting.blocks import Block, Kind
from learning.drafting.marks import (
    Mark,
    Number,
    is_ended,
    is_measure,
    is_spoken_of,
    is_title_like,
    leans_on_next,
    read_number,
)

_DIVIDING = (Mark.PART, Mark.SUBPART, Mark.CHAPTER, Mark.SECTION)
# Characters that no clause's text begins with.
_GOES_ON = "、,，;；。)）》第的之"


@dataclass(frozen=True)
class Scheme:
    """The forms of number that a text is divided by.

    Where a text has articles, what is numbered 一、 （一） 1. inside them are their items, unless
    一、 stands above the articles as chapters do.
    """

    has_articles: bool
    has_decimals: bool
    has_han_chapters: bool
    is_listed: bool

    @classmethod
    def of(cls, blocks: Sequence[Block], numbers: Sequence[Number | None]) -> "Scheme":
        articles = [
            place
            for place, number in enumerate(numbers)
            if number is not None and number.mark is Mark.ARTICLE and not is_spoken_of(number)
        ]
        decimals = [n for n in numbers if n and n.mark is Mark.DECIMAL and not is_measure(n)]
        han = [
            place
            for place, number in enumerate(numbers)
            if number is not None and number.mark is Mark.HAN and is_title_like(number.rest)
        ]
        has_brackets = any(
            n is not None and n.mark in (Mark.HAN, Mark.HAN_BRACKET) for n in numbers
        )
        is_headed = any(
            block.kind is Kind.HEADING and number is None
            for block, number in zip(blocks, numbers, strict=True)
        )
        return cls(
            has_articles=bool(articles),
            has_decimals=len(decimals) > 1,
            has_han_chapters=bool(articles and han and han[0] < articles[0]),
            is_listed=has_brackets or not is_headed,
        )


def numbers_of(blocks: Sequence[Block]) -> list[Number | None]:
    """For each block the number of the clause that it begins, or None."""
    may_number = (Kind.TEXT, Kind.HEADING)
    read = [read_number(block.text) if block.kind in may_number else None for block in blocks]
    return _Sequence(blocks, read).run()


class _Sequence:
    """Walks the blocks once and remembers which numbers came last."""

    def __init__(self, blocks: Sequence[Block], read: list[Number | None]) -> None:
        self.blocks = blocks
        self.read = read
        self.scheme = Scheme.of(blocks, read)
        self.article: tuple[int, ...] = ()
        self.chapter = 0
        self.decimal: tuple[int, ...] = ()
        self.top_mark: Mark | None = None
        self.item = 0  # the last 1. 2. … that was an item
        self.was_heading = True

    def run(self) -> list[Number | None]:
        found: list[Number | None] = []
        for place, (block, number) in enumerate(zip(self.blocks, self.read, strict=True)):
            begins = number is not None and self._begins(place, block, number)
            if number is not None and begins:
                self._remember(number)
                self.was_heading = is_title_like(number.rest) or not number.rest
            else:
                is_item = number is not None and number.mark in (Mark.ARABIC, Mark.PLAIN)
                self.item = number.last if number is not None and is_item else self.item
                self.was_heading = block.kind is not Kind.TEXT
            found.append(number if begins else None)
        return found

    def _begins(self, place: int, block: Block, number: Number) -> bool:
        mark, is_heading = number.mark, block.kind is Kind.HEADING
        if mark is Mark.ITEM:
            return False
        if mark is Mark.NAMED:
            return True
        if mark in _DIVIDING:
            fits = not number.rest or is_title_like(number.rest)
            goes_on = is_spoken_of(number) and not number.has_gap
            return is_heading or (
                fits and not goes_on and not number.rest.startswith(tuple(_GOES_ON))
            )
        if mark is Mark.ARTICLE:
            return self._begins_article(place, block, number)
        if mark is Mark.DECIMAL:
            return self._begins_decimal(place, block, number)
        if mark is Mark.HAN and self.scheme.has_han_chapters:
            return is_title_like(number.rest)
        if mark in (Mark.ARABIC, Mark.PLAIN) and self.scheme.has_decimals:
            return self._is_top(place, block, number)
        if mark is Mark.PLAIN:
            return is_heading and not is_measure(number)
        if self.scheme.has_articles or (self.scheme.has_decimals and mark is not Mark.HAN):
            return is_heading and mark is not Mark.HAN_BRACKET
        return is_heading or mark is not Mark.ARABIC or self.scheme.is_listed

    def _begins_article(self, place: int, block: Block, number: Number) -> bool:
        if block.kind is Kind.HEADING:
            return True
        may_end = self._may_end(place)
        follows = self._follows_article(number)
        if is_spoken_of(number):
            goes_on = number.rest[:1] in _GOES_ON
            return number.has_gap and follows and may_end and not goes_on
        if not (block.is_apart or self.was_heading) and leans_on_next(self._before(place)):
            return False
        return (number.has_gap and follows) or may_end

    def _begins_decimal(self, place: int, block: Block, number: Number) -> bool:
        if block.kind is Kind.HEADING:
            return True
        follows = self._follows_decimal(number)
        if self.scheme.has_articles and not number.family:
            within = {self.article[:1], (self.chapter,)}
            return number.values[:1] in within and follows and not is_measure(number)
        if is_measure(number):
            return follows and self._may_end(place) and self.scheme.has_decimals
        if is_spoken_of(number) and not follows:
            return False
        return follows or self._may_end(place)

    def _is_top(self, place: int, block: Block, number: Number) -> bool:
        """`4 检查` over 4.1, and not the fourth item of a list in 3.9."""
        value = number.last
        if self.scheme.has_articles or len(number.values) > 1:
            return False
        if value != (self.decimal[0] if self.decimal else 0) + 1 or is_measure(number):
            return False
        if block.kind is Kind.HEADING:
            return True
        for later in self.read[place + 1 :]:
            if later is None or later.family:
                continue
            if later.mark in (Mark.ARABIC, Mark.PLAIN) and later.last == value:
                return False
            if later.mark is Mark.DECIMAL and not is_measure(later):
                if later.values[0] == value:
                    return True
                break
        in_list = self.item == value - 1 and self.item > 0
        is_same_form = self.top_mark in (None, number.mark)
        return is_title_like(number.rest, longest=30) and is_same_form and not in_list

    def _follows_article(self, number: Number) -> bool:
        first, last = number.values[0], self.article
        if not last or first == 1:
            return first == 1 or not last
        if len(number.values) > 1:
            before = last[1] if len(last) > 1 else 0
            return first == last[0] and number.values[1] == max(before, 0) + 1
        return first == last[0] + 1

    def _follows_decimal(self, number: Number) -> bool:
        values, last = number.values, self.decimal
        if not last:
            return values[-1] == 1
        if values[:-1] == last and values[-1] == 1:
            return True
        depth = len(values)
        if depth <= len(last) and values[:-1] == last[: depth - 1]:
            return values[-1] == last[depth - 1] + 1
        return values[0] == last[0] + 1 and all(value == 1 for value in values[1:])

    def _remember(self, number: Number) -> None:
        if number.mark is Mark.ARTICLE:
            self.article = number.values
        elif number.mark is Mark.CHAPTER:
            self.chapter = number.last
        elif number.mark is Mark.DECIMAL:
            self.decimal = number.values
        elif number.mark in (Mark.ARABIC, Mark.PLAIN) and self.scheme.has_decimals:
            self.decimal, self.top_mark = number.values, number.mark
        self.item = 0

    def _before(self, place: int) -> str:
        return self.blocks[place - 1].text if place else ""

    def _may_end(self, place: int) -> bool:
        """Whether what stands before the block may be complete."""
        is_first = place == 0 or self.was_heading
        return is_first or self.blocks[place].is_apart or is_ended(self._before(place))
