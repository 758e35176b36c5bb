"""The front matter of a module file: YAML in which every scalar is a string, converted by schema.

`版本: 1.10` stays 1.10, clause `3.10` stays 3.10, `no` stays text and a date is a date only where
the schema says so; YAML's own guesses are never asked.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

import yaml

from core.errors import ERROR, Problem
from core.mends import replacing, stub_before
from learning.models import ModuleKind

MAX_LINES = 200
MAX_DEPTH = 6
COMPANION_SUFFIX = ".题库.md"
MODULE_KEY = re.compile(r"[a-z][a-z0-9-]{0,63}")
DELIMITER = re.compile(r"(?:---|－－－)\s*")

KEY, TITLE, KIND, VERSION = "标识", "标题", "类别", "版本"
EFFECTIVE, EXPIRES, SOURCES, HOURS = "生效日期", "失效日期", "来源", "学时"
AUDIENCE, OWNER, MODULE, SUPERSEDES = "对象", "负责人", "模块", "替代"
SHORT, NAME, NUMBER, CLAUSES, LINK = "简称", "名称", "文号", "条款", "链接"

ALIASES = {
    "id": KEY,
    "title": TITLE,
    "kind": KIND,
    "version": VERSION,
    "effective": EFFECTIVE,
    "expires": EXPIRES,
    "sources": SOURCES,
    "hours": HOURS,
    "audience": AUDIENCE,
    "positions": AUDIENCE,
    "owner": OWNER,
    "module": MODULE,
    "supersedes": SUPERSEDES,
}
SOURCE_ALIASES = {
    "short": SHORT,
    "name": NAME,
    "number": NUMBER,
    "clauses": CLAUSES,
    "link": LINK,
    "url": LINK,
}
KEYS = tuple(dict.fromkeys(ALIASES.values()))
SOURCE_KEYS = (SHORT, NAME, NUMBER, CLAUSES, LINK)


COMPANION_KIND = "题库"
KIND_WORDS = {
    "法规": ModuleKind.REGULATION,
    "操作规程": ModuleKind.OPERATING_PROCEDURE,
    "事故案例": ModuleKind.ACCIDENT_CASE,
    "regulation": ModuleKind.REGULATION,
    "procedure": ModuleKind.OPERATING_PROCEDURE,
    "case": ModuleKind.ACCIDENT_CASE,
}


@dataclass(frozen=True)
class Source:
    """A regulation or plant rule that a module rests on, with the clauses it may be cited by."""

    short_name: str
    name: str
    number: str
    clauses: tuple[str, ...]
    link: str
    line: int


@dataclass(frozen=True)
class FrontMatter:
    """What a file says about itself. Absent or unreadable values are empty, never guessed."""

    key: str = ""
    title: str = ""
    kind: ModuleKind | None = None
    version: str = ""
    effective_on: date | None = None
    expires_on: date | None = None
    sources: tuple[Source, ...] = ()
    hours_tenths: int = 0  # 学时 in tenths of a training hour; steps of half an hour
    audience: tuple[str, ...] = ()
    owner: str = ""
    module_key: str = ""
    supersedes: tuple[str, ...] = ()
    is_companion: bool = False  # 题库: questions only, for the module named by `module_key`


class _Reader:
    """Converts composed YAML nodes by schema and collects what is wrong on the way."""

    def __init__(self, path: str, first_line: int) -> None:
        self.path = path
        self.first_line = first_line
        self.problems: list[Problem] = []

    def line_of(self, node: yaml.Node | yaml.Event) -> int:
        return self.first_line + (node.start_mark.line if node.start_mark else 0)

    def report(
        self,
        node: yaml.Node | yaml.Event,
        code: str,
        message: str,
        fix: str,
        put: str | None = None,
    ) -> None:
        """`put` is what mends the problem when it stands in place of the whole node."""
        line, column = self.line_of(node), node.start_mark.column + 1 if node.start_mark else 1
        start, end, mend = node.start_mark, node.end_mark, None
        if put is not None and start and end and start.line == end.line:
            mend = replacing(line, column, end.column - start.column, put)
        self.problems.append(Problem(self.path, line, column, ERROR, code, message, fix, mend))

    def entries(
        self, node: yaml.Node, aliases: dict[str, str], keys: tuple[str, ...]
    ) -> dict[str, yaml.Node]:
        """The mapping's known keys; unknown and repeated ones are reported."""
        found: dict[str, yaml.Node] = {}
        if not isinstance(node, yaml.MappingNode):
            self.report(node, "E111", "这里要写成一行一个“键: 值”", "例如 标题: 动火作业操作规程")
            return found
        for key_node, value in node.value:
            typed = key_node.value if isinstance(key_node, yaml.ScalarNode) else ""
            key = aliases.get(str(typed).strip().lower(), str(typed).strip())
            if key not in keys:
                near, fix = _did_you_mean(key, keys)
                self.report(key_node, "E105", f"不认识的键“{typed}”", fix, near)
            elif key in found:
                self.report(key_node, "E106", f"键“{key}”写了两次", "只留一个")
            else:
                found[key] = value
        return found

    def text(self, node: yaml.Node | None, key: str, *, longest: int = 400) -> str:
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode):
            self.report(node, "E110", f"“{key}”只能写一个值", f"写成一行，例如 {key}: …")
            return ""
        text = " ".join(str(node.value).split())
        if len(text) > longest:
            self.report(node, "E110", f"“{key}”有 {len(text)} 个字，最多 {longest}", "写短一些")
        return text[:longest]

    def texts(self, node: yaml.Node | None, key: str) -> tuple[str, ...]:
        """A list; one line with 、 or commas between the words is understood too."""
        if node is None:
            return ()
        if isinstance(node, yaml.ScalarNode):
            return tuple(word for word in re.split(r"[、，,；;\s]+", str(node.value)) if word)
        if isinstance(node, yaml.SequenceNode):
            words = (self.text(item, key) for item in node.value)
            return tuple(word for word in words if word)
        self.report(node, "E110", f"“{key}”要写成列表", f"例如 {key}: [甲, 乙]")
        return ()

    def date(self, node: yaml.Node | None, key: str) -> date | None:
        typed = self.text(node, key)
        if node is None or not typed:
            return None
        match = re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", typed)
        try:
            if match is None:
                raise ValueError(typed)
            return date(*(int(part) for part in match.groups()))
        except ValueError:
            self.report(node, "E110", f"“{key}”不是日期：{typed}", "写成 2026-01-01")
            return None

    def hours_tenths(self, node: yaml.Node | None) -> int:
        typed = self.text(node, HOURS)
        if node is None or not typed:
            return 0
        match = re.fullmatch(r"(\d{1,3})(?:\.([05])0*)?\s*(?:学时)?", typed, re.ASCII)
        if match is None:
            self.report(node, "E110", f"“{HOURS}”要是 0.5 的倍数：{typed}", "写成 2 或 1.5")
            return 0
        return int(match[1]) * 10 + int(match[2] or 0)

    def kind(self, node: yaml.Node | None) -> tuple[ModuleKind | None, bool]:
        """The kind of module, and whether the file says that it holds questions only."""
        typed = self.text(node, KIND)
        if node is None or not typed:
            return None, False
        if typed.lower() in (COMPANION_KIND, "questions"):
            return None, True
        kind = KIND_WORDS.get(typed.lower())
        if kind is None:
            words = "、".join([word for word in KIND_WORDS if not word.isascii()])
            self.report(node, "E110", f"不认识的类别“{typed}”", f"只能是 {words}、{COMPANION_KIND}")
        return kind, False

    def key(self, node: yaml.Node | None, key: str) -> str:
        typed = self.text(node, key)
        if node is not None and typed and not MODULE_KEY.fullmatch(typed):
            fix = "小写字母开头，只用小写字母、数字和连字符，例如 sop-dh"
            self.report(node, "E110", f"“{key}”的写法不对：{typed}", fix)
            return ""
        return typed

    def sources(self, node: yaml.Node | None) -> tuple[Source, ...]:
        if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
            return ()
        if not isinstance(node, yaml.SequenceNode):
            self.report(node, "E110", "“来源”要写成列表", "每个来源以“- 名称: …”开头")
            return ()
        return tuple(self._source(item) for item in node.value)

    def _source(self, node: yaml.Node) -> Source:
        fields = self.entries(node, SOURCE_ALIASES, SOURCE_KEYS)
        name = self.text(fields.get(NAME), NAME)
        if not name and isinstance(node, yaml.MappingNode):
            self.report(node, "E109", "来源没有名称", "补一行 名称: 法规或规程的全称")
        link = fields.get(LINK)
        if link is not None and not re.match(r"https?://|$", self.text(link, LINK)):
            self.report(link, "E110", "“链接”要以 https:// 开头", "写全网址，或删掉这一行")
        return Source(
            short_name=self.text(fields.get(SHORT), SHORT),
            name=name,
            number=self.text(fields.get(NUMBER), NUMBER),
            clauses=self.texts(fields.get(CLAUSES), CLAUSES),
            link=self.text(fields.get(LINK), LINK),
            line=self.line_of(node),
        )


def parse_front_matter(
    lines: list[str], *, path: str, first_line: int
) -> tuple[FrontMatter, list[Problem]]:
    """Read the lines between the delimiters; `first_line` is the file's number of the first."""
    repaired, problems = repaired_colons(lines, path=path, first_line=first_line)
    reader = _Reader(path, first_line)
    root = _compose(repaired, reader)
    if root is None:
        return FrontMatter(), [*problems, *reader.problems]
    fields = reader.entries(root, ALIASES, KEYS)
    kind, is_companion = reader.kind(fields.get(KIND))
    if KIND not in fields:
        is_companion = MODULE in fields or path.endswith(COMPANION_SUFFIX)
    front = FrontMatter(
        key=reader.key(fields.get(KEY), KEY),
        title=reader.text(fields.get(TITLE), TITLE, longest=200),
        kind=kind,
        version=reader.text(fields.get(VERSION), VERSION, longest=40),
        effective_on=reader.date(fields.get(EFFECTIVE), EFFECTIVE),
        expires_on=reader.date(fields.get(EXPIRES), EXPIRES),
        sources=reader.sources(fields.get(SOURCES)),
        hours_tenths=reader.hours_tenths(fields.get(HOURS)),
        audience=reader.texts(fields.get(AUDIENCE), AUDIENCE),
        owner=reader.text(fields.get(OWNER), OWNER),
        module_key=reader.key(fields.get(MODULE), MODULE),
        supersedes=reader.texts(fields.get(SUPERSEDES), SUPERSEDES),
        is_companion=is_companion,
    )
    given = {key for key, node in fields.items() if not _is_blank(node)}
    problems += reader.problems + list(_missing(front, given, path, first_line))
    problems += list(_contradictions(front, fields, reader))
    return front, problems


def _missing(front: FrontMatter, given: set[str], path: str, line: int) -> Iterator[Problem]:
    if front.is_companion:
        required = [MODULE]
    else:
        required = [KEY, TITLE, KIND, VERSION, EFFECTIVE]
        if front.kind in (ModuleKind.REGULATION, ModuleKind.OPERATING_PROCEDURE):
            required.append(SOURCES)
    for key in required:
        if key not in given:
            mend = stub_before(line, f"{key}: ")
            yield Problem(path, line, 1, ERROR, "E109", f"缺“{key}”", f"补一行 {key}: …", mend)


def _contradictions(
    front: FrontMatter, fields: dict[str, yaml.Node], reader: _Reader
) -> Iterator[Problem]:
    place = {key: reader.line_of(node) for key, node in fields.items()}
    if front.effective_on and front.expires_on and front.expires_on <= front.effective_on:
        message = f"失效日期 {front.expires_on} 不晚于生效日期 {front.effective_on}"
        yield Problem(reader.path, place[EXPIRES], 1, ERROR, "E110", message, "改其中一个日期")
    if front.module_key and not front.is_companion:
        message = "“模块”只用于类别为题库的文件"
        yield Problem(
            reader.path, place[MODULE], 1, ERROR, "E110", message, "删掉这一行，或把类别改为题库"
        )


def repaired_colons(
    lines: list[str], *, path: str, first_line: int
) -> tuple[list[str], list[Problem]]:
    """Report full-width colons after a key, and mend them so that the rest can be checked."""
    known = {*KEYS, *SOURCE_KEYS, *ALIASES, *SOURCE_ALIASES}
    repaired: list[str] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines, first_line):
        match = re.match(r"(\s*(?:- +)?)([^\s:：'\"#\[{-][^:：'\"#]*?)\s*：\s*(.*)", line)
        is_key = match is not None and (
            match[2].lower() in known or (not match[1] and ": " not in line)
        )
        if match is not None and is_key:
            key, column = match[2], line.index("：") + 1
            message = f"“{key}”后面是全角冒号"
            fix = f"改成半角冒号加空格：{key}: …"
            width = match.start(3) - column + 1
            mend = replacing(number, column, width, ": " if match[3] else ":")
            problems.append(Problem(path, number, column, ERROR, "E102", message, fix, mend))
            line = f"{match[1]}{key}: {match[3]}"
        repaired.append(line)
    return repaired, problems


def _compose(lines: list[str], reader: _Reader) -> yaml.Node | None:
    """The node tree, or None with the reason reported. Anchors, aliases and tags are refused."""
    text = "\n".join(re.sub("[\x85\u2028\u2029]", " ", line) for line in lines)
    fault: Exception | None = None
    # The loader written in C is ten times as fast; where a fault stands the other one tells.
    for loader in (_FAST_LOADER, yaml.BaseLoader):
        try:
            return _composed(text, loader, reader)
        except (yaml.YAMLError, UnicodeError) as error:
            fault = error
    _report_yaml_error(fault, reader)
    return None


def _composed(text: str, loader: Any, reader: _Reader) -> yaml.Node | None:
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        is_start = isinstance(event, yaml.CollectionStartEvent)
        depth += is_start - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            reader.report(event, "E111", "层数太多", "最多写三层")
            return None
        if getattr(event, "anchor", None) is not None:
            reader.report(event, "E111", "不能用 & 或 *", "把值写全；要用这两个字符就加引号")
            return None
        if getattr(event, "tag", None) is not None:
            reader.report(event, "E111", "不能用 ! 标记", "删掉它；要用这个字符就加引号")
            return None
    node = yaml.compose(text, Loader=loader)
    return node if node is not None else yaml.MappingNode("", [], _START, _START)


_FAST_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_START = yaml.Mark("", 0, 0, 0, None, 0)


def _report_yaml_error(error: Exception | None, reader: _Reader) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None) or _START
    fix = "值里有半角冒号、井号、方括号或星号时，用英文双引号括起来；缩进只用空格"
    reader.report(yaml.ScalarNode("", "", mark, mark), "E111", "这一行读不懂", fix)


def _is_blank(node: yaml.Node) -> bool:
    return not node.value


def _did_you_mean(word: str, known: tuple[str, ...]) -> tuple[str | None, str]:
    """The known word that is probably meant, and the sentence that asks."""
    near = get_close_matches(word, known, n=1, cutoff=0.4)
    if near:
        return near[0], f"是否要写“{near[0]}”？"
    return None, "只能用：" + "、".join(known)
