"""Prepared questions → rows: new versions by content hash, never a change to an old one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core import audit
from core.db import insert_rows
from core.identity import Actor
from question_bank.drafts import AuthorState
from question_bank.models import (
    Question,
    QuestionReference,
    QuestionState,
    QuestionTag,
    QuestionVersion,
)
from question_bank.rendering import PreparedQuestion, reference_place
from question_bank.rules import Change as Change
from question_bank.rules import Standing, change_of
from question_bank.search import index_questions
from question_bank.versioning import built_version, html_of

STATE_OF = {
    AuthorState.DRAFT: QuestionState.DRAFT,
    AuthorState.ENABLED: QuestionState.ACTIVE,
    AuthorState.RETIRED: QuestionState.RETIRED,
}
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
    """A question after the import and what became of it.

    `before` is the version whose place `version` took, if one did; `is_edited` says that anything
    about the question was written anew.
    """

    question: Question
    change: Change
    before: QuestionVersion | None
    version: QuestionVersion | None
    is_edited: bool
    # For a case: its sub-questions.
    parts: "tuple[ImportedQuestion, ...]" = ()

    @property
    def is_rewritten(self) -> bool:
        """Whether what is asked, and not only what is said about it, is new."""
        return self.before is not None or self.change is Change.CREATED


def standing_after(prepared: PreparedQuestion, case: str | None = None) -> Standing:
    """What a draft makes of its question; `case` is the id of the case that it is a part of."""
    draft = prepared.draft
    return Standing(
        state=STATE_OF[draft.state],
        content_hash=prepared.content_hash,
        metadata_hash=prepared.metadata_hash,
        module_key=draft.module_key,
        path=draft.path,
        case=case,
    )


def import_questions(
    session: Session,
    prepared: Sequence[PreparedQuestion],
    *,
    actor: Actor,
    now: datetime,
    case: Question | None = None,
) -> list[ImportedQuestion]:
    """Bring many questions to what their drafts say, with few statements; in the same order.

    A case brings its sub-questions with it; `case` is given for those.
    """
    wanted = [each.public_id for each in prepared]
    found = session.scalars(select(Question).where(Question.public_id.in_(wanted)))
    held = {question.public_id: question for question in found}
    current = [question.current_version_id for question in held.values()]
    versions: dict[int, QuestionVersion] = {}
    if current:
        query = select(QuestionVersion).where(QuestionVersion.id.in_(current))
        versions = {version.id: version for version in session.scalars(query)}
    new = [each for each in prepared if each.public_id not in held]
    done = {
        imported.question.public_id: imported
        for imported in _create_all(session, new, case, actor=actor, now=now)
    }
    for each in prepared:
        question = held.get(each.public_id)
        if question is not None:
            version = versions.get(question.current_version_id or 0)
            done[each.public_id] = _take_over(
                session, question, version, each, case, actor=actor, now=now
            )
    session.flush()
    return [done[public_id] for public_id in wanted]


def _take_over(
    session: Session,
    question: Question,
    version: QuestionVersion | None,
    prepared: PreparedQuestion,
    case: Question | None,
    *,
    actor: Actor,
    now: datetime,
) -> ImportedQuestion:
    draft, old = prepared.draft, version
    before, after = _state_of(question), standing_after(prepared, case.public_id if case else None)
    change = change_of(_standing_of(session, question, version), after)
    parts = import_questions(session, prepared.parts, actor=actor, now=now, case=question)
    is_new_version = version is None or version.content_hash != prepared.content_hash
    if is_new_version:
        version = _version_for(session, question, prepared, version, _ids_of(parts), now=now)
    is_edited = is_new_version or question.metadata_hash != prepared.metadata_hash
    if is_edited:
        assert version is not None
        _describe(session, question, version, prepared)
    question.module_key, question.source_path = draft.module_key, draft.path
    question.case_id, question.source_line = case.id if case else None, draft.line
    if question.state is not after.state:
        question.state = after.state
        question.retired_at = now if after.state is QuestionState.RETIRED else None
    if change is not Change.UNCHANGED:
        _record(session, question, change, before, actor=actor, now=now)
    old = old if is_new_version else None
    return ImportedQuestion(question, change, old, version, is_edited, tuple(parts))


def _standing_of(session: Session, question: Question, version: QuestionVersion | None) -> Standing:
    case = session.get(Question, question.case_id) if question.case_id is not None else None
    return Standing(
        state=question.state,
        content_hash=version.content_hash if version else None,
        metadata_hash=question.metadata_hash,
        module_key=question.module_key,
        path=question.source_path,
        case=case.public_id if case else None,
    )


def _ids_of(parts: Sequence[ImportedQuestion]) -> list[int]:
    """The versions of a case's sub-questions, in order.

    One that has left the case keeps its row; whoever sees all files retires what stands nowhere.
    """
    return [part.version.id for part in parts if part.version is not None]


def retire(session: Session, question: Question, *, actor: Actor, now: datetime) -> None:
    """Take a question whose block has gone out of the draw; its versions stay."""
    before = _state_of(question)
    question.state, question.retired_at = QuestionState.RETIRED, now
    _record(session, question, Change.RETIRED, before, actor=actor, now=now)
    session.flush()


def _create_all(
    session: Session,
    prepared: Sequence[PreparedQuestion],
    case: Question | None,
    *,
    actor: Actor,
    now: datetime,
) -> list[ImportedQuestion]:
    questions = [_new_question(each, case, now=now) for each in prepared]
    pairs = list(zip(questions, prepared, strict=True))
    versions = [built_version(question, each, (), None, [], now=now) for question, each in pairs]
    for (question, each), version in zip(pairs, versions, strict=True):
        _take_description(question, version, each)
    session.add_all(questions)
    session.flush()
    parts = [
        tuple(import_questions(session, each.parts, actor=actor, now=now, case=question))
        if each.parts
        else ()
        for question, each in pairs
    ]
    for question, version, own in zip(questions, versions, parts, strict=True):
        version.question_id, version.part_version_ids = question.id, _ids_of(own)
    session.add_all(versions)
    session.flush()
    for question, version in zip(questions, versions, strict=True):
        question.current_version_id = version.id
    _add_lists(session, pairs)
    index_questions(session, questions, are_new=True)
    acts = [
        audit.Act(ACTIONS[Change.CREATED], ("question", each.public_id), after=_state_of(each))
        for each in questions
    ]
    audit.record_all(session, acts, actor=actor, now=now)
    return [
        ImportedQuestion(question, Change.CREATED, None, version, is_edited=True, parts=own)
        for question, version, own in zip(questions, versions, parts, strict=True)
    ]


def _new_question(prepared: PreparedQuestion, case: Question | None, *, now: datetime) -> Question:
    draft = prepared.draft
    return Question(
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
    versions = session.scalars(
        select(QuestionVersion).where(QuestionVersion.question_id == question.id)
    ).all()
    version = built_version(question, prepared, versions, before, part_ids, now=now)
    session.add(version)
    session.flush()
    return version


def _describe(
    session: Session, question: Question, version: QuestionVersion, prepared: PreparedQuestion
) -> None:
    """Take over everything that belongs to the question and not to a version of it."""
    _take_description(question, version, prepared)
    for table in (QuestionTag, QuestionReference):
        session.execute(delete(table).where(table.question_id == question.id))
    _add_lists(session, [(question, prepared)])
    index_questions(session, [question])


def _take_description(
    question: Question, version: QuestionVersion, prepared: PreparedQuestion
) -> None:
    draft, html = prepared.draft, html_of(prepared)
    question.title, question.difficulty = draft.title[:200], draft.difficulty
    question.explanation_html, question.search_text = html.explanation, html.search_text
    question.positions, question.facts = list(draft.positions), list(draft.facts)
    question.feedback_html = {
        str(option["id"]): feedback
        for option, feedback in zip(version.options, html.feedback, strict=True)
        if feedback
    }
    question.metadata_hash = prepared.metadata_hash


def _add_lists(session: Session, pairs: Sequence[tuple[Question, PreparedQuestion]]) -> None:
    """Add tags and references with one statement each."""
    tags = [{"question_id": q.id, "tag": tag} for q, each in pairs for tag in each.draft.tags]
    references = []
    for question, each in pairs:
        for position in range(len(each.draft.references)):
            label, module_key, anchor = reference_place(each.draft, position)
            place = {"label": label, "module_key": module_key, "anchor": anchor}
            references.append({"question_id": question.id, "position": position, **place})
    insert_rows(session, QuestionTag, tags)
    insert_rows(session, QuestionReference, references)


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
