"""Numbers as Chinese texts print them, in either width, and back. Pure."""

import re

NUMERAL = "0-9〇零一二三四五六七八九十百千两"

_FOLD = {0xFF01 + i: 0x21 + i for i in range(94)}
_BLANKS = [0x09, 0x00A0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000]
_FOLD |= dict.fromkeys(_BLANKS, 0x20)
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")}
_DIGITS |= {"〇": 0, "两": 2} | {str(n): n for n in range(10)}
_WEIGHTS = {"十": 10, "百": 100, "千": 1000}
_PRINTED = "零一二三四五六七八九"


def fold(text: str) -> str:
    """Half-width marks, digits and blanks; the length stays, so that places do."""
    return text.translate(_FOLD)


def value_of(numeral: str) -> int | None:
    """The value of 十二, 一百二十, 一二〇, 12 or １２; None for anything else.

    Ten thousand and more number no clause.
    """
    text = re.sub(r"\s", "", fold(numeral))
    if not text or len(text) > 9 or any(c not in _DIGITS and c not in _WEIGHTS for c in text):
        return None
    if not any(c in _WEIGHTS for c in text):
        value = int("".join(str(_DIGITS[c]) for c in text))
        return value if value < 10_000 else None
    total = 0
    digit: int | None = None
    smallest = 10_000
    for character in text:
        if character in _WEIGHTS:
            weight = _WEIGHTS[character]
            if weight >= smallest:
                return None
            total += (1 if digit is None else digit) * weight
            digit, smallest = None, weight
        elif digit in (None, 0):
            digit = _DIGITS[character]
        else:
            return None
    return total + (digit or 0)


def chinese(value: int) -> str:
    """十二 for 12; digits from ten thousand on."""
    if not 0 < value < 10_000:
        return str(value)
    written = ""
    is_gap = False
    for weight, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // weight % 10
        if digit:
            written += ("零" if is_gap and written else "") + _PRINTED[digit] + word
        is_gap = not digit
    return written.removeprefix("一") if 10 <= value < 20 else written
