"""The three versions of QTI: their names, and one vocabulary to read and write all of them. Pure.

Inside this package everything is in the words of 2.x: `choiceInteraction`, `maxChoices`. Version
3.0 says `qti-choice-interaction`, `max-choices`.
"""

import re
from dataclasses import dataclass

from core.xml_input import Element
from question_bank.formats.xml_output import Raw, element

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")
_HYPHEN = re.compile(r"-([a-z])")


@dataclass(frozen=True)
class Version:
    """What differs between the versions when a package is written."""

    name: str
    namespace: str
    item_type: str
    test_type: str
    stimulus_type: str
    templates: str
    schema: str
    is_kebab: bool = False
    has_stimulus: bool = True

    def tag(self, name: str, /, *content: str, **attributes: str) -> Raw:
        """An element of QTI in the words of this version."""
        if not self.is_kebab:
            return element(name, *content, **attributes)
        renamed = {kebab(key): value for key, value in attributes.items()}
        return element("qti-" + kebab(name), *content, **renamed)


_IMS = "http://www.imsglobal.org"
VERSIONS = {
    "2.1": Version(
        "2.1",
        f"{_IMS}/xsd/imsqti_v2p1",
        "imsqti_item_xmlv2p1",
        "imsqti_test_xmlv2p1",
        "",
        f"{_IMS}/question/qti_v2p1/rptemplates/",
        "QTIv2.1 Package",
        has_stimulus=False,
    ),
    "2.2": Version(
        "2.2",
        f"{_IMS}/xsd/imsqti_v2p2",
        "imsqti_item_xmlv2p2",
        "imsqti_test_xmlv2p2",
        "imsqti_stimulus_xmlv2p2",
        f"{_IMS}/question/qti_v2p2/rptemplates/",
        "QTIv2.2 Package",
    ),
    "3.0": Version(
        "3.0",
        f"{_IMS}/xsd/imsqtiasi_v3p0",
        "imsqti_item_xmlv3p0",
        "imsqti_test_xmlv3p0",
        "imsqti_stimulus_xmlv3p0",
        "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/",
        "QTI Package",
        is_kebab=True,
    ),
}


def kebab(name: str) -> str:
    """maxChoices → max-choices."""
    return _CAPITAL.sub("-", name.rstrip("_")).lower()


def normalised(root: Element) -> Element:
    """The tree in the words of 2.x, whichever version it is written in."""
    open_ = [root]
    while open_:
        each = open_.pop()
        if each.name.startswith("qti-"):
            each.name = _camel(each.name.removeprefix("qti-"))
            each.attributes = {_camel(key): value for key, value in each.attributes.items()}
        open_ += each.elements
    return root


def _camel(name: str) -> str:
    return _HYPHEN.sub(lambda found: found[1].upper(), name)
