"""The 依据 of a question: sections by anchor, and clauses of the sources a module declares."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from core.comparable import comparable
from core.mends import Mend, replacing
from question_bank.authoring.lines import Line
from question_bank.authoring.report import Report, nearest
from question_bank.drafts import AnchorReference, ClauseReference, Reference

_LINK = re.compile(r"\[(?P<text>[^\]]{0,300})\] *\( *(?P<target>[^)]{0,200}?) *\)")
_TARGET = re.compile(r"(?P<module>[A-Za-z][A-Za-z0-9-]*)?#(?P<anchor>[A-Za-z][A-Za-z0-9-]*)")
_TITLE = re.compile(r"《(?P<title>[^》]+)》(?P<clauses>.*)")
_NUMERAL = "零〇一二三四五六七八九十百千两0-9"
_NUMBERED = re.compile(rf"(?P<number>[{_NUMERAL}]+)(?P<unit>[条款项章节])")
_INSERTED = re.compile(rf"之(?P<number>[{_NUMERAL}]+)")
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")}
_DIGITS |= {"〇": 0, "两": 2}
_WEIGHTS = {"十": 10, "百": 100, "千": 1000}
_SEMICOLON = re.compile(r"\[[^\]]{0,300}\]|《[^》]{0,300}》|(?P<outer>;)")
_NEXT_CLAUSE = re.compile(r"[、,和及](?=[第附表 0-9])")


class DeclaredSource(Protocol):
    """A source of the front matter, as far as references need it."""

    @property
    def short_name(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def clauses(self) -> Sequence[str]: ...


def read_references(
    values: Iterable[Line],
    *,
    anchors: frozenset[str] | None,
    sources: Sequence[DeclaredSource] | None,
    module_key: str,
    report: Report,
) -> list[Reference]:
    """Read the value of 依据; what does not resolve within the module is reported.

    Nothing is looked up where `anchors` or `sources` are None, as for a block without its module.

    Whether an anchor of another module exists is for the caller, who knows all modules.
    """
    references: list[Reference] = []
    for part in _parts(values):
        if "《" in part.text and not _LINK.match(part.folded):
            references.extend(_clauses(part, sources, report))
            continue
        reference = _anchor(part, module_key, report)
        if reference is None:
            continue
        is_own = reference.module_key is None
        if anchors is not None and is_own and reference.anchor not in anchors:
            near = nearest(reference.anchor, anchors)
            fix = f"是否要写 #{near}？" if near else "先在那一节的标题末尾写上这个锚点"
            message = f"本模块没有锚点 #{reference.anchor}"
            report.error(part, "E302", message, fix, _renamed(part, reference.anchor, near))
        references.append(reference)
    return references


def _renamed(part: Line, anchor: str, near: str | None) -> Mend | None:
    """The anchor that was probably meant in place of the one that is not there."""
    at = part.folded.rfind(f"#{anchor}")
    if near is None or at < 0:
        return None
    return replacing(part.number, part.column + at + 1, len(anchor), near)


def normal_clause(written: str) -> str:
    """Bring a clause number to one form: 第十二条第二款, 第12条第2款 and 12条2款 are equal."""
    text = comparable(written).replace("第", "/")
    text = _NUMBERED.sub(lambda found: f"{_value(found['number'])}{found['unit']}", text)
    text = _INSERTED.sub(lambda found: f"之{_value(found['number'])}", text)
    if re.fullmatch(f"[{_NUMERAL}]+", text):
        text = str(_value(text))
    text = re.sub(r"条之", "之", text)
    text = re.sub(r"条(?=\d)", "/", text).replace("条", "")
    return re.sub("/+", "/", text).strip("/")


def canonical_references(values: Iterable[Line]) -> str:
    """The value of 依据 on one line, in its author's words, with half-width marks of links."""
    return "；".join(_canonical(part) for part in _parts(values))


def _canonical(part: Line) -> str:
    link = _LINK.search(part.folded)
    if link is None:
        return part.text
    text = part.text[link.start("text") : link.end("text")].strip()
    before, after = part.text[: link.start()], part.text[link.end() :]
    return f"{before}[{text}]({link['target']}){after}"


def _parts(values: Iterable[Line]) -> Iterator[Line]:
    """Cut the value at semicolons and nested items."""
    for value in values:
        line = value.item() or value.stripped()
        start = 0
        for found in [*_outer_semicolons(line.folded), None]:
            end = found.start() if found else len(line.text)
            part = line.piece(start, end).stripped()
            if not part.is_blank:
                yield part
            start = end + 1


def _outer_semicolons(folded: str) -> Iterator[re.Match[str]]:
    """The semicolons that part references; one in the name of a section or a law does not."""
    return (found for found in _SEMICOLON.finditer(folded) if found["outer"])


def _anchor(part: Line, module_key: str, report: Report) -> AnchorReference | None:
    link = _LINK.search(part.folded)
    target = _TARGET.fullmatch(link["target"]) if link else None
    if link is None or target is None:
        report.error(
            part,
            "E301",
            f"看不懂的依据“{part.text}”",
            "写成 [3.2 作业票有效期](#s-3-2)、[气瓶](sop-qp#s-5-3) 或 《安全生产法》第二十八条",
        )
        return None
    module = target["module"]
    return AnchorReference(
        module_key=None if module in (None, module_key) else module,
        anchor=target["anchor"],
        text=part.text[link.start("text") : link.end("text")].strip(),
        line=part.number,
        column=part.column,
    )


def _clauses(
    part: Line, sources: Sequence[DeclaredSource] | None, report: Report
) -> Iterator[ClauseReference]:
    found = _TITLE.search(part.text)
    title = found["title"].strip() if found else ""
    wanted = comparable(title)
    named = (s for s in sources or () if wanted in (comparable(s.name), comparable(s.short_name)))
    source = next(named, None)
    if found is None or (source is None and sources is not None):
        fix = "在文件开头的“来源”里写上它的名称和条款"
        report.error(part, "E303", f"“来源”里没有《{title}》", fix)
        return
    declared = {normal_clause(clause) for clause in (source.clauses if source else ())}
    written = _NEXT_CLAUSE.split(found["clauses"].strip())
    for clause in written:
        number = clause.strip().split(" ")[0].strip("。，,")
        if not number:
            report.error(part, "E303", f"《{title}》没写第几条", "写成 《…》第十二条第二款")
        elif source is not None and not _is_declared(normal_clause(number), declared):
            fix = f"把“{number}”加进来源《{title}》的条款，或改正条款号"
            report.error(part, "E303", f"来源《{title}》没有列出 {number}", fix)
        text = f"《{title}》{number}"
        yield ClauseReference(
            source.name if source else title, number, text, part.number, part.column
        )


def _is_declared(clause: str, declared: set[str]) -> bool:
    """A declared article covers its paragraphs; 3 does not cover 3.2, which is another clause."""
    return clause in declared or any(
        clause.startswith(f"{article}/") for article in declared if article
    )


def _value(numeral: str) -> int:
    if re.fullmatch(r"[0-9]+", numeral):
        return int(numeral[:9])
    total = digit = 0
    for character in numeral:
        if character in _WEIGHTS:
            total += (digit or 1) * _WEIGHTS[character]
            digit = 0
        else:
            digit = _DIGITS.get(character, 0) if not character.isascii() else int(character)
    return total + digit
