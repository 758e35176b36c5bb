"""What a manifest says of an item: LOM fields, read and written. Pure."""

from dataclasses import dataclass, field

from core.xml_input import Element
from question_bank.formats.exported import ExportedQuestion
from question_bank.formats.own.items import reference_words, with_own_module
from question_bank.formats.tags import TagContent, read_tags, tags_of
from question_bank.formats.xml_output import Raw, element

_LEVELS = ("very easy", "easy", "medium", "difficult", "very difficult")


@dataclass(frozen=True)
class Metadata:
    """What stands in a resource's metadata."""

    tags: TagContent = field(default_factory=TagContent)
    difficulty: int | None = None
    reference: str = ""


def read_metadata(resource: Element) -> Metadata:
    """Read whatever LOM the resource has, under whichever prefix."""
    holder = resource.first("metadata")
    if holder is None:
        return Metadata()
    keywords = [_words(each) for each in holder.find_all("keyword")]
    levels = [_words(v) for each in holder.find_all("difficulty") for v in each.all("value")]
    level = next((_LEVELS.index(each) + 1 for each in levels if each in _LEVELS), None)
    entries = [
        _words(entry)
        for classification in holder.find_all("classification")
        if any("educational objective" in _words(p) for p in classification.all("purpose"))
        for entry in classification.find_all("entry")
    ]
    tags = read_tags(word for word in keywords if word)
    return Metadata(tags, level, "；".join(entry for entry in entries if entry))


def metadata_of(question: ExportedQuestion) -> Raw:
    """The metadata of a resource."""
    draft = question.draft
    tags = [tag for tag in tags_of(question) if not tag.startswith(("依据:", "难度:"))]
    general = element("imsmd:general", *(_string("imsmd:keyword", tag) for tag in tags))
    version = _string("imsmd:version", str(question.version))
    level = element(
        "imsmd:difficulty",
        element("imsmd:source", "LOMv1.0"),
        element("imsmd:value", _LEVELS[draft.difficulty - 1]),
    )
    cited = [
        element(
            "imsmd:classification",
            element(
                "imsmd:purpose",
                element("imsmd:source", "LOMv1.0"),
                element("imsmd:value", "educational objective"),
            ),
            element(
                "imsmd:taxonPath",
                element("imsmd:taxon", _string("imsmd:entry", reference_words(each))),
            ),
        )
        for each in with_own_module(draft).references
    ]
    return element(
        "metadata",
        element(
            "imsmd:lom",
            general,
            element("imsmd:lifeCycle", version),
            element("imsmd:educational", level),
            *cited,
        ),
    )


def _string(tag: str, value: str) -> Raw:
    return element(tag, element("imsmd:string", value, language="zh"))


def _words(each: Element) -> str:
    return " ".join(each.all_text.split())
