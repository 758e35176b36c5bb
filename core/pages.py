"""What every template may use: icons, static addresses, dates, points, percentages, navigation."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import gettext, lazy_gettext
from markupsafe import Markup, escape

from core.identity import Actor, Role
from core.sentences import Sentence, from_data, say
from core.web import (
    SAFE_METHODS,
    config,
    current_actor,
    db_session,
    language,
    moment,
    reading,
    services,
    signed_in,
)
from core.word_search import hit_ranges, words_of

STATIC = Path(__file__).resolve().parent.parent / "static"
WEEKDAYS = tuple("一二三四五六日")
# How much of a text is shown on either side of a word that a search found.
AROUND = 30
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class NavItem:
    """One entry of the navigation, shown to those who hold one of `roles`."""

    endpoint: str
    label: Any
    icon: str
    group: str
    roles: tuple[Role, ...]
    # Order inside its group; entries with a place from 1 to 4 in `tab` stand at a phone's foot.
    order: int = 0
    tab: int = 0


GROUPS = {
    "": "",
    "training": lazy_gettext("培训"),
    "exams": lazy_gettext("考试"),
    "people": lazy_gettext("人与证"),
    "reports": lazy_gettext("报表"),
    "system": lazy_gettext("管理"),
}


@lru_cache(maxsize=256)
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a static file with its content's fingerprint, cached for a year."""
    return _asset_below(request.script_root, name)


@lru_cache(maxsize=512)
def _asset_below(_root: str, name: str) -> str:
    """The same for every request below one root: a page asks for twenty of them."""
    return url_for("static", filename=name, v=_fingerprint(STATIC / name))


def icon(name: str) -> Markup:
    """One symbol of the cut sprite, hidden from screen readers."""
    return _icon_in(asset("built/icons.svg"), name)


@lru_cache(maxsize=512)
def _icon_in(address: str, name: str) -> Markup:
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        address, name
    )


def local_time(at: datetime) -> datetime:
    """A moment in the enterprise's time zone."""
    return at.astimezone(config().time_zone)


def show_date(day: date | datetime | None) -> str:
    """2026-11-20, for tables."""
    if day is None:
        return "—"
    return (local_time(day) if isinstance(day, datetime) else day).strftime("%Y-%m-%d")


def show_moment(at: datetime | None) -> str:
    """2026-11-20 09:42, for tables."""
    return "—" if at is None else local_time(at).strftime("%Y-%m-%d %H:%M")


def show_clock(at: datetime) -> str:
    """09:42:10, for receipts."""
    return local_time(at).strftime("%H:%M:%S")


def say_date(day: date | datetime) -> str:
    """11 月 20 日（周五）, for sentences."""
    local = local_time(day) if isinstance(day, datetime) else day
    if language() == "en":
        return f"{local.day} {MONTHS[local.month - 1]}"
    return f"{local.month} 月 {local.day} 日（周{WEEKDAYS[local.weekday()]}）"


def say_moment(at: datetime) -> str:
    """11 月 20 日（周五）09:42, for sentences."""
    clock = local_time(at).strftime("%H:%M")
    return f"{say_date(at)} {clock}" if language() == "en" else f"{say_date(at)}{clock}"


def show_points(tenths: int | None) -> str:
    """Tenths of a point as points: 25 -> 2.5, 20 -> 2."""
    if tenths is None:
        return "—"
    whole, rest = divmod(tenths, 10)
    return f"{whole}.{rest}" if rest else str(whole)


def show_percent(part: int, whole: int) -> str:
    """One decimal, rounded down, so that 79.96 never reads as 80; a dash of nothing."""
    if whole == 0:
        return "—"
    thousandths = part * 1000 // whole
    return f"{thousandths // 10}.{thousandths % 10}%"


def show_count(number: int) -> str:
    """1,146"""
    return f"{number:,}"


def navigation(items: Iterable[NavItem], actor: Actor) -> list[tuple[Any, list[NavItem]]]:
    """The entries that an actor may open, by group in the order of GROUPS."""
    mine = [item for item in items if actor.has(*item.roles)]
    grouped = [
        (GROUPS[name], sorted((i for i in mine if i.group == name), key=lambda item: item.order))
        for name in GROUPS
    ]
    return [(label, entries) for label, entries in grouped if entries]


def tabs(items: Iterable[NavItem]) -> list[NavItem]:
    """The entries at a phone's foot, four at most."""
    return sorted((item for item in items if item.tab), key=lambda item: item.tab)[:4]


def is_current(item: NavItem) -> bool:
    """Whether the page shown is the entry's own, or says through `stand_under` that it is."""
    endpoint: str | None = g.get("nav_endpoint") or request.endpoint
    return endpoint == item.endpoint


def stand_under(endpoint: str) -> None:
    """Show a page that is no entry of the navigation, such as one module, under an entry."""
    g.nav_endpoint = endpoint


def show_hits(shown: str, search: str) -> Markup:
    """A text with the words of a search marked, whatever their width or case."""
    parts, at = [], 0
    for start, end in hit_ranges(shown, search):
        parts += [escape(shown[at:start]), Markup("<mark>{}</mark>").format(shown[start:end])]
        at = end
    return Markup("").join([*parts, escape(shown[at:])])


def excerpt(said: str, search: str) -> Markup:
    """What stands around the first place of each word of a search, the words marked."""
    line = " ".join(said.split())
    hits = sorted(hit for typed, _word in words_of(search) for hit in hit_ranges(line, typed)[:1])
    spans: list[tuple[int, int]] = []
    for start, end in hits:
        start, end = max(start - AROUND, 0), min(end + AROUND, len(line))
        if spans and start <= spans[-1][1]:
            start, _ = spans.pop()
        spans.append((start, end))
    pieces = [show_hits(line[start:end], search) for start, end in spans]
    if not spans:
        return Markup("")
    before, after = "…" if spans[0][0] else "", "…" if spans[-1][1] < len(line) else ""
    return Markup("{}{}{}").format(before, Markup("…").join(pieces), after)


def with_query(**changes: Any) -> str:
    """This page's address with some query values changed; None takes one out."""
    values = {**request.args.to_dict(), **changes}
    kept = {key: value for key, value in values.items() if value not in (None, "")}
    return url_for(request.endpoint or "", **{**(request.view_args or {}), **kept})


def spoken(sentence: str) -> str:
    """A sentence of a reader of files in the language of the page; other words as they are."""
    said = say(sentence)
    values = {
        name: spoken(value) if isinstance(value, Sentence) else value
        for name, value in said.values.items()
    }
    return gettext(said.msgid, **values) if said.msgid else ""


def told(remark: Mapping[str, Any]) -> str:
    """The message of a remark that was kept, maybe before it could be told in two languages."""
    return spoken(from_data(remark["said"])) if "said" in remark else str(remark["message"])


def enterprise_name() -> str:
    """The name in the frame; a form shown again after POST must not open a write for it."""
    if request.method in SAFE_METHODS:
        return services().enterprise_name(db_session())
    with reading() as session:
        return services().enterprise_name(session)


def install_pages(app: Flask, nav_items: tuple[NavItem, ...]) -> None:
    """Give the templates their furniture."""
    app.jinja_env.filters.update(
        date=show_date,
        moment=show_moment,
        clock=show_clock,
        say_date=say_date,
        say_moment=say_moment,
        points=show_points,
        count_of=show_count,
        spoken=spoken,
        told=told,
    )
    app.jinja_env.globals.update(
        asset=asset, icon=icon, percent=show_percent, is_current=is_current, with_query=with_query
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def frame() -> dict[str, Any]:
        if g.get("is_broken"):
            return {"language": "zh", "product_name": gettext("上岗"), "person": None}
        actor = current_actor()
        return {
            "person": signed_in(),
            "actor": actor,
            "Role": Role,
            "language": language(),
            "now": moment(),
            "nav_groups": navigation(nav_items, actor),
            "nav_tabs": tabs(nav_items),
            "enterprise_name": enterprise_name(),
            "product_name": gettext("上岗"),
        }
