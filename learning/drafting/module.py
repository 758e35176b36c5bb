"""A source file → the draft of a module file with its clauses and pictures. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from core.errors import N_, Unreadable
from learning.drafting.anchors import pinyin_of
from learning.drafting.blocks import MAX_BLOCKS, DraftImage, Source
from learning.drafting.clauses import DraftClause, Structure, clauses_of, text_of
from learning.drafting.front import front_lines
from learning.drafting.opening import Facts, facts_in, take_title, without_contents
from learning.drafting.plain import decode_text, read_markdown, read_text
from learning.drafting.word import read_word
from learning.front_matter import FrontMatter, parse_front_matter
from learning.links import images_in
from learning.parsing import parse_module

# Longer lines, or more brackets in one, are no text that somebody wrote to be read; links are
# looked for from each bracket to the end of its line.
_LONGEST_LINE = 20_000
_MOST_BRACKETS = 500
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKDOWN = (".md", ".markdown")
_OWN_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]\n]*)\]\(\s*#(?P<anchor>[^)\s]+)\s*\)")
_IMAGE = re.compile(r"!\[(?P<alt>[^\]\n]*)\]\(\s*<?(?P<path>[^)\s>]+)>?[^)\n]*\)")


@dataclass(frozen=True)
class ModuleDraft:
    """A module file ready to be looked through; nothing of it is published.

    `remarks` say in Chinese what was assumed, what looks wrong and what was not taken over.
    """

    key: str
    title: str
    text: str
    clauses: tuple[DraftClause, ...]
    images: tuple[DraftImage, ...]
    remarks: tuple[str, ...]


def draft_module(data: bytes, name: str) -> ModuleDraft:
    """Turn the text of a law or a company rule into a module; raises Unreadable.

    Drafting the same text again gives the same draft, and the same article keeps its anchor when
    another one is put in before it.
    """
    source = read_source(data, name)
    _check_lines(source)
    blocks, had_contents = without_contents(source.blocks)
    title, blocks = take_title(blocks, PurePath(name).stem)
    structure = clauses_of(blocks, unit=source.unit)
    if not structure.clauses and not structure.opening:
        raise Unreadable(N_("文件里没有文字"))
    facts = facts_in(blocks, structure.opening)
    front, remarks = _front_of(source)
    title = front.title or title
    remarks += source.remarks
    if had_contents:
        remarks.append("目录没有写进模块，页面会自己列出")
    if not structure.clauses:
        remarks.append("没有找到编号或标题，整篇成为一段正文；给要引用的地方写上标题")
    remarks += structure.remarks
    if front.effective_on is None:
        remarks += _on_effect(facts)
    key = front.key or _key(title)
    body = _body(title, structure)
    text = "\n".join(
        ["---", *front_lines(key, title, facts, structure.clauses, front), "---", "", body]
    )
    text, mended = _settled(text, structure.clauses)
    return ModuleDraft(
        key=key,
        title=title,
        text=text,
        clauses=tuple(structure.clauses),
        images=tuple(source.images),
        remarks=tuple(dict.fromkeys([*remarks, *mended, *_left_wrong(text, key)])),
    )


def read_source(data: bytes, name: str) -> Source:
    """The blocks of a file, by its content first and its name second."""
    suffix = PurePath(name).suffix.lower()
    if data.startswith(_OLD_OFFICE) or suffix == ".doc":
        message = N_("这是旧的 .doc 文件，或者加了密码。在 Word 里另存为不加密的 .docx 再来")
        raise Unreadable(message)
    if suffix == ".docm":
        raise Unreadable(N_("带宏的 .docm 文件不收。在 Word 里另存为 .docx 再来"))
    if data.startswith(b"PK\x03\x04"):
        return read_word(data, name)
    if suffix in (".docx", ".dotx"):
        raise Unreadable(N_("这不是完整的 .docx 文件。在 Word 里打开，另存一次再来"))
    if data.startswith(b"%PDF"):
        raise Unreadable(N_("PDF 读不了。把文字复制到 .txt 或 .docx 里再来"))
    if data.startswith(b"{\\rtf"):
        raise Unreadable(N_("RTF 读不了。在 Word 里另存为 .docx 再来"))
    text, remarks = decode_text(data)
    source = read_markdown(text) if suffix in _MARKDOWN else read_text(text)
    source.remarks = remarks + source.remarks
    return source


def _check_lines(source: Source) -> None:
    if len(source.blocks) > MAX_BLOCKS:
        raise Unreadable(N_("文件太长。分成几个文件，一个模块一个"))
    for block in source.blocks:
        for line in block.text.split("\n"):
            if len(line) > _LONGEST_LINE or line.count("[") > _MOST_BRACKETS:
                raise Unreadable(
                    N_("第 %(place)s 行或段太长，不像条文。分成几段再来"), place=block.line
                )


def _front_of(source: Source) -> tuple[FrontMatter, list[str]]:
    """What a front matter that was there says; what is wrong with it does not matter yet."""
    if not source.front:
        return FrontMatter(), []
    front, _ = parse_front_matter(source.front, path="", first_line=2)
    return front, ["文件开头的说明部分里能用的值照用了"]


def _on_effect(facts: Facts) -> list[str]:
    if facts.effective_on is None:
        return ["正文没有写从哪天起施行，生效日期先填 1970-01-01，请改"]
    if not facts.is_stated:
        day = facts.effective_on
        return [f"正文没有写从哪天起施行，生效日期取了文中的日期 {day}，请核对"]
    if facts.effective_on > date(2100, 1, 1):
        return [f"生效日期 {facts.effective_on} 看起来不对，请核对"]
    return []


def _key(title: str) -> str:
    short = re.sub(r"^中华人民共和国|[《》]|[(（][^)）]*[)）]$", "", title)
    key = pinyin_of(short)
    return key if key[:1].isalpha() else f"m-{key}".strip("-")


def _body(title: str, structure: Structure) -> str:
    parts = [f"# {_unbracketed(title)}"]
    if structure.opening:
        parts.append(text_of(structure.opening))
    for clause in structure.clauses:
        title = _unbracketed(clause.title)
        parts.append(f"{'#' * clause.level} {title} {{#{clause.anchor}}}")
        if clause.text:
            parts.append(clause.text)
    return "\n\n".join(parts) + "\n"


def _unbracketed(title: str) -> str:
    """A heading that begins with 【单选】 would begin a question."""
    return "\\" + title if title.startswith(("【", "[", "［", "〔", "\\")) else title


def _settled(text: str, clauses: Sequence[DraftClause]) -> tuple[str, list[str]]:
    """Links and pictures of a Markdown source, as far as they cannot stay as they are."""
    anchors = {clause.anchor for clause in clauses}
    remarks = []
    lost = {m["anchor"] for m in _OWN_LINK.finditer(text) if m["anchor"] not in anchors}
    if lost:
        text = _OWN_LINK.sub(lambda m: m["text"] if m["anchor"] in lost else m[0], text)
        remarks.append(
            f"指向 {'、'.join(f'#{anchor}' for anchor in sorted(lost))} 的链接改成了文字"
        )
    images = list(images_in(text.split("\n"), 1))
    outside = [image for image in images if "://" in image.path]
    if outside or any(not image.alt for image in images):
        text = _IMAGE.sub(_settled_image, text)
        remarks += [f"图片 {image.path} 不在本机，只留下说明" for image in outside]
        remarks += (
            ["没有说明的图片先写了“图”，请补上图里有什么"]
            if any(not image.alt for image in images)
            else []
        )
    return text, remarks


def _settled_image(found: re.Match[str]) -> str:
    alt = found["alt"].strip() or "图"
    return f"（图：{alt}）" if "://" in found["path"] else f"![{alt}]({found['path']})"


def _left_wrong(text: str, key: str) -> list[str]:
    """What `flask content check` will say of the draft."""
    _, problems = parse_module(text, f"{key}.md")
    return [str(problem) for problem in problems]
