"""The home page of trainers, examiners, safety managers, administrators and inspectors."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from certificates import queries as certificates
from certificates.review_queries import Waiting, waiting_reviews
from certificates.standby import count_standby
from core.identity import Actor, Role
from core.pages import say_moment, show_count, show_percent
from core.web import config, db_session, moment, today
from exams.models import Exam
from exams.queries.appeals import waiting_count
from exams.queries.marking_progress import waiting_for
from exams.queries.stale import StaleExam, stale_exams
from learning.models import ModuleKind
from question_bank.models import QuestionState
from reports import rules
from reports.queries import home as queries
from reports.queries import pass_rates
from reports.queries.home import OpenExam
from reports.queries.pass_rates import PassRates
from reports.sections import Group, Row, Section
from reports.views.home_learner import MOST_ROWS


def _marking_group(actor: Actor) -> Group:
    """What waits for the person to mark."""
    waiting = waiting_for(db_session(), actor)
    row = Row(
        text=_("有 %(n)s 份答案等你阅", n=show_count(waiting)),
        href=url_for("exams.markings"),
        sign="must",
        word=_("待阅卷"),
    )
    return Group(_("阅卷"), (row,) if waiting else ())


def trainer_section(actor: Actor) -> Section:
    session = db_session()
    modules, questions = queries.module_counts(session), queries.question_counts(session)
    bare = queries.modules_without_questions(session)
    total = sum(modules.values())
    kinds = {
        ModuleKind.REGULATION: _("法规"),
        ModuleKind.OPERATING_PROCEDURE: _("操作规程"),
        ModuleKind.ACCIDENT_CASE: _("事故案例"),
    }
    conclusion = _("%(n)s 个模块都有题", n=total)
    if bare:
        conclusion = _("%(n)s 个模块里 %(bare)s 个还没有题", n=total, bare=len(bare))
    if not total:
        conclusion = _("课程库里还没有模块")
    overview = (
        Row(
            text=_("%(n)s 个模块", n=total),
            hint=_("，").join(f"{name} {modules.get(kind, 0)}" for kind, name in kinds.items()),
            href=url_for("learning.modules"),
        ),
        Row(
            text=_("%(n)s 道题在用", n=show_count(questions.get(QuestionState.ACTIVE, 0))),
            hint=_(
                "草稿 %(drafts)s 道，停用 %(retired)s 道",
                drafts=show_count(questions.get(QuestionState.DRAFT, 0)),
                retired=show_count(questions.get(QuestionState.RETIRED, 0)),
            ),
            href=url_for("question_bank.questions"),
        ),
    )
    rows = tuple(
        Row(text=m.title, href=url_for("learning.module", key=m.key), sign="open", word=_("没有题"))
        for m in bare[:MOST_ROWS]
    )
    marking = _marking_group(actor)
    groups = [marking, Group(_("课程库"), overview), Group(_("还没有题的模块"), rows)]
    return Section(
        role=_("培训"),
        conclusion=conclusion,
        sign="must" if bare or not total else "safe",
        is_calm=not bare and not marking.rows,
        groups=tuple(group for group in groups if group.rows),
    )


def examiner_section(actor: Actor) -> Section:
    session, marking = db_session(), _marking_group(actor)
    drafts = queries.draft_exams(session)
    running = queries.open_exams(session, zone=config().time_zone, now=moment())
    sitting = sum(one.under_way for one in running)
    stale = stale_exams(session, actor, now=moment())
    if running:
        conclusion = _("%(n)s 场考试开着，现在 %(m)s 人在考", n=len(running), m=sitting)
    elif drafts:
        conclusion = _("没有开着的考试，%(n)s 份草稿等着发布", n=len(drafts))
    elif stale:
        conclusion = _("%(n)s 场还没开的考试里有停用或待复核的题", n=len(stale))
    else:
        conclusion = _("没有开着的考试，也没有草稿")
    appeals = waiting_count(session, actor)
    every = (Row(text=_("全部考试"), href=url_for("exams.exams")),)
    groups = [
        marking,
        Group(_("开着的考试"), tuple(_open_row(one) for one in running)),
        Group(_("申诉"), _appeal_rows(appeals)),
        Group(_("题库变了"), tuple(_stale_row(one) for one in stale[:MOST_ROWS])),
        Group(_("草稿"), tuple(_draft_row(exam) for exam in drafts[:MOST_ROWS])),
        Group(_("更多"), every),
    ]
    return Section(
        role=_("考试"),
        conclusion=conclusion,
        sign="must" if running or drafts or stale else "safe",
        is_calm=not (running or drafts or marking.rows or appeals or stale),
        groups=tuple(group for group in groups if group.rows),
    )


def _appeal_rows(count: int) -> tuple[Row, ...]:
    if not count:
        return ()
    return (
        Row(
            text=_("%(n)s 份申诉等答复", n=show_count(count)),
            href=url_for("exams.appeals"),
            sign="must",
            word=_("等答复"),
        ),
    )


def _draft_row(exam: Exam) -> Row:
    return Row(
        text=exam.title,
        hint=_("定在 %(at)s 开考", at=say_moment(exam.opens_at)),
        href=url_for("exams.exam", exam_id=exam.id),
        sign="open",
        word=_("草稿"),
    )


def _stale_row(one: StaleExam) -> Row:
    return Row(
        text=one.exam.title,
        hint=_(
            "%(at)s开考，%(n)s 题在题库里已停用或待复核",
            at=say_moment(one.exam.opens_at),
            n=show_count(one.questions),
        ),
        href=url_for("exams.exam", exam_id=one.exam.id),
        sign="warn",
        word=_("换题或撤题"),
    )


def _open_row(one: OpenExam) -> Row:
    return Row(
        text=one.exam.title,
        hint=_(
            "应考 %(required)s 人，在考 %(now)s 人，已交卷 %(done)s 人，%(at)s截止",
            required=show_count(one.required),
            now=one.under_way,
            done=show_count(one.handed_in),
            at=say_moment(one.exam.closes_at),
        ),
        href=url_for("exams.exam", exam_id=one.exam.id),
        sign="must",
        word=_("开着"),
    )


def safety_section(actor: Actor) -> Section:
    session, now = db_session(), moment()
    exams = pass_rates.exams_to_report(session, actor, now=now)
    newest = exams[0] if exams else None
    report = (
        pass_rates.pass_rates(session, actor, newest, zone=config().time_zone, now=now)
        if newest
        else None
    )
    low = _low_teams(report) if report else []
    due = certificates.state_counts(session, actor, certificates.Filters(), today=today())
    _open, undecided = count_standby(session, actor, wants_closed=False, today=today())
    asked = waiting_reviews(session, actor, today=today())
    appeals = waiting_count(session, actor)
    parts = [
        _("%(n)s 份申诉等答复", n=show_count(appeals)) if appeals else "",
        _("%(n)s 张证书等人决定撤不撤销", n=show_count(asked.to_revoke)) if asked.to_revoke else "",
        _("%(n)s 张撤销的证书等人决定恢不恢复", n=show_count(asked.to_reinstate))
        if asked.to_reinstate
        else "",
        _("%(n)s 个班组合格率低于 %(goal)s%%", n=len(low), goal=rules.TARGET_PERCENT)
        if low
        else "",
        _("%(n)s 张证书 60 天内到期", n=show_count(due.expiring)) if due.expiring else "",
        _("%(n)s 人等你决定待不待岗", n=show_count(undecided)) if undecided else "",
    ]
    waiting = [part for part in parts if part]
    groups = [
        Group(_("能确定低于目标的班组"), tuple(low[:MOST_ROWS])),
        Group(_("最近一场考试"), _report_rows(report)),
        Group(_("申诉"), _appeal_rows(appeals)),
        Group(_("证书"), _review_rows(asked) + _certificate_rows(due)),
        Group(_("待岗"), _standby_rows(undecided)),
    ]
    return Section(
        role=_("安全管理"),
        conclusion=_("，").join(waiting)
        if waiting
        else _("没有班组能确定低于目标，没有证书快到期"),
        sign="warn" if waiting else "safe",
        is_calm=not waiting,
        groups=tuple(group for group in groups if group.rows),
    )


def _review_rows(asked: Waiting) -> tuple[Row, ...]:
    href = url_for("certificates.reviews")
    lines = (
        (_("等人决定撤不撤销"), asked.to_revoke),
        (_("撤销了，等人决定恢不恢复"), asked.to_reinstate),
    )
    return tuple(
        Row(text=text, href=href, sign="warn", word=_("%(n)s 张", n=show_count(count)))
        for text, count in lines
        if count
    )


def _low_teams(report: PassRates) -> list[Row]:
    """Last teams of the tree whose whole interval lies below the target, the lowest rate first."""
    rows = rules.tree_rows(report.nodes, report.tree, report.roots)
    low = [r for r in rows if r.is_leaf and not r.is_direct and rules.is_below_target(r.counts)]
    low.sort(key=lambda row: row.counts.passed / row.counts.sat)
    return [
        Row(
            text=row.node.name,
            hint=_("%(sat)s 人考，%(n)s 人合格", sat=row.counts.sat, n=row.counts.passed),
            href=url_for(
                "reports.pass_rate_names",
                exam_id=report.exam.id,
                team=row.node.id,
                group="failed",
            ),
            sign="warn",
            word=show_percent(row.counts.passed, row.counts.sat),
        )
        for row in low
    ]


def _report_rows(report: PassRates | None) -> tuple[Row, ...]:
    if report is None:
        return ()
    total = report.total
    hint = _(
        "应考 %(required)s 人，实考 %(sat)s 人，合格 %(passed)s 人",
        required=show_count(total.required),
        sat=show_count(total.sat),
        passed=show_count(total.passed),
    )
    href = url_for("reports.pass_rates", exam=report.exam.id)
    word = show_percent(total.passed, total.sat) if total.sat else ""
    return (Row(text=report.exam.title, hint=hint, href=href, word=word),)


def _standby_rows(undecided: int) -> tuple[Row, ...]:
    if not undecided:
        return ()
    text = _("%(n)s 人补考没合格", n=show_count(undecided))
    href = url_for("certificates.standby_flags")
    return (Row(text=text, href=href, sign="warn", word=_("待确认")),)


def _certificate_rows(counts: certificates.StateCounts) -> tuple[Row, ...]:
    def row(text: Any, state: str, sign: str, count: int) -> Row:
        href = url_for("certificates.certificates", state=state)
        return Row(text=text, href=href, sign=sign, word=_("%(n)s 张", n=show_count(count)))

    return tuple(
        row(text, state, sign, count)
        for text, state, sign, count in (
            (_("60 天内到期"), "expiring", "warn", counts.expiring),
            (_("已过期"), "expired", "stop", counts.expired),
        )
        if count
    )


def administrator_section(actor: Actor) -> Section:
    session = db_session()
    count, idle = queries.staff_counts(session, actor, Role.ADMINISTRATOR, today=today())
    is_open_road = rules.is_open_road(config().public_url)
    rows = [
        Row(
            text=_("%(n)s 人没设密码", n=show_count(len(idle))),
            hint=_("共 %(n)s 人。给他们激活码，他们就能登录", n=show_count(count)),
            href=url_for("teams.people"),
            sign="warn" if idle else "safe",
            word=_("登录不了") if idle else _("都能登录"),
        ),
        Row(text=_("组织与岗位"), href=url_for("teams.tree")),
        Row(text=_("导入花名册"), href=url_for("teams.roster")),
        Row(text=_("审计日志"), href=url_for("reports.audit_log")),
    ]
    notice = ""
    if is_open_road:
        notice = _(
            "地址 %(url)s 没有加密，密码会在网络上明文传。在前面放一个 HTTPS 代理，"
            "再把 PUBLIC_URL 改成 https:// 开头。",
            url=config().public_url,
        )
    conclusion = _("%(n)s 人都能登录", n=show_count(count))
    if idle:
        conclusion = _("%(n)s 人还没设密码，登录不了", n=show_count(len(idle)))
    if is_open_road:
        conclusion = _("网站没有加密，先改成 HTTPS")
    return Section(
        role=_("系统管理"),
        conclusion=conclusion,
        sign="stop" if is_open_road else ("warn" if idle else "safe"),
        is_calm=not (idle or is_open_road),
        groups=(Group(_("人员与记录"), tuple(rows)),),
        notice=notice,
    )


def inspector_section(_actor: Actor) -> Section:
    places = (
        (_("人员和每人的记录"), _("培训、考试、证书，一人一档"), "teams.people"),
        (_("班组合格率"), _("应考、免考、缺考、实考，点开看名单"), "reports.pass_rates"),
        (_("证书"), _("有效、快到期、过期、撤销"), "certificates.certificates"),
        (_("学习的内容"), _("学的是哪一版，原文都在"), "learning.modules"),
        (_("审计日志"), _("谁在什么时候改了什么，删不掉"), "reports.audit_log"),
    )
    rows = tuple(Row(text=text, hint=hint, href=url_for(to)) for text, hint, to in places)
    return Section(
        role=_("检查"),
        conclusion=_("要看的记录都在这里，只能看，不能改"),
        sign="open",
        is_calm=True,
        groups=(Group(_("记录在哪里"), rows),),
    )
