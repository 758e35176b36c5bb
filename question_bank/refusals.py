"""Which units may not be published, because they or others would cite what is not there."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from sqlalchemy.orm import Session

from core.errors import ERROR, Problem
from learning.queries import current_anchors
from question_bank.drafts import AnchorReference, AuthorState, with_parts
from question_bank.library import Library, Unit, broken_links
from question_bank.queries import sync


@dataclass(frozen=True)
class BankBefore:
    """What the bank holds before a publication, as far as it decides what may be published."""

    anchors: Mapping[str, frozenset[str]]
    # (module of the question, its id, module cited, anchor) of every enabled question
    citations: tuple[tuple[str, str, str, str], ...]
    questions: Mapping[str, sync.Held] = field(default_factory=dict)

    @staticmethod
    def of(session: Session) -> "BankBefore":
        return BankBefore(current_anchors(session), sync.enabled_citations(session))

    def with_questions(self, questions: Mapping[str, sync.Held]) -> "BankBefore":
        return replace(self, questions=questions)

    @cached_property
    def hashes(self) -> dict[str, tuple[str, str]]:
        """Content and metadata hash of each question."""
        return {
            public_id: (held.standing.content_hash or "", held.standing.metadata_hash)
            for public_id, held in self.questions.items()
        }

    @cached_property
    def types(self) -> dict[str, str]:
        return {public_id: held.type.value for public_id, held in self.questions.items()}


def refuse_broken(library: Library, before: BankBefore, *, is_whole: bool) -> None:
    """Add E302 until what remains fits together: refusing one module may break another."""
    told: set[Problem] = set()
    while True:
        cited = _citing(library, before)
        found: list[tuple[Unit, Problem]] = []
        for unit in library.units.values():
            if unit.is_sound and not unit.is_settled:
                found += [(unit, problem) for problem in _lost_anchors(unit, cited, before)]
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
    library: Library, before: BankBefore, *, is_whole: bool
) -> dict[str, frozenset[str]]:
    """The anchors that may be cited afterwards; of a refused module those it had before."""
    kept = library.units if is_whole else before.anchors
    after = {key: held for key, held in before.anchors.items() if key in kept}
    for key, unit in library.units.items():
        if unit.is_sound:
            after[key] = unit.anchors
    return after


# For (module, anchor): ids of enabled questions of other modules that cite it.
_Citing = Mapping[tuple[str, str], list[str]]


def _lost_anchors(unit: Unit, cited: _Citing, before: BankBefore) -> Iterable[Problem]:
    """E302 for each anchor that goes while an enabled question of another module cites it."""
    for anchor in sorted(before.anchors.get(unit.key, frozenset()) - unit.anchors):
        public_ids = cited.get((unit.key, anchor))
        if public_ids:
            message = f"锚点 #{anchor} 没有了，题目 {'、'.join(sorted(public_ids))} 还引用它"
            fix = "留着这个锚点，或先改那些题的依据"
            yield Problem(unit.main_path, 1, 1, ERROR, "E302", message, fix)


def _citing(library: Library, before: BankBefore) -> _Citing:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for holder, public_id, module, anchor in _citations_after(library, before):
        if module != holder:
            found[module, anchor].append(public_id)
    return found


def _citations_after(library: Library, before: BankBefore) -> Iterator[tuple[str, str, str, str]]:
    """Citations of enabled questions once every sound module is published."""
    for cited in before.citations:
        unit = library.units.get(cited[0])
        if unit is not None and (unit.is_settled or not unit.is_sound):
            yield cited
    for key, unit in library.units.items():
        if unit.is_settled or not unit.is_sound:
            continue
        for draft in with_parts(unit.drafts):
            for reference in draft.references:
                is_enabled = draft.state is AuthorState.ENABLED
                if is_enabled and isinstance(reference, AnchorReference):
                    module = reference.module_key or key
                    yield key, draft.public_id or "", module, reference.anchor
