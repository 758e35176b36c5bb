"""A roster with thirty-odd kinds of broken rows: the good ones are taken, each bad one is told."""

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User
from core.services import Services
from teams import operations
from teams.models import RosterFinding, RosterImportState
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.teams.conftest import Import
from tests.teams.sheets import id_number, row, write_xlsx

ID = "身份证号"
PHONE = "手机号"
HIRED = "入职日期"
LEFT = "离职日期"
KIND = "用工形式"
PATH = "部门/车间/班组"

# What stands in the row, the column that is named, and a piece of the reason.
BROKEN: list[tuple[list[Any], str, str]] = [
    (row("", "无工号"), "工号", "没有工号"),
    (row("B02", ""), "姓名", "没有姓名"),
    (row(123.5, "小数工号"), "工号", "格式改成文本"),
    (row(1.1e17, "长工号"), "工号", "格式改成文本"),
    (row("1.1E+17", "科学计数"), "工号", "格式改成文本"),
    (row(date(2024, 3, 1), "日期工号"), "工号", "当成了日期"),
    (row("B07 号!", "符号工号"), "工号", "只能有字母、数字"),
    (row("B" * 41, "工号太长"), "工号", "最多 40 个字"),
    (row("B09", "王3小"), "姓名", "姓名里有数字"),
    (row("B10", "王<b>"), "姓名", "不该有的符号"),
    (row("B11", "名" * 81), "姓名", "最多 80 个字"),
    (row("B12", "身份证成数", **{ID: 1.1010119900307e17}), ID, "格式改成文本"),
    (row("B13", "身份证科学", **{ID: "1.10101E+17"}), ID, "格式改成文本"),
    (row("B14", "身份证短", **{ID: "32050619900307"}), ID, "18 位"),
    (row("B15", "校验位错", **{ID: id_number(1)[:-1] + "0"}), ID, "有一位抄错了"),
    (row("B16", "生日不对", **{ID: "320506199013071234"}), ID, "不是出生日期"),
    (row("B17", "电话不对", **{PHONE: "问班长"}), PHONE, "电话号码不对"),
    (row("B18", "电话太长", **{PHONE: "138000011112222"}), PHONE, "电话号码不对"),
    (row("B19", "二月三十", **{HIRED: "2024-02-30"}), HIRED, "没有 2024-02-30 这一天"),
    (row("B20", "两位年份", **{HIRED: "24.3.1"}), HIRED, "年份要写 4 位"),
    (row("B21", "看不懂", **{HIRED: "去年春天"}), HIRED, "看不懂的日期"),
    (row("B22", "太早了", **{HIRED: "1890-01-01"}), HIRED, "不合常理"),
    (row("B23", "先走后来", **{HIRED: "2025-01-01", LEFT: "2024-01-01"}), LEFT, "早于入职日期"),
    (row("B24", "什么工", **{KIND: "借调"}), KIND, "不认识的用工形式"),
    (row("B25", "公式", **{KIND: "=A1"}), KIND, "公式"),
    (row("B26", "错误值", **{PHONE: "#N/A"}), PHONE, "错误值"),
    (row("B27", "没有班组", **{PATH: ""}), PATH, "要写部门或班组"),
    (row("B28", "重名班组", **{PATH: "一班"}), PATH, "有 2 个“一班”"),
    (row("B29", "班组已撤", **{PATH: "一分厂/旧班"}), PATH, "已经撤销"),
    (row("B30", "班组太长", **{PATH: "长" * 121}), PATH, "最多 120 个字"),
    (row("B31", "重复甲"), "工号", "和第 34 行相同"),
    (row("B31", "重复乙"), "工号", "和第 33 行相同"),
    (row("B33", "同证甲", **{ID: id_number(7)}), ID, "和第 36 行相同"),
    (row("B34", "同证乙", **{ID: id_number(7)}), ID, "和第 35 行相同"),
    (row("B35", "证在别人", **{ID: id_number(9)}), ID, "登记在工号 20260001"),
    (row("20260002", "李青山", **{LEFT: "2023-05-05"}), LEFT, "不能早于那天"),
    (row("L01", "已离职"), LEFT, "已经离职"),
    (row("20260007", "吴霜降", **{LEFT: "2026-03-01"}), LEFT, "最后一个"),
]
GOOD = [
    row("G01", "张三"),
    row("０Ｇ０２", "李　四", **{PHONE: "+86 138-0000-0002", KIND: "劳务派遣工"}),
    row(20160003, "'王五", **{HIRED: 42370, PHONE: 13800000003}),
    row("G04", "买买提.吐尔逊", **{ID: id_number(3).lower(), HIRED: "2020年3月1日"}),
    row("G05", "赵六", **{PATH: "二分厂\\铸造车间\\造型班", "岗位": "铸造工", HIRED: "20200301"}),
]


def prepare(session: Session, cast: Cast, services: Services) -> None:
    """What the broken rows stumble over: two teams of one name, a closed one, a leaver."""
    actor = cast.actor("administrator")
    for above in ("press", "weld"):
        operations.create_team(
            session,
            cast.team(above),
            "一班",
            cast.team("press_one").kind,
            actor=actor,
            now=MONDAY,
        )
    old = operations.create_team(
        session, cast.team("plant"), "旧班", cast.team("press_one").kind, actor=actor, now=MONDAY
    )
    operations.close_team(session, old, on=date(2026, 1, 1), actor=actor, now=MONDAY)
    gone = operations.hire(
        session,
        operations.PersonDetails("L01", "已离职"),
        cast.team("press_one"),
        None,
        on=date(2020, 1, 1),
        id_number_key=services.id_number_key,
        actor=actor,
        now=MONDAY,
    )
    operations.leave(session, gone, on=date(2025, 1, 1), actor=actor, now=MONDAY)
    details = operations.PersonDetails("20260001", "王小满", id_number=id_number(9))
    operations.edit_person(
        session,
        cast.user("learner"),
        details,
        id_number_key=services.id_number_key,
        actor=actor,
        now=MONDAY,
    )
    session.commit()


def test_each_broken_row_is_told_with_column_and_reason_and_the_good_ones_are_taken(
    session: Session, cast: Cast, services: Services, import_file: Import, tmp_path: Path
) -> None:
    prepare(session, cast, services)
    path = write_xlsx(
        tmp_path / "花名册.xlsx",
        [broken for broken, _column, _reason in BROKEN] + GOOD,
        title="2026 年花名册",
    )

    imported = import_file(path)

    errors = session.scalars(
        select(RosterFinding).where(
            RosterFinding.roster_import_id == imported.id, RosterFinding.level == "error"
        )
    ).all()
    told = {(error.row, error.column, error.msgid % error.values) for error in errors}
    missing = [
        (number, column, reason)
        for number, (_row, column, reason) in enumerate(BROKEN, start=3)
        if not any(
            line == number and where == column and reason in text for line, where, text in told
        )
    ]
    assert missing == []
    assert {error.row for error in errors} == set(range(3, 3 + len(BROKEN)))
    assert imported.state is RosterImportState.DONE
    assert imported.summary["counts"]["bad"] == len(BROKEN)
    taken = {user.employee_no: user for user in session.scalars(select(User))}
    assert {"G01", "0G02", "20160003", "G04", "G05"} <= taken.keys()
    assert not any(number.startswith("B") for number in taken)


def test_good_cells_are_read_whatever_their_spelling(
    session: Session, cast: Cast, services: Services, import_file: Import, tmp_path: Path
) -> None:
    import_file(write_xlsx(tmp_path / "good.xlsx", GOOD))

    people = {user.employee_no: user for user in session.scalars(select(User))}
    assert people["0G02"].name == "李四"
    assert people["0G02"].phone == "13800000002"
    assert people["20160003"].name == "王五"
    assert people["20160003"].hired_on == date(2016, 1, 1)
    assert people["20160003"].phone == "13800000003"
    assert people["G04"].name == "买买提·吐尔逊"
    assert people["G04"].id_number_masked == "320***********" + id_number(3)[-4:]
    assert people["G05"].hired_on == date(2020, 3, 1)


def test_error_texts_never_hold_an_id_number(
    session: Session, cast: Cast, services: Services, import_file: Import, tmp_path: Path
) -> None:
    prepare(session, cast, services)
    rows = [broken for broken, _column, _reason in BROKEN]

    import_file(write_xlsx(tmp_path / "bad.xlsx", rows), commit=False)

    texts = [finding.msgid % finding.values for finding in session.scalars(select(RosterFinding))]
    numbers = [id_number(1)[:-1], id_number(7), id_number(9), "320506199013071234"]
    assert not any(number in text for text in texts for number in numbers)
