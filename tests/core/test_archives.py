"""An archive of a stranger: each limit holds, and each refusal has the words of its kind."""

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from core.archives import Archive, Flaw, Policy
from core.errors import Unreadable

WORDS = {flaw: f"{flaw.value} %(name)s %(path)s %(count)s/%(most)s" for flaw in Flaw}
SMALL = Policy(
    most_bytes=20_000_000,
    most_members=3,
    most_unpacked=4_000_000,
    most_in_member=3_000_000,
    words=WORDS,
)


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return made.getvalue()


def linked() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        link = zipfile.ZipInfo("a")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    return made.getvalue()


def locked() -> bytes:
    data = bytearray(zipped(("a", b"x")))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"x" * 20_000_001, "large f"),
        (b"PK\x03\x04 torn", "broken f"),
        (zipped(*((str(n), b"") for n in range(4))), "crowded f  4/3"),
        (zipped(("a", b"x" * 2_000_001), ("b", b"x" * 2_000_000)), "bomb f"),
        (zipped(("a", b"x" * 2_000_000), method=zipfile.ZIP_DEFLATED), "bomb f"),
        (zipped(("../a", b"x")), "outside f ../a"),
        (zipped(("/a", b"x")), "outside f /a"),
        (zipped(("C:\\a", b"x")), "outside f C:"),
        (linked(), "outside f a"),
        (locked(), "locked f"),
        (zipped(("b/c.ZIP", b"x")), "nested f b/c.ZIP"),
        (zipped(("xl/vbaProject.bin", b"x")), "macros f"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_over_a_limit_is_refused_before_anything_is_unpacked(
    data: bytes, told: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        Archive(data, "f", SMALL)

    assert str(refused.value).startswith(told)


def test_an_archive_or_a_macro_inside_is_let_pass_where_nothing_is_to_be_said_of_it() -> None:
    words = {flaw: WORDS[flaw] for flaw in Flaw if flaw not in (Flaw.NESTED, Flaw.MACROS)}
    data = zipped(("a.zip", b"x"), ("vbaProject.bin", b"y"))

    archive = Archive(data, "f", Policy(most_bytes=10_000, words=words))

    assert (archive.read("a.zip"), archive.read("vbaProject.bin")) == (b"x", b"y")


def damaged(data: bytes) -> bytes:
    return data.replace(b"contents", b"somewhat", 1)


@pytest.mark.parametrize(
    ("change", "told"), [(damaged, "broken f a"), (lambda data: data, "bomb f")]
)
def test_a_file_that_breaks_its_promise_is_refused_while_it_is_read(
    change: Callable[[bytes], bytes], told: str
) -> None:
    data = change(zipped(("a", b"contents" * 200_000), ("b", b"x")))
    archive = Archive(data, "f", SMALL)

    with pytest.raises(Unreadable) as refused:
        [archive.read("a") for _ in range(6)]

    assert str(refused.value).startswith(told)


def test_a_file_is_found_by_its_path_and_read_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(zipped(("a/b", b"x" * 2_500_000), ("c/", b"")))

    with Archive(path, "f", SMALL) as archive:
        pieces = list(archive.chunks("a/./b"))

        assert (archive.paths, archive.size("a/b"), archive.size("d")) == (["a/b"], 2_500_000, 0)
        assert [len(piece) for piece in pieces] == [1_048_576, 1_048_576, 402_848]
        assert archive.read("d") is None
