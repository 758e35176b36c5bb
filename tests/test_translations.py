"""Every sentence of the interface has an English one, with the same placeholders."""

import re
from collections.abc import Iterator

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from core.config import ROOT
from tests.test_architecture import ORDER

KEYWORDS = {"_": None, "_l": None, "N_": None, "gettext": None, "lazy_gettext": None}
PLACEHOLDER = re.compile(r"%\(\w+\)s")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def messages_in_use() -> Iterator[tuple[str, str]]:
    """(place, message) of each sentence that the code and the templates translate."""
    for folder in (*ORDER, "templates"):
        found = extract_from_dir(
            ROOT / folder,
            method_map=[("**.html", "jinja2.ext.babel_extract"), ("**.py", "python")],
            keywords=KEYWORDS,
        )
        for file, line, message, _comments, _context in found:
            if isinstance(message, str) and message:
                yield f"{folder}/{file}:{line}", message


def english() -> dict[str, str]:
    """The English sentence of each message."""
    catalogue: dict[str, str] = {}
    for path in sorted((ROOT / "translations" / "en").glob("*.po")):
        with path.open("rb") as file:
            catalogue |= {
                str(m.id): str(m.string) for m in read_po(file, locale="en") if m.id and m.string
            }
    return catalogue


def test_every_message_is_translated() -> None:
    known = english()

    assert [f"{place} {text}" for place, text in messages_in_use() if text not in known] == []


def test_translations_keep_the_placeholders() -> None:
    different = [
        text
        for text, translated in english().items()
        if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(translated))
    ]

    assert different == []


def test_scripts_hold_no_sentence_of_their_own() -> None:
    scripts = sorted((ROOT / "static").rglob("*.js"))
    quoted = re.compile(r"""["'`][^"'`\n]*[\u4e00-\u9fff]""")

    found = [
        f"{path.name}: {line.strip()}"
        for path in scripts
        for line in path.read_text("utf-8").splitlines()
        if quoted.search(line.split("//")[0])
    ]

    assert found == []


def test_english_sentences_hold_no_chinese() -> None:
    # What a person must type or find in a Chinese file is named as it stands there.
    named = re.compile(
        "中文|工号|姓名|编号|依据|题干|选项A|答案：?B?|题目内容|正确答案|《安全生产法》第二十八条"
    )
    mixed = [t for t in english().values() if CHINESE.search(named.sub("", t))]

    assert mixed == []


def test_no_catalogue_entry_is_dead() -> None:
    used = {text for _place, text in messages_in_use()}

    assert sorted(set(english()) - used) == []


def test_templates_hold_no_untranslated_chinese() -> None:
    marked = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
    switch = {"中文"}
    found = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        rest = marked.sub("", path.read_text("utf-8"))
        for line in rest.splitlines():
            if CHINESE.search(line) and line.strip() not in switch:
                found.append(f"{path.relative_to(ROOT)}: {line.strip()}")

    assert found == []
