"""Whether the stored record of a sitting is what it was: its chain, signature, paper and score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.errors import NotFound
from exams.chain import ANSWER, BrokenLink, Link, broken_links
from exams.corrections import Corrections
from exams.evidence.recompute import MarkedSlot, counted_marks, marks_of
from exams.judging import score_paper, total_of, verdict_of, worth_of
from exams.links import INCIDENT, PAPER, as_drawn, links_of, paper_content
from exams.models import RUNNING, IntegrityDecision, LateDecision, Sitting
from exams.queries.evidence import signatures_of
from exams.queries.incidents import incidents_of
from exams.queries.marking import current_marks, marks_as_data, tasks_of
from exams.queries.pools import must_pass_rows
from exams.queries.regrade import corrections_of
from exams.queries.sittings import exam_of, paper_of
from exams.scoring import missed_must_pass
from exams.signatures import is_genuine
from exams.versions import read_versions


@dataclass(frozen=True)
class Verification:
    """What a check of one sitting found; `is_intact` only when nothing at all is wrong.

    `is_signed` is None while the sitting is open. `score_again` is what the stored answers and
    keys earn now, with the marks of people by scoring point, second marker and adjudicator as they
    stand in the chain; None while an answer waits.
    `changed_slots` are the questions whose stored score is another, `changed_marks` those of which
    the marks of people are no longer what the chain says, `unfounded_slots` those of which the
    marks in the chain do not come to the score that it names. `are_corrections_same` is whether the
    corrections by which it was marked are still those that its chain names, with the full score,
    pass mark and verdict that follow from them.
    """

    sitting_id: int
    link_count: int
    has_chain: bool
    broken: tuple[BrokenLink, ...]
    is_signed: bool | None
    # Entries whose kept signature no longer fits: forged, or the chain was made anew before it.
    broken_signatures: tuple[int, ...]
    is_paper_same: bool
    # Whether the rows of incidents say what their links say.
    are_incidents_same: bool
    score_stored: int | None
    score_again: int | None
    changed_slots: tuple[int, ...]
    changed_marks: tuple[int, ...]
    are_corrections_same: bool
    # Whether the stored verdict follows from the score and the must-pass questions.
    is_verdict_same: bool = True
    # Slots whose marks do not come to their score; slots with a score of a marker's own, taken as
    # recorded; slots with a mean of two marks, taken as recorded because the chain does not say how
    # far apart they may be.
    unfounded_slots: tuple[int, ...] = ()
    own_score_slots: tuple[int, ...] = ()
    assumed_slots: tuple[int, ...] = ()

    @property
    def is_waiting(self) -> bool:
        """Whether the sitting is closed and an answer of it waits for a person."""
        return self.is_signed is not None and self.score_again is None

    @property
    def is_intact(self) -> bool:
        return (
            self.has_chain
            and not self.broken
            and self.is_signed is not False
            and not self.broken_signatures
            and self.is_paper_same
            and self.are_incidents_same
            and not self.changed_slots
            and not self.changed_marks
            and not self.unfounded_slots
            and self.are_corrections_same
            and self.score_stored == self.score_again
            and self.is_verdict_same
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
    told = _marks(session, sitting, links) if is_closed else {}
    scores = _scores(session, sitting, links, told, named) if is_closed else {}
    stored = {row.slot: row.score_tenths for row in paper_of(session, sitting_id)}
    return Verification(
        sitting_id=sitting_id,
        link_count=len(links),
        has_chain=bool(links) and links[0].kind == PAPER,
        broken=broken_links(links, last_number=sitting.chain_number, signed=signed),
        is_signed=is_signed,
        broken_signatures=_broken_signatures(session, sitting.id, links, public_key),
        is_paper_same=_is_paper_same(session, sitting, links),
        are_incidents_same=_are_incidents_same(session, sitting_id, links),
        score_stored=sitting.score_tenths,
        score_again=total_of(scores.values()) if is_closed else None,
        changed_slots=tuple(slot for slot, score in scores.items() if stored[slot] != score),
        changed_marks=_changed_marks(session, sitting, told),
        is_verdict_same=_is_verdict_same(session, sitting, scores, named) if is_closed else True,
        are_corrections_same=not is_closed or _are_corrections_same(session, sitting, links, named),
        **_marked_again(told),
    )


def _is_verdict_same(
    session: Session, sitting: Sitting, scores: Mapping[int, int | None], named: Corrections
) -> bool:
    paper, exam = paper_of(session, sitting.id), exam_of(session, sitting)
    missed = missed_must_pass(session, exam, paper, scores, named.by_version)
    worth = worth_of(paper, named, exam_mark_tenths=exam.pass_mark_tenths)
    again = verdict_of(
        total_of(scores.values()),
        pass_mark_tenths=worth.pass_mark_tenths,
        missed=len(missed or ()),
        is_void=sitting.integrity_decision is IntegrityDecision.VOIDED,
    )
    return sitting.is_passed is again


def _is_signed(sitting: Sitting, public_key: str) -> bool:
    return sitting.signature is not None and is_genuine(
        sitting.signature,
        public_key,
        sitting_id=sitting.id,
        number=sitting.signed_number or 0,
        head=sitting.signed_head or "",
    )


def _broken_signatures(
    session: Session, sitting_id: int, links: Sequence[Link], public_key: str
) -> tuple[int, ...]:
    """The numbers of kept signatures that are not genuine, or whose entry has another hash now."""
    hashes = {link.number: link.hash for link in links}
    return tuple(
        one.number
        for one in signatures_of(session, sitting_id)
        if hashes.get(one.number) != one.head
        or not is_genuine(
            one.signature, public_key, sitting_id=sitting_id, number=one.number, head=one.head
        )
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
    must_pass = must_pass_rows(session, exam.id)
    again = paper_content(sitting, exam, as_drawn(paper), digests, must_pass)
    return bool(again == first.content)


def _are_incidents_same(session: Session, sitting_id: int, links: Sequence[Link]) -> bool:
    told = [row for link in links if link.kind == INCIDENT for row in link.content["incidents"]]
    stored = [
        [one.client_key, one.kind.value, one.began_at.isoformat(), one.seconds, one.details]
        for one in incidents_of(session, sitting_id)
    ]
    return stored == told


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
    session: Session,
    sitting: Sitting,
    links: Sequence[Link],
    told: Mapping[int, MarkedSlot],
    named: Corrections,
) -> dict[int, int | None]:
    """The score of each slot from the answers in the chain and the keys, marked once more."""
    last = _last_replies(sitting, links)
    paper = paper_of(session, sitting.id)
    versions = read_versions(session, [row.question_version_id for row in paper])
    manual = counted_marks(told, {row.slot: row for row in paper}, versions, named)
    return score_paper(
        paper,
        versions,
        last,
        exam_rule=named.exam_rule(exam_of(session, sitting).rule),
        manual=manual,
        corrections=named.by_version,
    )


def _last_replies(sitting: Sitting, links: Sequence[Link]) -> dict[int, Any]:
    counts_late = sitting.late_decision is LateDecision.ACCEPTED
    return {
        link.content["slot"]: link.content["response"]
        for link in links
        if link.kind == ANSWER and (counts_late or not link.content["late"])
    }


def _marks(session: Session, sitting: Sitting, links: Sequence[Link]) -> dict[int, MarkedSlot]:
    """The newest marks of people for each slot, if they were given for the answer that counts."""
    rows = {row.slot: row for row in paper_of(session, sitting.id)}
    versions = read_versions(session, [row.question_version_id for row in rows.values()])
    return marks_of(links, _last_replies(sitting, links), rows, versions)


def _changed_marks(
    session: Session, sitting: Sitting, told: Mapping[int, MarkedSlot]
) -> tuple[int, ...]:
    """The slots of which marks or their outcome stand otherwise in the tables than in the chain."""
    slot_of = {row.id: row.slot for row in paper_of(session, sitting.id)}
    tasks = {slot_of[t.sitting_question_id]: t for t in tasks_of(session, sitting.id)}
    marks = current_marks(session, [task.sitting_question_id for task in tasks.values()])
    changed = []
    for slot, one in told.items():
        task, mark = tasks.get(slot), one.mark
        given = marks_as_data(marks[task.sitting_question_id]) if task else None
        is_same = task is not None and task.tenths == mark["tenths"] and given == mark["given"]
        if not is_same:
            changed.append(slot)
    return tuple(sorted(changed))


def _marked_again(told: Mapping[int, MarkedSlot]) -> dict[str, tuple[int, ...]]:
    """What computing the marks of people once more tells of their slots, by the field's name."""
    found = {
        "unfounded_slots": [s for s, one in told.items() if not one.fits],
        "own_score_slots": [s for s, one in told.items() if one.again.own_scores],
        "assumed_slots": [s for s, one in told.items() if one.again.is_mean_assumed],
    }
    return {name: tuple(sorted(slots)) for name, slots in found.items()}
