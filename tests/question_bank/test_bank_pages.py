"""Many questions at once, the print sheet, two versions side by side, hits in the list."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.word_search import grams, hit_ranges, wanted_grams
from question_bank.models import Question
from tests.cast import Cast
from tests.conftest import MONDAY, QueryCounter
from tests.question_bank.blocks import ORDERING, SINGLE, VERDICT
from tests.question_bank.factories import make_question

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def bank(session: Session, cast: Cast) -> list[Question]:
    questions = [
        make_question(session, now=MONDAY),
        make_question(
            session, now=MONDAY, public_id="q-h5t0pd", type_word="判断", text=VERDICT, title="监护"
        ),
    ]
    session.commit()
    return questions


def test_chosen_questions_are_put_up_for_review_with_a_note(
    client_for: Browser, bank: list[Question], session: Session
) -> None:
    client = client_for("trainer")

    client.post(
        "/questions/bulk", data={"id": "q-h5t0pd", "action": "review", "note": "数字像是旧的"}
    )

    session.expire_all()
    assert [question.review_since for question in bank] == [None, MONDAY]
    page = client.get("/questions/q-h5t0pd").get_data(as_text=True)
    assert "孙清明" in page
    assert "数字像是旧的" in page


def test_a_review_without_a_note_is_refused(
    client_for: Browser, bank: list[Question], session: Session
) -> None:
    answer = client_for("trainer").post(
        "/questions/bulk", data={"id": "q-h5t0pd", "action": "review", "note": " "}
    )

    session.expire_all()
    assert answer.status_code == 409
    assert bank[1].review_since is None


def test_all_that_the_filter_finds_is_confirmed(
    client_for: Browser, bank: list[Question], session: Session
) -> None:
    for question in bank:
        question.review_since = MONDAY
    session.commit()

    client_for("trainer").post(
        "/questions/bulk", data={"all": "1", "words": "监护", "action": "confirm"}
    )

    session.expire_all()
    assert [question.review_since is None for question in bank] == [False, True]


def test_nothing_chosen_changes_nothing(
    client_for: Browser, bank: list[Question], session: Session
) -> None:
    client_for("trainer").post("/questions/bulk", data={"action": "review", "note": "看"})

    session.expire_all()
    assert [question.review_since for question in bank] == [None, None]


def test_the_sheet_holds_the_chosen_questions_in_full(
    client_for: Browser, bank: list[Question]
) -> None:
    client = client_for("examiner")
    asked = client.post("/questions/bulk", data={"id": "q-7f3k2m", "action": "print"})

    with_answers = client.get(asked.location).get_data(as_text=True)
    without = client.get(asked.location + "&answers=none").get_data(as_text=True)
    at_end = client.get(asked.location + "&answers=end").get_data(as_text=True)

    assert "次日 6:00" in with_answers
    assert "q-h5t0pd" not in with_answers
    assert "sheet-answer" in with_answers
    assert "sheet-answer" not in without
    assert at_end.index("sheet-key") < at_end.index("sheet-answer")


def test_the_sheet_does_not_give_an_order_away(client_for: Browser, session: Session) -> None:
    make_question(session, now=MONDAY, type_word="排序", text=ORDERING)
    session.commit()

    page = client_for("examiner").get("/questions/print?id=q-7f3k2m").get_data(as_text=True)

    right = ["通知受影响人员", "停机并切断能源", "上锁、挂牌", "释放残余能量", "验证零能量状态"]
    printed = dict(re.findall(r'sheet-option"><span>(.)\.</span><div>(?:<p>)?([^<]+)', page))
    assert sorted(printed.values()) == sorted(right)
    assert list(printed.values()) != right
    answer = re.search(r"答案：</b>([A-E]+)</p>", page)
    assert answer
    assert [printed[letter] for letter in answer[1]] == right


def test_two_versions_stand_side_by_side_with_what_changed(
    client_for: Browser, bank: list[Question], session: Session
) -> None:
    make_question(session, now=MONDAY, text=SINGLE.replace("夜班 22:00", "夜班 21:00"))
    session.commit()

    page = client_for("trainer").get("/questions/q-7f3k2m/compare").get_data(as_text=True)

    assert "<del>22</del>" in page
    assert "<ins>21</ins>" in page


def test_an_unknown_version_is_not_found(client_for: Browser, bank: list[Question]) -> None:
    assert client_for("trainer").get("/questions/q-7f3k2m/compare?old=9").status_code == 404


def test_hits_are_marked_whatever_their_width_and_case(
    client_for: Browser, bank: list[Question]
) -> None:
    page = client_for("trainer").get("/questions?words=２２：００").get_data(as_text=True)

    assert "<mark>22:00</mark>" in page


@pytest.mark.parametrize(
    ("text", "search", "ranges"),
    [
        ("一级动火票", "动火", [(2, 4)]),
        ("ＣＯ浓度", "co", [(0, 2)]),
        ("动 火", "动火", [(0, 3)]),
        ("动火作业票", "动火 火作", [(0, 3)]),
        ("动火", "通风", []),
    ],
)
def test_a_hit_is_found_at_its_place(text: str, search: str, ranges: list[tuple[int, int]]) -> None:
    assert hit_ranges(text, search) == ranges


@pytest.mark.parametrize("word", ["火", "动火", "动火作业", "co浓度", "22:00", "8h"])
def test_a_text_that_holds_a_word_holds_its_grams(word: str) -> None:
    assert set(wanted_grams(word)) <= grams(f"一级{word}票\n别的")


def test_many_lines_cost_no_more_queries(
    client_for: Browser, bank: list[Question], session: Session, count_queries: QueryCounter
) -> None:
    client = client_for("trainer")
    address = "/questions/print?words=动火"
    client.get(address)
    count_queries.statements.clear()
    client.get(address)
    for_few = len(count_queries)
    for number in range(20):
        make_question(session, now=MONDAY, public_id=f"q-0000{number:02d}")
    session.commit()
    count_queries.statements.clear()

    client.get(address)

    assert len(count_queries) == for_few
