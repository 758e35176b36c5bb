"""The posts (岗位) of the enterprise."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import Conflict
from core.identity import Role
from core.web import current_actor, moment, requires, today, writing
from teams import operations, queries
from teams.forms import NameForm
from teams.queries.tree import post_counts
from teams.views.blueprint import bp, page_session, said, sections


@bp.route("/posts", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def posts() -> ResponseReturnValue:
    form = NameForm()
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with writing() as session:
                    operations.create_post(
                        session, form.name.data or "", actor=current_actor(), now=moment()
                    )
            except Conflict as conflict:
                form.name.errors = [said(conflict)]
            else:
                flash(_("已新建岗位“%(post)s”", post=form.name.data))
                return redirect(url_for("teams.posts"))
    with page_session() as session:
        lines = post_counts(session, day=today())
        page = render_template("teams/posts.html", lines=lines, form=form, sections=sections())
    return page, status


@bp.route("/posts/<int:post_id>", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def rename_post(post_id: int) -> ResponseReturnValue:
    with page_session() as session:
        post = queries.post_for(session, post_id)
    form = NameForm(name=post.name)
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with writing() as session:
                    operations.rename_post(
                        session,
                        queries.post_for(session, post_id),
                        form.name.data or "",
                        actor=current_actor(),
                        now=moment(),
                    )
            except Conflict as conflict:
                form.name.errors = [said(conflict)]
            else:
                flash(_("已改名为“%(post)s”", post=form.name.data))
                return redirect(url_for("teams.posts"))
    return render_template("teams/rename_post.html", post=post, form=form), status
