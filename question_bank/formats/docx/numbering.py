"""Word's automatic numbering: `1.` and `A.` that stand in no text. Pure."""

from dataclasses import dataclass, field

from question_bank.formats.xml_input import Element

_CHINESE = "零一二三四五六七八九十"


@dataclass(frozen=True)
class Level:
    """How one level of a list counts: its first number, its sign and its text, such as `%1.`."""

    start: int = 1
    sign: str = "decimal"
    text: str = "%1."


@dataclass
class Numbering:
    """The lists of a document, and how far each has been counted."""

    levels: dict[str, dict[int, Level]] = field(default_factory=dict)
    # Lists that are restarts of another share its levels, not its count.
    counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def label(self, number_id: str, level: int) -> str:
        """The next label of a list, with a blank after it; nothing for bullets."""
        levels = self.levels.get(number_id)
        if levels is None or level not in levels:
            return ""
        counts = self.counts.setdefault(number_id, {})
        own = levels[level]
        counts[level] = counts.get(level, own.start - 1) + 1
        for deeper in [each for each in counts if each > level]:
            del counts[deeper]
        if own.sign in ("bullet", "none"):
            return ""
        text = own.text
        for place in range(level + 1):
            shown = levels.get(place, Level())
            value = counts.get(place, shown.start)
            text = text.replace(f"%{place + 1}", sign_of(value, shown.sign))
        return f"{text} " if text else ""


def read_numbering(root: Element | None) -> Numbering:
    """Read word/numbering.xml."""
    numbering = Numbering()
    if root is None:
        return numbering
    abstract: dict[str, dict[int, Level]] = {}
    for each in root.all("abstractNum"):
        levels = {_int(level.get("ilvl")): _level(level) for level in each.all("lvl")}
        abstract[each.get("abstractNumId")] = levels
    for each in root.all("num"):
        reference = each.first("abstractNumId")
        levels = dict(abstract.get(reference.get("val") if reference else "", {}))
        for override in each.all("lvlOverride"):
            place = _int(override.get("ilvl"))
            start, level = override.first("startOverride"), override.first("lvl")
            if level is not None:
                levels[place] = _level(level)
            if start is not None:
                before = levels.get(place, Level())
                levels[place] = Level(_int(start.get("val"), 1), before.sign, before.text)
        numbering.levels[each.get("numId")] = levels
    return numbering


def _level(element: Element) -> Level:
    def value(name: str, default: str) -> str:
        found = element.first(name)
        return found.get("val", default) if found is not None else default

    return Level(_int(value("start", "1"), 1), value("numFmt", "decimal"), value("lvlText", ""))


def sign_of(number: int, sign: str) -> str:
    """A number as the list shows it."""
    if sign in ("upperLetter", "lowerLetter"):
        letter = chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter if sign == "upperLetter" else letter.lower()
    if sign.lower().startswith(("chinese", "ideograph", "japanesecounting", "taiwanesecounting")):
        return _chinese(number)
    if sign.startswith("decimalEnclosedCircle") and 1 <= number <= 20:
        return chr(ord("①") + number - 1)
    if sign in ("upperRoman", "lowerRoman"):
        roman = _roman(number)
        return roman if sign == "upperRoman" else roman.lower()
    return str(number)


def _chinese(number: int) -> str:
    if number <= 10:
        return _CHINESE[max(number, 0)]
    tens, ones = divmod(min(number, 99), 10)
    return (_CHINESE[tens] if tens > 1 else "") + "十" + (_CHINESE[ones] if ones else "")


def _roman(number: int) -> str:
    pairs = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"))
    text, rest = "", min(number, 399)
    for value, letters in (*pairs, (4, "IV"), (1, "I")):
        while rest >= value:
            text, rest = text + letters, rest - value
    return text


def _int(text: str, default: int = 0) -> int:
    try:
        return int(text)
    except ValueError:
        return default
