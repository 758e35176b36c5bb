import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts import operations, queries
from accounts.models import User
from core.services import RecordSection, Services
from tests.accounts.people import visit_from
from tests.cast import Cast
from tests.conftest import MONDAY, QueryCounter

ID_NUMBER = "11010519491231002X"


@pytest.fixture
def browser(
    client_for: Callable[[str], FlaskClient], session: Session, cast: Cast, services: Services
) -> FlaskClient:
    """王小满's browser; her ID number is registered."""
    operations.record_id_number(
        session,
        cast.user("learner"),
        ID_NUMBER,
        key=services.id_number_key,
        actor=cast.actor("administrator"),
        now=MONDAY,
    )
    session.commit()
    return client_for("learner")


def unpack(browser: FlaskClient) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(browser.get("/me/records.zip").data))


def test_page_shows_who_i_am_and_where_i_am_signed_in(
    browser: FlaskClient, session: Session, cast: Cast
) -> None:
    operations.start_session(
        session,
        cast.user("learner"),
        visit_from("192.0.2.9", "phone"),
        actor=cast.actor("learner"),
        now=MONDAY,
    )
    session.commit()

    page = browser.get("/me").text

    assert "王小满" in page
    assert "冲压一班，冲压工" in page
    assert "Chrome · Android" in page
    assert "192.0.2.9" in page
    assert page.count("这一台") == 2  # its mark, and the button that ends it


def test_records_page_shows_all_sections_and_the_id_number_only_masked(
    browser: FlaskClient,
) -> None:
    page = browser.get("/me/records").text

    for title in ("个人信息", "登录记录", "激活码", "已读的个人信息告知", "操作记录"):
        assert f"<h2>{title}</h2>" in page
    assert "110***********002X" in page
    assert ID_NUMBER not in page


def test_acts_and_reasons_are_shown_in_words(
    browser: FlaskClient, session: Session, cast: Cast
) -> None:
    user, actor = cast.user("learner"), cast.actor("learner")
    other = operations.start_session(
        session, user, visit_from("192.0.2.9", "phone"), actor=actor, now=MONDAY
    )
    operations.end_sessions(
        session, user.id, reason="password_changed", only_id=other.id, actor=actor, now=MONDAY
    )
    session.commit()

    page = browser.get("/me/records").text

    assert "退出登录" in page
    assert "换了密码" in page
    assert "password_changed" not in page


def test_download_holds_the_same_as_json_and_tables(browser: FlaskClient) -> None:
    archive = unpack(browser)

    document = json.loads(archive.read("records.json"))
    table = archive.read("01-个人信息.csv").decode("utf-8-sig")
    person = dict(document["sections"][0]["rows"])
    assert person["工号"] == "20260001"
    assert person["入职日期"] == "2024-01-01"
    assert person["登记时间"] == "2026-03-02T17:00:00+08:00"
    assert ["姓名", "王小满"] in list(csv.reader(io.StringIO(table)))
    assert ID_NUMBER not in str(document)


def test_download_is_an_attachment_without_a_name_in_it(browser: FlaskClient) -> None:
    answer = browser.get("/me/records.zip")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="records-2026-03-02.zip"'


def test_cell_that_looks_like_a_formula_is_made_inert(
    browser: FlaskClient, session: Session, cast: Cast
) -> None:
    cast.user("learner").employer = "=HYPERLINK(1)"
    session.commit()

    table = unpack(browser).read("01-个人信息.csv").decode("utf-8-sig")

    assert "'=HYPERLINK(1)" in table


def test_packages_to_the_right_add_their_sections(
    browser: FlaskClient, services: Services, cast: Cast
) -> None:
    asked: list[int] = []

    def keeper(_session: Session, user_id: int) -> RecordSection:
        asked.append(user_id)
        return RecordSection("证件", ("编号", "有效到"), [("T-1", date(2029, 5, 1))])

    services.records.append(keeper)

    page = browser.get("/me/records").text

    assert asked == [cast.user("learner").id]
    assert "<td>2029-05-01</td>" in page


def test_long_section_is_cut_on_the_page_and_whole_in_the_download(
    browser: FlaskClient, services: Services
) -> None:
    rows = [(f"row-{number}",) for number in range(60)]
    services.records.append(lambda _session, _id: RecordSection("长", ("编号",), rows))

    page = browser.get("/me/records").text
    document = json.loads(unpack(browser).read("records.json"))

    assert "row-49" in page
    assert "row-50" not in page
    assert "这里显示最近 50 条" in page
    assert len(document["sections"][-1]["rows"]) == 60


def test_records_hold_nothing_of_others(session: Session, cast: Cast) -> None:
    other = cast.user("other_leader")
    operations.start_session(
        session, other, visit_from("192.0.2.9", "x"), actor=cast.actor("other_leader"), now=MONDAY
    )

    sections = [keep(session, cast.user("learner").id) for keep in queries.RECORDS[1:]]

    assert [list(section.rows) for section in sections] == [[], [], [], [], []]


def test_number_of_statements_does_not_grow_with_sign_ins(
    browser: FlaskClient, session: Session, cast: Cast, count_queries: QueryCounter
) -> None:
    browser.get("/me/records")
    count_queries.statements.clear()
    browser.get("/me/records")
    few = len(count_queries)
    for number in range(50):
        operations.start_session(
            session,
            cast.user("learner"),
            visit_from("192.0.2.9", f"t{number}"),
            actor=cast.actor("learner"),
            now=MONDAY,
        )
    session.commit()

    count_queries.statements.clear()
    browser.get("/me/records")

    assert len(count_queries) == few


def test_language_is_stored_with_the_person_and_follows_to_another_browser(
    browser: FlaskClient, client_for: Callable[[str], FlaskClient], session: Session, cast: Cast
) -> None:
    browser.post("/language", data={"language": "en", "back": "/me"})

    session.refresh(cast.user("learner"))
    assert cast.user("learner").language == "en"
    assert '<html lang="en"' in client_for("learner").get("/me").text


def test_unknown_language_changes_nothing(
    browser: FlaskClient, session: Session, cast: Cast
) -> None:
    answer = browser.post("/language", data={"language": "xx", "back": "//evil.example"})

    session.refresh(cast.user("learner"))
    assert cast.user("learner").language is None
    assert answer.location == "/"


def test_language_chosen_before_signing_in_is_only_this_browsers(
    client_for: Callable[[str], FlaskClient], session: Session, cast: Cast
) -> None:
    browser = client_for("nobody")
    browser.post("/language", data={"language": "en", "back": "/sign-in"})

    page = browser.get("/sign-in").text

    assert '<html lang="en"' in page
    assert session.get_one(User, cast.user("learner").id).language is None


def test_sections_of_this_package_come_first(services: Services) -> None:
    assert services.records[: len(queries.RECORDS)] == list(queries.RECORDS)
