"""Kinds of certificate: list, add, edit."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from certificates import operations, queries
from certificates.forms import KindForm
from certificates.models import CertificateKind
from certificates.views.blueprint import bp
from core.errors import Conflict
from core.identity import Role
from core.pages import stand_under
from core.web import current_actor, db_session, moment, requires

KIND_MAKERS = (Role.SAFETY_MANAGER, Role.ADMINISTRATOR)


@bp.get("/certificates/kinds")
@requires(*KIND_MAKERS)
def kinds() -> ResponseReturnValue:
    return render_template(
        "certificates/kinds.html",
        kinds=queries.kinds(db_session()),
        counts=queries.kind_counts(db_session()),
    )


@bp.route("/certificates/kinds/new", methods=["GET", "POST"])
@requires(*KIND_MAKERS)
def add_kind() -> ResponseReturnValue:
    form = KindForm()
    if form.validate_on_submit() and _saved(form, None):
        flash(_("已添加《%(name)s》", name=form.name.data), "safe")
        return redirect(url_for("certificates.kinds"))
    return _form_page(form, None)


@bp.route("/certificates/kinds/<int:kind_id>", methods=["GET", "POST"])
@requires(*KIND_MAKERS)
def edit_kind(kind_id: int) -> ResponseReturnValue:
    kind = queries.kind_by_id(db_session(), kind_id)
    form = KindForm(obj=kind)
    if form.validate_on_submit() and _saved(form, kind):
        flash(_("已保存《%(name)s》", name=form.name.data), "safe")
        return redirect(url_for("certificates.kinds"))
    return _form_page(form, kind)


def _saved(form: KindForm, kind: CertificateKind | None) -> bool:
    """Store the kind; a taken code becomes an error of its field."""
    values: dict[str, Any] = {
        "code": form.code.data or "",
        "name": form.name.data or "",
        "valid_months": form.valid_months.data,
    }
    session, actor, now = db_session(), current_actor(), moment()
    try:
        if kind is None:
            operations.add_kind(session, **values, actor=actor, now=now)
        else:
            operations.edit_kind(session, kind, **values, actor=actor, now=now)
    except Conflict as refusal:
        form.code.errors = [*form.code.errors, _(refusal.msgid, **refusal.values)]
        return False
    return True


def _form_page(form: KindForm, kind: CertificateKind | None) -> ResponseReturnValue:
    stand_under("certificates.kinds")
    page = render_template("certificates/kind.html", form=form, kind=kind)
    return page, 422 if form.errors else 200
