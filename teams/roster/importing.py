"""The two jobs of a roster import: read and preview, then apply batch by batch.

Each batch of an application is one short write. A job that died is started again and goes on where
the last batch ended; a file imported twice changes nothing the second time.
"""

import hashlib
import logging
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO, Any, TypeVar

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from core.audit import record
from core.clock import local_date
from core.errors import N_, Unreadable
from core.identity import Actor
from core.services import Services
from teams.models import FindingLevel, RosterFinding, RosterImport, RosterImportState
from teams.operations.rosters import discard_roster
from teams.queries.identity import actor_for
from teams.roster.applying import Applier
from teams.roster.columns import Header
from teams.roster.directory import Directory, team_rows
from teams.roster.files import open_table
from teams.roster.findings import Finding
from teams.roster.planning import Options, Outcome, Planner, hash_of
from teams.roster.rows import CheckedRows, Entry, check_rows

log = logging.getLogger("shanggang.roster")

BATCH = 500
# Change lines are there to be looked through; nobody reads more of one kind.
MOST_CHANGE_LINES = 2000
# SQLite lets a waiting writer look every tenth of a second; without a pause an answer of an exam
# could wait for batch after batch.
PAUSE_SECONDS = 0.1
STALE = timedelta(minutes=10)
FORGOTTEN = timedelta(days=7)
Item = TypeVar("Item")


@dataclass(frozen=True)
class Loaded:
    """A file read and checked, before anything stored is looked at."""

    header: Header
    checked: CheckedRows
    hashes: list[str | None]

    @property
    def is_blocked(self) -> bool:
        """Whether the file as a whole is wrong, so that no row may be taken from it."""
        return bool(self.header.doubled)


@dataclass
class Preview:
    """What an import would do, counted, with all that is to be told."""

    counts: Counter[str]
    findings: list[Finding]
    new_teams: list[str]
    new_posts: list[str]
    is_blocked: bool


def batches(items: Sequence[Item], size: int = BATCH) -> Iterator[Sequence[Item]]:
    """Slices of a list, the last one shorter."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def load(path: Path, *, today: date, id_number_key: str) -> Loaded:
    """Read and check a file; raises Unreadable for one that is not a roster."""
    table = open_table(path)
    checked = check_rows(table, today=today)
    hashes = [hash_of(entry, key=id_number_key) for entry in checked.entries]
    return Loaded(table.header, checked, hashes)


def planner(
    session: Session, header: Header, options: Options, *, actor: Actor, id_number_key: str
) -> Planner:
    """A planner that sees what is stored now."""
    directory = Directory(team_rows(session), creates_teams=options.creates_teams)
    return Planner(session, directory, header, options, actor=actor, id_number_key=id_number_key)


def preview_of(
    session: Session, loaded: Loaded, options: Options, *, actor: Actor, id_number_key: str
) -> Preview:
    """What an import would do now; changes nothing."""
    counts: Counter[str] = Counter({outcome.value: 0 for outcome in Outcome})
    counts[Outcome.BAD.value] = len(loaded.checked.bad_rows)
    findings = list(loaded.checked.findings)
    teams: dict[str, None] = {}
    posts: dict[str, None] = {}
    plan = planner(session, loaded.header, options, actor=actor, id_number_key=id_number_key)
    told: Counter[str] = Counter()
    for batch in batches(list(zip(loaded.checked.entries, loaded.hashes, strict=True))):
        planned = plan.plan([entry for entry, _hash in batch], [found for _entry, found in batch])
        for each in planned.plans:
            counts[each.outcome.value] += 1
            if each.outcome is not Outcome.BAD and each.node is not None:
                if each.node.team_id is None:
                    teams[each.node.shown] = None
                if each.post and each.post not in plan.posts:
                    posts[each.post] = None
        for finding in planned.findings:
            told[finding.msgid] += 1
            if finding.level is not FindingLevel.CHANGE or told[finding.msgid] <= MOST_CHANGE_LINES:
                findings.append(finding)
    findings.sort(key=lambda finding: finding.row)
    return Preview(counts, findings, list(teams), list(posts), loaded.is_blocked)


def file_of(services: Services, file_hash: str) -> Path:
    """Where an uploaded roster lies, named by its content."""
    return services.config.uploads_dir / f"roster-{file_hash}"


def keep_file(services: Services, stream: IO[bytes]) -> str:
    """Store an uploaded file where only this program reads it; returns the hash of its content."""
    folder = services.config.uploads_dir
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=folder, prefix="roster-new-", delete=False) as file:
        while chunk := stream.read(1024 * 1024):
            digest.update(chunk)
            file.write(chunk)
    file_hash = digest.hexdigest()
    Path(file.name).replace(file_of(services, file_hash))
    return file_hash


def options_of(row: RosterImport) -> Options:
    """The choices of the uploader, as stored."""
    stored = row.options or {}
    return Options(stored["creates_teams"], date.fromisoformat(stored["effective_on"]))


def _today(services: Services) -> date:
    return local_date(services.clock.now(), services.config.time_zone)


def _fail(services: Services, roster_import_id: int, msgid: str, **values: Any) -> None:
    with services.database.writing() as session:
        row = session.get_one(RosterImport, roster_import_id)
        row.state = RosterImportState.FAILED
        row.message = msgid
        row.summary = {**row.summary, "message_values": values}
        row.finished_at = services.clock.now()


def _guarded(work: Callable[[Services, int], None]) -> Callable[..., None]:
    """Write down why a job could not go on, so that its page can say it."""

    def run(services: Services, *, roster_import_id: int) -> None:
        try:
            work(services, roster_import_id)
        except Unreadable as error:
            _fail(services, roster_import_id, error.msgid, **error.values)
        except FileNotFoundError:
            _fail(services, roster_import_id, N_("上传的文件已经不在了，再传一次"))
        except Exception:
            log.exception("roster import failed", extra={"roster_import_id": roster_import_id})
            message = N_("程序出错，停在这里。已导入的行有效；再传一次同一个文件会接着导")
            _fail(services, roster_import_id, message)

    run.__name__ = work.__name__
    run.__doc__ = work.__doc__
    return run


def _preview(services: Services, roster_import_id: int) -> None:
    """Read an uploaded file and store what its import would do."""
    with services.database.reading() as session:
        row = session.get_one(RosterImport, roster_import_id)
        if row.state is not RosterImportState.UPLOADED:
            return
        options, file_hash = options_of(row), row.file_hash
        actor = actor_for(session, row.uploaded_by_id)
    key = services.id_number_key
    path = file_of(services, file_hash)
    loaded = load(path, today=_today(services), id_number_key=key)
    with services.database.reading() as session:
        preview = preview_of(session, loaded, options, actor=actor, id_number_key=key)
    with services.database.writing() as session:
        session.execute(
            delete(RosterFinding).where(RosterFinding.roster_import_id == roster_import_id)
        )
    for batch in batches(preview.findings, 2000):
        with services.database.writing() as session:
            session.execute(
                insert(RosterFinding),
                [{**asdict(finding), "roster_import_id": roster_import_id} for finding in batch],
            )
            session.get_one(RosterImport, roster_import_id).worked_at = services.clock.now()
    with services.database.writing() as session:
        row = session.get_one(RosterImport, roster_import_id)
        row.state = RosterImportState.PREVIEWED
        row.summary = {
            "rows": loaded.checked.row_count,
            "unreadable": len(loaded.checked.bad_rows),
            "counts": dict(preview.counts),
            "new_teams": preview.new_teams,
            "new_posts": preview.new_posts,
            "is_blocked": preview.is_blocked,
        }


def apply_batch(
    session: Session,
    header: Header,
    options: Options,
    batch: Sequence[tuple[Entry, str | None]],
    *,
    actor: Actor,
    id_number_key: str,
    now: datetime,
) -> Counter[str]:
    """Plan a batch against what is stored now, and do it; tells how many rows did what."""
    plan = planner(session, header, options, actor=actor, id_number_key=id_number_key)
    planned = plan.plan([entry for entry, _hash in batch], [found for _entry, found in batch])
    applier = Applier(
        session, options, plan.posts, id_number_key=id_number_key, actor=actor, now=now
    )
    applier.apply(planned.plans)
    return Counter(each.outcome.value for each in planned.plans)


def _apply(services: Services, roster_import_id: int) -> None:
    """Apply a previewed file, if it is still the one that was previewed."""
    with services.database.reading() as session:
        row = session.get_one(RosterImport, roster_import_id)
        if row.state is not RosterImportState.QUEUED:
            return
        options, file_hash, done = options_of(row), row.file_hash, row.done_count
        uploaded_by_id = row.uploaded_by_id
    path = file_of(services, file_hash)
    if hashlib.sha256(path.read_bytes()).hexdigest() != file_hash:
        raise Unreadable(N_("文件在预览以后变了。再传一次，重新预览"))
    key = services.id_number_key
    loaded = load(path, today=_today(services), id_number_key=key)
    rows = list(zip(loaded.checked.entries, loaded.hashes, strict=True))
    for number, batch in enumerate(batches(rows[done:])):
        if number:
            time.sleep(PAUSE_SECONDS)
        now = services.clock.now()
        with services.database.writing() as session:
            row = session.get_one(RosterImport, roster_import_id, with_for_update=True)
            if row.state is not RosterImportState.QUEUED or row.done_count != done:
                return
            counts = apply_batch(
                session,
                loaded.header,
                options,
                batch,
                actor=actor_for(session, uploaded_by_id),
                id_number_key=key,
                now=now,
            )
            done += len(batch)
            row.done_count, row.worked_at = done, now
            row.summary = {**row.summary, "done": dict(counts + _done_of(row))}
    _finish(services, roster_import_id)


def _done_of(row: RosterImport) -> Counter[str]:
    return Counter(row.summary.get("done", {}))


def _finish(services: Services, roster_import_id: int) -> None:
    now = services.clock.now()
    with services.database.writing() as session:
        row = session.get_one(RosterImport, roster_import_id)
        row.state, row.finished_at = RosterImportState.DONE, now
        record(
            session,
            actor=actor_for(session, row.uploaded_by_id),
            now=now,
            action="roster.imported",
            subject=("roster_import", row.id),
            after={"file_hash": row.file_hash, "rows": dict(_done_of(row))},
        )
        file_hash = row.file_hash
    remove_file_if_unused(services, file_hash)


def remove_file_if_unused(services: Services, file_hash: str) -> None:
    """Delete an uploaded file, full of ID numbers, once no import needs it."""
    waiting = (
        RosterImportState.UPLOADED,
        RosterImportState.PREVIEWED,
        RosterImportState.QUEUED,
    )
    with services.database.reading() as session:
        needed = session.scalar(
            select(RosterImport.id)
            .where(RosterImport.file_hash == file_hash, RosterImport.state.in_(waiting))
            .limit(1)
        )
    if needed is None:
        file_of(services, file_hash).unlink(missing_ok=True)


def tidy(services: Services) -> None:
    """Start jobs again whose worker died, and forget previews that nobody acted upon."""
    now = services.clock.now()
    with services.database.writing() as session:
        stale = session.scalars(
            select(RosterImport).where(
                RosterImport.state.in_([RosterImportState.UPLOADED, RosterImportState.QUEUED]),
                RosterImport.worked_at < now - STALE,
            )
        )
        again = [(JOB_BY_STATE[row.state], row.id) for row in stale]
        forgotten = session.scalars(
            select(RosterImport).where(
                RosterImport.state == RosterImportState.PREVIEWED,
                RosterImport.uploaded_at < now - FORGOTTEN,
            )
        ).all()
        for row in forgotten:
            discard_roster(session, row, actor=Actor.system("tidy-rosters"), now=now)
        hashes = [row.file_hash for row in forgotten]
    for name, roster_import_id in again:
        services.jobs.enqueue(name, roster_import_id=roster_import_id)
    for file_hash in hashes:
        remove_file_if_unused(services, file_hash)


preview = _guarded(_preview)
apply = _guarded(_apply)
JOB_BY_STATE = {
    RosterImportState.UPLOADED: "preview-roster",
    RosterImportState.QUEUED: "import-roster",
}
