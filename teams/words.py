"""The Chinese words of this package's enums, marked for translation."""

from core.errors import N_
from core.identity import Role
from teams.models import RosterImportState, TeamKind

ROLE_WORDS = {
    Role.LEARNER: N_("学员"),
    Role.TEAM_LEADER: N_("班组长"),
    Role.TRAINER: N_("培训师"),
    Role.EXAMINER: N_("考试员"),
    Role.SAFETY_MANAGER: N_("安全管理员"),
    Role.ADMINISTRATOR: N_("系统管理员"),
    Role.INSPECTOR: N_("检查员"),
}
KIND_WORDS = {
    TeamKind.ENTERPRISE: N_("企业"),
    TeamKind.PLANT: N_("分厂"),
    TeamKind.WORKSHOP: N_("车间"),
    TeamKind.DEPARTMENT: N_("部门"),
    TeamKind.TEAM: N_("班组"),
}
STATE_WORDS = {
    RosterImportState.UPLOADED: N_("正在读"),
    RosterImportState.PREVIEWED: N_("等你确认"),
    RosterImportState.QUEUED: N_("正在导入"),
    RosterImportState.DONE: N_("已导入"),
    RosterImportState.FAILED: N_("没导成"),
    RosterImportState.DISCARDED: N_("已放弃"),
}
STATE_SIGNS = {
    RosterImportState.UPLOADED: "must",
    RosterImportState.PREVIEWED: "open",
    RosterImportState.QUEUED: "must",
    RosterImportState.DONE: "safe",
    RosterImportState.FAILED: "stop",
    RosterImportState.DISCARDED: "none",
}
