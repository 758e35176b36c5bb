"""Many questions at once: what is done to chosen ones, the print sheet; and two versions of one."""

import hashlib
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import ImmutableMultiDict

from core.errors import N_, Conflict, NotFound
from core.pages import show_points, stand_under
from core.web import current_actor, db_session, moment, panels, requires
from learning.differences import Piece, word_diff
from question_bank import reviews
from question_bank.bulk import LONGEST_NOTE, ask_for_review
from question_bank.keys import BlanksKey, MatchKey, OrderKey, QuestionType, VerdictKey
from question_bank.models import QuestionVersion
from question_bank.queries import bank
from question_bank.queries.content import (
    OptionContent,
    VersionContent,
    version_contents,
)
from question_bank.queries.history import versions_made
from question_bank.stored_keys import key_of
from question_bank.views import listing

# A sheet or a change of more is no longer looked through by anybody.
MOST = 500
_LEADS_TO = {
    "print": "question_bank.bank.print_sheet",
    "export": "question_bank.exports.start",
}
ANSWERS = ("inline", "end", "none")

bp = Blueprint("bank", __name__)


@dataclass(frozen=True)
class ComparedPart:
    """One part of a question in two versions; the pieces of both."""

    name: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]
    is_same: bool


@bp.post("/questions/bulk")
@requires(*bank.KEEPERS)
def bulk() -> ResponseReturnValue:
    """Do one thing to the chosen questions, or to all that the filter finds."""
    chosen = chosen_in(request.form)
    query: dict[str, Any] = dict(listing.asked_for(request.form).as_query())
    back = redirect(url_for("question_bank.questions", **query))
    is_all = request.form.get("all") == "1"
    if not (is_all or chosen.wanted.public_ids):
        flash(_("还没有选题。勾上要做的题，再点一次"))
        return back
    action = request.form.get("action", "")
    if action in _LEADS_TO:
        # The page of exports begins with enabled questions unless told.
        query["state"] = chosen.state
        if not is_all:
            query = {"id": list(chosen.wanted.public_ids)}
        return redirect(url_for(_LEADS_TO[action], **query))
    session, actor = db_session(), current_actor()
    found = bank.found_questions(session, actor, chosen.wanted, most=MOST + 1)
    if len(found) > MOST:
        raise Conflict(N_("一次最多 %(n)s 题。先用条件缩小范围"), n=MOST)
    if action == "review":
        note = request.form.get("note", "")[:LONGEST_NOTE]
        asked = ask_for_review(session, found, note=note, actor=actor, now=moment())
        flash(_("%(n)s 题列入待复核", n=asked))
    elif action == "confirm":
        waiting = [question for question in found if question.review_since is not None]
        for question in waiting:
            reviews.confirm_question(session, question, actor=actor, now=moment())
        flash(_("%(n)s 题记为复核过了", n=len(waiting)))
    return back


@bp.get("/questions/print")
@requires(*bank.KEEPERS)
def print_sheet() -> ResponseReturnValue:
    """The chosen or found questions as a sheet for paper, with, without, or answers at the end."""
    stand_under("question_bank.questions")
    session, actor = db_session(), current_actor()
    chosen = chosen_in(request.args)
    answers = request.args.get("answers", "inline")
    asked: dict[str, Any] = request.args.to_dict(flat=False)
    found = bank.found_questions(session, actor, chosen.wanted, most=MOST + 1)
    version_ids = [q.current_version_id for q in found[:MOST] if q.current_version_id]
    contents = version_contents(session, version_ids)
    return render_template(
        "question_bank/print.html",
        questions=[_printed(contents[one]) for one in version_ids],
        answers=answers if answers in ANSWERS else "inline",
        addresses={one: url_for(".print_sheet", **(asked | {"answers": one})) for one in ANSWERS},
        is_cut=len(found) > MOST,
        most=MOST,
    )


@bp.get("/questions/<public_id>/compare")
@requires(*bank.KEEPERS)
def compare(public_id: str) -> ResponseReturnValue:
    """Two versions side by side with what changed marked, who made them, and who sat which."""
    stand_under("question_bank.questions")
    session = db_session()
    found = bank.question_for(session, current_actor(), public_id)
    versions = {version.number: version for version in bank.versions_of(session, found)}
    numbers = sorted(versions)
    new = request.args.get("new", numbers[-1], type=int)
    old = request.args.get("old", max(numbers[-1] - 1, numbers[0]), type=int)
    if old not in versions or new not in versions:
        raise NotFound()
    return render_template(
        "question_bank/compare.html",
        question=found,
        numbers=numbers,
        old=versions[old],
        new=versions[new],
        made={made: _maker(name) for made, name in versions_made(session, found).items()},
        parts=_compared(versions[old], versions[new]),
        panels=panels("question", public_id),
    )


def _maker(name: str) -> str:
    """Who made a version; a file that was read has no person."""
    return _("随文件同步") if name.startswith("system:") else name


def chosen_in(values: Any) -> listing.Asked:
    """The filter of a form or an address; chosen ids count unless everything found is wanted."""
    given: ImmutableMultiDict[str, str] = values
    ids = tuple(one[:12].replace("\x00", "") for one in given.getlist("id")[:MOST])
    return listing.asked_for(given, () if given.get("all") == "1" else ids)


def _printed_options(content: VersionContent) -> list[OptionContent]:
    """The options as printed: where their order is the answer, in a fixed order of its own."""
    if content.type is QuestionType.HOTSPOT:
        return []
    if content.type not in (QuestionType.ORDERING, QuestionType.MATCHING):
        return list(content.options)
    mixed = {
        option.id: hashlib.sha256(f"{content.public_id} {option.id}".encode()).digest()
        for option in content.options
    }
    return sorted(content.options, key=lambda option: mixed[option.id])


def _answer(content: VersionContent, letters: dict[int, str]) -> str:
    """What is right, in a line; `letters` has the printed letter of each option."""
    key = content.key
    if isinstance(key, VerdictKey):
        return str(_("对") if key.verdict else _("错"))
    if isinstance(key, BlanksKey):
        return "；".join(" / ".join(blank.written) for blank in key.blanks)
    if isinstance(key, OrderKey):
        return "".join(letters[item] for item in key.item_ids)
    if isinstance(key, MatchKey):
        numbers = {premise.id: n for n, premise in enumerate(content.premises, start=1)}
        return "，".join(f"{numbers[left]}{letters[right]}" for left, right in key.pairs)
    right = [option for option in content.options if option.is_right]
    if content.type is QuestionType.HOTSPOT:
        return "；".join(Markup(option.html).striptags() for option in right)
    if content.type in (QuestionType.SINGLE_CHOICE, QuestionType.MULTIPLE_CHOICE):
        return "".join(letters[option.id] for option in right)
    return str(Markup(content.model_answer_html).striptags())


def _printed(content: VersionContent) -> dict[str, Any]:
    options = _printed_options(content)
    letters = {option.id: listing.LETTERS[place] for place, option in enumerate(options)}
    return {
        "public_id": content.public_id,
        "type": listing.TYPE_NAMES[content.type],
        "stem": Markup(content.stem_html),
        "options": [(letters[option.id], Markup(option.html)) for option in options],
        "premises": [Markup(premise.html) for premise in content.premises],
        "picture": content.picture,
        "answer": _answer(content, letters),
        "explanation": Markup(content.explanation_html),
        "citations": [citation.label for citation in content.citations],
        "parts": [_printed(part) for part in content.parts],
    }


def _compared(before: QuestionVersion, after: QuestionVersion) -> list[ComparedPart]:
    old, new = _texts(before), _texts(after)
    parts = []
    for name in dict.fromkeys([*old, *new]):
        pieces = word_diff(old.get(name, ""), new.get(name, ""))
        parts.append(
            ComparedPart(
                name=name,
                before=tuple(piece for piece in pieces if piece[0] != "new"),
                after=tuple(piece for piece in pieces if piece[0] != "gone"),
                is_same=all(piece[0] == "same" for piece in pieces),
            )
        )
    return parts


def _texts(version: QuestionVersion) -> dict[str, str]:
    """The scored parts of a version by their names, as plain text."""
    texts = {_("题干"): version.stem_markdown}
    for place, option in enumerate(version.options):
        mark = _("（正确）") if option["is_right"] else ""
        weight = f"（{option['weight_percent']}%）" if option["weight_percent"] else ""
        texts[_("选项 %(letter)s", letter=listing.LETTERS[place])] = option["text"] + mark + weight
    for place, premise in enumerate(version.premises, start=1):
        texts[_("左边第 %(n)s 项", n=place)] = premise["text"]
    if version.type is QuestionType.TRUE_FALSE:
        texts[_("答案")] = _("对") if version.verdict else _("错")
    key = key_of(version) if version.type is QuestionType.FILL_BLANK else None
    if isinstance(key, BlanksKey):
        for place, blank in enumerate(key.blanks, start=1):
            texts[_("第 %(n)s 空", n=place)] = " / ".join(blank.written)
    if version.rubric:
        texts[_("参考答案")] = str(version.rubric.get("model_answer") or "")
    if version.scoring_rule:
        value = show_points(version.scoring_value_tenths) if version.scoring_value_tenths else ""
        texts[_("给分")] = f"{version.scoring_rule} {value}".strip()
    if version.points_tenths:
        texts[_("分值")] = show_points(version.points_tenths)
    return texts
