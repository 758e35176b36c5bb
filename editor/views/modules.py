"""The list of modules for those who write them, and beginning a new one."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.identity import Actor, Role
from core.web import current_actor, db_session, moment, requires, today
from editor.forms import NewModuleForm
from editor.models import WorkingState
from editor.operations.copies import create_copy, open_companion, open_copy
from editor.queries import copies as queries
from editor.queries.files import main_file
from editor.skeletons import (
    NewModule,
    module_skeleton,
    path_of,
    proposed_key,
)
from editor.views.blueprint import bp
from editor.views.words import SHOWN_STATES, shown_state
from learning.catalogue import KIND_ORDER
from learning.front_matter import COMPANION_SUFFIX
from learning.models import CourseModule, ModuleKind
from learning.views import KIND_NAMES


@bp.get("/editor")
@requires(*queries.READERS)
def modules() -> ResponseReturnValue:
    """Every module and working copy, by words, kind and state."""
    rows = queries.module_rows(db_session())
    words = request.args.get("words", "").strip()[:100]
    kind = next((k for k in KIND_ORDER if k.value == request.args.get("kind")), None)
    state = request.args.get("state", "")
    state = state if state in SHOWN_STATES else ""
    found = [
        row
        for row in rows
        if all(word in f"{row.title} {row.key}".casefold() for word in words.casefold().split())
        and kind in (None, row.kind)
        and state in ("", shown_state(row.copy_state, row.source))
    ]
    return render_template(
        "editor/modules.html",
        rows=[(row, shown_state(row.copy_state, row.source)) for row in found],
        total=len(rows),
        in_review=sum(row.copy_state is WorkingState.IN_REVIEW for row in rows),
        words=words,
        kind=kind,
        state=state,
        kinds=KIND_NAMES,
        states=SHOWN_STATES,
        companion=COMPANION_SUFFIX,
        may_write=current_actor().has(Role.TRAINER),
        is_filtered=bool(words or kind or state),
    )


@bp.route("/editor/new", methods=["GET", "POST"])
@requires(Role.TRAINER)
def new_module() -> ResponseReturnValue:
    """A new module of one of the three kinds."""
    form = NewModuleForm()
    form.kind.choices = [(kind.value, KIND_NAMES[kind]) for kind in KIND_ORDER]
    if request.method == "GET":
        form.effective_on.data = today()
    elif form.validate():
        new = _new_module(form)
        form.key.data = new.key
        try:
            copy = create_copy(
                db_session(),
                path=path_of(new.kind, new.key),
                module_key=new.key,
                text=module_skeleton(new),
                actor=current_actor(),
                now=moment(),
            )
        except Conflict:
            form.key.errors = [_("标识 %(key)s 已经用了，换一个", key=new.key)]
        else:
            return redirect(url_for("editor.copy", copy_id=copy.id))
    return render_template("editor/new_module.html", form=form)


@bp.post("/editor/open")
@requires(Role.TRAINER)
def open_file() -> ResponseReturnValue:
    """Edit a published file; of a library's module the enterprise's copy begins."""
    path = request.form.get("path", "")[:300]
    copy = open_copy(db_session(), path, actor=current_actor(), now=moment())
    return redirect(url_for("editor.copy", copy_id=copy.id))


@bp.post("/editor/modules/<key>/companion")
@requires(Role.TRAINER)
def companion(key: str) -> ResponseReturnValue:
    """The module's companion file, begun where there is none."""
    copy = open_companion(db_session(), key, actor=current_actor(), now=moment())
    return redirect(url_for("editor.copy", copy_id=copy.id))


def edit_panel(session: Session, actor: Actor, module_id: int) -> str | None:
    """The way from a module's page into the editor, for those who write or review."""
    if not actor.has(*queries.READERS):
        return None
    module = session.get_one(CourseModule, module_id)
    file = main_file(session, module.key)
    copy = queries.open_copy_of(session, file.path) if file else None
    return render_template(
        "editor/_edit_panel.html",
        key=module.key,
        path=file.path if file and actor.has(Role.TRAINER) else None,
        copy_id=copy.id if copy else None,
    )


def _new_module(form: NewModuleForm) -> NewModule:
    kind = ModuleKind(form.kind.data)
    key = form.key.data or proposed_key(kind, form.title.data or "")
    return NewModule(
        kind,
        key,
        form.title.data or "",
        form.owner.data or "",
        form.effective_on.data or today(),
        form.source_name.data or "",
        form.source_number.data or "",
    )
