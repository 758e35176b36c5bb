"""Mutated files of the structured formats: never an exception, always a reason."""

import html
import io
import json
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import DomainError
from question_bank.formats.items import ForeignItem, ItemStatus
from question_bank.formats.registry import READERS
from question_bank.formats.writers import WRITERS
from tests.question_bank.exported import BANK
from tests.question_bank.formats.fuzzing import FILES, MOST_MEMORY_MB, SEED, bounded_memory

WRITTEN = {
    "moodle-xml": ("moodle-xml",),
    "qti": ("qti-2.1", "qti-2.2", "qti-3.0"),
    "json": ("json",),
    "markdown": ("markdown",),
}
PIECES = (
    *(b"<", b">", b"</", b"/>", b"&", b"&#0;", b"]]>", b"<![CDATA[", b'"', b"'", b"{", b"}"),
    *(b"[", b"]", b":", b",", b"null", b"-1", b"1e999", b"9" * 5000, b"true", b"\x00", b"\xff"),
    *(b"- [x]", b"> - ", b"### ", b"____", b"\n", b"\n\n", b"---\n", b"{1:SA:=", b"@@PLUGINFILE@@"),
    *("【单选】".encode(), "答案：".encode(), "｛".encode(), b"%-100%", b"<!--", b"\xe3\x80"),
)
STRANGE = (None, True, -1, 0, 1, 10**9, 1.5, "", "x", "100/3", "1/0", "9" * 90, [], {}, "____")
_VALUE = re.compile(rb"(?<=[>\"])(?P<value>[^<>\"]+)(?=[<\"])")


def mutated(data: bytes, rng: random.Random) -> bytes:
    """A few cuts, doublings, swaps and strange pieces."""
    made = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        start = rng.randrange(len(made) + 1)
        end = min(start + rng.choice((1, 2, 5, 20, 100, 1000)), len(made))
        kind = rng.randrange(5)
        if kind == 0:
            del made[start:end]
        elif kind == 1:
            made[start:start] = made[start:end] * rng.randint(1, 4)
        elif kind == 2:
            made[start:start] = rng.choice(PIECES)
        elif kind == 3 and made:
            place = min(start, len(made) - 1)
            made[place] = rng.randrange(256)
        else:
            del made[end:]
    return bytes(made)


def mutated_values(data: bytes, rng: random.Random) -> bytes:
    """Other values in sound XML: what stands between tags and between quotes."""
    values = [*_VALUE.finditer(data)]
    made, end = [], 0
    for found in sorted(rng.sample(values, min(3, len(values))), key=lambda each: each.start()):
        old = html.unescape(found["value"].decode())
        new = mutated(old.encode(), rng).decode("utf-8", "ignore").replace("\x00", "")
        made += [data[end : found.start("value")], html.escape(new).encode()]
        end = found.end("value")
    return b"".join([*made, data[end:]])


def mutated_json(data: bytes, rng: random.Random) -> bytes:
    """Sound JSON with other values, or without some of them."""
    document = json.loads(data)
    for _ in range(rng.randint(1, 3)):
        holder, key = document, "questions"
        while rng.random() < 0.85 and isinstance(holder[key], dict | list) and holder[key]:
            holder = holder[key]
            key = rng.choice([*holder]) if isinstance(holder, dict) else rng.randrange(len(holder))
        if rng.random() < 0.2:
            del holder[key]
            document.setdefault("questions", [])
        else:
            holder[key] = rng.choice((*STRANGE, [*STRANGE], {"text": "x"}))
    return json.dumps(document).encode()


def mutated_file(data: bytes, rng: random.Random) -> bytes:
    """Within an archive one of its files, or the archive as a whole; of XML often a value."""
    if data[:5] == b"<?xml" and rng.random() < 0.7:
        return mutated_values(data, rng)
    if data[:1] == b"{" and rng.random() < 0.7:
        return mutated_json(data, rng)
    if data[:2] != b"PK" or rng.random() < 0.3:
        return mutated(data, rng)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(made, "w") as other:
        chosen = rng.choice(archive.namelist())
        for name in archive.namelist():
            inner = archive.read(name)
            other.writestr(name, mutated_inner(inner, rng) if name == chosen else inner)
    return made.getvalue()


def mutated_inner(data: bytes, rng: random.Random) -> bytes:
    is_xml = data[:5] == b"<?xml" and rng.random() < 0.7
    return mutated_values(data, rng) if is_xml else mutated(data, rng)


def every(items: list[ForeignItem]) -> list[ForeignItem]:
    return [each for item in items for each in (item, *every(list(item.parts)))]


def mutations(format_: str) -> Iterator[tuple[bytes, str]]:
    """Mutations of what is written in a format, with the name of each."""
    sources = [WRITERS[name].write(BANK) for name in WRITTEN[format_]]
    rng = random.Random(f"{SEED} {format_}")
    for _ in range(FILES[format_]):
        file = rng.choice(sources)
        yield mutated_file(file.data, rng), f"题目{file.suffix}"


def try_all(format_: str) -> tuple[int, int]:
    """Read them all; (files read, files refused as a whole)."""
    read, told = 0, list[str]()
    for data, name in mutations(format_):
        try:
            items = READERS[format_](data, name)
        except DomainError as error:
            told.append(str(error))
            continue
        read += 1
        for item in every(items):
            if item.status is ItemStatus.REFUSE:
                assert item.errors
                assert all(remark.message for remark in item.errors)
    assert all(told)
    return read, len(told)


@pytest.mark.parametrize("format_", sorted(WRITTEN))
def test_no_mutated_file_raises(format_: str) -> None:
    with bounded_memory():
        read, refused = try_all(format_)

    print(f"{format_}: {FILES[format_]} files, {read} read, {refused} files refused")
    assert read + refused == FILES[format_]
    assert read
    assert refused or format_ == "markdown"


MEASURE = """
import sys
from pathlib import Path
from question_bank.formats.registry import READERS
from core.errors import DomainError
for name in sys.argv[1:]:
    path = Path(name)
    try:
        READERS[path.suffix[1:]](path.read_bytes(), path.name)
    except DomainError:
        pass
    # The peak of this program alone; what getrusage tells begins with the parent's.
    status = Path("/proc/self/status").read_text()
    print(path.name, int(status.split("VmHWM:")[1].split()[0]) // 1024)
"""


def large_files() -> dict[str, bytes]:
    question = (
        '<question type="multichoice"><questiontext format="html"><text>题干{n}</text>'
        "</questiontext><single>true</single>"
        '<answer fraction="100"><text>甲</text></answer><answer><text>乙</text></answer></question>'
    )
    many = "".join(question.replace("{n}", str(n)) for n in range(4_000))
    return {
        "many.moodle-xml": f"<quiz>{many}</quiz>".encode(),
        "elements.moodle-xml": b"<quiz>" + b"<a/>" * 5_000_000 + b"</quiz>",
        "attributes.moodle-xml": b"<quiz " + b'a="%s"' % (b"x" * 19_000_000) + b"/>",
        "deep.json": b"[" * 100_000,
        "numbers.json": b'{"questions": [' + b"1," * 9_000_000 + b"1]}",
    }


def test_memory_stays_within_bounds(tmp_path: Path) -> None:
    names = []
    for name, data in large_files().items():
        (tmp_path / name).write_bytes(data)
        names.append(str(tmp_path / name))

    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *names], capture_output=True, check=True, text=True
    )

    figures = [int(line.split()[-1]) for line in done.stdout.splitlines()]
    assert len(figures) == len(names)
    assert max(figures) < MOST_MEMORY_MB, done.stdout
