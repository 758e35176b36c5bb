"""Pass rates per team: the tree, the names behind each number, the same numbers as a file."""

from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import NotFound
from core.pages import show_moment, show_percent, stand_under
from core.web import config, current_actor, db_session, moment, requires
from exams.models import Exam
from reports import rules
from reports.queries import pass_rates as queries
from reports.queries.pass_rates import READERS, PassRates
from reports.rules import GROUPS, Outcome, TreeRow
from reports.views.blueprint import bp
from reports.workbook import Sheet, workbook

# A tree of more lines than this opens folded below its second level.
LONG_TREE = 40
WIDTH = 150
# Names a page.
PAGE_SIZE = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Whisker:
    """The numbers of the drawing, in its own units from 0 to 150."""

    kind: str
    bar: float
    low: float
    high: float
    goal: float
    label: str


@dataclass(frozen=True)
class Line:
    """One line of the tree, ready to show."""

    row: TreeRow
    label: str
    whisker: Whisker | None
    is_compared: bool
    is_low: bool
    # The value of `fold` that opens or closes this line; None where nothing is below it.
    fold: str | None


@bp.get("/reports/pass-rates")
@requires(*READERS)
def pass_rates() -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    exams = queries.exams_to_report(session, actor, now=moment())
    if not exams:
        return render_template("reports/pass_rates.html", exams=[], rates=None)
    chosen = request.args.get("exam", type=int)
    exam = next((e for e in exams if e.id == chosen), None) if chosen else exams[0]
    if exam is None:
        raise NotFound()
    rates = _rates(exam)
    folded = _folded(rates)
    rows = rules.tree_rows(rates.nodes, rates.tree, rates.roots, folded=folded)
    return render_template(
        "reports/pass_rates.html",
        exams=exams,
        rates=rates,
        exam=exam,
        total=rates.total,
        scope="、".join(rates.nodes[root].name for root in rates.roots),
        low=[r.node.name for r in _all_rows(rates) if _is_named(r)],
        lines=[_line(row, folded) for row in rows],
        target=rules.TARGET_PERCENT,
        fewest=rules.FEWEST_COMPARED,
        definitions=_definitions(rates),
    )


def _rates(exam: Exam) -> PassRates:
    return queries.pass_rates(
        db_session(), current_actor(), exam, zone=config().time_zone, now=moment()
    )


def _all_rows(rates: PassRates) -> list[TreeRow]:
    return rules.tree_rows(rates.nodes, rates.tree, rates.roots)


def _is_named(row: TreeRow) -> bool:
    """Whether the first sentence names the team: a last one of the tree, below beyond chance."""
    return row.is_leaf and not row.is_direct and rules.is_below_target(row.counts)


def _folded(rates: PassRates) -> frozenset[int]:
    """The folded teams: as the address says, else those of the second level of a long tree."""
    if "fold" in request.args:
        parts = request.args["fold"].split(".")
        return frozenset(int(part) for part in parts if part.isdecimal())
    rows = _all_rows(rates)
    if len(rows) <= LONG_TREE:
        return frozenset()
    return frozenset(row.node.id for row in rows if row.level == 1 and not row.is_leaf)


def _line(row: TreeRow, folded: frozenset[int]) -> Line:
    fold = None
    if not row.is_leaf:
        changed = sorted(folded ^ {row.node.id})
        fold = ".".join(map(str, changed)) or "-"
    return Line(
        row=row,
        label=_label(row),
        whisker=_whisker(row),
        is_compared=rules.is_compared(row.counts),
        is_low=rules.is_below_target(row.counts),
        fold=fold,
    )


def _label(row: TreeRow) -> str:
    name: str = _("%(team)s直属", team=row.node.name) if row.is_direct else row.node.name
    return name


def _whisker(row: TreeRow) -> Whisker | None:
    counts = row.counts
    if counts.sat == 0:
        return None
    low, high = rules.wilson_interval(counts.passed, counts.sat)
    kind = "few" if not rules.is_compared(counts) else ""
    return Whisker(
        kind="low" if rules.is_below_target(counts) else kind,
        bar=round(WIDTH * counts.passed / counts.sat, 1),
        low=round(WIDTH * low, 1),
        high=round(WIDTH * high, 1),
        goal=WIDTH * rules.TARGET_PERCENT / 100,
        label=_(
            "%(rate)s，区间 %(low)s%% 到 %(high)s%%",
            rate=show_percent(counts.passed, counts.sat),
            low=int(low * 100),
            high=int(high * 100),
        ),
    )


def _definitions(rates: PassRates) -> list[tuple[str, str]]:
    """What each number means; shown on the page and written into the file."""
    absent = (
        (_("缺考"), _("应考的人里没有成绩的。窗口已经关闭，这是最后的数。"))
        if rates.is_final
        else (_("还没考"), _("应考的人里还没有成绩的，正在考的也算。窗口关闭以后才叫缺考。"))
    )
    return [
        (
            _("应考"),
            _("考试窗口里任何一天在考试范围内、又没有免考的人。所有的率都不拿免考的人当分母。"),
        ),
        (_("免考"), _("在考试范围内但批准不用考的人，单独列出，不算应考；考了也不算。")),
        absent,
        (_("实考"), _("至少有一次成绩的应考人。实考、待阅卷和没考加起来等于应考。")),
        (_("待阅卷"), _("交了卷、还等人阅卷的应考人。没有成绩，不算合格也不算没合格。")),
        (_("一次合格"), _("第一次就考合格的人。")),
        (_("补考后合格"), _("第一次没合格、后来补考合格的人。")),
        (
            _("没合格"),
            _("有成绩、没有一次合格的人。违纪作废的那次算实考，按没合格算。"),
        ),
        (_("参考率"), _("实考 ÷ 应考。")),
        (_("合格率"), _("合格 ÷ 实考，合格包括补考后合格的。")),
        (_("全员合格率"), _("合格 ÷ 应考。")),
        (_("95% 区间"), _("用 Wilson 法算。整段低于 %(n)s%% 才标黄。", n=rules.TARGET_PERCENT)),
        (
            _("人少，不排名"),
            _("实考不足 %(n)s 人的班组只列数，不比较。", n=rules.FEWEST_COMPARED),
        ),
        (
            _("算在哪个班组"),
            _(
                "考了的算第一次开考那天所在的班组；没考的算窗口关闭那天所在的班组，那天没有就算之前最后一个。"
            ),
        ),
        (
            _("加起来"),
            _(
                "下一级之和等于上一级。不属于任何下级班组的人列在“直属”里。你看不到的班组不显示，也不计入。"
            ),
        ),
        (_("百分数"), _("保留一位小数，多余的舍去，所以 79.96% 写成 79.9%。")),
    ]


@bp.get("/reports/pass-rates/<int:exam_id>/people")
@requires(*READERS)
def pass_rate_names(exam_id: int) -> ResponseReturnValue:
    exam = queries.exam_to_report(db_session(), current_actor(), exam_id, now=moment())
    rates = _rates(exam)
    group = request.args.get("group", "everyone")
    is_direct = request.args.get("direct") == "1"
    team_id = request.args.get("team", type=int) or (rates.roots[0] if rates.roots else None)
    if group not in GROUPS or not _may_see(rates, team_id):
        raise NotFound()
    assert team_id is not None
    below = rates.below(team_id, is_direct=is_direct)
    shown = [person for person in below if person.outcome in GROUPS[group]]
    users = queries.names_of(db_session(), [person.user_id for person in shown])
    order = list(Outcome)
    pages = -(-len(shown) // PAGE_SIZE) or 1
    page = max(1, min(request.args.get("page", 1, type=int), pages))
    shown.sort(key=lambda p: (order.index(p.outcome), users[p.user_id].employee_no))
    node = rates.nodes[team_id]
    stand_under("reports.pass_rates")
    return render_template(
        "reports/pass_rate_names.html",
        exam=exam,
        rates=rates,
        team_id=team_id,
        is_direct=is_direct,
        label=_("%(team)s直属", team=node.name) if is_direct else node.name,
        group=group,
        groups=[
            (key, _group_label(key, rates), sum(person.outcome in outcomes for person in below))
            for key, outcomes in GROUPS.items()
        ],
        group_label=_group_label(group, rates),
        found=len(shown),
        page=page,
        has_next=page < pages,
        people=[
            (person, users[person.user_id], rates.nodes[person.team_id])
            for person in shown[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        ],
    )


def _may_see(rates: PassRates, team_id: int | None) -> bool:
    seen = tuple(rates.nodes[root].path for root in rates.roots)
    node = rates.nodes.get(team_id) if team_id is not None else None
    return node is not None and node.path.startswith(seen)


def _group_label(group: str, rates: PassRates) -> Any:
    return {
        "everyone": _("全部"),
        "required": _("应考"),
        "exempt": _("免考"),
        "not_sat": _("缺考") if rates.is_final else _("还没考"),
        "to_mark": _("待阅卷"),
        "sat": _("实考"),
        "passed": _("合格"),
        "passed_first": _("一次合格"),
        "passed_resit": _("补考后合格"),
        "failed": _("没合格"),
    }[group]


@bp.get("/reports/pass-rates/<int:exam_id>.xlsx")
@requires(*READERS)
def pass_rate_file(exam_id: int) -> Response:
    exam = queries.exam_to_report(db_session(), current_actor(), exam_id, now=moment())
    rates = _rates(exam)
    rows = _all_rows(rates)
    sheet = Sheet(
        name=_("合格率"),
        title=_("%(exam)s，数据截至 %(at)s", exam=exam.title, at=show_moment(moment())),
        head=[
            _("车间、班组"),
            *(
                _group_label(key, rates)
                for key in ("required", "exempt", "not_sat", "to_mark", "sat", "passed_first")
            ),
            _group_label("passed_resit", rates),
            _("参考率"),
            _("合格率"),
            _("全员合格率"),
            _("区间下限"),
            _("区间上限"),
            _("说明"),
        ],
        rows=[_cells(row) for row in rows],
        indents=[row.level for row in rows],
        notes=[
            (_("考试"), exam.title),
            (_("窗口"), f"{show_moment(exam.opens_at)} — {show_moment(exam.closes_at)}"),
            (_("数据截至"), show_moment(moment())),
            *_definitions(rates),
        ],
        notes_name=_("这些数怎么算"),
    )
    answer = make_response(workbook(sheet, made_at=moment()))
    answer.mimetype = XLSX
    answer.headers["Content-Disposition"] = f'attachment; filename="pass-rates-{exam.id}.xlsx"'
    return answer


def _cells(row: TreeRow) -> list[str | int | float | None]:
    counts = row.counts
    low, high = rules.wilson_interval(counts.passed, counts.sat) if counts.sat else (None, None)
    return [
        _label(row),
        counts.required,
        counts.exempt,
        counts.not_sat,
        counts.to_mark,
        counts.sat,
        counts.passed_first,
        counts.passed_resit,
        _share(counts.sat, counts.required),
        _share(counts.passed, counts.sat),
        _share(counts.passed, counts.required),
        low,
        high,
        "" if rules.is_compared(counts) else _("人少，不排名"),
    ]


def _share(part: int, whole: int) -> float | None:
    """Rounded down to a tenth of a per cent, as on the page."""
    return part * 1000 // whole / 1000 if whole else None
