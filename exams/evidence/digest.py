"""The daily digest (日摘要): every signature of a day in one signed file that names the last one.

Whoever keeps these files elsewhere can tell, years later, which sittings were altered, removed or
made anew, even by somebody who held database and key.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from exams.chain import digest
from exams.models import Answer, Sitting, SittingEvent, SittingSignature
from exams.signatures import file_statement, is_genuine_over
from exams.signing import Signer

FORMAT = "shanggang-digest"
FORMAT_VERSION = 1
FILE_KIND = "digest"
AT_ONCE = 500


class Difference(Enum):
    """How a sitting of a digest differs from what is stored now."""

    MISSING = "missing"
    # Its entry at the signed place has another hash, or none.
    CHAIN = "chain"
    # The kept signature is another, or gone.
    SIGNATURE = "signature"


@dataclass(frozen=True)
class DigestReport:
    """What a check of a digest found."""

    count: int
    is_genuine: bool
    differences: tuple[tuple[int, Difference], ...]
    # Signed on that day, but not in the digest.
    added: tuple[int, ...]

    @property
    def is_intact(self) -> bool:
        return self.is_genuine and not self.differences and not self.added


class NotADigest(ValueError):
    """The file is something else."""


def content_digest(data: Mapping[str, Any]) -> str:
    """The digest of all that a file says, its own signature left out."""
    return digest({key: value for key, value in data.items() if key != "file_signature"})


def digest_of(
    session: Session,
    day: date,
    *,
    previous: Mapping[str, Any] | None,
    signer: Signer,
    zone: ZoneInfo,
    now: datetime,
) -> dict[str, Any]:
    """The digest of one calendar day; `previous` is the newest one before it."""
    entries = [_entry(*row) for row in _signed_on(session, day, zone)]
    data = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "date": day.isoformat(),
        "made_at": now.isoformat(),
        "count": len({entry["sitting"] for entry in entries}),
        "entries": entries,
        "previous_date": previous["date"] if previous else None,
        "previous_hash": digest(previous) if previous else None,
        "public_key": signer.public_key,
    }
    return {**data, "file_signature": signer.sign_file(FILE_KIND, content_digest(data))}


def _entry(sitting_id: int, number: int, head: str, signature: str) -> dict[str, Any]:
    return {
        "sitting": sitting_id,
        "number": number,
        "head": head,
        "signature_hash": digest(signature),
    }


def _signed_on(session: Session, day: date, zone: ZoneInfo) -> Sequence[Any]:
    start, end = _bounds(day, zone)
    one = SittingSignature
    return session.execute(
        select(one.sitting_id, one.number, one.head, one.signature)
        .where(one.signed_at >= start, one.signed_at < end)
        .order_by(one.sitting_id, one.number)
    ).all()


def _bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    start = datetime.combine(day, time(), tzinfo=zone)
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    return start.astimezone(timezone.utc), end.astimezone(timezone.utc)


def check_digest(
    session: Session,
    data: Mapping[str, Any],
    *,
    public_key: str,
    previous: Mapping[str, Any] | None,
    zone: ZoneInfo,
) -> DigestReport:
    """Hold a digest against what is stored now; raises NotADigest.

    `previous` is the digest of the day that it names, where there is one at hand: it must have the
    hash that was noted.
    """
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise NotADigest("这不是日摘要文件")
    try:
        said = file_statement(FILE_KIND, content_digest(data))
        is_genuine = is_genuine_over(said, data["file_signature"], public_key)
        if previous is not None and previous.get("date") == data["previous_date"]:
            is_genuine = is_genuine and digest(previous) == data["previous_hash"]
        entries = list(data["entries"])
        listed = {(entry["sitting"], entry["number"]) for entry in entries}
        now_there = _signed_on(session, date.fromisoformat(data["date"]), zone)
        return DigestReport(
            count=data["count"],
            is_genuine=is_genuine,
            differences=tuple(_differences(session, entries)),
            added=tuple(sorted({row[0] for row in now_there if (row[0], row[1]) not in listed})),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NotADigest(f"文件不完整，读不下去：{error!r}") from error


def _differences(
    session: Session, entries: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[int, Difference]]:
    for start in range(0, len(entries), AT_ONCE):
        part = entries[start : start + AT_ONCE]
        ids = [entry["sitting"] for entry in part]
        there = set(session.scalars(select(Sitting.id).where(Sitting.id.in_(ids))))
        signatures = _signatures(session, ids)
        hashes = _hashes(session, ids)
        for entry in part:
            place = (entry["sitting"], entry["number"])
            if entry["sitting"] not in there:
                yield entry["sitting"], Difference.MISSING
            elif hashes.get(place) != entry["head"]:
                yield entry["sitting"], Difference.CHAIN
            elif signatures.get(place) != entry["signature_hash"]:
                yield entry["sitting"], Difference.SIGNATURE


def _signatures(session: Session, ids: Sequence[int]) -> dict[tuple[int, int], str]:
    one = SittingSignature
    rows = session.execute(
        select(one.sitting_id, one.number, one.signature).where(one.sitting_id.in_(ids))
    )
    return {(sitting_id, number): digest(signature) for sitting_id, number, signature in rows}


def _hashes(session: Session, ids: Sequence[int]) -> dict[tuple[int, int], str]:
    """The hashes of the entries that were signed: answers and events share their numbers."""
    one, found = SittingSignature, dict[tuple[int, int], str]()
    for table, column in ((SittingEvent, SittingEvent.hash), (Answer, Answer.receipt_hash)):
        rows = session.execute(
            select(table.sitting_id, table.number, column)
            .join(one, and_(one.sitting_id == table.sitting_id, one.number == table.number))
            .where(table.sitting_id.in_(ids))
        )
        found.update({(sitting_id, number or 0): of_hash for sitting_id, number, of_hash in rows})
    return found
