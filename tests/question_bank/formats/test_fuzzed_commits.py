"""Damaged files taken over into a bank: all of a file or nothing of it, whatever it holds."""

from collections.abc import Iterator
from itertools import islice

import pytest
from sqlalchemy import delete, func, select

from core.errors import DomainError
from core.services import Services
from question_bank.formats.committing import commit_file
from question_bank.formats.items import ItemStatus
from question_bank.formats.preview import hash_of
from question_bank.formats.registry import Switches
from question_bank.models import ProposedQuestion
from tests.conftest import MONDAY
from tests.question_bank.files import SYNC
from tests.question_bank.formats.fuzzing import COMMITTED, SOAK_FILES
from tests.question_bank.formats.test_fuzz import damaged
from tests.question_bank.formats.test_structured_fuzz import WRITTEN, mutations


def files(format_: str) -> Iterator[tuple[bytes, str]]:
    if format_ in WRITTEN:
        return mutations(format_)
    return ((data, f"file.{format_}") for data in damaged(format_))


@pytest.mark.parametrize("format_", sorted(SOAK_FILES))
def test_a_damaged_file_is_taken_over_as_a_whole_or_not_at_all(
    services: Services, format_: str
) -> None:
    taken, reasons = 0, list[str]()
    for data, name in islice(files(format_), 0, None, COMMITTED):
        seen = hash_of(data, format_, Switches())
        try:
            preview, outcome = commit_file(
                services, data, name, format_, Switches(), seen, actor=SYNC, now=MONDAY
            )
        except DomainError as error:
            reasons.append(str(error))
            proposed = 0
        else:
            proposed = outcome.proposed
            assert proposed <= preview.counts[ItemStatus.IMPORT]
            taken += proposed > 0
        with services.database.writing() as session:
            counted = session.scalar(select(func.count()).select_from(ProposedQuestion))
            session.execute(delete(ProposedQuestion))
        assert counted == proposed

    print(f"{format_}: {taken} files taken over, {len(reasons)} refused")
    assert taken
    assert all(reasons)
