"""Whatever network and browser do, the server ends with the choices that the page promised.

Each seed is another candidate with another network. A seed that failed is run again by its test
id; `SOAK=1` (make soak) runs 200 of them.
"""

import os
from typing import Any

import pytest
from playwright.sync_api import expect

from exams.models import Exam, Sitting, SittingState
from question_bank.models import QuestionVersion
from tests.browser.chaos import Candidate, Network
from tests.browser.conftest import DESK, PHONE, Live, OpenPage
from tests.browser.papers import saved, sitting_of, start, stored
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import (
    make_blanks,
    make_exam,
    make_matching,
    make_multiple,
    make_ordering,
    make_single,
    make_verdict,
)

SEEDS = range(200 if os.environ.get("SOAK") == "1" else 5)
ACTS = 40
RIGHT = {
    "single_choice": [2],
    "multiple_choice": [1, 3],
    "true_false": False,
    "ordering": [1, 2, 3, 4],
    "matching": [[1, 1], [2, 2], [3, 3]],
}


@pytest.fixture(scope="module")
def bank(live: Live, live_cast: Cast) -> list[QuestionVersion]:
    """Fifty questions of all types without picture; all or nothing, blanks one by one."""
    session = live_cast.session
    made = [make_single(session, number) for number in range(1, 22)]
    made += [make_multiple(session, rule=None) for _ in range(10)]
    made += [make_verdict(session) for _ in range(10)]
    made += [make_blanks(session) for _ in range(5)]
    made += [make_ordering(session, rule=None) for _ in range(2)]
    made += [make_matching(session, rule=None) for _ in range(2)]
    session.commit()
    return made


@pytest.fixture
def exam(live: Live, live_cast: Cast, bank: list[QuestionVersion]) -> Exam:
    live.clock.move_to(MONDAY)
    made = make_exam(live_cast.session, live_cast, bank)
    live_cast.session.commit()
    return made


def same(reply: Any) -> Any:
    """A stored reply as the candidate remembers it: what was ticked first does not matter."""
    is_ticked = isinstance(reply, list) and all(isinstance(each, int) for each in reply)
    return sorted(reply) if is_ticked and len(reply) < 4 else reply


def points(candidate: Candidate) -> int:
    """What the candidate's newest choices are worth, in tenths of a point."""
    total = 0
    for slot, reply in candidate.newest().items():
        if candidate.kinds[slot] == "fill_blank":
            first, second = reply or ("", "")
            total += 50 * (first == "5") + 50 * (second in ("倒放", "倒置"))
        else:
            total += 100 * (reply == RIGHT[candidate.kinds[slot]])
    return total


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"seed-{seed}")
def test_server_ends_with_the_choices_that_the_page_promised(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage, seed: int
) -> None:
    page = open_page(live_cast.user("learner"), PHONE if seed % 2 else DESK)
    start(page, exam)
    network = Network(page.context, seed)
    candidate = Candidate(page, network, seed)
    try:
        for _ in range(ACTS):
            candidate.act()

        network.is_calm, network.is_down = True, False
        network.release()
        candidate.come_online()
        waiting = candidate.page.locator("[data-count='local']").first
        expect(waiting).to_have_text("0")
        saved(candidate.page)
        sitting_id = sitting_of(candidate.page)
        kept = {slot: same(reply) for slot, reply in stored(live, sitting_id).items()}
        assert candidate.shown() == candidate.newest()
        assert {slot: kept.get(slot) for slot in candidate.kinds} == candidate.newest()

        network.is_calm = False
        hand_in(candidate)
        network.is_calm = True
        candidate.page.wait_for_url("**/result")
        network.close()
    except BaseException:
        print("\n".join(["candidate:", *candidate.log, "network:", *network.log]))
        raise
    with live.services.database.reading() as session:
        found = session.get_one(Sitting, sitting_id)
        assert found.state is SittingState.SUBMITTED
        assert found.score_tenths == points(candidate)


def hand_in(candidate: Candidate) -> None:
    page = candidate.page
    page.locator("[data-check]:visible").first.click()
    page.get_by_role("dialog").get_by_role("button", name="交卷").click()
