"""Where the daily digests lie, and the job that makes the ones that are missing."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from core.clock import local_date
from core.config import Config
from core.services import Services
from exams.evidence.digest import digest_of
from exams.signing import load_signer

_NAME = re.compile(r"digest-(\d{4}-\d{2}-\d{2})\.json")
# How far back days that were missed are made up for.
MOST_DAYS = 31


def folder_of(config: Config) -> Path:
    """The folder of the digests, inside the data folder."""
    return config.data_dir / "digests"


def days_of(config: Config) -> list[date]:
    """The days that have a digest, the newest first."""
    found = (_NAME.fullmatch(path.name) for path in folder_of(config).glob("digest-*.json"))
    return sorted((date.fromisoformat(name[1]) for name in found if name), reverse=True)


def path_of(config: Config, day: date) -> Path:
    """The file of one day, there or not."""
    return folder_of(config) / f"digest-{day.isoformat()}.json"


def read(config: Config, day: date) -> dict[str, Any] | None:
    """The digest of one day; None where there is none."""
    try:
        data: dict[str, Any] = json.loads(path_of(config, day).read_bytes())
    except OSError:
        return None
    return data


def previous_of(config: Config, day: date) -> dict[str, Any] | None:
    """The newest digest before a day."""
    before = next((one for one in days_of(config) if one < day), None)
    return read(config, before) if before else None


def make(services: Services, day: date) -> Path:
    """Make the digest of a day, unless there is one: what was handed out must not change."""
    config = services.config
    path = path_of(config, day)
    if path.exists():
        return path
    signer = load_signer(config.keys_dir, services.seeds)
    with services.database.reading() as session:
        data = digest_of(
            session,
            day,
            previous=previous_of(config, day),
            signer=signer,
            zone=config.time_zone,
            now=services.clock.now(),
        )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
    partial.replace(path)
    return path


def make_missing(services: Services) -> list[date]:
    """Make the digest of every day up to yesterday that has none; says which."""
    missing = list(_missing(services))
    for day in missing:
        make(services, day)
    return missing


def _missing(services: Services) -> Iterator[date]:
    """From the day after the newest one on: the chain of days has no gap to be filled later."""
    today = local_date(services.clock.now(), services.config.time_zone)
    there = days_of(services.config)
    first = there[0] + timedelta(days=1) if there else today - timedelta(days=1)
    first = max(first, today - timedelta(days=MOST_DAYS))
    while first < today:
        yield first
        first += timedelta(days=1)
