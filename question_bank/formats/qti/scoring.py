"""How an item of ours is scored, in the words of QTI's response processing. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from question_bank.formats.decimals import decimal
from question_bank.formats.qti.vocabulary import Version
from question_bank.formats.xml_output import Raw, element

RESPONSE = "RESPONSE"
EXPLANATION = "EXPLANATION"


@dataclass(frozen=True)
class Scorer:
    """Writes processing for one item that earns `most` points."""

    version: Version
    most: Fraction
    has_feedback: bool
    # Whether the chosen identifiers are feedback identifiers too.
    has_option_feedback: bool = False

    def declaration(
        self,
        base_type: str,
        cardinality: str,
        correct: Sequence[str],
        *,
        identifier: str = RESPONSE,
        mapping: Raw | None = None,
    ) -> Raw:
        """A response variable."""
        tag = self.version.tag
        parts = []
        if correct:
            values = [tag("value", value) for value in correct]
            parts.append(tag("correctResponse", *values))
        if mapping is not None:
            parts.append(mapping)
        return tag(
            "responseDeclaration",
            *parts,
            identifier=identifier,
            cardinality=cardinality,
            baseType=base_type,
        )

    def mapping(
        self,
        entries: Sequence[tuple[str, Fraction]],
        *,
        upper: Fraction | None = None,
        is_text: bool = False,
        default: Fraction = Fraction(0),
    ) -> Raw:
        """What each value is worth in points; the sum is never below nothing."""
        tag = self.version.tag
        case = {"caseSensitive": "false"} if is_text else {}
        made = [
            tag("mapEntry", mapKey=key, mappedValue=decimal(worth), **case)
            for key, worth in entries
        ]
        bounds = {} if is_text else {"lowerBound": "0"}
        if upper is not None:
            bounds["upperBound"] = decimal(upper)
        return tag("mapping", *made, defaultValue=decimal(default), **bounds)

    def match(self) -> Raw:
        """All points for exactly the correct response."""
        if not self.has_feedback and self.most == 1:
            return self._template("match_correct")
        return self.whole(self._if(self._is_correct(), self.score(self.most)))

    def mapped(self) -> Raw:
        """The sum of what the chosen values are worth."""
        if not self.has_feedback:
            return self._template("map_response")
        value = self.version.tag("mapResponse", identifier=RESPONSE)
        return self.whole(self._set("SCORE", value))

    def partial(self, part: Fraction) -> Raw:
        """All points for all; `part` for some and nothing wrong."""
        tag = self.version.tag
        chosen = tag("variable", identifier=RESPONSE)
        some = tag("not", tag("isNull", chosen))
        inside = tag("contains", tag("correct", identifier=RESPONSE), chosen)
        branch = tag("responseElseIf", tag("and", some, inside), self.score(part))
        first = tag("responseIf", self._is_correct(), self.score(self.most))
        return self.whole(tag("responseCondition", first, branch))

    def positions(self, identifiers: Sequence[str]) -> Raw:
        """A share for each that stands in its place."""
        tag = self.version.tag
        share = self.most / len(identifiers)
        conditions = []
        for place, name in enumerate(identifiers, start=1):
            chosen = tag("index", tag("variable", identifier=RESPONSE), n=str(place))
            is_there = tag("match", chosen, self.value("identifier", name))
            conditions.append(self._if(is_there, self.plus(self.value("float", decimal(share)))))
        return self.whole(*conditions)

    def whole(self, *parts: Raw) -> Raw:
        """Response processing that also chooses the feedback."""
        feedback = []
        if self.has_feedback:
            said = self.value("identifier", EXPLANATION)
            chosen = [self.version.tag("variable", identifier=RESPONSE)]
            values = [*(chosen if self.has_option_feedback else []), said]
            feedback = [self._set("FEEDBACK", self.version.tag("multiple", *values))]
        return self.version.tag("responseProcessing", *parts, *feedback)

    def score(self, points: Fraction) -> Raw:
        return self._set("SCORE", self.value("float", decimal(points)))

    def plus(self, amount: Raw) -> Raw:
        tag = self.version.tag
        return self._set("SCORE", tag("sum", tag("variable", identifier="SCORE"), amount))

    def value(self, base_type: str, value: str) -> Raw:
        return self.version.tag("baseValue", value, baseType=base_type)

    def condition(self, is_met: Raw, then: Raw) -> Raw:
        return self._if(is_met, then)

    def outcomes(self) -> list[Raw]:
        """The outcome variables of the item."""
        tag = self.version.tag

        def number(name: str, value: Fraction) -> Raw:
            default = tag("defaultValue", tag("value", decimal(value)))
            return tag(
                "outcomeDeclaration",
                default,
                identifier=name,
                cardinality="single",
                baseType="float",
            )

        made = [number("SCORE", Fraction(0)), number("MAXSCORE", self.most)]
        if self.has_feedback:
            made.append(
                tag(
                    "outcomeDeclaration",
                    identifier="FEEDBACK",
                    cardinality="multiple",
                    baseType="identifier",
                )
            )
        return made

    def _is_correct(self) -> Raw:
        tag = self.version.tag
        chosen = tag("variable", identifier=RESPONSE)
        return tag("match", chosen, tag("correct", identifier=RESPONSE))

    def _if(self, is_met: Raw, then: Raw) -> Raw:
        tag = self.version.tag
        return tag("responseCondition", tag("responseIf", is_met, then))

    def _set(self, name: str, value: Raw) -> Raw:
        return self.version.tag("setOutcomeValue", value, identifier=name)

    def _template(self, name: str) -> Raw:
        address = self.version.templates + name
        ending = ".xml" if self.version.is_kebab else ""
        return self.version.tag("responseProcessing", template=address + ending)


def picture(source: str, kind: str, alt: str, width: int, height: int) -> Raw:
    """A picture on which something is pointed at."""
    size = {"width": str(width), "height": str(height)}
    return element("object", alt, data=source, type=kind, **size)
