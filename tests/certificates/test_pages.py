"""Who sees which certificates, what the public check tells, and how one is revoked."""

import io
from collections.abc import Callable
from datetime import date, timedelta

from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.models import Certificate, CertificateKind, ExamAward
from core.clock import ManualClock
from tests.cast import Cast
from tests.conftest import MONDAY, QueryCounter
from tests.sittings import make_plain_exam, make_sitting

Client = Callable[[str], FlaskClient]


def make_certificate(
    session: Session,
    cast: Cast,
    *,
    who: str = "learner",
    team: str = "press_one",
    number: str = "AG-2026-0001",
    valid_to: date | None = date(2027, 3, 1),
    issued_on: date = date(2026, 3, 2),
) -> Certificate:
    """A certificate of kind AG that stands."""
    kind = session.scalar(select(CertificateKind).where(CertificateKind.code == "AG"))
    if kind is None:
        kind = CertificateKind(code="AG", name="年度安规合格证", valid_months=12)
        session.add(kind)
        session.flush()
    made = Certificate(
        number=number,
        kind_id=kind.id,
        user_id=cast.user(who).id,
        kind_name=kind.name,
        holder_name=cast.user(who).name,
        team_id=cast.team(team).id,
        team_name="一分厂 / 冲压车间 / 冲压一班",
        post_name="冲压工",
        issued_on=issued_on,
        valid_to=valid_to,
        check_code=f"code-of-{number}",
        issued_at=MONDAY,
    )
    session.add(made)
    session.commit()
    return made


def test_own_certificates_are_listed(session: Session, cast: Cast, client_for: Client) -> None:
    make_certificate(session, cast)

    page = client_for("learner").get("/my-certificates").text

    assert "年度安规合格证" in page
    assert "AG-2026-0001" in page


def test_leader_sees_the_own_team_and_no_other(
    session: Session, cast: Cast, client_for: Client
) -> None:
    made = make_certificate(session, cast)

    assert "AG-2026-0001" in client_for("team_leader").get("/certificates").text
    assert "AG-2026-0001" not in client_for("other_leader").get("/certificates").text
    assert client_for("team_leader").get(f"/certificates/{made.id}").status_code == 200
    assert client_for("other_leader").get(f"/certificates/{made.id}").status_code == 404
    assert client_for("other_leader").get(f"/certificates/{made.id}.pdf").status_code == 404


def test_list_counts_first_and_filters_by_state(
    session: Session, cast: Cast, client_for: Client
) -> None:
    make_certificate(session, cast, number="AG-1", valid_to=date(2026, 3, 1))
    make_certificate(session, cast, who="team_leader", number="AG-2", valid_to=date(2026, 3, 20))
    make_certificate(session, cast, who="trainer", team="safety", number="AG-3", valid_to=None)
    client = client_for("safety_manager")

    page = client.get("/certificates").text
    expiring = client.get("/certificates?state=expiring").text
    press = client.get(f"/certificates?team={cast.team('press').id}").text

    assert "3 张证书" in page
    assert "1 张 60 天内到期" in page
    assert "1 张已过期" in page
    assert ("AG-2" in expiring, "AG-1" in expiring, "AG-3" in expiring) == (True, False, False)
    assert ("AG-1" in press, "AG-2" in press, "AG-3" in press) == (True, True, False)


def test_replaced_certificate_asks_nothing_of_anybody(
    session: Session, cast: Cast, client_for: Client
) -> None:
    make_certificate(session, cast, number="AG-1", valid_to=date(2026, 3, 20))
    make_certificate(session, cast, number="AG-2", valid_to=date(2027, 3, 1))
    client = client_for("safety_manager")

    page = client.get("/certificates").text

    assert "60 天内没有到期的" in page
    assert "AG-1" not in page
    assert "AG-1" in client.get("/certificates?replaced=1").text
    assert "AG-1" in client.get("/certificates?q=AG-1").text


def test_list_costs_the_same_for_one_and_for_fifty(
    session: Session, cast: Cast, client_for: Client, count_queries: QueryCounter
) -> None:
    make_certificate(session, cast)
    client = client_for("safety_manager")
    client.get("/certificates")
    count_queries.statements.clear()
    client.get("/certificates")
    for_one = len(count_queries)
    for number in range(50):
        make_certificate(session, cast, number=f"AG-2025-{number:04d}")

    count_queries.statements.clear()
    client.get("/certificates?replaced=1")

    assert len(count_queries) == for_one


def test_check_page_tells_four_facts_and_nothing_more(
    session: Session, cast: Cast, client_for: Client
) -> None:
    made = make_certificate(session, cast)

    answer = client_for("nobody").get(f"/c/{made.check_code}")

    assert answer.status_code == 200
    for said in ("有效", "王*", "年度安规合格证", "2026-03-02", "2027-03-01", "示例机械厂"):
        assert said in answer.text
    for hidden in (
        "王小满",
        "小满",
        "20260001",
        "冲压",
        "AG-2026-0001",
        "一分厂",
        'class="rail"',
        "/certificates",
    ):
        assert hidden not in answer.text
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_check_page_follows_time_and_revocation(
    session: Session, cast: Cast, client_for: Client, clock: ManualClock
) -> None:
    made = make_certificate(session, cast, valid_to=date(2026, 3, 3))
    nobody = client_for("nobody")

    clock.advance(days=1)
    on_the_last_day = nobody.get(f"/c/{made.check_code}").text
    clock.advance(days=1)
    the_day_after = nobody.get(f"/c/{made.check_code}").text

    assert "<h1>有效</h1>" in on_the_last_day
    assert "<h1>过期</h1>" in the_day_after


def test_unknown_and_malformed_codes_look_alike(session: Session, client_for: Client) -> None:
    nobody = client_for("nobody")

    unknown, malformed = nobody.get("/c/" + "a" * 43), nobody.get("/c/%20;--")

    assert (unknown.status_code, malformed.status_code) == (404, 404)
    assert unknown.text.split("<main")[1] == malformed.text.split("<main")[1]
    assert "没有查到这张证书" in unknown.text
    assert "noindex" in unknown.headers["X-Robots-Tag"]


def test_revocation_shows_at_once_everywhere(
    session: Session, cast: Cast, client_for: Client
) -> None:
    made = make_certificate(session, cast)
    administrator = client_for("administrator")

    refused = administrator.post(f"/certificates/{made.id}/revoke", data={"reason": "  "})
    done = administrator.post(f"/certificates/{made.id}/revoke", data={"reason": "代考，已查实"})

    assert refused.status_code == 422
    assert "写上撤销的原因" in refused.text
    assert done.status_code == 302
    check = client_for("nobody").get(f"/c/{made.check_code}").text
    assert "<h1>撤销</h1>" in check
    assert "代考" not in check
    assert "代考，已查实" in client_for("learner").get(f"/certificates/{made.id}").text
    pdf = client_for("learner").get(f"/certificates/{made.id}.pdf").data
    assert "已撤销" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text().replace(" ", "")


def test_only_an_administrator_revokes(session: Session, cast: Cast, client_for: Client) -> None:
    made = make_certificate(session, cast)

    answer = client_for("safety_manager").post(
        f"/certificates/{made.id}/revoke", data={"reason": "代考"}
    )

    assert answer.status_code == 403


def test_document_is_the_same_file_on_every_request(
    session: Session, cast: Cast, client_for: Client, clock: ManualClock
) -> None:
    made = make_certificate(session, cast)
    client = client_for("learner")

    first = client.get(f"/certificates/{made.id}.pdf")
    clock.advance(days=3)
    second = client.get(f"/certificates/{made.id}.pdf")

    assert first.mimetype == "application/pdf"
    assert first.data == second.data
    assert "王小满" in PdfReader(io.BytesIO(first.data)).pages[0].extract_text()


def test_kind_is_added_edited_and_its_code_kept_unique(
    session: Session, cast: Cast, client_for: Client
) -> None:
    client = client_for("safety_manager")
    values = {"code": "DHJH", "name": "动火监护人合格证", "valid_months": "24"}

    added = client.post("/certificates/kinds/new", data=values)
    twice = client.post("/certificates/kinds/new", data=values)
    bad = client.post("/certificates/kinds/new", data={**values, "code": "动火"})
    kind = session.scalars(select(CertificateKind)).one()
    edited = client.post(f"/certificates/kinds/{kind.id}", data={**values, "valid_months": ""})

    assert (added.status_code, twice.status_code, bad.status_code) == (302, 422, 422)
    assert "已经给了《动火监护人合格证》" in twice.text
    assert edited.status_code == 302
    session.refresh(kind)
    assert kind.valid_months is None


def test_examiner_sets_the_award_and_makes_up_for_earlier_passes(
    session: Session, cast: Cast, client_for: Client
) -> None:
    kind = CertificateKind(code="AG", name="年度安规合格证", valid_months=12)
    session.add(kind)
    exam = make_plain_exam(session)
    make_sitting(session, exam, cast.user("learner"), started_at=MONDAY - timedelta(days=1))
    session.commit()
    client = client_for("examiner")

    client.post(f"/exams/{exam.id}/award", data={"kind_id": kind.id})
    client.post(f"/exams/{exam.id}/award-missing")

    assert session.get_one(ExamAward, exam.id).kind_id == kind.id
    made = session.scalars(select(Certificate)).one()
    assert (made.holder_name, made.issued_on) == ("王小满", date(2026, 3, 1))
    client.post(f"/exams/{exam.id}/award", data={"kind_id": 0})
    session.expire_all()
    assert session.get(ExamAward, exam.id) is None
