"""Pass rates as pages and as a file: the right numbers, in the right team, for the right eyes."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from core.clock import ManualClock
from exams.models import Exam, ExamState, IntegrityDecision
from reports.queries.pass_rates import PassRates, exams_to_report, pass_rates
from reports.rules import Counts, Outcome
from teams.models import Membership
from tests.cast import Cast, make_user
from tests.conftest import MONDAY, QueryCounter
from tests.sittings import exempt, make_plain_exam, make_sitting

Client = Callable[[str], FlaskClient]
SHANGHAI = ZoneInfo("Asia/Shanghai")
LATER = MONDAY + timedelta(days=30)


@pytest.fixture
def exam(session: Session, cast: Cast) -> Exam:
    """Asks everybody of the enterprise, from the Monday on for a week."""
    made = make_plain_exam(session, audience=(cast.team("enterprise"),))
    session.commit()
    return made


def report(session: Session, cast: Cast, exam: Exam, who: str = "safety_manager") -> PassRates:
    return pass_rates(session, cast.actor(who), exam, zone=SHANGHAI, now=LATER)


def counts_of(rates: PassRates, cast: Cast, team: str) -> Counts:
    return rates.tree.total[cast.team(team).id]


def outcome_of(rates: PassRates, cast: Cast, who: str) -> Outcome:
    (found,) = [p.outcome for p in rates.people if p.user_id == cast.user(who).id]
    return found


def test_everybody_of_the_audience_is_counted_once(
    session: Session, cast: Cast, exam: Exam
) -> None:
    press = cast.team("press_one")
    make_sitting(session, exam, cast.user("learner"), team=press, is_passed=False)
    make_sitting(session, exam, cast.user("learner"), team=press, try_number=2)
    make_sitting(session, exam, cast.user("team_leader"), team=press)
    exempt(session, exam, cast.user("other_leader"))
    make_sitting(session, exam, cast.user("trainer"), team=cast.team("safety"), is_passed=None)

    rates = report(session, cast, exam)

    assert rates.total == Counts(exempt=1, not_sat=5, passed_first=1, passed_resit=1)
    assert counts_of(rates, cast, "press_one") == Counts(passed_first=1, passed_resit=1)
    assert counts_of(rates, cast, "weld_one") == Counts(exempt=1)
    assert outcome_of(rates, cast, "trainer") is Outcome.UNDER_WAY


def test_exempt_person_who_sat_all_the_same_is_exempt(
    session: Session, cast: Cast, exam: Exam
) -> None:
    make_sitting(session, exam, cast.user("learner"), team=cast.team("press_one"))
    exempt(session, exam, cast.user("learner"))

    rates = report(session, cast, exam)

    assert (rates.total.exempt, rates.total.sat, rates.total.required) == (1, 0, 7)


def test_a_void_sitting_counts_as_sat_and_its_score_stands_for_nobody_with_another(
    session: Session, cast: Cast, exam: Exam
) -> None:
    press = cast.team("press_one")
    for who in ("learner", "team_leader"):
        void = make_sitting(session, exam, cast.user(who), team=press, is_passed=False)
        void.score_tenths, void.integrity_decision = 990, IntegrityDecision.VOIDED
    resit = make_sitting(session, exam, cast.user("learner"), team=press, try_number=2)
    resit.score_tenths = 850
    session.flush()

    rates = report(session, cast, exam)

    assert counts_of(rates, cast, "press_one") == Counts(failed=1, passed_resit=1)
    scores = {person.user_id: person.score_tenths for person in rates.people}
    assert scores[cast.user("learner").id] == 850
    assert scores[cast.user("team_leader").id] == 990


def transfer(session: Session, cast: Cast, who: str, team: str, day: date) -> None:
    """The person's main membership ends the day before, and one in another team begins."""
    user = cast.user(who)
    session.query(Membership).filter_by(user_id=user.id).update({"to_on": day - timedelta(days=1)})
    session.add(Membership(user_id=user.id, team_id=cast.team(team).id, from_on=day))
    session.flush()


def test_who_sat_stays_with_the_team_of_that_day(session: Session, cast: Cast, exam: Exam) -> None:
    make_sitting(session, exam, cast.user("learner"), team=cast.team("press_one"), is_passed=False)
    transfer(session, cast, "learner", "weld_two", date(2026, 3, 4))
    make_sitting(session, exam, cast.user("learner"), team=cast.team("weld_two"), try_number=2)

    rates = report(session, cast, exam)

    assert counts_of(rates, cast, "press_one").passed_resit == 1
    assert counts_of(rates, cast, "weld_two") == Counts()


def test_who_did_not_sit_counts_for_the_team_at_the_close(
    session: Session, cast: Cast, exam: Exam
) -> None:
    transfer(session, cast, "learner", "weld_two", date(2026, 3, 4))
    transfer(session, cast, "team_leader", "weld_two", date(2026, 3, 20))

    rates = report(session, cast, exam)

    assert counts_of(rates, cast, "weld_two").not_sat == 1
    assert counts_of(rates, cast, "press_one").not_sat == 1


def test_who_left_in_the_window_counts_for_the_last_team(
    session: Session, cast: Cast, exam: Exam
) -> None:
    user = cast.user("learner")
    session.query(Membership).filter_by(user_id=user.id).update({"to_on": date(2026, 3, 4)})
    user.left_on = date(2026, 3, 4)
    session.flush()

    rates = report(session, cast, exam)

    assert counts_of(rates, cast, "press_one").not_sat == 2


def test_who_left_before_the_window_is_not_required(
    session: Session, cast: Cast, exam: Exam
) -> None:
    user = cast.user("learner")
    session.query(Membership).filter_by(user_id=user.id).update({"to_on": date(2026, 3, 1)})
    session.flush()

    rates = report(session, cast, exam)

    assert rates.total.required == 7


def test_leader_counts_the_own_team_only(session: Session, cast: Cast, exam: Exam) -> None:
    make_sitting(session, exam, cast.user("other_leader"), team=cast.team("weld_one"))

    rates = report(session, cast, exam, "team_leader")

    assert rates.roots == (cast.team("press_one").id,)
    assert rates.total == Counts(not_sat=2)


def test_exam_of_others_is_not_offered(session: Session, cast: Cast) -> None:
    of_weld = make_plain_exam(session, audience=(cast.team("weld"),), title="焊装")
    of_presses = make_plain_exam(session, post=cast.posts["冲压工"], title="冲压工")
    make_plain_exam(session, post=cast.posts["考试员"], title="考试员")
    draft = make_plain_exam(
        session, audience=(cast.team("press_one"),), state=ExamState.DRAFT, title="草稿"
    )

    offered = exams_to_report(session, cast.actor("team_leader"), now=LATER)

    assert of_presses in offered
    assert of_weld not in offered
    assert draft not in offered
    assert [exam.title for exam in offered] == ["冲压工"]


def test_page_says_its_conclusion_and_as_of(
    session: Session, cast: Cast, exam: Exam, client_for: Client, clock: ManualClock
) -> None:
    make_sitting(session, exam, cast.user("learner"), team=cast.team("press_one"))
    session.commit()
    client = client_for("safety_manager")

    during = client.get("/reports/pass-rates").text
    clock.move_to(LATER)
    after = client.get("/reports/pass-rates").text

    assert "示例机械厂应考 8 人，实考 1 人，合格 1 人。" in during
    assert "合格率 100.0%" in during
    assert "还有 7 人没考" in during
    assert "7 人缺考" in after
    assert "数据截至 2026-03-02 17:00" in during
    assert "人少，不排名" in during
    assert 'style="' not in during


def test_names_behind_a_number(
    session: Session, cast: Cast, exam: Exam, client_for: Client
) -> None:
    make_sitting(session, exam, cast.user("learner"), team=cast.team("press_one"), is_passed=False)
    session.commit()
    address = f"/reports/pass-rates/{exam.id}/people?team={cast.team('press').id}"
    client = client_for("safety_manager")

    failed, absent = client.get(f"{address}&group=failed"), client.get(f"{address}&group=not_sat")

    assert "冲压车间，没合格 1 人" in failed.text
    assert "王小满" in failed.text
    assert "李青山" not in failed.text
    assert "李青山" in absent.text


def test_names_of_other_teams_are_not_found(
    session: Session, cast: Cast, exam: Exam, client_for: Client
) -> None:
    client = client_for("team_leader")
    address = f"/reports/pass-rates/{exam.id}/people?team="

    assert client.get(f"{address}{cast.team('press_one').id}").status_code == 200
    assert client.get(f"{address}{cast.team('press').id}").status_code == 404
    assert client.get(f"{address}{cast.team('weld_one').id}").status_code == 404
    assert client.get(f"{address}{cast.team('press_one').id}&group=nix").status_code == 404


def test_folded_team_hides_what_is_below(cast: Cast, exam: Exam, client_for: Client) -> None:
    client = client_for("safety_manager")

    folded = client.get(f"/reports/pass-rates?fold={cast.team('plant').id}").text

    assert "一分厂" in folded
    assert "冲压一班" not in folded
    assert "冲压一班" in client.get("/reports/pass-rates?fold=-").text


def test_people_of_a_team_with_teams_below_have_their_own_line(
    session: Session, cast: Cast, exam: Exam, client_for: Client
) -> None:
    make_user(session, "9001", "何处暑", now=MONDAY, team=cast.team("press"))
    session.commit()
    client = client_for("safety_manager")

    page = client.get("/reports/pass-rates").text
    direct = client.get(
        f"/reports/pass-rates/{exam.id}/people?team={cast.team('press').id}&direct=1"
    ).text

    assert "冲压车间直属" in page
    assert "何处暑" in direct
    assert "王小满" not in direct


def test_file_holds_the_pages_numbers_and_no_formula(
    session: Session, cast: Cast, exam: Exam, client_for: Client
) -> None:
    cast.team("press_one").name = '=HYPERLINK("http://x")'
    make_sitting(session, exam, cast.user("learner"), team=cast.team("press_one"))
    make_sitting(
        session, exam, cast.user("team_leader"), team=cast.team("press_one"), is_passed=False
    )
    exempt(session, exam, cast.user("trainer"))
    session.commit()

    answer = client_for("safety_manager").get(f"/reports/pass-rates/{exam.id}.xlsx")

    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    rows = book.get_sheet_by_name("合格率").to_python()
    assert rows[0][0] == "年度安规考试，数据截至 2026-03-02 17:00"
    assert rows[2][:6] == ["车间、班组", "应考", "免考", "还没考", "待阅卷", "实考"]
    by_team = {row[0]: row[1:] for row in rows[3:]}
    assert by_team["示例机械厂"][:10] == [7, 1, 5, 0, 2, 1, 0, 0.285, 0.5, 0.142]
    assert by_team['=HYPERLINK("http://x")'][:6] == [2, 0, 0, 0, 2, 1]
    notes = dict(row[:2] for row in book.get_sheet_by_name("这些数怎么算").to_python())
    assert notes["合格率"] == "合格 ÷ 实考，合格包括补考后合格的。"
    assert notes["数据截至"] == "2026-03-02 17:00"


def test_queries_stay_the_same_for_many_people(
    session: Session, cast: Cast, exam: Exam, client_for: Client, count_queries: QueryCounter
) -> None:
    client = client_for("safety_manager")
    client.get("/reports/pass-rates")
    count_queries.statements.clear()
    client.get("/reports/pass-rates")
    for_few = len(count_queries)
    for number in range(60):
        user = make_user(
            session, f"8{number:04d}", "何处暑", now=MONDAY, team=cast.team("weld_two")
        )
        make_sitting(session, exam, user, team=cast.team("weld_two"))
    session.commit()

    count_queries.statements.clear()
    page = client.get("/reports/pass-rates").text

    assert "应考 68 人" in page
    assert len(count_queries) == for_few


def test_lines_of_the_page_add_up(
    session: Session, cast: Cast, exam: Exam, client_for: Client
) -> None:
    page = client_for("safety_manager").get("/reports/pass-rates").text

    lines = re.findall(r'<tr class="lv(\d)">.*?group=required[^>]*>(\d+)<', page, re.DOTALL)
    assert lines[0] == ("0", "8")
    assert sum(int(count) for level, count in lines if level == "1") == 8
