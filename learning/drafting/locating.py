"""A citation such as 第十二条第二款第（三）项 → its words in a module. Pure.

款, 项 and 目 have no anchors of their own: they are counted in the text of their article, as one
cites them. Decision 0011 says why.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from learning.drafting.marks import Mark, read_number
from learning.numerals import NUMERAL, fold, value_of
from learning.parsing import ParsedModule, Section

_N = rf"[{NUMERAL}]+"
_HAN = NUMERAL[3:]
_TOKEN = re.compile(
    rf"(?P<attachment>(?:附件|附录|附表|附图)(?:[A-Z](?![a-z])|{_N})?)"
    rf"|第(?P<n>{_N})(?P<unit>分编|[编章节条款目])(?:之(?P<inserted>{_N}))?"
    rf"|第?\((?P<bracket>{_N})\)项?|第(?P<item>{_N})项"
    r"|(?P<decimal>(?:[A-Z]\.)?\d+(?:\.\d+)+|[A-Z]\.\d+)"
    rf"|(?P<han>[{_HAN}]+)、?|(?P<arabic>\d+)[.、]?(?P<bare>\))?|(?P<letter>[a-z])\)"
)
_UNIT_MARKS = {
    "编": Mark.PART,
    "分编": Mark.SUBPART,
    "章": Mark.CHAPTER,
    "节": Mark.SECTION,
    "条": Mark.ARTICLE,
}
_ARTICLES_IN_TITLE = re.compile(rf"第({_N})条(?:之({_N}))?")


@dataclass(frozen=True)
class _Token:
    """One step of a citation: the marks that it may mean, or the unit 款, 项, 目."""

    marks: tuple[Mark, ...]
    values: tuple[int, ...]
    unit: str = ""
    family: str = ""


@dataclass
class _Point:
    """A 款, 项 or 目 with what belongs to it."""

    number: int
    text: str
    points: list["_Point"]

    @property
    def whole(self) -> str:
        return "\n\n".join([self.text, *(point.whole for point in self.points)])


def locate(module: ParsedModule, citation: str) -> str | None:
    """The words of the clause, 款, 项 or 目 that a citation means; None when there is none.

    第十二条第（三）项 is found in whichever 款 has it. Understood are also 3.2.1, 一、（二） and
    附件1第三条; a title in 《》 before the number is passed over.
    """
    tokens = list(_tokens(re.sub(r"《[^》]*》|\s", "", fold(citation))))
    if not tokens:
        return None
    paths = list(_paths(module.sections))
    for known in range(len(tokens), 0, -1):
        section = _section(paths, tokens[:known])
        if section is not None:
            return _within(section.markdown, tokens[known:])
    return None


def _tokens(citation: str) -> Iterator[_Token]:
    place = 0
    while place < len(citation):
        found = _TOKEN.match(citation, place)
        if found is None or found.end() == place:
            return
        yield _token(found)
        place = found.end()


def _token(found: re.Match[str]) -> _Token:
    if found["attachment"]:
        number = read_number(found["attachment"])
        values = number.values if number else ()
        return _Token((Mark.ATTACHMENT,), values, "", number.family if number else "")
    if found["n"]:
        values = tuple(value_of(n) or 0 for n in (found["n"], found["inserted"]) if n)
        unit = found["unit"]
        mark = _UNIT_MARKS.get(unit)
        return _Token((mark,) if mark else (), values, "" if mark else unit)
    if found["bracket"] or found["item"]:
        value = value_of(found["bracket"] or found["item"]) or 0
        return _Token((Mark.HAN_BRACKET,), (value,), "项")
    if found["decimal"]:
        number = read_number(found["decimal"])
        return _Token(
            (Mark.DECIMAL,), number.values if number else (), "", number.family if number else ""
        )
    if found["han"]:
        return _Token((Mark.HAN,), (value_of(found["han"]) or 0,))
    if found["letter"]:
        return _Token((), (ord(found["letter"]) - ord("a") + 1,), "目")
    return _Token((Mark.ARABIC, Mark.PLAIN), (int(found["arabic"]),), "目")


def _paths(sections: Sequence[Section]) -> Iterator[tuple[Section, list[list[_Token]]]]:
    """Each section with the numbers of the sections that it stands in and its own, last."""
    stack: list[tuple[int, list[_Token]]] = []
    for section in sections:
        while stack and stack[-1][0] >= section.level:
            stack.pop()
        stack.append((section.level, _numbers_in_title(section.title)))
        yield section, [numbers for _, numbers in stack]


def _numbers_in_title(title: str) -> list[_Token]:
    """The numbers of a heading; 第二十九条、第三十条 has two."""
    number = read_number(title)
    if number is None:
        return []
    own = _Token((number.mark,), number.values, "", number.family)
    if number.mark is not Mark.ARTICLE:
        return [own]
    several = _ARTICLES_IN_TITLE.findall(fold(title).split(" ")[0])
    found = [tuple(value_of(n) or 0 for n in pair if n) for pair in several]
    return [own, *(_Token((Mark.ARTICLE,), values) for values in found[1:])]


def _section(
    paths: Sequence[tuple[Section, list[list[_Token]]]], tokens: Sequence[_Token]
) -> Section | None:
    """The section whose path ends in the last token and passes the others in order.

    One of the main text comes before one of an attachment that was not asked for.
    """
    found = []
    for section, path in paths:
        if not any(_is_same(token, tokens[-1]) for token in path[-1]):
            continue
        steps = iter(path[:-1])
        if all(any(_has(step, token) for step in steps) for token in tokens[:-1]):
            in_attachment = any(Mark.ATTACHMENT in t.marks for t in path[0])
            found.append((in_attachment, section))
    return min(found, key=lambda each: each[0])[1] if found else None


def _has(step: Sequence[_Token], wanted: _Token) -> bool:
    return any(_is_same(token, wanted) for token in step)


def _is_same(own: _Token, wanted: _Token) -> bool:
    is_mark = any(mark in wanted.marks for mark in own.marks)
    return is_mark and own.values == wanted.values and own.family == wanted.family


def _within(markdown: str, tokens: Sequence[_Token]) -> str | None:
    """Go down from the text of a clause to the 款, 项 and 目 asked for."""
    paragraphs = _points(markdown)
    if not tokens:
        return markdown
    if tokens[0].unit == "款":
        points = [point for point in paragraphs if point.number == tokens[0].values[0]]
        return _down(points, tokens[1:])
    return _down([_Point(0, "", [p for point in paragraphs for p in point.points])], tokens)


def _down(points: list[_Point], tokens: Sequence[_Token]) -> str | None:
    for token in tokens:
        points = [
            inner for point in points for inner in point.points if inner.number == token.values[-1]
        ]
    return points[0].whole if points else None


def _points(markdown: str) -> list[_Point]:
    """The 款 of a clause with their 项 and 目; a table belongs to the 款 above it."""
    found: list[_Point] = []
    for text in re.split(r"\n{2,}", markdown.strip()):
        number = read_number(text)
        mark = number.mark if number else None
        if mark in (Mark.HAN_BRACKET, Mark.HAN) and number and found:
            found[-1].points.append(_Point(number.last, text, []))
        elif mark in (Mark.ARABIC, Mark.ITEM) and number and found:
            above = found[-1].points[-1:]
            is_item = bool(above) and _mark_of(above[0].text) in (Mark.HAN_BRACKET, Mark.HAN)
            target = above[0].points if is_item else found[-1].points
            target.append(_Point(number.last, text, []))
        elif text.startswith("|") and found:
            found[-1].text += f"\n\n{text}"
        else:
            found.append(_Point(len(found) + 1, text, []))
    return found


def _mark_of(text: str) -> Mark | None:
    number = read_number(text)
    return number.mark if number else None
