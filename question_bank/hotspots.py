"""What the file of a picture says about the regions drawn on it. No database."""

from collections.abc import Iterator
from fractions import Fraction

from core.errors import ERROR, Problem
from learning.image_sizes import file_ratio
from learning.sources import ModuleFile, read_image
from question_bank.authoring.pictures import IMAGE
from question_bank.drafts import QuestionDraft, with_parts
from question_bank.keys import HotspotKey, Region, Shape


def hotspot_problems(file: ModuleFile, draft: QuestionDraft) -> Iterator[Problem]:
    """E217 for a picture that cannot be measured, E216 for a circle beyond its edge."""
    for one in with_parts([draft]):
        found = IMAGE.search(one.stem) if isinstance(one.key, HotspotKey) else None
        if found is None or not isinstance(one.key, HotspotKey):
            continue
        data, _ = read_image(file, found["source"])
        ratio = file_ratio(file, found["source"])
        if data is None:
            # Told with the other pictures of the file that are missing.
            continue
        if ratio is None:
            message = f"看不出图片 {found['source']} 有多大"
            fix = "换成 PNG、JPEG、GIF、WebP，或给 SVG 写上 width 和 height"
            yield Problem(one.path, one.line, 1, ERROR, "E217", message, fix)
            continue
        for (_number, region), option in zip(one.key.regions, one.options, strict=True):
            if not _fits(region, ratio):
                fix = "圆的半径是图片宽度的百分比：把圆改小，或移离边缘"
                message = "圆的上边或下边超出了图片"
                yield Problem(one.path, option.line, 1, ERROR, "E216", message, fix)


def _fits(region: Region, ratio: Fraction) -> bool:
    """Whether a circle stays within the height of the picture; other shapes do by their numbers."""
    if region.shape is not Shape.CIRCLE:
        return True
    _x, y, radius = region.numbers
    return radius / ratio <= min(y, 100 - y)
