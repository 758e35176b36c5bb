"""Questions → a QTI package: items, cases as tests or stimuli, pictures, a manifest. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.errors import N_
from question_bank.formats.exported import ExportedQuestion
from question_bank.formats.losses import LossBook, WrittenFile
from question_bank.formats.packing import packed
from question_bank.formats.pictures import named_pictures, picture_name
from question_bank.formats.qti.content import body_of
from question_bank.formats.qti.item_writing import write_item
from question_bank.formats.qti.metadata import metadata_of
from question_bank.formats.qti.vocabulary import VERSIONS, Version
from question_bank.formats.titles import title_for
from question_bank.formats.xml_output import Raw, document, element, joined
from question_bank.keys import QuestionType

_PACKAGING = "http://www.imsglobal.org/xsd/imscp_v1p1"
_PACKAGING_3 = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
_LOM = "http://ltsc.ieee.org/xsd/LOM"


@dataclass
class _Package:
    """A package on its way."""

    version: Version
    book: LossBook = field(default_factory=LossBook)
    files: dict[str, bytes] = field(default_factory=dict)
    resources: list[Raw] = field(default_factory=list)

    def add(
        self, question: ExportedQuestion, kind: str, folder: str, root: Raw, *needs: str
    ) -> str:
        """Put a file and the pictures of its question into the package; gives its path."""
        path = f"{folder}/{question.public_id}.xml"
        self.files[path] = document(root)
        pictures = _pictures(question)
        self.files.update(pictures)
        said = [element("file", href=each) for each in (path, *pictures)]
        needed = [element("dependency", identifierref=each) for each in needs]
        self.resources.append(
            element(
                "resource",
                metadata_of(question),
                *said,
                *needed,
                identifier=f"{folder}-{question.public_id}",
                type=kind,
                href=path,
            )
        )
        return path


def write_qti(questions: Sequence[ExportedQuestion], version_name: str = "2.1") -> WrittenFile:
    """A package of the version; every type of ours has its place in it."""
    package = _Package(VERSIONS[version_name])
    for question in questions:
        if question.type is QuestionType.CASE_ANALYSIS:
            _add_case(question, package)
        else:
            root = write_item(question, package.version, package.book)
            package.add(question, package.version.item_type, "items", root)
    manifest = ("imsmanifest.xml", document(_manifest(package)))
    files = [manifest, *sorted(package.files.items())]
    return WrittenFile(packed(files), ".zip", len(questions), tuple(package.book.losses))


def _add_case(question: ExportedQuestion, package: _Package) -> None:
    version = package.version
    stimulus = ""
    if version.has_stimulus:
        package.add(question, version.stimulus_type, "stimuli", _stimulus(question, version))
        stimulus = f"../stimuli/{question.public_id}.xml"
    paths = []
    for part in question.parts:
        root = write_item(part, version, package.book, stimulus=stimulus)
        paths.append(package.add(part, version.item_type, "items", root))
    needs = [f"items-{part.public_id}" for part in question.parts]
    package.add(question, version.test_type, "tests", _test(question, version, paths), *needs)
    if question.draft.points_tenths is not None:
        package.book.lost(question.public_id, N_("案例的分值"))
    if question.draft.explanation:
        package.book.lost(question.public_id, N_("案例的解析"))


def _stimulus(question: ExportedQuestion, version: Version) -> Raw:
    body = version.tag("stimulusBody", body_of(question.draft.stem, question.images))
    return version.tag(
        "assessmentStimulus",
        body,
        xmlns=version.namespace,
        identifier=question.public_id,
        title=title_for(question.draft),
    )


def _test(question: ExportedQuestion, version: Version, paths: Sequence[str]) -> Raw:
    """A test of one section, which holds the sub-questions in their order."""
    tag = version.tag
    told = []
    if not version.has_stimulus:
        text = body_of(question.draft.stem, question.images)
        told = [tag("rubricBlock", text, view="candidate", class_="stimulus")]
    items = [
        tag("assessmentItemRef", identifier=part.public_id, href=f"../{path}")
        for part, path in zip(question.parts, paths, strict=True)
    ]
    section = tag(
        "assessmentSection",
        *told,
        *items,
        identifier=question.public_id,
        title=title_for(question.draft),
        visible="true",
    )
    part_ = tag(
        "testPart",
        section,
        identifier="part",
        navigationMode="nonlinear",
        submissionMode="simultaneous",
    )
    return tag(
        "assessmentTest",
        part_,
        xmlns=version.namespace,
        identifier=f"test-{question.public_id}",
        title=title_for(question.draft),
    )


def _pictures(question: ExportedQuestion) -> dict[str, bytes]:
    texts = [*question.texts, question.draft.explanation or ""]
    texts += [option.feedback or "" for option in question.draft.options]
    found: dict[str, bytes] = {}
    for text in texts:
        for data in named_pictures(text, question.images).values():
            found[f"images/{picture_name(data)}"] = data
    return dict(sorted(found.items()))


def _manifest(package: _Package) -> Raw:
    version = package.version
    metadata = element(
        "metadata", element("schema", version.schema), element("schemaversion", "1.0.0")
    )
    return element(
        "manifest",
        joined(
            Raw(""),
            metadata,
            element("organizations"),
            element("resources", joined(Raw(""), *package.resources, Raw(""))),
            Raw(""),
        ),
        identifier="shanggang-questions",
        xmlns=_PACKAGING_3 if version.is_kebab else _PACKAGING,
        xmlns__imsmd=_LOM,
    )
