"""从 Word 或文本建模块: a law or a rule is uploaded, looked at by clause, and taken along."""

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

from flask import flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from core.errors import Conflict, NotFound, Unreadable
from core.identity import Role
from core.pages import stand_under
from core.web import config, current_actor, moment, requires, writing
from editor.forms import DraftedForm, DraftForm
from editor.operations.copies import create_copy
from editor.skeletons import path_of
from editor.uploads import DraftUploads
from editor.views.blueprint import bp
from editor.views.pictures import kept_picture
from learning.drafting import ModuleDraft, draft_module
from learning.models import ModuleKind
from learning.operations import store_image
from learning.parsing import parse_module

DRAFTERS = (Role.TRAINER, Role.SAFETY_MANAGER, Role.ADMINISTRATOR)
_LONGEST_PREVIEW = 60
_FRONT_KEY = re.compile(r"^标识: .*$", re.MULTILINE)


@dataclass(frozen=True)
class ShownClause:
    """One line of the tree of clauses; `depth` from 1."""

    depth: int
    number: str
    heading: str
    anchor: str
    beginning: str


@bp.get("/editor/draft")
@requires(*DRAFTERS)
def draft() -> ResponseReturnValue:
    """Choose a file."""
    return _form_page(DraftForm())


@bp.post("/editor/draft")
@requires(*DRAFTERS)
def upload_draft() -> ResponseReturnValue:
    """Read the file, keep it for a day and show what became of it."""
    form = DraftForm()
    if not form.validate():
        return _form_page(form), 422
    upload: FileStorage = form.file.data
    name, data = PurePath(upload.filename or "").name, upload.stream.read()
    try:
        draft_module(data, name)
    except Unreadable as error:
        form.file.errors = [_(error.msgid, **error.values)]
        return _form_page(form), 422
    token = DraftUploads(config().uploads_dir).keep(name, data, now=moment())
    return redirect(url_for("editor.drafted", token=token))


@bp.get("/editor/draft/<token>")
@requires(*DRAFTERS)
def drafted(token: str) -> ResponseReturnValue:
    """Title, tree of clauses and remarks of the draft."""
    name, made = _draft_of(token)
    return _drafted_page(token, name, made, DraftedForm(formdata=None, key=made.key))


@bp.post("/editor/draft/<token>")
@requires(Role.TRAINER)
def edit_draft(token: str) -> ResponseReturnValue:
    """Begin a working copy from the draft, its pictures in the store, and go on writing there."""
    name, made = _draft_of(token)
    form = DraftedForm()
    if not form.validate():
        return _drafted_page(token, name, made, form), 422
    key = form.key.data or made.key
    text = _FRONT_KEY.sub(f"标识: {key}", made.text, count=1)
    module, _problems = parse_module(text, "")
    path = path_of(module.front.kind or ModuleKind.REGULATION, key)
    pictures = [(image.path, kept_picture(image.data)) for image in made.images]
    actor, now = current_actor(), moment()
    try:
        with writing() as session:
            copy_id = create_copy(
                session, path=path, module_key=key, text=text, actor=actor, now=now
            ).id
            for relative, kept in pictures:
                if kept is not None:
                    stands_at = posixpath.join(posixpath.dirname(path), relative)
                    store_image(session, stands_at, kept, actor=actor, now=now)
    except Conflict as error:
        form.key.errors = [_(error.msgid, **error.values)]
        return _drafted_page(token, name, made, form), 422
    left_out = sum(kept is None for _path, kept in pictures)
    if left_out:
        flash(_("%(n)s 张图片没有放进来：只收 png、jpg、gif、webp 和不带脚本的 svg", n=left_out))
    return redirect(url_for("editor.copy", copy_id=copy_id))


def _drafted_page(token: str, name: str, made: ModuleDraft, form: DraftedForm) -> str:
    stand_under("editor.draft")
    return render_template(
        "editor/drafted.html",
        name=name,
        token=token,
        draft=made,
        form=form,
        may_write=current_actor().has(Role.TRAINER),
        clauses=[
            ShownClause(
                depth=clause.level - 1,
                number=clause.number,
                heading=clause.heading,
                anchor=clause.anchor,
                beginning=_beginning(clause.text),
            )
            for clause in made.clauses
        ],
    )


@bp.get("/editor/draft/<token>/files")
@requires(*DRAFTERS)
def draft_files(token: str) -> ResponseReturnValue:
    """The module file; in an archive together with its pictures when it has any."""
    _name, made = _draft_of(token)
    if not made.images:
        data = io.BytesIO(made.text.encode())
        return send_file(data, "text/markdown", True, f"{made.key}.md")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{made.key}.md", made.text)
        for image in made.images:
            archive.writestr(image.path, image.data)
    stream.seek(0)
    return send_file(stream, "application/zip", True, f"{made.key}.zip")


def _form_page(form: DraftForm) -> str:
    stand_under("editor.draft")
    return render_template("editor/draft.html", form=form, limit_mb=config().upload_limit_mb)


def _draft_of(token: str) -> tuple[str, ModuleDraft]:
    upload = DraftUploads(config().uploads_dir).load(token)
    if upload is None:
        raise NotFound()
    return upload.name, draft_module(upload.data, upload.name)


def _beginning(text: str) -> str:
    first = text.split("\n", 1)[0]
    return first if len(first) <= _LONGEST_PREVIEW else first[:_LONGEST_PREVIEW] + "…"
