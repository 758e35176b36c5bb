"""The 依据 column of a foreign file → clauses of our modules, as far as they can be found. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.comparable import comparable
from question_bank.authoring.references import normal_clause
from question_bank.drafts import AnchorReference, ClauseReference, Reference

_PARTS = re.compile(r"[;；\n]|(?<=[条款项])[、,，](?=《)")
_LINK = re.compile(
    r"\[(?P<text>[^\]]*)\]\((?P<module>[a-z][a-z0-9-]*)?#(?P<anchor>[A-Za-z0-9-]+)\)"
)
_TITLE = re.compile(r"《(?P<title>[^》]+)》(?P<rest>.*)", re.DOTALL)
_NUMERAL = "零〇一二三四五六七八九十百千两0-9"
_CLAUSE = re.compile(
    rf"第?\s*(?P<number>[{_NUMERAL}]+条(?:之[{_NUMERAL}]+)?(?:第?[{_NUMERAL}]+[款项])*"
    r"|\d{1,3}(?:\.\d{1,3}){0,4})"
)
_LEADING = re.compile(
    rf"\s*(?P<number>第?[{_NUMERAL}]+条(?:之[{_NUMERAL}]+)?|\d{{1,3}}(?:\.\d{{1,3}}){{0,4}})[、.\s]*"
)


@dataclass(frozen=True)
class CitedModule:
    """A module that may be cited: its names, its sources with their clauses, its sections."""

    key: str
    title: str
    # (name, short name, declared clauses)
    sources: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    # (anchor, title)
    sections: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Placed:
    """What a 依据 was found to mean, and the parts of it that mean nothing here."""

    references: tuple[Reference, ...] = ()
    module_key: str | None = None
    unplaced: tuple[str, ...] = ()

    @property
    def anchor(self) -> str | None:
        """The section of the first reference, if it is one."""
        first = self.references[0] if self.references else None
        return first.anchor if isinstance(first, AnchorReference) else None


@dataclass
class ReferenceIndex:
    """Finds clauses by what people write: title or source, and number or heading."""

    modules: Sequence[CitedModule]
    _named: list[tuple[str, CitedModule, tuple[str, tuple[str, ...]] | None]] = field(init=False)
    _headings: dict[str, list[tuple[CitedModule, str, str]]] = field(init=False)
    _cache: dict[str, Placed] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._named, self._headings = [], {}
        for module in self.modules:
            self._named.append((comparable(module.title), module, None))
            for name, short, clauses in module.sources:
                for each in (name, short):
                    if each:
                        self._named.append((comparable(each), module, (name, clauses)))
            for anchor, title in module.sections:
                for heading in {comparable(title), comparable(_LEADING.sub("", title, count=1))}:
                    self._headings.setdefault(heading, []).append((module, anchor, title))
        # The longest name that a text begins with is the one meant.
        self._named.sort(key=lambda entry: -len(entry[0]))

    def place(self, written: str) -> Placed:
        """Find every part of a 依据; what is not found is told as it was written."""
        if written not in self._cache:
            self._cache[written] = self._place(written)
        return self._cache[written]

    def _place(self, written: str) -> Placed:
        references: list[Reference] = []
        unplaced: list[str] = []
        module_key: str | None = None
        for part in (each.strip() for each in _PARTS.split(written)):
            if not part:
                continue
            found = self._part(part[:300])
            if found is None:
                unplaced.append(part[:300])
                continue
            module, reference = found
            module_key = module_key or module.key
            if reference not in references:
                references.append(reference)
        return Placed(tuple(references), module_key, tuple(unplaced))

    def _part(self, part: str) -> tuple[CitedModule, Reference] | None:
        link = _LINK.fullmatch(part)
        if link:
            return self._link(link)
        titled = _TITLE.match(part)
        text = comparable(titled["title"]) if titled else comparable(part)
        for name, module, source in self._named:
            if not name or not (text == name if titled else text.startswith(name)):
                continue
            rest = titled["rest"] if titled else _after(part, name)
            reference = _in_module(module, source, rest)
            if reference is not None:
                return module, reference
        found = {(each[0].key, each[1]): each for each in self._headings.get(text, [])}
        if not titled and len(found) == 1:
            module, anchor, title = next(iter(found.values()))
            return module, _anchor(module, anchor, title)
        return None

    def _link(self, link: re.Match[str]) -> tuple[CitedModule, Reference] | None:
        for module in self.modules:
            if module.key == link["module"]:
                for anchor, title in module.sections:
                    if anchor == link["anchor"]:
                        return module, _anchor(module, anchor, link["text"] or title)
        return None


def _after(part: str, name: str) -> str:
    """The rest of a text after a name, of which blanks and widths do not count."""
    for end in range(1, len(part) + 1):
        if comparable(part[:end]) == name:
            return part[end:]
    return ""


def _in_module(
    module: CitedModule, source: tuple[str, tuple[str, ...]] | None, rest: str
) -> Reference | None:
    """The section of a module by number or heading, else a clause that it declares."""
    heading = comparable(rest)
    number = _CLAUSE.search(rest)
    wanted = normal_clause(number["number"]) if number else ""
    for anchor, title in module.sections:
        if heading and comparable(title) == heading:
            return _anchor(module, anchor, title)
    for anchor, title in module.sections:
        leading = _LEADING.match(title)
        own = normal_clause(leading["number"]) if leading else ""
        if wanted and own and (wanted == own or wanted.startswith(f"{own}/")):
            return _anchor(module, anchor, title)
    for anchor, title in module.sections:
        if heading and comparable(_LEADING.sub("", title, count=1)) == heading:
            return _anchor(module, anchor, title)
    if source is not None and number is not None:
        name, clauses = source
        declared = {normal_clause(clause) for clause in clauses}
        if wanted in declared or any(wanted.startswith(f"{each}/") for each in declared if each):
            said = number[0].strip()
            return ClauseReference(name, said, f"《{name}》{said}", 0, 0)
    return None


def _anchor(module: CitedModule, anchor: str, text: str) -> AnchorReference:
    return AnchorReference(module.key, anchor, text, 0, 0)
