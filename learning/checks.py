"""What is wrong with anchors, links and pictures of the prose, and what mends it. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import get_close_matches

from core.errors import ERROR, Problem
from core.markup import split_number
from core.mends import Mend, replacing, to_write_at
from learning.body import BodyLine
from learning.headings import ANCHOR, RESERVED_ANCHOR, Heading, read_heading
from learning.links import ImageUse, Reference

MAX_ANCHOR = 80


def anchor_problems(lines: Sequence[BodyLine], path: str) -> Iterator[Problem]:
    """E112 for an anchor that is none, E113 for one that stands twice; `lines` are headings."""
    headings = _headings(lines)
    taken = {heading.anchor for _line, heading in headings if heading.anchor}
    seen: dict[str, int] = {}
    for line, heading in headings:
        if heading.anchor is None:
            continue
        anchor, column = heading.anchor, heading.anchor_column
        place = (path, line.number, column, ERROR)
        mend = replacing(line.number, column, len(anchor), _free_anchor(heading, taken))
        if not ANCHOR.fullmatch(anchor) or len(anchor) > MAX_ANCHOR:
            message = f"条款锚点的写法不对：{anchor[:90]}"
            fix = "小写字母开头，只用小写字母、数字和连字符，最多 80 个，例如 s-3-2"
            yield Problem(*place, "E112", message, fix, mend)
        elif RESERVED_ANCHOR.match(anchor):
            message = f"锚点 {anchor} 的开头留给题目和考点"
            fix = "改成 s- 开头；若这是题目，在标题前面写上【题型】"
            yield Problem(*place, "E112", message, fix)
        elif anchor in seen:
            message = f"锚点 {anchor} 在第 {seen[anchor]} 行已经用过"
            yield Problem(*place, "E113", message, "给这一条换一个锚点", mend)
        seen.setdefault(anchor, line.number)


def reference_problems(
    references: Iterable[Reference], lines: Sequence[BodyLine], *, key: str, path: str
) -> Iterator[Problem]:
    """E302 for a link to a section that this file has not; `lines` are its headings."""
    headings = _headings(lines)
    anchors = {heading.anchor for _line, heading in headings if heading.anchor}
    for link in references:
        if link.module_key not in (None, key) or link.anchor in anchors:
            continue
        message = f"本文件没有锚点 {link.anchor}"
        meant = [line for line, heading in headings if clause_anchor(heading) == link.anchor]
        near = get_close_matches(link.anchor, sorted(anchors), n=1)
        mend: Mend | None = None
        if len(meant) == 1:
            fix = f"在第 {meant[0].number} 行的标题后面写 {{#{link.anchor}}}"
            end = len(meant[0].text.rstrip()) + 1
            mend = Mend(meant[0].number, end, meant[0].number, end, f" {{#{link.anchor}}}")
        elif near:
            fix = f"是否要写 #{near[0]}？"
            mend = replacing(link.line, link.anchor_column, len(link.anchor), near[0])
        else:
            fix = f"在要指向的标题后面写 {{#{link.anchor}}}"
        yield Problem(path, link.line, link.column, ERROR, "E302", message, fix, mend)


def image_problems(images: Iterable[ImageUse], path: str) -> Iterator[Problem]:
    """E217 for a picture that says nothing to whoever does not see it."""
    for image in images:
        if not image.alt:
            fix = "写成 ![图里有什么](路径)，给看不见图的人听"
            mend = to_write_at(image.line, image.column + 2)
            place = (path, image.line, image.column)
            yield Problem(*place, ERROR, "E217", "图片没有说明文字", fix, mend)


def clause_anchor(heading: Heading) -> str | None:
    """`s-` and the printed number of a heading that has no anchor of its own."""
    number, _ = split_number(heading.title)
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)*)\.?", number.strip())
    return None if heading.anchor or not found else f"s-{found[1].replace('.', '-')}"


def _headings(lines: Sequence[BodyLine]) -> list[tuple[BodyLine, Heading]]:
    found = ((line, read_heading(line.text)) for line in lines)
    return [(line, heading) for line, heading in found if heading is not None]


def _free_anchor(heading: Heading, taken: Collection[str]) -> str:
    """The anchor that was probably meant, else it with a number that is free."""
    bare = re.sub(r"[^a-z0-9]+", "-", (heading.anchor or "").lower()).strip("-")
    made = bare if ANCHOR.fullmatch(bare) else f"s-{bare}".rstrip("-")
    made = made[: MAX_ANCHOR - 4]
    if made not in taken and not RESERVED_ANCHOR.match(made):
        return made
    return next(name for n in range(2, len(taken) + 3) if (name := f"{made}-{n}") not in taken)
