"""The pages of the bank."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from question_bank.models import Question, QuestionState
from tests.cast import Cast
from tests.conftest import MONDAY, QueryCounter
from tests.question_bank.blocks import SINGLE, VERDICT
from tests.question_bank.factories import make_question, make_questions

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def bank(session: Session, cast: Cast) -> list[Question]:
    questions = make_questions(session, now=MONDAY)
    session.commit()
    return questions


def listed(client: FlaskClient, query: str) -> set[str]:
    page = client.get(f"/questions?{query}").get_data(as_text=True)
    ids = ("q-7f3k2m", "q-2cw9xa", "q-h5t0pd", "q-m4e8vn")
    return {public_id for public_id in ids if f"/questions/{public_id}" in page}


@pytest.mark.parametrize("who", ["learner", "team_leader", "inspector"])
@pytest.mark.parametrize("address", ["/questions", "/questions/q-7f3k2m"])
def test_those_who_are_examined_never_see_the_bank(
    client_for: Browser, bank: list[Question], who: str, address: str
) -> None:
    answer = client_for(who).get(address)

    assert answer.status_code == 403
    assert "次日 6:00" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"q-7f3k2m", "q-2cw9xa", "q-h5t0pd", "q-m4e8vn"}),
        ("words=动火", {"q-7f3k2m"}),
        ("words=焊接", {"q-h5t0pd"}),
        ("words=监护", {"q-2cw9xa", "q-h5t0pd"}),
        ("words=监护+天气", set()),
        ("words=监护+晴天", {"q-2cw9xa"}),
        ("words=限 速", {"q-m4e8vn"}),
        ("words=Ｑ-7F3K2M", {"q-7f3k2m"}),
        ("words=火", {"q-7f3k2m", "q-h5t0pd"}),
        ("words=加 8 小时是", {"q-7f3k2m"}),
        ("words=加8小时是", {"q-7f3k2m"}),
        ("clause=sop-dh%23s-3-2", {"q-7f3k2m"}),
        ("finding=never_drawn", {"q-7f3k2m", "q-2cw9xa", "q-h5t0pd", "q-m4e8vn"}),
        ("finding=too_hard", set()),
        ("words=q-7F3K2M", {"q-7f3k2m"}),
        ("words=%25", set()),
        ("words=_", {"q-m4e8vn"}),
        ("module=sop-qp", {"q-h5t0pd"}),
        ("type=fill_blank", {"q-m4e8vn"}),
        ("type=nonsense", {"q-7f3k2m", "q-2cw9xa", "q-h5t0pd", "q-m4e8vn"}),
        ("tag=作业票", {"q-7f3k2m"}),
        ("difficulty=1", {"q-7f3k2m"}),
        ("state=retired", set()),
        ("state=draft", set()),
        ("state=all", {"q-7f3k2m", "q-2cw9xa", "q-h5t0pd", "q-m4e8vn"}),
    ],
)
def test_the_list_shows_what_is_asked_for(
    client_for: Browser, bank: list[Question], query: str, expected: set[str]
) -> None:
    assert listed(client_for("trainer"), query) == expected


def test_retired_questions_are_found_by_their_state(
    client_for: Browser, bank: list[Question], session: Session
) -> None:
    bank[0].state = QuestionState.RETIRED
    session.commit()
    client = client_for("examiner")

    assert listed(client, "state=retired") == {"q-7f3k2m"}
    assert "q-7f3k2m" not in listed(client, "")


def test_the_page_of_a_question_shows_its_key_and_clause(
    client_for: Browser, bank: list[Question]
) -> None:
    page = client_for("safety_manager").get("/questions/q-7f3k2m").get_data(as_text=True)

    assert "次日 6:00" in page
    assert page.count("answer-right") == 1
    assert 'href="/modules/sop-dh/clauses/s-3-2"' in page
    assert "这是按 4 小时算的。" in page
    assert "22:00 加 8 小时是次日 6:00" in page


@pytest.mark.parametrize(
    ("public_id", "said"),
    [("q-2cw9xa", "少选得一半"), ("q-h5t0pd", "答案：错"), ("q-m4e8vn", "十五")],
)
def test_the_page_shows_the_key_of_every_type(
    client_for: Browser, bank: list[Question], public_id: str, said: str
) -> None:
    page = client_for("trainer").get(f"/questions/{public_id}").get_data(as_text=True)

    assert said in page


def test_old_versions_stay_readable(
    client_for: Browser, bank: list[Question], session: Session
) -> None:
    make_question(session, now=MONDAY, text=SINGLE.replace("夜班 22:00", "夜班 21:00"))
    session.commit()

    page = client_for("trainer").get("/questions/q-7f3k2m").get_data(as_text=True)

    assert "第 2 版" in page
    assert "夜班 21:00" in page
    assert "夜班 22:00" in page


def test_an_unknown_question_is_not_found(client_for: Browser, bank: list[Question]) -> None:
    assert client_for("trainer").get("/questions/q-000000").status_code == 404


def test_a_keeper_confirms_a_question_whose_clause_changed(
    client_for: Browser, bank: list[Question], session: Session
) -> None:
    bank[0].review_since = MONDAY
    session.commit()
    client = client_for("trainer")
    assert listed(client, "state=review") == {"q-7f3k2m"}

    client.post("/questions/q-7f3k2m/confirm")

    assert listed(client, "state=review") == set()
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "question.confirmed")
    ).one()
    assert (entry.actor_name, entry.subject_id) == ("孙清明", "q-7f3k2m")


def test_the_list_asks_the_same_number_of_queries_for_one_row_and_for_many(
    client_for: Browser, bank: list[Question], session: Session, count_queries: QueryCounter
) -> None:
    client = client_for("trainer")
    client.get("/questions?words=动火")
    count_queries.statements.clear()
    client.get("/questions?words=动火")
    for_one = len(count_queries)
    for number in range(25):
        make_question(session, now=MONDAY, public_id=f"q-0000{number:02d}")
    session.commit()
    count_queries.statements.clear()

    client.get("/questions?words=动火")

    assert len(count_queries) == for_one


def test_pages_follow_each_other(
    client_for: Browser, bank: list[Question], session: Session
) -> None:
    for number in range(35):
        make_question(
            session,
            now=MONDAY,
            public_id=f"q-0000{number:02d}",
            text=VERDICT.replace("几分钟", f"{number} 分钟"),
            type_word="判断",
        )
    session.commit()
    client = client_for("trainer")

    first = client.get("/questions").get_data(as_text=True)
    second = client.get("/questions?page=2").get_data(as_text=True)

    assert "第 1—30 题，共 39 题" in first
    assert "第 31—39 题，共 39 题" in second


def test_an_empty_bank_says_how_questions_get_there(client_for: Browser, cast: Cast) -> None:
    page = client_for("trainer").get("/questions").get_data(as_text=True)

    assert "还没有题" in page
