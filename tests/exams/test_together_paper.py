"""An exam on paper beside marking by people, regrades, resits, shifts and drawing again."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from accounts.models import User
from core.chance import SystemSeeds
from core.config import Config
from exams.corrections import ChangeKind
from exams.evidence.check import check
from exams.models import Exam, PaperForm, Sitting
from exams.operations.answers_to_mark import release_results
from exams.operations.on_paper import PaperEntry, enter_paper_sitting, make_forms
from exams.operations.publication import withdraw_question
from exams.operations.sitting import start_sitting
from exams.operations.verdicts import void_sitting
from exams.queries.sittings import paper_of
from exams.redrawing import redraw_sitting
from exams.signing import load_signer
from exams.verification import verify_sitting
from question_bank.models import QuestionVersion
from teams.queries import actor_for
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.evidence_sittings import evidence
from tests.exams.factories import make_exam, make_single, make_verdict, make_written
from tests.exams.people.papers import LATER, appoint, candidates, make_marker, mark
from tests.exams.regrading import ZONE, regrade_by

BEGAN, ENDED = MONDAY + timedelta(minutes=5), MONDAY + timedelta(minutes=65)


@pytest.fixture(autouse=True)
def signs(app: Flask) -> None:
    """Ends of chains are signed by who listens in the app."""
    assert app.extensions["shanggang"].bus is not None


@pytest.fixture
def written(session: Session, cast: Cast) -> QuestionVersion:
    return make_written(session)


@pytest.fixture
def exam(session: Session, cast: Cast, written: QuestionVersion) -> Exam:
    """A 判断 and a 简答 of ten points each for 冲压; twelve points pass."""
    return make_exam(
        session,
        cast,
        [make_verdict(session), written],
        pass_mark_tenths=120,
        audience="press",
        shuffles_questions=False,
    )


def make_form(session: Session, cast: Cast, exam: Exam, mark_: str = "7K3") -> PaperForm:
    actor = cast.actor("examiner")
    return make_forms(session, exam, draws=[(1, mark_)], actor=actor, now=MONDAY)[0]


def enter(
    session: Session,
    cast: Cast,
    exam: Exam,
    form: PaperForm,
    person: User,
    responses: dict[int, Any],
) -> Sitting:
    entry = PaperEntry(person.id, responses, BEGAN, ENDED, "f" * 64, 1)
    actor = cast.actor("examiner")
    return enter_paper_sitting(session, exam, form, entry, zone=ZONE, actor=actor, now=LATER)


def is_whole(session: Session, sitting: Sitting, config: Config) -> bool:
    session.flush()
    session.expire_all()
    key = load_signer(config.keys_dir, SystemSeeds()).public_key
    assert check(evidence(session, sitting, config)).problems == []
    assert redraw_sitting(session, sitting.id).is_same
    return verify_sitting(session, sitting.id, public_key=key).is_intact


def test_what_was_written_on_paper_is_marked_by_people_and_regraded(
    session: Session, cast: Cast, exam: Exam, written: QuestionVersion, config: Config
) -> None:
    marker, person = make_marker(session, cast, "阅卷人"), candidates(session, cast, 1)[0]
    appoint(session, cast, exam, marker)
    sitting = enter(
        session, cast, exam, make_form(session, cast, exam), person, {1: False, 2: "报告"}
    )
    assert sitting.is_passed is None
    assert is_whole(session, sitting, config)

    mark(session, marker, sitting, 50)
    release_results(session, exam, limit=9, actor=cast.actor("examiner"), now=LATER)
    assert (sitting.score_tenths, sitting.is_passed) == (150, True)
    assert is_whole(session, sitting, config)

    regrade_by(session, cast, exam, written, ChangeKind.POINTS, 300)
    assert (sitting.score_tenths, sitting.full_score_tenths, sitting.is_passed) == (250, 400, True)
    assert is_whole(session, sitting, config)

    void_sitting(session, sitting.id, reason="替考", actor=cast.actor("examiner"), now=LATER)
    assert sitting.is_passed is False
    assert is_whole(session, sitting, config)


def test_a_paper_typed_in_after_a_regrade_is_marked_by_it(
    session: Session, cast: Cast, exam: Exam, written: QuestionVersion, config: Config
) -> None:
    form, people = make_form(session, cast, exam), candidates(session, cast, 2)
    enter(session, cast, exam, form, people[0], {1: False})
    regrade_by(session, cast, exam, written, ChangeKind.FULL_MARKS)

    sitting = enter(session, cast, exam, form, people[1], {1: True, 2: "报告"})

    assert (sitting.score_tenths, sitting.is_passed) == (100, False)
    assert is_whole(session, sitting, config)


def test_a_form_redraws_after_its_pool_has_changed(
    session: Session, cast: Cast, config: Config
) -> None:
    pool = [make_single(session, number) for number in range(8)]
    exam = make_exam(session, cast, pool, count=3, pass_mark_tenths=300, tries=2)
    person = candidates(session, cast, 1)[0]
    form = make_form(session, cast, exam)
    on_form = {one["version_id"] for one in form.questions}
    gone = next(one for one in pool if one.id not in on_form)
    withdraw_question(
        session, exam, gone.id, reason="过时", actor=cast.actor("examiner"), now=MONDAY
    )

    sitting = enter(session, cast, exam, form, person, {1: [1]})

    assert {row.question_version_id for row in paper_of(session, sitting.id)} == on_form
    assert is_whole(session, sitting, config)


def test_a_resit_on_the_page_avoids_what_stood_on_the_paper_before(
    session: Session, cast: Cast, config: Config
) -> None:
    pool = [make_single(session, number) for number in range(6)]
    exam = make_exam(
        session,
        cast,
        pool,
        count=3,
        pass_mark_tenths=300,
        tries=2,
        closes_at=MONDAY + timedelta(days=1),
    )
    person = candidates(session, cast, 1)[0]
    first = enter(session, cast, exam, make_form(session, cast, exam), person, {})
    assert first.is_passed is False

    second = start_sitting(
        session, exam, actor=actor_for(session, person.id), now=LATER, seed=9, zone=ZONE
    )

    had = {row.question_version_id for row in paper_of(session, first.id)}
    has = {row.question_version_id for row in paper_of(session, second.id)}
    assert not had & has
    assert redraw_sitting(session, second.id).is_same
    assert is_whole(session, first, config)


def test_papers_count_as_seen_for_the_shifts_that_come_after(
    session: Session, cast: Cast, config: Config
) -> None:
    pool = [make_single(session, number) for number in range(8)]
    exam = make_exam(
        session,
        cast,
        pool,
        count=4,
        pass_mark_tenths=300,
        closes_at=MONDAY + timedelta(days=3),
        reuse_limit_percent=0,
        shift_hours=24,
    )
    on_paper, online = candidates(session, cast, 2)
    first = enter(session, cast, exam, make_form(session, cast, exam), on_paper, {})

    second = start_sitting(
        session,
        exam,
        actor=actor_for(session, online.id),
        now=MONDAY + timedelta(days=1),
        seed=9,
        zone=ZONE,
    )

    seen = {row.question_version_id for row in paper_of(session, first.id)}
    assert not seen & {row.question_version_id for row in paper_of(session, second.id)}
    assert redraw_sitting(session, second.id).is_same
    assert is_whole(session, first, config)
