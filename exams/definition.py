"""What an examiner states of an exam, and what in it cannot be; pure."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from core.errors import N_
from exams.admission import CODE_LEAST, CODE_MOST, MOST_RANGES, normalise_code
from exams.models import Exam, ExamKind, ExamState, LateAnswers, Reveal
from question_bank.keys import RuleName

MOST_MINUTES = 480
MOST_TRIES = 10
# Whole shifts to a day.
SHIFT_HOURS = (24, 12, 8, 4)
MOST_SHIFTS = 20
# Practice may be repeated as often as anybody will.
MOST_PRACTICE_TRIES = 100
MOST_WAIT_HOURS = 24 * 90
MOST_DELIVERY_MINUTES = 120
LONGEST_WINDOW = timedelta(days=366)
# Rules that can stand for 多选 where a question states none.
EXAM_RULES = (
    RuleName.ALL_OR_NOTHING,
    RuleName.HALF_IF_PARTIAL,
    RuleName.FIXED_IF_PARTIAL,
    RuleName.SHARE_PER_OPTION,
    RuleName.POINTS_PER_OPTION,
    RuleName.RIGHT_MINUS_WRONG,
    # For questions whose options have weights; the others stay all or nothing.
    RuleName.WEIGHTED,
)
# Rules that need a number of points beside them.
RULES_WITH_POINTS = (RuleName.FIXED_IF_PARTIAL, RuleName.POINTS_PER_OPTION)


@dataclass(frozen=True)
class ExamDefinition:
    """The fields of an exam that its examiner writes."""

    title: str
    instructions: str
    opens_at: datetime
    closes_at: datetime
    minutes: int
    pass_mark_tenths: int
    tries: int
    shuffles_questions: bool
    shuffles_options: bool
    scoring_rule: RuleName
    scoring_value_tenths: int | None
    reveal: Reveal
    kind: ExamKind = ExamKind.FINAL
    entry_minutes: int | None = None
    entry_until: datetime | None = None
    least_minutes: int = 0
    waits_for_start: bool = False
    entry_code: str | None = None
    address_ranges: tuple[str, ...] = ()
    wait_hours: int = 0
    proposes_standby: bool = False
    delivery_minutes: int = 10
    late_answers: LateAnswers = LateAnswers.CONFIRM
    result_reveal: Reveal = Reveal.AFTER_SUBMISSION
    marks_reveal: Reveal = Reveal.AFTER_SUBMISSION
    explanations_reveal: Reveal = Reveal.AFTER_WINDOW


@dataclass(frozen=True)
class DrawRules:
    """How even papers must be, and how much of a paper earlier shifts may have seen.

    None sets no limit. `planned_shifts` above 1 keeps fresh questions back for later shifts.
    """

    tolerance_tenths: int | None = None
    reuse_limit_percent: int | None = None
    shift_hours: int = 24
    planned_shifts: int = 1


@dataclass(frozen=True)
class Finding:
    """What cannot be, at which field, in words for the examiner."""

    field: str
    msgid: str
    values: dict[str, object]


class Phase(Enum):
    """Where an exam stands at a moment."""

    DRAFT = "draft"
    UPCOMING = "upcoming"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


def phase(exam: Exam, *, now: datetime) -> Phase:
    """Where an exam stands; the moments of opening and closing belong to the window."""
    if exam.state is ExamState.DRAFT:
        return Phase.DRAFT
    if exam.state is ExamState.WITHDRAWN:
        return Phase.WITHDRAWN
    if now < exam.opens_at:
        return Phase.UPCOMING
    return Phase.OPEN if now <= exam.closes_at else Phase.CLOSED


def definition_of(exam: Exam) -> ExamDefinition:
    """What stands in an exam's fields."""
    return ExamDefinition(
        title=exam.title,
        instructions=exam.instructions,
        opens_at=exam.opens_at,
        closes_at=exam.closes_at,
        minutes=exam.minutes,
        pass_mark_tenths=exam.pass_mark_tenths,
        tries=exam.tries,
        shuffles_questions=exam.shuffles_questions,
        shuffles_options=exam.shuffles_options,
        scoring_rule=RuleName(exam.scoring_rule),
        scoring_value_tenths=exam.scoring_value_tenths,
        reveal=exam.reveal,
        kind=exam.kind,
        entry_minutes=exam.entry_minutes,
        entry_until=exam.entry_until,
        least_minutes=exam.least_minutes,
        waits_for_start=exam.waits_for_start,
        entry_code=exam.entry_code,
        address_ranges=tuple(exam.address_ranges),
        wait_hours=exam.wait_hours,
        proposes_standby=exam.proposes_standby,
        delivery_minutes=exam.delivery_minutes,
        late_answers=exam.late_answers,
        result_reveal=exam.result_reveal,
        marks_reveal=exam.marks_reveal,
        explanations_reveal=exam.explanations_reveal,
    )


def draw_rules_of(exam: Exam) -> DrawRules:
    """How an exam wants its papers drawn."""
    return DrawRules(
        exam.tolerance_tenths,
        exam.reuse_limit_percent,
        exam.shift_hours,
        exam.planned_shifts,
    )


def draw_findings(rules: DrawRules) -> list[Finding]:
    """Everything in the rules of drawing that cannot be."""
    found = []
    limit = rules.reuse_limit_percent
    if rules.tolerance_tenths is not None and rules.tolerance_tenths <= 0:
        found.append(Finding("tolerance", N_("难易相差要大于 0 分；不限就空着"), {}))
    if limit is not None and not 0 <= limit < 100:
        found.append(Finding("reuse_limit", N_("重复上限填 0 到 99；不限就空着"), {}))
    if rules.shift_hours not in SHIFT_HOURS:
        found.append(Finding("shift_hours", N_("选多久算一批"), {}))
    if not 1 <= rules.planned_shifts <= MOST_SHIFTS:
        found.append(Finding("planned_shifts", N_("批数填 1 到 20"), {}))
    return found


def columns_of(definition: ExamDefinition) -> dict[str, Any]:
    """A definition as the columns of an exam."""
    return asdict(definition) | {
        "scoring_rule": definition.scoring_rule.value,
        "address_ranges": list(definition.address_ranges),
    }


def findings(definition: ExamDefinition, *, total_tenths: int) -> list[Finding]:
    """Everything in a definition that cannot be; a total of 0 means no blueprint yet."""
    found: list[Finding] = []

    def add(is_bad: bool, field: str, msgid: str, **values: object) -> None:
        if is_bad:
            found.append(Finding(field, msgid, values))

    minutes, tries, mark = definition.minutes, definition.tries, definition.pass_mark_tenths
    window = definition.closes_at - definition.opens_at
    add(not definition.title, "title", N_("写上考试名称"))
    add(len(definition.title) > 120, "title", N_("考试名称最多 120 字"))
    add(window <= timedelta(), "closes_at", N_("结束时间要晚于开始时间"))
    add(
        timedelta() < window < timedelta(minutes=min(minutes, MOST_MINUTES)),
        "closes_at",
        N_("考试窗口比时长还短，没有人能考满。把结束时间推后，或缩短时长"),
    )
    add(window > LONGEST_WINDOW, "closes_at", N_("考试窗口最长一年。把结束时间提前"))
    add(not 1 <= minutes <= MOST_MINUTES, "minutes", N_("时长填 1 到 480 分钟"))
    add(mark <= 0, "pass_mark", N_("及格线要大于 0 分"))
    add(
        0 < total_tenths < mark,
        "pass_mark",
        N_("及格线 %(mark)s 分高过总分 %(total)s 分。降低及格线，或先改抽题规则"),
        mark=points(mark),
        total=points(total_tenths),
    )
    is_practice = definition.kind is ExamKind.PRACTICE
    add(not is_practice and not 1 <= tries <= MOST_TRIES, "tries", N_("次数填 1 到 10"))
    add(is_practice and not 1 <= tries <= MOST_PRACTICE_TRIES, "tries", N_("练习次数填 1 到 100"))
    add(
        definition.scoring_rule in RULES_WITH_POINTS and not definition.scoring_value_tenths,
        "scoring_value",
        N_("写上给几分"),
    )
    return found + _entry_findings(definition) + _outcome_findings(definition)


def _entry_findings(definition: ExamDefinition) -> list[Finding]:
    """What cannot be of who may come in, and when."""
    entry, until = definition.entry_minutes, definition.entry_until
    code, ranges = definition.entry_code, definition.address_ranges
    checks: list[tuple[bool, str, str]] = [
        (
            entry is not None and not 1 <= entry <= MOST_MINUTES,
            "entry_minutes",
            N_("迟到几分钟不能进填 1 到 480，不限就空着"),
        ),
        (
            until is not None and not definition.opens_at <= until <= definition.closes_at,
            "entry_until",
            N_("最晚进场时间要在考试窗口里"),
        ),
        (
            not 0 <= definition.least_minutes <= definition.minutes,
            "least_minutes",
            N_("最早交卷填 0 到时长，0 就是不限"),
        ),
        (
            code is not None and not CODE_LEAST <= len(normalise_code(code)) <= CODE_MOST,
            "entry_code",
            N_("进场口令 4 到 20 个字，不用就空着"),
        ),
        (len(ranges) > MOST_RANGES, "address_ranges", N_("网段最多 50 个")),
    ]
    return [Finding(field, msgid, {}) for is_bad, field, msgid in checks if is_bad]


def _outcome_findings(definition: ExamDefinition) -> list[Finding]:
    """What cannot be of tries, of their consequences, and of what is shown when."""
    is_practice = definition.kind is ExamKind.PRACTICE
    checks: list[tuple[bool, str, str]] = [
        (
            not 0 <= definition.wait_hours <= MOST_WAIT_HOURS,
            "wait_hours",
            N_("间隔填 0 到 2160 小时，0 就是马上可以再考"),
        ),
        (
            definition.proposes_standby and is_practice,
            "proposes_standby",
            N_("练习不能提出待岗"),
        ),
        (
            definition.proposes_standby and not is_practice and definition.tries < 2,
            "proposes_standby",
            N_("没有补考就不能提出待岗。先把次数改成 2 次以上"),
        ),
        (
            not 0 <= definition.delivery_minutes <= MOST_DELIVERY_MINUTES,
            "delivery_minutes",
            N_("补交时间填 0 到 120 分钟"),
        ),
        (
            definition.tries > 1
            and not is_practice
            and definition.result_reveal in (Reveal.AFTER_WINDOW, Reveal.NEVER),
            "result_reveal",
            N_("有补考的考试，总分要交卷后就公布，不然没人知道自己要不要补考"),
        ),
        *(
            (
                reveal is Reveal.DURING and not is_practice,
                field,
                N_("只有练习可以边答边看。换一个时间，或改成练习"),
            )
            for field, reveal in reveals(definition).items()
        ),
    ]
    return [Finding(field, msgid, {}) for is_bad, field, msgid in checks if is_bad]


def reveals(definition: ExamDefinition) -> dict[str, Reveal]:
    """When each part of the outcome is shown, by its field."""
    return {
        "result_reveal": definition.result_reveal,
        "marks_reveal": definition.marks_reveal,
        "reveal": definition.reveal,
        "explanations_reveal": definition.explanations_reveal,
    }


def points(tenths: int) -> str:
    """Tenths of a point as points: 25 -> 2.5, 20 -> 2."""
    whole, rest = divmod(tenths, 10)
    return f"{whole}.{rest}" if rest else str(whole)


def as_data(row: Any) -> dict[str, Any]:
    """A frozen dataclass of this package as JSON data, for the audit log."""
    return {name: _plain(value) for name, value in asdict(row).items()}


def audited(definition: ExamDefinition) -> dict[str, Any]:
    """A definition for the audit log, which tells whether there is an entry code, never which."""
    return as_data(definition) | {"entry_code": definition.entry_code is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, datetime) else value
