"""Prepares what the browser loads: third-party style sheet, icons in use, English catalogue.

Run at set-up (`make assets`). The results are not committed; nothing is fetched at run time.
"""

import re
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from core.config import ROOT

BUILT = ROOT / "static" / "built"
# `icon("house")` in a template, `NavItem("endpoint", _l("label"), "house", …` in views.
ICON_USE = re.compile(
    r"""icon\(\s*["']([a-z0-9-]+)["']|NavItem\(\s*"[^"]+",\s*_l\([^)]*\),\s*"([a-z0-9-]+)\""""
)


def _bootstrap_files() -> Path:
    spec = find_spec("flask_bootstrap")
    if spec is None or spec.origin is None:
        raise RuntimeError("bootstrap-flask is not installed")
    return Path(spec.origin).parent / "static" / "bootstrap5"


def copy_style_sheet() -> None:
    """Put Bootstrap's style sheet where the product serves it, without its map's address."""
    source = _bootstrap_files() / "css" / "bootstrap.min.css"
    text = source.read_text(encoding="utf-8")
    text = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", text)
    (BUILT / "bootstrap.min.css").write_text(text, encoding="utf-8")


def icons_in_use() -> set[str]:
    """The icon names that templates and navigation entries mention."""
    places = ("templates/**/*.html", "*/views.py", "*/views/*.py")
    files = [file for place in places for file in ROOT.glob(place)]
    return {
        first or second
        for file in files
        for first, second in ICON_USE.findall(file.read_text(encoding="utf-8"))
    }


def cut_icons() -> None:
    """Keep only the symbols in use from the icon sprite of over a megabyte."""
    names = icons_in_use()
    space = "http://www.w3.org/2000/svg"
    ElementTree.register_namespace("", space)
    sprite = ElementTree.parse(_bootstrap_files() / "icons" / "bootstrap-icons.svg").getroot()
    found = {symbol.get("id"): symbol for symbol in sprite.findall(f"{{{space}}}symbol")}
    missing = names - found.keys()
    if missing:
        raise RuntimeError(f"no such icon: {', '.join(sorted(missing))}")
    small = ElementTree.Element(f"{{{space}}}svg")
    small.extend(found[name] for name in sorted(names))
    (BUILT / "icons.svg").write_bytes(ElementTree.tostring(small, encoding="utf-8"))


def compile_translations() -> None:
    """Merge `translations/en/*.po` into the one catalogue that is loaded."""
    merged = Catalog(locale="en")
    for path in sorted((ROOT / "translations" / "en").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if message.id and message.string:
                    merged.add(message.id, message.string)
    target = ROOT / "translations" / "en" / "LC_MESSAGES"
    target.mkdir(parents=True, exist_ok=True)
    with (target / "messages.mo").open("wb") as file:
        write_mo(file, merged)


def main() -> None:
    BUILT.mkdir(parents=True, exist_ok=True)
    copy_style_sheet()
    cut_icons()
    compile_translations()


if __name__ == "__main__":
    main()
