"""Rosters as a whole: who is new, moved, gone; twice is once; only within one's scope."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.models import AuthSession, EmploymentKind, User
from core.audit import AuditEntry
from core.errors import Conflict
from core.events import Event
from core.identity import Role
from core.services import Services
from teams import operations
from teams.events import Beginning, MembershipsBegan
from teams.models import Membership, RoleGrant, RosterFinding, RosterImportState, Team, TeamKind
from teams.queries import memberships_of
from teams.roster import importing
from tests.cast import Cast
from tests.conftest import MONDAY, QueryCounter
from tests.teams.conftest import Import
from tests.teams.places import main_place_on
from tests.teams.sheets import id_number, row, write_xlsx

TODAY = date(2026, 3, 2)


def person(session: Session, employee_no: str) -> User:
    return session.scalars(select(User).where(User.employee_no == employee_no)).one()


def test_second_import_of_the_same_file_changes_nothing(
    session: Session, cast: Cast, import_file: Import, tmp_path: Path
) -> None:
    path = write_xlsx(
        tmp_path / "a.xlsx",
        [
            row("A01", "张三", 岗位="冲压工", 身份证号=id_number(1), 入职日期="2020-01-01"),
            row("A02", "李四", **{"离职日期": "2025-12-31", "入职日期": "2020-01-01"}),
        ],
    )
    import_file(path)
    before = session.scalar(select(func.count()).select_from(Membership))

    second = import_file(path)

    assert second.summary["done"] == {"unchanged": 2}
    assert session.scalar(select(func.count()).select_from(Membership)) == before


def test_blank_cells_and_missing_columns_keep_what_is_stored(
    session: Session, cast: Cast, import_file: Import, tmp_path: Path
) -> None:
    import_file(write_xlsx(tmp_path / "a.xlsx", [row("A01", "张三", 手机号="13800000001")]))

    imported = import_file(
        write_xlsx(tmp_path / "b.xlsx", [["A01", "张三丰"]], headers=["员工编号", "名字"])
    )

    assert imported.summary["done"] == {"changed": 1}
    changed = person(session, "A01")
    assert (changed.name, changed.phone) == ("张三丰", "13800000001")
    assert changed.name_sort == "zhang san feng|zsf"


def test_another_team_is_a_transfer_from_the_chosen_day(
    session: Session, cast: Cast, import_file: Import, tmp_path: Path
) -> None:
    path = write_xlsx(
        tmp_path / "a.xlsx", [row("20260001", "王小满", **{"部门/车间/班组": "焊接二班"})]
    )

    imported = import_file(path, effective_on=date(2026, 2, 1))

    assert imported.summary["done"] == {"transferred": 1}
    user_id = cast.user("learner").id
    before = main_place_on(session, user_id, date(2026, 1, 31))
    after = main_place_on(session, user_id, date(2026, 2, 1))
    assert before is not None
    assert after is not None
    assert (before.team_name, after.team_name) == ("冲压一班", "焊接二班")
    assert after.post_name == "冲压工"


def test_leaving_closes_memberships_ends_sessions_and_takes_roles_back(
    session: Session, cast: Cast, import_file: Import, tmp_path: Path
) -> None:
    leader = cast.user("team_leader")
    session.add(
        AuthSession(user_id=leader.id, token_hash="x", created_at=MONDAY, expires_at=MONDAY)
    )
    session.commit()

    imported = import_file(
        write_xlsx(tmp_path / "a.xlsx", [row("20260002", "李青山", 离职日期="2026-02-28")])
    )

    assert imported.summary["done"] == {"leaving": 1}
    session.refresh(leader)
    assert leader.left_on == date(2026, 2, 28)
    assert [place.to_on for place in memberships_of(session, leader.id)] == [date(2026, 2, 28)]
    assert session.scalars(select(RoleGrant).where(RoleGrant.user_id == leader.id)).all() == []
    ended = session.scalars(select(AuthSession).where(AuthSession.user_id == leader.id)).one()
    assert ended.ended_reason == "left"


def test_future_leaving_is_told_and_not_recorded(
    session: Session, cast: Cast, import_file: Import, tmp_path: Path
) -> None:
    import_file(write_xlsx(tmp_path / "a.xlsx", [row("20260001", "王小满", 离职日期="2026-12-31")]))

    assert person(session, "20260001").left_on is None
    warning = session.scalars(select(RosterFinding)).one()
    assert (warning.level.value, warning.row) == ("warning", 2)


def test_unknown_teams_are_made_with_kinds_guessed_from_their_names(
    session: Session, cast: Cast, import_file: Import, tmp_path: Path
) -> None:
    path = write_xlsx(
        tmp_path / "a.xlsx",
        [["A01", "张三", "示例机械厂", "五分厂", "锻造车间", "切边班"]],
        headers=["工号", "姓名", "公司", "分厂", "车间", "班组"],
    )

    imported = import_file(path)

    assert imported.summary["new_teams"] == ["五分厂/锻造车间/切边班"]
    made = {team.name: team for team in session.scalars(select(Team))}
    assert made["五分厂"].kind is TeamKind.PLANT
    assert made["锻造车间"].kind is TeamKind.WORKSHOP
    assert made["切边班"].path.startswith(made["锻造车间"].path)


def test_unknown_teams_are_errors_when_not_to_be_made(
    session: Session, cast: Cast, import_file: Import, tmp_path: Path
) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [row("A01", "张三", **{"部门/车间/班组": "五分厂"})])

    imported = import_file(path, creates_teams=False)

    assert imported.summary["counts"]["bad"] == 1
    finding = session.scalars(select(RosterFinding)).one()
    assert finding.msgid % finding.values == "没有“五分厂”这个班组"


def test_administrator_of_a_workshop_imports_only_into_it(
    session: Session, cast: Cast, import_file: Import, tmp_path: Path
) -> None:
    operations.grant_role(
        session,
        cast.user("team_leader"),
        cast.team("press"),
        Role.ADMINISTRATOR,
        actor=cast.actor("administrator"),
        now=MONDAY,
    )
    session.commit()
    rows = [
        row("A01", "张三"),
        row("A02", "李四", **{"部门/车间/班组": "焊接一班"}),
        row("A03", "王五", **{"部门/车间/班组": "新分厂"}),
        row("20260003", "陈立夏"),
    ]

    imported = import_file(write_xlsx(tmp_path / "a.xlsx", rows), who="team_leader")

    assert imported.summary["done"] == {"new": 1, "bad": 3}
    bad = session.scalars(select(RosterFinding).where(RosterFinding.level == "error")).all()
    assert [finding.row for finding in bad] == [3, 4, 5]
    assert all("不在你管的范围里" in finding.msgid for finding in bad)


def test_import_reads_employment_and_post_and_keeps_the_id_number_encrypted(
    session: Session, cast: Cast, import_file: Import, tmp_path: Path
) -> None:
    number = id_number(5)
    given = {"岗位": "天车工", "用工形式": "劳务派遣", "派遣单位": "安泰公司", "身份证号": number}

    import_file(write_xlsx(tmp_path / "a.xlsx", [row("A01", "曾国华", **given)]))

    new = person(session, "A01")
    assert new.employment_kind is EmploymentKind.DISPATCHED_WORKER
    assert new.employer == "安泰公司"
    assert new.name_sort.startswith("zeng guo hua")
    assert new.id_number_encrypted is not None
    assert number.encode() not in new.id_number_encrypted
    place = main_place_on(session, new.id, TODAY)
    assert place is not None
    assert place.post_name == "天车工"
    entries = session.scalars(select(AuditEntry)).all()
    assert not any(number in str(entry.after) + str(entry.before) for entry in entries)


def test_new_and_moved_people_are_announced_in_one_event_each_batch(
    session: Session, cast: Cast, services: Services, import_file: Import, tmp_path: Path
) -> None:
    heard: list[MembershipsBegan] = []

    def listen(_session: Session, event: Event) -> None:
        assert isinstance(event, MembershipsBegan)
        heard.append(event)

    services.bus.subscribe(MembershipsBegan, listen)
    rows = [
        row("A01", "张三"),
        row("A02", "李四"),
        row("20260001", "王小满", **{"部门/车间/班组": "焊接二班"}),
    ]

    import_file(write_xlsx(tmp_path / "a.xlsx", rows))

    assert [(each.begun[0].beginning, len(each.begun)) for each in heard] == [
        (Beginning.HIRED, 2),
        (Beginning.TRANSFERRED, 1),
    ]


def test_number_of_statements_does_not_grow_with_the_rows(
    session: Session,
    cast: Cast,
    import_file: Import,
    tmp_path: Path,
    count_queries: QueryCounter,
) -> None:
    few = [row(f"F{number}", "张三") for number in range(2)]
    many = [row(f"M{number}", "张三", 身份证号=id_number(number)) for number in range(400)]
    import_file(write_xlsx(tmp_path / "few.xlsx", few))
    used = len(count_queries)
    count_queries.statements.clear()

    import_file(write_xlsx(tmp_path / "many.xlsx", many))

    assert len(count_queries) < used + 15


def test_confirmation_is_bound_to_the_file_that_was_previewed(
    session: Session, cast: Cast, import_file: Import, tmp_path: Path
) -> None:
    imported = import_file(write_xlsx(tmp_path / "a.xlsx", [row("A01", "张三")]), commit=False)

    with pytest.raises(Conflict, match="预览以后变了"):
        operations.confirm_roster(
            session, imported, "another hash", actor=cast.actor("administrator"), now=MONDAY
        )


def test_file_changed_on_disk_after_the_preview_is_not_imported(
    session: Session, cast: Cast, services: Services, import_file: Import, tmp_path: Path
) -> None:
    imported = import_file(write_xlsx(tmp_path / "a.xlsx", [row("A01", "张三")]), commit=False)
    operations.confirm_roster(
        session, imported, imported.file_hash, actor=cast.actor("administrator"), now=MONDAY
    )
    session.commit()
    other = write_xlsx(tmp_path / "b.xlsx", [row("A01", "假的")])
    importing.file_of(services, imported.file_hash).write_bytes(other.read_bytes())

    importing.apply(services, roster_import_id=imported.id)

    session.expire_all()
    assert imported.state is RosterImportState.FAILED
    assert session.scalar(select(User.id).where(User.employee_no == "A01")) is None


def test_doubled_header_blocks_the_whole_file(
    session: Session, cast: Cast, import_file: Import, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("工号,姓名,人员编号,班组\nA01,张三,A01,冲压一班\n", encoding="utf-8")

    imported = import_file(path, commit=False)

    assert imported.summary["is_blocked"]
    with pytest.raises(Conflict, match="表头有错"):
        operations.confirm_roster(
            session, imported, imported.file_hash, actor=cast.actor("administrator"), now=MONDAY
        )


def test_file_is_deleted_once_it_is_imported(
    session: Session, cast: Cast, services: Services, import_file: Import, tmp_path: Path
) -> None:
    imported = import_file(write_xlsx(tmp_path / "a.xlsx", [row("A01", "张三")]))

    assert not importing.file_of(services, imported.file_hash).exists()


def test_import_whose_worker_died_goes_on_where_it_stopped(
    session: Session,
    cast: Cast,
    services: Services,
    import_file: Import,
    tmp_path: Path,
    clock: object,
) -> None:
    rows = [row(f"A{number:03d}", "张三") for number in range(6)]
    imported = import_file(write_xlsx(tmp_path / "a.xlsx", rows), commit=False)
    actor = cast.actor("administrator")
    operations.confirm_roster(session, imported, imported.file_hash, actor=actor, now=MONDAY)
    imported.done_count = 4
    imported.worked_at = MONDAY - importing.STALE * 2
    session.commit()

    importing.tidy(services)

    session.expire_all()
    assert imported.state is RosterImportState.DONE
    assert imported.summary["done"] == {"new": 2}


def test_forgotten_preview_is_thrown_away_with_its_file(
    session: Session, cast: Cast, services: Services, import_file: Import, tmp_path: Path
) -> None:
    imported = import_file(write_xlsx(tmp_path / "a.xlsx", [row("A01", "张三")]), commit=False)
    imported.uploaded_at = MONDAY - importing.FORGOTTEN * 2
    session.commit()

    importing.tidy(services)

    session.expire_all()
    assert imported.state is RosterImportState.DISCARDED
    assert not importing.file_of(services, imported.file_hash).exists()
