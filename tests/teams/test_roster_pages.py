"""A roster from upload to done over HTTP, and the first set-up."""

import io
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User
from core.identity import Role
from core.services import Services
from teams import operations
from teams.models import RosterImport, Team
from teams.queries import needs_set_up
from teams.roster import importing
from teams.roster.files import open_table
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.teams.sheets import row, write_xlsx

Client = Callable[[str], FlaskClient]


def upload(client: FlaskClient, path: Path) -> str:
    with path.open("rb") as file:
        data = {
            "file": (io.BytesIO(file.read()), path.name),
            "effective_on": "2026-03-02",
            "creates_teams": "y",
        }
    return client.post("/roster", data=data).location


def test_roster_is_previewed_confirmed_and_imported(
    client_for: Client, cast: Cast, session: Session, tmp_path: Path
) -> None:
    client = client_for("administrator")
    rows = [row("A01", "张三"), row("A02", "李4"), row("20260001", "王小满", 岗位="叉车司机")]

    address = upload(client, write_xlsx(tmp_path / "花名册.xlsx", rows))
    preview = client.get(address).get_data(as_text=True)
    imported = session.scalars(select(RosterImport)).one()
    client.post(f"{address}/confirm", data={"file_hash": imported.file_hash})
    done = client.get(address).get_data(as_text=True)

    assert "3 行，会改 2 人。现在还什么都没改。" in preview
    assert "姓名里有数字" in preview
    assert "会新建 1 个岗位：叉车司机" in preview
    assert "新增 1 人，调动 1 人。1 行有错，没有导入。" in done
    assert session.scalars(select(User.name).where(User.employee_no == "A01")).all() == ["张三"]


def test_same_file_again_says_that_there_is_nothing_to_change(
    client_for: Client, cast: Cast, tmp_path: Path
) -> None:
    client = client_for("administrator")
    path = write_xlsx(tmp_path / "花名册.xlsx", [row("20260001", "王小满")])

    page = client.get(upload(client, path)).get_data(as_text=True)

    assert "1 行，和现在的记录一样，没有要改的。" in page
    assert "/confirm" not in page


def test_file_that_is_no_roster_is_told_on_its_page(
    client_for: Client, cast: Cast, tmp_path: Path
) -> None:
    client = client_for("administrator")
    path = tmp_path / "roster.xlsx"
    path.write_bytes(b"%PDF-1.7")

    page = client.get(upload(client, path)).get_data(as_text=True)

    assert "没导成" in page
    assert "这不是表格" in page


def test_discarded_preview_changes_nothing_and_its_file_is_gone(
    client_for: Client, cast: Cast, session: Session, services: Services, tmp_path: Path
) -> None:
    client = client_for("administrator")
    address = upload(client, write_xlsx(tmp_path / "a.xlsx", [row("A01", "张三")]))

    client.post(f"{address}/discard")

    imported = session.scalars(select(RosterImport)).one()
    assert not importing.file_of(services, imported.file_hash).exists()
    assert session.scalar(select(User.id).where(User.employee_no == "A01")) is None


def test_findings_are_downloaded_with_row_column_and_reason(
    client_for: Client, cast: Cast, tmp_path: Path
) -> None:
    client = client_for("administrator")
    address = upload(client, write_xlsx(tmp_path / "a.xlsx", [row("A01", "李4")]))

    answer = client.get(f"{address}/findings.xlsx")

    rows = CalamineWorkbook.from_object(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows[1] == [2.0, "姓名", "A01", "", "错误，这一行不导入", "姓名里有数字"]


def test_template_is_understood_by_the_import(
    client_for: Client, cast: Cast, tmp_path: Path
) -> None:
    answer = client_for("administrator").get("/roster/template.xlsx")
    (tmp_path / "template.xlsx").write_bytes(answer.data)

    header = open_table(tmp_path / "template.xlsx").header

    assert header.fits
    assert header.unused == []
    assert len(header.places) == 10


def test_nameless_enterprise_is_set_up_after_the_first_sign_in(
    client_for: Client, cast: Cast, session: Session
) -> None:
    cast.team("enterprise").name = ""
    session.commit()
    client = client_for("administrator")

    led = client.get("/")
    answer = client.post(
        "/enterprise/set-up",
        data={"name": "新机械厂", "teams": "二分厂/铸造车间/造型班\n二分厂/铸造车间/熔炼班\n"},
    )

    session.expire_all()
    assert led.location == "/enterprise/set-up"
    assert answer.location == "/roster"
    assert not needs_set_up(session)
    names = session.scalars(select(Team.name)).all()
    assert names.count("铸造车间") == 1
    assert {"新机械厂", "二分厂", "造型班", "熔炼班"} <= set(names)


def test_roster_command_previews_and_imports_with_commit(
    app: Flask, cast: Cast, session: Session, tmp_path: Path
) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [row("A01", "张三"), row("A02", "李4")])
    runner = app.test_cli_runner()

    preview = runner.invoke(args=["teams", "import-roster", str(path)])
    nobody = session.scalar(select(User.id).where(User.employee_no == "A01"))
    done = runner.invoke(args=["teams", "import-roster", str(path), "--commit"])

    assert "错误 第 3 行 姓名 A02：姓名里有数字" in preview.output
    assert "只是预览" in preview.output
    assert nobody is None
    assert "已导入：新增 1" in done.output
    assert session.scalar(select(User.id).where(User.employee_no == "A01")) is not None


def test_role_command_gives_a_role_and_names_its_mistakes(
    app: Flask, cast: Cast, session: Session
) -> None:
    runner = app.test_cli_runner()

    good = runner.invoke(args=["teams", "grant", "20260001", "team_leader", "冲压车间/冲压二班"])
    no_team = runner.invoke(args=["teams", "grant", "20260001", "team_leader", "没有的班"])
    nobody = runner.invoke(args=["teams", "grant", "999", "team_leader", "冲压二班"])

    assert "王小满 现在是“一分厂/冲压车间/冲压二班”的班组长" in good.output
    assert "没有“没有的班”这个班组" in no_team.output
    assert "没有工号 999" in nobody.output


def test_roster_of_somebody_else_is_not_found_for_a_local_administrator(
    client_for: Client, cast: Cast, session: Session, tmp_path: Path
) -> None:
    from_above = upload(
        client_for("administrator"), write_xlsx(tmp_path / "a.xlsx", [row("A01", "张三")])
    )
    local = cast.user("team_leader")
    operations.grant_role(
        session,
        local,
        cast.team("press"),
        Role.ADMINISTRATOR,
        actor=cast.actor("administrator"),
        now=MONDAY,
    )
    session.commit()

    assert client_for("team_leader").get(from_above).status_code == 404
