"""How wide and high an image is shown, from its bytes: a region in percent needs the ratio.

No library that the product has reads all five kinds: python-docx knows neither WebP nor SVG nor a
JPEG without JFIF, nor that a phone stores an upright photo lying down with a note to turn it.
"""

import re
import struct
from fractions import Fraction
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from learning.images import image_kind
from learning.sources import ModuleFile, read_image

_BROKEN = (DefusedXmlException, ParseError, struct.error, LookupError, ValueError)
# Frames of a JPEG that say its size: all SOF but the markers of tables between them.
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_EXIF = b"Exif\x00\x00"
_ORIENTATION = 0x0112
# Values of the orientation that turn a photo by a quarter.
_TURNED = range(5, 9)
_LENGTH = re.compile(r"\s*(\d{1,7}(?:\.\d{1,6})?)\s*(?:px)?\s*")
_NUMBERS = re.compile(r"-?\d{1,7}(?:\.\d{1,6})?")


def image_ratio(data: bytes) -> Fraction | None:
    """Height divided by width as a browser shows the image; None where the bytes do not say."""
    try:
        width, height = _size(data)
        return height / width if width > 0 and height > 0 else None
    except _BROKEN:
        return None


def file_ratio(file: ModuleFile, written: str) -> Fraction | None:
    """The ratio of an image that a module file names; None where there is no such image."""
    data, _ = read_image(file, written)
    return image_ratio(data) if data is not None else None


def _size(data: bytes) -> tuple[Fraction, Fraction]:
    kind = image_kind(data)
    if kind == "svg":
        return _svg_size(fromstring(data))
    if kind == "png":
        width, height = struct.unpack_from(">II", data, 16)
    elif kind == "gif":
        width, height = struct.unpack_from("<HH", data, 6)
    elif kind == "webp":
        width, height = _webp_size(data)
    else:
        width, height = _jpeg_size(data)
    return Fraction(width), Fraction(height)


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """The size in the first frame, turned as the photo's note says."""
    at = 2
    while data[at] == 0xFF and data[at + 1] not in _FRAMES:
        (length,) = struct.unpack_from(">H", data, at + 2)
        at += 2 + length
    height, width = struct.unpack_from(">HH", data, at + 5)
    return (height, width) if _is_turned(data) else (width, height)


def _is_turned(data: bytes) -> bool:
    """Whether the EXIF note of a photo turns it by a quarter."""
    start = data.find(_EXIF, 0, 65536) + len(_EXIF)
    if start < len(_EXIF):
        return False
    order = {b"II": "<", b"MM": ">"}[data[start : start + 2]]
    (first,) = struct.unpack_from(order + "I", data, start + 4)
    (count,) = struct.unpack_from(order + "H", data, start + first)
    for number in range(count):
        entry = start + first + 2 + 12 * number
        tag, _kind, _count, value = struct.unpack_from(order + "HHIH", data, entry)
        if tag == _ORIENTATION:
            return value in _TURNED
    return False


def _webp_size(data: bytes) -> tuple[int, int]:
    """Of the three ways in which a WebP file begins."""
    chunk = data[12:16]
    if chunk == b"VP8X":
        width = 1 + int.from_bytes(data[24:27], "little")
        height = 1 + int.from_bytes(data[27:30], "little")
    elif chunk == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    else:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    return width, height


def _svg_size(root: Element) -> tuple[Fraction, Fraction]:
    """Width and height, or those of the view box when they are left out or in percent."""
    found = [_LENGTH.fullmatch(root.get(name, "")) for name in ("width", "height")]
    if found[0] is not None and found[1] is not None:
        return Fraction(found[0][1]), Fraction(found[1][1])
    _x, _y, width, height = _NUMBERS.findall(root.get("viewBox", ""))
    return Fraction(width), Fraction(height)
