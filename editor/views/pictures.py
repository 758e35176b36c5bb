"""Pictures dropped, pasted or chosen on the edit page."""

import posixpath
import re

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import N_, Conflict
from core.identity import Role
from core.web import config, current_actor, moment, reading, requires, writing
from editor.queries import copies as queries
from editor.views.blueprint import bp
from learning.images import ImageStore
from learning.operations import store_image
from learning.sources import MAX_IMAGE_BYTES

FOLDER = "图片"
# The page that shows a picture forbids all this too; a picture with it was not meant as one.
_ACTIVE_SVG = re.compile(
    rb"<script|<foreignobject|\son[a-z]+\s*=|javascript:|<!entity", re.IGNORECASE
)


@bp.post("/editor/copies/<int:copy_id>/pictures")
@requires(Role.TRAINER)
def add_picture(copy_id: int) -> ResponseReturnValue:
    """Store a picture and answer with the Markdown that shows it."""
    with reading() as session:
        folder = posixpath.dirname(queries.copy_for(session, current_actor(), copy_id).path)
    upload = request.files.get("picture")
    data = upload.read(MAX_IMAGE_BYTES + 1) if upload else b""
    if len(data) > MAX_IMAGE_BYTES:
        raise Conflict(N_("图片大于 5 MB。缩小后再放"))
    name = kept_picture(data)
    if name is None:
        raise Conflict(N_("这不是能用的图片。用 png、jpg、gif、webp，或不带脚本的 svg"))
    short = f"{name[:12]}{posixpath.splitext(name)[1]}"
    path = posixpath.join(folder, FOLDER, short)
    with writing() as session:
        store_image(session, path, name, actor=current_actor(), now=moment())
    return jsonify(markdown=f"![]({FOLDER}/{short})", message=_("图片放好了，写上图里有什么"))


def kept_picture(data: bytes) -> str | None:
    """Keep a picture and give its name in the store; None for what is none, or has a script."""
    if b"<svg" in data and _ACTIVE_SVG.search(data):
        return None
    return ImageStore(config().uploads_dir).save(data)
