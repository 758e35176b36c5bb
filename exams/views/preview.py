"""A paper as a candidate sees it, for the examiner: nothing is stored, nothing counts."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core.errors import N_, Conflict
from core.web import current_actor, moment, reading, requires, seeds
from exams.drawing import PoolShortage
from exams.judging import score_paper
from exams.marking import paper_score, rule_for
from exams.models import Exam
from exams.previews import PreviewQuestion, preview_paper, with_scores
from exams.queries.exams import MANAGERS, managed_exam
from exams.queries.pools import row_marks
from exams.queries.results import revealed_paper
from exams.queries.sittings import SlotAnswer
from exams.queries.visibility import Visible
from exams.responses import Stored
from exams.versions import KnownVersion, known_versions
from exams.views.blueprint import bp
from exams.views.paper import card_of, responses_in_form, shown_paper, version_ids
from exams.views.result import show_result

EVERYTHING = Visible(result=True, marks=True, answers=True, explanations=True, is_over=True)
MOST_SEED = 2**63 - 1


@bp.route("/exams/<int:exam_id>/preview", methods=["GET", "POST"])
@requires(*MANAGERS)
def preview(exam_id: int) -> ResponseReturnValue:
    """A drawn paper; POST shows what the replies would have earned, and the keys.

    The paper is drawn anew from the number in the address, so nothing needs to be kept.
    """
    with reading() as session:
        exam = managed_exam(session, current_actor(), exam_id)
        seed = request.args.get("paper", type=int)
        if seed is None or not 0 <= seed <= MOST_SEED:
            return redirect(url_for("exams.preview", exam_id=exam.id, paper=seeds().seed()))
        paper = _drawn(session, exam, seed)
        versions = known_versions(session, version_ids(paper))
        if request.method == "POST":
            return _marked(session, exam, paper, versions, seed)
        return _page(session, exam, paper, versions, {}, seed)


def _drawn(session: Session, exam: Exam, seed: int) -> list[PreviewQuestion]:
    try:
        paper = preview_paper(session, exam, seed=seed)
    except PoolShortage as shortage:
        raise Conflict(
            N_("第 %(rows)s 行要 %(wanted)s 题，题库里只有 %(available)s 题"),
            rows="、".join(map(str, shortage.positions)),
            wanted=shortage.wanted,
            available=shortage.available,
        ) from shortage
    if not paper:
        raise Conflict(N_("还没有抽题规则。至少写一行"))
    return paper


def _page(
    session: Session,
    exam: Exam,
    paper: list[PreviewQuestion],
    versions: dict[int, KnownVersion],
    unfinished: dict[int, str],
    seed: int,
    responses: dict[int, Stored] | None = None,
) -> str:
    answers = {
        slot: SlotAnswer(0, reply, moment(), "") for slot, reply in (responses or {}).items()
    }
    rules = {
        row.slot: rule_for(version.key, own=version.own_rule, exam=exam.rule)
        for row in paper
        for version in [versions[row.question_version_id]]
    }
    questions = shown_paper(paper, versions, answers, rules, row_marks(session, exam.id))
    return render_template(
        "exams/setup/preview.html",
        exam=exam,
        questions=questions,
        card=card_of(questions),
        seconds_left=exam.minutes * 60,
        unfinished=[(slot, _(why)) for slot, why in unfinished.items()],
        seed=seed,
    )


def _marked(
    session: Session,
    exam: Exam,
    paper: list[PreviewQuestion],
    versions: dict[int, KnownVersion],
    seed: int,
) -> str:
    responses, unfinished = responses_in_form(paper, versions)
    if unfinished:
        return _page(session, exam, paper, versions, unfinished, seed, responses)
    scores = score_paper(paper, versions, responses, exam_rule=exam.rule, manual={})
    total = paper_score(score for score in scores.values() if score is not None)
    questions = revealed_paper(session, with_scores(paper, scores), responses)
    return render_template(
        "exams/setup/preview_marked.html",
        exam=exam,
        questions=[show_result(question, EVERYTHING) for question in questions],
        score_tenths=total,
        full_tenths=sum(row.points_tenths for row in paper),
        waiting=sum(score is None for score in scores.values()),
        is_passed=total >= exam.pass_mark_tenths,
        seed=seed,
    )
