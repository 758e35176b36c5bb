"""Files: what counts as a module, whose wins, and that nothing outside the root is reached."""

from pathlib import Path

import pytest

from learning.images import FileImages, ImageStore, image_kind
from learning.models import ModuleSource
from learning.sources import (
    ModuleFile,
    chosen_modules,
    content_roots,
    module_files,
    read_image,
    read_module,
)
from tests.learning.factories import module_text

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 16


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    (folder / "procedures" / "图片").mkdir(parents=True)
    (folder / "procedures" / "图片" / "表.png").write_bytes(PNG)
    (folder / "procedures" / "sop-dh.md").write_text(
        module_text(body="![压力表](图片/表.png)\n"), "utf-8"
    )
    return folder


@pytest.fixture
def enterprise(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


def files(library: Path, enterprise: Path) -> list[ModuleFile]:
    return module_files(content_roots(enterprise, library))


def test_files_are_found_by_name_and_named_by_their_root(library: Path, enterprise: Path) -> None:
    (library / "README.md").write_text("x", "utf-8")
    (library / ".git").mkdir()
    (library / ".git" / "x.md").write_text("x", "utf-8")
    (enterprise / "own.md").write_text("x", "utf-8")

    found = files(library, enterprise)

    assert [file.shown_path for file in found] == [
        "content/procedures/sop-dh.md",
        "CONTENT_DIR/own.md",
    ]


def test_missing_folder_of_the_enterprise_is_simply_empty(library: Path, tmp_path: Path) -> None:
    assert len(files(library, tmp_path / "none")) == 1


def test_link_that_leads_out_of_the_root_is_not_followed(
    library: Path, enterprise: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.md").write_text(module_text(), "utf-8")
    (enterprise / "x.md").symlink_to(tmp_path / "secret.md")

    assert [file.source for file in files(library, enterprise)] == [ModuleSource.LIBRARY]


def test_module_of_the_enterprise_wins_over_the_library(library: Path, enterprise: Path) -> None:
    (enterprise / "ours.md").write_text(module_text(title="我厂的规程"), "utf-8")
    modules = [(file, read_module(file)[0]) for file in files(library, enterprise)]

    chosen, problems = chosen_modules(modules)

    assert problems == []
    assert [module.front.title for _file, module in chosen] == ["我厂的规程"]


def test_two_files_of_one_source_under_one_key_are_an_error(
    library: Path, enterprise: Path
) -> None:
    (library / "twice.md").write_text(module_text(), "utf-8")
    modules = [(file, read_module(file)[0]) for file in files(library, enterprise)]

    _, problems = chosen_modules(modules)

    assert [found.code for found in problems] == ["E114"]
    assert "content/procedures/sop-dh.md" in problems[0].message


def test_image_beside_the_module_is_found(library: Path, enterprise: Path) -> None:
    file = files(library, enterprise)[0]

    assert read_image(file, "图片/表.png") == (PNG, "")
    assert read_image(file, "%E5%9B%BE%E7%89%87/%E8%A1%A8.png") == (PNG, "")
    assert read_module(file)[1] == []


@pytest.mark.parametrize(
    "written",
    [
        "图片/没有.png",
        "../../../etc/passwd",
        "../../own/secret.png",
        "/etc/hostname.png",
        "sop-dh.md",
        "https://elsewhere.example/a.png",
        "//elsewhere.example/a.png",
        "data:image/png;base64,x",
        "a\x00.png",
    ],
)
def test_other_paths_are_refused_with_a_reason(
    library: Path, enterprise: Path, written: str
) -> None:
    (enterprise / "secret.png").write_bytes(PNG)
    file = files(library, enterprise)[0]

    data, fault = read_image(file, written)

    assert data is None
    assert fault


def test_missing_image_is_an_error_at_its_line(library: Path, enterprise: Path) -> None:
    (library / "a.md").write_text(module_text("a", body="甲\n\n![乙](c.png)\n"), "utf-8")

    _, problems = read_module(files(library, enterprise)[0])

    assert [(found.code, found.line) for found in problems] == [("E217", 14)]
    assert "c.png 找不到" in problems[0].message


def test_file_in_another_encoding_or_too_large_is_reported(library: Path, enterprise: Path) -> None:
    (enterprise / "a.md").write_bytes("动火".encode("gb18030"))
    (enterprise / "b.md").write_bytes(b"x" * (2 * 1024 * 1024 + 1))

    found = [read_module(file)[1] for file in files(library, enterprise)[1:]]

    assert [problems[0].code for problems in found] == ["E101", "E115"]


def test_stored_image_keeps_its_address_and_is_written_once(
    library: Path, enterprise: Path, tmp_path: Path
) -> None:
    file, store = files(library, enterprise)[0], ImageStore(tmp_path / "uploads")

    address = FileImages(file, store)("图片/表.png")

    assert address is not None
    stored = store.path(address.rsplit("/", 1)[1])
    assert stored is not None
    assert stored.read_bytes() == PNG
    assert FileImages(file, store)("图片/表.png") == address
    assert [path.name for path in (tmp_path / "uploads" / "images").iterdir()] == [stored.name]


def test_file_that_only_looks_like_an_image_is_not_stored(tmp_path: Path) -> None:
    assert ImageStore(tmp_path).save(b"<html><script>") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../x.png", "x.png", "a" * 40 + ".html", "a" * 40 + ".png"])
def test_other_names_are_no_stored_images(tmp_path: Path, name: str) -> None:
    assert ImageStore(tmp_path).path(name) is None


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "png"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"GIF89a", "gif"),
        (b"RIFF0000WEBP", "webp"),
        (b'<?xml version="1.0"?><svg xmlns="x">', "svg"),
        (b"<html><svg>", None),
        (b"", None),
    ],
)
def test_kind_of_an_image_is_read_from_its_bytes(data: bytes, kind: str | None) -> None:
    assert image_kind(data) == kind
