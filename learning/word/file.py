"""The parts of a .docx, opened with care: it is an archive of XML that a stranger made. Pure."""

import posixpath

from core.archives import Archive, Flaw, Policy
from core.errors import N_, Unreadable
from core.xml_input import Element, MalformedXml, parse_xml

BROKEN = N_("Word 文件损坏，打不开。在 Word 里打开，另存一次再来")
_TOO_BIG = N_("Word 文件解开以后太大，不收。把图片压缩一下，或分成几个文件")
WORD = Policy(
    most_bytes=30 * 1024 * 1024,
    most_unpacked=150 * 1024 * 1024,
    # Deflate cannot do better than about 1000:1; a document of tables may come to 200:1.
    most_ratio=300,
    words={
        Flaw.LARGE: N_("Word 文件大于 30 MB。把图片压缩一下，或分成几个文件"),
        Flaw.BROKEN: BROKEN,
        Flaw.CROWDED: N_("%(name)s 里有 %(count)s 个文件，最多 %(most)s 个"),
        Flaw.BOMB: _TOO_BIG,
        Flaw.OUTSIDE: N_("%(name)s 里有指向外面的路径，不能导入：%(path)s"),
        Flaw.LOCKED: N_("%(name)s 加了密码，去掉密码再导入"),
        Flaw.NESTED: N_("%(name)s 里还有压缩包 %(path)s，先把它解开"),
        Flaw.MACROS: N_("文件里有宏，不收。在 Word 里另存为不带宏的 .docx 再来"),
    },
)
_DOCUMENT = "word/document.xml"


def child(element: Element | None, *path: str) -> Element | None:
    """The first descendant along a path of names."""
    for name in path:
        element = element.first(name) if element is not None else None
    return element


def attribute(element: Element | None, name: str) -> str:
    """An attribute; empty when it is not there."""
    return element.get(name) if element is not None else ""


def is_on(element: Element | None) -> bool:
    """Whether a switch such as <w:vanish/> is there and not turned off."""
    return element is not None and element.get("val") not in ("0", "false", "off", "none")


class WordFile:
    """A .docx whose sizes were checked before anything was unpacked."""

    def __init__(self, data: bytes, name: str) -> None:
        self.archive = Archive(data, name, WORD)
        path = self._main_part()
        self._folder, self._base = posixpath.split(path)
        self.document = self._xml(path)

    def part(self, name: str) -> Element | None:
        """A part that lies next to the document, as a tree."""
        return self._xml(posixpath.join(self._folder, name))

    def targets(self) -> dict[str, str]:
        """The parts that the document points to by id; links out of the file are left out."""
        tree = self.part(f"_rels/{self._base}.rels")
        found = {}
        for relation in tree.elements if tree is not None else ():
            if relation.get("TargetMode").lower() == "external":
                continue
            target = relation.get("Target")
            is_whole = target.startswith("/")
            path = target.lstrip("/") if is_whole else posixpath.join(self._folder, target)
            found[relation.get("Id")] = posixpath.normpath(path)
        return found

    def _xml(self, path: str) -> Element | None:
        data = self.archive.read(path)
        if data is None:
            return None
        try:
            return parse_xml(data, self.archive.name)
        except MalformedXml as error:
            raise Unreadable(BROKEN) from error

    def _main_part(self) -> str:
        tree = self._xml("_rels/.rels")
        for relation in tree.elements if tree is not None else ():
            if relation.get("Type").endswith("/officeDocument"):
                path = relation.get("Target").lstrip("/")
                if self.archive.has(path):
                    return path
        if self.archive.has(_DOCUMENT):
            return _DOCUMENT
        raise Unreadable(N_("这个压缩包不是 Word 文件。请用 .docx、.md 或 .txt"))
