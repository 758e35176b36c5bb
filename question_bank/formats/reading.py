"""An item while it is being read, and the checks that every format shares. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from core.comparable import comparable
from core.errors import N_
from core.sentences import say
from question_bank.answers import BadForm, accepted_form
from question_bank.authoring.blanks import BLANK
from question_bank.authoring.choices import FEWEST, MOST, letter_of
from question_bank.formats.items import AcceptedText, Answer, ForeignItem, ItemStatus, Remark
from question_bank.keys import QuestionType, ScoringPoint, ScoringRule

CHOICES = (QuestionType.SINGLE_CHOICE, QuestionType.MULTIPLE_CHOICE)
LONGEST_TEXT = 20_000
FEWEST_TO_ORDER = 3


@dataclass
class Reading:
    """What has been read of an item so far; the fields mean what those of ForeignItem mean."""

    line: int | None = None
    cell: str | None = None
    type: QuestionType | None = None
    stem: str = ""
    options: list[str] = field(default_factory=list)
    weights: list[Fraction] | None = None
    answer: Answer = None
    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    title: str = ""
    explanation: str = ""
    feedback: dict[int, str] = field(default_factory=dict)
    difficulty: int | None = None
    tags: list[str] = field(default_factory=list)
    reference: str = ""
    points_tenths: int | None = None
    rule: ScoringRule | None = None
    last_option_pinned: bool = False
    external_id: str = ""
    positions: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    scoring_points: list[ScoringPoint] = field(default_factory=list)
    model_answer: str = ""
    distractors: list[str] = field(default_factory=list)
    images: dict[str, bytes] = field(default_factory=dict)
    parts: list[ForeignItem] = field(default_factory=list)
    is_material: bool = False

    def error(self, code: str, message: str) -> None:
        self.errors.append(Remark(code, message))

    def warn(self, code: str, message: str) -> None:
        remark = Remark(code, message)
        if remark not in self.warnings:
            self.warnings.append(remark)

    def take_part(self, part: ForeignItem) -> None:
        """Add a sub-question to a case, which is refused with any of them."""
        before: list[tuple[Remark, ...]] = [()] * len(self.parts)
        self.parts.append(part)
        self.errors += lifted([*before, part.errors])
        for remark in lifted([*before, part.warnings]):
            self.warn(remark.code, remark.message)

    def item(self) -> ForeignItem:
        """The finished item: refused with any error, else material or to be imported."""
        status = ItemStatus.MATERIAL if self.is_material else ItemStatus.IMPORT
        if self.errors:
            status = ItemStatus.REFUSE
        return ForeignItem(
            status=status,
            type=self.type,
            stem=self.stem.strip(),
            line=self.line,
            cell=self.cell,
            options=tuple(self.options),
            weights=None if self.weights is None else tuple(self.weights),
            answer=self.answer,
            errors=tuple(self.errors),
            warnings=tuple(self.warnings),
            title=self.title,
            explanation=self.explanation.strip(),
            feedback=dict(self.feedback),
            difficulty=self.difficulty,
            tags=tuple(dict.fromkeys(tag for tag in self.tags if tag)),
            reference=self.reference.strip(),
            points_tenths=self.points_tenths,
            rule=self.rule,
            last_option_pinned=self.last_option_pinned,
            external_id=self.external_id,
            positions=tuple(self.positions),
            facts=tuple(self.facts),
            scoring_points=tuple(self.scoring_points),
            model_answer=self.model_answer.strip(),
            distractors=tuple(self.distractors),
            images=dict(self.images),
            parts=tuple(self.parts),
        )


def lifted(remarks: Iterable[Sequence[Remark]]) -> tuple[Remark, ...]:
    """What is said of each sub-question of a case, said of the case."""
    return tuple(
        Remark(
            remark.code,
            say(N_("小题 %(number)s：%(message)s"), number=number, message=say(remark.message)),
        )
        for number, each in enumerate(remarks, start=1)
        for remark in each
    )


def check(reading: Reading) -> None:
    """Add the errors that would make a question of the bank impossible, whatever the format."""
    if reading.is_material:
        return
    if not comparable(reading.stem.replace(BLANK, "")):
        reading.error("E517", N_("没有题干"))
    texts = [reading.stem, reading.explanation, reading.model_answer, *reading.options]
    if any(len(text) > LONGEST_TEXT for text in texts):
        reading.error(
            "E518", say(N_("文字太长，一处最多 %(longest_text)s 个字"), longest_text=LONGEST_TEXT)
        )
    if reading.type in CHOICES:
        _check_choices(reading)
    elif reading.type is QuestionType.MATCHING:
        _check_premises(reading)
    elif reading.type is QuestionType.ORDERING and len(reading.options) < FEWEST_TO_ORDER:
        reading.error(
            "E213",
            say(
                N_("排序题至少 %(fewest_to_order)s 项，只读到 %(count)s 项"),
                fewest_to_order=FEWEST_TO_ORDER,
                count=len(reading.options),
            ),
        )


def _check_premises(reading: Reading) -> None:
    pairs = reading.answer if isinstance(reading.answer, tuple) else ()
    lefts = [comparable(str(pair[0])) for pair in pairs if isinstance(pair, tuple)]
    if len(set(lefts)) < len(lefts):
        reading.error("E204", N_("匹配题的左边有两项相同"))


def _check_choices(reading: Reading) -> None:
    options = reading.options
    if len(options) < FEWEST:
        reading.error("E512", say(N_("选项不到两个，只读到 %(count)s 个"), count=len(options)))
    if len(options) > MOST:
        reading.error(
            "E220", say(N_("有 %(count)s 个选项，最多 %(most)s 个"), count=len(options), most=MOST)
        )
    first: dict[str, int] = {}
    for index, option in enumerate(options):
        text = comparable(option)
        if not text:
            if any(remark.code == "E501" for remark in reading.errors):
                continue
            reading.error("E205", say(N_("选项 %(index)s 没有内容"), index=letter_of(index)))
        elif text in first:
            both = {"first": letter_of(first[text]), "second": letter_of(index)}
            reading.error("E204", say(N_("选项 %(first)s 和 %(second)s 相同"), **both))
        else:
            first[text] = index
    right = reading.answer if isinstance(reading.answer, tuple) else ()
    if reading.type is QuestionType.SINGLE_CHOICE and len(right) > 1:
        shown = "、".join(letter_of(index) for index in right if isinstance(index, int))
        reading.error(
            "E513",
            say(N_("单选题有 %(count)s 个正确选项（%(shown)s）"), count=len(right), shown=shown),
        )
    if reading.type is QuestionType.MULTIPLE_CHOICE and len(right) == 1 and not reading.errors:
        reading.warn("W204", N_("多选题只有一个正确选项，若属实请改为单选"))
    if options and _refers_to_the_others(options[-1]):
        reading.last_option_pinned = True


def _refers_to_the_others(option: str) -> bool:
    """Whether an option such as 以上都是 only makes sense as the last one."""
    text = comparable(option).strip("。.,，")
    return len(text) <= 12 and text.startswith(
        ("以上", "上述", "都对", "都是", "都不", "均", "全部", "allofthe", "noneofthe")
    )


def accepted(text: str, percent: Fraction = Fraction(100)) -> AcceptedText:
    """A text as an accepted form in our syntax.

    What begins like a number or a range and is none is put in quotes, to be compared as text.
    """
    cleaned = " ".join(text.split())
    try:
        accepted_form(cleaned)
    except BadForm:
        cleaned = f'"{cleaned}"'
    return AcceptedText(cleaned, percent)
