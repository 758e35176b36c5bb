"""What a process remembers of question versions: they never change, so each is read once.

One object a version, in three parts that are kept apart on purpose: what the draw needs, what a
candidate may see, and the key, which reaches no page before the answers are revealed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from exams.chain import digest
from exams.drawing import PoolOption, PoolVersion
from question_bank.keys import (
    AnswerKey,
    BlanksKey,
    ChoiceKey,
    QuestionType,
    RuleName,
    ScoringRule,
    VerdictKey,
    blank_from_data,
)
from question_bank.models import QuestionVersion
from question_bank.rendering import split_at_gaps

MEMORY_NAME = "exams.versions"
# About 2 KB each; a bank beyond this is read anew now and then.
MOST_REMEMBERED = 20_000
# SQLite takes 32,766 parameters; a pool may hold more versions than one statement should.
READ_AT_ONCE = 500

SECTIONS = tuple(QuestionType)
_ONE_PARAGRAPH = re.compile(r"\s*<p>((?:(?!</?p[ >]).)*)</p>\s*", re.DOTALL)
_BLOCK = re.compile(r"<(?:p|div|table|ul|ol|pre|blockquote|h[1-6]|figure)[ >]")
# A unit printed after a blank, which asks for a number: 5 m, 10 %, 60 ℃.
# Chinese units count only where no other word begins with them.
UNIT_AFTER = re.compile(
    r"\s*(?:[A-Za-zμΩ%‰°℃]|分钟|小时|学时|个月|周岁|毫米|厘米|公里|米|公斤|千克|吨|万元)"
)


@dataclass(frozen=True)
class PrintedQuestion:
    """What a candidate may see of a version. Holds nothing that is derived from the key."""

    type: QuestionType
    # A stem of one paragraph can be the legend of its fields; a longer one stands above them.
    is_one_line: bool
    # The stem around its blanks: one part more than there are blanks.
    stem_parts: tuple[str, ...]
    # For each blank whether a unit is printed behind it.
    asks_number: tuple[bool, ...]
    option_html: dict[int, str]


@dataclass(frozen=True)
class KnownVersion:
    """One question version, ready to be drawn, shown and marked."""

    version_id: int
    question_id: int
    pool: PoolVersion
    printed: PrintedQuestion
    key: AnswerKey = field(repr=False)
    own_rule: ScoringRule | None
    # Of all that is asked and marked, so that the chain of a sitting vouches for it.
    digest: str


def known_versions(session: Session, ids: Iterable[int]) -> dict[int, KnownVersion]:
    """The versions of these ids, from memory where they have been read before."""
    memory = _memory(session)
    wanted = list(ids)
    missing = [version_id for version_id in dict.fromkeys(wanted) if version_id not in memory]
    if len(memory) + len(missing) > MOST_REMEMBERED:
        memory.clear()
        missing = list(dict.fromkeys(wanted))
    memory.update(read_versions(session, missing))
    return {version_id: memory[version_id] for version_id in wanted}


def read_versions(session: Session, ids: Iterable[int]) -> dict[int, KnownVersion]:
    """The same from the database, for whoever must not rely on what was read before."""
    wanted = list(dict.fromkeys(ids))
    return {
        row.id: _known(row)
        for start in range(0, len(wanted), READ_AT_ONCE)
        for row in session.execute(_columns(wanted[start : start + READ_AT_ONCE]))
    }


def _memory(session: Session) -> dict[int, KnownVersion]:
    memory: dict[str, Any] = session.info.setdefault("memory", {})
    found: dict[int, KnownVersion] = memory.setdefault(MEMORY_NAME, {})
    return found


def _columns(ids: list[int]) -> Any:
    version = QuestionVersion
    return select(
        version.id,
        version.question_id,
        version.type,
        version.stem_html,
        version.options,
        version.verdict,
        version.blanks,
        version.scoring_rule,
        version.scoring_value_tenths,
    ).where(version.id.in_(ids))


def _known(row: Row[Any]) -> KnownVersion:
    kind: QuestionType = row.type
    options = tuple(PoolOption(o["id"], bool(o.get("is_pinned"))) for o in row.options)
    stem = inline(row.stem_html)
    parts = stem_parts(stem, len(row.blanks))
    return KnownVersion(
        version_id=row.id,
        question_id=row.question_id,
        pool=PoolVersion(row.id, SECTIONS.index(kind), options),
        printed=PrintedQuestion(
            type=kind,
            is_one_line=not _BLOCK.search(stem),
            stem_parts=parts,
            asks_number=tuple(bool(UNIT_AFTER.match(after)) for after in parts[1:]),
            option_html={option["id"]: inline(option["html"]) for option in row.options},
        ),
        key=_key(row),
        own_rule=(
            ScoringRule(RuleName(row.scoring_rule), row.scoring_value_tenths)
            if row.scoring_rule
            else None
        ),
        digest=digest([row.type.value, *row[3:]]),
    )


def inline(html: str) -> str:
    """A single paragraph without its tags, so that it may stand inside a label or a legend."""
    found = _ONE_PARAGRAPH.fullmatch(html)
    return found[1] if found else html


def stem_parts(html: str, blank_count: int) -> tuple[str, ...]:
    """Cut a stem at its blanks; a blank that the stem does not show stands at its end."""
    parts = split_at_gaps(html) if blank_count else [html]
    return tuple(parts + [""] * (blank_count + 1 - len(parts)))


def _key(row: Row[Any]) -> AnswerKey:
    if row.type is QuestionType.TRUE_FALSE:
        return VerdictKey(bool(row.verdict))
    if row.type is QuestionType.FILL_BLANK:
        return BlanksKey(tuple(blank_from_data(blank) for blank in row.blanks))
    weights = [option.get("weight_percent") for option in row.options]
    return ChoiceKey(
        option_ids=tuple(option["id"] for option in row.options),
        right=frozenset(option["id"] for option in row.options if option["is_right"]),
        weights_percent=(
            tuple(Fraction(str(weight or 0)) for weight in weights)
            if any(weight is not None for weight in weights)
            else None
        ),
    )
