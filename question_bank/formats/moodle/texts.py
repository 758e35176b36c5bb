"""The texts of a Moodle question with their format and their files → Markdown. Pure."""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.xml_input import Element
from learning.images import image_kind
from question_bank.formats.exported import BLANK_OR_CODE
from question_bank.formats.html.markdown import escaped, to_markdown
from question_bank.formats.html.plain import html_lines
from question_bank.formats.pictures import picture_path, with_paths

_PLUGIN_FILE = re.compile(r"(?:@@PLUGINFILE@@|\$@NULL@\$)/+(?P<name>[^?#]+)")
BLANK = "____"


@dataclass
class Texts:
    """Reads the texts of one question and keeps its pictures and what could not be taken over."""

    pictures: dict[str, bytes] = field(default_factory=dict)
    images: dict[str, bytes] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def add_files(self, question: Element) -> None:
        """Take the pictures of the whole question: their names are what its texts know."""
        for file in question.find_all("file"):
            self._add(file.get("name"), file.all_text)
        # Old files: one picture of the question, and its name apart.
        old = question.text_of("image_base64")
        if old:
            self._add(question.text_of("image").rsplit("/", 1)[-1] or "image", old)

    def markdown(self, element: Element | None, *, has_blanks: bool = False) -> str:
        """The Markdown of an element with a <text>."""
        if element is None:
            return ""
        return self._from(_text(element), element.get("format"), has_blanks)

    def pieces(self, element: Element, pieces: Sequence[str]) -> str:
        """The Markdown of a text cut at its gaps, with a blank in each place."""
        if element.get("format") == "markdown":
            read = (self._from(piece, "markdown", True, is_piece=True) for piece in pieces)
            return BLANK.join(read).strip()
        html = "<blank></blank>".join(pieces)
        return self._from(html, element.get("format"), True)

    def plain(self, element: Element | None) -> str:
        """The words alone, for answers that are compared letter by letter."""
        if element is None:
            return ""
        text = _text(element)
        return html_lines(text) if element.get("format") == "html" else text.strip()

    def old_picture(self, question: Element, stem: str) -> str:
        """The stem with the picture of an old file, which its text does not mention."""
        if not question.text_of("image_base64") or not self.pictures:
            return stem
        path = self._path(question.text_of("image").rsplit("/", 1)[-1] or "image")
        return f"{stem}\n\n![图片]({path})" if path and path not in stem else stem

    def _from(self, text: str, form: str, has_blanks: bool, *, is_piece: bool = False) -> str:
        if form == "markdown":
            text = with_paths(text.replace("\r\n", "\n"), self._path)
            if is_piece:
                return BLANK_OR_CODE.sub(lambda f: "`____`" if f["blank"] else f[0], text)
            return text.strip()
        if form == "plain_text":
            return escaped(text.strip(), has_blanks=has_blanks)
        return to_markdown(_with_lines(text, form), image=self._path, has_blanks=has_blanks)

    def _path(self, source: str) -> str | None:
        found = _PLUGIN_FILE.match(source)
        name = found["name"].rsplit("/", 1)[-1] if found else source
        data = self.pictures.get(name)
        if data is None:
            if source not in self.missing:
                self.missing.append(source)
            return None
        path = picture_path(data)
        self.images[path] = data
        return path

    def _add(self, name: str, text: str) -> None:
        try:
            data = base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            return
        if name and image_kind(data) is not None:
            self.pictures[name] = data


def _text(element: Element) -> str:
    inner = element.first("text")
    return inner.all_text if inner is not None else element.text


def _with_lines(text: str, form: str) -> str:
    """Moodle's own format is HTML in which a line end counts."""
    if form in ("moodle_auto_format", "") and "<p" not in text and "<br" not in text:
        return text.strip().replace("\n", "<br>")
    return text
