"""Tables of results that are too large to wait for: made in the background, kept for a day."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

from core.services import Services
from exams.queries.exams import exam_for
from exams.result_book import result_book
from teams.queries.identity import actor_for

# Beyond this the browser would wait too long.
MOST_AT_ONCE = 200
KEPT = timedelta(days=1)
_PREFIX = "results-"


def ready_at(services: Services, exam_id: int, user_id: int | None) -> datetime | None:
    """When one's own table of an exam was made; None where there is none."""
    try:
        made = path_of(services, exam_id, user_id).stat().st_mtime
    except OSError:
        return None
    return datetime.fromtimestamp(made, timezone.utc)


def path_of(services: Services, exam_id: int, user_id: int | None) -> Path:
    """Where one's own table of an exam lies."""
    return services.config.uploads_dir / f"{_PREFIX}{exam_id}-{user_id or 0}.xlsx"


def make(services: Services, exam_id: int, user_id: int) -> None:
    """Make the table of what this person may see of an exam."""
    path = path_of(services, exam_id, user_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with services.database.reading() as session:
        actor = actor_for(session, user_id)
        exam = exam_for(session, actor, exam_id)
        data, _count = result_book(
            session, actor, exam, zone=services.config.time_zone, folder=path.parent
        )
    # Renaming is atomic: nobody downloads half a file.
    partial = path.with_suffix(".part")
    partial.write_bytes(data)
    partial.replace(path)


def tidy(services: Services) -> None:
    """Forget tables of yesterday; they are full of names."""
    now = services.clock.now()
    for path in services.config.uploads_dir.glob(f"{_PREFIX}*"):
        made = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
        if abs(now - made) > KEPT:
            path.unlink(missing_ok=True)
