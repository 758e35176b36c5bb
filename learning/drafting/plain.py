"""Plain text and Markdown → blocks. Pure."""

import re

from core.errors import N_, Unreadable
from core.markup import without_comments
from learning.drafting.blocks import Block, Kind, Source
from learning.drafting.joining import Page, goes_on, joined, page_of
from learning.headings import read_heading
from learning.numerals import fold

MAX_TEXT_BYTES = 2 * 1024 * 1024

_PAGE_MARK = re.compile(
    r"\s*(?:[-—–－]{1,2}\s*\d{1,4}\s*[-—–－]{1,2}|第\s*\d{1,4}\s*页\s*(?:[/，,、]?\s*共\s*\d{1,4}\s*页)?)\s*"
)
_BULLET = re.compile(r"(?P<indent>\s*)(?:[-*+] +|[•●·◆■▪]\s*)(?P<text>\S.*)")
_FENCE = re.compile(r" {0,3}(?:`{3,}|~{3,})")
_RULE = re.compile(r" {0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,}|={3,}|－{3,})\s*")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*")
_DELIMITER = re.compile(r"---\s*")
# In Markdown the width of a line says nothing.
_NO_PAGE = Page(0, False)
_ODD = re.compile("[\x00-\x08\x0e-\x1f]")
_CHAPTER_AND_ARTICLE = re.compile(
    r"^(\s*第[^。；，\s]{1,8}[章节][^。；，]{1,30}?)[\s\u3000]+(?=第[^。；，\s]{1,8}条[\s\u3000])"
)


def decode_text(data: bytes) -> tuple[str, list[str]]:
    """The text with a remark when its encoding had to be found out."""
    if len(data) > MAX_TEXT_BYTES:
        raise Unreadable(N_("文件大于 2 MB。分成几个文件，一个模块一个"))
    text, remarks = _decoded(data)
    if _ODD.search(text):
        raise Unreadable(N_("这不是文字文件。请用 .docx、.md 或 .txt"))
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n"), remarks


def read_text(text: str) -> Source:
    """Blocks of a plain text; what Markdown would take for its own marks is escaped."""
    source = Source([])
    lines = text.split("\n")
    page = page_of(lines)
    is_apart, was_page_mark, above = True, False, ""
    for place, raw in enumerate(_split_chapters(lines), 1):
        for line in raw:
            if not line.strip():
                is_apart = is_apart or not was_page_mark
                continue
            if _PAGE_MARK.fullmatch(line):
                # The blank lines around the number of a page part nothing.
                is_apart, was_page_mark = False, True
                continue
            was_page_mark = False
            found = _BULLET.fullmatch(line)
            may_join = bool(source.blocks) and not is_apart and not found
            if may_join and not _is_title_line(source) and goes_on(above, line, page):
                _append(source, escaped(line.strip(), at_start=False))
            elif found:
                depth = len(fold(found["indent"])) // 2
                source.blocks.append(
                    Block(Kind.BULLET, escaped(found["text"].strip()), place, min(depth, 4))
                )
            else:
                source.blocks.append(
                    Block(Kind.TEXT, escaped(line.strip()), place, is_apart=is_apart)
                )
            above, is_apart = line, False
    return source


def read_markdown(text: str) -> Source:
    """Blocks of a Markdown text; tables, quotes and code stay as they are."""
    source = Source([])
    lines = without_comments(text).split("\n")
    start = _take_front(lines, source)
    place, is_apart, above = start, True, ""
    while place < len(lines):
        line = lines[place]
        end = _end_of_verbatim(lines, place)
        heading = read_heading(line)
        if not line.strip() or _RULE.fullmatch(line):
            is_apart, place = True, place + 1
            continue
        if end > place:
            kept = "\n".join(each.rstrip() for each in lines[place:end])
            source.blocks.append(Block(Kind.VERBATIM, kept, place + 1))
            place, is_apart = end, True
            continue
        if heading is not None:
            title = heading.title
            source.blocks.append(
                Block(Kind.HEADING, title, place + 1, heading.level, heading.anchor)
            )
            is_apart = True
        else:
            _take_line(source, line, place + 1, is_apart, above)
            above, is_apart = line, False
        place += 1
    return source


def escaped(text: str, *, at_start: bool = True) -> str:
    """Text in which Markdown would see marks of its own, written so that it sees none."""
    text = re.sub(r"([\\`*])|(?<=!)(\[)|(?<=\])(\()|(?<=\[)(\^)|(?<==)(=)", r"\\\g<0>", text)
    text = text.replace("~~", "~\\~").replace("<!--", "<\\!--").replace("{.", "{\\.")
    if at_start and re.match(r"[#＃>＞+|-](?:\s|[#＃]|$)|:?-{3,}|[#＃]{1,6}【", text):
        text = "\\" + text
    return text


def _decoded(data: bytes) -> tuple[str, list[str]]:
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16"), ["文件按 UTF-16 读出，草稿是 UTF-8"]
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("gb18030"), [
            "文件不是 UTF-8，按 GB18030（ANSI）读出，请看一眼有没有乱码"
        ]
    except UnicodeDecodeError as error:
        place = error.start + 1
        message = N_(
            "看不懂文件的编码：第 %(place)s 个字节不是 UTF-8，也不是 GB18030。另存为 UTF-8 再来"
        )
        raise Unreadable(message, place=place) from None


def _split_chapters(lines: list[str]) -> list[list[str]]:
    """A chapter and its first article on one line are two lines."""
    parts = []
    for line in lines:
        found = _CHAPTER_AND_ARTICLE.match(line)
        parts.append([found[1], line[found.end() :]] if found else [line])
    return parts


def _is_title_line(source: Source) -> bool:
    """The first line, when it is no sentence, is a title: nothing is joined to it."""
    first = source.blocks[0].text
    return len(source.blocks) == 1 and not re.search(r"[。，；、,]", first)


def _append(source: Source, text: str) -> None:
    last = source.blocks[-1]
    source.blocks[-1] = Block(
        last.kind, joined(last.text, text), last.line, last.level, last.anchor, last.is_apart
    )


def _take_front(lines: list[str], source: Source) -> int:
    """Keep the lines of a front matter; the index of the first line after it."""
    first = next((index for index, line in enumerate(lines) if line.strip()), 0)
    if not _DELIMITER.fullmatch(lines[first]):
        return 0
    end = next(
        (index for index in range(first + 1, len(lines)) if _DELIMITER.fullmatch(lines[index])), 0
    )
    if not end or not any(":" in line or "：" in line for line in lines[first + 1 : end]):
        return 0
    source.front = lines[first + 1 : end]
    return end + 1


def _take_line(source: Source, line: str, place: int, is_apart: bool, above: str) -> None:
    found = _BULLET.fullmatch(line)
    text = line.strip()
    if found and not text.startswith("**"):
        depth = len(found["indent"].expandtabs(4)) // 2
        source.blocks.append(Block(Kind.BULLET, found["text"].strip(), place, min(depth, 4)))
        return
    before = source.blocks[-1] if source.blocks else None
    may_join = before is not None and before.kind in (Kind.TEXT, Kind.BULLET) and not is_apart
    if may_join and goes_on(above, line, _NO_PAGE, is_markdown=True):
        _append(source, text)
    else:
        source.blocks.append(Block(Kind.TEXT, text, place, is_apart=is_apart))


def _end_of_verbatim(lines: list[str], start: int) -> int:
    """The end of a table, a quote or a piece of code that begins here; `start` if none does."""
    line = lines[start]
    if _FENCE.match(line):
        fence = line.strip()[:3]
        closing = (i for i in range(start + 1, len(lines)) if lines[i].strip().startswith(fence))
        return next(closing, len(lines) - 1) + 1
    if "|" in line and start + 1 < len(lines) and _TABLE_RULE.fullmatch(lines[start + 1]):
        return next((i for i in range(start + 2, len(lines)) if "|" not in lines[i]), len(lines))
    if line.lstrip().startswith(">"):
        return next(
            (i for i in range(start + 1, len(lines)) if not lines[i].lstrip().startswith(">")),
            len(lines),
        )
    return start
