"""Whether the stored record of a sitting is what it was: its chain, signature, paper and score."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.errors import NotFound
from exams import marking
from exams.chain import ANSWER, BrokenLink, Link, broken_links
from exams.corrections import Corrections
from exams.links import PAPER, links_of, paper_content
from exams.models import RUNNING, LateDecision, Sitting
from exams.queries.regrade import corrections_of
from exams.queries.sittings import exam_of, paper_of
from exams.scoring import score_paper, worth_of
from exams.signing import is_genuine
from exams.versions import read_versions


@dataclass(frozen=True)
class Verification:
    """What a check of one sitting found; `is_intact` only when nothing at all is wrong.

    `is_signed` is None while the sitting is open. `score_again` is what the stored answers and
    keys earn now; `changed_slots` are the questions whose stored score is another.
    `are_corrections_same` is whether the corrections by which it was marked are still those that
    its chain names, with the full score, pass mark and verdict that follow from them.
    """

    sitting_id: int
    link_count: int
    has_chain: bool
    broken: tuple[BrokenLink, ...]
    is_signed: bool | None
    is_paper_same: bool
    score_stored: int | None
    score_again: int | None
    changed_slots: tuple[int, ...]
    are_corrections_same: bool

    @property
    def is_intact(self) -> bool:
        return (
            self.has_chain
            and not self.broken
            and self.is_signed is not False
            and self.is_paper_same
            and not self.changed_slots
            and self.are_corrections_same
            and self.score_stored == self.score_again
        )


def verify_sitting(session: Session, sitting_id: int, *, public_key: str) -> Verification:
    """Compute chain, signature and score of a sitting again from its rows; changes nothing."""
    sitting = session.get(Sitting, sitting_id)
    if sitting is None:
        raise NotFound()
    links = links_of(session, sitting_id)
    is_closed = sitting.state not in RUNNING
    is_signed = _is_signed(sitting, public_key) if is_closed else None
    signed = (sitting.signed_number or 0, sitting.signed_head or "") if is_signed else None
    named = _named_corrections(links)
    scores = _scores(session, sitting, links, named) if is_closed else {}
    stored = {row.slot: row.score_tenths for row in paper_of(session, sitting_id)}
    return Verification(
        sitting_id=sitting_id,
        link_count=len(links),
        has_chain=bool(links) and links[0].kind == PAPER,
        broken=broken_links(links, last_number=sitting.chain_number, signed=signed),
        is_signed=is_signed,
        is_paper_same=_is_paper_same(session, sitting, links),
        score_stored=sitting.score_tenths,
        score_again=marking.paper_score(scores.values()) if is_closed else None,
        changed_slots=tuple(slot for slot, score in scores.items() if stored[slot] != score),
        are_corrections_same=not is_closed or _are_corrections_same(session, sitting, links, named),
    )


def _is_signed(sitting: Sitting, public_key: str) -> bool:
    return sitting.signature is not None and is_genuine(
        sitting.signature,
        public_key,
        sitting_id=sitting.id,
        number=sitting.signed_number or 0,
        head=sitting.signed_head or "",
    )


def _is_paper_same(session: Session, sitting: Sitting, links: Sequence[Link]) -> bool:
    """Whether paper, keys and rule are those of the first link."""
    first = next((link for link in links if link.kind == PAPER), None)
    if first is None:
        return False
    paper = paper_of(session, sitting.id)
    ids = [i for row in paper for i in (row.question_version_id, row.case_version_id) if i]
    digests = {key: version.digest for key, version in read_versions(session, ids).items()}
    exam = exam_of(session, sitting)
    return bool(paper_content(session, sitting, exam, digests) == first.content)


def _last_marking(links: Sequence[Link]) -> dict[str, Any]:
    """What the newest link with scores says."""
    marked = (link.content for link in reversed(links) if link.kind != ANSWER)
    return next((content for content in marked if "scores_tenths" in content), {})


def _named_corrections(links: Sequence[Link]) -> Corrections:
    return Corrections.from_content(_last_marking(links).get("corrections"))


def _are_corrections_same(
    session: Session, sitting: Sitting, links: Sequence[Link], named: Corrections
) -> bool:
    """Whether the regrades that the chain names still say what it says, and what follows of it."""
    paper, exam = paper_of(session, sitting.id), exam_of(session, sitting)
    ids = [row.question_version_id for row in paper]
    stored = corrections_of(session, exam.id, only=named.regrade_ids)
    if not paper or stored.content(ids) != named.content(ids):
        return not paper
    said = _last_marking(links)
    if "pass_mark_tenths" not in said or not named.regrade_ids:
        return True
    worth = worth_of(paper, named, exam_mark_tenths=exam.pass_mark_tenths)
    return (
        all(row.counted_tenths == worth.counted[row.slot] for row in paper)
        and sitting.full_score_tenths == worth.full_tenths
        and sitting.pass_mark_tenths == said["pass_mark_tenths"]
        and sitting.is_passed == said["is_passed"]
    )


def _scores(
    session: Session, sitting: Sitting, links: Sequence[Link], named: Corrections
) -> dict[int, int]:
    """The score of each slot from the answers in the chain and the keys, marked once more."""
    counts_late = sitting.late_decision is LateDecision.ACCEPTED
    last = {
        link.content["slot"]: link.content["response"]
        for link in links
        if link.kind == ANSWER and (counts_late or not link.content["late"])
    }
    paper = paper_of(session, sitting.id)
    versions = read_versions(session, [row.question_version_id for row in paper])
    return score_paper(
        paper,
        versions,
        last,
        exam_rule=named.exam_rule(exam_of(session, sitting).rule),
        corrections=named.by_version,
    )
