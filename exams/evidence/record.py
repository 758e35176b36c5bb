"""A sitting as one JSON file: everything that its check needs, and what a person wants to read."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from exams.evidence.check import FILE_KIND, FORMAT, FORMAT_VERSION, content_digest
from exams.links import links_of
from exams.models import Exam, LateDecision, Sitting
from exams.queries import sittings
from exams.queries.evidence import Copy, person_of, signatures_of
from exams.receipts import receipt_code
from exams.signing import Signer
from exams.versions import read_fields, read_versions

# What a copy without keys keeps of a question: what the candidate saw.
SHOWN_FIELDS = ("type", "stem_html", "picture")


def evidence_of(
    session: Session,
    exam: Exam,
    sitting: Sitting,
    *,
    copy: Copy,
    signer: Signer,
    enterprise: str,
    now: datetime,
) -> dict[str, Any]:
    """The file's content, signed as a whole; the same sitting and moment give the same file."""
    is_full = copy is Copy.FULL
    data = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "copy": copy.value,
        "enterprise": enterprise,
        "made_at": now.isoformat(),
        "exam": _exam(exam),
        "person": asdict(person_of(session, sitting)),
        "sitting": _sitting(sitting, is_full=is_full),
        "paper": _paper(session, sitting, is_full=is_full),
        "versions": _versions(session, sitting, is_full=is_full),
        "chain": _chain(session, sitting) if is_full else None,
        "signatures": _signatures(session, sitting, signer.public_key),
        "public_key": signer.public_key,
    }
    # Through text, so that what is signed is what a reader of the file will see.
    data = json.loads(json.dumps(data))
    return {**data, "file_signature": signer.sign_file(FILE_KIND, content_digest(data))}


def evidence_json(data: dict[str, Any]) -> str:
    """The file's text."""
    return json.dumps(data, ensure_ascii=False, indent=1)


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _exam(exam: Exam) -> dict[str, Any]:
    return {
        "id": exam.id,
        "title": exam.title,
        "opens_at": _time(exam.opens_at),
        "closes_at": _time(exam.closes_at),
        "minutes": exam.minutes,
        "pass_mark_tenths": exam.pass_mark_tenths,
        "rule": [exam.scoring_rule, exam.scoring_value_tenths],
    }


def _sitting(sitting: Sitting, *, is_full: bool) -> dict[str, Any]:
    told = {
        "id": sitting.id,
        "try_number": sitting.try_number,
        "state": sitting.state.value,
        "started_at": _time(sitting.started_at),
        "deadline": _time(sitting.deadline),
        "submitted_at": _time(sitting.submitted_at),
        "extra_minutes": sitting.extra_minutes,
        "full_score_tenths": sitting.full_score_tenths,
        "chain_number": sitting.chain_number,
    }
    if not is_full:
        return told
    late = sitting.late_decision
    return {
        **told,
        "score_tenths": sitting.score_tenths,
        "is_passed": sitting.is_passed,
        "late_decision": late.value if late else None,
    }


def _paper(session: Session, sitting: Sitting, *, is_full: bool) -> list[dict[str, Any]]:
    """The drawn questions with the reply that counts and when the server received it."""
    counts_late = sitting.late_decision is LateDecision.ACCEPTED
    answers = sittings.last_answers(session, sitting.id, with_late=counts_late)
    rows = []
    for row in sittings.paper_of(session, sitting.id):
        answer = answers.get(row.slot)
        told = {
            "slot": row.slot,
            "version_id": row.question_version_id,
            "case_version_id": row.case_version_id,
            "option_order": row.option_order,
            "points_tenths": row.points_tenths,
            "given": answer.response if answer else None,
            "received_at": _time(answer.received_at) if answer else None,
            "receipt": receipt_code(answer.receipt_hash) if answer else None,
        }
        rows.append({**told, "score_tenths": row.score_tenths} if is_full else told)
    return rows


def _versions(session: Session, sitting: Sitting, *, is_full: bool) -> list[dict[str, Any]]:
    """The question versions of the paper, keys and digests only in a full copy.

    A digest alone would give the key away: there are only so many keys to try.
    """
    paper = sittings.paper_of(session, sitting.id)
    ids = sorted({i for row in paper for i in (row.question_version_id, row.case_version_id) if i})
    fields, known = read_fields(session, ids), read_versions(session, ids)
    if is_full:
        return [{"id": i, "digest": known[i].digest, "fields": fields[i]} for i in ids]
    order = {row.question_version_id: row.option_order for row in paper}
    return [{"id": i, "fields": _shown(fields[i], order.get(i, []))} for i in ids]


def _shown(fields: dict[str, Any], option_order: list[int]) -> dict[str, Any]:
    """What the candidate saw, options in the order seen: the author's own can be the key."""
    html = {option["id"]: option["html"] for option in fields["options"]}
    return {
        **{name: fields[name] for name in SHOWN_FIELDS},
        "options": [{"id": option, "html": html[option]} for option in option_order],
        "premises": [{"id": o["id"], "html": o["html"]} for o in fields["premises"]],
    }


def _chain(session: Session, sitting: Sitting) -> list[dict[str, Any]]:
    return [
        {
            "number": link.number,
            "kind": link.kind,
            "content": link.content,
            "at": link.at.isoformat(),
            "hash": link.hash,
        }
        for link in links_of(session, sitting.id)
    ]


def _signatures(session: Session, sitting: Sitting, public_key: str) -> list[dict[str, Any]]:
    return [
        {
            "number": one.number,
            "head": one.head,
            "signature": one.signature,
            "public_key": one.public_key or public_key,
            "signed_at": _time(one.signed_at),
        }
        for one in signatures_of(session, sitting.id)
    ]
