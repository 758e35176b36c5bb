"""The bank for its keepers: a list to search, and each question with its key and versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from core.pages import show_points, stand_under
from core.web import current_actor, db_session, moment, panels, requires
from question_bank import reviews
from question_bank.formats.views import AUTHORS as IMPORTERS
from question_bank.keys import (
    AnswerKey,
    BlanksKey,
    HotspotKey,
    RubricKey,
    RuleName,
    ScoringPoint,
    ScoringRule,
    VerdictKey,
)
from question_bank.models import Question, QuestionState, QuestionVersion
from question_bank.outlines import OutlinedPicture, outlined
from question_bank.queries import bank
from question_bank.queries.clauses import open_tasks_of
from question_bank.queries.content import Citation, citations_of, rule_of
from question_bank.queries.exported import EXPORTERS
from question_bank.queries.history import review_request
from question_bank.stored_keys import key_of
from question_bank.views import listing
from question_bank.views.blueprint import bp
from question_bank.views.differences import shown_changes
from question_bank.views.flaws import shown_flaws
from question_bank.views.statistics import shown_statistics

PER_PAGE = 30


@dataclass(frozen=True)
class ShownOption:
    """An option with its letter."""

    letter: str
    html: Markup
    is_right: bool
    weight: str
    feedback: Markup


@dataclass(frozen=True)
class ShownBlank:
    """What one blank accepts, in words."""

    number: int
    written: tuple[str, ...]
    points: int | None
    is_interchangeable: bool


@dataclass(frozen=True)
class ShownPart:
    """A sub-question of a case, as its own page shows it."""

    public_id: str
    title: str
    type_name: Any
    version: "ShownVersion"


@dataclass(frozen=True)
class ShownVersion:
    """One version as the page shows it; what its type does not have is empty."""

    number: int
    created_at: datetime
    type: str
    stem: Markup
    options: tuple[ShownOption, ...]
    verdict: bool | None
    blanks: tuple[ShownBlank, ...]
    points: int | None
    rule: str
    # (left, right) as HTML
    pairs: tuple[tuple[Markup, Markup], ...] = ()
    picture: OutlinedPicture | None = None
    rubric: tuple[ScoringPoint, ...] = ()
    model_answer: Markup | None = None
    parts: tuple[ShownPart, ...] = ()


@bp.get("/questions")
@requires(*bank.KEEPERS)
def questions() -> ResponseReturnValue:
    """The list: search in all that a question says, filter by its facts and its statistics."""
    session, actor = db_session(), current_actor()
    asked = listing.asked_for(request.args)
    page = max(request.args.get("page", 1, type=int), 1)
    found = bank.bank_page(
        session, actor, asked.wanted, page=page, per_page=PER_PAGE, order=asked.order
    )
    counts = bank.bank_counts(session, actor)
    modules = bank.bank_modules(session)
    wanted = asked.wanted
    clauses = bank.bank_clauses(session, wanted.module_key) if wanted.module_key else []
    return render_template(
        "question_bank/questions.html",
        panels=panels("bank", ""),
        rows=[listing.shown_row(row, wanted.words) for row in found.rows],
        total=found.total,
        first=(page - 1) * PER_PAGE + 1,
        last=(page - 1) * PER_PAGE + len(found.rows),
        page=page,
        has_next=page * PER_PAGE < found.total,
        active=counts.by_state.get(QuestionState.ACTIVE, 0),
        drafts=counts.by_state.get(QuestionState.DRAFT, 0),
        is_empty=not counts.by_state,
        in_review=counts.in_review,
        odd=bank.odd_count(session, actor),
        wanted=wanted,
        state=asked.state,
        order=asked.order,
        filter=asked.as_query(),
        modules=modules,
        module_title=dict(modules).get(wanted.module_key),
        clauses=clauses,
        clause_label=dict(clauses).get(wanted.clause, wanted.clause),
        tags=bank.bank_tags(session),
        types=listing.TYPE_NAMES,
        difficulties=listing.DIFFICULTY_NAMES,
        states=listing.STATE_NAMES,
        findings={finding: str(name) for finding, name in listing.FINDING_NAMES.items()},
        orders=listing.ORDER_NAMES,
        may_import=actor.has(*IMPORTERS),
        may_export=actor.has(*EXPORTERS),
        is_filtered=wanted != bank.QuestionFilter(states=listing.STATES["in_use"]),
    )


@bp.get("/questions/<public_id>")
@requires(*bank.KEEPERS)
def question(public_id: str) -> ResponseReturnValue:
    """One question: key, explanation, clauses, and every version it had."""
    session = db_session()
    found = bank.question_for(session, current_actor(), public_id)
    stand_under("question_bank.questions")
    versions = bank.versions_of(session, found)
    current = next(version for version in versions if version.id == found.current_version_id)
    parts = bank.parts_of(session, versions)
    tasks = open_tasks_of(session, found)
    return render_template(
        "question_bank/question.html",
        question=found,
        type_name=listing.TYPE_NAMES[found.type],
        difficulty=listing.DIFFICULTY_NAMES[found.difficulty],
        shown_state=listing.shown_state(found),
        changes=shown_changes(tasks),
        flaws=shown_flaws(session, tasks),
        case=bank.case_of(session, found),
        current=shown_version(found, current, parts),
        older=[
            shown_version(found, version, parts) for version in versions if version is not current
        ],
        explanation=Markup(found.explanation_html),
        citations=_citations(found, [question for question, _version in parts.values()]),
        tags=bank.tags_of(session, found),
        statistics=shown_statistics(session, current_actor(), current),
        review_request=review_request(session, found),
        panels=panels("question", public_id),
        module_title=dict(bank.bank_modules(session)).get(found.module_key, found.module_key),
    )


def _citations(found: Question, parts: Sequence[Question]) -> list[Citation]:
    """What a question rests on; for a case that states nothing, what its parts do."""
    cited = citations_of(db_session(), [found.id, *(part.id for part in parts)])
    own = cited.get(found.id, ())
    of_parts = [citation for part in parts for citation in cited.get(part.id, ())]
    return list(own) or list(dict.fromkeys(of_parts))


@bp.post("/questions/<public_id>/confirm")
@requires(*bank.KEEPERS)
def confirm(public_id: str) -> ResponseReturnValue:
    """The question is right, whatever had put it on the review list."""
    found = bank.question_for(db_session(), current_actor(), public_id)
    reviews.confirm_question(db_session(), found, actor=current_actor(), now=moment())
    flash(_("已记下：这道题复核过了"))
    return redirect(url_for("question_bank.question", public_id=public_id))


def shown_version(
    found: Question,
    version: QuestionVersion,
    parts: Mapping[int, tuple[Question, QuestionVersion]],
) -> ShownVersion:
    key = key_of(version)
    return ShownVersion(
        number=version.number,
        created_at=version.created_at,
        type=version.type.value,
        stem=Markup(version.stem_html),
        options=tuple(
            ShownOption(
                letter=listing.LETTERS[place],
                html=Markup(option["html"]),
                is_right=option["is_right"],
                weight=option["weight_percent"] or "",
                feedback=Markup(found.feedback_html.get(str(option["id"]), "")),
            )
            for place, option in enumerate(version.options)
        ),
        verdict=key.verdict if isinstance(key, VerdictKey) else None,
        blanks=_blanks(key) if isinstance(key, BlanksKey) else (),
        points=version.points_tenths,
        rule=say_rule(rule_of(version)),
        pairs=_pairs(version),
        picture=_picture(version, key),
        rubric=key.points if isinstance(key, RubricKey) else (),
        model_answer=Markup((version.rubric or {}).get("model_answer_html", "")) or None,
        parts=tuple(_part(*parts[part_id]) for part_id in version.part_version_ids),
    )


def _part(question: Question, version: QuestionVersion) -> ShownPart:
    shown = shown_version(question, version, {})
    return ShownPart(question.public_id, question.title, listing.TYPE_NAMES[question.type], shown)


def _pairs(version: QuestionVersion) -> tuple[tuple[Markup, Markup], ...]:
    """Each premise beside its counterpart; after them the distractors, beside nothing."""
    right = {option["id"]: Markup(option["html"]) for option in version.options}
    pairs = [(Markup(left["html"]), right[left["right_id"]]) for left in version.premises]
    taken = {left["right_id"] for left in version.premises}
    rest = [(Markup(""), html) for option_id, html in right.items() if option_id not in taken]
    return (*pairs, *rest) if pairs else ()


def _picture(version: QuestionVersion, key: AnswerKey) -> OutlinedPicture | None:
    if not isinstance(key, HotspotKey) or version.picture is None:
        return None
    return outlined(version.picture, key)


def _blanks(key: BlanksKey) -> tuple[ShownBlank, ...]:
    return tuple(
        ShownBlank(number, blank.written, blank.points_tenths, blank.group is not None)
        for number, blank in enumerate(key.blanks, start=1)
    )


def say_rule(rule: ScoringRule | None) -> str:
    """The rule for part marks in words; nothing when the exam decides."""
    if rule is None:
        return ""
    points = show_points(rule.tenths)
    words = {
        RuleName.ALL_OR_NOTHING: _("全对才得分"),
        RuleName.HALF_IF_PARTIAL: _("少选得一半"),
        RuleName.FIXED_IF_PARTIAL: _("少选得 %(n)s 分", n=points),
        RuleName.SHARE_PER_OPTION: _("选对一项得一份"),
        RuleName.POINTS_PER_OPTION: _("选对一项得 %(n)s 分", n=points),
        RuleName.RIGHT_MINUS_WRONG: _("对的减错的"),
        RuleName.WEIGHTED: _("按权重"),
        RuleName.SHARE_PER_BLANK: _("填对一空得一份"),
        RuleName.SHARE_PER_POSITION: _("位置排对一步得一份"),
        RuleName.SHARE_PER_NEIGHBOUR: _("相邻两步排对得一份"),
        RuleName.SHARE_PER_PAIR: _("配对一行得一份"),
        RuleName.SHARE_PER_SPOT: _("找对一处得一份"),
        RuleName.MINUS_PER_MISS: _("找对一处得一份，错一处扣 %(n)s 分", n=points),
    }
    return str(words[rule.name])
