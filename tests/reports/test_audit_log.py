"""The audit log can be narrowed by person, action and day, and read without the code."""

import ast
from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.audit import record
from core.config import ROOT
from core.identity import Role
from reports.audit_words import ACTIONS
from teams.models import RoleGrant
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.test_architecture import ORDER

Client = Callable[[str], FlaskClient]


def note(session: Session, cast: Cast, who: str, action: str, **more: object) -> None:
    record(
        session,
        actor=cast.actor(who),
        now=more.pop("now", MONDAY),  # type: ignore[arg-type]
        action=action,
        subject=("certificate", 1),
        **more,  # type: ignore[arg-type]
    )
    session.commit()


def test_entry_reads_in_words_with_before_and_after(
    session: Session, cast: Cast, client_for: Client
) -> None:
    note(
        session,
        cast,
        "administrator",
        "certificate.revoked",
        on_user_id=cast.user("learner").id,
        before={"revoked": False, "number": "AG-1"},
        after={"revoked": True, "number": "AG-1"},
        reason="代考",
    )

    page = client_for("inspector").get("/audit").text

    for said in ("撤销了证书", "吴霜降", "对 王小满 20260001", "代考", "<del>否</del> → 是"):
        assert said in page


def test_filters_by_person_action_and_day(session: Session, cast: Cast, client_for: Client) -> None:
    learner = cast.user("learner").id
    note(session, cast, "administrator", "thing.one", on_user_id=learner)
    note(session, cast, "examiner", "thing.two")
    note(session, cast, "examiner", "other.three", now=MONDAY + timedelta(hours=8))
    client = client_for("safety_manager")

    def shown(query: str) -> list[str]:
        table = client.get(f"/audit?{query}").text.partition("<tbody>")[2]
        return [name for name in ("thing.one", "thing.two", "other.three") if name in table]

    assert shown("person=王小满") == ["thing.one"]
    assert shown("person=20260005") == ["thing.two", "other.three"]
    assert shown("action=thing.two") == ["thing.two"]
    assert shown("action=thing") == ["thing.one", "thing.two"]
    # 17:00 and 01:00 of the next day in Shanghai
    assert shown("day=2026-03-02") == ["thing.one", "thing.two"]
    assert shown("day=2026-03-03") == ["other.three"]
    assert "日期要写成" in client.get("/audit?day=gestern").text


def test_pages_go_back_without_gap_or_repeat(
    session: Session, cast: Cast, client_for: Client
) -> None:
    for number in range(120):
        note(session, cast, "examiner", f"thing.n{number:03d}")
    client, seen, address = client_for("administrator"), [], "/audit?person=周谷雨"

    for _page in range(3):
        table = client.get(address).text.partition("<tbody>")[2]
        seen += [f"thing.n{n:03d}" for n in range(120) if f"thing.n{n:03d}" in table]
        before = table.partition("before=")[2].partition('"')[0].partition("&")[0]
        address = f"/audit?person=周谷雨&before={before}"

    assert sorted(seen) == [f"thing.n{n:03d}" for n in range(120)]


def test_inspector_of_one_workshop_reads_what_concerns_its_people(
    session: Session, cast: Cast, client_for: Client
) -> None:
    session.add(
        RoleGrant(
            user_id=cast.user("other_leader").id,
            team_id=cast.team("weld").id,
            role=Role.INSPECTOR,
            granted_at=MONDAY,
        )
    )
    note(session, cast, "administrator", "thing.one", on_user_id=cast.user("learner").id)
    note(session, cast, "administrator", "thing.two", on_user_id=cast.user("other_leader").id)

    page = client_for("other_leader").get("/audit").text.partition("<tbody>")[2]

    assert "thing.two" in page
    assert "thing.one" not in page


def actions_recorded() -> set[str]:
    """The text of every `action=` that the packages record."""
    found = set()
    for package in ORDER:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("record"):
                    found |= {
                        keyword.value.value
                        for keyword in node.keywords
                        if keyword.arg == "action" and isinstance(keyword.value, ast.Constant)
                    }
    return found


def test_every_action_has_its_words() -> None:
    assert sorted(actions_recorded() - ACTIONS.keys()) == []
