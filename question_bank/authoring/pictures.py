"""The pictures that a block names."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.mends import to_write_at
from question_bank.authoring.lines import Line
from question_bank.authoring.report import Report

IMAGE = re.compile(r"!\[(?P<alt>[^\]]{0,1000})\]\( *(?P<source>[^)\s]{0,400})[^)]{0,200}\)")
_CODE = re.compile(r"(?P<ticks>`+).*?(?P=ticks)")


@dataclass(frozen=True)
class Picture:
    """A picture with its description and the file as written."""

    alt: str
    source: str
    place: Line


def pictures_in(lines: Iterable[Line]) -> Iterator[Picture]:
    """The pictures of some lines in order; code shows none."""
    for line in lines:
        if line.is_code:
            continue
        text = _CODE.sub(lambda code: " " * len(code[0]), line.text)
        for image in IMAGE.finditer(text):
            place = line.piece(image.start(), image.end())
            yield Picture(image["alt"].strip(), image["source"], place)


def picture_sources(lines: Iterable[Line], report: Report) -> tuple[str, ...]:
    """The files of the pictures; one without a file or a description is an error."""
    found: dict[str, None] = {}
    for picture in pictures_in(lines):
        if not picture.source:
            fix = "写成 ![说明](图片/名称.png)"
            report.error(picture.place, "E217", "图片没有写文件", fix)
        elif not picture.alt:
            fix = "在方括号里写一句说明，不要把答案说出来"
            mend = to_write_at(picture.place.number, picture.place.column + 2)
            report.error(picture.place, "E217", "图片没有说明", fix, mend)
        else:
            found[picture.source] = None
    return tuple(found)
