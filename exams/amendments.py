"""What may still change in a published exam so that it stays fair; pure.

People have learned and come by the published rules: they may be relaxed, never tightened, and what
decides on marks stands once anybody has begun.
"""

from typing import Any

from core.errors import N_
from exams.admission import widens
from exams.definition import ExamDefinition, Finding, reveals
from exams.models import Reveal

# From the earliest to never.
ORDER = tuple(Reveal)
# What no amendment reaches, and why; shown beside the form.
LOCKED = (
    N_("题池、每题的分值、题目和选项乱不乱序、多选题怎么给分：每人的卷子要一样公平，发布后不能改"),
    N_("考试还是练习、开始时间：考生已经按它安排，发布后不能改"),
)
LOCKED_ONCE_BEGUN = N_("及格线、补交的答案怎么算：已经有人开考，不能再改")
STANDS_ELSEWHERE = N_("结束时间和时长：在“推后结束、加时长”里改，只能推后、加长")


def amendment_findings(
    before: ExamDefinition, after: ExamDefinition, *, has_begun: bool
) -> list[Finding]:
    """Every change that would be unfair, at its field."""
    checks = [*_relaxed(before, after), *(_fixed(before, after) if has_begun else ())]
    checks += [
        (
            ORDER.index(reveals(after)[field]) < ORDER.index(reveal),
            field,
            N_("公布只能推后，不能提前"),
        )
        for field, reveal in reveals(before).items()
    ]
    return [Finding(field, msgid, {}) for is_bad, field, msgid in checks if is_bad]


def _relaxed(before: ExamDefinition, after: ExamDefinition) -> list[tuple[bool, str, str]]:
    """What may only become easier, at any time."""
    return [
        (after.tries < before.tries, "tries", N_("次数只能加，不能减")),
        (after.wait_hours > before.wait_hours, "wait_hours", N_("间隔只能缩短")),
        (
            not _is_later(before.entry_minutes, after.entry_minutes),
            "entry_minutes",
            N_("最晚进场只能推后或取消"),
        ),
        (
            not _is_later(before.entry_until, after.entry_until),
            "entry_until",
            N_("最晚进场只能推后或取消"),
        ),
        (after.least_minutes > before.least_minutes, "least_minutes", N_("最早交卷只能提前")),
        (
            after.proposes_standby and not before.proposes_standby,
            "proposes_standby",
            N_("发布后不能再加待岗，只能取消"),
        ),
        (
            after.delivery_minutes < before.delivery_minutes,
            "delivery_minutes",
            N_("补交时间只能加长"),
        ),
    ]


def _fixed(before: ExamDefinition, after: ExamDefinition) -> list[tuple[bool, str, str]]:
    """What stands once anybody has begun."""
    return [
        (
            after.pass_mark_tenths != before.pass_mark_tenths,
            "pass_mark",
            N_("已经有人开考，及格线不能再改"),
        ),
        (
            after.late_answers is not before.late_answers,
            "late_answers",
            N_("已经有人开考，补交的答案怎么算不能再改"),
        ),
        (
            after.waits_for_start and not before.waits_for_start,
            "waits_for_start",
            N_("已经有人开考，不能再改成等监考人宣布"),
        ),
        (
            not widens(before.address_ranges, after.address_ranges),
            "address_ranges",
            N_("已经有人开考，网段只能加，不能减"),
        ),
    ]


def _is_later(before: Any, after: Any) -> bool:
    """Whether a limit, of which None is the latest, did not move forward."""
    return after is None or (before is not None and after >= before)
