"""The ratio of an image from the bytes of each kind, and from damaged ones."""

import struct
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.image_sizes import image_ratio


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + bytes(3)


def jpeg(width: int, height: int, *, exif: bytes = b"", adobe: bool = False) -> bytes:
    """Tables before the frame, as every encoder writes them."""
    notes = b"\xff\xe1" + struct.pack(">H", 2 + len(exif)) + exif if exif else b""
    notes += b"\xff\xee\x00\x0eAdobe" + bytes(7) if adobe else b""
    tables = b"\xff\xdb\x00\x04\x00\x00\xff\xc4\x00\x04\x00\x00"
    frame = b"\xff\xc2\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x11\x00\x00"
    return b"\xff\xd8" + notes + tables + frame


def exif(orientation: int, order: str) -> bytes:
    head = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(order + "I", 8)
    other = struct.pack(order + "HHIHH", 0x010F, 3, 1, 7, 0)
    turned = struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"Exif\x00\x00" + head + struct.pack(order + "H", 2) + other + turned


def webp(chunk: bytes, body: bytes) -> bytes:
    return b"RIFF\x00\x00\x00\x00WEBP" + chunk + b"\x00\x00\x00\x00" + body


def svg(attributes: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}/>'.encode()


@pytest.mark.parametrize(
    ("data", "ratio"),
    [
        (png(800, 500), Fraction(5, 8)),
        (gif(300, 100), Fraction(1, 3)),
        (jpeg(640, 480), Fraction(3, 4)),
        (jpeg(640, 480, adobe=True), Fraction(3, 4)),
        (jpeg(640, 480, exif=exif(1, "<")), Fraction(3, 4)),
        # A phone held upright: stored lying down, to be turned by a quarter.
        (jpeg(640, 480, exif=exif(6, "<")), Fraction(4, 3)),
        (jpeg(640, 480, exif=exif(8, ">")), Fraction(4, 3)),
        (webp(b"VP8 ", bytes(6) + struct.pack("<HH", 400, 100)), Fraction(1, 4)),
        (webp(b"VP8L", b"\x2f" + struct.pack("<I", 399 | 99 << 14)), Fraction(1, 4)),
        (
            webp(b"VP8X", bytes(4) + (399).to_bytes(3, "little") + (99).to_bytes(3, "little")),
            Fraction(1, 4),
        ),
        (svg('width="800" height="500"'), Fraction(5, 8)),
        (svg('width="80.5px" height="161px"'), Fraction(2)),
        (svg('viewBox="0 0 100 62.5"'), Fraction(5, 8)),
        (svg('width="100%" height="100%" viewBox="-5,-5,40,10"'), Fraction(1, 4)),
    ],
)
def test_the_ratio_is_read_from_the_bytes(data: bytes, ratio: Fraction) -> None:
    assert image_ratio(data) == ratio


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no image",
        png(0, 5),
        png(800, 500)[:18],
        jpeg(640, 480)[:12],
        svg('width="80"'),
        b"<svg><g></svg>",
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">]><svg width="&a;" height="1"/>',
    ],
)
def test_bytes_that_do_not_say_it_have_no_ratio(data: bytes) -> None:
    assert image_ratio(data) is None


@given(st.sampled_from([png(8, 5), gif(8, 5), jpeg(8, 5, exif=exif(6, "<"))]), st.data())
def test_no_damage_crashes_the_reader(whole: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(min_value=0, max_value=len(whole) - 1))
    byte = data.draw(st.binary(min_size=1, max_size=1))

    ratio = image_ratio((whole[:at] + byte + whole[at + 1 :])[: data.draw(st.integers(0, 80))])

    assert ratio is None or ratio > 0
