"""Headings: which line is one, its anchor, and the grammar of a question's heading. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

QUESTION_TYPES = {
    "单选": ("单选题", "单项选择题", "单项选择"),
    "多选": ("多选题", "多项选择题", "多项选择", "不定项", "不定项选择题"),
    "判断": ("判断题", "是非题", "是非"),
    "填空": ("填空题",),
    "排序": ("排序题",),
    "匹配": ("匹配题", "连线", "连线题"),
    "简答": ("简答题", "问答题", "问答", "论述题", "论述"),
    "案例": ("案例分析", "案例题", "案例分析题"),
    "找隐患": ("识图", "识图题", "看图找隐患", "找隐患题"),
}
TYPE_WORDS = {alias: word for word, aliases in QUESTION_TYPES.items() for alias in (word, *aliases)}
ANCHOR = re.compile(r"[a-z][a-z0-9-]*")
RESERVED_ANCHOR = re.compile(r"[qf]-")

_HEADING = re.compile(r" {0,3}([#＃]{1,6})(?![#＃])([ \t\u3000]*)(.*)")
# `[单选](url)` is a link, not a type.
_TYPE_TAG = re.compile(
    r"(?P<open>[【\[［〔])\s*(?P<word>[^】\]］〕]*?)\s*(?P<close>】|[\]］〕](?!\())\s*"
)
_TRAILING_ID = re.compile(r"\s*[{｛]\s*[:：]?\s*[#＃](?P<id>[^\s{}｛｝]+)[^{}｛｝]*[}｝]\s*$")
_CLOSING_HASHES = re.compile(r"(?:^|[ \t]+)#+\s*$")


@dataclass(frozen=True)
class QuestionHeading:
    """`### 【单选】动火票的有效期 {#q-7f3k2m}`, taken apart; `type_word` is as written."""

    level: int
    type_word: str
    title: str
    public_id: str | None


@dataclass(frozen=True)
class Heading:
    """Any heading; `anchor_column` is where its anchor stands in the line, from 1."""

    level: int
    title: str
    anchor: str | None
    anchor_column: int


def heading_level(line: str) -> int | None:
    """The number of hashes if the line is a heading, question or not."""
    heading = read_heading(line)
    return heading.level if heading else None


# The lines of a file are asked several times, each time anew where a block or a section ends.
@lru_cache(maxsize=4096)
def read_heading(line: str) -> Heading | None:
    """A heading with its anchor taken off; a single hash needs a space behind it."""
    match = _HEADING.fullmatch(line)
    if match is None:
        return None
    hashes, space, rest = match.groups()
    if not space and rest and len(hashes) == 1 and not _TYPE_TAG.match(rest):
        return None
    trailing = _TRAILING_ID.search(rest)
    title = rest[: trailing.start()] if trailing else rest
    title = _CLOSING_HASHES.sub("", title.strip()).removeprefix("\\").strip()
    column = match.start(3) + trailing.start("id") + 1 if trailing else 1
    return Heading(len(hashes), title, trailing["id"] if trailing else None, column)


def bracketed_heading(line: str) -> QuestionHeading | None:
    """A heading that begins with a bracketed word, known as a type or not."""
    match = _HEADING.fullmatch(line)
    tag = _TYPE_TAG.match(match[3]) if match else None
    heading = read_heading(line)
    if match is None or tag is None or heading is None:
        return None
    brackets = tag["open"] + tag["close"]
    if brackets != "【】" and tag["word"] not in TYPE_WORDS:
        return None
    title = _TYPE_TAG.sub("", heading.title, count=1).strip()
    return QuestionHeading(heading.level, tag["word"], title, heading.anchor)
