"""Each role's home answers what to do next, within the role's own scope."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.clock import ManualClock
from core.identity import Role
from exams.models import BlueprintRow, ExamState, PoolEntry
from learning.models import CourseModule, ModuleKind, ModuleReading, ModuleSource, ModuleVersion
from question_bank.models import Question, QuestionState, QuestionType, QuestionVersion
from teams.models import RoleGrant
from tests.cast import Cast
from tests.certificates.test_pages import make_certificate
from tests.conftest import MONDAY
from tests.sittings import make_plain_exam, make_sitting

Client = Callable[[str], FlaskClient]


def make_module(session: Session, title: str = "冲压机安全操作规程") -> CourseModule:
    module = CourseModule(
        key="chongya",
        kind=ModuleKind.OPERATING_PROCEDURE,
        title=title,
        source=ModuleSource.LIBRARY,
    )
    session.add(module)
    session.flush()
    version = ModuleVersion(
        module_id=module.id,
        number=1,
        content_hash="0" * 64,
        label="1.0",
        title=title,
        effective_on=date(2026, 1, 1),
        hours_tenths=10,
        front={},
        html="<p></p>",
        contents=[],
        source_path="content/x.md",
        published_at=MONDAY,
    )
    session.add(version)
    session.flush()
    module.current_version_id = version.id
    session.flush()
    return module


def put_into_pool(session: Session, exam_id: int, module: CourseModule) -> None:
    """One question of the module may be drawn in the exam."""
    question = Question(
        public_id="q-1",
        module_key=module.key,
        type=QuestionType.TRUE_FALSE,
        state=QuestionState.ACTIVE,
        source_path="content/x.md",
        source_line=1,
        metadata_hash="0" * 64,
    )
    session.add(question)
    session.flush()
    version = QuestionVersion(
        question_id=question.id,
        number=1,
        content_hash="0" * 64,
        type=QuestionType.TRUE_FALSE,
        stem_markdown="x",
        stem_html="x",
        options=[],
        verdict=True,
        blanks=[],
        created_at=MONDAY,
    )
    row = BlueprintRow(exam_id=exam_id, position=1, count=1, points_tenths=1000)
    session.add_all([version, row])
    session.flush()
    session.add(PoolEntry(blueprint_row_id=row.id, question_version_id=version.id))
    session.flush()


def test_learner_with_nothing_to_do_is_told_so(client_for: Client) -> None:
    page = client_for("learner").get("/").text

    assert "<h1>现在没有要考的试</h1>" in page
    assert "btn-primary" not in page


def test_learner_sees_the_exam_one_blue_button_and_unread_modules(
    session: Session, cast: Cast, client_for: Client
) -> None:
    for title in ("年度安规考试", "消防考试"):
        exam = make_plain_exam(session, title=title, audience=(cast.team("press"),))
    module = make_module(session)
    put_into_pool(session, exam.id, module)
    session.commit()
    client = client_for("learner")

    page = client.get("/").text

    assert "还有 2 场考试要考，最早3 月 9 日（周一）截止" in page
    assert page.count("btn-primary") == 1
    assert "《冲压机安全操作规程》" in page
    session.add(
        ModuleReading(
            user_id=cast.user("learner").id,
            module_version_id=module.current_version_id,
            opened_at=MONDAY,
            read_at=MONDAY,
        )
    )
    session.commit()
    assert "《冲压机安全操作规程》" not in client.get("/").text


def test_exam_that_does_not_ask_the_learner_is_not_shown(
    session: Session, cast: Cast, client_for: Client
) -> None:
    make_plain_exam(session, audience=(cast.team("weld"),))
    session.commit()

    assert "年度安规考试" not in client_for("learner").get("/").text


def test_running_sitting_comes_first(session: Session, cast: Cast, client_for: Client) -> None:
    exam = make_plain_exam(session, audience=(cast.team("press"),))
    make_sitting(session, exam, cast.user("learner"), is_passed=None)
    session.commit()

    page = client_for("learner").get("/").text

    assert "《年度安规考试》正在考，18:00 前交卷" in page
    assert "回到考试" in page


def test_failed_learner_is_offered_the_resit_then_the_leader(
    session: Session, cast: Cast, client_for: Client
) -> None:
    exam = make_plain_exam(session, audience=(cast.team("press"),))
    make_sitting(session, exam, cast.user("learner"), is_passed=False)
    session.commit()
    client = client_for("learner")

    resit = client.get("/").text
    make_sitting(session, exam, cast.user("learner"), try_number=2, is_passed=False)
    session.commit()
    over = client.get("/").text

    assert "去补考" in resit
    assert "还能考 1 次" in resit
    assert "《年度安规考试》没合格，找班组长安排" in over
    assert "李青山" in over


def test_learner_sees_a_certificate_that_ends_soon(
    session: Session, cast: Cast, client_for: Client
) -> None:
    make_certificate(session, cast, valid_to=date(2026, 3, 20))

    assert "3 月 20 日（周五）到期" in client_for("learner").get("/").text


def test_learner_is_led_to_a_certificate_just_earned(
    session: Session, cast: Cast, client_for: Client
) -> None:
    new = make_certificate(session, cast, issued_on=date(2026, 2, 20))
    make_certificate(session, cast, number="AG-2025-0001", issued_on=date(2025, 6, 1))

    page = client_for("learner").get("/").text

    assert "新拿到的证书" in page
    assert page.count(f'/certificates/{new.id}"') == 1
    assert page.count("/certificates/") == 1


def test_leader_sees_own_people_only(session: Session, cast: Cast, client_for: Client) -> None:
    exam = make_plain_exam(session, audience=(cast.team("enterprise"),))
    make_sitting(session, exam, cast.user("learner"), team=cast.team("press_one"), is_passed=False)
    make_sitting(session, exam, cast.user("team_leader"), team=cast.team("press_one"))
    cast.user("team_leader").password_hash = "x"
    session.commit()

    page = client_for("team_leader").get("/").text

    assert "我的 2 个人：1 人没合格，1 人还没开通" in page
    assert "王小满" in page
    assert "陈立夏" not in page


def test_safety_manager_is_told_only_what_is_certain(
    session: Session, cast: Cast, client_for: Client
) -> None:
    exam = make_plain_exam(session, audience=(cast.team("press"),))
    for who in ("learner", "team_leader"):
        make_sitting(session, exam, cast.user(who), team=cast.team("press_one"), is_passed=False)
    make_certificate(session, cast, valid_to=date(2026, 3, 20))
    session.commit()

    page = client_for("safety_manager").get("/").text

    assert "<h1>1 张证书 60 天内到期</h1>" in page
    assert "能确定低于目标的班组" not in page


def test_examiner_sees_drafts_and_open_exams(
    session: Session, cast: Cast, client_for: Client
) -> None:
    exam = make_plain_exam(session, audience=(cast.team("enterprise"),))
    make_plain_exam(session, title="受限空间考试", state=ExamState.DRAFT)
    make_sitting(session, exam, cast.user("learner"), is_passed=None)
    make_sitting(session, exam, cast.user("team_leader"))
    make_sitting(session, exam, cast.user("examiner"))
    session.commit()

    page = client_for("examiner").get("/").text

    assert "<h1>1 场考试开着，现在 1 人在考</h1>" in page
    assert "应考 8 人，在考 1 人，已交卷 2 人" in page
    assert "受限空间考试" in page


def test_trainer_sees_modules_and_bank(session: Session, cast: Cast, client_for: Client) -> None:
    make_module(session)
    session.commit()

    page = client_for("trainer").get("/").text

    assert "<h1>1 个模块里 1 个还没有题</h1>" in page
    assert "0 道题在用" in page


def test_administrator_sees_who_cannot_sign_in(client_for: Client) -> None:
    assert "<h1>8 人还没设密码，登录不了</h1>" in client_for("administrator").get("/").text


def test_administrator_is_warned_of_an_open_road(
    app: Flask, cast: Cast, client_for: Client
) -> None:
    services = app.extensions["shanggang"]
    services.config = replace(services.config, public_url="http://anquan.example.com")

    page = client_for("administrator").get("/").text

    assert "<h1>网站没有加密，先改成 HTTPS</h1>" in page
    assert "网站没有加密" not in client_for("safety_manager").get("/").text


def test_inspector_is_shown_where_the_records_are(client_for: Client) -> None:
    page = client_for("inspector").get("/").text

    assert "记录在哪里" in page
    assert "btn-primary" not in page


def test_several_roles_stack_with_the_waiting_exam_on_top(
    session: Session, cast: Cast, client_for: Client, clock: ManualClock
) -> None:
    session.add(
        RoleGrant(
            user_id=cast.user("team_leader").id,
            team_id=cast.team("press").id,
            role=Role.TRAINER,
            granted_at=MONDAY,
        )
    )
    make_plain_exam(session, audience=(cast.team("press"),))
    session.commit()
    client = client_for("team_leader")

    waiting = client.get("/").text
    clock.advance(days=30)
    calm = client.get("/").text

    assert waiting.index("我自己") < waiting.index("我的班组") < waiting.index("培训</p>")
    assert calm.index("我的班组") < calm.index("培训</p>") < calm.index("我自己")
    assert waiting.count("<h1>") == 1


def test_menu_shows_what_the_role_may_open(client_for: Client) -> None:
    learner, manager = client_for("learner").get("/menu"), client_for("safety_manager").get("/menu")

    assert "合格率" not in learner.text
    assert "合格率" in manager.text
    assert "审计日志" in manager.text


def test_old_failure_leaves_the_home(
    session: Session, cast: Cast, client_for: Client, clock: ManualClock
) -> None:
    exam = make_plain_exam(session, audience=(cast.team("press"),), tries=1)
    make_sitting(session, exam, cast.user("learner"), is_passed=False)
    session.commit()
    client = client_for("learner")

    assert "没合格" in client.get("/").text
    clock.move_to(exam.closes_at + timedelta(days=31))
    assert "没合格" not in client.get("/").text
