"""A person's own page: password, signed-in browsers, and everything stored about them."""

import csv
import io
import json
import zipfile
from datetime import date, datetime

from flask import Response, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import operations, passwords, queries, rules
from accounts.forms import ChangePasswordForm
from accounts.operations import Entry, EntryOutcome, Visit
from accounts.queries import Credentials
from accounts.rules import Purpose, Subjects
from accounts.views import browser
from accounts.views.blueprint import bp
from core.identity import Actor
from core.pages import local_time, show_date, show_moment, stand_under
from core.services import Act, Cell, RecordSection, Word
from core.web import (
    current_actor,
    db_session,
    language,
    moment,
    reading,
    requires,
    services,
    signed_in,
    writing,
)

# Longer sections are cut on the page; the download has all.
ROWS_SHOWN = 50


def _own_id(actor: Actor) -> int:
    if actor.user_id is None:
        raise RuntimeError("a view behind @requires() has a person")
    return actor.user_id


@bp.get("/me")
@requires()
def me() -> ResponseReturnValue:
    actor = current_actor()
    rows = queries.open_sessions(db_session(), _own_id(actor), now=moment())
    person = signed_in()
    browsers = [
        {
            "name": rules.browser_name(row.user_agent) or _("不认识的设备"),
            "address": row.address,
            "since": row.created_at,
            "is_this": row.id == actor.session_id,
        }
        for row in rows
    ]
    return render_template(
        "accounts/me.html",
        name=actor.name,
        employee_no=person.employee_no if person else "",
        place=person.place if person else "",
        browsers=browsers,
        hours=services().config.session_hours,
    )


@bp.route("/me/password", methods=["GET", "POST"])
@requires()
def change_password() -> ResponseReturnValue:
    form = ChangePasswordForm()
    if request.method == "GET":
        return _password_page(form)
    if not form.validate():
        return _password_page(form), 422
    actor, visit = current_actor(), browser.visit()
    with reading() as session:
        user = queries.person_for(session, _own_id(actor))
        found = queries.credentials_of(user)
        subjects = browser.subjects(found.employee_no, Purpose.PASSWORD)
        ends = queries.wait_of_try(
            session, subjects, user_id=user.id, address=visit.address, now=moment()
        )
    if ends is not None:
        return _password_refused(form, EntryOutcome(Entry.WAIT, waits_until=ends))
    old, new = form.current_password.data or "", form.new_password.data or ""
    if not passwords.check_password(found.password_hash, old).is_right:
        return _password_refused(form, _count_failure(found, subjects))
    if new == old:
        form.new_password.errors = [_("新密码和现在的一样。换一个")]
        return _password_page(form), 422
    if browser.is_refused(form, found.names):
        return _password_page(form), 422
    _store_password(found, new, visit)
    browser.enter(visit.token)
    flash(_("密码已换。别的设备都已退出"), "safe")
    return redirect(browser.next_path() if request.values.get("next") else url_for("accounts.me"))


def _count_failure(found: Credentials, subjects: Subjects) -> EntryOutcome:
    with writing() as session:
        user = queries.person_for(session, found.user_id)
        return operations.count_failure(
            session, subjects, user=user, actor=current_actor(), now=moment()
        )


def _store_password(found: Credentials, password: str, visit: Visit) -> None:
    new_hash = passwords.hash_password(password)
    with writing() as session:
        operations.change_password(
            session,
            queries.person_for(session, found.user_id),
            visit,
            checked_hash=found.password_hash,
            new_hash=new_hash,
            actor=current_actor(),
            now=moment(),
        )


def _password_page(form: ChangePasswordForm, trouble: str = "") -> str:
    person = signed_in()
    stand_under("accounts.me")
    return render_template(
        "accounts/change_password.html",
        form=form,
        trouble=trouble,
        must_change=person is not None and person.must_change_password,
        employee_no=person.employee_no if person else "",
        next=request.values.get("next", ""),
        least=rules.PASSWORD_LEAST,
        least_mixed=rules.PASSWORD_LEAST_MIXED,
    )


def _password_refused(form: ChangePasswordForm, outcome: EntryOutcome) -> ResponseReturnValue:
    minutes = browser.minutes_to_wait(outcome)
    if outcome.waits_until is not None:
        trouble = _("试错太多次，还要等 %(minutes)s 分钟。", minutes=minutes)
        return _password_page(form, trouble), 429, browser.wait_headers(outcome)
    form.current_password.errors = [_("请再输一次密码，字母分大小写")]
    trouble = _(
        "现在的密码不对。还可以再试 %(n)s 次，之后要等 %(minutes)s 分钟。",
        n=outcome.tries_left,
        minutes=minutes,
    )
    return _password_page(form, trouble), 401


@bp.post("/me/sessions/end")
@requires()
def sign_out_everywhere() -> ResponseReturnValue:
    """End all of the person's sessions, this one included."""
    actor = current_actor()
    operations.end_sessions(
        db_session(),
        _own_id(actor),
        reason="signed_out_everywhere",
        actor=actor,
        now=moment(),
    )
    spoken = language()
    cookie.clear()
    cookie["language"] = spoken
    flash(_("已在所有设备上退出"), "safe")
    return redirect(url_for("accounts.sign_in"))


def _sections() -> list[RecordSection]:
    user_id = _own_id(current_actor())
    return [keeper(db_session(), user_id) for keeper in services().records]


def _shown(cell: Cell) -> str:
    """A cell in the reader's language and time zone."""
    if cell is None:
        return "—"
    if isinstance(cell, bool):
        return str(_("是") if cell else _("否"))
    if isinstance(cell, Word):
        return str(_(str(cell)))
    if isinstance(cell, Act):
        return str(_(services().acts[cell]) if cell in services().acts else cell)
    if isinstance(cell, datetime):
        return show_moment(cell)
    return show_date(cell) if isinstance(cell, date) else str(cell)


def _stored(cell: Cell) -> str | int | bool | None:
    """A cell for another program: ISO times, words of the interface in the reader's language."""
    if isinstance(cell, Word | Act):
        return _shown(cell)
    if isinstance(cell, datetime):
        return local_time(cell).isoformat(timespec="seconds")
    return cell.isoformat() if isinstance(cell, date) else cell


@bp.get("/me/records")
@requires()
def my_records() -> ResponseReturnValue:
    """Everything that the product stores about the person (PIPL art. 45)."""
    sections = [
        {
            "title": _(section.title),
            "columns": [_(column) for column in section.columns],
            "rows": [[_shown(cell) for cell in row] for row in section.rows[:ROWS_SHOWN]],
            "count": len(section.rows),
        }
        for section in _sections()
    ]
    stand_under("accounts.me")
    return render_template("accounts/my_records.html", sections=sections, rows_shown=ROWS_SHOWN)


@bp.get("/me/records.zip")
@requires()
def download_records() -> ResponseReturnValue:
    """The same as files: one JSON document, and one table a section for a spreadsheet."""
    sections = _sections()
    made_at = local_time(moment())
    document = {
        "made_at": made_at.isoformat(timespec="seconds"),
        "sections": [
            {
                "title": _(section.title),
                "columns": [_(column) for column in section.columns],
                "rows": [[_stored(cell) for cell in row] for row in section.rows],
            }
            for section in sections
        ],
    }
    files: dict[str, str | bytes] = {
        "records.json": json.dumps(document, ensure_ascii=False, indent=1)
    }
    for number, section in enumerate(sections, start=1):
        files[f"{number:02d}-{_(section.title)}.csv"] = _table(section)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file_name, content in files.items():
            entry = zipfile.ZipInfo(file_name, date_time=made_at.timetuple()[:6])
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    name = f"records-{show_date(moment())}.zip"
    return Response(
        packed.getvalue(),
        mimetype="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _table(section: RecordSection) -> bytes:
    """One section as CSV with a byte order mark, which spreadsheets need for Chinese."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_(column) for column in section.columns])
    for row in section.rows:
        writer.writerow([_inert(_shown(cell)) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _inert(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
