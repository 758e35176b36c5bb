"""The front matter of a drafted module. Pure."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date

from learning.drafting.clauses import DraftClause
from learning.drafting.opening import Facts
from learning.front_matter import KIND_WORDS, FrontMatter
from learning.models import ModuleKind

NO_DATE = date(1970, 1, 1)
_MOST_CLAUSES = 2000
_PER_LINE = 20
_CASE = re.compile(r"事故(?:案例|通报|调查报告|分析)|案例")
_PROCEDURE = re.compile(r"操作|规程|作业|指导书|工艺|SOP|应急预案|处置方案", re.IGNORECASE)
_PLAIN_SCALAR = re.compile(r"[\w\u4e00-\u9fff《（〔][\w\u4e00-\u9fff《》（）〔〕、·—. +/-]*")
_LOOKS_TYPED = re.compile(r"[\d.+-]+|true|false|yes|no|on|off|null|~", re.IGNORECASE)


def front_lines(
    key: str, title: str, facts: Facts, clauses: Sequence[DraftClause], front: FrontMatter
) -> list[str]:
    """The lines between the delimiters; what `front` already says wins over what was found."""
    day = front.effective_on or facts.effective_on
    note = "" if day else "  # 正文没有写，请改"
    lines = [
        f"标识: {key}",
        f"标题: {_scalar(title[:200])}",
        f"类别: {_kind_word(front.kind or _kind(title))}",
        f"版本: {json.dumps(front.version or facts.version or '1.0', ensure_ascii=False)}",
        f"生效日期: {day or NO_DATE}{note}",
    ]
    if front.expires_on:
        lines.append(f"失效日期: {front.expires_on}")
    lines += _sources(title, facts, clauses, front)
    if front.hours_tenths:
        lines.append(f"学时: {front.hours_tenths / 10:g}")
    if front.audience:
        lines.append(f"对象: {_list(front.audience)}")
    if front.owner:
        lines.append(f"负责人: {_scalar(front.owner)}")
    return lines


def _sources(
    title: str, facts: Facts, clauses: Sequence[DraftClause], front: FrontMatter
) -> Iterator[str]:
    """The text itself, with every clause that may be cited by number."""
    own = front.sources[0] if front.sources else None
    name = own.name if own else title
    short = own.short_name if own else name.removeprefix("中华人民共和国")
    number = (own.number if own else "") or facts.number
    yield "来源:"
    yield f"  - 名称: {_scalar(name[:400])}"
    if short and short != name:
        yield f"    简称: {_scalar(short[:400])}"
    if number:
        yield f"    文号: {_scalar(number[:400])}"
    if own and own.link:
        yield f"    链接: {_scalar(own.link)}"
    cited = list(dict.fromkeys(clause.citation for clause in clauses if clause.citation))
    cited = cited[:_MOST_CLAUSES]
    if cited:
        rows = [cited[i : i + _PER_LINE] for i in range(0, len(cited), _PER_LINE)]
        quoted = [", ".join(json.dumps(each, ensure_ascii=False) for each in row) for row in rows]
        yield "    条款: [" + ",\n      ".join(quoted) + "]"
    for source in front.sources[1:]:
        yield f"  - 名称: {_scalar(source.name)}"
        if source.short_name:
            yield f"    简称: {_scalar(source.short_name)}"
        if source.number:
            yield f"    文号: {_scalar(source.number)}"
        if source.clauses:
            yield f"    条款: {_list(source.clauses)}"


def _kind(title: str) -> ModuleKind:
    if _CASE.search(title):
        return ModuleKind.ACCIDENT_CASE
    is_law = title.startswith("中华人民共和国") or title.endswith(("法", "条例"))
    if _PROCEDURE.search(title) and not is_law and not re.search(r"(?:规定|办法|制度)$", title):
        return ModuleKind.OPERATING_PROCEDURE
    return ModuleKind.REGULATION


def _kind_word(kind: ModuleKind) -> str:
    return next(word for word, each in KIND_WORDS.items() if each is kind)


def _list(words: Sequence[str]) -> str:
    return "[" + ", ".join(json.dumps(word, ensure_ascii=False) for word in words) + "]"


def _scalar(text: str) -> str:
    """Plain where YAML cannot misread it, otherwise in quotes."""
    is_plain = _PLAIN_SCALAR.fullmatch(text) and not _LOOKS_TYPED.fullmatch(text)
    return text if is_plain and text == text.strip() else json.dumps(text, ensure_ascii=False)
