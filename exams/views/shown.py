"""Values that several of the examiner's pages show: pages of a list, blueprint rows, audience."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import request
from flask_babel import gettext as _
from markupsafe import Markup

from core.pages import say_moment, show_clock, show_moment, show_points
from exams.blueprint import RowSpec
from exams.queries.bank import FoundQuestion
from exams.queries.publication import PersonsNeeded
from exams.queries.stale import StaleRow
from exams.views.words import say_difficulty
from question_bank.views.listing import TYPE_NAMES

# Of a fixed question, so much names it in a table.
LONGEST_STEM = 40


@dataclass(frozen=True)
class Paging:
    """Where a list stands: "第 21—40 条，共 56 条"."""

    page: int
    size: int
    total: int

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size

    @property
    def first(self) -> int:
        return self.offset + 1

    @property
    def last(self) -> int:
        return min(self.offset + self.size, self.total)

    @property
    def previous(self) -> int | None:
        return self.page - 1 if self.page > 1 else None

    @property
    def next(self) -> int | None:
        return self.page + 1 if self.last < self.total else None


def paging(total: int, *, size: int) -> Paging:
    """The page that the address asks for, kept within what there is."""
    pages = max(1, -(-total // size))
    asked = request.args.get("page", "1")
    page = int(asked) if asked.isdecimal() and len(asked) < 7 else 1
    return Paging(min(max(page, 1), pages), size, total)


@dataclass(frozen=True)
class ShownRow:
    """One row of a blueprint in words; what it may draw where that is known."""

    position: int
    source: str
    type: str
    difficulty: str
    count: int
    points: str
    subtotal: str
    available: int
    withdrawn: int
    is_fixed: bool
    is_must_pass: bool
    section_title: str
    # How many of its questions the bank has retired since, and how many wait there for a review.
    retired: int = 0
    in_review: int = 0

    @property
    def is_short(self) -> bool:
        return self.available < self.count


def shown_rows(
    rows: Sequence[RowSpec],
    titles: Mapping[str, str],
    available: Sequence[int],
    withdrawn: Sequence[int] | None = None,
    *,
    clauses: Mapping[str, str],
    fixed: Mapping[str, FoundQuestion],
    stale: Sequence[StaleRow] = (),
) -> list[ShownRow]:
    """Blueprint rows in words; `clauses` are the labels of clauses as module#anchor, `fixed` the
    fixed questions by their ids.
    """
    taken_out = withdrawn if withdrawn is not None else [0] * len(rows)
    gone = stale or [StaleRow()] * len(rows)
    return [
        ShownRow(
            position=position,
            source=say_source(row, titles, clauses, fixed),
            type=_say_type(row, fixed),
            difficulty=say_difficulty(row.difficulty_min, row.difficulty_max),
            count=row.count,
            points=show_points(row.points_tenths),
            subtotal=show_points(row.count * row.points_tenths),
            available=available[position - 1],
            withdrawn=taken_out[position - 1],
            is_fixed=row.question is not None,
            is_must_pass=row.is_must_pass,
            section_title=row.section_title or "",
            retired=gone[position - 1].retired,
            in_review=gone[position - 1].in_review,
        )
        for position, row in enumerate(rows, start=1)
    ]


def _say_type(row: RowSpec, fixed: Mapping[str, FoundQuestion]) -> str:
    found = fixed.get(row.question) if row.question else None
    kind = found.type if found else row.type
    return str(TYPE_NAMES[kind]) if kind else str(_("不限"))


def say_source(
    row: RowSpec,
    titles: Mapping[str, str],
    clauses: Mapping[str, str],
    fixed: Mapping[str, FoundQuestion],
) -> str:
    """The fixed question, or the module's title or the tag with the clause, or the whole bank."""
    if row.question is not None:
        found = fixed.get(row.question)
        stem = Markup(found.stem_html).striptags() if found else row.question
        is_long = len(stem) > LONGEST_STEM
        return str(_("指定题：%(stem)s", stem=f"{stem[:LONGEST_STEM]}…" if is_long else stem))
    named = []
    if row.module_key is not None:
        named.append(titles.get(row.module_key, row.module_key))
    if row.tag is not None:
        named.append(str(_("标签：%(tag)s", tag=row.tag)))
    if row.clause is not None:
        named.append(str(_("条款：%(clause)s", clause=clauses.get(row.clause, row.clause))))
    return str(_("，")).join(named) or str(_("整个题库"))


def say_persons(needed: PersonsNeeded) -> str:
    """Which rows need people, and how many are appointed."""
    rows = _("、").join(map(str, needed.positions))
    words = _(
        "第 %(rows)s 行会抽到要人工阅卷的题，已任命 %(n)s 人阅卷，%(judges)s 人裁定",
        rows=rows,
        n=needed.markers,
        judges=needed.adjudicators,
    )
    if needed.is_short and needed.wanted > 1:
        return str(_("%(words)s。每份要两人阅、一人裁定，人不够就出不了成绩", words=words))
    if needed.is_short:
        return str(_("%(words)s。没有人阅卷就出不了成绩", words=words))
    return str(words)


def show_window(opens_at: datetime, closes_at: datetime) -> str:
    """2026-03-02 08:00 至 2026-03-06 18:00, for tables."""
    opens, closes = show_moment(opens_at), show_moment(closes_at)
    if opens[:10] == closes[:10]:
        closes = closes[11:]
    return str(_("%(opens)s 至 %(closes)s", opens=opens, closes=closes))


def say_window(opens_at: datetime, closes_at: datetime) -> str:
    """3 月 2 日（周一）08:00 至 3 月 6 日（周五）18:00; the second day only where it differs."""
    opens, closes = say_moment(opens_at), say_moment(closes_at)
    if opens[:-5] == closes[:-5]:
        closes = show_clock(closes_at)[:5]
    return str(_("%(opens)s 至 %(closes)s", opens=opens, closes=closes))
