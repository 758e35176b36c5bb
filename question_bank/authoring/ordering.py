"""The answer area of 排序: the last ordered list, written in the right order."""

import re
from collections.abc import Sequence

from question_bank.authoring.choices import Choice, check_count, check_texts, read_option
from question_bank.authoring.lines import Item, ListArea, lists_in, text_of
from question_bank.authoring.notes import key_line, notes_start
from question_bank.authoring.reading import Content, Reading, check_stem
from question_bank.drafts import OptionDraft
from question_bank.keys import OrderKey

FEWEST = 3

_NUMBER = re.compile(r"(\d{1,3})[.)]")


def read_ordering(reading: Reading) -> Content | None:
    """Read the items; None when there are too few to be ordered."""
    report, lines = reading.report, reading.lines
    area = next((area for area in reversed(lists_in(lines)) if _is_answer(area)), None)
    if area is None:
        report.error(reading.heading, "E213", "没有要排的步骤", "按正确的先后写成 1. 2. 3.")
        reading.take_notes(lines[notes_start(lines) :])
        return None
    items = _ordered(area)
    end = area.end
    if len(items) < len(area.items):
        # A list of 键：值 under the items is a 题注 without its quote.
        end = lines.index(area.items[len(items)].line)
    reading.take_notes(lines[end:])
    check_stem(lines[: area.start], reading)
    if len(items) < FEWEST:
        message = f"要排的步骤只有 {len(items)} 个"
        report.error(reading.heading, "E213", message, f"至少写 {FEWEST} 个，不然改题型")
    else:
        check_count(len(items), FEWEST, "步骤", reading.heading, report)
    _check_numbers(items, reading)
    choices = [_choice(item, reading) for item in items]
    check_texts(choices, lambda index: f"第 {index + 1} 步", report)
    options = tuple(
        OptionDraft(choice.text, True, None, choice.feedback, choice.place.number)
        for choice in choices
    )
    key = OrderKey(tuple(range(1, len(options) + 1)))
    return Content(text_of(lines[: area.start]), options, key)


def _is_answer(area: ListArea) -> bool:
    return bool(_ordered(area)) and not key_line(area.items[0].line)


def _ordered(area: ListArea) -> list[Item]:
    """The items from the first on that have a number."""
    found: list[Item] = []
    for item in area.items:
        if _number(item) is None:
            break
        found.append(item)
    return found


def _number(item: Item) -> int | None:
    found = _NUMBER.match(item.line.stripped().folded)
    return int(found[1]) if found else None


def _check_numbers(items: Sequence[Item], reading: Reading) -> None:
    """The numbers run on, or are all 1 as some editors write them; nothing else is clear."""
    numbers = [_number(item) for item in items]
    if numbers == list(range(1, len(items) + 1)) or set(numbers) == {1}:
        return
    wrong = next(i for i, number in enumerate(numbers) if number != i + 1)
    message = f"这一步的编号是 {numbers[wrong]}，该是 {wrong + 1}"
    fix = "按正确的先后写成 1. 2. 3."
    reading.report.error(items[wrong].line.stripped(), "E213", message, fix)


def _choice(item: Item, reading: Reading) -> Choice:
    choice = Choice(item.line.stripped(), "", None)
    read_option(choice, item, item.content, reading.report)
    if choice.weight_place is not None:
        message = "【排序】用不到“权重”"
        reading.report.error(choice.weight_place, "E222", message, "删掉它")
    return choice
