"""What an export cannot keep: noted question by question, counted, and told in a report. Pure."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from core.errors import N_
from core.sentences import say


class LossKind(Enum):
    """How bad a loss is, the worst first; the first two need a person's consent."""

    LEFT_OUT = "left_out"
    SCORING = "scoring"
    LOST = "lost"
    APPROXIMATED = "approximated"


KIND_WORDS = {
    LossKind.LEFT_OUT: N_("没有写出"),
    LossKind.SCORING: N_("评分会变"),
    LossKind.LOST: N_("丢失"),
    LossKind.APPROXIMATED: N_("近似"),
}
NEEDS_CONSENT = (LossKind.LEFT_OUT, LossKind.SCORING)


@dataclass(frozen=True)
class Loss:
    """One field of one question that the file does not hold as the bank does."""

    public_id: str
    field: str
    kind: LossKind
    note: str = ""


@dataclass
class LossBook:
    """Collects the losses of one file while it is written."""

    losses: list[Loss] = field(default_factory=list)

    def lost(self, public_id: str, *fields: str) -> None:
        self.losses += [Loss(public_id, name, LossKind.LOST) for name in fields]

    def approximated(self, public_id: str, name: str, note: str) -> None:
        self.losses.append(Loss(public_id, name, LossKind.APPROXIMATED, note))

    def scoring(self, public_id: str, name: str, note: str) -> None:
        self.losses.append(Loss(public_id, name, LossKind.SCORING, note))

    def left_out(self, public_id: str, name: str, note: str) -> None:
        self.losses.append(Loss(public_id, name, LossKind.LEFT_OUT, note))


@dataclass(frozen=True)
class WrittenFile:
    """A finished file: its bytes, the ending its name should have, and what it does not hold."""

    data: bytes
    suffix: str
    written: int
    losses: tuple[Loss, ...]

    @property
    def needs_consent(self) -> bool:
        return any(loss.kind in NEEDS_CONSENT for loss in self.losses)

    def questions_with(self, kind: LossKind) -> list[str]:
        """The ids of the questions with a loss of this kind, in the order of the file."""
        found = [loss.public_id for loss in self.losses if loss.kind is kind]
        return list(dict.fromkeys(found))


@dataclass(frozen=True)
class LossCount:
    """How many questions have one kind of loss in one field."""

    kind: LossKind
    field: str
    questions: int


def counted(losses: Sequence[Loss]) -> list[LossCount]:
    """The losses by kind and field, the worst kind first, then the most frequent."""
    found = Counter(
        (kind, name) for kind, name, _ in {(x.kind, x.field, x.public_id) for x in losses}
    )
    order = list(LossKind)
    counts = [LossCount(kind, name, number) for (kind, name), number in found.items()]
    return sorted(counts, key=lambda each: (order.index(each.kind), -each.questions, each.field))


def report_text(file: WrittenFile, *, format_label: str, speak: Callable[[str], str] = str) -> str:
    """The report that lies beside the file: figures first, then every loss by question.

    `speak` says its sentences in another language.
    """
    kinds = {kind: speak(word) for kind, word in KIND_WORDS.items()}
    lines = [
        speak(say(N_("导出格式：%(label)s"), label=say(format_label))),
        speak(say(N_("写出 %(count)s 题"), count=file.written)),
    ]
    if not file.losses:
        return "\n".join([*lines, speak(N_("没有丢失任何内容")), ""])
    lines += ["", speak(N_("合计"))]
    for count in counted(file.losses):
        number = speak(say(N_("%(count)s 题"), count=count.questions))
        lines.append(f"{kinds[count.kind]}\t{speak(count.field)}\t{number}")
    lines += ["", speak(N_("逐题"))]
    for loss in file.losses:
        note = f"\t{speak(loss.note)}" if loss.note else ""
        lines.append(f"{loss.public_id}\t{kinds[loss.kind]}\t{speak(loss.field)}{note}")
    return "\n".join([*lines, ""])
