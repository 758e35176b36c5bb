"""The figures of a question version as its page shows them, within what the reader may see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from core.identity import Actor
from question_bank.analysis import Reason
from question_bank.analysis_words import FIGURE_MEANINGS, FIGURE_NAMES, REASONS
from question_bank.keys import QuestionType
from question_bank.models import ItemStatistics, QuestionVersion
from question_bank.queries.bank import KEEPERS
from question_bank.queries.statistics import seen_teams
from question_bank.verdicts import FEW, judge, unchosen_letters
from question_bank.views.listing import LETTERS, ShownState, say_share, say_signed, shown_verdict

# Below this a team's share says nothing about the team.
TEAM_FEW = 10


@dataclass(frozen=True)
class ShownFigure:
    """A figure with its name, or the reason why there is none."""

    name: Any
    value: str
    reason: str


@dataclass(frozen=True)
class ShownStatistics:
    """All that a page says about how a version did."""

    sittings: int
    verdicts: tuple[ShownState, ...]
    figures: tuple[ShownFigure, ...]
    # (letter, text, is right, all, upper, lower)
    options: tuple[tuple[str, Markup, bool, int, int, int], ...]
    # (team, sittings, share)
    teams: tuple[tuple[str, int, str], ...]
    computed_at: datetime


def shown_statistics(
    session: Session, actor: Actor, version: QuestionVersion
) -> ShownStatistics | None:
    """The stored figures of a version; None before anybody was marked on it."""
    found = session.get(ItemStatistics, version.id)
    if found is None or not found.sittings:
        return None
    letters = unchosen_letters([o["id"] for o in version.options], found.options, LETTERS)
    judged = judge(
        sittings=found.sittings,
        facility=found.facility,
        point_biserial=found.point_biserial,
        unchosen=letters,
    )
    names = seen_teams(session, actor, [team["team_id"] for team in found.teams], KEEPERS)
    return ShownStatistics(
        sittings=found.sittings,
        verdicts=tuple(shown_verdict(one) for one in judged),
        figures=shown_figures(found),
        options=shown_options(version, found.options),
        teams=tuple(
            (names[t["team_id"]], t["sittings"], say_share(t["facility"]))
            for t in found.teams
            if t["team_id"] in names and t["sittings"] >= TEAM_FEW
        ),
        computed_at=found.computed_at,
    )


def shown_figures(found: Any) -> tuple[ShownFigure, ...]:
    """The figures of a row of statistics in words and numbers; none under 30 sittings but share."""
    shown = []
    for name, word in FIGURE_NAMES.items():
        value = getattr(found, name)
        say = say_share if name in ("facility", "effective_weight") else say_signed
        reason = found.reasons.get(name)
        why = _(REASONS[Reason(reason)]) if reason else ""
        if value is not None and found.sittings < FEW and name != "facility":
            why = _("不到 30 份，只作参考")
        shown.append(ShownFigure(_(word), say(value), why or _(FIGURE_MEANINGS[name])))
    seconds = found.median_seconds
    shown.append(
        ShownFigure(
            _("用时中位数"),
            "—" if seconds is None else _("%(n)s 秒", n=round(seconds)),
            _("答案多是一起上传的，看不出每题用时") if seconds is None else "",
        )
    )
    return tuple(shown)


def shown_options(
    version: QuestionVersion, counts: list[dict[str, Any]]
) -> tuple[tuple[str, Markup, bool, int, int, int], ...]:
    """Each option with how many chose it, in all and in the upper and the lower group."""
    if not counts:
        return ()
    by_option = {count["option_id"]: count for count in counts}
    if version.type is QuestionType.TRUE_FALSE:
        choices = [(1, "", _("对"), version.verdict is True), (0, "", _("错"), not version.verdict)]
    else:
        choices = [
            (option["id"], LETTERS[place], Markup(option["html"]).striptags(), option["is_right"])
            for place, option in enumerate(version.options)
        ]
    nothing = {"all": 0, "upper": 0, "lower": 0}
    return tuple(
        (letter, Markup.escape(text), is_right, *_three(by_option.get(option_id, nothing)))
        for option_id, letter, text, is_right in choices
    )


def _three(count: dict[str, Any]) -> tuple[int, int, int]:
    return count["all"], count["upper"], count["lower"]
