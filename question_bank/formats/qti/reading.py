"""A QTI file → items: a single item, or a package with manifest, tests and stimuli."""

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import unquote, urlsplit

from core.archives import Archive
from core.errors import N_, Conflict
from core.sentences import say
from core.xml_input import Element, parse_xml
from question_bank.formats.archives import PACKAGE
from question_bank.formats.items import ForeignItem, ItemStatus, Remark
from question_bank.formats.limits import check_count
from question_bank.formats.qti.body import Words
from question_bank.formats.qti.items import read_item
from question_bank.formats.qti.metadata import Metadata, read_metadata
from question_bank.formats.qti.vocabulary import normalised
from question_bank.keys import QuestionType

MANIFEST = "imsmanifest.xml"
# The class by which our own export marks the text of a case in a test of version 2.1.
STIMULUS = "stimulus"
_OTHER_ROOTS = {"questestinterop": "QTI 1.2", "assessmentTest": "QTI 考卷"}


@dataclass
class _Case:
    """Items that share one text."""

    identifier: str
    title: str
    stem: str
    images: dict[str, bytes]
    metadata: Metadata
    hrefs: list[str] = field(default_factory=list)


@dataclass
class _Package:
    """A package on its way."""

    archive: Archive
    metadata: dict[str, Metadata] = field(default_factory=dict)
    items: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    roots: dict[str, Element] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    cases: list[_Case] = field(default_factory=list)
    # Titles of the sections of a test that hold an item.
    sections: dict[str, str] = field(default_factory=dict)


def read_qti(data: bytes, name: str) -> list[ForeignItem]:
    """Read an item or a package; an item that cannot be held is refused with its reason."""
    if data[:2] == b"PK":
        return _read_package(Archive(data, name, PACKAGE))
    root = normalised(parse_xml(data, name))
    if root.name != "assessmentItem":
        found = _OTHER_ROOTS.get(root.name, root.name[:40])
        raise Conflict(
            N_("%(name)s 不是 QTI 2.1、2.2 或 3.0 的题目，也不是题目包（zip）：%(found)s"),
            name=name,
            found=found,
        )
    return [read_item(root, file_of=lambda _path: None, metadata=Metadata(), stimulus="")]


def _read_package(archive: Archive) -> list[ForeignItem]:
    package = _Package(archive)
    manifest = next((p for p in archive.paths if posixpath.basename(p) == MANIFEST), None)
    if manifest is None:
        raise Conflict(N_("%(name)s 里没有 imsmanifest.xml，不是题目包"), name=archive.name)
    _read_manifest(package, manifest)
    check_count(len(package.items))
    for href in package.items:
        _load(package, href)
    for href in package.tests:
        _read_test(package, href)
    _find_stimuli(package)
    in_case = {href: case for case in package.cases for href in case.hrefs}
    done: set[str] = set()
    found: list[ForeignItem] = []
    for href in package.items:
        case = in_case.get(href)
        if case is None:
            found.append(_item(package, href, ""))
        elif len(case.hrefs) == 1 and not case.identifier.startswith("q-"):
            found.append(_item(package, href, case.stem))
        elif case.identifier not in done:
            done.add(case.identifier)
            found.append(_case(package, case))
    return found


def _read_manifest(package: _Package, path: str) -> None:
    root = normalised(parse_xml(package.archive.read(path) or b"", MANIFEST))
    base = posixpath.dirname(path)
    for resource in root.find_all("resource"):
        href = _resolved(base, resource.get("href"))
        kind = resource.get("type")
        if href is None or not package.archive.has(href):
            continue
        if "item" in kind and href not in package.items:
            package.items.append(href)
        elif "test" in kind:
            package.tests.append(href)
        package.metadata[href] = read_metadata(resource)


def _load(package: _Package, href: str) -> None:
    try:
        root = normalised(parse_xml(package.archive.read(href) or b"", href))
    except Conflict as broken:
        package.faults[href] = say(broken.msgid, **broken.values)
        return
    if root.name == "assessmentItem":
        package.roots[href] = root
    else:
        package.faults[href] = say(N_("%(path)s 不是题目"), path=href[:100])


def _item(package: _Package, href: str, stimulus: str) -> ForeignItem:
    root = package.roots.get(href)
    if root is None:
        fault = Remark("E515", package.faults.get(href, ""))
        return ForeignItem(ItemStatus.REFUSE, None, "", errors=(fault,))
    metadata = package.metadata.get(href, Metadata())
    item = read_item(root, file_of=_files(package, href), metadata=metadata, stimulus=stimulus)
    section = package.sections.get(href, "")
    return replace(item, tags=tuple(dict.fromkeys((*item.tags, section)))) if section else item


def _case(package: _Package, case: _Case) -> ForeignItem:
    parts = tuple(_item(package, href, "") for href in case.hrefs)
    faults = [part for part in parts if part.errors]
    said = case.metadata.tags
    status = ItemStatus.REFUSE if faults else ItemStatus.IMPORT
    told = (
        (Remark("E515", say(N_("%(count)s 道小题不能导入"), count=len(faults))),) if faults else ()
    )
    return ForeignItem(
        status,
        QuestionType.CASE_ANALYSIS,
        case.stem,
        errors=(*told, *(error for part in faults for error in part.errors)),
        title=case.title,
        difficulty=said.difficulty or case.metadata.difficulty,
        tags=said.tags,
        reference=said.reference or case.metadata.reference,
        positions=said.positions,
        facts=said.facts,
        rule=said.rule,
        external_id=case.identifier,
        images=case.images,
        parts=parts,
    )


def _read_test(package: _Package, href: str) -> None:
    """Sections of a test: one with a text before its items is a case, in our own export."""
    try:
        root = normalised(parse_xml(package.archive.read(href) or b"", href))
    except Conflict:
        # A test only groups; its items stand without it.
        return
    base = posixpath.dirname(href)
    for section in root.find_all("assessmentSection"):
        hrefs = [_resolved(base, each.get("href")) for each in section.all("assessmentItemRef")]
        held = [each for each in hrefs if each in package.roots]
        told = [r for r in section.all("rubricBlock") if r.get("class") == STIMULUS]
        title = " ".join(section.get("title").split())
        if told and held:
            words = Words(_files(package, href))
            stem = words.markdown(told[0])
            case = _Case(
                section.get("identifier")[:80],
                title,
                stem,
                words.images,
                package.metadata.get(href, Metadata()),
                [each for each in held if each is not None],
            )
            package.cases.append(case)
        elif not section.get("identifier").startswith("q-"):
            package.sections |= {each: title[:40] for each in held if each is not None}


def _find_stimuli(package: _Package) -> None:
    """Items that refer to one stimulus are the sub-questions of a case."""
    by_path: dict[str, _Case] = {}
    for href in package.items:
        root = package.roots.get(href)
        reference = root.first("assessmentStimulusRef") if root is not None else None
        if reference is None:
            continue
        path = _resolved(posixpath.dirname(href), reference.get("href"))
        if path is None or not package.archive.has(path):
            continue
        if path not in by_path:
            by_path[path] = _stimulus(package, path, reference)
        by_path[path].hrefs.append(href)
    taken = {href for case in package.cases for href in case.hrefs}
    package.cases += [c for c in by_path.values() if not taken & set(c.hrefs)]


def _stimulus(package: _Package, path: str, reference: Element) -> _Case:
    words = Words(_files(package, path))
    try:
        root = normalised(parse_xml(package.archive.read(path) or b"", path))
    except Conflict:
        root = Element("assessmentStimulus")
    return _Case(
        (root.get("identifier") or reference.get("identifier"))[:80],
        " ".join(root.get("title").split()),
        words.markdown(root.first("stimulusBody")),
        words.images,
        package.metadata.get(path, Metadata()),
    )


def _files(package: _Package, href: str) -> Callable[[str], bytes | None]:
    """Read files named relative to one file of the package."""
    base = posixpath.dirname(href)

    def file_of(source: str) -> bytes | None:
        path = _resolved(base, source)
        return package.archive.read(path) if path is not None else None

    return file_of


def _resolved(base: str, href: str) -> str | None:
    """The path in the archive; None for anything that is not in it."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not parts.path:
        return None
    path = posixpath.normpath(posixpath.join(base, unquote(parts.path)))
    return None if path.startswith(("/", "..")) else path
