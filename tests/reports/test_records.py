"""My records tell what is stored of a person's learning, exams and certificates."""

from sqlalchemy.orm import Session

from core.services import Services
from tests.cast import Cast
from tests.certificates.test_pages import make_certificate
from tests.sittings import exempt, make_plain_exam, make_sitting


def test_own_exams_and_certificates_are_told_and_nobody_elses(
    services: Services, session: Session, cast: Cast
) -> None:
    exam = make_plain_exam(session)
    make_sitting(session, exam, cast.user("learner"))
    make_sitting(session, exam, cast.user("team_leader"), is_passed=False)
    exempt(session, exam, cast.user("learner"))
    make_certificate(session, cast)
    user_id = cast.user("learner").id

    told = {s.columns: s.rows for s in (keep(session, user_id) for keep in services.records)}

    flat = [cell for rows in told.values() for row in rows for cell in row]
    assert "年度安规考试" in flat
    assert "92.5" in flat
    assert "61" not in flat
    assert "AG-2026-0001" in flat
    assert "病假" in flat
