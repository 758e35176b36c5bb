"""The catalogue and the pages of modules, for everyone who is signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from core.errors import NotFound
from core.identity import Role
from core.markup import split_number
from core.pages import NavItem, excerpt, show_hits, stand_under
from core.web import config, current_actor, db_session, moment, panels, requires, today
from learning import operations, queries
from learning.catalogue import KIND_ORDER, ReadingState, matching, neighbours
from learning.clauses import clause_html, with_links
from learning.images import MIME_TYPES, ImageStore
from learning.models import CourseModule, ModuleKind, ModuleVersion
from learning.search import FoundClause, found_clauses

bp = Blueprint("learning", __name__)
NAV: tuple[NavItem, ...] = (
    NavItem("learning.modules", _l("学习"), "journal-text", "", (Role.LEARNER,), order=1, tab=2),
)
KIND_NAMES = {
    ModuleKind.REGULATION: _l("法规"),
    ModuleKind.OPERATING_PROCEDURE: _l("操作规程"),
    ModuleKind.ACCIDENT_CASE: _l("事故案例"),
}
# Who keeps texts and questions together: they see what rests on a clause.
CLAUSE_READERS = (Role.TRAINER, Role.EXAMINER, Role.SAFETY_MANAGER, Role.ADMINISTRATOR)
# Of a search: how many modules are shown with what their clauses say; of others, how many hold it.
MOST_WITH_CLAUSES = 20
# Which sign and which word stand for a state: see templates/learning/_state.html.
SIGNS = {
    ReadingState.READ: "safe",
    ReadingState.OPENED: "must",
    ReadingState.OUTDATED: "warn",
    ReadingState.UNREAD: "open",
}
# A stored image may not run or load anything, even when opened by itself.
IMAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True)
class ContentsLine:
    """One line of the table of contents, its clause number apart."""

    level: int
    anchor: str
    number: str
    title: str


@bp.get("/modules")
@requires()
def modules() -> ResponseReturnValue:
    """The catalogue: search in titles and clauses, filter by kind and by what one has read."""
    entries = queries.catalogue_for(db_session(), current_actor())
    words = request.args.get("words", "").strip()[:100]
    kind = _kind(request.args.get("kind", ""))
    reading = request.args.get("reading", "")
    is_read = {"read": True, "unread": False}.get(reading)
    clauses = found_clauses(db_session(), {each.key: each.title for each in entries}, words)
    found = matching(entries, words=words, kind=kind, is_read=is_read, by_clause=clauses)
    hit_keys = [each.key for each in found if each.key in clauses]
    hits = {key: _hits(clauses[key], words) for key in hit_keys[:MOST_WITH_CLAUSES]}
    hits |= {key: _hits(clauses[key], "") for key in hit_keys[MOST_WITH_CLAUSES:]}
    groups = [(KIND_NAMES[each], [e for e in found if e.kind is each]) for each in KIND_ORDER]
    return render_template(
        "learning/modules.html",
        groups=[(name, rows) for name, rows in groups if rows],
        total=len(entries),
        found=len(found),
        unread=sum(entry.state is not ReadingState.READ for entry in entries),
        outdated=sum(entry.state is ReadingState.OUTDATED for entry in entries),
        words=words,
        hits=hits,
        kind=kind,
        is_read=is_read,
        is_filtered=bool(words or kind or is_read is not None),
        kinds=[(each, KIND_NAMES[each]) for each in KIND_ORDER],
        signs=SIGNS,
        State=ReadingState,
        today=today(),
    )


def _hits(found: Sequence[FoundClause], words: str) -> dict[str, Any]:
    """The clauses of one module that a search found, with the words marked; else their number."""
    shown = found if words else ()
    return {
        "more": found[0].count - len(shown),
        "clauses": [
            (each.anchor, show_hits(each.title, words), excerpt(each.text, words)) for each in shown
        ],
    }


@bp.get("/modules/<key>")
@requires()
def module(key: str) -> ResponseReturnValue:
    """The text now taught."""
    found = queries.module_by_key(db_session(), key)
    return _show(found, queries.current_version(db_session(), found))


@bp.get("/modules/<key>/clauses/<anchor>")
@requires(*CLAUSE_READERS)
def clause(key: str, anchor: str) -> ResponseReturnValue:
    """One clause as it reads now, and all that rests on it."""
    session = db_session()
    found = queries.module_by_key(session, key)
    current = queries.current_version(session, found)
    clauses = queries.clauses_of(session, current.id)
    history = queries.clause_history(session, found, anchor)
    if not history:
        raise NotFound()
    stand_under("learning.modules")
    shown = clauses.get(anchor)
    last = queries.version_by_number(session, found, history[0].number)
    number, title = split_number(shown.title if shown else anchor)
    return render_template(
        "learning/clause.html",
        module=found,
        version=current,
        anchor=anchor,
        number=number,
        clause_title=title,
        is_gone=shown is None,
        html=Markup(clause_html((current if shown else last).html, anchor)),
        history=history,
        panels=[Markup(html) for html in panels("clause", f"{key}#{anchor}")],
    )


@bp.get("/modules/<key>/versions/<int:number>")
@requires()
def version(key: str, number: int) -> ResponseReturnValue:
    """One text of a module, as it was when somebody learned or was examined by it."""
    found = queries.module_by_key(db_session(), key)
    return _show(found, queries.version_by_number(db_session(), found, number))


@bp.post("/modules/<key>/versions/<int:number>/opened")
@requires()
def opened(key: str, number: int) -> ResponseReturnValue:
    """The page's script says that it was opened; a GET itself never writes."""
    shown = _version(key, number)
    operations.mark_opened(db_session(), shown, actor=current_actor(), now=moment())
    return "", 204


@bp.post("/modules/<key>/versions/<int:number>/read")
@requires()
def read(key: str, number: int) -> ResponseReturnValue:
    """我已读完"""
    shown = _version(key, number)
    operations.mark_read(db_session(), shown, actor=current_actor(), now=moment())
    return redirect(url_for("learning.version", key=key, number=number, _anchor="done"))


@bp.get("/modules/images/<name>")
@requires()
def image(name: str) -> ResponseReturnValue:
    """A stored image; its address never changes content, so a browser may keep it."""
    path = ImageStore(config().uploads_dir).path(name)
    if path is None:
        raise NotFound()
    answer = send_file(path, mimetype=MIME_TYPES[path.suffix[1:]])
    answer.headers["Content-Security-Policy"] = IMAGE_POLICY
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return answer


def _version(key: str, number: int) -> ModuleVersion:
    found = queries.module_by_key(db_session(), key)
    return queries.version_by_number(db_session(), found, number)


def _kind(value: str) -> ModuleKind | None:
    return next((kind for kind in KIND_ORDER if kind.value == value), None)


def _show(found: CourseModule, shown: ModuleVersion) -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    stand_under("learning.modules")
    entries = queries.catalogue_for(session, actor)
    reading = queries.reading_of(session, actor, shown)
    labels = queries.version_labels(session, found)
    facts: list[Any] = shown.front.get("key_facts", [])
    return render_template(
        "learning/module.html",
        module=found,
        version=shown,
        kind_name=KIND_NAMES[found.kind],
        html=_text(found, shown),
        contents=[_contents_line(*line) for line in shown.contents],
        key_facts=[(anchor, Markup(html)) for anchor, html in facts],
        sources=shown.front.get("sources", []),
        audience=shown.front.get("audience", []),
        owner=shown.front.get("owner", ""),
        reading=reading,
        is_current_version=shown.id == found.current_version_id,
        current=queries.current_version(session, found),
        versions=labels,
        beside=neighbours(entries, found.key),
        standing=_standing(shown, today()),
        panels=[Markup(html) for html in panels("learning.module", found.id)],
    )


def _text(found: CourseModule, shown: ModuleVersion) -> Markup:
    """The text; for those who keep it, each clause leads to what rests on it."""
    if shown.id != found.current_version_id or not current_actor().has(*CLAUSE_READERS):
        return Markup(shown.html)
    link = Markup(' <a class="trace" href="{}" aria-label="{}">{}</a>')
    words = _("题与考试")
    links: dict[str, str] = {
        anchor: link.format(
            url_for("learning.clause", key=found.key, anchor=anchor),
            _("题与考试：%(title)s", title=title),
            words,
        )
        for _level, anchor, title in shown.contents
    }
    return Markup(with_links(shown.html, links))


def _contents_line(level: int, anchor: str, title: str) -> ContentsLine:
    number, rest = split_number(title)
    return ContentsLine(level, anchor, number, rest)


def _standing(shown: ModuleVersion, day: date) -> str:
    """Whether the text is in force: `expired`, `pending` or `in_force`."""
    if shown.expires_on is not None and shown.expires_on <= day:
        return "expired"
    return "pending" if shown.effective_on > day else "in_force"
