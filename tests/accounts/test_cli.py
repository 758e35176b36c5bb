import re

from flask import Flask
from sqlalchemy.orm import Session

from accounts.models import User
from tests.accounts.people import HERE, NEW, sign_in
from tests.cast import Cast


def run(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["accounts", *words])
    return result.exit_code, result.output


def test_first_admin_prints_a_password_that_must_be_changed(app: Flask) -> None:
    status, said = run(app, "first-admin")

    password = re.search(r"密码 (\w+)。", said)
    assert status == 0
    assert password is not None
    browser = app.test_client()
    assert sign_in(browser, "admin", password.group(1)).status_code == 302
    assert browser.get("/me").location == "/me/password?next=/me"


def test_first_admin_is_refused_where_people_are(app: Flask, cast: Cast) -> None:
    status, said = run(app, "first-admin")

    assert status == 1
    assert "已经有人员" in said


def test_reset_password_prints_a_code_that_works(app: Flask, cast: Cast) -> None:
    status, said = run(app, "reset-password", "2026 0001")

    code = re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", said)
    assert status == 0
    assert "2026-03-05 17:00 前有效" in said
    assert code is not None
    answer = app.test_client().post(
        "/activate",
        data={"employee_no": "20260001", "code": code.group(), "new_password": NEW},
        environ_base={"REMOTE_ADDR": HERE},
    )
    assert answer.status_code == 302


def test_reset_password_of_an_unknown_number_says_so(app: Flask, cast: Cast) -> None:
    status, said = run(app, "reset-password", "99999999")

    assert status == 1
    assert "没有工号 99999999" in said


def test_reset_password_of_someone_who_has_left_says_so(
    app: Flask, session: Session, cast: Cast
) -> None:
    user = session.get_one(User, cast.user("learner").id)
    user.left_on = user.hired_on
    session.commit()

    status, said = run(app, "reset-password", "20260001")

    assert status == 1
    assert "离职已登记" in said
