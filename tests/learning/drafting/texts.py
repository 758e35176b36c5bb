"""Made-up laws and rules for the tests, and what a draft of them holds."""

import struct
import zlib

from learning.drafting import ModuleDraft, draft_module
from learning.numerals import chinese


def draft(text: str, name: str = "规则.txt") -> ModuleDraft:
    return draft_module(text.encode(), name)


def anchors(made: ModuleDraft) -> list[str]:
    return [clause.anchor for clause in made.clauses]


def numbers(made: ModuleDraft) -> list[str]:
    return [clause.number for clause in made.clauses]


def clause_texts(made: ModuleDraft) -> dict[str, str]:
    return {clause.anchor: clause.text for clause in made.clauses}


def law(count: int) -> str:
    """A law of so many articles with contents, chapters, items and references."""
    lines = ["中华人民共和国示例法", "", "目　录", "第一章　总则", "第二章　附则", ""]
    lines += ["第一章　总则", ""]
    for number in range(1, count + 1):
        if number == count:
            lines += ["第二章　附则", ""]
        lines += [
            f"第{chinese(number)}条　生产经营单位应当依照本法第三十条的规定建立制度。",
            "　　有下列情形之一的，责令改正：",
            "　　（一）没有记录的；",
            "　　（二）没有培训的。",
            "",
        ]
    lines.append("本法自2026年5月1日起施行。")
    return "\n".join(lines)


def whole_png() -> bytes:
    """One white dot."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    dot = chunk(b"IDAT", zlib.compress(b"\x00\xff\xff\xff"))
    return b"\x89PNG\r\n\x1a\n" + head + dot + chunk(b"IEND", b"")
