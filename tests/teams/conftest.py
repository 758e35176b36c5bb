"""Fixtures of the tests of teams and people."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from core.services import Services
from teams import operations
from teams.models import RosterImport, RosterImportState
from teams.queries import actor_for
from teams.roster import importing
from tests.cast import Cast
from tests.conftest import MONDAY

Import = Callable[..., RosterImport]


@pytest.fixture
def import_file(services: Services, session: Session, cast: Cast) -> Import:
    """Upload and preview a file as the administrator; with `commit` also apply it."""

    def run(
        path: Path,
        *,
        commit: bool = True,
        who: str = "administrator",
        creates_teams: bool = True,
        effective_on: date = date(2026, 3, 2),
    ) -> RosterImport:
        actor = actor_for(session, cast.user(who).id)
        with path.open("rb") as file:
            file_hash = importing.keep_file(services, file)
        imported = operations.upload_roster(
            session,
            file_name=path.name,
            file_hash=file_hash,
            creates_teams=creates_teams,
            effective_on=effective_on,
            actor=actor,
            now=MONDAY,
        )
        session.commit()
        importing.preview(services, roster_import_id=imported.id)
        session.expire_all()
        if commit and imported.state is RosterImportState.PREVIEWED:
            operations.confirm_roster(session, imported, file_hash, actor=actor, now=MONDAY)
            session.commit()
            importing.apply(services, roster_import_id=imported.id)
            session.expire_all()
        return imported

    return run
