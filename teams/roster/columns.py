"""Which column of a roster means what, by the usual Chinese headers. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum


class Column(Enum):
    """What a column can mean; the value is the header of the template."""

    EMPLOYEE_NO = "工号"
    NAME = "姓名"
    COMPANY = "公司"
    PLANT = "分厂"
    DEPARTMENT = "部门"
    WORKSHOP = "车间"
    SECTION = "工段"
    TEAM = "班组"
    POST = "岗位"
    KIND = "用工形式"
    EMPLOYER = "派遣单位"
    ID_NUMBER = "身份证号"
    PHONE = "手机号"
    HIRED_ON = "入职日期"
    LEFT_ON = "离职日期"


# From the top of the tree to its leaves; a lone column of these may hold a whole path.
TEAM_LEVELS = (
    Column.COMPANY,
    Column.PLANT,
    Column.DEPARTMENT,
    Column.WORKSHOP,
    Column.SECTION,
    Column.TEAM,
)
NEEDED = (Column.EMPLOYEE_NO, Column.NAME)

ALIASES: dict[Column, str] = {
    Column.EMPLOYEE_NO: "工号 员工编号 人员编号 职工编号 员工号 员工工号 职工号 人员工号 编号 "
    "员工代码 人员代码 职工代码 工作证号",
    Column.NAME: "姓名 名字 员工姓名 人员姓名 职工姓名",
    Column.COMPANY: "公司 单位 所属公司 所在公司 公司名称 企业 集团 所属单位",
    Column.PLANT: "分厂 厂 厂区 工厂 分公司 所属分厂 所在分厂 基地 事业部",
    Column.DEPARTMENT: "部门 所属部门 所在部门 部门名称 科室 处室 部室",
    Column.WORKSHOP: "车间 所属车间 所在车间 车间名称",
    Column.SECTION: "工段 作业区 工区",
    Column.TEAM: "班组 所属班组 所在班组 班组名称 班 小组 班组路径 组织 组织机构 所属组织 "
    "部门/车间/班组 车间/班组 部门/班组 分厂/车间/班组 部门路径 单位/部门",
    Column.POST: "岗位 工种 职务 岗位名称 工种名称 岗位/工种 岗位工种 职位 所在岗位",
    Column.KIND: "用工形式 用工性质 用工类型 用工类别 人员类别 员工类型 人员性质 员工性质 用工方式",
    Column.EMPLOYER: "派遣单位 劳务公司 派遣公司 劳务派遣单位 外包单位 承包单位 承包商 用人单位 "
    "劳务单位",
    Column.ID_NUMBER: "身份证号 身份证 证件号码 身份证号码 公民身份号码 证件号 身份证编号 "
    "居民身份证号",
    Column.PHONE: "手机 手机号 联系电话 手机号码 电话 移动电话 联系方式 电话号码 本人电话",
    Column.HIRED_ON: "入职日期 入厂日期 进厂时间 入职时间 入厂时间 进厂日期 参加工作日期 到岗日期 "
    "来厂日期 进公司日期 入司日期",
    Column.LEFT_ON: "离职日期 离职时间 离厂日期 离厂时间 退休日期 离岗日期 解除日期",
}
_MEANING = {alias: column for column, aliases in ALIASES.items() for alias in aliases.split()}

_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|「[^「」]*」|\{[^{}]*\}|<[^<>]*>")
_NOISE = re.compile(r"[\s*::\u200b\ufeff()\[\]【】「」{}<>《》〈〉〔〕]")


def plain_header(cell: object) -> str:
    """A header as it is compared: half-width, without blanks, asterisks and remarks in brackets."""
    text = unicodedata.normalize("NFKC", str(cell))
    without_remarks = _NOISE.sub("", _BRACKETED.sub("", text))
    return without_remarks or _NOISE.sub("", text)


@dataclass
class Header:
    """Which column stands where. `doubled` holds headers of one meaning that occur twice."""

    row: int
    places: dict[Column, int] = field(default_factory=dict)
    labels: dict[Column, str] = field(default_factory=dict)
    doubled: list[tuple[str, str]] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    @property
    def fits(self) -> bool:
        return all(column in self.places for column in NEEDED)

    @property
    def team_levels(self) -> list[Column]:
        return [column for column in TEAM_LEVELS if column in self.places]

    def label(self, column: Column) -> str:
        """The header as it stands in the file."""
        return self.labels.get(column, column.value)


def read_header(row: int, cells: Sequence[object]) -> Header:
    """What the cells of a row mean as headers; a row of something else fits nothing."""
    header = Header(row)
    for place, cell in enumerate(cells):
        if cell is None or str(cell).strip() == "":
            continue
        shown = " ".join(str(cell).split())[:80]
        meaning = _MEANING.get(plain_header(cell))
        if meaning is None:
            header.unused.append(shown)
        elif meaning in header.places:
            header.doubled.append((header.labels[meaning], shown))
        else:
            header.places[meaning] = place
            header.labels[meaning] = shown
    return header
