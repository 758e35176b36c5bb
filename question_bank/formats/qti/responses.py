"""Declared responses of a QTI item and how they score, as far as our rules can say it. Pure."""

import re
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from core.xml_input import Element

_NUMBER = re.compile(r"[-+]?\d{1,12}(?:\.\d{1,12})?(?:[eE][-+]?\d{1,2})?")


class Scoring(Enum):
    """The ways of response processing that are understood."""

    NONE = "none"
    MATCH = "match"
    MAP = "map"
    # All points for all, a part of them for a choice of nothing wrong.
    PARTIAL = "partial"
    POSITIONS = "positions"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Declaration:
    """One response variable: what is right and what each value is worth."""

    identifier: str
    cardinality: str
    base_type: str
    correct: tuple[str, ...]
    mapping: dict[str, Fraction]
    default: Fraction


@dataclass(frozen=True)
class Processing:
    """How an item is scored."""

    scoring: Scoring
    # Of PARTIAL: what a part earns.
    part: Fraction | None = None
    # (below, above, whether in percent) by response.
    tolerances: dict[str, tuple[str, str, bool]] | None = None


def declarations_of(item: Element) -> dict[str, Declaration]:
    """The declared responses by their identifiers."""
    found = [_declaration(each) for each in item.all("responseDeclaration")]
    return {each.identifier: each for each in found}


def processing_of(item: Element) -> Processing:
    """How the item is scored."""
    processing = item.first("responseProcessing")
    if processing is None:
        return Processing(Scoring.NONE)
    template = processing.get("template").rsplit("/", 1)[-1].removesuffix(".xml")
    if template:
        known = {"match_correct": Scoring.MATCH, "map_response": Scoring.MAP}
        return Processing(known.get(template, Scoring.UNKNOWN))
    parts = list(processing.descendants())
    names = {each.name for each in parts}
    tolerances = {}
    for equal in (each for each in parts if each.name == "equal"):
        variable = equal.first("variable")
        if variable is not None:
            tolerances[variable.get("identifier")] = _tolerance(equal)
    if "contains" in names and "match" in names:
        part = _part(processing)
        return Processing(Scoring.PARTIAL if part else Scoring.UNKNOWN, part)
    if "index" in names:
        return Processing(Scoring.POSITIONS)
    if "mapResponse" in names or (tolerances and "sum" in names):
        return Processing(Scoring.MAP, tolerances=tolerances)
    if ("match" in names and "correct" in names) or tolerances:
        return Processing(Scoring.MATCH, tolerances=tolerances)
    if "setOutcomeValue" in names and not names & {"variable", "customOperator"}:
        return Processing(Scoring.NONE)
    return Processing(Scoring.UNKNOWN)


def number(written: str) -> Fraction | None:
    """A number as QTI writes it, None for anything else."""
    found = _NUMBER.fullmatch(written.strip())
    return Fraction(found[0]) if found else None


def _declaration(element: Element) -> Declaration:
    correct = element.first("correctResponse")
    mapping = element.first("mapping")
    entries: dict[str, Fraction] = {}
    for entry in mapping.all("mapEntry") if mapping is not None else []:
        worth = number(entry.get("mappedValue", "0"))
        entries[entry.get("mapKey")] = worth or Fraction(0)
    default = number(mapping.get("defaultValue", "0")) if mapping is not None else None
    return Declaration(
        identifier=element.get("identifier"),
        cardinality=element.get("cardinality", "single"),
        base_type=element.get("baseType"),
        correct=tuple(
            " ".join(value.all_text.split())
            for value in (correct.all("value") if correct is not None else [])
        ),
        mapping=entries,
        default=default or Fraction(0),
    )


def _tolerance(equal: Element) -> tuple[str, str, bool]:
    mode = equal.get("toleranceMode", "exact")
    values = equal.get("tolerance").split()
    if mode == "exact" or not values or any(number(value) is None for value in values):
        return "0", "0", False
    return values[0], values[-1], mode == "relative"


def _part(processing: Element) -> Fraction | None:
    """What a choice of some right options earns, where a branch asks `contains`."""
    for branch in processing.find_all("responseElseIf"):
        if branch.find_all("contains"):
            values = branch.find_all("baseValue")
            return number(values[-1].all_text) if values else None
    return None
