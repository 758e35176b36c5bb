"""One line of a paper and what it may be: a section, a question's number, an option, a label. Pure.

Marks are looked for in the folded line, which has the length of the line itself.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from question_bank.authoring.lines import fold
from question_bank.formats.words import OPEN_WORDS, TYPE_PATTERN, TYPES
from question_bank.keys import QuestionType

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫"
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
# Signs that hold a number and its mark in one character.
_COMPOUND = re.compile(r"^[\s\u3000]*[⑴-⒛⒜-⒧㈠-㈩Ⓐ-Ⓛⓐ-ⓛ]")
_NUMERAL = r"[一二三四五六七八九十]{1,3}"
_UNIT = (
    "米|厘米|毫米|千米|公里|m|mm|cm|km|小时|分钟|秒|年|月|日|天|元|万|吨|千克|公斤|克|kg|g|"
    "升|毫升|度|℃|°|V|A|kV|伏|安|%|％|倍|MPa|kPa|Pa|dB|分贝|ppm|mg|勒|lx"
)
_SECTION = re.compile(
    rf"\s*(?:(?:(?P<ordinal>{_NUMERAL})\s*[、.:,]|\(\s*(?P<bracket>{_NUMERAL})\s*\)"
    rf"|第\s*(?P<part>{_NUMERAL}|\d)\s*(?:部分|大题|章|节)[、.:]?)\s*)?"
    rf"(?P<body>[^,.。?？!！]{{0,12}}?(?P<word>{TYPE_PATTERN})题?部?分?)(?P<rest>.*)"
)
_BARE_REST = re.compile(r"\s*(?:[:(\[【、,].*)?")
_PAIRED_MARK = re.compile(rf"\s*=+\s*<+\s*(?P<word>{TYPE_PATTERN})\s*>+\s*=+\s*")
_QUESTION = re.compile(
    r"\s*(?:"
    r"第\s*(?P<nth>\d{1,4})\s*题\s*[.、):]?"
    r"|(?P<plain>\d{1,4})\s*题?\s*(?:\.(?!\d)|、|:(?!\d)|．)"
    r"|(?P<paren>\d{1,4})\s*\)"
    r"|[(【\[]\s*(?P<bracket>\d{1,4})\s*[)】\]](?!\s*[(【\[]\s*\d{1,4}\s*[)】\]])"
    r")\s*"
)
_GLUED = re.compile(rf"\s*(?P<number>\d{{1,4}})\.(?=\d)(?!\d+(?:\.\d+)?\s*(?:{_UNIT}))")
_GLUED_YEAR = re.compile(r"\s*(?P<number>\d{1,4})\.(?=(?:19|20)\d\d\s*年)")
_OPTION = re.compile(
    r"\s*(?:[(\[【]\s*(?P<b>[A-La-l])\s*[)\]】]\s*[.、:]?|(?P<a>[A-La-l])\s*[.、):])\s*"
)
_NEXT_OPTION = re.compile(
    r"(?P<gap>[\s\t]*)(?:[(\[【]\s*(?P<b>[A-L])\s*[)\]】]\s*[.、:]?|(?P<a>[A-L])\s*(?P<mark>[.、):]))\s*"
)
_BLANK_OPTION = re.compile(r"\s*(?P<letter>[A-L])\s+(?=\S)")
LABELS = {
    "answer": "正确答案 标准答案 参考答案 本题答案 试题答案 正确选项 答案 答 answer correctanswer",
    "mine": "我的答案 你的答案 您的答案 考生答案 学生答案 我的作答 作答 本题得分 得分 答题用时 "
    "是否正确 答案状态",
    "analysis": "答案解析 试题解析 题目解析 本题解析 参考解析 解题思路 解析 详解 分析 说明",
    "difficulty": "难易程度 难度系数 难易度 难度等级 难度",
    "topic": "知识点 考点 标签 章节 分类 科目",
    "points": "分值 分数",
    "reference": "法规依据 条款依据 依据条款 依据 出处 条款 来源",
    "rubric": "采分点 得分点 评分标准 评分要点",
    "type": "试题类型 题目类型 题型",
    "number": "试题编号 题目编号 编号",
}
_FIELD_OF = {word: name for name, words in LABELS.items() for word in words.split()}
_WORDS = "|".join(sorted(_FIELD_OF, key=len, reverse=True))
_LABEL = re.compile(
    rf"\s*(?P<open>[【\[(<])?\s*(?P<word>{_WORDS})\s*(?P<close>[】\])>])?\s*(?P<colon>[:：])?\s*",
    re.IGNORECASE,
)
_INNER_LABEL = re.compile(
    rf"(?:(?<=[\s;。,])(?:{_WORDS})\s*:|【(?:{_WORDS})】|(?<=[^\s])(?:我的答案|你的答案|得分)\s*:)",
    re.IGNORECASE,
)
_KEY_LIKE = re.compile(
    r"[(\[【]?\s*(?:[A-L][\sA-L,、;]*|[√×✓✗✔✘]|对|错|正确|错误|T|F|是|否)\s*[)\]】]?[.。]?\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class SourceLine:
    """A line with its number; in Word a paragraph or a part of one.

    `marked` are the places (start, end) of red or bold text.
    """

    number: int
    text: str
    marked: tuple[tuple[int, int], ...] = ()
    images: dict[str, bytes] = field(default_factory=dict, compare=False)

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

    @cached_property
    def is_blank(self) -> bool:
        return not _INVISIBLE.sub("", self.folded).strip() and not self.images

    def tail(self, start: int) -> "SourceLine":
        return self.piece(start, len(self.text))

    def piece(self, start: int, end: int) -> "SourceLine":
        marked = tuple(
            (max(first - start, 0), min(last, end) - start)
            for first, last in self.marked
            if last > start and first < end
        )
        images = self.images if end == len(self.text) else {}
        return SourceLine(self.number, self.text[start:end], marked, images)

    @property
    def clean(self) -> str:
        """The text as it is kept: without invisible characters and outer blanks."""
        return _INVISIBLE.sub("", self.text).replace("\u00a0", " ").strip(" \t\u3000")

    @property
    def is_all_marked(self) -> bool:
        covered = sum(last - first for first, last in self.marked)
        return covered > 0 and covered * 10 >= len(self.text.rstrip()) * 6


@dataclass(frozen=True)
class Section:
    """A heading that says of which type the questions below it are."""

    index: int
    ordinal: str
    type: QuestionType | None
    remark: str


@dataclass(frozen=True)
class Label:
    """A label such as 答案： and where its value begins."""

    name: str
    start: int
    value_start: int
    is_bracketed_whole: bool = False


def source_lines(texts: Sequence[str]) -> list[SourceLine]:
    """Number the lines of a text file and open out signs such as ⑴ and ⒈."""
    return [SourceLine(number, opened_out(text)) for number, text in enumerate(texts, start=1)]


def opened_out(text: str) -> str:
    """⒈ → 1. and ⑴ → (1) at the beginning of a line; the rest keeps its characters."""
    found = _COMPOUND.match(text)
    if found is None:
        return text
    sign = found[0][-1]
    opened = unicodedata.normalize("NFKC", sign)
    if sign in "ⒶⒷⒸⒹⒺⒻⒼⒽⒾⒿⓀⓁⓐⓑⓒⓓⓔⓕⓖⓗⓘⓙⓚⓛ":
        opened += "."
    return found[0][:-1] + opened + text[found.end() :]


def section_in(line: SourceLine, index: int) -> Section | None:
    """The section that a line begins, if it does."""
    paired = _PAIRED_MARK.fullmatch(line.folded)
    if paired:
        return Section(index, "", TYPES.get(paired["word"]), "")
    found = _SECTION.fullmatch(line.folded.rstrip())
    if found is None or len(line.text) > 200:
        return None
    ordinal = found["ordinal"] or found["bracket"] or found["part"] or ""
    is_bare = (
        found["body"].strip() == found["word"].strip() or found["body"] == f"{found['word']}题"
    )
    # Without a numeral the line must hold nothing but the type and a remark about it.
    fits = bool(_BARE_REST.fullmatch(found["rest"]))
    if not fits or not (ordinal or is_bare):
        return None
    if found["word"] in OPEN_WORDS:
        return Section(index, ordinal, None, found["rest"])
    return Section(index, ordinal, TYPES.get(found["word"]), found["rest"])


@dataclass(frozen=True)
class Number:
    """The printed number of a question, how it is written and where the stem begins."""

    value: int
    style: str
    end: int


def number_in(line: SourceLine) -> Number | None:
    """The number at the beginning of a line; `1.5 米` and `2025 年` are none."""
    found = _QUESTION.match(line.folded)
    if found is None:
        return None
    style = next(name for name, value in found.groupdict().items() if value)
    return Number(int(found[style]), style, found.end())


def glued_number_in(line: SourceLine, expected: int) -> Number | None:
    """The expected number right before a digit: `3.2人以上`; `3.2米` is a measure."""
    found = _GLUED_YEAR.match(line.folded) or _GLUED.match(line.folded)
    if found is None or int(found["number"]) != expected:
        return None
    return Number(expected, "plain", found.end())


def option_in(line: SourceLine) -> tuple[int, int] | None:
    """The index of the option that a line begins and where its text starts."""
    found = _OPTION.match(line.folded)
    if found is None:
        return None
    return ord((found["a"] or found["b"]).upper()) - ord("A"), found.end()


def blank_option_in(line: SourceLine) -> tuple[int, int] | None:
    """Like `option_in` for a letter with only a blank after it; three such lines make a run."""
    found = _BLANK_OPTION.match(line.folded)
    return (ord(found["letter"]) - ord("A"), found.end()) if found else None


def circled_option_in(line: SourceLine) -> tuple[int, int] | None:
    """Like `option_in` for ① ② ③."""
    stripped = line.folded.lstrip()
    if not stripped or stripped[0] not in CIRCLED:
        return None
    start = len(line.folded) - len(stripped) + 1
    found = re.compile(r"\s*[.、:]?\s*").match(line.folded, start)
    return CIRCLED.index(stripped[0]), found.end() if found else start


def options_on(line: SourceLine, first: int, start: int) -> tuple[list[SourceLine], bool]:
    """The texts of the options that run on in one line, and whether others were left in a text.

    The next expected letter counts after a blank; glued to the text before it only when all of
    them are written with the same mark and run at least to the third.
    """
    cuts = [(start, start)]
    expected, is_odd = first + 1, False
    glued: list[tuple[int, int]] = []
    marks: set[str] = set()
    for found in _NEXT_OPTION.finditer(line.folded, start):
        if found.start() == start and not found["gap"]:
            continue
        letter = ord(found["a"] or found["b"]) - ord("A")
        before = line.folded[found.start() - 1 : found.start()]
        if letter != expected + len(glued):
            is_odd = is_odd or bool(found["gap"] and found["mark"] != "、")
        elif found["gap"] and not glued:
            cuts.append((found.start(), found.end()))
            expected += 1
        elif not (before.isascii() and before.isalnum()) or found["gap"]:
            glued.append((found.start(), found.end()))
            marks.add(found["mark"] or "(")
    if len(glued) + len(cuts) >= 3 and len(marks) == 1:
        cuts += glued
    ends = [*(cut for cut, _begin in cuts[1:]), len(line.text)]
    return [line.piece(begin, end) for (_c, begin), end in zip(cuts, ends, strict=True)], is_odd


def label_in(line: SourceLine) -> Label | None:
    """The label at the beginning of a line; 答题时 and 说明书 are none."""
    found = _LABEL.match(line.folded)
    if found is None:
        return None
    name = _FIELD_OF[found["word"].lower()]
    rest = line.folded[found.end() :]
    is_closed = bool(found["open"] and found["close"])
    is_marked = bool(found["colon"]) or is_closed
    if not is_marked and len(found["word"]) > 1:
        is_key = name == "answer" and (not rest.strip() or _KEY_LIKE.fullmatch(rest))
        is_marked = bool(is_key or (found["word"].endswith("解析") and not rest.strip()))
    is_open = bool(found["open"]) and not found["close"]
    return Label(name, found.start(), found.end(), is_open) if is_marked else None


def split_labels(line: SourceLine) -> list[SourceLine]:
    """Cut a line before each label inside it: `正确答案：C 我的答案：A,B` are two."""
    starts = [0, *(found.start() for found in _INNER_LABEL.finditer(line.folded, 1))]
    ends = [*starts[1:], len(line.text)]
    return [line.piece(start, end) for start, end in zip(starts, ends, strict=True)]


def is_key_like(text: str) -> bool:
    """Whether a text is nothing but letters or a verdict."""
    return _KEY_LIKE.fullmatch(fold(text)) is not None
