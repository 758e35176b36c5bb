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

from exams.chain import VERSION_FIELDS, version_digest
from exams.drawing import PoolOption, PoolVersion
from question_bank.keys import AnswerKey, HotspotKey, QuestionType, RuleName, ScoringRule
from question_bank.models import QuestionVersion
from question_bank.rendering import split_at_gaps
from question_bank.stored_keys import key_of

MEMORY_NAME = "exams.versions"
# About 2 KB each; a bank beyond this is read anew now and then.
MOST_REMEMBERED = 20_000
# SQLite takes 32,766 parameters; a pool may hold more versions than one statement should.
READ_AT_ONCE = 500

# The order of the types in a section of a paper.
RANKS = {kind: rank for rank, kind in enumerate(QuestionType)}
# Shown in the author's order, these would tell their key.
ALWAYS_SHUFFLED = frozenset({QuestionType.ORDERING, QuestionType.MATCHING})
_ONE_PARAGRAPH = re.compile(r"\s*<p>((?:(?!</?p[ >]).)*)</p>\s*", re.DOTALL)
_BLOCK = re.compile(r"<(?:p|div|table|ul|ol|pre|blockquote|h[1-6]|figure)[ >]")
# A unit printed after a blank, which asks for a number: 5 m, 10 %, 60 ℃.
# Chinese units count only where no other word begins with them.
UNIT_AFTER = re.compile(
    r"\s*(?:[A-Za-zμΩ%‰°℃]|分钟|小时|学时|个月|周岁|毫米|厘米|公里|米|公斤|千克|吨|万元)"
)


@dataclass(frozen=True)
class PrintedPicture:
    """The picture in which hazards are looked for, and how many of them there are.

    The number tells how many points may be set, which candidates must know; the regions stay out.
    """

    url: str
    alt: str
    # Height divided by width.
    ratio: Fraction
    spot_count: int


@dataclass(frozen=True)
class PrintedQuestion:
    """What a candidate may see of a version: of the key nothing but the number of hazards."""

    type: QuestionType
    # A stem of one paragraph can be the legend of its fields; a longer one stands above them.
    is_one_line: bool
    # The stem around its blanks: one part more than there are blanks.
    stem_parts: tuple[str, ...]
    # For each blank whether a unit is printed behind it.
    asks_number: tuple[bool, ...]
    option_html: dict[int, str]
    # The left column of a matching question, in the author's order.
    premise_html: dict[int, str] = field(default_factory=dict)
    picture: PrintedPicture | None = None


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
    model_answer_html: str = field(default="", repr=False)


def known_versions(session: Session, ids: Iterable[int]) -> dict[int, KnownVersion]:
    """The versions of these ids, from memory where they have been read before."""
    memory = _memory(session)
    wanted = list(ids)
    missing = [version_id for version_id in dict.fromkeys(wanted) if version_id not in memory]
    if len(memory) + len(missing) > MOST_REMEMBERED:
        memory.clear()
        missing = list(dict.fromkeys(wanted))
    for start in range(0, len(missing), READ_AT_ONCE):
        _read(session, missing[start : start + READ_AT_ONCE], memory)
    return {version_id: memory[version_id] for version_id in wanted}


def read_versions(session: Session, ids: Iterable[int]) -> dict[int, KnownVersion]:
    """The same from the database, for whoever must not rely on what was read before."""
    wanted, fresh = list(dict.fromkeys(ids)), dict[int, KnownVersion]()
    for start in range(0, len(wanted), READ_AT_ONCE):
        _read(session, wanted[start : start + READ_AT_ONCE], fresh)
    return {version_id: fresh[version_id] for version_id in wanted}


def _read(session: Session, ids: list[int], memory: dict[int, KnownVersion]) -> None:
    """Read versions, and before a case the parts that it pins."""
    rows = session.execute(_columns(ids)).all()
    parts = {part for row in rows for part in row.part_version_ids if part not in memory}
    if parts:
        _read(session, sorted(parts), memory)
    for row in rows:
        memory[row.id] = _known(row, tuple(memory[part].pool for part in row.part_version_ids))


def read_fields(session: Session, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The stored fields that a digest covers, keys and all, for evidence that stands alone."""
    wanted, found = list(dict.fromkeys(ids)), dict[int, dict[str, Any]]()
    for start in range(0, len(wanted), READ_AT_ONCE):
        rows = session.execute(_columns(wanted[start : start + READ_AT_ONCE]))
        found.update({row.id: _fields(row) for row in rows})
    return found


def _fields(row: Row[Any]) -> dict[str, Any]:
    named = {**row._mapping, "type": row.type.value}
    return {name: named[name] for name in VERSION_FIELDS}


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
        version.premises,
        version.rubric,
        version.picture,
        version.part_version_ids,
        version.points_tenths,
        version.scoring_rule,
        version.scoring_value_tenths,
    ).where(version.id.in_(ids))


def _known(row: Row[Any], parts: tuple[PoolVersion, ...]) -> KnownVersion:
    kind: QuestionType = row.type
    options = tuple(PoolOption(o["id"], bool(o.get("is_pinned"))) for o in row.options)
    stem = inline(row.stem_html)
    pieces = stem_parts(stem, len(row.blanks))
    key = key_of(row)
    pool = PoolVersion(
        version_id=row.id,
        rank=RANKS[kind],
        options=options,
        is_always_shuffled=kind in ALWAYS_SHUFFLED,
        points_tenths=row.points_tenths,
        parts=parts,
    )
    return KnownVersion(
        version_id=row.id,
        question_id=row.question_id,
        pool=pool,
        printed=PrintedQuestion(
            type=kind,
            is_one_line=not _BLOCK.search(stem),
            stem_parts=pieces,
            asks_number=tuple(bool(UNIT_AFTER.match(after)) for after in pieces[1:]),
            option_html={option["id"]: inline(option["html"]) for option in row.options},
            premise_html={left["id"]: inline(left["html"]) for left in row.premises},
            picture=_picture(row, key),
        ),
        key=key,
        own_rule=(
            ScoringRule(RuleName(row.scoring_rule), row.scoring_value_tenths)
            if row.scoring_rule
            else None
        ),
        digest=version_digest(_fields(row)),
        model_answer_html=(row.rubric or {}).get("model_answer_html", ""),
    )


def _picture(row: Row[Any], key: AnswerKey) -> PrintedPicture | None:
    if not isinstance(key, HotspotKey) or row.picture is None:
        return None
    return PrintedPicture(row.picture["url"], row.picture["alt"], key.ratio, len(key.right))


def inline(html: str) -> str:
    """A single paragraph without its tags, so that it may stand inside a label or a legend."""
    found = _ONE_PARAGRAPH.fullmatch(html)
    return found[1] if found else html


def stem_parts(html: str, blank_count: int) -> tuple[str, ...]:
    """Cut a stem at its blanks; a blank that the stem does not show stands at its end."""
    parts = split_at_gaps(html) if blank_count else [html]
    return tuple(parts + [""] * (blank_count + 1 - len(parts)))
