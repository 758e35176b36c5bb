"""The words and signs that the examiner's pages have for what the domain knows as enums."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.pages import say_moment, show_points
from exams.definition import Finding, Phase, definition_of, reveals
from exams.models import Exam, ExamKind, IncidentKind, LateAnswers, Reveal
from exams.queries.audience import AudienceLine
from exams.standing import Standing
from question_bank.keys import RuleName
from question_bank.views.listing import DIFFICULTY_NAMES
from teams.words import ROLE_WORDS

# (sign, word)
PHASES = {
    Phase.DRAFT: ("open", _l("草稿")),
    Phase.UPCOMING: ("open", _l("还没开始")),
    Phase.OPEN: ("must", _l("进行中")),
    Phase.CLOSED: ("none", _l("已结束")),
    Phase.WITHDRAWN: ("stop", _l("已撤下")),
}
STANDINGS = {
    Standing.NOT_BEGUN: ("open", _l("未开始")),
    Standing.SITTING: ("must", _l("进行中")),
    Standing.TO_MARK: ("open", _l("待阅卷")),
    Standing.PASSED: ("safe", _l("合格")),
    Standing.FAILED: ("stop", _l("不合格")),
    Standing.ABSENT: ("warn", _l("缺考")),
}
RULES = {
    RuleName.ALL_OR_NOTHING: _l("全对才得分"),
    RuleName.HALF_IF_PARTIAL: _l("少选得一半分，选错不得分"),
    RuleName.FIXED_IF_PARTIAL: _l("少选得固定分，选错不得分"),
    RuleName.SHARE_PER_OPTION: _l("少选按选对的项数给分，选错不得分"),
    RuleName.POINTS_PER_OPTION: _l("少选每项得固定分，选错不得分"),
    RuleName.RIGHT_MINUS_WRONG: _l("选对的减选错的，不低于 0 分"),
    RuleName.WEIGHTED: _l("按选项的权重给分，没写权重的题全对才得分"),
}
INCIDENTS = {
    IncidentKind.LEFT: _l("离开页面"),
    IncidentKind.IDLE: _l("没有动作"),
    IncidentKind.COPIED: _l("复制"),
    IncidentKind.CUT: _l("剪切"),
    IncidentKind.PASTED: _l("粘贴"),
    IncidentKind.SECOND_DEVICE: _l("换了设备"),
    IncidentKind.ADDRESS: _l("换了网络地址"),
    IncidentKind.LIMIT: _l("超过限制"),
}
REVEALS = {
    Reveal.DURING: _l("边答边看（只限练习）"),
    Reveal.AFTER_SUBMISSION: _l("交卷后就公布"),
    Reveal.AFTER_WINDOW: _l("考试窗口关闭后公布"),
    Reveal.NEVER: _l("不公布"),
}
REVEALED_PARTS = {
    "result_reveal": _l("总分和结论"),
    "marks_reveal": _l("各题型得分"),
    "reveal": _l("正确答案"),
    "explanations_reveal": _l("解析和条款"),
}
KINDS = {
    ExamKind.FINAL: _l("正式考试，计入合格率，可以发证"),
    ExamKind.PRACTICE: _l("练习，不计入合格率，不发证"),
}
LATE_ANSWERS = {
    LateAnswers.CONFIRM: _l("监考人确认后才算数"),
    LateAnswers.AUTOMATIC: _l("自动算数"),
}


def say_finding(finding: Finding) -> str:
    """A finding in the person's language."""
    values = dict(finding.values)
    if "rows" in values:
        values["rows"] = str(values["rows"]).replace("、", _("、"))
    return str(_(finding.msgid, **values))


def say_rule(exam: Exam) -> str:
    """The scoring rule of an exam with its points."""
    words = str(RULES[exam.rule.name])
    if exam.rule.tenths is None:
        return words
    return str(_("%(rule)s（%(n)s 分）", rule=words, n=show_points(exam.rule.tenths)))


def say_difficulty(low: int, high: int) -> str:
    """不限, 中, or 易至中."""
    if (low, high) == (1, 5):
        return str(_("不限"))
    if low == high:
        return str(DIFFICULTY_NAMES[low])
    return str(_("%(low)s至%(high)s", low=DIFFICULTY_NAMES[low], high=DIFFICULTY_NAMES[high]))


def say_audience(line: AudienceLine) -> str:
    """冲压车间，冲压工，班组长"""
    parts = [line.team_name or _("全企业")]
    if line.post_name is not None:
        parts.append(line.post_name)
    if line.role is not None:
        parts.append(_("角色：%(role)s", role=_(ROLE_WORDS[line.role])))
    return str(_("，").join(map(str, parts)))


def say_reveals(exam: Exam) -> list[tuple[str, str]]:
    """Each part of the outcome with when it is shown."""
    chosen = reveals(definition_of(exam))
    return [(str(words), str(REVEALS[chosen[part]])) for part, words in REVEALED_PARTS.items()]


def say_entry(exam: Exam) -> list[str]:
    """Who may come in and when, each condition in one sentence; the code itself is not told."""
    said = []
    if exam.waits_for_start:
        said.append(_("监考人宣布开考后才能开始"))
    if exam.entry_minutes is not None:
        said.append(_("开考 %(n)s 分钟后不能再进场", n=exam.entry_minutes))
    if exam.entry_until is not None:
        said.append(_("%(at)s 以后不能再进场", at=say_moment(exam.entry_until)))
    if exam.least_minutes:
        said.append(_("开考 %(n)s 分钟后才能交卷", n=exam.least_minutes))
    if exam.entry_code is not None:
        said.append(_("要输进场口令"))
    if exam.address_ranges:
        said.append(_("只能从 %(ranges)s 打开", ranges=_("、").join(exam.address_ranges)))
    return [str(one) for one in said]
