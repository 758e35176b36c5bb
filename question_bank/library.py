"""Module files with their questions, and everything that is wrong with them. No database.

A *unit* is a module file with its companion files: it is published as a whole or not at all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import ERROR, WARNING, Problem
from learning.links import images_in
from learning.models import ModuleSource
from learning.parsing import ParsedModule, RawBlock
from learning.sources import (
    ContentRoot,
    ModuleFile,
    chosen_modules,
    image_problems,
    module_files,
    read_module,
)
from question_bank.authoring.blocks import TYPES, parse_block
from question_bank.authoring.cases import split_case
from question_bank.authoring.flaws import ModuleText, flaws_of
from question_bank.authoring.lines import lines_of_block
from question_bank.authoring.notes import stray_notes
from question_bank.authoring.report import Report
from question_bank.drafts import AnchorReference, QuestionDraft, with_parts
from question_bank.hotspots import hotspot_problems
from question_bank.keys import QuestionType

# For a module key: the anchors that may be cited, or None when there is no such module.
AnchorsOf = Callable[[str], frozenset[str] | None]


@dataclass(frozen=True)
class Part:
    """One file of a unit."""

    file: ModuleFile
    parsed: ParsedModule


@dataclass(frozen=True)
class Link:
    """A citation of a section of another module, in a question or in prose."""

    path: str
    line: int
    column: int
    module_key: str
    anchor: str


@dataclass
class Unit:
    """A module file, its companions, their drafts and their problems.

    `main` is None when a companion names a module that has no file here. `block_lines` has every
    id that stands in the files, also those of blocks that could not be read.

    A settled unit is one whose files are as they were when the bank took them in. It was not read
    again: it has no parts and no drafts, and what other units must know of it is what was recorded.
    """

    key: str
    main: Part | None = None
    companions: list[Part] = field(default_factory=list)
    drafts: list[QuestionDraft] = field(default_factory=list)
    file_of: dict[str, ModuleFile] = field(default_factory=dict)
    block_lines: list[tuple[str, str, int]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    is_settled: bool = False
    settled_anchors: frozenset[str] = frozenset()
    # Files of the library that the enterprise's own stand in for.
    replaced: list[ModuleFile] = field(default_factory=list)
    # A case counts as one.
    question_count: int = 0

    @property
    def parts(self) -> list[Part]:
        return [*([self.main] if self.main else []), *self.companions]

    @property
    def is_sound(self) -> bool:
        return not any(problem.is_error for problem in self.problems)

    @property
    def anchors(self) -> frozenset[str]:
        return self.main.parsed.anchors if self.main else self.settled_anchors

    @property
    def main_path(self) -> str:
        """The file that messages about the whole unit name."""
        return self.main.parsed.path if self.main else self.key

    @property
    def public_ids(self) -> frozenset[str]:
        return frozenset(public_id for public_id, _path, _line in self.block_lines)


@dataclass
class Library:
    """All units by key, with the problems of files that belong to none."""

    units: dict[str, Unit]
    loose_problems: list[Problem]

    @property
    def problems(self) -> list[Problem]:
        found = [*self.loose_problems, *(p for unit in self.units.values() for p in unit.problems)]
        return sorted(set(found), key=lambda p: (p.path, p.line, p.column, p.code))

    @property
    def public_ids(self) -> frozenset[str]:
        return frozenset(i for unit in self.units.values() for i in unit.public_ids)


@dataclass(frozen=True)
class GivenFile(ModuleFile):
    """A file named on the command line, shown as it was named."""

    shown: str = ""

    @property
    def shown_path(self) -> str:
        return self.shown or str(self.path)


def given_files(paths: Iterable[Path]) -> list[ModuleFile]:
    """The module files at and below the paths, each once."""
    found: dict[Path, ModuleFile] = {}
    for given in paths:
        if given.is_dir():
            root = given.resolve()
            for file in module_files([ContentRoot(given, ModuleSource.LIBRARY)]):
                shown = str(given / file.path.relative_to(root))
                found[file.path] = GivenFile(file.path, root, file.source, shown)
        else:
            path = given.resolve()
            found[path] = GivenFile(path, path.parent, ModuleSource.LIBRARY, str(given))
    return list(found.values())


def read_library(files: Sequence[ModuleFile]) -> Library:
    """Read the files and their questions; references between modules are not yet checked."""
    library = assembled([(file, *read_module(file)) for file in files])
    check_ids(library)
    return library


def assembled(
    read: Sequence[tuple[ModuleFile, ParsedModule, list[Problem]]],
) -> Library:
    """The units that files which were read make up, with their questions."""
    chosen, doubled = chosen_modules([(file, parsed) for file, parsed, _ in read])
    kept = {file for file, _ in chosen}
    found: dict[str, list[Problem]] = {}
    for file, _, problems in read:
        found.setdefault(file.shown_path, []).extend(problems if file in kept else [])
    for problem in doubled:
        found[problem.path].append(problem)
    library = Library({}, [])
    for file, parsed in chosen:
        _place(Part(file, parsed), found.pop(file.shown_path), library)
    library.loose_problems += [problem for problems in found.values() for problem in problems]
    for file, parsed, _ in read:
        key = key_of(parsed)
        if file not in kept and key in library.units:
            library.units[key].replaced.append(file)
    for unit in library.units.values():
        _read_questions(unit)
    return library


def key_of(parsed: ParsedModule) -> str:
    """The key of the unit that a file belongs to; empty for a file that says none."""
    return parsed.front.module_key if parsed.front.is_companion else parsed.front.key


def check_links(library: Library, *, anchors_of: AnchorsOf, is_whole: bool) -> None:
    """Report what questions and prose cite in other modules that is not there.

    When the library is not all there is, a module that is not in it is only a warning.
    """
    for unit in library.units.values():
        unit.problems += broken_links(unit, anchors_of=anchors_of, is_whole=is_whole)


def library_flaws(library: Library) -> list[Problem]:
    """The writing flaws of all questions, also of those that repeat one in another module."""
    modules = [
        ModuleText(
            key=unit.key,
            path=unit.main.parsed.path,
            sections=unit.main.parsed.sections,
            sources=tuple(source.name for source in unit.main.parsed.front.sources),
        )
        for unit in library.units.values()
        if unit.main is not None
    ]
    return flaws_of([d for unit in library.units.values() for d in unit.drafts], modules)


def broken_links(unit: Unit, *, anchors_of: AnchorsOf, is_whole: bool = True) -> list[Problem]:
    """E302 for each citation of another module's section that does not exist."""
    problems = []
    for link in unit.links:
        place = (link.path, link.line, link.column)
        anchors = anchors_of(link.module_key)
        if anchors is None:
            module = link.module_key
            level, code = (ERROR, "E302") if is_whole else (WARNING, "W302")
            message = f"没有模块 {module}" if is_whole else f"没有核对模块 {module}：不在这次检查里"
            fix = "改正模块的标识" if is_whole else "连同那个模块一起检查"
            problems.append(Problem(*place, level, code, message, fix))
        elif link.anchor not in anchors:
            message = f"模块 {link.module_key} 没有锚点 #{link.anchor}"
            fix = "改正锚点，或在那个模块的标题后面写上它"
            problems.append(Problem(*place, ERROR, "E302", message, fix))
    return problems


def known_anchors(library: Library) -> AnchorsOf:
    """Look anchors up among the files alone."""
    found = {key: unit.anchors for key, unit in library.units.items() if unit.main}
    return found.get


def check_types(unit: Unit, types: Mapping[str, str]) -> None:
    """E402 for each question whose type differs from the one in the bank."""
    for draft in with_parts(unit.drafts):
        before = types.get(draft.public_id or "")
        if before is not None and before != draft.type.value:
            fix = "把旧题停用，给新题换一个编号"
            message = f"题目 {draft.public_id} 的题型变了"
            unit.problems.append(Problem(draft.path, draft.line, 1, ERROR, "E402", message, fix))


def _place(part: Part, problems: list[Problem], library: Library) -> None:
    key = key_of(part.parsed)
    if not key:
        library.loose_problems += problems
        return
    unit = library.units.setdefault(key, Unit(key))
    unit.problems += problems
    if part.parsed.front.is_companion:
        unit.companions.append(part)
    else:
        unit.main = part


def _read_questions(unit: Unit) -> None:
    if unit.main is None:
        for part in unit.companions:
            message, fix = f"没有模块 {unit.key}", "改正“模块”，或先写那个模块的文件"
            unit.problems.append(Problem(part.parsed.path, 2, 1, ERROR, "E302", message, fix))
        return
    front = unit.main.parsed.front
    for part in unit.parts:
        path = part.parsed.path
        unit.problems += _lost_headings(part)
        for block in part.parsed.blocks:
            draft, problems = parse_block(
                block,
                path=path,
                module_key=unit.key,
                anchors=unit.anchors,
                sources=front.sources,
                audience=frozenset(front.audience) or None,
            )
            problems += image_problems(part.file, images_in(block.lines, block.line + 1))
            unit.problems += problems
            unit.question_count += 1
            for public_id, line in _ids(block):
                unit.block_lines.append((public_id, path, line))
            if draft is not None:
                unit.problems += hotspot_problems(part.file, draft)
                unit.drafts.append(draft)
                unit.file_of[path] = part.file
    unit.links = list(_links(unit))


def _links(unit: Unit) -> Iterator[Link]:
    for draft in with_parts(unit.drafts):
        for reference in draft.references:
            if isinstance(reference, AnchorReference) and reference.module_key is not None:
                place = (draft.path, reference.line, reference.column)
                yield Link(*place, reference.module_key, reference.anchor)
    for part in unit.parts:
        for link in part.parsed.references:
            if link.module_key is not None and link.module_key != unit.key:
                yield Link(part.parsed.path, link.line, link.column, link.module_key, link.anchor)


def _ids(block: RawBlock) -> Iterator[tuple[str, int]]:
    """The id of a block, and those of a case's sub-questions, each with its line."""
    if block.public_id:
        yield block.public_id, block.line
    if TYPES.get(block.type_word) is QuestionType.CASE_ANALYSIS:
        lines = lines_of_block(block.line, block.lines)
        _story, parts = split_case(block, lines, Report(""))
        yield from ((part.public_id, part.line) for part in parts if part.public_id)


def _lost_headings(part: Part) -> list[Problem]:
    """E116 for each 题注 outside the question blocks."""
    texts = part.file.text()[0].splitlines()
    taken = {
        number
        for block in part.parsed.blocks
        for number in range(block.line, block.line + len(block.lines) + 1)
    }
    others = [text for number, text in enumerate(texts, 1) if number not in taken]
    if not any(">" in text or "＞" in text for text in others):
        return []
    lines = [line for line in lines_of_block(0, texts) if line.number not in taken]
    fix = "在题干前面补上标题，例如 ### 【单选】…"
    return [
        Problem(part.parsed.path, line.number, 1, ERROR, "E116", "题注前面没有题目的标题", fix)
        for line in stray_notes(lines)
    ]


def check_ids(library: Library) -> None:
    """E401 at both places for an id that stands twice."""
    first: dict[str, tuple[Unit, str, int]] = {}
    for unit in library.units.values():
        for public_id, path, line in unit.block_lines:
            if public_id not in first:
                first[public_id] = (unit, path, line)
                continue
            other, other_path, other_line = first[public_id]
            fix = "删掉复制出来的那一题的编号"
            for holder, place, twin in (
                (unit, (path, line), f"{other_path}:{other_line}"),
                (other, (other_path, other_line), f"{path}:{line}"),
            ):
                message = f"编号 {public_id} 也在 {twin}"
                holder.problems.append(Problem(*place, 1, ERROR, "E401", message, fix))
