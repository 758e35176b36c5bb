"""Importing a roster: upload, preview, confirm; the work runs in the background."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from core.errors import N_
from core.identity import Role
from core.web import current_actor, db_session, moment, requires, services, today, writing
from teams import operations, spreadsheets
from teams.forms import ConfirmForm, RosterForm
from teams.models import FindingLevel, RosterFinding, RosterImportState
from teams.queries.rosters import (
    finding_counts,
    findings,
    roster_import_for,
    roster_imports,
)
from teams.roster import importing
from teams.views.blueprint import bp, page_session, sections
from teams.views.people import sheet_response
from teams.words import STATE_SIGNS, STATE_WORDS

SHOWN = 200
WORKING = (RosterImportState.UPLOADED, RosterImportState.QUEUED)
COUNT_WORDS = {
    "new": N_("新增"),
    "changed": N_("变更"),
    "transferred": N_("调动"),
    "leaving": N_("离职"),
    "unchanged": N_("不变"),
    "bad": N_("错误"),
}
LEVEL_WORDS = {
    FindingLevel.ERROR: N_("错误，这一行不导入"),
    FindingLevel.WARNING: N_("提醒"),
    FindingLevel.CHANGE: N_("变更"),
}
TEMPLATE_NOTES = (
    N_("一行一个人。工号和姓名必填，别的列可以删掉，顺序随意。"),
    N_("工号认人：工号已有就更新，没有就新增。空着的格子表示不改。"),
    N_("部门/车间/班组 从上到下写，用 / 隔开，如 一分厂/冲压车间/冲压一班。"),
    N_("也可以拆成 公司、分厂、部门、车间、班组 几列。"),
    N_("工号、身份证号、手机号的格子要是文本格式，否则 Excel 会丢掉开头的 0 和末几位。"),
    N_("日期写成 2026-03-01。写了离职日期，就登记离职。"),
)


@bp.get("/roster")
@requires(Role.ADMINISTRATOR)
def roster() -> ResponseReturnValue:
    return _roster_page(RosterForm(formdata=None, effective_on=today()))


def _roster_page(form: RosterForm) -> str:
    with page_session() as session:
        return render_template(
            "teams/roster.html",
            form=form,
            imports=roster_imports(session, current_actor(), limit=20),
            words=STATE_WORDS,
            signs=STATE_SIGNS,
            limit_mb=services().config.upload_limit_mb,
            sections=sections(),
        )


@bp.post("/roster")
@requires(Role.ADMINISTRATOR)
def upload_roster() -> ResponseReturnValue:
    """Keep the file and let the background read it."""
    form = RosterForm()
    if not form.validate():
        return _roster_page(form), 422
    upload: FileStorage = form.file.data
    file_hash = importing.keep_file(services(), upload.stream)
    assert form.effective_on.data is not None, "validated"
    with writing() as session:
        row = operations.upload_roster(
            session,
            file_name=upload.filename or "",
            file_hash=file_hash,
            creates_teams=bool(form.creates_teams.data),
            effective_on=form.effective_on.data,
            actor=current_actor(),
            now=moment(),
        )
    services().jobs.enqueue("preview-roster", roster_import_id=row.id)
    return redirect(url_for("teams.roster_import", roster_import_id=row.id))


@bp.get("/roster/<int:roster_import_id>")
@requires(Role.ADMINISTRATOR)
def roster_import(roster_import_id: int) -> ResponseReturnValue:
    """Where an import stands: being read, to be confirmed, being applied, done or failed."""
    session = db_session()
    row = roster_import_for(session, current_actor(), roster_import_id)
    counts = row.summary.get("counts", {})
    done = row.summary.get("done", {})
    good = sum(counts.get(key, 0) for key in COUNT_WORDS if key != "bad")
    totals = finding_counts(session, row)
    message = _(row.message, **row.summary.get("message_values", {})) if row.message else ""
    return render_template(
        "teams/roster_import.html",
        row=row,
        is_working=row.state in WORKING,
        states=RosterImportState,
        word=STATE_WORDS[row.state],
        sign=STATE_SIGNS[row.state],
        message=message,
        counts=[(key, _(word), counts.get(key, 0)) for key, word in COUNT_WORDS.items()],
        done=[
            (_(word), done[key])
            for key, word in COUNT_WORDS.items()
            if key != "bad" and done.get(key)
        ],
        skipped=row.summary.get("unreadable", 0) + done.get("bad", 0),
        bad=counts.get("bad", 0),
        has_changed=any(done.get(key) for key in COUNT_WORDS if key not in ("unchanged", "bad")),
        good=good,
        to_do=good - counts.get("unchanged", 0),
        lists=[
            (
                level.value,
                _(word),
                totals[level],
                [_line(finding) for finding in findings(session, row, level=level, limit=SHOWN)],
            )
            for level, word in LEVEL_WORDS.items()
            if totals[level]
        ],
        shown=SHOWN,
    )


def _line(finding: RosterFinding) -> dict[str, object]:
    return {
        "row": finding.row,
        "column": finding.column,
        "employee_no": finding.employee_no,
        "name": finding.name,
        "text": _(finding.msgid, **finding.values),
    }


@bp.post("/roster/<int:roster_import_id>/confirm")
@requires(Role.ADMINISTRATOR)
def confirm_roster(roster_import_id: int) -> ResponseReturnValue:
    form = ConfirmForm()
    with writing() as session:
        row = roster_import_for(session, current_actor(), roster_import_id)
        operations.confirm_roster(
            session, row, form.file_hash.data or "", actor=current_actor(), now=moment()
        )
    services().jobs.enqueue("import-roster", roster_import_id=roster_import_id)
    return redirect(url_for("teams.roster_import", roster_import_id=roster_import_id))


@bp.post("/roster/<int:roster_import_id>/discard")
@requires(Role.ADMINISTRATOR)
def discard_roster(roster_import_id: int) -> ResponseReturnValue:
    with writing() as session:
        row = roster_import_for(session, current_actor(), roster_import_id)
        operations.discard_roster(session, row, actor=current_actor(), now=moment())
    importing.remove_file_if_unused(services(), row.file_hash)
    flash(_("已放弃，什么也没有改"))
    return redirect(url_for("teams.roster"))


@bp.get("/roster/<int:roster_import_id>/findings.xlsx")
@requires(Role.ADMINISTRATOR)
def roster_findings(roster_import_id: int) -> ResponseReturnValue:
    """Everything that the preview found, to be mended in the file."""
    session = db_session()
    row = roster_import_for(session, current_actor(), roster_import_id)
    headers = [_("行"), _("列"), _("工号"), _("姓名"), _("种类"), _("说明")]
    rows = (
        (
            finding.row or None,
            finding.column,
            finding.employee_no,
            finding.name,
            _(LEVEL_WORDS[finding.level]),
            _(finding.msgid, **finding.values),
        )
        for finding in findings(session, row, level=None)
    )
    name = f"roster-{row.id}-findings.xlsx"
    return sheet_response(spreadsheets.table(_("预览结果"), headers, rows), name)


@bp.get("/roster/template.xlsx")
@requires(Role.ADMINISTRATOR)
def roster_template() -> ResponseReturnValue:
    """An empty roster; its headers are Chinese whatever the page's language."""
    kinds = ["正式", "劳务派遣", "承包商", "实习"]
    notes = [_(note) for note in TEMPLATE_NOTES]
    return sheet_response(spreadsheets.template(notes, kinds), "roster-template.xlsx")
