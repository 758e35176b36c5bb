"""Receipts for candidates, evidence for officials, and each as a file that needs no server."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.pages import stand_under
from core.web import config, current_actor, db_session, moment, reading, requires, seeds, services
from exams.evidence.bundle import bundle
from exams.evidence.document import receipt_text
from exams.evidence.record import evidence_of
from exams.models import Exam, Sitting
from exams.operations.evidence import record_evidence
from exams.printing.nodes import stored_pictures
from exams.printing.setting import qr_svg
from exams.queries.evidence import (
    Copy,
    closed_sittings,
    count_closed,
    own_sitting,
    person_of,
    signatures_of,
    sitting_for_official,
)
from exams.queries.exams import READERS, exam_for
from exams.result_files import ready_at
from exams.signatures import fingerprint
from exams.signing import Signer, load_signer
from exams.verification import verify_sitting
from exams.views.blueprint import bp
from exams.views.shown import paging
from learning.images import ImageStore

SITTINGS_AT_ONCE = 50
ZIP = "application/zip"


@dataclass(frozen=True)
class ShownReceipt:
    """What a candidate keeps: the end of the chain, signed."""

    sitting_id: int
    signed_at: datetime
    count: int
    # The beginning of the hash in groups, for the eye; the QR code has all of it.
    head: str
    fingerprint: str
    qr: str


def signer() -> Signer:
    """The installation's signer."""
    return load_signer(config().keys_dir, seeds())


def signed_receipt(session: Session, sitting: Sitting) -> ShownReceipt | None:
    """The receipt of a whole sitting; nothing where it is unsigned."""
    if sitting.signature is None or not signatures_of(session, sitting.id):
        return None
    return _receipt(session, sitting)


def _receipt(session: Session, sitting: Sitting) -> ShownReceipt:
    end = signatures_of(session, sitting.id)[-1]
    text = receipt_text(sitting.id, end.number, end.head, end.signature)
    start = end.head[:16].upper()
    return ShownReceipt(
        sitting_id=sitting.id,
        signed_at=end.signed_at,
        count=end.number,
        head=" ".join(start[at : at + 4] for at in range(0, 16, 4)),
        fingerprint=fingerprint(end.public_key or signer().public_key),
        qr="data:image/svg+xml;base64," + b64encode(qr_svg(text).encode()).decode(),
    )


@bp.get("/sittings/<int:sitting_id>/receipt")
@requires()
def receipt(sitting_id: int) -> ResponseReturnValue:
    """The receipt of one's own sitting, to be printed and kept."""
    session, actor = db_session(), current_actor()
    exam, sitting, copy = own_sitting(session, actor, sitting_id, now=moment())
    return render_template(
        "exams/receipt.html",
        exam=exam,
        sitting=sitting,
        candidate=person_of(session, sitting),
        receipt=_receipt(session, sitting),
        is_full=copy is Copy.FULL,
    )


@bp.get("/sittings/<int:sitting_id>/evidence.zip")
@requires()
def own_evidence(sitting_id: int) -> ResponseReturnValue:
    """One's own sitting as a file; without keys and marks until the exam reveals them."""
    session, actor = db_session(), current_actor()
    exam, sitting, copy = own_sitting(session, actor, sitting_id, now=moment())
    return _file(_bundled(session, exam, sitting, copy), f"evidence-{sitting.id}.zip", ZIP)


@bp.get("/exams/<int:exam_id>/sittings")
@requires(*READERS)
def sittings(exam_id: int) -> ResponseReturnValue:
    """The closed sittings of an exam, each with its evidence, and all results as one table."""
    stand_under("exams.exams")
    session, actor = db_session(), current_actor()
    exam = exam_for(session, actor, exam_id)
    shown = paging(count_closed(session, actor, exam), size=SITTINGS_AT_ONCE)
    rows = closed_sittings(session, actor, exam, limit=SITTINGS_AT_ONCE, offset=shown.offset)
    return render_template(
        "exams/setup/sittings.html",
        exam=exam,
        rows=rows,
        paging=shown,
        ready_at=ready_at(services(), exam.id, actor.user_id),
    )


@bp.get("/exams/sittings/<int:sitting_id>/evidence")
@requires(*READERS)
def evidence(sitting_id: int) -> ResponseReturnValue:
    """One sitting checked now, its signatures, and its files to take."""
    stand_under("exams.exams")
    session, actor = db_session(), current_actor()
    exam, sitting = sitting_for_official(session, actor, sitting_id)
    return render_template(
        "exams/setup/evidence.html",
        exam=exam,
        sitting=sitting,
        candidate=person_of(session, sitting),
        found=verify_sitting(session, sitting.id, public_key=signer().public_key),
        receipt=_receipt(session, sitting),
        signatures=signatures_of(session, sitting.id)[::-1],
    )


@bp.post("/exams/sittings/<int:sitting_id>/evidence")
@requires(*READERS)
def take_evidence(sitting_id: int) -> ResponseReturnValue:
    """The files of one sitting; that they were taken is recorded."""
    with reading() as session:
        exam, sitting = sitting_for_official(session, current_actor(), sitting_id)
        data = _bundled(session, exam, sitting, Copy.FULL)
    sitting = db_session().get_one(Sitting, sitting_id)
    record_evidence(db_session(), sitting, actor=current_actor(), now=moment())
    return _file(data, f"evidence-{sitting_id}.zip", ZIP)


def _bundled(session: Session, exam: Exam, sitting: Sitting, copy: Copy) -> bytes:
    data = evidence_of(
        session,
        exam,
        sitting,
        copy=copy,
        signer=signer(),
        enterprise=services().enterprise_name(session),
        now=moment(),
    )
    picture = stored_pictures(ImageStore(config().uploads_dir))
    return bundle(data, picture=picture, zone=config().time_zone)


def _file(data: bytes, name: str, mimetype: str) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(data, content_type=mimetype, headers={"Content-Disposition": disposition})
