"""What becomes of proposed questions: found in a text, settled by a person. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from core.errors import Problem
from question_bank.authoring.single import read_single
from question_bank.authoring.writing import write_block
from question_bank.drafts import AnchorReference, AuthorState, QuestionDraft
from question_bank.facts import FactDraft, FactKind, drafts_from, fact_marks
from question_bank.keys import QuestionType

NewId = Callable[[str, int], str]


@dataclass(frozen=True)
class DeclaredClauses:
    """A source of a module, as far as its questions may cite it."""

    short_name: str
    name: str
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class ModulePlace:
    """A module that a question may go to: its sections and what it may cite."""

    key: str
    title: str
    clauses: tuple[tuple[str, str], ...]
    sources: tuple[DeclaredClauses, ...]
    audience: frozenset[str] | None

    @property
    def anchors(self) -> frozenset[str]:
        return frozenset(anchor for anchor, _title in self.clauses)


@dataclass(frozen=True)
class FoundQuestion:
    """A question made from a key fact that was never proposed before."""

    key: str
    public_id: str
    type: QuestionType
    anchor: str | None
    block: str
    made_from: str
    fact_id: str | None
    warnings: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Settled:
    """A proposal as it is put into a module: its block, and the facts that it asks for."""

    block: str
    draft: QuestionDraft


def questions_from_facts(
    text: str,
    *,
    module_key: str,
    known: Iterable[tuple[str, str | None]],
    taken: Iterable[str],
    new_id: NewId,
) -> list[FoundQuestion]:
    """What the marks of a module's text give and nobody has proposed yet.

    `known` has the key and the fact id of each proposal made before, rejected ones too, so that
    what was rejected does not come back.
    """
    keys, ids, taken_ids = set(), {}, set(taken)
    for key, fact_id in known:
        kind, _, fingerprint = key.partition(":")
        keys.add(key)
        if fact_id:
            keys.add(f"{kind}:{fact_id}")
            if kind != FactKind.ALL_BLANKS.value:
                ids[fingerprint] = fact_id
    used = {*ids.values(), *(found[0] for found in fact_marks(text).values() if found[0])}

    def id_of(fingerprint: str) -> str:
        if fingerprint not in ids:
            ids[fingerprint] = _free("f", 4, used, new_id)
        return ids[fingerprint]

    found = drafts_from(text, path="", module_key=module_key, fact_id=id_of)
    fresh = [one for one in found if not {one.key, f"{one.kind.value}:{_fact_id(one)}"} & keys]
    return [_found(one, _free("q", 6, taken_ids, new_id)) for one in fresh]


def settled(
    block: str, *, place: ModulePlace | None, anchor: str | None, state: AuthorState
) -> tuple[Settled | None, list[Problem]]:
    """The block as it is put into the module's companion file, or what is wrong with it there.

    A question without a 依据 gets the section that was chosen for it. Without a module only the
    question itself is looked at.
    """
    draft, problems = read_single(block)
    if draft is None:
        return None, problems
    titles = dict(place.clauses) if place else {}
    references = draft.references
    if anchor and not references:
        references = (AnchorReference(None, anchor, titles.get(anchor, anchor), 0, 0),)
    parts = tuple(replace(part, state=state) for part in draft.parts)
    written = write_block(replace(draft, references=references, state=state, parts=parts))
    if place is not None:
        draft, problems = read_single(
            written,
            module_key=place.key,
            anchors=place.anchors,
            sources=place.sources,
            audience=place.audience,
        )
    return (Settled(written, draft), problems) if draft else (None, problems)


def _found(one: FactDraft, public_id: str) -> FoundQuestion:
    draft = replace(one.draft, public_id=public_id)
    return FoundQuestion(
        key=one.key,
        public_id=public_id,
        type=draft.type,
        anchor=draft.section_anchor,
        block=write_block(draft),
        made_from=one.made_from,
        fact_id=_fact_id(one),
        warnings=one.warnings,
    )


def _fact_id(one: FactDraft) -> str | None:
    """The id of its fact; of several, that of the first."""
    return one.draft.facts[0] if one.draft.facts else None


def _free(prefix: str, length: int, taken: set[str], new_id: NewId) -> str:
    found = new_id(prefix, length)
    while found in taken:
        found = new_id(prefix, length)
    taken.add(found)
    return found
