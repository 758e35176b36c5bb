"""An exam on paper: forms drawn for the printer, and a person's answers taken in as a sitting."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.audit import record
from core.clock import local_date
from core.errors import N_, Conflict
from core.identity import Actor
from exams.chain import ANSWER, link_hash
from exams.lettering import LETTERS
from exams.links import PAPER_ANSWERS, answer_content, append_event
from exams.models import Answer, Exam, ExamState, PaperForm, Sitting, SittingState
from exams.operations.closing import close_sitting
from exams.papers import begin_chain, paper_for, store_paper
from exams.queries.on_paper import drawn_of, forms_of
from exams.queries.pools import must_pass_rows, stored_pool
from exams.queries.sittings import place_on, tries_of

MOST_FORMS = 8


@dataclass(frozen=True)
class PaperEntry:
    """One person's paper as it came back: answers by slot, and where they were typed."""

    user_id: int
    responses: Mapping[int, Any]
    started_at: datetime
    ended_at: datetime
    file_hash: str
    row: int


def make_forms(
    session: Session,
    exam: Exam,
    *,
    draws: Sequence[tuple[int, str]],
    actor: Actor,
    now: datetime,
) -> list[PaperForm]:
    """Draw further forms of a published exam, one for each (seed, code letters).

    They are kept as drawn: a paper that lies printed cannot change any more.
    """
    if exam.state is not ExamState.PUBLISHED:
        raise Conflict(N_("考试还没发布，或已撤下，不能生成纸质试卷"))
    there = len(forms_of(session, exam.id))
    if there + len(draws) > MOST_FORMS:
        raise Conflict(N_("一场考试最多 %(most)s 套试卷，已有 %(n)s 套"), most=MOST_FORMS, n=there)
    pool = stored_pool(session, exam.id)
    made = []
    for letter, (seed, mark) in zip(LETTERS[there:], draws, strict=False):
        form = PaperForm(
            exam_id=exam.id,
            letter=letter,
            code=f"{letter}{exam.id}-{mark}",
            seed=seed,
            questions=[asdict(drawn) for drawn in paper_for(exam, pool.rows, None, seed=seed)],
            withdrawn_entries=pool.withdrawn,
            made_by_id=actor.user_id,
            made_at=now,
        )
        session.add(form)
        made.append(form)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        action="exam.paper_forms.made",
        subject=("exam", exam.id),
        after={"codes": [form.code for form in made]},
    )
    session.flush()
    return made


def record_forms_taken(session: Session, exam: Exam, *, actor: Actor, now: datetime) -> None:
    """Papers, answer sheets and keys left the product as files."""
    record(
        session,
        actor=actor,
        now=now,
        action="exam.paper_forms.taken",
        subject=("exam", exam.id),
        after={"codes": [form.code for form in forms_of(session, exam.id)]},
    )
    session.flush()


def enter_paper_sitting(
    session: Session,
    exam: Exam,
    form: PaperForm,
    entry: PaperEntry,
    *,
    zone: ZoneInfo,
    actor: Actor,
    now: datetime,
) -> Sitting:
    """Take in one person's paper: a sitting of the paper exam's hours, marked at once.

    Whether the person may sit is for the plan to say. The chain tells the true moment of typing
    and who typed from which file; the sitting the hours that were told.
    """
    drawn = drawn_of(form)
    team_id, post_id = place_on(session, entry.user_id, local_date(entry.started_at, zone))
    tries = tries_of(session, entry.user_id, [exam.id])[exam.id]
    sitting = Sitting(
        exam_id=exam.id,
        user_id=entry.user_id,
        team_id=team_id,
        post_id=post_id,
        try_number=tries.count + 1,
        state=SittingState.OPEN,
        seed=form.seed,
        withdrawn_entries=form.withdrawn_entries,
        started_at=entry.started_at,
        extra_minutes=0,
        deadline=entry.ended_at,
        full_score_tenths=sum(one.points_tenths for one in drawn),
    )
    must_pass = must_pass_rows(session, exam.id)
    first_event = begin_chain(session, sitting, exam, drawn, must_pass=must_pass, now=now)
    session.add(sitting)
    session.flush()
    store_paper(session, sitting, drawn, first_event)
    told = _told(form, entry, actor)
    append_event(session, sitting, PAPER_ANSWERS, told, now=now)
    _append_answers(session, sitting, entry, now=now)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.paper_answers.entered",
        subject=("sitting", sitting.id),
        on_user_id=sitting.user_id,
        after={"exam_id": exam.id, **told},
    )
    close_sitting(session, sitting, SittingState.SUBMITTED, at=entry.ended_at, actor=actor, now=now)
    return sitting


def _told(form: PaperForm, entry: PaperEntry, actor: Actor) -> dict[str, Any]:
    return {
        "form": form.code,
        "file": entry.file_hash,
        "row": entry.row,
        "by_id": actor.user_id,
        "by": actor.name,
        "started_at": entry.started_at.isoformat(),
        "ended_at": entry.ended_at.isoformat(),
    }


def _append_answers(
    session: Session, sitting: Sitting, entry: PaperEntry, *, now: datetime
) -> None:
    """All answers as links of the chain, with one statement."""
    number, head = sitting.chain_number, sitting.chain_head
    rows = []
    for slot in sorted(entry.responses):
        response = entry.responses[slot]
        if response is None:
            continue
        number += 1
        key = f"paper-{entry.file_hash[:16]}-{slot}"
        content = answer_content(slot, response, key)
        head = link_hash(head, number=number, kind=ANSWER, content=content, at=now)
        rows.append(
            {
                "sitting_id": sitting.id,
                "slot": slot,
                "response": response,
                "client_key": key,
                "received_at": now,
                "number": number,
                "receipt_hash": head,
            }
        )
    if rows:
        session.execute(insert(Answer), rows)
    sitting.chain_number, sitting.chain_head = number, head
    session.flush()
