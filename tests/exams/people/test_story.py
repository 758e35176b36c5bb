"""Three answers, two markers, one adjudication: from handing in to the results."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.services import Services
from exams.events import SittingMarked
from exams.hand_marking import Given
from exams.links import MARKED_BY_PERSON
from exams.models import MarkRound, Sitting, SittingEvent, TaskState
from exams.operations.answers_to_mark import release_results
from exams.operations.hand_marking import give_mark
from exams.queries.marking_progress import agreements, progress_of, release_of
from exams.signing import load_signer
from exams.verification import verify_sitting
from teams.queries import actor_for
from tests.cast import Cast
from tests.exams.people.papers import (
    LATER,
    appoint,
    candidates,
    lay,
    make_marker,
    mark,
    sit,
    task_of,
    written_exam,
)


def results(session: Session, sittings: list[Sitting]) -> list[tuple[int | None, bool | None]]:
    for sitting in sittings:
        session.refresh(sitting)
    return [(sitting.score_tenths, sitting.is_passed) for sitting in sittings]


def test_three_answers_two_markers_one_adjudication(
    session: Session, cast: Cast, services: Services
) -> None:
    told: list[SittingMarked] = []
    services.bus.subscribe(SittingMarked, lambda _session, event: told.append(event))
    exam = written_exam(session, cast, marker_count=2, max_difference_percent=20)
    first, second, judge = (make_marker(session, cast, name) for name in ("甲", "乙", "丙"))
    appoint(session, cast, exam, first)
    appoint(session, cast, exam, second)
    appoint(session, cast, exam, judge, is_adjudicator=True)
    people = candidates(session, cast, 4)
    texts = ["先报告，再关阀", "报告", "跑", None]
    sittings = [sit(session, exam, who, text) for who, text in zip(people, texts, strict=True)]

    # The machine's part is marked at once; an open question needs nobody, so its paper is done.
    assert results(session, sittings) == [(None, None)] * 3 + [(100, False)]
    assert [event.sitting_id for event in told] == [sittings[3].id]

    # 100 and 95 are within 20 of 100 tenths: the mean 97.5 is rounded half up.
    mark(session, first, sittings[0], 100, points=[1, 2])
    mark(session, second, sittings[0], 95, points=[1, 2], round_=MarkRound.SECOND)
    assert task_of(session, sittings[0]).tenths == 98
    # 50 and 70 differ by 20, which is still within.
    mark(session, first, sittings[1], 50, points=[1])
    mark(session, second, sittings[1], 70, points=[1], round_=MarkRound.SECOND)
    assert task_of(session, sittings[1]).tenths == 60
    # 0 and 30 are too far apart.
    mark(session, first, sittings[2], 0)
    mark(session, second, sittings[2], 30, round_=MarkRound.SECOND)
    assert task_of(session, sittings[2]).state is TaskState.DISPUTED

    examiner = cast.actor("examiner")
    assert (release_of(session, exam.id).ready, release_of(session, exam.id).unfinished) == (2, 1)
    (progress,) = progress_of(session, exam.id)
    assert (progress.total, progress.marked, progress.disputed) == (3, 2, 1)

    mark(session, judge, sittings[2], 10, round_=MarkRound.ADJUDICATOR)
    assert task_of(session, sittings[2]).tenths == 10
    assert results(session, sittings[:3]) == [(None, None)] * 3

    assert release_results(session, exam, limit=50, actor=examiner, now=LATER) == 3

    assert results(session, sittings[:3]) == [(198, True), (160, True), (110, False)]
    assert [event.is_passed for event in told] == [False, True, True, False]
    chain = session.scalars(
        select(SittingEvent).where(
            SittingEvent.sitting_id == sittings[2].id, SittingEvent.kind == MARKED_BY_PERSON
        )
    ).one()
    assert chain.content["marks"] == [
        {
            "slot": task_slot(session, sittings[2]),
            "tenths": 10,
            "answer": task_of(session, sittings[2]).answer_digest,
            "given": [
                [first.id, "first", 0, []],
                [second.id, "second", 30, []],
                [judge.id, "adjudicator", 10, []],
            ],
        }
    ]
    assert agreements(session, exam.id)[progress.version_id].pairs == 3
    actions = set(session.scalars(select(AuditEntry.action)))
    assert {
        "exam.marker.appointed",
        "exam.answer.marked",
        "exam.sitting.marked_by_person",
    } <= actions
    key = load_signer(services.config.keys_dir, services.seeds).public_key
    for sitting in sittings:
        assert verify_sitting(session, sitting.id, public_key=key).is_intact


def task_slot(session: Session, sitting: Sitting) -> int:
    return next(
        mark["slot"]
        for event in session.scalars(
            select(SittingEvent).where(
                SittingEvent.sitting_id == sitting.id, SittingEvent.kind == MARKED_BY_PERSON
            )
        )
        for mark in event.content["marks"]
    )


def test_results_come_one_by_one_where_the_exam_says_so(session: Session, cast: Cast) -> None:
    exam = written_exam(session, cast, releases_together=False)
    marker = make_marker(session, cast, "甲")
    appoint(session, cast, exam, marker)
    one, other = (sit(session, exam, who, "报告") for who in candidates(session, cast, 2))

    mark(session, marker, one, 50, points=[1])

    assert results(session, [one, other]) == [(150, True), (None, None)]


def test_equal_answers_are_marked_together(session: Session, cast: Cast) -> None:
    exam = written_exam(session, cast)
    marker = make_marker(session, cast, "甲")
    appoint(session, cast, exam, marker)
    same = ["立即报告", " 立即 报告", "立即报告\n"]
    people = candidates(session, cast, 4)
    sittings = [
        sit(session, exam, who, text) for who, text in zip(people, [*same, "跑"], strict=True)
    ]
    actor = actor_for(session, marker.id)
    task = lay(session, marker, sittings[0])

    count = give_mark(
        session,
        task.token,
        Given((1,), 50),
        together=True,
        actor=actor,
        now=LATER,
    )

    assert count == 3
    assert [task_of(session, s).tenths for s in sittings] == [50, 50, 50, None]
