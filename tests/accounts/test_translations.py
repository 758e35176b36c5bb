"""Every sentence of this package, of core and of the shared templates has its English."""

import re

from babel.messages.pofile import read_po

from core.config import ROOT

# _("…"), _l("…"), gettext("…"), N_("…"); a sentence may begin on the next line.
MARKED = re.compile(r"""\b(?:_|_l|N_|gettext|lazy_gettext)\(\s*(["'])(.+?)\1""")
SOURCES = {
    "accounts": ("accounts/**/*.py", "templates/accounts/*.html"),
    "core": ("core/*.py", "templates/*.html", "templates/errors/*.html", "templates/macros/*.html"),
}


def marked(package: str) -> set[str]:
    files = [path for pattern in SOURCES[package] for path in ROOT.glob(pattern)]
    found = {hit for path in files for _quote, hit in MARKED.findall(path.read_text("utf-8"))}
    return {sentence for sentence in found if not sentence.isascii()}


def english(package: str) -> dict[str, str]:
    with (ROOT / "translations" / "en" / f"{package}.po").open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id}


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\((\w+)\)[sd]", text))


def test_every_sentence_has_its_english() -> None:
    words = english("accounts") | english("core")

    missing = {text for package in SOURCES for text in marked(package) if not words.get(text)}

    assert missing == set()


def test_no_english_is_left_without_its_sentence() -> None:
    for package in SOURCES:
        assert set(english(package)) - marked("accounts") - marked("core") == set()


def test_english_fills_in_the_same_values() -> None:
    words = english("accounts") | english("core")

    wrong = {text for text, said in words.items() if placeholders(text) != placeholders(said)}

    assert wrong == set()
