"""The queue of proposed questions: look, edit, accept, reject."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import Session

from core.chance import new_id
from core.errors import Conflict, Problem
from core.identity import Actor
from core.markup import render_inline
from core.pages import stand_under
from core.web import current_actor, db_session, moment, reading, requires, services
from editor.operations.proposals import (
    accept_proposal,
    edit_proposal,
    propose_facts,
    reject_proposal,
)
from editor.proposal_rules import ModulePlace, Settled, questions_from_facts, settled
from editor.queries import proposals as queries
from editor.queries.proposals import AUTHORS, ProposalFilter
from editor.views.blueprint import bp
from editor.views.shown import ShownQuestion, shown_question
from question_bank.authoring.single import read_single
from question_bank.drafts import AuthorState
from question_bank.keys import QuestionType
from question_bank.models import ProposalOrigin, ProposalState, ProposedQuestion
from question_bank.queries.sync import taken_ids
from question_bank.views.listing import TYPE_NAMES

PER_PAGE = 20
STATE_NAMES = {
    ProposalState.OPEN: _l("待审"),
    ProposalState.ACCEPTED: _l("已收下"),
    ProposalState.REJECTED: _l("已退"),
}
STATE_SIGNS = {
    ProposalState.OPEN: "open",
    ProposalState.ACCEPTED: "safe",
    ProposalState.REJECTED: "none",
}
ORIGIN_NAMES = {ProposalOrigin.KEY_FACT: _l("考点"), ProposalOrigin.IMPORT: _l("导入")}


@dataclass(frozen=True)
class Card:
    """A proposal beside what it was made from."""

    row: ProposedQuestion
    type: Any
    origin: Any
    sign: str
    state: Any
    is_open: bool
    module: str
    clause: str
    shown: ShownQuestion | None
    made_from: str | Markup


@bp.get("/proposals")
@requires(*AUTHORS)
def proposals() -> ResponseReturnValue:
    """The proposals that were asked for, a page of cards."""
    session, actor = db_session(), current_actor()
    wanted, page = _filter(), max(request.args.get("page", 1, type=int), 1)
    found = queries.proposal_page(session, actor, wanted, page=page, per_page=PER_PAGE)
    places = queries.module_places(session)
    return render_template(
        "editor/proposals.html",
        cards=[_card(row, places) for row in found.rows],
        total=found.total,
        waiting=queries.open_count(session),
        page=page,
        has_next=page * PER_PAGE < found.total,
        wanted=wanted,
        is_filtered=wanted != ProposalFilter(),
        places=places,
        sources=queries.sources_of_proposals(session),
        types=TYPE_NAMES,
        origins=ORIGIN_NAMES,
        states=STATE_NAMES,
    )


@bp.get("/proposals/<int:proposal_id>")
@requires(*AUTHORS)
def proposal(proposal_id: int) -> ResponseReturnValue:
    """One proposal to be edited and decided on."""
    session = db_session()
    row = queries.proposal_for(session, current_actor(), proposal_id)
    places = queries.module_places(session)
    place = places.get(row.module_key or "")
    _draft, problems = settled(row.block, place=place, anchor=row.anchor, state=AuthorState.ENABLED)
    return _page(row, places, row.block, row.module_key, row.anchor, problems)


@bp.post("/proposals/<int:proposal_id>")
@requires(*AUTHORS)
def decide(proposal_id: int) -> ResponseReturnValue:
    """Preview, save, accept or reject, as the button says."""
    action = request.form.get("action", "preview")
    block = request.form.get("block", "").replace("\r\n", "\n").strip("\n") + "\n"
    module_key, anchor = _chosen_clause()
    if action == "reject":
        return _reject([proposal_id])
    # What is kept for later may still lack its clause.
    is_asked = action in ("accept", "preview")
    state = AuthorState.ENABLED if is_asked else AuthorState.DRAFT
    with reading() as session:
        row = queries.proposal_for(session, current_actor(), proposal_id)
        places = queries.module_places(session)
        facts = _fact_ids(session, module_key)
        made, problems = settled(
            block, place=places.get(module_key or ""), anchor=anchor, state=state
        )
        draft, _found = read_single(block)
        if action == "preview" or made is None or draft is None:
            page = _page(row, places, block, module_key, anchor, problems)
            return page, (200 if made else 422)
    session, actor, now = db_session(), current_actor(), moment()
    row = queries.proposal_for(session, actor, proposal_id)
    edit_proposal(
        session,
        row,
        block=block,
        type_=draft.type,
        module_key=module_key,
        anchor=anchor,
        actor=actor,
        now=now,
    )
    if action == "save":
        flash(_("已保存，还在待审里"))
        return redirect(url_for("editor.proposal", proposal_id=proposal_id))
    accept_proposal(session, row, settled=made, fact_ids=facts, actor=actor, now=now)
    flash(_("已收下 1 题，放进模块的题目草稿，发布以后才是题"))
    return redirect(_list_address())


@bp.post("/proposals")
@requires(*AUTHORS)
def decide_chosen() -> ResponseReturnValue:
    """Accept or reject the ticked proposals; those that cannot be accepted stay open."""
    chosen = [int(found) for found in request.form.getlist("chosen") if found.isdigit()]
    if not chosen:
        flash(_("先在题目前面打勾"), "error")
        return redirect(_list_address())
    if request.form.get("action") == "reject":
        return _reject(chosen)
    is_draft = request.form.get("action") == "accept-draft"
    state = AuthorState.DRAFT if is_draft else AuthorState.ENABLED
    with reading() as session:
        rows = [queries.proposal_for(session, current_actor(), one) for one in chosen]
        places = queries.module_places(session)
        ready: dict[int, Settled] = {}
        facts = {row.module_key: _fact_ids(session, row.module_key) for row in rows}
        for row in rows:
            place = places.get(row.module_key or "")
            made, _problems = settled(row.block, place=place, anchor=row.anchor, state=state)
            if made is not None and place is not None and row.state is ProposalState.OPEN:
                ready[row.id] = made
    session, actor, now = db_session(), current_actor(), moment()
    for one, made in ready.items():
        row = queries.proposal_for(session, actor, one)
        accept_proposal(
            session, row, settled=made, fact_ids=facts[row.module_key], actor=actor, now=now
        )
    if ready:
        flash(_("已收下 %(n)s 题，放进模块的题目草稿，发布以后才是题", n=len(ready)))
    if len(ready) < len(rows):
        left = len(rows) - len(ready)
        flash(_("%(n)s 题没有收下：缺条款或写法有错，打开一题看看", n=left), "error")
    return redirect(_list_address())


@bp.post("/modules/<key>/facts")
@requires(*AUTHORS)
def propose(key: str) -> ResponseReturnValue:
    """Make proposals from the key facts of a module that have none yet."""
    with reading() as session:
        text = queries.published_text(session, key)
        known = [(fact.key, fact.fact_id) for fact in queries.known_facts(session, key)]
        taken = taken_ids(session)
    if not text:
        raise Conflict(_("这个模块发布得早，没有留下原文。再发布一次，就能出题"))
    seeds = services().seeds
    found = questions_from_facts(
        text,
        module_key=key,
        known=known,
        taken=taken,
        new_id=lambda prefix, length: new_id(seeds, prefix, length),
    )
    count = propose_facts(db_session(), key, found=found, actor=current_actor(), now=moment())
    if count:
        flash(_("从考点出了 %(n)s 道待审的题", n=count))
    else:
        flash(_("考点都出过题了，没有新的"))
    return redirect(url_for("editor.proposals", module=key))


def module_panel(session: Session, actor: Actor, module_id: int) -> str | None:
    """On a module's page, for those who write questions: make them from its key facts."""
    if not actor.has(*AUTHORS):
        return None
    key, waiting = queries.waiting_for_module(session, module_id)
    return render_template("editor/_module_panel.html", key=key, waiting=waiting)


def _reject(chosen: Sequence[int]) -> ResponseReturnValue:
    session, reason = db_session(), request.form.get("reason", "").strip()
    for one in chosen:
        row = queries.proposal_for(session, current_actor(), one)
        reject_proposal(session, row, reason=reason, actor=current_actor(), now=moment())
    flash(_("已退 %(n)s 题，不会再出", n=len(chosen)))
    return redirect(_list_address())


def _page(
    row: ProposedQuestion,
    places: dict[str, ModulePlace],
    block: str,
    module_key: str | None,
    anchor: str | None,
    problems: Sequence[Problem],
) -> str:
    stand_under("editor.proposals")
    draft, _problems = read_single(block)
    return render_template(
        "editor/proposal.html",
        card=_card(row, places),
        shown=shown_question(draft) if draft else None,
        block=block,
        lines=block.count("\n") + 2,
        chosen=_choice_of(places, module_key, anchor),
        places=places,
        problems=problems,
        has_errors=any(problem.is_error for problem in problems),
    )


def _choice_of(places: dict[str, ModulePlace], module_key: str | None, anchor: str | None) -> str:
    """The entry of the list that is selected; a clause that is gone leaves its module."""
    place = places.get(module_key or "")
    if place is None:
        return "#"
    return f"{place.key}#{anchor if anchor in place.anchors else ''}"


def _card(row: ProposedQuestion, places: dict[str, ModulePlace]) -> Card:
    place = places.get(row.module_key or "")
    draft, _problems = read_single(row.block)
    titles = dict(place.clauses) if place else {}
    return Card(
        row=row,
        type=TYPE_NAMES[row.type],
        origin=ORIGIN_NAMES[row.origin],
        sign=STATE_SIGNS[row.state],
        state=STATE_NAMES[row.state],
        is_open=row.state is ProposalState.OPEN,
        module=place.title if place else row.module_key or "",
        clause=titles.get(row.anchor or "", row.anchor or ""),
        shown=shown_question(draft) if draft else None,
        made_from=_made_from(row),
    )


def _made_from(row: ProposedQuestion) -> str | Markup:
    """The sentence with its marks as the module's page shows them; a foreign row as it was."""
    if row.origin is ProposalOrigin.IMPORT or "\n" in row.made_from:
        return row.made_from
    return Markup(render_inline(row.made_from))


def _chosen_clause() -> tuple[str | None, str | None]:
    module, _sign, anchor = request.form.get("clause", "").partition("#")
    return module or None, anchor or None


def _fact_ids(session: Session, module_key: str | None) -> dict[str, str]:
    """The ids of a module's facts by fingerprint, as its proposals have named them."""
    known = queries.known_facts(session, module_key) if module_key else []
    pairs = [(fact.key.partition(":"), fact.fact_id) for fact in known]
    return {key[2]: fact_id for key, fact_id in pairs if fact_id and key[0] != "all_blanks"}


def _filter() -> ProposalFilter:
    args = request.args
    state = args.get("state", ProposalState.OPEN.value)
    return ProposalFilter(
        state=None if state == "all" else _one_of(ProposalState, state) or ProposalState.OPEN,
        origin=_one_of(ProposalOrigin, args.get("origin", "")),
        module_key=args.get("module", ""),
        type=_one_of(QuestionType, args.get("type", "")),
        source=args.get("source", ""),
    )


def _one_of(kind: Any, value: str) -> Any:
    return next((member for member in kind if member.value == value), None)


def _list_address() -> str:
    """The list with the filter that it was shown with."""
    names = ("state", "origin", "module", "type", "source")
    kept: dict[str, Any] = {name: value for name in names if (value := request.args.get(name))}
    return url_for("editor.proposals", **kept)
