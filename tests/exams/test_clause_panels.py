"""What of a clause stands in exams and certificates, each within the reader's scope."""

from collections.abc import Callable
from datetime import date, timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from certificates.models import Certificate, CertificateKind
from certificates.queries import valid_on_clause
from exams.models import ExamState, Sitting
from exams.operations.closing import submit_sitting
from exams.operations.sitting import start_sitting
from exams.queries.clauses import answered_in, exams_on_clause
from question_bank.models import QuestionVersion
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam, make_single
from tests.exams.test_question_lifecycle import SHANGHAI
from tests.learning.factories import make_module, module_text

CLAUSE = ("donghuo", "s-3-2")
TOMORROW = MONDAY + timedelta(days=1)


def sit(session: Session, cast: Cast, versions: list[QuestionVersion]) -> Sitting:
    """王小满 has handed in an exam over these versions."""
    exam = make_exam(session, cast, versions, title="考过的")
    actor = cast.actor("learner")
    sitting = start_sitting(session, exam, actor=actor, now=MONDAY, seed=7, zone=SHANGHAI)
    submit_sitting(session, sitting, actor=actor, now=MONDAY)
    return sitting


def certify(session: Session, sitting: Sitting, cast: Cast) -> Certificate:
    kind = CertificateKind(code="DH", name="动火监护证", valid_months=12)
    session.add(kind)
    session.flush()
    made = Certificate(
        number="DH-2026-0001",
        kind_id=kind.id,
        user_id=sitting.user_id,
        sitting_id=sitting.id,
        kind_name=kind.name,
        holder_name="王小满",
        team_id=cast.team("press_one").id,
        team_name="冲压一班",
        issued_on=date(2026, 3, 2),
        valid_to=date(2027, 3, 1),
        check_code="code",
        issued_at=MONDAY,
    )
    session.add(made)
    session.flush()
    return made


def test_planned_and_running_exams_are_named_and_others_are_not(
    session: Session, cast: Cast
) -> None:
    version = make_single(session)
    make_exam(
        session,
        cast,
        [version],
        title="计划中",
        opens_at=TOMORROW,
        closes_at=TOMORROW + timedelta(hours=2),
    )
    make_exam(session, cast, [version], title="进行中")
    make_exam(
        session,
        cast,
        [version],
        title="已结束",
        opens_at=MONDAY - timedelta(days=2),
        closes_at=MONDAY - timedelta(days=1),
    )
    make_exam(session, cast, [version], title="草稿", state=ExamState.DRAFT)

    found, total = exams_on_clause(session, cast.actor("examiner"), *CLAUSE, now=MONDAY)

    assert [(row.exam.title, row.questions, row.sittings) for row in found] == [
        ("进行中", 1, 0),
        ("计划中", 1, 0),
    ]
    assert total == 2
    assert exams_on_clause(session, cast.actor("examiner"), "donghuo", "s-9", now=MONDAY)[1] == 0


def test_who_may_not_read_exams_learns_only_how_many_there_are(
    session: Session, cast: Cast
) -> None:
    make_exam(session, cast, [make_single(session)])

    found, total = exams_on_clause(session, cast.actor("trainer"), *CLAUSE, now=MONDAY)

    assert (found, total) == ([], 1)


def test_finished_sittings_on_a_version_are_counted_by_exam(session: Session, cast: Cast) -> None:
    version = make_single(session)
    sit(session, cast, [version])

    found, total = answered_in(session, cast.actor("examiner"), version.id)

    assert [(row.exam.title, row.sittings) for row in found] == [("考过的", 1)]
    assert total == 1


def test_valid_certificates_rest_on_what_their_exam_asked(session: Session, cast: Cast) -> None:
    certificate = certify(session, sit(session, cast, [make_single(session)]), cast)
    today = date(2026, 3, 3)

    def found(who: str, day: date = today) -> tuple[list[tuple[str, int]], int]:
        return valid_on_clause(session, cast.actor(who), *CLAUSE, today=day)

    assert found("safety_manager") == ([("动火监护证", 1)], 1)
    assert found("team_leader") == ([("动火监护证", 1)], 1)
    assert found("other_leader") == ([], 1)
    assert found("safety_manager", date(2027, 3, 2)) == ([], 0)
    certificate.revoked_at = MONDAY
    session.flush()
    assert found("safety_manager") == ([], 0)


def test_the_clauses_page_shows_what_rests_on_it(
    session: Session, cast: Cast, client_for: Callable[[str], FlaskClient]
) -> None:
    make_module(session, module_text("donghuo"), now=MONDAY)
    certify(session, sit(session, cast, [make_single(session)]), cast)
    session.commit()

    page = client_for("safety_manager").get("/modules/donghuo/clauses/s-3-2").get_data(as_text=True)

    assert "1 道题依据这一条。" in page
    assert "1 场没结束的考试会抽到这一条的题。" in page
    assert "考过的" in page
    assert "1 张有效的证书，发证的考试考过这一条。" in page
