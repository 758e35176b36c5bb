"""Importing questions in the browser: upload, preview, commit; what is refused goes back."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage

from core.errors import Conflict
from core.identity import Role
from core.pages import stand_under, told
from core.web import current_actor, moment, reading, requires, services
from question_bank.formats import uploads
from question_bank.formats.committing import commit_file
from question_bank.formats.limits import MOST_BYTES
from question_bank.formats.preview import read_file
from question_bank.formats.queries import bank_prints, own_questions
from question_bank.formats.registry import FORMATS, guess_format
from question_bank.formats.switches import Switches
from question_bank.forms import FormatForm, ImportForm, SeenForm
from teams import spreadsheets

# Who may bring questions in; whoever reviews them decides about each.
AUTHORS = (Role.TRAINER, Role.SAFETY_MANAGER, Role.ADMINISTRATOR)
PER_PAGE = 50
PROPOSALS = "editor.proposals"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

bp = Blueprint("imports", __name__)
STATUS_WORDS = {
    "import": _l("可导入"),
    "duplicate": _l("重复"),
    "material": _l("材料"),
    "refuse": _l("拒收"),
}
STATUS_SIGNS = {"import": "safe", "duplicate": "open", "material": "none", "refuse": "stop"}
TYPE_WORDS = {
    "single_choice": _l("单选"),
    "multiple_choice": _l("多选"),
    "true_false": _l("判断"),
    "fill_blank": _l("填空"),
    "ordering": _l("排序"),
    "matching": _l("匹配"),
    "short_answer": _l("简答"),
    "case_analysis": _l("案例"),
    "hotspot": _l("找隐患"),
}


@bp.get("/questions/import")
@requires(*AUTHORS)
def start() -> ResponseReturnValue:
    """Choose a file; below it one's own previews that wait."""
    return _start_page(ImportForm(formdata=None))


def _start_page(form: ImportForm) -> str:
    stand_under("question_bank.questions")
    return render_template(
        "question_bank/import.html",
        form=form,
        waiting=uploads.uploads_of(services(), current_actor().user_id),
        labels={name: about.label for name, about in FORMATS.items()},
        limit_mb=min(MOST_BYTES // 1024 // 1024, services().config.upload_limit_mb),
        proposals_url=_proposals_url(),
    )


@bp.post("/questions/import")
@requires(*AUTHORS)
def upload() -> ResponseReturnValue:
    """Read the file and show what it says; nothing is stored in the bank."""
    form = ImportForm()
    if not form.validate():
        return _start_page(form), 422
    file: FileStorage = form.file.data
    data = file.stream.read(MOST_BYTES + 1)
    name = (file.filename or "").replace("\\", "/").rsplit("/", 1)[-1][:200]
    try:
        made = _read(data, name, form)
    except Conflict as error:
        form.file.errors = [_(error.msgid, **error.values)]
        return _start_page(form), 422
    return redirect(url_for("question_bank.imports.preview", seen_hash=made.hash))


@bp.post("/questions/import/<seen_hash>/again")
@requires(*AUTHORS)
def again(seen_hash: str) -> ResponseReturnValue:
    """Read the same file in another way."""
    before = uploads.upload_for(services(), current_actor().user_id, seen_hash)
    data = uploads.bytes_of(services(), before)
    made = _read(data, before.name, FormatForm())
    if made.hash != before.hash:
        uploads.discard(services(), before)
    return redirect(url_for("question_bank.imports.preview", seen_hash=made.hash))


def _read(data: bytes, name: str, form: FormatForm) -> uploads.Upload:
    format_ = form.format.data if form.format.data in FORMATS else guess_format(data, name)
    switches = Switches(
        colour_is_key=bool(form.colour_is_key.data), merged_is_case=bool(form.merged_is_case.data)
    )
    with reading() as session:
        bank, own = bank_prints(session), own_questions(session, name)
    made = read_file(data, name, format_, switches, bank=bank, own=own)
    user_id = current_actor().user_id
    assert user_id is not None, "signed in"
    return uploads.keep(services(), made, data, switches, user_id=user_id, at=moment())


@bp.get("/questions/import/<seen_hash>")
@requires(*AUTHORS)
def preview(seen_hash: str) -> ResponseReturnValue:
    """What an import would do, item by item, a page at a time."""
    found = uploads.upload_for(services(), current_actor().user_id, seen_hash)
    stand_under("question_bank.questions")
    status = request.args.get("status", "")
    status = status if status in STATUS_WORDS else ""
    items = [item for item in found.items if status in ("", item["status"])]
    page = max(request.args.get("page", 1, type=int), 1)
    first = (page - 1) * PER_PAGE
    counts = {name: sum(item["status"] == name for item in found.items) for name in STATUS_WORDS}
    form = FormatForm(formdata=None, format=found.format)
    form.colour_is_key.data = found.switches.colour_is_key
    form.merged_is_case.data = found.switches.merged_is_case
    return render_template(
        "question_bank/import_preview.html",
        upload=found,
        label=FORMATS[found.format].label,
        form=form,
        counts=counts,
        statuses=STATUS_WORDS,
        status=status,
        total=len(items),
        first=first + 1,
        last=min(first + PER_PAGE, len(items)),
        page=page,
        has_next=first + PER_PAGE < len(items),
        rows=[_row(item) for item in items[first : first + PER_PAGE]],
    )


def _row(item: dict[str, Any]) -> dict[str, Any]:
    """An item for the page: its answer in words, its place, what else was read."""
    right = item["answer"] if isinstance(item["answer"], list) else []
    is_choice = item["type"] in ("single_choice", "multiple_choice")
    weights = item["weights"] or []
    return {
        **item,
        "place": item["cell"] or (_("第 %(n)s 行", n=item["line"]) if item["line"] else ""),
        "type_word": TYPE_WORDS.get(item["type"], ""),
        "status_word": STATUS_WORDS[item["status"]],
        "sign": STATUS_SIGNS[item["status"]],
        "choices": [
            {
                "letter": LETTERS[place % 26],
                "text": text,
                "is_right": place in right,
                "weight": f"{weights[place]:g}%" if place < len(weights) else "",
            }
            for place, text in enumerate(item["options"])
        ]
        if is_choice
        else [],
        "answer_lines": [] if is_choice else _answer_lines(item),
        "parts": [_row(part) for part in item["parts"]],
    }


def _answer_lines(item: dict[str, Any]) -> list[str]:
    answer = item["answer"]
    if isinstance(answer, bool):
        return [_("对") if answer else _("错")]
    if item["type"] == "matching":
        return [" — ".join(map(str, pair)) for pair in answer or []]
    if item["type"] == "fill_blank":
        return [
            " | ".join(
                form if isinstance(form, str) else f"{form['text']}（{form['percent']:g}%）"
                for form in blank
            )
            for blank in answer or []
        ]
    lines = [str(each) for each in answer or []]
    return lines or ([item["model_answer"]] if item.get("model_answer") else [])


@bp.post("/questions/import/<seen_hash>/commit")
@requires(*AUTHORS)
def commit(seen_hash: str) -> ResponseReturnValue:
    """Propose what can be imported; only what was seen in the preview."""
    found = uploads.upload_for(services(), current_actor().user_id, seen_hash)
    _done, outcome = commit_file(
        services(),
        uploads.bytes_of(services(), found),
        found.name,
        found.format,
        found.switches,
        SeenForm().seen_hash.data or "",
        actor=current_actor(),
        now=moment(),
    )
    uploads.discard(services(), found)
    flash(_("%(n)s 道题进了待审列表", n=outcome.proposed))
    if outcome.unchanged:
        flash(_("%(n)s 道和已有的相同，没有再存", n=outcome.unchanged))
    if outcome.unplaced:
        shown = "；".join(outcome.unplaced[:10])
        count = len(outcome.unplaced)
        flash(_("%(n)s 条依据对不上任何模块的条款：%(shown)s", n=count, shown=shown), "warn")
    return redirect(_proposals_url() or url_for("question_bank.imports.start"))


def _proposals_url() -> str | None:
    """Where proposed questions wait, when that page is there."""
    return url_for(PROPOSALS) if PROPOSALS in current_app.view_functions else None


@bp.post("/questions/import/<seen_hash>/discard")
@requires(*AUTHORS)
def discard(seen_hash: str) -> ResponseReturnValue:
    """Forget a preview."""
    found = uploads.upload_for(services(), current_actor().user_id, seen_hash)
    uploads.discard(services(), found)
    flash(_("已放弃，什么也没有存"))
    return redirect(url_for("question_bank.imports.start"))


@bp.get("/questions/import/<seen_hash>/refused.xlsx")
@requires(*AUTHORS)
def refused(seen_hash: str) -> ResponseReturnValue:
    """The refused items with the reasons, to be mended and imported again."""
    found = uploads.upload_for(services(), current_actor().user_id, seen_hash)
    letters = LETTERS[:12]
    headers = ["位置", "原因", "题型", "题干", *(f"选项{letter}" for letter in letters)]
    headers += ["答案", "解析", "知识点", "依据", "编号"]
    rows = (_refused_row(item, len(letters)) for item in found.items if item["status"] == "refuse")
    return Response(
        spreadsheets.table(_("拒收的题"), headers, rows),
        mimetype=spreadsheets.MIME,
        headers={"Content-Disposition": 'attachment; filename="refused-questions.xlsx"'},
    )


def _refused_row(item: dict[str, Any], most: int) -> list[object]:
    row = _row(item)
    options = [*item["options"][:most], *[""] * (most - len(item["options"]))]
    key = "".join(choice["letter"] for choice in row["choices"] if choice["is_right"])
    return [
        row["place"],
        "；".join(f"{error['code']} {told(error)}" for error in item["errors"]),
        str(row["type_word"]),
        item["stem"],
        *options,
        key or "；".join(row["answer_lines"]),
        item["explanation"],
        "、".join(item["tags"]),
        item["reference"],
        item["external_id"],
    ]
