"""One module file → its front matter, citable sections and raw question blocks. Pure.

Question blocks are cut out before Markdown runs, because what Python-Markdown makes of nested
lists and quotes differs from what authors see in their editors; each leaves a placeholder
paragraph. Every problem of the file is found in one pass, none raises.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches

from core.errors import ERROR, Problem
from core.mends import line_before, replacing
from learning.body import BodyLine as BodyLine
from learning.body import scan_body as scan_body
from learning.checks import anchor_problems, image_problems, reference_problems
from learning.front_matter import DELIMITER, MAX_LINES, FrontMatter, parse_front_matter
from learning.headings import (
    QUESTION_TYPES,
    TYPE_WORDS,
    QuestionHeading,
    bracketed_heading,
    heading_level,
    read_heading,
)
from learning.links import ImageUse, Reference, images_in, references_in

RULE = re.compile(r" {0,3}(?:-{3,}|－{3,})\s*")
_CHECKBOX = re.compile(r"\s*[-*+－]\s+[\[［]\s*[xX√ ]?\s*[\]］]")
_NOTE = re.compile(r"\s*[>＞]\s*(?:[-－*]\s*)?[^\s:：]{1,8}\s*[:：]")
_PLACEHOLDER = re.compile(r"⟦题块 \d+⟧")


@dataclass(frozen=True)
class RawBlock:
    """One question as written: `lines` are the source lines after its heading (`line`, from 1)."""

    line: int
    level: int
    type_word: str
    title: str
    public_id: str | None
    lines: tuple[str, ...]
    anchor: str | None
    section_title: str | None


@dataclass(frozen=True)
class Section:
    """A citable heading. `markdown` is its own text, up to the next citable heading.

    `text_hash` covers its subsections too, so that a question resting on a chapter is reviewed
    when an article in it changes. Question blocks count for neither.
    """

    anchor: str
    level: int
    title: str
    line: int
    markdown: str
    text_hash: str


@dataclass(frozen=True)
class ParsedModule:
    """A file taken apart. Not fit to publish while its problems contain an error."""

    path: str
    front: FrontMatter
    body_markdown: str
    sections: tuple[Section, ...]
    blocks: tuple[RawBlock, ...]
    images: tuple[ImageUse, ...] = ()
    references: tuple[Reference, ...] = ()

    @property
    def prose_markdown(self) -> str:
        """What a reader sees: no placeholders, no headings that held nothing but questions."""
        text = "\n".join(_without_questions(self.body_markdown.split("\n")))
        return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"

    @property
    def anchors(self) -> frozenset[str]:
        return frozenset(section.anchor for section in self.sections)


def decode(data: bytes, path: str) -> tuple[str, list[Problem]]:
    """The file's text, or E101 saying which byte on which line is not UTF-8."""
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        message = f"不是 UTF-8 编码：第 {error.start + 1} 个字节是 0x{data[error.start]:02X}"
        fix = "用编辑器另存为 UTF-8"
        try:
            data.decode("gb18030")
            fix += "；它像是 GB18030（ANSI），先按这个编码打开"
        except UnicodeDecodeError:
            pass
        return "", [Problem(path, line, column, ERROR, "E101", message, fix)]


def parse_module(text: str, path: str) -> tuple[ParsedModule, list[Problem]]:
    """Take a file apart and say everything that is wrong with it, sorted by line."""
    lines = lines_of(text)
    front, body_start, problems = _split_front_matter(lines, path)
    body = scan_body(lines[body_start:], body_start + 1)
    splitter = _Splitter(path, body)
    splitter.run()
    prose = splitter.prose
    texts = [line for line in prose if line.is_text]
    module = ParsedModule(
        path=path,
        front=front,
        body_markdown=_body_markdown(prose, front.title),
        sections=tuple(_sections(prose)),
        blocks=tuple(splitter.blocks),
        images=tuple(image for line in texts for image in images_in([line.text], line.number)),
        references=tuple(
            link for line in texts for link in references_in([line.text], line.number)
        ),
    )
    problems += splitter.problems
    written = {line.number: line for line in body}
    headings = [written[line.number] for line in texts if read_heading(line.text)]
    problems += anchor_problems(headings, path)
    problems += reference_problems(module.references, headings, key=front.key, path=path)
    problems += image_problems(module.images, path)
    return module, sorted(problems, key=lambda found: (found.line, found.column, found.code))


def lines_of(text: str) -> list[str]:
    """The lines of a file, whichever line ends it was saved with."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def front_matter_start(lines: list[str]) -> int:
    """Where the line --- has to stand: the first line that is not blank."""
    return next((index for index, line in enumerate(lines) if line.strip()), 0)


def prose_lines(text: str, path: str) -> list[BodyLine]:
    """The lines outside the question blocks, with their numbers in the file."""
    lines = lines_of(text)
    _, body_start, _ = _split_front_matter(lines, path)
    splitter = _Splitter(path, scan_body(lines[body_start:], body_start + 1))
    splitter.run()
    return splitter.prose


def _split_front_matter(lines: list[str], path: str) -> tuple[FrontMatter, int, list[Problem]]:
    """The front matter, the index of the first body line, and the problems so far."""
    start = front_matter_start(lines)
    if not DELIMITER.fullmatch(lines[start]):
        fix = "在文件最前面写两行 ---，中间写 标识、标题、类别、版本、生效日期"
        missing = Problem(path, start + 1, 1, ERROR, "E109", "文件开头没有说明部分", fix)
        return FrontMatter(), 0, [missing]
    problems = []
    after = range(start + 1, len(lines))
    end = next((index for index in after if DELIMITER.fullmatch(lines[index])), len(lines))
    prose = next((index for index in after if _begins_prose(lines, index)), len(lines))
    body_start = end + 1
    if end == len(lines) or prose < end:
        end = body_start = min(prose, end)
        fix = "在说明部分的最后一行下面加一行 ---"
        told, mend = "说明部分没有用 --- 结束", line_before(end + 1, "---")
        problems.append(Problem(path, start + 1, 1, ERROR, "E103", told, fix, mend))
    if end - start - 1 > MAX_LINES:
        message = f"说明部分有 {end - start - 1} 行，最多 {MAX_LINES} 行"
        fix = "删减来源和条款，或检查 --- 是否写对了位置"
        problems.append(Problem(path, start + 1, 1, ERROR, "E111", message, fix))
        return FrontMatter(), body_start, problems
    front, found = parse_front_matter(lines[start + 1 : end], path=path, first_line=start + 2)
    return front, body_start, problems + found


def _begins_prose(lines: list[str], index: int) -> bool:
    """A heading, which front matter never holds; `# …` between blank lines is one, too."""
    if re.match(r"#{2,6}[ \t【]|#\s*【", lines[index]):
        return True
    around = [lines[near].strip() for near in (index - 1, index + 1) if near < len(lines)]
    return lines[index].startswith("# ") and not any(around)


class _Splitter:
    """Walks the body once and parts question blocks from prose."""

    def __init__(self, path: str, body: list[BodyLine]) -> None:
        self.path = path
        self.body = body
        self.prose: list[BodyLine] = []
        self.blocks: list[RawBlock] = []
        self.problems: list[Problem] = []
        self._anchor: str | None = None
        self._section_title: str | None = None

    def run(self) -> None:
        index = 0
        while index < len(self.body):
            line = self.body[index]
            parts = bracketed_heading(line.text) if line.is_text else None
            if parts is not None:
                end = self._end_of_block(index, parts.level)
                if parts.type_word in TYPE_WORDS:
                    self._take_block(line, parts, index + 1, end)
                    index = self._past_rule(end)
                    continue
                if self._looks_like_question(index + 1, end):
                    self._report_unknown_type(line, parts.type_word)
                    index = self._past_rule(end)
                    continue
            self._take_prose(line)
            index += 1

    def _end_of_block(self, start: int, level: int) -> int:
        for index in range(start + 1, len(self.body)):
            line = self.body[index]
            if not line.is_text:
                continue
            deeper = heading_level(line.text)
            if RULE.fullmatch(line.text) or (deeper is not None and deeper <= level):
                return index
        return len(self.body)

    def _past_rule(self, index: int) -> int:
        """The rule that ends a block belongs to it and draws no line on the page."""
        is_rule = index < len(self.body) and RULE.fullmatch(self.body[index].text)
        return index + 1 if is_rule else index

    def _take_block(self, line: BodyLine, parts: QuestionHeading, start: int, end: int) -> None:
        self.blocks.append(
            RawBlock(
                line=line.number,
                level=parts.level,
                type_word=TYPE_WORDS[parts.type_word],
                title=parts.title,
                public_id=parts.public_id,
                lines=tuple(inner.text for inner in self.body[start:end]),
                anchor=self._anchor,
                section_title=self._section_title,
            )
        )
        for text in ("", f"⟦题块 {len(self.blocks)}⟧", ""):
            self.prose.append(BodyLine(line.number, text, False))

    def _take_prose(self, line: BodyLine) -> None:
        heading = read_heading(line.text) if line.is_text else None
        if heading is None:
            self.prose.append(line)
            return
        if heading.anchor:
            self._anchor, self._section_title = heading.anchor, heading.title
        tail = f" {{#{heading.anchor}}}" if heading.anchor else ""
        self.prose.append(replace(line, text=f"{'#' * heading.level} {heading.title}{tail}"))

    def _looks_like_question(self, start: int, end: int) -> bool:
        return any(
            line.is_text and (_CHECKBOX.match(line.text) or _NOTE.match(line.text))
            for line in self.body[start:end]
        )

    def _report_unknown_type(self, line: BodyLine, word: str) -> None:
        near = get_close_matches(word, list(TYPE_WORDS), n=1, cutoff=0.4)
        known = "、".join(QUESTION_TYPES)
        fix = f"是否要写【{TYPE_WORDS[near[0]]}】？" if near else f"只能是 {known}"
        column = line.text.find(word) + 1
        message = f"不认识的题型【{word}】"
        mend = replacing(line.number, column, len(word), TYPE_WORDS[near[0]]) if near else None
        place = (self.path, line.number, max(column, 1))
        self.problems.append(Problem(*place, ERROR, "E104", message, fix, mend))


def _body_markdown(prose: list[BodyLine], title: str) -> str:
    """The prose again as one text, without a first heading that only repeats the title."""
    lines = [line.text for line in prose]
    first = next((index for index, line in enumerate(prose) if line.text.strip()), None)
    if first is not None and prose[first].is_text:
        heading = read_heading(prose[first].text)
        if heading and heading.level == 1 and heading.title == title and not heading.anchor:
            del lines[first]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _without_questions(lines: list[str]) -> Iterator[str]:
    levels = [heading_level(line) for line in lines]
    for index, (line, level) in enumerate(zip(lines, levels, strict=True)):
        if _PLACEHOLDER.fullmatch(line):
            continue
        if level is not None:
            after = range(index + 1, len(lines))
            end = next((i for i in after if (levels[i] or 9) <= level), len(lines))
            within = {text for text in lines[index + 1 : end] if text.strip()}
            if within and all(_PLACEHOLDER.fullmatch(text) for text in within):
                continue
        yield line


def _sections(prose: list[BodyLine]) -> Iterator[Section]:
    marks = [
        (index, heading)
        for index, line in enumerate(prose)
        if line.is_text and (heading := read_heading(line.text))
    ]
    seen: set[str] = set()
    for place, (index, heading) in enumerate(marks):
        if not heading.anchor or heading.anchor in seen:
            continue
        seen.add(heading.anchor)
        following = marks[place + 1 :]
        own_end = next((i for i, other in following if other.anchor), len(prose))
        full_end = next((i for i, other in following if other.level <= heading.level), len(prose))
        yield Section(
            anchor=heading.anchor,
            level=heading.level,
            title=heading.title,
            line=prose[index].number,
            markdown=_joined(prose[index + 1 : own_end]),
            text_hash=_text_hash(heading.title, _joined(prose[index + 1 : full_end])),
        )


def _joined(lines: list[BodyLine]) -> str:
    text = "\n".join(line.text for line in lines if not _PLACEHOLDER.fullmatch(line.text))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _text_hash(title: str, markdown: str) -> str:
    """The hash of what is said, blind to line breaks, spaces and the tool's fact ids."""
    said = re.sub(r"\{#f-[^}]*\}", "", f"{title}\n{markdown}")
    return hashlib.sha256("".join(said.split()).encode("utf-8", "replace")).hexdigest()
