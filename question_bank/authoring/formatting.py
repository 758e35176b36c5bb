"""A module file in canonical form: the same module, written one way. Pure.

What the author wrote as prose stays as it is. Whether the result says the same is found out by
reading it back; a file that would not come out equal is refused rather than changed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from core.errors import ERROR, InvalidContent, Problem
from core.markup import split_number
from learning.front_matter import DELIMITER, FrontMatter
from learning.front_matter_format import format_front_matter
from learning.headings import read_heading
from learning.parsing import (
    RULE,
    BodyLine,
    ParsedModule,
    RawBlock,
    front_matter_start,
    lines_of,
    parse_module,
    scan_body,
)
from question_bank.authoring.blocks import read_alone
from question_bank.authoring.note_writing import AuthorNotes
from question_bank.authoring.reading import Reading
from question_bank.authoring.references import canonical_references, normal_clause
from question_bank.authoring.writing import write_block
from question_bank.drafts import QuestionDraft

# Errors that say nothing about how the file is written: 全角冒号 is mended, the rest stays.
_HARMLESS = {"E102", "E109", "E113", "E217", "E302", "E404"}


def format_text(text: str, path: str, *, new_id: Callable[[], str] | None = None) -> str:
    """The whole file in canonical form; InvalidContent where that is not safe.

    With `new_id` each question without an id gets one; it gives ids that nobody has. Headings
    with a clause number get the anchor made from it. Ids and anchors that are there stay.
    """
    before, problems = parse_module(text, path)
    _refuse(problems)
    formatting = _Formatting(before, lines_of(text), new_id)
    formatting.run()
    _refuse(formatting.problems)
    made = formatting.text()
    after, _ = parse_module(made, path)
    _refuse(_changes(before, after))
    return made


@dataclass
class _Formatting:
    """One file on its way. `out` has each line, and whether it must stand exactly so."""

    module: ParsedModule
    lines: list[str]
    new_id: Callable[[], str] | None
    out: list[tuple[str, bool]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def run(self) -> None:
        body_start = self._take_front_matter()
        self.anchors = {anchor for anchor in map(_anchor_of, self.lines) if anchor}
        body = scan_body(self.lines[body_start:], body_start + 1)
        blocks = {block.line: block for block in self.module.blocks}
        index = 0
        while index < len(body):
            block = blocks.get(body[index].number)
            if block is None:
                self._take_prose(body, index)
                index += 1
                continue
            self._take_block(block)
            index += 1 + len(block.lines)
            if index < len(body) and body[index].is_text and RULE.fullmatch(body[index].text):
                self._add("", "---", "")
                index += 1

    def text(self) -> str:
        """The lines with never two blank ones in a row, but where they count."""
        kept: list[str] = []
        for line, is_fixed in self.out:
            if line or is_fixed or (kept and kept[-1]):
                kept.append(line)
        return "\n".join(kept).strip("\n") + "\n"

    def _add(self, *lines: str, is_fixed: bool = False) -> None:
        self.out += [(line, is_fixed) for line in lines]

    def _take_front_matter(self) -> int:
        """Write the front matter, and give the index of the first line of the body."""
        start = front_matter_start(self.lines)
        if not DELIMITER.fullmatch(self.lines[start]):
            return 0
        after = range(start + 1, len(self.lines))
        end = next(index for index in after if DELIMITER.fullmatch(self.lines[index]))
        self._add("---", *format_front_matter(self.lines[start + 1 : end]), "---", "")
        return end + 1

    def _take_prose(self, body: list[BodyLine], index: int) -> None:
        line = body[index]
        raw = self.lines[line.number - 1]
        if raw != line.text or not line.is_text:
            # Code, and what a comment stands in or beside.
            self._add(raw if raw.strip() else "", is_fixed=not line.is_text)
            return
        heading = self._heading(line)
        if heading is not None:
            self._add(heading)
            return
        follows = index + 1 < len(body) and body[index + 1].text.strip()
        is_break = line.text.endswith("  ") and line.text.strip() and follows
        self._add(line.text.rstrip() + ("  " if is_break else ""))

    def _heading(self, line: BodyLine) -> str | None:
        heading = read_heading(line.text)
        if heading is None:
            return None
        written = line.text.lstrip(" #＃\t\u3000")
        title = ("\\" if written.startswith("\\") else "") + heading.title
        anchor = heading.anchor or self._new_anchor(heading.title)
        tail = f" {{#{anchor}}}" if anchor else ""
        return f"{'#' * heading.level} {title}{tail}".rstrip()

    def _new_anchor(self, title: str) -> str | None:
        """`s-` and the printed number, unless another heading has it."""
        number, _ = split_number(title)
        clause = normal_clause(number).replace(".", "-").replace("之", "-")
        if self.module.front.is_companion or not re.fullmatch(r"[0-9]+(-[0-9]+)*", clause):
            return None
        anchor = f"s-{clause}"
        if anchor in self.anchors:
            return None
        self.anchors.add(anchor)
        return anchor

    def _take_block(self, block: RawBlock) -> None:
        draft, problems, readings = read_alone(block, path=self.module.path)
        found = [problem for problem in problems if problem.code not in _HARMLESS]
        self.problems += [problem for problem in found if problem.is_error]
        if draft is None:
            return
        draft = self._with_ids(draft)
        raw = self.lines[block.line : block.line + len(block.lines)]
        if tuple(raw) == block.lines:
            made = write_block(draft, level=block.level, author=_author_notes(readings))
            written = made.removesuffix("\n").split("\n")
        else:
            # A comment has no place in canonical form; rather than lose it, nothing is moved.
            heading = write_block(replace(draft, parts=()), level=block.level).split("\n", 1)[0]
            written = [heading, *(line.rstrip() for line in raw)]
        self._add("")
        self._add(*written, is_fixed=True)
        self._add("")

    def _with_ids(self, draft: QuestionDraft) -> QuestionDraft:
        if self.new_id is None:
            return draft
        parts = tuple(self._with_ids(part) for part in draft.parts)
        return replace(draft, parts=parts, public_id=draft.public_id or self.new_id())


def _anchor_of(line: str) -> str | None:
    heading = read_heading(line)
    return heading.anchor if heading else None


def _author_notes(readings: list[Reading]) -> dict[int, AuthorNotes]:
    """Which keys the author of each question wrote; 依据 in the author's own words."""
    notes: dict[int, AuthorNotes] = {}
    for reading in readings:
        cited = reading.notes.get("依据")
        verbatim = {"依据": canonical_references(cited.values)} if cited else {}
        notes[reading.heading.number] = AuthorNotes(frozenset(reading.notes), verbatim)
    return notes


def _refuse(problems: list[Problem]) -> None:
    errors = [p for p in problems if p.is_error and p.code not in _HARMLESS]
    if errors:
        raise InvalidContent(sorted(errors, key=lambda p: (p.line, p.column)))


def _changes(before: ParsedModule, after: ParsedModule) -> list[Problem]:
    """What canonical form would alter; there is nothing unless a rule of the syntax is amiss."""
    fix = "请改写这一处再试；文件没有改动"
    found: list[tuple[int, str]] = []
    if _front(before.front) != _front(after.front):
        found.append((1, "说明部分整理后读出来不一样"))
    if len(before.blocks) != len(after.blocks):
        found.append((1, "整理后题目的数目不一样"))
    for old, new in zip(before.blocks, after.blocks, strict=False):
        pair = [read_alone(block, path=before.path)[0] for block in (old, new)]
        if None in pair or _said(pair[0]) != _said(pair[1]):
            found.append((old.line, "这一题整理后读出来不一样"))
    if _prose(before) != _prose(after):
        found.append((1, "正文整理后读出来不一样"))
    return [Problem(before.path, line, 1, ERROR, "E117", told, fix) for line, told in found]


def _front(front: FrontMatter) -> FrontMatter:
    return replace(front, sources=tuple(replace(source, line=0) for source in front.sources))


def _prose(module: ParsedModule) -> list[str]:
    """The prose without blank lines and anchors, which may be added."""
    lines = (line.rstrip() for line in module.body_markdown.split("\n"))
    return [
        re.sub(r" \{#[^{}]*\}$", "", line) if line[0] == "#" else line for line in lines if line
    ]


_PLACES = {"line", "column", "public_id", "part_ids", "section_anchor", "references"}


def _said(value: Any) -> Any:
    """What a draft says: everything but places and ids, blind to blanks at the ends of lines."""
    if hasattr(value, "__dataclass_fields__"):
        return [_said(getattr(value, name)) for name in vars(value) if name not in _PLACES]
    if isinstance(value, tuple):
        return [_said(item) for item in value]
    if isinstance(value, str):
        return [line.rstrip() for line in value.split("\n")]
    return value
