"""An item while it is being written. Pure."""

from dataclasses import dataclass

from core.errors import N_
from core.sentences import say
from question_bank.formats.exported import ExportedQuestion, rule_words
from question_bank.formats.losses import LossBook
from question_bank.formats.qti.content import body_of, inline_of
from question_bank.formats.qti.scoring import Scorer
from question_bank.formats.qti.vocabulary import Version
from question_bank.formats.xml_output import Raw, element
from question_bank.keys import RuleName


@dataclass(frozen=True)
class Parts:
    """What the type decides: variables, body and processing."""

    declarations: list[Raw]
    body: Raw
    processing: Raw | None


@dataclass(frozen=True)
class Job:
    """One item on its way."""

    question: ExportedQuestion
    version: Version
    scorer: Scorer
    book: LossBook

    @property
    def rule(self) -> RuleName | None:
        rule = self.question.draft.rule
        return rule.name if rule else None

    def tag(self, name: str, /, *content: str, **attributes: str) -> Raw:
        return self.version.tag(name, *content, **attributes)

    def stem(self) -> Raw:
        return element("div", body_of(self.question.draft.stem, self.question.images))

    def inline(self, markdown: str) -> Raw:
        return inline_of(markdown, self.question.images)

    def rule_changes(self, to: str) -> None:
        words = rule_words(self.question.draft.rule)
        self.book.scoring(
            self.question.public_id,
            N_("给分"),
            say(N_("“%(words)s”写成%(to)s"), words=words, to=say(to)),
        )
