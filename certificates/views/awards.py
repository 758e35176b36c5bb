"""What passing an exam awards: a panel on the exam's page, and the two acts behind it."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from certificates import operations, queries
from certificates.awarding import award_missing as award_missing_certificates
from certificates.forms import AwardForm
from certificates.models import CertificateKind
from certificates.views.blueprint import bp
from core.identity import Actor, Role
from core.web import config, current_actor, db_session, moment, requires, seeds, today

AWARD_MAKERS = (Role.EXAMINER, Role.SAFETY_MANAGER, Role.ADMINISTRATOR)


def award_panel(session: Session, actor: Actor, exam_id: int) -> str | None:
    """Which certificate the exam awards, with a form for those who may say so."""
    exam = queries.exam_by_id(session, exam_id)
    kind = queries.award_of(session, exam_id)
    awarded, missing = queries.award_counts(session, exam_id)
    return render_template(
        "certificates/_award_panel.html",
        form=_award_form(queries.kinds(session), kind),
        exam_id=exam_id,
        kind=kind,
        awarded=awarded,
        missing=missing if kind and not exam.is_practice else 0,
        may_set=actor.has(*AWARD_MAKERS) and not exam.is_practice,
        is_practice=exam.is_practice,
    )


def _award_form(kinds: list[CertificateKind], chosen: CertificateKind | None) -> AwardForm:
    """The panel's form with a kind chosen; it never reads the request of the page around it."""
    form = AwardForm(formdata=None, data={"kind_id": chosen.id if chosen else 0})
    _offer(form, kinds)
    return form


def _offer(form: AwardForm, kinds: list[CertificateKind]) -> None:
    form.kind_id.choices = [(0, _("不发证")), *((kind.id, _kind_label(kind)) for kind in kinds)]


def _kind_label(kind: CertificateKind) -> Any:
    if kind.valid_months is None:
        return _("%(name)s（长期有效）", name=kind.name)
    return _("%(name)s（%(months)s 个月）", name=kind.name, months=kind.valid_months)


@bp.post("/exams/<int:exam_id>/award")
@requires(*AWARD_MAKERS)
def set_award(exam_id: int) -> ResponseReturnValue:
    session = db_session()
    exam = queries.exam_by_id(session, exam_id)
    form = AwardForm()
    _offer(form, queries.kinds(session))
    if form.validate_on_submit():
        chosen = form.kind_id.data
        kind = queries.kind_by_id(session, chosen) if chosen else None
        operations.set_award(session, exam, kind, actor=current_actor(), now=moment())
        flash(_promise(kind), "safe")
    else:
        flash(_("没有这种证书，什么也没改"), "warn")
    return redirect(url_for("exams.exam", exam_id=exam_id))


def _promise(kind: CertificateKind | None) -> Any:
    if kind is None:
        return _("已保存，不发证")
    return _("已保存，以后合格的人发《%(name)s》", name=kind.name)


@bp.post("/exams/<int:exam_id>/award-missing")
@requires(*AWARD_MAKERS)
def award_missing(exam_id: int) -> ResponseReturnValue:
    session = db_session()
    queries.exam_by_id(session, exam_id)
    count = award_missing_certificates(
        session,
        exam_id=exam_id,
        seeds=seeds(),
        zone=config().time_zone,
        actor=current_actor(),
        now=moment(),
    )
    flash(_("补发了 %(n)s 张证书", n=count), "safe")
    return redirect(url_for("exams.exam", exam_id=exam_id))


def clause_panel(session: Session, actor: Actor, clause: str) -> str | None:
    """Valid certificates whose exam asked about a clause, named `module#anchor`."""
    module_key, _hash, anchor = clause.partition("#")
    rows, total = queries.valid_on_clause(session, actor, module_key, anchor, today=today())
    return render_template("certificates/_clause_panel.html", rows=rows, total=total)


def result_panel(session: Session, actor: Actor, sitting_id: int) -> str | None:
    """On a candidate's result: the certificate that it earned."""
    made = queries.certificate_of_sitting(session, actor, sitting_id)
    if made is None:
        return None
    return render_template("certificates/_result_panel.html", certificate=made)
