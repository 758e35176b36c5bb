"""Prepared questions → rows: new versions by content hash, never a change to an old one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from enum import Enum
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core import audit
from core.errors import N_, Conflict
from core.identity import Actor
from question_bank.answers import comparable
from question_bank.drafts import AuthorState, QuestionDraft, Shuffle
from question_bank.keys import (
    BlanksKey,
    HotspotKey,
    MatchKey,
    RubricKey,
    VerdictKey,
    blank_as_data,
    region_as_data,
)
from question_bank.models import (
    Question,
    QuestionReference,
    QuestionState,
    QuestionTag,
    QuestionVersion,
)
from question_bank.rendering import PreparedQuestion, RenderedQuestion, reference_place
from question_bank.search import index_question

STATE_OF = {
    AuthorState.DRAFT: QuestionState.DRAFT,
    AuthorState.ENABLED: QuestionState.ACTIVE,
    AuthorState.RETIRED: QuestionState.RETIRED,
}
# How alike two texts must be for an option to keep its id in the same place.
ALIKE = 0.6


class Change(Enum):
    """What became of a question; the first that fits is told."""

    CREATED = "created"
    REVIVED = "revived"
    RETIRED = "retired"
    CHANGED = "changed"
    MOVED = "moved"
    DESCRIBED = "described"
    UNCHANGED = "unchanged"


ACTIONS = {
    Change.CREATED: "question.created",
    Change.REVIVED: "question.revived",
    Change.RETIRED: "question.retired",
    Change.CHANGED: "question.changed",
    Change.MOVED: "question.moved",
    Change.DESCRIBED: "question.described",
}


@dataclass(frozen=True)
class ImportedQuestion:
    """A question after the import and what became of it."""

    question: Question
    change: Change


def import_question(
    session: Session,
    prepared: PreparedQuestion,
    *,
    actor: Actor,
    now: datetime,
    case: Question | None = None,
) -> ImportedQuestion:
    """Bring one question of the bank to what its draft says; the same draft twice does nothing.

    A case brings its sub-questions with it; `case` is given for those.
    """
    draft = prepared.draft
    question = session.scalar(select(Question).where(Question.public_id == prepared.public_id))
    if question is None:
        return _create(session, prepared, case, actor=actor, now=now)
    before = _state_of(question)
    part_ids = _import_parts(session, question, prepared, actor=actor, now=now)
    version = session.get(QuestionVersion, question.current_version_id or 0)
    is_new_version = version is None or version.content_hash != prepared.content_hash
    if is_new_version:
        version = _version_for(session, question, prepared, version, part_ids, now=now)
    is_described = question.metadata_hash != prepared.metadata_hash
    if is_new_version or is_described:
        assert version is not None
        _describe(session, question, version, prepared)
        question.review_since = None
    place = (draft.module_key, draft.path, case.id if case else None)
    is_moved = (question.module_key, question.source_path, question.case_id) != place
    question.module_key, question.source_path, question.case_id = place
    question.source_line = draft.line
    change = _take_state(question, STATE_OF[draft.state], now=now)
    if change in (Change.UNCHANGED, Change.DESCRIBED):
        change = Change.DESCRIBED if is_described else change
        change = Change.MOVED if is_moved else change
        change = Change.CHANGED if is_new_version else change
    if change is not Change.UNCHANGED:
        _record(session, question, change, before, actor=actor, now=now)
    session.flush()
    return ImportedQuestion(question, change)


def retire(session: Session, question: Question, *, actor: Actor, now: datetime) -> None:
    """Take a question whose block has gone out of the draw; its versions stay."""
    before = _state_of(question)
    question.state, question.retired_at = QuestionState.RETIRED, now
    _record(session, question, Change.RETIRED, before, actor=actor, now=now)
    session.flush()


def option_ids(
    texts: Sequence[str], before: Sequence[tuple[int, str]], first_free: int
) -> list[int]:
    """The ids of options, kept from the version before where it is clear which is which.

    An option keeps its id if its text is the same but for blanks and width, else if the option
    that stood in its place has a similar text and no other option took it.
    """
    old = {comparable(text): option_id for option_id, text in before}
    ids: list[int | None] = [old.get(comparable(text)) for text in texts]
    for place, text in enumerate(texts):
        if ids[place] is None and place < len(before) and before[place][0] not in ids:
            ratio = SequenceMatcher(None, comparable(text), comparable(before[place][1])).ratio()
            ids[place] = before[place][0] if ratio >= ALIKE else None
    free = first_free
    settled: list[int] = []
    for option_id in ids:
        if option_id is None or option_id in settled:
            option_id, free = free, free + 1
        settled.append(option_id)
    return settled


def _create(
    session: Session,
    prepared: PreparedQuestion,
    case: Question | None,
    *,
    actor: Actor,
    now: datetime,
) -> ImportedQuestion:
    draft = prepared.draft
    question = Question(
        public_id=prepared.public_id,
        module_key=draft.module_key,
        case_id=case.id if case else None,
        type=draft.type,
        state=STATE_OF[draft.state],
        source_path=draft.path,
        source_line=draft.line,
        metadata_hash=prepared.metadata_hash,
        retired_at=now if draft.state is AuthorState.RETIRED else None,
    )
    session.add(question)
    session.flush()
    part_ids = _import_parts(session, question, prepared, actor=actor, now=now)
    version = _version_for(session, question, prepared, None, part_ids, now=now)
    _describe(session, question, version, prepared)
    _record(session, question, Change.CREATED, None, actor=actor, now=now)
    session.flush()
    return ImportedQuestion(question, Change.CREATED)


def _import_parts(
    session: Session, case: Question, prepared: PreparedQuestion, *, actor: Actor, now: datetime
) -> list[int]:
    """Bring the sub-questions of a case up to date; the ids of their versions, in order.

    One that has left the case keeps its row; whoever sees all files retires what stands nowhere.
    """
    parts = [
        import_question(session, part, actor=actor, now=now, case=case).question
        for part in prepared.parts
    ]
    return [part.current_version_id for part in parts if part.current_version_id is not None]


def _version_for(
    session: Session,
    question: Question,
    prepared: PreparedQuestion,
    before: QuestionVersion | None,
    part_ids: list[int],
    *,
    now: datetime,
) -> QuestionVersion:
    """The version with the draft's hash: an earlier one that came back, or a new one."""
    version = session.scalar(
        select(QuestionVersion).where(
            QuestionVersion.question_id == question.id,
            QuestionVersion.content_hash == prepared.content_hash,
        )
    )
    if version is None:
        version = _new_version(session, question, prepared, before, part_ids, now=now)
    question.current_version_id = version.id
    return version


def _new_version(
    session: Session,
    question: Question,
    prepared: PreparedQuestion,
    before: QuestionVersion | None,
    part_ids: list[int],
    *,
    now: datetime,
) -> QuestionVersion:
    draft, html = prepared.draft, _html_of(prepared)
    versions = session.scalars(
        select(QuestionVersion).where(QuestionVersion.question_id == question.id)
    ).all()
    ids = _kept_ids(html.option_texts, before, versions, lambda version: version.options)
    left = _kept_ids(html.premise_texts, before, versions, lambda version: version.premises)
    key = draft.key
    version = QuestionVersion(
        question_id=question.id,
        number=max((version.number for version in versions), default=0) + 1,
        content_hash=prepared.content_hash,
        type=draft.type,
        stem_markdown=draft.stem,
        stem_html=html.stem,
        options=_options(draft, html, ids),
        verdict=key.verdict if isinstance(key, VerdictKey) else None,
        blanks=[blank_as_data(b) for b in key.blanks] if isinstance(key, BlanksKey) else [],
        premises=_premises(key, html, left, ids) if isinstance(key, MatchKey) else [],
        rubric=_rubric(key, html) if isinstance(key, RubricKey) else None,
        picture=html.picture,
        part_version_ids=part_ids,
        scoring_rule=draft.rule.name.value if draft.rule else None,
        scoring_value_tenths=draft.rule.tenths if draft.rule else None,
        points_tenths=draft.points_tenths,
        created_at=now,
    )
    session.add(version)
    session.flush()
    return version


def _kept_ids(
    texts: Sequence[str],
    before: QuestionVersion | None,
    versions: Sequence[QuestionVersion],
    items_of: Callable[[QuestionVersion], Sequence[dict[str, Any]]],
) -> list[int]:
    """Ids for the options or the premises of a new version; none is ever used anew."""
    used = [item["id"] for version in versions for item in items_of(version)]
    old = [(item["id"], item["text"]) for item in items_of(before)] if before else []
    return option_ids(texts, old, max(used, default=0) + 1)


def _premises(
    key: MatchKey, html: RenderedQuestion, ids: Sequence[int], option_ids: Sequence[int]
) -> list[dict[str, Any]]:
    right = dict(key.pairs)
    return [
        {
            "id": ids[place],
            "html": html.premises[place],
            "text": html.premise_texts[place],
            "right_id": option_ids[right[place + 1] - 1],
        }
        for place in range(len(ids))
    ]


def _rubric(key: RubricKey, html: RenderedQuestion) -> dict[str, Any]:
    return {
        "points": [{"text": point.text, "tenths": point.tenths} for point in key.points],
        "model_answer": key.model_answer,
        "model_answer_html": html.model_answer,
    }


def _options(
    draft: QuestionDraft, html: RenderedQuestion, ids: Sequence[int]
) -> list[dict[str, Any]]:
    last = len(draft.options) - 1
    regions = dict(draft.key.regions) if isinstance(draft.key, HotspotKey) else {}
    return [
        {
            "id": ids[place],
            "html": html.options[place],
            "text": html.option_texts[place],
            "is_right": option.is_right,
            "weight_percent": None if option.weight_percent is None else str(option.weight_percent),
            "is_pinned": draft.shuffle is Shuffle.NONE
            or (draft.shuffle is Shuffle.LAST_FIXED and place == last),
            **({"region": region_as_data(regions[place + 1])} if regions else {}),
        }
        for place, option in enumerate(draft.options)
    ]


def _describe(
    session: Session, question: Question, version: QuestionVersion, prepared: PreparedQuestion
) -> None:
    """Take over everything that belongs to the question and not to a version of it."""
    draft, html = prepared.draft, _html_of(prepared)
    question.title, question.difficulty = draft.title[:200], draft.difficulty
    question.explanation_html, question.search_text = html.explanation, html.search_text
    question.positions, question.facts = list(draft.positions), list(draft.facts)
    question.feedback_html = {
        str(option["id"]): feedback
        for option, feedback in zip(version.options, html.feedback, strict=True)
        if feedback
    }
    question.metadata_hash = prepared.metadata_hash
    index_question(session, question)
    for table in (QuestionTag, QuestionReference):
        session.execute(delete(table).where(table.question_id == question.id))
    session.add_all(QuestionTag(question_id=question.id, tag=tag) for tag in draft.tags)
    for position in range(len(draft.references)):
        label, module_key, anchor = reference_place(draft, position)
        session.add(
            QuestionReference(
                question_id=question.id,
                position=position,
                label=label,
                module_key=module_key,
                anchor=anchor,
            )
        )


def _html_of(prepared: PreparedQuestion) -> RenderedQuestion:
    if prepared.html is None:
        # Someone else changed the question between reading its hashes and this transaction.
        raise Conflict(N_("题目 %(id)s 刚刚被改过，再同步一次"), id=prepared.public_id)
    return prepared.html


def _take_state(question: Question, state: QuestionState, *, now: datetime) -> Change:
    """Set the state that the author wants and say what that makes of the question."""
    if question.state is state:
        return Change.UNCHANGED
    was_retired = question.state is QuestionState.RETIRED
    question.state = state
    question.retired_at = now if state is QuestionState.RETIRED else None
    if was_retired:
        return Change.REVIVED
    return Change.RETIRED if state is QuestionState.RETIRED else Change.DESCRIBED


def _state_of(question: Question) -> dict[str, Any]:
    return {
        "state": question.state.value,
        "version_id": question.current_version_id,
        "module": question.module_key,
        "case_id": question.case_id,
        "path": question.source_path,
        "metadata_hash": question.metadata_hash,
    }


def _record(
    session: Session,
    question: Question,
    change: Change,
    before: dict[str, Any] | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(
        session,
        actor=actor,
        now=now,
        action=ACTIONS[change],
        subject=("question", question.public_id),
        before=before,
        after=_state_of(question),
    )
