"""A year of the invented enterprise: which exams there were, who sat when, how well. Pure.

Everybody has an ability; teams differ a little, so that pass rates have something to say.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from question_bank.keys import (
    AnswerKey,
    BlanksKey,
    ChoiceKey,
    HotspotKey,
    MatchKey,
    OrderKey,
    RubricKey,
    VerdictKey,
)

Reply = list[int] | list[str] | list[list[int]] | dict[str, list[int]] | str | bool | None


@dataclass(frozen=True)
class PlannedExam:
    """One exam of the history: days are counted from today, negative in the past."""

    title: str
    opens_in_days: int
    closes_in_days: int
    # (type value, count, points in tenths)
    rows: tuple[tuple[str, int, int], ...]
    minutes: int
    pass_mark_tenths: int
    tries: int
    # names of teams and of posts that must sit it
    teams: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    module_keys: tuple[str, ...] = ()
    award: str | None = None
    is_draft: bool = False
    # Whether its written answers are marked by two people, with a third where they disagree.
    is_marked_twice: bool = False


FULL = (
    ("single_choice", 12, 40),
    ("multiple_choice", 4, 60),
    ("true_false", 7, 30),
    ("fill_blank", 1, 70),
)
SHORT = (("single_choice", 6, 100), ("true_false", 2, 100), ("multiple_choice", 2, 100))
# The same points with what only some modules have.
ON_SITE = (
    ("single_choice", 5, 100),
    ("true_false", 2, 100),
    ("multiple_choice", 2, 100),
    ("hotspot", 1, 100),
)
IN_STEPS = (
    ("single_choice", 5, 100),
    ("true_false", 1, 100),
    ("multiple_choice", 2, 100),
    ("ordering", 1, 100),
    ("matching", 1, 100),
)

# A case with a written part.
WRITTEN = (("case_analysis", 1, 1000),)

# code -> (name, months of validity)
KINDS: dict[str, tuple[str, int | None]] = {
    "AG": ("年度安规考试合格证", 12),
    "DH": ("动火监护人合格证", 12),
    "GQ": ("岗前安全培训合格证", None),
}


def planned_exams(year: int) -> list[PlannedExam]:
    """Last year's yearly exam, a few in between, this year's open one, one to come, one draft."""
    everybody = ("示例机械厂",)
    return [
        PlannedExam(
            f"{year - 1} 年度安规考试", -345, -331, FULL, 60, 800, 2, everybody, award="AG"
        ),
        PlannedExam(
            "动火监护人考试",
            -150,
            -136,
            ON_SITE,
            30,
            800,
            2,
            posts=("电焊工",),
            module_keys=("sop-hot-work",),
            award="DH",
        ),
        PlannedExam("安全生产月专题考试", -170, -142, SHORT, 30, 600, 1, ("三分厂", "四分厂")),
        PlannedExam(f"{year} 年度安规考试", -6, 8, FULL, 60, 800, 2, everybody, award="AG"),
        PlannedExam("岗前安全考试", -20, 40, SHORT, 30, 800, 3, ("冲压二班",), award="GQ"),
        PlannedExam(
            "能源隔离专题考试",
            12,
            20,
            IN_STEPS,
            30,
            800,
            1,
            ("机修车间",),
            module_keys=("sop-lockout",),
        ),
        PlannedExam("煤气区域作业考试", 25, 32, SHORT, 30, 800, 1, ("铸造车间",), is_draft=True),
        PlannedExam(
            "夜班补焊案例考试",
            -9,
            -3,
            WRITTEN,
            40,
            600,
            1,
            posts=("电焊工",),
            module_keys=("case-night-welding",),
            is_marked_twice=True,
        ),
    ]


@dataclass(frozen=True)
class PlannedSitting:
    """One go: who, when begun, how long it took, with which ability (0 to 1)."""

    person: int
    started_at: datetime
    spent: timedelta
    ability: float


def moment(day: date, hour: time, zone: ZoneInfo) -> datetime:
    """An hour of the enterprise's clock as the product tells moments: in UTC.

    A sitting's chain hashes moments as they are written, so another zone would break it.
    """
    return datetime.combine(day, hour, zone).astimezone(UTC)


def abilities(
    rng: random.Random, team_of: Mapping[int, str], weak_teams: Sequence[str]
) -> dict[int, float]:
    """How likely each person (by index) answers a question rightly."""
    level = {name: rng.gauss(0.90, 0.025) for name in sorted(set(team_of.values()))}
    for name in weak_teams:
        level[name] = 0.80
    return {
        person: min(0.995, max(0.45, rng.gauss(level[team], 0.06)))
        for person, team in sorted(team_of.items())
    }


def sittings(
    rng: random.Random,
    people: Sequence[int],
    ability: Mapping[int, float],
    *,
    opens_on: date,
    last_on: date,
    minutes: int,
    zone: ZoneInfo,
    share: float,
) -> list[PlannedSitting]:
    """First goes of a share of the people, in shifts between 07:00 and 20:00 of the window."""
    days = (last_on - opens_on).days
    planned = []
    for person in people:
        if rng.random() > share:
            continue
        day = opens_on + timedelta(days=rng.randint(0, max(0, days)))
        at = moment(day, time(rng.randint(7, 19), rng.randint(0, 59)), zone)
        spent = timedelta(seconds=rng.randint(minutes * 15, minutes * 50))
        planned.append(PlannedSitting(person, at, spent, ability[person]))
    return sorted(planned, key=lambda sitting: (sitting.started_at, sitting.person))


def reply(rng: random.Random, key: AnswerKey, ability: float) -> Reply:
    """What somebody of this ability answers; a few leave a question open."""
    return None if rng.random() < 0.01 else chosen(rng, key, ability)


def chosen(rng: random.Random, key: AnswerKey, ability: float) -> Reply:
    """What somebody chooses who leaves nothing open; 1 is always right, 0 always wrong."""
    is_right = rng.random() < ability
    if isinstance(key, VerdictKey):
        return key.verdict if is_right else not key.verdict
    if isinstance(key, BlanksKey):
        return [blank.written[0].strip('"') if is_right else "不知道" for blank in key.blanks]
    if isinstance(key, OrderKey):
        return _order(key, is_right)
    if isinstance(key, MatchKey):
        return _pairs(key, is_right)
    if isinstance(key, HotspotKey):
        return _spots(rng, key, is_right)
    if isinstance(key, RubricKey):
        said = [point.text for point in key.points if rng.random() < ability]
        return "；".join(said) or "记不清了"
    # A case has its parts.
    return _choice(rng, key, is_right) if isinstance(key, ChoiceKey) else None


def _order(key: OrderKey, is_right: bool) -> list[int]:
    """Who is wrong mixes up the first two steps."""
    first, second, *rest = key.item_ids
    return [first, second, *rest] if is_right else [second, first, *rest]


def _pairs(key: MatchKey, is_right: bool) -> list[list[int]]:
    """Who is wrong takes the last premise's option for the first one."""
    pairs = [[premise, option] for premise, option in key.pairs]
    if not is_right:
        pairs[0][1] = pairs[-1][1]
    return pairs


def _spots(rng: random.Random, key: HotspotKey, is_right: bool) -> dict[str, list[int]]:
    right = sorted(key.right)
    return {"options": right if is_right else sorted(rng.sample(right, max(1, len(right) - 1)))}


def _choice(rng: random.Random, key: ChoiceKey, is_right: bool) -> list[int]:
    right = sorted(key.right)
    if is_right:
        return right
    wrong = sorted(set(key.option_ids) - key.right)
    if len(right) == 1:
        return [rng.choice(wrong)]
    return sorted({*rng.sample(right, len(right) - 1), *rng.sample(wrong, min(1, len(wrong)))})
