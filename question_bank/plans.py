"""What publishing units would do, told before anything is written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.orm import Session

from core.errors import Problem
from learning import queries as modules
from learning.differences import ClauseChange, dropped_clauses, section_changes
from learning.image_sizes import file_ratio
from learning.images import FileImages, ImageStore
from learning.parsing import parse_module
from question_bank.drafts import AnchorReference, AuthorState, QuestionDraft
from question_bank.facts import changed_facts
from question_bank.importing import standing_after
from question_bank.keys import QuestionType
from question_bank.library import Library, Unit
from question_bank.models import Question, ReviewKind
from question_bank.queries import sync
from question_bank.refusals import BankBefore
from question_bank.rendering import PreparedQuestion, prepare
from question_bank.rules import Change, change_of, review_of_change
from question_bank.units import too_many_removals
from question_bank.versioning import built_version


@dataclass(frozen=True)
class PlannedQuestion:
    """A question as a plan names it; `line` is where it stands, or stood."""

    public_id: str
    title: str
    type: QuestionType
    path: str
    line: int


@dataclass(frozen=True)
class DroppedClause:
    """A clause that went from a source's list, and the enabled questions that cite it."""

    source: str
    clause: str
    questions: tuple[PlannedQuestion, ...]


@dataclass(frozen=True)
class PublicationPlan:
    """Exactly what publishing would do; with an error among the problems it would do nothing."""

    problems: tuple[Problem, ...] = ()
    added: tuple[PlannedQuestion, ...] = ()
    changed: tuple[PlannedQuestion, ...] = ()
    moved: tuple[PlannedQuestion, ...] = ()
    retired: tuple[PlannedQuestion, ...] = ()
    revived: tuple[PlannedQuestion, ...] = ()
    described: tuple[PlannedQuestion, ...] = ()
    unchanged: tuple[PlannedQuestion, ...] = ()
    clauses: tuple[ClauseChange, ...] = ()
    # Questions, of these and of other modules, that a person must look at again.
    to_review: tuple[PlannedQuestion, ...] = ()
    # Questions whose key, tolerance or part marks change.
    remarks: tuple[PlannedQuestion, ...] = ()
    # Questions of which the author says that only words were mended; a second person confirms.
    corrections: tuple[PlannedQuestion, ...] = ()
    # Clauses that a declared source does not list any more, with what still cites them.
    dropped: "tuple[DroppedClause, ...]" = ()
    # Questions whose block is gone, and how many their modules have in use.
    removals: int = 0
    in_use: int = 0

    @property
    def has_errors(self) -> bool:
        return any(problem.is_error for problem in self.problems)

    @property
    def needs_confirmation(self) -> bool:
        return too_many_removals(self.removals, self.in_use)


@dataclass(frozen=True)
class _Draft:
    """A draft with what publishing makes of it."""

    unit: Unit
    prepared: PreparedQuestion
    change: Change

    @property
    def planned(self) -> PlannedQuestion:
        return _of_draft(self.prepared)


def _of_draft(prepared: PreparedQuestion) -> PlannedQuestion:
    draft = prepared.draft
    return PlannedQuestion(prepared.public_id, draft.title, draft.type, draft.path, draft.line)


def plan_units(
    session: Session,
    units: Sequence[Unit],
    library: Library,
    bank: BankBefore,
    problems: Sequence[Problem],
) -> PublicationPlan:
    """Exactly what publishing these sound units would do to modules and questions."""
    drafts = [_planned_draft(unit, draft, bank) for unit in units for draft in unit.drafts]
    found = {change: [d.planned for d in drafts if d.change is change] for change in Change}
    gone: list[sync.Held] = []
    in_use = 0
    for unit in units:
        # A case counts as one question, as everywhere.
        used = sync.questions_in_use(session, unit.key)
        held = {i: each for i, each in used.items() if each.standing.case is None}
        gone += [each for public_id, each in held.items() if public_id not in library.public_ids]
        in_use += len(held)
    found[Change.RETIRED] += [planned(held) for held in gone]
    reviews = _version_reviews(session, drafts)
    return PublicationPlan(
        problems=tuple(problems),
        added=tuple(found[Change.CREATED]),
        changed=tuple(found[Change.CHANGED]),
        moved=tuple(found[Change.MOVED]),
        retired=tuple(found[Change.RETIRED]),
        revived=tuple(found[Change.REVIVED]),
        described=tuple(found[Change.DESCRIBED]),
        unchanged=tuple(found[Change.UNCHANGED]),
        clauses=tuple(_clauses(session, units)),
        to_review=tuple(_to_review(session, units, drafts, bank)),
        remarks=tuple(reviews[ReviewKind.KEY]),
        corrections=tuple(reviews[ReviewKind.CORRECTION]),
        dropped=tuple(dropped_by(session, units)),
        removals=len(gone),
        in_use=in_use,
    )


def planned(held: sync.Held) -> PlannedQuestion:
    """A question of the bank as a plan names it."""
    return PlannedQuestion(held.public_id, held.title, held.type, held.standing.path, held.line)


def dropped_by(session: Session, units: Iterable[Unit]) -> Iterator[DroppedClause]:
    """The clauses that sources of these units do not list any more though something cites them."""
    for unit in units:
        before = modules.current_text(session, unit.key)
        if not before or unit.main is None:
            continue
        old, new = parse_module(before, "")[0].front, unit.main.parsed.front
        for source, clause in dropped_clauses(old, new):
            titles = [title for title in (source.name, source.short_name) if title]
            ids = sync.questions_on_source(session, titles, clause)
            if ids:
                held = sync.held_questions(session, ids)
                questions = tuple(planned(held[public_id]) for public_id in ids)
                yield DroppedClause(source.name, clause, questions)


def _planned_draft(unit: Unit, draft: QuestionDraft, bank: BankBefore) -> _Draft:
    file = unit.file_of[draft.path]
    prepared = prepare(
        draft,
        image_url=FileImages(file, ImageStore(None)),
        known=bank.hashes,
        image_ratio=partial(file_ratio, file),
    )
    held = bank.questions.get(prepared.public_id)
    before = held.standing if held else None
    return _Draft(unit, prepared, change_of(before, standing_after(prepared)))


def _clauses(session: Session, units: Iterable[Unit]) -> Iterator[ClauseChange]:
    for unit in units:
        before = modules.current_text(session, unit.key)
        if before and unit.main is not None:
            old = parse_module(before, "")[0].sections
            for change in section_changes(old, unit.main.parsed.sections):
                yield replace(change, module_key=unit.key)


def _to_review(
    session: Session, units: Sequence[Unit], drafts: Iterable[_Draft], bank: BankBefore
) -> list[PlannedQuestion]:
    """Enabled questions that rest on a changed clause and are not rewritten themselves."""
    changed = {(unit.key, anchor) for unit in units for anchor in _changed_anchors(session, unit)}
    drafts = list(drafts)
    facts = _changed_facts(session, units)
    testing = set(sync.questions_on_facts(session, facts))
    if not changed and not testing:
        return []
    here = [
        _of_draft(one)
        for each in drafts
        for one in (each.prepared, *each.prepared.parts)
        if not _is_rewritten(one, bank)
        and one.draft.state is AuthorState.ENABLED
        and (
            any(_place(each.unit, cited) in changed for cited in one.draft.references)
            or not facts.isdisjoint(one.draft.facts)
        )
    ]
    keys = {unit.key for unit in units}
    drafted = {i for each in drafts for i in (each.prepared.public_id, *_part_ids(each))}
    elsewhere = [
        public_id
        for holder, public_id, module, anchor in bank.citations
        if holder not in keys and public_id not in drafted and (module, anchor) in changed
    ]
    elsewhere += sorted(testing - drafted)
    held = sync.held_questions(session, elsewhere)
    return [*here, *(planned(held[public_id]) for public_id in dict.fromkeys(elsewhere))]


def _changed_facts(session: Session, units: Iterable[Unit]) -> set[str]:
    """The key facts with an id that will say something else."""
    found: set[str] = set()
    for unit in units:
        before = modules.current_text(session, unit.key)
        if before and unit.main is not None:
            found |= {fact.fact_id for fact in changed_facts(before, unit.main.file.text()[0])}
    return found


def _is_rewritten(prepared: PreparedQuestion, bank: BankBefore) -> bool:
    held = bank.questions.get(prepared.public_id)
    return held is None or held.standing.content_hash != prepared.content_hash


def _part_ids(draft: _Draft) -> list[str]:
    return [part.public_id for part in draft.prepared.parts]


def _changed_anchors(session: Session, unit: Unit) -> list[str]:
    before = modules.clause_hashes(session, unit.key)
    sections = unit.main.parsed.sections if unit.main else ()
    return [
        section.anchor
        for section in sections
        if before.get(section.anchor) not in (None, section.text_hash)
    ]


def _place(unit: Unit, reference: object) -> tuple[str, str] | None:
    if not isinstance(reference, AnchorReference):
        return None
    return reference.module_key or unit.key, reference.anchor


def _version_reviews(
    session: Session, drafts: Iterable[_Draft]
) -> Mapping[ReviewKind, list[PlannedQuestion]]:
    """Which of the questions that get a new version a person must look at for that."""
    found: dict[ReviewKind, list[PlannedQuestion]] = {kind: [] for kind in ReviewKind}
    prepared = [one for each in drafts for one in (each.prepared, *each.prepared.parts)]
    changed = {one.public_id: one for one in prepared if one.html is not None}
    for public_id, version in sync.current_versions(session, changed).items():
        one = changed[public_id]
        if version.content_hash == one.content_hash:
            continue
        question = session.get_one(Question, version.question_id)
        # Built to be compared and never added to the session.
        after = built_version(question, one, [version], version, [], now=version.created_at)
        kind = review_of_change(version, after, one.draft.revision)
        if kind is not None:
            found[kind].append(_of_draft(one))
    return found
