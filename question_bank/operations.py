"""Taking the content folders into the bank, module by module, and reviewing questions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from core import audit
from core.db import Database
from core.errors import ERROR, Problem
from core.identity import Actor
from learning.editions import Edition, make_edition
from learning.image_sizes import file_ratio
from learning.images import FileImages, ImageStore
from learning.operations import PublishOutcome, publish_module, withdraw_module
from learning.queries import current_anchors, module_by_key, modules_without_file
from learning.sources import ContentRoot, module_files
from question_bank.drafts import AnchorReference, AuthorState, with_parts
from question_bank.importing import Change, import_question, retire
from question_bank.library import Library, Unit, broken_links, check_types, read_library
from question_bank.models import Question
from question_bank.queries import sync
from question_bank.rendering import PreparedQuestion, prepare


@dataclass
class SyncReport:
    """What a run did: modules by outcome, questions by change, and every problem found."""

    modules: dict[str, PublishOutcome] = field(default_factory=dict)
    withdrawn_modules: list[str] = field(default_factory=list)
    refused_modules: list[str] = field(default_factory=list)
    questions: Counter[Change] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        return any(problem.is_error for problem in self.problems)

    @property
    def is_unchanged(self) -> bool:
        """Whether the bank was already what the files say."""
        published = set(self.modules.values()) - {PublishOutcome.UNCHANGED}
        return not (published or self.withdrawn_modules or set(self.questions) - {Change.UNCHANGED})


@dataclass(frozen=True)
class _Before:
    """What the bank held before the run, as far as it decides what may be published."""

    anchors: dict[str, frozenset[str]]
    hashes: dict[str, tuple[str, str]]
    types: dict[str, str]
    # (module of the question, its id, module cited, anchor) of every enabled question
    citations: tuple[tuple[str, str, str, str], ...]


def sync_content(
    database: Database,
    *,
    roots: Sequence[ContentRoot],
    images: ImageStore,
    actor: Actor,
    now: datetime,
) -> SyncReport:
    """Bring modules and questions to what the files say; a second run changes nothing.

    Each module is published with all its questions or not at all, in a transaction of its own.
    Reading, rendering and hashing are done before it opens. A question whose block is gone is
    retired, and comes back with its block. Files are only read.
    """
    present = [root for root in roots if root.path.is_dir()]
    library = read_library(module_files(present))
    # A root that is missing or a file that cannot be read proves nothing about what was removed.
    is_whole = len(present) == len(roots) and not library.loose_problems
    with database.reading() as session:
        before = _Before(
            anchors=current_anchors(session),
            hashes=sync.known_hashes(session),
            types=sync.known_types(session),
            citations=sync.enabled_citations(session),
        )
    for unit in library.units.values():
        check_types(unit, before.types)
    _refuse_broken(library, before, is_whole=is_whole)
    run = _Run(database, library, images, before, SyncReport(problems=library.problems), actor, now)
    for unit in library.units.values():
        if unit.is_sound and unit.main is not None:
            run.publish(unit)
        else:
            run.report.refused_modules.append(unit.key)
    if is_whole:
        run.withdraw_missing()
    return run.report


def confirm_question(session: Session, question: Question, *, actor: Actor, now: datetime) -> None:
    """Record that a person found a question still right after its clause changed."""
    if question.review_since is None:
        return
    audit.record(
        session,
        actor=actor,
        now=now,
        action="question.confirmed",
        subject=("question", question.public_id),
        before={"review_since": question.review_since.isoformat()},
    )
    question.review_since = None
    session.flush()


@dataclass(frozen=True)
class _Run:
    """One run of the synchronisation, past the reading of files."""

    database: Database
    library: Library
    images: ImageStore
    before: _Before
    report: SyncReport
    actor: Actor
    now: datetime

    def publish(self, unit: Unit) -> None:
        edition, questions = self._prepared(unit)
        changes: Counter[Change] = Counter()
        with self.database.writing() as session:
            publication = publish_module(session, edition, actor=self.actor, now=self.now)
            for prepared in questions:
                done = import_question(session, prepared, actor=self.actor, now=self.now)
                changes[done.change] += 1
            changes[Change.RETIRED] += self._retire_vanished(session, unit.key)
            if publication.changed_anchors:
                self._ask_for_review(session, unit.key, publication.changed_anchors)
        self.report.modules[unit.key] = publication.outcome
        self.report.questions.update(+changes)

    def withdraw_missing(self) -> None:
        with self.database.reading() as session:
            gone = [module.key for module in modules_without_file(session, self.library.units)]
        for key in gone:
            with self.database.writing() as session:
                module = module_by_key(session, key)
                withdraw_module(session, module, actor=self.actor, now=self.now)
                retired = self._retire_vanished(session, key)
            self.report.questions.update(+Counter({Change.RETIRED: retired}))
            self.report.withdrawn_modules.append(key)

    def _prepared(self, unit: Unit) -> tuple[Edition, list[PreparedQuestion]]:
        assert unit.main is not None
        file = unit.main.file
        to_url = FileImages(file, self.images)
        edition = make_edition(unit.main.parsed, source=file.source, image_url=to_url)
        questions = [
            prepare(
                draft,
                image_url=FileImages(unit.file_of[draft.path], self.images),
                known=self.before.hashes,
                image_ratio=partial(file_ratio, unit.file_of[draft.path]),
            )
            for draft in unit.drafts
        ]
        return edition, questions

    def _retire_vanished(self, session: Session, module_key: str) -> int:
        vanished = sync.vanished_questions(session, module_key, self.library.public_ids)
        for question in vanished:
            retire(session, question, actor=self.actor, now=self.now)
        # A case counts as one question, as everywhere.
        return sum(question.case_id is None for question in vanished)

    def _ask_for_review(self, session: Session, module_key: str, anchors: tuple[str, ...]) -> None:
        """Put questions that rest on a changed clause on the review list, unless just changed."""
        cited = sync.questions_citing(session, module_key, anchors)
        fresh = sync.made_at(session, [q.current_version_id for q in cited], self.now)
        for question in cited:
            if question.review_since is not None or question.current_version_id in fresh:
                continue
            question.review_since = self.now
            audit.record(
                session,
                actor=self.actor,
                now=self.now,
                action="question.review.asked",
                subject=("question", question.public_id),
                after={"module": module_key, "anchors": list(anchors)},
            )
        session.flush()


def _refuse_broken(library: Library, before: _Before, *, is_whole: bool) -> None:
    """Add E302 until what remains fits together: refusing one module may break another."""
    told: set[Problem] = set()
    while True:
        found: list[tuple[Unit, Problem]] = []
        for unit in library.units.values():
            if unit.is_sound:
                found += [(unit, problem) for problem in _lost_anchors(unit, library, before)]
        if not found:
            anchors = _anchors_after(library, before, is_whole=is_whole)
            for unit in library.units.values():
                broken = broken_links(unit, anchors_of=anchors.get)
                found += [(unit, problem) for problem in broken if problem not in told]
        if not found:
            return
        for unit, problem in found:
            told.add(problem)
            unit.problems.append(problem)


def _anchors_after(
    library: Library, before: _Before, *, is_whole: bool
) -> dict[str, frozenset[str]]:
    """The anchors that may be cited afterwards; of a refused module those it had before."""
    kept = library.units if is_whole else before.anchors
    after = {key: held for key, held in before.anchors.items() if key in kept}
    for key, unit in library.units.items():
        if unit.is_sound:
            after[key] = unit.anchors
    return after


def _lost_anchors(unit: Unit, library: Library, before: _Before) -> Iterable[Problem]:
    """E302 for each anchor that goes while an enabled question of another module cites it."""
    lost = before.anchors.get(unit.key, frozenset()) - unit.anchors
    citing: dict[str, list[str]] = {}
    for holder, public_id, module, anchor in _citations_after(library, before):
        if module == unit.key and holder != unit.key and anchor in lost:
            citing.setdefault(anchor, []).append(public_id)
    for anchor, public_ids in sorted(citing.items()):
        message = f"锚点 #{anchor} 没有了，题目 {'、'.join(sorted(public_ids))} 还引用它"
        fix = "留着这个锚点，或先改那些题的依据"
        assert unit.main is not None
        yield Problem(unit.main.parsed.path, 1, 1, ERROR, "E302", message, fix)


def _citations_after(library: Library, before: _Before) -> Iterable[tuple[str, str, str, str]]:
    """Citations of enabled questions once every sound module is published."""
    for key, unit in library.units.items():
        if not unit.is_sound:
            yield from (cited for cited in before.citations if cited[0] == key)
            continue
        for draft in with_parts(unit.drafts):
            for reference in draft.references:
                is_enabled = draft.state is AuthorState.ENABLED
                if is_enabled and isinstance(reference, AnchorReference):
                    module = reference.module_key or key
                    yield key, draft.public_id or "", module, reference.anchor
