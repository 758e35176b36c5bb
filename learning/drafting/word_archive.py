"""The parts of a .docx, opened with care: it is an archive of XML that a stranger made. Pure."""

import io
import posixpath
import zipfile
import zlib
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from core.errors import N_
from learning.drafting.blocks import Unreadable

MAX_WORD_BYTES = 30 * 1024 * 1024
MAX_UNPACKED_BYTES = 150 * 1024 * 1024
MAX_PART_BYTES = 40 * 1024 * 1024
MAX_PARTS = 4000
# Deflate cannot do better than about 1000:1; text rarely better than 40:1.
_MAX_RATIO = 300
_SMALL = 1024 * 1024
_DOCUMENT = "word/document.xml"


def local(tag: str) -> str:
    """The name without its namespace: transitional and strict files differ in that alone."""
    return tag.rpartition("}")[2]


def child(element: Element | None, *path: str) -> Element | None:
    """The first descendant along a path of local names."""
    for name in path:
        if element is None:
            return None
        element = next((each for each in element if local(each.tag) == name), None)
    return element


def attribute(element: Element | None, name: str) -> str:
    """An attribute by its local name; empty when it is not there."""
    if element is None:
        return ""
    return next((value for key, value in element.attrib.items() if local(key) == name), "")


def is_on(element: Element | None) -> bool:
    """Whether a switch such as <w:vanish/> is there and not turned off."""
    return element is not None and attribute(element, "val") not in ("0", "false", "off", "none")


class Archive:
    """A .docx whose sizes were checked before anything was unpacked."""

    def __init__(self, data: bytes) -> None:
        if len(data) > MAX_WORD_BYTES:
            raise Unreadable(N_("Word 文件大于 30 MB。把图片压缩一下，或分成几个文件"))
        try:
            self.zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError):
            raise Unreadable(_broken()) from None
        self.names = {info.filename: info for info in self.zip.infolist()}
        self._check()
        self.document = self._document()
        self.folder = posixpath.dirname(self.document)

    def read(self, name: str) -> bytes | None:
        """The bytes of a part; None when there is no such part."""
        info = self.names.get(name)
        if info is None:
            return None
        if info.file_size > MAX_PART_BYTES:
            raise Unreadable(_too_big())
        try:
            # One byte more than promised shows a file that lies about its size.
            with self.zip.open(info) as part:
                data = part.read(info.file_size + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            RuntimeError,
            NotImplementedError,
        ):
            raise Unreadable(_broken()) from None
        if len(data) > info.file_size:
            raise Unreadable(_broken())
        return data

    def xml(self, name: str) -> Element | None:
        """A part as a tree; document types and entities are refused, not expanded."""
        data = self.read(name)
        if data is None:
            return None
        try:
            tree: Element = fromstring(data, forbid_dtd=True)
        except DefusedXmlException:
            raise Unreadable(N_("Word 文件里有 XML 实体，不收。在 Word 里另存一次再来")) from None
        except (ParseError, ValueError, LookupError, RecursionError):
            raise Unreadable(_broken()) from None
        return tree

    def beside(self, name: str) -> str:
        """The full name of a part that lies next to the document."""
        return posixpath.join(self.folder, name)

    def targets(self) -> dict[str, str]:
        """The parts that the document points to by id; links out of the file are left out."""
        base = posixpath.basename(self.document)
        tree = self.xml(self.beside(f"_rels/{base}.rels"))
        found = {}
        for relation in tree if tree is not None else ():
            if attribute(relation, "TargetMode").lower() == "external":
                continue
            target = attribute(relation, "Target")
            path = target.lstrip("/") if target.startswith("/") else self.beside(target)
            found[attribute(relation, "Id")] = posixpath.normpath(path)
        return found

    def _check(self) -> None:
        infos = self.names.values()
        if len(self.names) > MAX_PARTS or sum(i.file_size for i in infos) > MAX_UNPACKED_BYTES:
            raise Unreadable(_too_big())
        for info in infos:
            packed = max(info.compress_size, 1)
            if info.file_size > _SMALL and info.file_size > packed * _MAX_RATIO:
                raise Unreadable(_too_big())
            if info.filename.lower().endswith("vbaproject.bin"):
                raise Unreadable(N_("文件里有宏，不收。在 Word 里另存为不带宏的 .docx 再来"))

    def _document(self) -> str:
        tree = self.xml("_rels/.rels")
        for relation in tree if tree is not None else ():
            if attribute(relation, "Type").endswith("/officeDocument"):
                name = attribute(relation, "Target").lstrip("/")
                if name in self.names:
                    return name
        if _DOCUMENT in self.names:
            return _DOCUMENT
        raise Unreadable(N_("这个压缩包不是 Word 文件。请用 .docx、.md 或 .txt"))


def _broken() -> str:
    return N_("Word 文件损坏，打不开。在 Word 里打开，另存一次再来")


def _too_big() -> str:
    return N_("Word 文件解开以后太大，不收。把图片压缩一下，或分成几个文件")
