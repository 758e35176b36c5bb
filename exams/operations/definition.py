"""Making an exam: its definition, its blueprint, its audience, and a copy for the next year."""

import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.audit import record
from core.errors import N_, Conflict, Forbidden
from core.events import publish
from core.identity import Actor
from exams.blueprint import MOST_FIXED, MOST_QUESTIONS, MOST_ROWS, RowSpec, total_tenths
from exams.definition import (
    DrawRules,
    ExamDefinition,
    as_data,
    audited,
    columns_of,
    definition_of,
    draw_findings,
    draw_rules_of,
    findings,
)
from exams.events import ExamCopied
from exams.models import BlueprintRow, Exam, ExamAudience, ExamState
from exams.operations.integrity import copy_integrity
from exams.operations.markers import MarkingSettings
from exams.queries.audience import AudienceChoice, audience_of
from exams.queries.exams import blueprint_of, lies_in_scope, locked_draft, spec_of
from teams.models import Team


def create_exam(
    session: Session, definition: ExamDefinition, *, actor: Actor, now: datetime
) -> Exam:
    """Begin a draft. Raises Conflict with the first finding."""
    _refuse(definition, total=0)
    exam = Exam(
        state=ExamState.DRAFT, created_by_id=actor.user_id, created_at=now, **columns_of(definition)
    )
    session.add(exam)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        action="exam.created",
        subject=("exam", exam.id),
        after=audited(definition),
    )
    session.flush()
    return exam


def edit_exam(
    session: Session, exam: Exam, definition: ExamDefinition, *, actor: Actor, now: datetime
) -> None:
    """Change a draft. Raises Conflict once it is published, or with the first finding."""
    exam = locked_draft(session, exam)
    _refuse(definition, total=total_tenths([spec_of(r) for r in blueprint_of(session, exam.id)]))
    before = definition_of(exam)
    for name, value in columns_of(definition).items():
        setattr(exam, name, value)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.edited",
        subject=("exam", exam.id),
        before=audited(before),
        after=audited(definition),
    )
    session.flush()


def set_blueprint(
    session: Session, exam: Exam, rows: Sequence[RowSpec], *, actor: Actor, now: datetime
) -> None:
    """Replace the blueprint of a draft. A shortage is no hindrance here, only at publication."""
    exam = locked_draft(session, exam)
    if sum(row.question is not None for row in rows) > MOST_FIXED:
        raise Conflict(N_("指定题最多 %(most)s 道"), most=MOST_FIXED)
    if sum(row.question is None for row in rows) > MOST_ROWS:
        raise Conflict(N_("抽题规则最多 %(most)s 行"), most=MOST_ROWS)
    if sum(row.count for row in rows) > MOST_QUESTIONS:
        raise Conflict(N_("一份试卷最多 %(most)s 题"), most=MOST_QUESTIONS)
    before = [as_data(spec_of(row)) for row in blueprint_of(session, exam.id)]
    session.execute(delete(BlueprintRow).where(BlueprintRow.exam_id == exam.id))
    for position, row in enumerate(rows, start=1):
        session.add(BlueprintRow(exam_id=exam.id, position=position, **asdict(row)))
    record(
        session,
        actor=actor,
        now=now,
        action="exam.blueprint.edited",
        subject=("exam", exam.id),
        before={"rows": before},
        after={"rows": [as_data(row) for row in rows]},
    )
    session.flush()


def set_draw_rules(
    session: Session, exam: Exam, rules: DrawRules, *, actor: Actor, now: datetime
) -> None:
    """Say how even the papers of a draft must be, and how much of one may have been seen."""
    exam = locked_draft(session, exam)
    for finding in draw_findings(rules):
        raise Conflict(finding.msgid, **finding.values)
    before = draw_rules_of(exam)
    for name, value in asdict(rules).items():
        setattr(exam, name, value)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.draw_rules.edited",
        subject=("exam", exam.id),
        before=as_data(before),
        after=as_data(rules),
    )
    session.flush()


def set_audience(
    session: Session, exam: Exam, rows: Sequence[AudienceChoice], *, actor: Actor, now: datetime
) -> None:
    """Replace the audience of a draft. Raises Forbidden for a team outside the actor's scopes."""
    exam = locked_draft(session, exam)
    if not lies_in_scope(session, actor, rows):
        raise Forbidden(N_("只能选你负责范围内的班组"))
    before = [as_data(line.choice) for line in audience_of(session, exam.id)]
    session.execute(delete(ExamAudience).where(ExamAudience.exam_id == exam.id))
    unique = list(dict.fromkeys(rows))
    session.add_all(ExamAudience(exam_id=exam.id, **asdict(row)) for row in unique)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.audience.edited",
        subject=("exam", exam.id),
        before={"rows": before},
        after={"rows": [as_data(row) for row in unique]},
    )
    session.flush()


def copy_exam(session: Session, exam: Exam, *, zone: ZoneInfo, actor: Actor, now: datetime) -> Exam:
    """Make a draft for the next year: the same definition, blueprint and audience a year later.

    A year in the title goes up by one. Closed teams, the pool, exemptions, the markers and the
    entry code, which people know by now, are left behind; how people mark goes along.
    """
    definition = replace(
        definition_of(exam),
        title=_next_year(exam.title),
        opens_at=_year_later(exam.opens_at, zone),
        closes_at=_year_later(exam.closes_at, zone),
        entry_until=_year_later(exam.entry_until, zone) if exam.entry_until else None,
        entry_code=None,
    )
    columns = columns_of(definition) | asdict(draw_rules_of(exam))
    columns |= asdict(MarkingSettings.of(exam)) | {"appeal_days": exam.appeal_days}
    copy = Exam(state=ExamState.DRAFT, created_by_id=actor.user_id, created_at=now, **columns)
    session.add(copy)
    session.flush()
    for row in blueprint_of(session, exam.id):
        session.add(BlueprintRow(exam_id=copy.id, position=row.position, **asdict(spec_of(row))))
    for line in audience_of(session, exam.id):
        team = session.get(Team, line.team_id) if line.team_id is not None else None
        if team is None or team.closed_on is None:
            session.add(ExamAudience(exam_id=copy.id, **asdict(line.choice)))
    copy_integrity(session, exam, copy, actor=actor, now=now)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.copied",
        subject=("exam", copy.id),
        after={"from_exam_id": exam.id, **audited(definition_of(copy))},
    )
    session.flush()
    publish(session, ExamCopied(actor, now, exam.id, copy.id))
    return copy


def _refuse(definition: ExamDefinition, *, total: int) -> None:
    for finding in findings(definition, total_tenths=total):
        raise Conflict(finding.msgid, **finding.values)


def _next_year(title: str) -> str:
    return re.sub(r"(?<!\d)20\d\d(?!\d)", lambda year: str(int(year[0]) + 1), title)


def _year_later(at: datetime, zone: ZoneInfo) -> datetime:
    """The same hour by the enterprise's clock; 29 February becomes the 28th."""
    local = at.astimezone(zone)
    try:
        later = local.replace(year=local.year + 1)
    except ValueError:
        later = local.replace(year=local.year + 1, day=28)
    return later.astimezone(timezone.utc)
