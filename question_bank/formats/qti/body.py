"""The body of an item: its words as Markdown, and the interactions that stand in it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field

from core.xml_input import Element
from learning.images import image_kind
from question_bank.formats.html.markdown import to_markdown_of
from question_bank.formats.html.tree import Node
from question_bank.formats.pictures import picture_path

# The bytes of a file of the package, by its address relative to the item.
FileOf = Callable[[str], bytes | None]

INTERACTIONS = {
    *("choiceInteraction", "textEntryInteraction", "orderInteraction", "matchInteraction"),
    *("extendedTextInteraction", "hotspotInteraction", "inlineChoiceInteraction"),
    *("selectPointInteraction", "associateInteraction", "gapMatchInteraction"),
    *("graphicGapMatchInteraction", "graphicOrderInteraction", "graphicAssociateInteraction"),
    *("sliderInteraction", "drawingInteraction", "uploadInteraction", "mediaInteraction"),
    *("customInteraction", "portableCustomInteraction", "positionObjectInteraction"),
    *("positionObjectStage", "endAttemptInteraction", "hottextInteraction"),
}
_NOT_SHOWN = {
    *("feedbackInline", "feedbackBlock", "modalFeedback", "rubricBlock", "templateInline"),
    *("templateBlock", "stylesheet", "script", "style", "printedVariable", "catalogInfo"),
}
_GAPS = {"textEntryInteraction", "inlineChoiceInteraction"}
MOST_NODES = 60


@dataclass
class Words:
    """Turns parts of a body into Markdown and keeps the pictures that they show."""

    file_of: FileOf
    images: dict[str, bytes] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def markdown(self, element: Element | None, *, has_blanks: bool = False) -> str:
        """The words of an element without its interactions, feedback and rubrics."""
        if element is None:
            return ""
        node = _node(element, 0)
        return to_markdown_of(node, image=self._path, has_blanks=has_blanks)

    def _path(self, source: str) -> str | None:
        data = self.file_of(source)
        if data is None or image_kind(data) is None:
            self.missing.append(source)
            return None
        path = picture_path(data)
        self.images[path] = data
        return path


def _node(element: Element, depth: int) -> Node:
    """The element as HTML; a gap becomes <blank>, what is not shown nothing."""
    tag = element.name.lower()
    attributes = dict(element.attributes)
    if tag == "object" and attributes.get("type", "image/").startswith("image/"):
        alt = element.all_text.strip() or attributes.get("label", "")
        return Node("img", {"src": attributes.get("data", ""), "alt": alt})
    if tag == "span" and attributes.get("class") in ("mark", "del"):
        tag = attributes["class"]
    node = Node(tag, attributes)
    for child in element.content:
        if isinstance(child, str):
            node.children.append(child)
        elif child.name in _GAPS:
            node.children.append(Node("blank"))
        elif child.name not in _NOT_SHOWN and child.name not in INTERACTIONS:
            inner = _node(child, depth + 1)
            node.children += inner.children if depth > MOST_NODES else [inner]
    return node


def interactions_in(body: Element) -> list[Element]:
    """The interactions of a body in order."""
    return [each for each in body.descendants() if each.name in INTERACTIONS]
