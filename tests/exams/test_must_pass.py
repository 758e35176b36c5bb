"""A missed must-pass question (红线题) fails a paper of any score, and everybody is told."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.chance import SystemSeeds
from core.config import Config
from exams.links import PAPER, links_of
from exams.models import BlueprintRow, Exam, PoolEntry, Sitting
from exams.operations.answers import record_answer
from exams.operations.closing import submit_sitting
from exams.operations.delivery import deliver_late
from exams.operations.presence import SignOfLife, record_presence
from exams.operations.sitting import start_sitting, take_over
from exams.recording import JournalEntry
from exams.signing import load_signer
from exams.verification import verify_sitting
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam, make_single
from tests.exams.setup.making import SHANGHAI

Browser = Callable[[str], FlaskClient]
RIGHT, WRONG = [2], [1]


@pytest.fixture
def exam(session: Session, cast: Cast) -> Exam:
    """Three single choices of ten points, then a must-pass one of one point; 20 points pass."""
    exam = make_exam(
        session,
        cast,
        [make_single(session, number) for number in range(3)],
        pass_mark_tenths=200,
        shuffles_questions=False,
    )
    row = BlueprintRow(
        exam_id=exam.id, position=2, count=1, points_tenths=10, is_must_pass=True,
        section_title="第二部分 红线题",
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add(PoolEntry(blueprint_row_id=row.id, question_version_id=make_single(session, 9).id))
    session.flush()
    return exam


def sit(session: Session, cast: Cast, exam: Exam, *replies: list[int] | None) -> Sitting:
    actor = cast.actor("learner")
    sitting = start_sitting(session, exam, actor=actor, now=MONDAY, seed=1, zone=SHANGHAI)
    for slot, reply in enumerate(replies, start=1):
        if reply is not None:
            entry = JournalEntry(slot, reply, f"choice-{slot}")
            record_answer(session, sitting.id, entry, actor=actor, now=MONDAY)
    session.expire(sitting)
    submit_sitting(session, sitting, actor=actor, now=MONDAY + timedelta(minutes=9))
    return sitting


@pytest.mark.parametrize("reply", [WRONG, None])
def test_a_missed_must_pass_question_fails_whatever_the_score(
    session: Session, cast: Cast, exam: Exam, reply: list[int] | None
) -> None:
    sitting = sit(session, cast, exam, RIGHT, RIGHT, RIGHT, reply)

    assert sitting.score_tenths == 300
    assert (sitting.is_passed, sitting.must_pass_missed) == (False, 1)
    assert links_of(session, sitting.id)[-1].content["must_pass_missed"] == [4]


def test_a_paper_with_its_must_pass_question_right_passes_by_its_score(
    session: Session, cast: Cast, exam: Exam
) -> None:
    sitting = sit(session, cast, exam, RIGHT, RIGHT, WRONG, RIGHT)

    assert (sitting.score_tenths, sitting.is_passed, sitting.must_pass_missed) == (210, True, 0)


def test_a_must_pass_question_right_does_not_make_up_for_a_low_score(
    session: Session, cast: Cast, exam: Exam
) -> None:
    sitting = sit(session, cast, exam, RIGHT, WRONG, WRONG, RIGHT)

    assert (sitting.is_passed, sitting.must_pass_missed) == (False, 0)


def test_a_paper_without_must_pass_questions_says_nothing_of_them(
    session: Session, cast: Cast
) -> None:
    plain = make_exam(session, cast, [make_single(session)], pass_mark_tenths=50)

    sitting = sit(session, cast, plain, RIGHT)

    links = links_of(session, sitting.id)
    assert sitting.must_pass_missed is None
    assert "must_pass" not in links[0].content
    assert "must_pass_missed" not in links[-1].content


def test_the_paper_names_its_must_pass_questions_and_a_change_shows(
    session: Session, cast: Cast, exam: Exam, app: Flask, config: Config
) -> None:
    assert app.extensions["shanggang"].bus is session.info["bus"]
    signer = load_signer(config.keys_dir, SystemSeeds())
    sitting = sit(session, cast, exam, RIGHT, RIGHT, RIGHT, WRONG)
    first = next(link for link in links_of(session, sitting.id) if link.kind == PAPER)
    assert first.content["must_pass"] == [4]
    assert verify_sitting(session, sitting.id, public_key=signer.public_key).is_intact

    session.execute(text("UPDATE blueprint_row SET is_must_pass = false"))
    session.expire_all()

    found = verify_sitting(session, sitting.id, public_key=signer.public_key)
    assert not found.is_paper_same
    assert not found.is_verdict_same
    assert not found.is_intact


def test_candidates_are_told_before_during_and_after(
    client_for: Browser, session: Session, cast: Cast, exam: Exam
) -> None:
    session.commit()
    learner = client_for("learner")

    start = learner.get(f"/my-exams/{exam.id}").text
    learner.post(f"/my-exams/{exam.id}/start")
    sitting = session.scalars(select(Sitting)).one()
    paper = learner.get(f"/sittings/{sitting.id}").text
    for slot, reply in enumerate((RIGHT, RIGHT, RIGHT, WRONG), start=1):
        body = {"slot": slot, "response": reply, "key": f"choice-{slot}"}
        assert learner.post(f"/sittings/{sitting.id}/answers", json=body).status_code == 200
    learner.post(f"/sittings/{sitting.id}/submit")
    result = learner.get(f"/sittings/{sitting.id}/result").text

    assert "有 1 道红线题，答错一道，总分再高也不合格" in start
    assert paper.count("红线题，答错就不合格") == 1
    assert paper.count("第二部分 红线题") == 1
    assert "<h1>不合格</h1>" in result
    assert "红线题答错 1 道" in result
    assert "不合格，30 分，红线题答错" in learner.get("/my-exams").text


def test_officials_are_told(client_for: Browser, session: Session, cast: Cast, exam: Exam) -> None:
    sitting = sit(session, cast, exam, RIGHT, RIGHT, RIGHT, WRONG)
    session.commit()
    examiner = client_for("examiner")

    assert "红线题答错" in examiner.get(f"/exams/{exam.id}/candidates").text
    assert "红线题答错" in examiner.get(f"/exams/{exam.id}/board").text
    assert "红线题答错 1 道，不合格" in examiner.get(f"/exams/sittings/{sitting.id}/watch").text


def deliver_after_the_deadline(
    session: Session, cast: Cast, exam: Exam, *kept: tuple[int, list[int]]
) -> Sitting:
    """Three right answers in time; what the page kept comes a minute after the deadline."""
    actor = cast.actor("learner")
    sitting = start_sitting(session, exam, actor=actor, now=MONDAY, seed=1, zone=SHANGHAI)
    take_over(session, sitting.id, lease="this-page", actor=actor, now=MONDAY)
    sign = SignOfLife("this-page", answered=0, slot=1, waiting=0, address="")
    record_presence(session, sitting.id, sign, actor=actor, now=MONDAY)
    in_time = [(1, RIGHT), (2, RIGHT), (3, RIGHT)]
    entries, before = [], None
    for number, (slot, reply) in enumerate([*in_time, *kept], start=1):
        entries.append(JournalEntry(slot, reply, f"choice-{number}", number, before, MONDAY))
        before = f"choice-{number}"
    for entry in entries[:3]:
        record_answer(session, sitting.id, entry, lease="this-page", actor=actor, now=MONDAY)
    session.expire(sitting)
    at = sitting.deadline + timedelta(minutes=1)
    deliver_late(session, sitting.id, entries, lease="this-page", actor=actor, now=at)
    return sitting


@pytest.mark.parametrize(
    ("kept", "without", "with_late"),
    [((4, RIGHT), "不合格", "合格"), ((4, WRONG), "不合格", "不合格")],
)
def test_both_results_of_late_answers_are_judged_by_the_must_pass_questions_too(
    client_for: Browser,
    session: Session,
    cast: Cast,
    exam: Exam,
    kept: tuple[int, list[int]],
    without: str,
    with_late: str,
) -> None:
    sitting = deliver_after_the_deadline(session, cast, exam, kept)
    session.commit()

    page = client_for("examiner").get(f"/exams/sittings/{sitting.id}/watch").text

    told = re.search(r'<dl class="totals">(.*?)</dl>', page, re.DOTALL)
    assert told is not None
    one, other = told[1].split("<dt>")[1:]
    assert ("不算补交的答案" in one, "算上补交的答案" in other) == (True, True)
    verdicts = [re.findall("不合格|合格", Markup(part).striptags()) for part in (one, other)]
    assert verdicts == [[without], [with_late]]
    assert ("红线题答错 1 道" in one, "红线题答错 1 道" in other) == (True, with_late == "不合格")
