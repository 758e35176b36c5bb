"""A question as read from a foreign file: what it says, and what is wrong with it. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from typing import Any

from core.sentences import as_data
from question_bank.drafts import QuestionDraft
from question_bank.keys import QuestionType, ScoringPoint, ScoringRule


class ItemStatus(Enum):
    """What an import would do with an item."""

    IMPORT = "import"
    REFUSE = "refuse"
    # Text that is no question, such as the description before a case.
    MATERIAL = "material"
    # Equal, but for blanks, width and the order of options, to a question before it or in the bank.
    DUPLICATE = "duplicate"


@dataclass(frozen=True)
class Remark:
    """An error (E5xx, E2xx) or a warning (W5xx) of one item, in words for the trainer."""

    code: str
    message: str


def told_data(remark: Remark) -> dict[str, Any]:
    """A remark as it is kept; `said` lets a page tell it in another language."""
    return {"code": remark.code, "message": str(remark.message), "said": as_data(remark.message)}


@dataclass(frozen=True)
class AcceptedText:
    """One accepted form of a blank; below 100 it earns a part of the blank's points."""

    text: str
    percent: Fraction = Fraction(100)


# By type: indexes of the right options from 0; a verdict; for each blank its accepted forms;
# (premise, option) texts; the items in the right order. None where nothing was read.
Answer = (
    tuple[int, ...]
    | bool
    | tuple[tuple[AcceptedText, ...], ...]
    | tuple[tuple[str, str], ...]
    | tuple[str, ...]
    | None
)


@dataclass(frozen=True)
class ForeignItem:
    """One item in file order. `stem`, `options` and the other texts are Markdown.

    `line` counts from 1 where the source has lines; `cell` is like `Sheet1!C5` where it has cells.
    The stem of a refused item is there as far as it was read. In the stem of a fill_blank each
    blank is `____`.
    """

    status: ItemStatus
    type: QuestionType | None
    stem: str
    line: int | None = None
    cell: str | None = None
    options: tuple[str, ...] = ()
    # Percent per option, only where the file gives any.
    weights: tuple[Fraction, ...] | None = None
    answer: Answer = None
    errors: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()
    title: str = ""
    explanation: str = ""
    # By option index.
    feedback: Mapping[int, str] = field(default_factory=dict)
    difficulty: int | None = None
    tags: tuple[str, ...] = ()
    # 依据 as written in the file; whether it can be resolved is found out against the bank.
    reference: str = ""
    points_tenths: int | None = None
    rule: ScoringRule | None = None
    last_option_pinned: bool = False
    external_id: str = ""
    positions: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    scoring_points: tuple[ScoringPoint, ...] = ()
    model_answer: str = ""
    # Items of the right column of a matching question that belong to nothing.
    distractors: tuple[str, ...] = ()
    # Pictures by the path that the texts name.
    images: Mapping[str, bytes] = field(default_factory=dict)
    # Sub-questions of a case.
    parts: "tuple[ForeignItem, ...]" = ()
    # The whole question where the file is in our own syntax or model: it holds what the fields
    # above cannot, such as regions of a picture, and is what an import takes over.
    draft: QuestionDraft | None = None


# The bytes of a file and its name → its items; raises core.errors.Conflict with a clear sentence
# when the file as a whole cannot be read.
Reader = Callable[[bytes, str], list[ForeignItem]]
