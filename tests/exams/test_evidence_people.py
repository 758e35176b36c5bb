"""Scores that people decided, computed once more from a file: marks, corrections, verdicts."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from core.config import Config
from exams.chain import link_hash
from exams.corrections import ChangeKind
from exams.evidence.check import FILE_KIND, Wrong, _link, check, content_digest
from exams.evidence.packing import packed_verifier
from exams.evidence.record import evidence_json
from exams.models import Exam, MarkRound, Sitting
from exams.operations.answers_to_mark import release_results
from exams.operations.verdicts import void_sitting
from question_bank.models import QuestionVersion
from tests.cast import Cast
from tests.exams.evidence_sittings import evidence, signer_of
from tests.exams.factories import make_exam, make_single
from tests.exams.people.papers import (
    LATER,
    POINT,
    appoint,
    candidates,
    make_marker,
    mark,
    task_of,
    written_exam,
)
from tests.exams.people.papers import sit as write
from tests.exams.regrading import regrade_by, sit

Data = dict[str, Any]
Marks = Callable[..., Data]


@pytest.fixture
def marked(session: Session, cast: Cast, app: Flask, config: Config) -> Marks:
    """The file of a paper with one right verdict and an answer that got these marks.

    Each mark is its tenths and the points ticked; a third one is the adjudicator's.
    """

    def made(*marks: tuple[int, list[int]], **more: Any) -> Data:
        exam = written_exam(session, cast, marker_count=min(len(marks), 2), **more)
        sitting = write(session, exam, candidates(session, cast, 1)[0], "报告")
        for (tenths, points), round_ in zip(marks, MarkRound, strict=False):
            is_adjudicator = round_ is MarkRound.ADJUDICATOR
            marker = make_marker(session, cast, round_.value)
            appoint(session, cast, exam, marker, is_adjudicator=is_adjudicator)
            mark(session, marker, sitting, tenths, points=points, round_=round_)
        assert release_results(session, exam, limit=9, actor=cast.actor("examiner"), now=LATER)
        session.refresh(sitting)
        return evidence(session, sitting, config)

    return made


def told(data: Data) -> Data:
    """What the newest entry of people's marks says."""
    found: Data = [one for one in data["chain"] if one["kind"] == "marked_by_person"][-1]["content"]
    return found


def forged(data: Data, config: Config) -> Data:
    """The file as an insider with the key would make it: chained anew, signed anew."""
    signer, before = signer_of(config), ""
    for one in data["chain"]:
        link = _link(one)
        before = one["hash"] = link_hash(
            before, number=link.number, kind=link.kind, content=link.content, at=link.at
        )
    for end in data["signatures"]:
        end["head"] = data["chain"][end["number"] - 1]["hash"]
        end["signature"] = signer.sign(data["sitting"]["id"], end["number"], end["head"])
    return {**data, "file_signature": signer.sign_file(FILE_KIND, content_digest(data))}


def give(data: Data, tenths: int) -> None:
    """Let the written answer have this score everywhere but in its marks."""
    content = told(data)
    (slot,) = [one["slot"] for one in content["marks"]]
    row = next(row for row in data["paper"] if row["slot"] == slot)
    more = tenths - row["score_tenths"]
    row["score_tenths"] = tenths
    content["scores_tenths"] = [
        [s, tenths if s == slot else t] for s, t in content["scores_tenths"]
    ]
    content["marks"][0]["tenths"] = tenths
    for place in (content, data["sitting"]):
        place["score_tenths"] += more


@pytest.mark.parametrize(
    ("marks", "score"),
    [
        ([(POINT, [1])], 150),
        ([(POINT, [1]), (2 * POINT, [1, 2])], 175),
        ([(0, []), (2 * POINT, [1, 2]), (POINT, [2])], 150),
    ],
)
def test_marks_by_scoring_point_second_marker_and_adjudicator_are_computed_again(
    marked: Marks, config: Config, marks: list[tuple[int, list[int]]], score: int
) -> None:
    data = marked(*marks, max_difference_percent=60)

    report = check(data)

    assert data["sitting"]["score_tenths"] == score
    assert (report.problems, report.notes) == ([], [])
    give(data, 80)
    places = [one.place for one in check(forged(data, config)).problems]
    assert any("阅卷分合不成记录的分" in place for place in places)
    assert {one.wrong for one in check(data).problems} >= {Wrong.SCORE}


def one_marker_twice(content: Data) -> None:
    first, second = content["marks"][0]["given"]
    second[0] = first[0]


def no_second_mark(content: Data) -> None:
    content["marks"][0]["given"].pop()


def too_far_apart(content: Data) -> None:
    content["marking"]["max_difference_percent"] = 10


def a_point_that_is_not_there(content: Data) -> None:
    content["marks"][0]["given"][0][3] = [7]


@pytest.mark.parametrize(
    "change", [one_marker_twice, no_second_mark, too_far_apart, a_point_that_is_not_there]
)
def test_marks_that_cannot_be_are_found_though_chained_and_signed_anew(
    marked: Marks, config: Config, change: Callable[[Data], None]
) -> None:
    data = marked((POINT, [1]), (2 * POINT, [1, 2]), max_difference_percent=60)

    change(told(data))

    report = check(forged(data, config))
    assert report.kinds == {Wrong.SCORE}


def test_a_score_of_a_markers_own_is_taken_as_recorded_and_said_so(marked: Marks) -> None:
    report = check(marked((70, [1])))

    assert report.is_intact
    assert report.notes == ["第 2 题有阅卷人自己定的分，采分点算不出，按记录的分核对"]


def test_an_older_entry_without_its_rule_takes_the_mean_and_says_so(
    marked: Marks, config: Config
) -> None:
    data = marked((POINT, [1]), (2 * POINT, [1, 2]), max_difference_percent=60)
    del told(data)["marking"]

    report = check(forged(data, config))

    assert report.is_intact
    assert report.notes == ["第 2 题两个人的分最多可以差多少，记录链没有写，按平均分核对（7.5 分）"]


def test_a_corrected_paper_is_computed_again_by_the_corrections_of_its_chain(
    session: Session, cast: Cast, app: Flask, config: Config
) -> None:
    single, other = make_single(session, 1), make_single(session, 2)
    exam = make_exam(session, cast, [single, other], pass_mark_tenths=100, shuffles_questions=False)
    sitting = sit(session, cast, exam, "learner", {single.id: [1], other.id: [2]})
    regrade_by(session, cast, exam, single, ChangeKind.KEY, {"answers": [[1]], "keeps_old": False})
    regrade_by(session, cast, exam, other, ChangeKind.POINTS, 50)
    data = evidence(session, sitting, config)

    report = check(data)

    assert (report.problems, report.notes) == ([], ["考后更正过：按记录链里写的更正重算"])
    assert data["sitting"]["score_tenths"] == 150
    data["paper"][0]["score_tenths"] = 90
    places = [one.place for one in check(data).problems]
    assert "第 1 题重算是 10 分" in places


def void_it(session: Session, cast: Cast, sitting: Sitting) -> None:
    actor = cast.actor("examiner")
    void_sitting(session, sitting.id, reason="看手机", actor=actor, now=LATER)


def test_the_verdict_follows_from_pass_mark_and_decision_and_a_turned_one_is_found(
    session: Session, cast: Cast, app: Flask, config: Config
) -> None:
    exam = make_exam(session, cast, [make_single(session)], pass_mark_tenths=100)
    (single,) = session.query(QuestionVersion).all()
    sitting = sit(session, cast, exam, "learner", {single.id: [2]})
    passed = evidence(session, sitting, config)
    void_it(session, cast, sitting)
    session.expire_all()
    void = evidence(session, sitting, config)

    assert (check(passed).problems, check(passed).notes) == ([], [])
    assert (check(void).problems, check(void).notes) == (
        [],
        ["违纪作废是人的决定，按记录链里写的算"],
    )
    passed["sitting"]["is_passed"] = passed["chain"][-1]["content"]["is_passed"] = False
    places = [one.place for one in check(forged(passed, config)).problems]
    assert places == ["结论和重算的不一样"]


def test_the_packed_verifier_computes_marks_and_corrections_alone(
    session: Session, cast: Cast, marked: Marks, config: Config, tmp_path: Path
) -> None:
    data = marked((POINT, [1]), (2 * POINT, [1, 2]), max_difference_percent=60)
    sitting = session.get_one(Sitting, data["sitting"]["id"])
    exam = session.get_one(Exam, sitting.exam_id)
    written = session.get_one(QuestionVersion, task_of(session, sitting).question_version_id)
    regrade_by(session, cast, exam, written, ChangeKind.POINTS, 200)
    data = evidence(session, sitting, config)
    assert data["sitting"]["score_tenths"] == 100 + 150
    tool, good, bad = (tmp_path / name for name in ("verify.py", "good.json", "bad.json"))
    tool.write_text(packed_verifier(), "utf-8")
    good.write_text(evidence_json(data), "utf-8")
    turned = json.loads(evidence_json(data))
    told(turned)["marks"][0]["given"][0][2] = 0
    bad.write_text(evidence_json(forged(turned, config)), "utf-8")

    runs = [
        subprocess.run(
            [sys.executable, "-I", str(tool), str(file)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
        )
        for file in (good, bad)
    ]

    assert [run.returncode for run in runs] == [0, 1], runs
    assert "考后更正过：按记录链里写的更正重算" in runs[0].stdout
    assert "第 2 题的阅卷分合不成记录的分" in runs[1].stdout
