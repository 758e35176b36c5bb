"""Questions and modules are found by the text of clauses, on either database."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.clock import ManualClock
from core.pages import excerpt
from learning.clauses import clause_texts
from learning.operations import withdraw_module
from learning.queries import catalogue_for, module_by_key
from learning.search import found_clauses
from question_bank.models import Question
from question_bank.queries.bank import BankRow, QuestionFilter, bank_page
from tests.cast import Cast
from tests.learning.factories import AUTHOR, make_module, module_text
from tests.question_bank.blocks import VERDICT
from tests.question_bank.factories import make_question

Browser = Callable[[str], FlaskClient]
CLAUSES = (
    "## 3.1 作业票 {#s-3-1}\n\n作业票由车间主任签发。\n\n"
    "## 3.2 有效期 {#s-3-2}\n\n有效期不超过 ==8 小时==，\n超时**重新**办票；ＣＯ 报警时停止作业。\n"
)
CASE = """
夜班补焊支架，火花落入保温棉。

#### 【判断】监护人 {#q-p3f9ms}

监护人可以离开。

> - 答案：错
> - 依据：[3.1 票](#s-3-1)
"""


@pytest.fixture
def bank(session: Session, clock: ManualClock, cast: Cast) -> Question:
    """One question, on 3.2 of a module with two clauses."""
    make_module(session, module_text(body=CLAUSES), now=clock.now())
    question = make_question(
        session, now=clock.now(), public_id="q-h5t0pd", type_word="判断", text=VERDICT
    )
    session.commit()
    return question


def found(session: Session, cast: Cast, words: str) -> tuple[BankRow, ...]:
    wanted = QuestionFilter(words=words)
    return bank_page(session, cast.actor("trainer"), wanted, page=1, per_page=30).rows


def modules(session: Session, cast: Cast, words: str) -> dict[str, list[str]]:
    titles = {each.key: each.title for each in catalogue_for(session, cast.actor("learner"))}
    clauses = found_clauses(session, titles, words)
    return {key: [each.anchor for each in rows] for key, rows in clauses.items()}


@pytest.mark.parametrize("words", ["超时", "重新办票", "co", "ＣＯ 超时", "不超过8小时", "办"])
def test_a_question_is_found_by_words_of_the_clause_that_it_cites(
    session: Session, cast: Cast, bank: Question, words: str
) -> None:
    rows = found(session, cast, words)

    assert [row.question.public_id for row in rows] == ["q-h5t0pd"]
    assert rows[0].clause is not None
    assert rows[0].clause.anchor == "s-3-2"


def test_one_word_may_stand_in_the_question_and_the_other_in_its_clause(
    session: Session, cast: Cast, bank: Question
) -> None:
    rows = found(session, cast, "监护人 超时")

    assert [row.clause.words for row in rows if row.clause] == ["超时"]


@pytest.mark.parametrize("words", ["车间主任", "超时车间", "时超", "监护人 车间主任"])
def test_words_of_a_clause_that_a_question_does_not_cite_do_not_find_it(
    session: Session, cast: Cast, bank: Question, words: str
) -> None:
    assert found(session, cast, words) == ()


def test_what_the_question_says_itself_needs_no_clause(
    session: Session, cast: Cast, bank: Question
) -> None:
    assert [row.clause for row in found(session, cast, "监护人")] == [None]


def test_a_case_is_found_by_the_clause_of_its_sub_question(
    session: Session, cast: Cast, clock: ManualClock, bank: Question
) -> None:
    make_question(session, now=clock.now(), public_id="q-x0v7eh", type_word="案例", text=CASE)

    rows = found(session, cast, "车间主任")

    assert [(row.question.public_id, row.clause and row.clause.anchor) for row in rows] == [
        ("q-x0v7eh", "s-3-1")
    ]


def test_a_clause_is_searched_as_it_reads_now(
    session: Session, cast: Cast, clock: ManualClock, bank: Question
) -> None:
    body = CLAUSES.replace("超时", "到点")
    make_module(session, module_text(label="2.2", body=body), now=clock.now())

    assert found(session, cast, "超时") == ()
    assert len(found(session, cast, "到点")) == 1

    make_module(session, module_text(body=CLAUSES), now=clock.now())

    assert len(found(session, cast, "超时")) == 1
    assert found(session, cast, "到点") == ()


def test_modules_are_found_by_their_clauses(session: Session, cast: Cast, bank: Question) -> None:
    assert modules(session, cast, "车间主任") == {"sop-dh": ["s-3-1"]}
    assert modules(session, cast, "作业") == {"sop-dh": ["s-3-1", "s-3-2"]}
    assert modules(session, cast, "车间主任 超时") == {}


def test_a_word_may_stand_in_the_title_above_the_clause(
    session: Session, cast: Cast, bank: Question
) -> None:
    assert modules(session, cast, "操作规程 超时") == {"sop-dh": ["s-3-2"]}
    assert modules(session, cast, "操作规程") == {}


def test_clauses_of_a_module_out_of_use_are_not_found(
    session: Session, cast: Cast, clock: ManualClock, bank: Question
) -> None:
    withdraw_module(session, module_by_key(session, "sop-dh"), actor=AUTHOR, now=clock.now())

    assert modules(session, cast, "超时") == {}


@pytest.mark.parametrize("words", ["%", "_", '"', "“”", "a AND b", "*", ":超时", "grams:超时"])
def test_signs_that_a_database_would_understand_find_nothing_by_themselves(
    session: Session, cast: Cast, bank: Question, words: str
) -> None:
    assert found(session, cast, words) == ()
    assert modules(session, cast, words) == {}


def test_the_list_of_the_bank_shows_the_clause_with_the_words_marked(
    client_for: Browser, bank: Question
) -> None:
    page = client_for("trainer").get("/questions?words=超时").get_data(as_text=True)

    assert "条款里有：" in page
    assert "<mark>超时</mark>重新办票" in page
    assert 'href="/modules/sop-dh/clauses/s-3-2"' in page


def test_the_catalogue_shows_the_clause_with_the_words_marked(
    client_for: Browser, bank: Question
) -> None:
    page = client_for("learner").get("/modules?words=超时").get_data(as_text=True)

    assert "找到 1 篇" in page
    assert "<mark>超时</mark>重新办票" in page
    assert 'href="/modules/sop-dh#s-3-2"' in page


def test_the_words_of_a_clause_end_where_the_next_one_begins() -> None:
    html = (
        '<p>前言</p><h2 id="s-1"><a class="no" href="#s-1">1</a> 甲</h2>'
        "<p>必须<strong>检查</strong>&lt;LEL</p>"
        '<h3>附</h3><ul><li>一</li><li>二<img alt="a>b" src="/x.png"></li></ul>'
        '<h2 id="s-2">乙</h2>'
    )

    assert clause_texts(html) == {"s-1": "必须检查<LEL\n附\n一\n二", "s-2": ""}


def test_an_excerpt_shows_the_first_place_of_each_word() -> None:
    said = "甲" + "字" * 100 + "乙丙" + "字" * 100

    shown = excerpt(said, "乙 甲")

    assert shown == f"<mark>甲</mark>{'字' * 30}…{'字' * 30}<mark>乙</mark>丙{'字' * 29}…"
