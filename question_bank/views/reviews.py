"""待复核: what a person must look at again because its key, or something that it rests on, changed,
or because an exam found it faulty.
"""

from collections.abc import Iterator
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from core.errors import Conflict, Forbidden
from core.pages import show_points
from core.web import current_actor, db_session, moment, panels, requires
from question_bank import reviews as operations
from question_bank.models import QuestionVersion, ReviewKind
from question_bank.queries import bank, clauses
from question_bank.queries.clauses import ReviewItem
from question_bank.queries.content import rule_of
from question_bank.views.bank import say_rule
from question_bank.views.blueprint import bp
from question_bank.views.differences import shown_change, shown_changes, stamp
from question_bank.views.flaws import shown_flaws
from question_bank.views.listing import TYPE_NAMES

AT_ONCE = 20


@bp.get("/questions/reviews")
@requires(*bank.KEEPERS)
def reviews() -> ResponseReturnValue:
    """The questions to look at, each with the old and the new words beside each other."""
    session, actor = db_session(), current_actor()
    total = clauses.count_held(session, actor)
    pages = max((total + AT_ONCE - 1) // AT_ONCE, 1)
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    held = clauses.held_items(session, actor, limit=AT_ONCE, offset=(page - 1) * AT_ONCE)
    corrections = clauses.change_items(session, actor, ReviewKind.CORRECTION, limit=AT_ONCE)
    keys = clauses.change_items(session, actor, ReviewKind.KEY, limit=AT_ONCE)
    before = clauses.versions_by_id(
        session, [item.tasks[0].before_version_id for item in (*corrections, *keys)]
    )
    return render_template(
        "question_bank/reviews.html",
        held=[_held(item) for item in held],
        total=total,
        page=page,
        pages=pages,
        first=(page - 1) * AT_ONCE + 1,
        corrections=[_changed(item, before) for item in corrections],
        keys=[_changed(item, before) for item in keys],
    )


@bp.post("/questions/reviews")
@requires(*bank.KEEPERS)
def confirm_reviews() -> ResponseReturnValue:
    """Those ticked are right; one of which something new was said since it was shown is kept."""
    session, actor, now = db_session(), current_actor(), moment()
    done = kept = 0
    for seen in request.form.getlist("seen")[:AT_ONCE]:
        public_id, _colon, seen_stamp = seen.replace("\x00", "").partition(":")
        found = bank.question_for(session, actor, public_id)
        if found.review_since is None:
            continue
        if stamp(clauses.open_tasks_of(session, found)) != seen_stamp:
            kept += 1
            continue
        operations.confirm_question(session, found, actor=actor, now=now)
        done += 1
    if done:
        flash(_("已记下：%(n)s 道题复核过了", n=done), "safe")
    if kept:
        flash(_("%(n)s 道题又有新情况，重新看过再勾", n=kept), "warn")
    if not done and not kept:
        flash(_("没有勾题，什么也没改"), "warn")
    return redirect(url_for("question_bank.reviews"))


@bp.post("/questions/reviews/<int:task_id>")
@requires(*bank.KEEPERS)
def settle_review(task_id: int) -> ResponseReturnValue:
    """Settle a correction, as somebody else than its author, or a changed key."""
    session, actor = db_session(), current_actor()
    task = clauses.review_task(session, actor, task_id)
    is_confirmed = request.form.get("outcome") != "refused"
    try:
        operations.settle_task(session, task, is_confirmed=is_confirmed, actor=actor, now=moment())
    except (Conflict, Forbidden) as refused:
        flash(_(refused.msgid), "warn")
    else:
        flash(_("已记下"), "safe")
    return redirect(url_for("question_bank.reviews"))


def _held(item: ReviewItem) -> dict[str, Any]:
    return {
        **_question(item),
        "seen": f"{item.question.public_id}:{stamp(item.tasks)}",
        "changes": shown_changes(item.tasks),
        "flaws": shown_flaws(db_session(), item.tasks),
    }


def _changed(item: ReviewItem, versions: dict[int, Any]) -> dict[str, Any]:
    task = item.tasks[0]
    before = versions.get(task.before_version_id or 0)
    texts = ["\n".join(_lines(version)) if version else None for version in (before, item.version)]
    return {
        **_question(item),
        "task_id": task.id,
        "asked_at": task.asked_at,
        "numbers": (before.number if before else 0, item.version.number),
        "change": shown_change(*texts),
        "panels": [
            Markup(html) for html in panels("question_version", task.before_version_id or 0)
        ],
        "is_own": task.asked_by_id is not None and task.asked_by_id == current_actor().user_id,
    }


def _lines(version: QuestionVersion) -> Iterator[str]:
    """All that is scored of a version, line by line, so that a changed key can be seen."""
    yield version.stem_markdown
    for option in version.options:
        yield f"{'✓' if option['is_right'] else '·'} {option['text']}"
    for premise in version.premises:
        right = [
            option["text"] for option in version.options if option["id"] == premise["right_id"]
        ]
        yield f"{premise['text']} → {'、'.join(right)}"
    if version.verdict is not None:
        yield _("答案：%(key)s", key=_("对") if version.verdict else _("错"))
    for number, blank in enumerate(version.blanks, start=1):
        yield _("答案%(n)s：%(key)s", n=number, key=" | ".join(blank["written"]))
    for point in (version.rubric or {}).get("points", []):
        yield f"{show_points(point['tenths'])} {point['text']}"
    rule = say_rule(rule_of(version))
    if rule:
        yield _("给分：%(rule)s", rule=rule)


def _question(item: ReviewItem) -> dict[str, Any]:
    return {
        "public_id": item.question.public_id,
        "type": TYPE_NAMES[item.question.type],
        "stem": Markup(item.version.stem_html).striptags(),
    }
