"""A regrade through its pages: from the draft to what the candidate reads."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.clock import ManualClock
from exams.corrections import ChangeKind
from exams.models import Exam, Regrade, RegradeChange, RegradeState, Reveal, Sitting
from exams.operations import regrade as operations
from exams.queries.sittings import paper_of
from question_bank.models import QuestionVersion
from tests.cast import ROLES, Cast
from tests.conftest import MONDAY
from tests.exams.factories import WINDOW, make_blanks, make_exam, make_single, make_written
from tests.exams.regrading import LATER, REASON, draft, key, regrade_by, sit, start

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def single(session: Session, cast: Cast) -> QuestionVersion:
    return make_single(session)


@pytest.fixture
def exam(session: Session, cast: Cast, single: QuestionVersion, clock: ManualClock) -> Exam:
    """Two questions; the window has closed."""
    clock.move_to(LATER)
    return make_exam(session, cast, [single, make_blanks(session)], pass_mark_tenths=100)


@pytest.fixture
def sitting(session: Session, cast: Cast, exam: Exam, single: QuestionVersion) -> Sitting:
    made = sit(session, cast, exam, "learner", {single.id: [1]})
    session.commit()
    return made


def _basis(page: str) -> str:
    return page.split('name="basis" value="')[1].split('"')[0]


def test_from_draft_to_result(
    session: Session,
    cast: Cast,
    exam: Exam,
    sitting: Sitting,
    single: QuestionVersion,
    client_for: Browser,
) -> None:
    browser = client_for("examiner")
    assert "这场考试没有更正过" in browser.get(f"/exams/{exam.id}/regrades").text

    begun = browser.post(f"/exams/{exam.id}/regrades")
    here = begun.location
    assert "第 1 道：一级动火票最长多久" in browser.get(here).text
    noted = browser.post(f"{here}/questions/{single.id}", data={"kind": "key", "right": ["1", "2"]})
    assert noted.status_code == 302
    assert "正确答案改为 A，或 B" in browser.get(here).text

    page = browser.get(f"{here}/dry-run").text
    assert "1 份成绩要重算：1 人提高，0 人降低，1 人变合格，0 人变不合格" in page
    assert "0 分，满分 20，10 及格" in page
    assert session.get_one(Sitting, sitting.id).score_tenths == 0

    bare = browser.post(f"{here}/dry-run", data={"basis": _basis(page)})
    assert bare.status_code == 422
    assert "写上原因" in bare.text
    done = browser.post(
        f"{here}/dry-run", data={"basis": _basis(page), "reason": REASON}, follow_redirects=True
    )
    assert "更正已生效，成绩写好了" in done.text
    assert "1 份成绩重算过" in done.text
    session.expire_all()
    assert (sitting.score_tenths, sitting.is_passed) == (100, True)

    result = client_for("learner").get(f"/sittings/{sitting.id}/result?show=all").text
    assert "成绩更正：0 分，不合格 → 10 分，合格" in result
    assert REASON in result
    assert "正确答案改过" in result
    assert "的成绩更正了" in client_for("learner").get("/").text


def test_more_than_a_batch_is_written_by_the_job(
    session: Session,
    cast: Cast,
    exam: Exam,
    single: QuestionVersion,
    client_for: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(operations, "AT_ONCE", 3)
    for who in ROLES:
        sit(session, cast, exam, who, {single.id: [1]})
    regrade = draft(session, cast, exam, [(single, ChangeKind.KEY, key([1]))])
    session.commit()
    browser = client_for("examiner")
    here = f"/exams/{exam.id}/regrades/{regrade.id}"

    page = browser.get(f"{here}/dry-run").text
    browser.post(f"{here}/dry-run", data={"basis": _basis(page), "reason": REASON})

    session.expire_all()
    assert regrade.state is RegradeState.APPLIED
    assert {one.score_tenths for one in session.query(Sitting)} == {100}


def test_a_dry_run_out_of_date_is_shown_again_with_the_reason_kept(
    session: Session,
    cast: Cast,
    exam: Exam,
    sitting: Sitting,
    single: QuestionVersion,
    client_for: Browser,
) -> None:
    regrade = draft(session, cast, exam, [(single, ChangeKind.KEY, key([1]))])
    session.commit()
    browser = client_for("examiner")
    here = f"/exams/{exam.id}/regrades/{regrade.id}/dry-run"
    basis = _basis(browser.get(here).text)
    sit(session, cast, exam, "team_leader", {single.id: [1]})
    session.commit()

    answer = browser.post(here, data={"basis": basis, "reason": REASON})

    assert answer.status_code == 422
    assert "有成绩或别的更正变了" in answer.text
    assert REASON in answer.text
    assert "2 份成绩要重算" in answer.text
    session.expire_all()
    assert regrade.state is RegradeState.DRAFT


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "选一种更正"),
        ({"kind": "key"}, "写上正确答案"),
        ({"kind": "points"}, "写上新的分值"),
        ({"kind": "points", "points": "0"}, "分数大于 0"),
        ({"kind": "points", "points": "abc"}, "分数填数字"),
        ({"kind": "policy"}, "选一种给分规则"),
        ({"kind": "policy", "scoring_rule": "fixed_if_partial"}, "写上固定分是多少分"),
        ({"kind": "policy", "scoring_rule": "share_per_blank"}, "选一种给分规则"),
    ],
)
def test_a_line_that_cannot_be_is_refused_at_its_field(
    session: Session,
    cast: Cast,
    exam: Exam,
    sitting: Sitting,
    single: QuestionVersion,
    client_for: Browser,
    sent: dict[str, str],
    words: str,
) -> None:
    regrade = draft(session, cast, exam, [])
    session.commit()

    answer = client_for("examiner").post(
        f"/exams/{exam.id}/regrades/{regrade.id}/questions/{single.id}", data=sent
    )

    assert answer.status_code == 422
    assert words in answer.text
    assert session.query(RegradeChange).count() == 0


def test_blanks_are_typed_with_bars_and_kept_when_refused(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, client_for: Browser
) -> None:
    regrade = draft(session, cast, exam, [])
    session.commit()
    blanks = session.query(QuestionVersion).order_by(QuestionVersion.id.desc()).first()
    assert blanks is not None
    here = f"/exams/{exam.id}/regrades/{regrade.id}/questions/{blanks.id}"
    browser = client_for("examiner")

    refused = browser.post(here, data={"kind": "key", "blank-1": "5 | 六", "blank-2": " | "})
    assert refused.status_code == 422
    assert "5 | 六" in refused.text
    browser.post(here, data={"kind": "key", "blank-1": "5 | 六", "blank-2": "倒放"})

    stored = session.query(RegradeChange).one()
    assert stored.value["answers"] == [[["5", "六"], ["倒放"]]]


def test_lines_can_be_removed_and_the_draft_given_up(
    session: Session,
    cast: Cast,
    exam: Exam,
    sitting: Sitting,
    single: QuestionVersion,
    client_for: Browser,
) -> None:
    regrade = draft(session, cast, exam, [(single, ChangeKind.VOID, None)])
    session.commit()
    line = session.query(RegradeChange).one()
    browser, here = client_for("safety_manager"), f"/exams/{exam.id}/regrades/{regrade.id}"

    browser.post(f"{here}/lines/{line.id}/remove")
    assert session.query(RegradeChange).count() == 0
    browser.post(f"{here}/rule", data={"scoring_rule": "half_if_partial"})
    assert "整场的给分规则改为：少选得一半分" in browser.get(here).text
    given_up = browser.post(f"{here}/discard", follow_redirects=True)

    assert "已放弃这份草稿" in given_up.text
    session.expire_all()
    assert session.get_one(Regrade, regrade.id).state is RegradeState.DISCARDED


def test_a_question_that_people_mark_offers_no_key(
    session: Session, cast: Cast, clock: ManualClock, client_for: Browser
) -> None:
    clock.move_to(LATER)
    written = make_written(session)
    exam = make_exam(session, cast, [written])
    session.commit()
    start(session, cast, exam, "learner")
    regrade = draft(session, cast, exam, [])
    session.commit()

    page = (
        client_for("examiner")
        .get(f"/exams/{exam.id}/regrades/{regrade.id}/questions/{written.id}")
        .text
    )

    assert 'value="void"' in page
    assert 'value="key"' not in page


def test_an_examiner_of_another_scope_corrects_nothing(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, client_for: Browser
) -> None:
    assert client_for("inspector").post(f"/exams/{exam.id}/regrades").status_code == 403
    assert client_for("team_leader").get(f"/exams/{exam.id}/regrades").status_code == 403


def test_a_void_question_is_told_and_the_pass_mark_of_the_paper_is_shown(
    session: Session,
    cast: Cast,
    single: QuestionVersion,
    clock: ManualClock,
    client_for: Browser,
) -> None:
    clock.move_to(LATER)
    exam = make_exam(
        session,
        cast,
        [single, make_blanks(session)],
        pass_mark_tenths=120,
        reveal=Reveal.AFTER_SUBMISSION,
    )
    sitting = sit(session, cast, exam, "learner", {single.id: [2]})
    regrade_by(session, cast, exam, single, ChangeKind.VOID)
    session.commit()

    page = client_for("learner").get(f"/sittings/{sitting.id}/result?show=all").text

    assert "6 分及格" in page
    assert "这道题作废了，不计分" in page
    assert "得 0 分，共 0 分" in page


def test_an_appeal_through_its_pages_leads_to_a_regrade(
    session: Session,
    cast: Cast,
    exam: Exam,
    sitting: Sitting,
    single: QuestionVersion,
    client_for: Browser,
) -> None:
    learner, examiner = client_for("learner"), client_for("examiner")
    result = learner.get(f"/sittings/{sitting.id}/result?show=all").text
    assert "对这题有疑问" in result

    slot = next(
        row.slot for row in paper_of(session, sitting.id) if row.question_version_id == single.id
    )
    bare = learner.post(f"/sittings/{sitting.id}/appeals", data={"slot": slot, "text": ""})
    assert bare.status_code == 422
    filed = learner.post(
        f"/sittings/{sitting.id}/appeals",
        data={"slot": slot, "text": "3.2 条写的是 4 小时"},
        follow_redirects=True,
    )
    assert "已提交" in filed.text
    again = learner.post(f"/sittings/{sitting.id}/appeals", data={"slot": slot, "text": "再说一次"})
    assert "还没有答复" in again.text

    assert "1 份等答复" in examiner.get("/appeals").text
    assert "1 份申诉等答复" in examiner.get("/").text
    group = f"/exams/{exam.id}/appeals/{single.id}"
    page = examiner.get(group).text
    assert "3.2 条写的是 4 小时" in page
    assert "他的答案：A" in page
    assert cast.user("learner").name not in page
    appeal_id = page.split('id="appeal-')[1].split('"')[0]

    none = examiner.post(group, data={"do": "take"})
    assert "先勾选申诉" in none.text
    examiner.post(group, data={"do": "take", "appeal": appeal_id})
    assert "处理中" in learner.get("/my-appeals").text
    to_question = examiner.post(group, data={"do": "regrade", "appeal": appeal_id})
    assert f"/questions/{single.id}" in to_question.location
    examiner.post(
        group,
        data={
            "do": "answer",
            "appeal": appeal_id,
            "outcome": "granted",
            "answer": "说得对，答案会更正",
        },
    )

    assert "说得对，答案会更正" in learner.get("/my-appeals").text
    assert "的申诉已答复" in learner.get("/").text
    assert "的申诉已答复" in learner.get("/my-exams").text


def test_a_late_appeal_is_refused_with_the_date(
    session: Session,
    cast: Cast,
    exam: Exam,
    sitting: Sitting,
    clock: ManualClock,
    client_for: Browser,
) -> None:
    clock.move_to(MONDAY + WINDOW + timedelta(days=7, microseconds=1))
    learner = client_for("learner")

    assert "对成绩有疑问" not in learner.get(f"/sittings/{sitting.id}/result").text
    refused = learner.post(f"/sittings/{sitting.id}/appeals", data={"slot": "0", "text": "不对"})

    assert refused.status_code == 422
    assert "申诉期 3 月 9 日（周一）19:00 已经过了" in refused.text


def test_the_appeal_period_is_set_on_the_appeals_of_the_exam(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, client_for: Browser
) -> None:
    browser = client_for("examiner")

    bad = browser.post(f"/exams/{exam.id}/appeals/days", data={"days": "1000"})
    assert bad.status_code == 422
    assert "0 到 90 天" in bad.text
    browser.post(f"/exams/{exam.id}/appeals/days", data={"days": "0"})

    session.expire_all()
    assert exam.appeal_days == 0
    assert "不接受申诉" in client_for("learner").get(f"/sittings/{sitting.id}/appeals").text


def test_my_records_hold_appeals_and_corrections(
    session: Session,
    cast: Cast,
    exam: Exam,
    sitting: Sitting,
    single: QuestionVersion,
    client_for: Browser,
) -> None:
    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([1]))
    session.commit()
    learner = client_for("learner")
    learner.post(f"/sittings/{sitting.id}/appeals", data={"slot": "0", "text": "总分加错了"})

    page = learner.get("/me/records").text

    assert "总分加错了" in page
    assert REASON in page
