"""The page for taking questions out in another format: what is lost is seen before it is taken."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from core.pages import spoken, stand_under
from core.web import config, current_actor, db_session, moment, reading, requires
from learning.images import ImageStore
from question_bank.formats.exporting import check_consent, record_export, written_file
from question_bank.formats.losses import KIND_WORDS, LossKind, WrittenFile, counted, report_text
from question_bank.formats.views import TYPE_WORDS
from question_bank.formats.writers import WRITERS
from question_bank.models import QuestionState, QuestionType
from question_bank.queries import bank
from question_bank.queries.exported import EXPORTERS, exported_for

bp = Blueprint("exports", __name__)
STATES = {
    "active": (QuestionState.ACTIVE,),
    "in_use": (QuestionState.ACTIVE, QuestionState.DRAFT),
    "draft": (QuestionState.DRAFT,),
    "retired": (QuestionState.RETIRED,),
    "review": (QuestionState.ACTIVE,),
    "all": (),
}
STATE_NAMES = {
    "active": _l("启用"),
    "in_use": _l("启用和草稿"),
    "draft": _l("草稿"),
    "retired": _l("停用"),
    "review": _l("待复核"),
    "all": _l("全部"),
}
FORMAT_HINTS = {
    "markdown": _l("什么都不丢，可以再读回来"),
    "json": _l("什么都不丢，给别的程序读"),
    "xlsx": _l("一题一行"),
    "docx": _l("打印用"),
    "docx-keys": _l("备课用"),
    "text": _l("发给别的题库软件"),
    "moodle-xml": _l("给 Moodle"),
    "gift": _l("给 Moodle，没有图片"),
    "aiken": _l("只有单选"),
    "qti-2.1": _l("多数考试系统读得懂"),
    "qti-2.2": _l("新一些的考试系统"),
    "qti-3.0": _l("最新的考试系统"),
}
SIGNS = {
    LossKind.LEFT_OUT: "stop",
    LossKind.SCORING: "warn",
    LossKind.LOST: "open",
    LossKind.APPROXIMATED: "none",
}
# So many questions are chosen by hand at most.
MOST = 500
# On the page; the report that comes with the file has all of them.
MOST_SHOWN = 200


@dataclass(frozen=True)
class _Choice:
    """What the address asks for."""

    format: str
    state: str
    wanted: bank.QuestionFilter

    @property
    def query(self) -> dict[str, Any]:
        """The same as values of an address."""
        wanted = self.wanted
        values = {
            "format": self.format,
            "state": self.state,
            "words": wanted.words,
            "module": wanted.module_key,
            "tag": wanted.tag,
            "type": wanted.type.value if wanted.type else "",
            "difficulty": str(wanted.difficulty or ""),
            "clause": wanted.clause,
            "finding": wanted.finding.value if wanted.finding else "",
            "id": list(wanted.public_ids),
        }
        return {name: value for name, value in values.items() if value}


@bp.get("/questions/export")
@requires(*EXPORTERS)
def start() -> ResponseReturnValue:
    """Choose format and questions, and see what the file would lose."""
    session, chosen = db_session(), _choice(request.args)
    stand_under("question_bank.questions")
    images = ImageStore(config().uploads_dir)
    questions = exported_for(session, current_actor(), chosen.wanted, images=images)
    file = written_file(questions, chosen.format) if questions and chosen.format else None
    return render_template(
        "question_bank/export.html",
        chosen=chosen,
        total=len(questions),
        file=file,
        losses=file.losses[:MOST_SHOWN] if file else (),
        more=max(len(file.losses) - MOST_SHOWN, 0) if file else 0,
        counts=counted(file.losses) if file else (),
        left_out=len(file.questions_with(LossKind.LEFT_OUT)) if file else 0,
        changed=len(file.questions_with(LossKind.SCORING)) if file else 0,
        formats={name: (_(each.label), FORMAT_HINTS[name]) for name, each in WRITERS.items()},
        kinds={kind: _(word) for kind, word in KIND_WORDS.items()},
        signs=SIGNS,
        states=STATE_NAMES,
        types=TYPE_WORDS,
        modules=bank.bank_modules(session),
        tags=bank.bank_tags(session),
    )


@bp.post("/questions/export")
@requires(*EXPORTERS)
def take() -> ResponseReturnValue:
    """The file itself; what would be scored otherwise needs a ticked consent."""
    chosen = _choice(request.form)
    file = _file(chosen)
    check_consent(file, is_given=request.form.get("accept") == "1")
    record_export(
        db_session(),
        file,
        format_=chosen.format,
        wanted=chosen.wanted,
        actor=current_actor(),
        now=moment(),
    )
    name = _("题目")
    return _download(file.data, f"{name}-{chosen.format}{file.suffix}", "application/octet-stream")


@bp.get("/questions/export/losses")
@requires(*EXPORTERS)
def losses() -> ResponseReturnValue:
    """The report of losses as a file of its own."""
    chosen = _choice(request.args)
    file = _file(chosen)
    text = report_text(file, format_label=WRITERS[chosen.format].label, speak=spoken)
    # Editors of Windows take a text without a mark for something else.
    name = f"{chosen.format}.losses.txt"
    return _download(text.encode("utf-8-sig"), name, "text/plain; charset=utf-8")


def _file(chosen: _Choice) -> WrittenFile:
    """Reading and writing out are done before any transaction that writes begins."""
    images = ImageStore(config().uploads_dir)
    with reading() as session:
        questions = exported_for(session, current_actor(), chosen.wanted, images=images)
    return written_file(questions, chosen.format or "markdown")


def _download(data: bytes, name: str, mimetype: str) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(data, content_type=mimetype, headers={"Content-Disposition": disposition})


def _choice(given: MultiDict[str, str]) -> _Choice:
    """What is not understood does not restrict; without a format nothing is written.

    Chosen questions are taken whatever their state.
    """
    # PostgreSQL takes no NUL in a text.
    values = {name: str(value).replace("\x00", "") for name, value in given.items()}
    state = values.get("state", "")
    state = state if state in STATES else "active"
    types = {type_.value: type_ for type_ in QuestionType}
    findings = {finding.value: finding for finding in bank.Finding}
    public_ids = tuple(one[:12].replace("\x00", "") for one in given.getlist("id")[:MOST])
    clause = values.get("clause", "")[:170]
    difficulty = values.get("difficulty", "")
    wanted = bank.QuestionFilter(
        words=values.get("words", "").strip()[:100],
        module_key=values.get("module", "")[:80],
        tag=values.get("tag", "")[:40],
        type=types.get(values.get("type", "")),
        difficulty=int(difficulty) if difficulty in ("1", "2", "3", "4", "5") else None,
        states=() if public_ids else STATES[state],
        needs_review=state == "review" and not public_ids,
        clause=clause if "#" in clause else "",
        finding=findings.get(values.get("finding", "")),
        public_ids=public_ids,
    )
    format_ = values.get("format", "")
    return _Choice(format_ if format_ in WRITERS else "", state, wanted)
