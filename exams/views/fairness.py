"""How alike the papers of an exam are, and how its shifts did beside each other."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from core.errors import NotFound
from core.pages import show_count, stand_under
from core.web import after_commit, current_actor, db_session, requires, services
from exams.models import Exam, ExamFairness
from exams.queries.exams import MANAGERS, READERS, exam_for, managed_exam, may_manage
from exams.queries.fairness import clause_labels, stems_of, stored_fairness
from exams.shift_figures import ENOUGH, NOTABLE
from exams.views.blueprint import bp
from question_bank.queries.bank import KEEPERS

# The chart, in units of its own: bars side by side, the highest as high as the chart.
BAR_WIDTH, CHART_HEIGHT = 20, 60


@dataclass(frozen=True)
class ShownBar:
    """One bar of the spread: from which expected score on, how many papers, and where it stands."""

    score: str
    papers: int
    x: int
    y: float
    height: float


@dataclass(frozen=True)
class ShownUse:
    """How often one question is drawn."""

    public_id: str
    stem: str
    papers: int
    share: str


@dataclass(frozen=True)
class ShownShift:
    """One shift in words."""

    name: str
    sittings: int
    pass_rate: str
    mean: str
    reused: int
    fresh: int
    reused_share: str
    fresh_share: str
    earlier_share: str
    sign: str
    verdict: str


@dataclass(frozen=True)
class ShownTrialShift:
    """How many seen questions the papers of one simulated shift hold."""

    number: int
    papers: int
    low: int
    mean: str
    high: int
    sign: str
    verdict: str


@bp.get("/exams/<int:exam_id>/fairness")
@requires(*READERS)
def fairness(exam_id: int) -> ResponseReturnValue:
    """The stored figures; nothing is computed here."""
    stand_under("exams.exams")
    session, actor = db_session(), current_actor()
    exam = exam_for(session, actor, exam_id)
    if exam.published_at is None:
        raise NotFound()
    stored = stored_fairness(session, exam_id)
    values: dict[str, Any] = _values(exam, stored) if stored is not None and stored.papers else {}
    return render_template(
        "exams/setup/fairness.html",
        exam=exam,
        stored=stored if values else None,
        enough=ENOUGH,
        may_manage=may_manage(session, actor, exam),
        may_see_bank=actor.has(*KEEPERS),
        **values,
    )


@bp.post("/exams/<int:exam_id>/fairness")
@requires(*MANAGERS)
def compare_now(exam_id: int) -> ResponseReturnValue:
    """Have the figures computed anew, in the background."""
    exam = managed_exam(db_session(), current_actor(), exam_id)
    if exam.published_at is None:
        raise NotFound()
    jobs = services().jobs
    after_commit(lambda: jobs.enqueue("report-fairness", exam_id=exam_id))
    flash(_("正在重新算，过一会儿刷新这页"))
    return redirect(url_for("exams.fairness", exam_id=exam_id))


def _values(exam: Exam, stored: ExamFairness) -> dict[str, Any]:
    session, figures = db_session(), stored.figures
    uses = [*figures["most"], *figures["least"]]
    stems = stems_of(session, [version_id for version_id, _papers in uses])
    labels = clause_labels(session, figures["clauses_never_named"])
    return {
        "figures": {
            name: _score(figures[name])
            for name in ("low", "high", "mean", "deviation", "pool_mean", "full_tenths")
        },
        "bars": _bars(figures["bins"]),
        "chart_width": BAR_WIDTH * len(figures["bins"]),
        "chart_height": CHART_HEIGHT,
        "tolerance": _score(figures["tolerance"]) if figures["tolerance"] is not None else None,
        "outside": figures.get("outside", 0),
        "worst_off": _score(figures.get("worst_off", 0)),
        "coverage": {name: figures[name] for name in figures if name.startswith("clauses")},
        "clauses_mean": f"{figures['clauses_mean']:.1f}",
        "never_clauses": [
            (*clause.partition("#")[::2], labels[clause])
            for clause in figures["clauses_never_named"]
        ],
        "questions": figures["questions"],
        "never_drawn": figures["never_drawn"],
        "most": [_shown_use(one, stems, stored.papers) for one in figures["most"]],
        "least": [_shown_use(one, stems, stored.papers) for one in figures["least"]],
        "shifts": [_shown_shift(one, exam.shift_hours) for one in figures.get("shifts", [])],
        "trial_shifts": [_shown_trial(one) for one in figures.get("trial_shifts", [])],
    }


def _score(tenths: float) -> str:
    """Tenths of a point as points with two decimals."""
    return f"{tenths / 10:.2f}"


def _bars(bins: list[list[float]]) -> list[ShownBar]:
    most = max(count for _edge, count in bins) or 1
    bars = []
    for place, (edge, count) in enumerate(bins):
        height = round(CHART_HEIGHT * count / most, 1)
        bars.append(
            ShownBar(_score(edge), int(count), place * BAR_WIDTH, CHART_HEIGHT - height, height)
        )
    return bars


def _shown_use(use: list[int], stems: dict[int, tuple[str, str]], papers: int) -> ShownUse:
    version_id, drawn = use
    public_id, stem = stems.get(version_id, ("", ""))
    return ShownUse(
        public_id,
        " ".join(Markup(stem).striptags().split()),
        drawn,
        f"{100 * drawn / papers:.1f}%",
    )


def _shown_shift(one: dict[str, Any], hours: int) -> ShownShift:
    sign, verdict = _verdict(one)
    name = date.fromisoformat(one["began_on"]).isoformat()
    if hours < 24:
        name += f" {one['block'] * hours:02d}:00—{(one['block'] + 1) * hours:02d}:00"
    sittings = one["sittings"]
    return ShownShift(
        name=name,
        sittings=sittings,
        pass_rate=f"{100 * one['passed'] // sittings}%" if sittings else "—",
        mean=f"{one['mean_tenths'] / 10:.1f}" if sittings else "—",
        reused=one["reused"],
        fresh=one["fresh"],
        reused_share=_percent(one["reused_share"]),
        fresh_share=_percent(one["fresh_share"]),
        earlier_share=_percent(one["earlier_share"]),
        sign=sign,
        verdict=verdict,
    )


def _shown_trial(one: dict[str, Any]) -> ShownTrialShift:
    words = str(_("都不超过 %(n)s 题", n=one["most"]))
    if one["over"]:
        words = str(_("%(n)s 份超过 %(most)s 题", n=show_count(one["over"]), most=one["most"]))
    return ShownTrialShift(
        number=one["shift"],
        papers=one["papers"],
        low=one["low"],
        mean=f"{one['mean']:.1f}",
        high=one["high"],
        sign="stop" if one["over"] else "safe",
        verdict=words,
    )


def _percent(permille: int | None) -> str:
    return "—" if permille is None else f"{permille / 10:.1f}%"


def _verdict(one: dict[str, Any]) -> tuple[str, str]:
    if one["reused_share"] is None or one["earlier_share"] is None:
        return "none", str(_("没有前面批次见过的题，不用比"))
    if not one["is_enough"]:
        return "open", str(_("人太少，不好说"))
    more = one["reused_share"] - one["earlier_share"]
    if more >= NOTABLE:
        words = _("见过的题得分率高了 %(n)s 个百分点，查一查是不是走漏了", n=f"{more / 10:.1f}")
        return "warn", str(words)
    return "safe", str(_("没看出走漏"))
