"""What was published of a module, what changed between two texts, and taking an old one up."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import NotFound
from core.identity import Role
from core.pages import stand_under
from core.web import current_actor, db_session, moment, requires
from editor.changes import file_changes
from editor.operations.copies import restore_text
from editor.queries import copies as queries
from editor.queries.files import main_file
from editor.queries.history import version_text, versions_of
from editor.views.blueprint import bp
from learning.queries import module_by_key


@bp.get("/editor/modules/<key>/history")
@requires(*queries.READERS)
def history(key: str) -> ResponseReturnValue:
    """All published versions, and the difference of two of them."""
    session = db_session()
    module = module_by_key(session, key)
    stand_under("editor.modules")
    versions = versions_of(session, module)
    newest = versions[0].number if versions else 0
    after = request.args.get("after", newest, type=int)
    before = request.args.get("before", max(after - 1, 0), type=int)
    texts = [version_text(session, module, number) for number in (before, after)]
    return render_template(
        "editor/history.html",
        module=module,
        versions=versions,
        before=before,
        after=after,
        changes=file_changes(texts[0] or "", texts[1] or "") if before and after else None,
        is_told=all(texts),
        may_write=current_actor().has(Role.TRAINER),
    )


@bp.post("/editor/modules/<key>/restore")
@requires(Role.TRAINER)
def restore(key: str) -> ResponseReturnValue:
    """A working copy with the text of an old version; nothing is published by it."""
    session = db_session()
    module = module_by_key(session, key)
    number = request.form.get("number", 0, type=int)
    text, file = version_text(session, module, number), main_file(session, key)
    if not text or file is None:
        raise NotFound()
    copy = restore_text(
        session, file.path, text, label=str(number), actor=current_actor(), now=moment()
    )
    flash(_("第 %(n)s 版的文字放进了工作稿，送审、发布以后才生效", n=number))
    return redirect(url_for("editor.copy", copy_id=copy.id))
