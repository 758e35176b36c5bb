"""The product's own library, from the database through every format and back."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import ManualClock
from core.config import LIBRARY_DIR
from core.db import Database
from learning.images import ADDRESS, ImageStore
from learning.models import ModuleSource, ModuleVersion
from learning.sources import ContentRoot
from question_bank.drafts import content_hash
from question_bank.formats.exported import ExportedQuestion
from question_bank.formats.losses import LossKind
from question_bank.formats.registry import READERS
from question_bank.formats.writers import WRITERS
from question_bank.keys import QuestionType
from question_bank.models import Question, QuestionVersion
from question_bank.operations import sync_content
from question_bank.queries.bank import QuestionFilter, found_versions
from question_bank.queries.exported import exported_questions
from tests.question_bank.files import SYNC
from tests.question_bank.formats.round_trip import said_by, said_by_item
from tests.question_bank.formats.test_round_trips import settled

Library = list[ExportedQuestion]


@pytest.fixture
def images(tmp_path: Path) -> ImageStore:
    return ImageStore(tmp_path / "uploads")


@pytest.fixture
def library(database: Database, clock: ManualClock, images: ImageStore) -> Library:
    roots = [ContentRoot(LIBRARY_DIR, ModuleSource.LIBRARY)]
    sync_content(
        database,
        roots=roots,
        images=images,
        confirm_removals=False,
        actor=SYNC,
        now=clock.now(),
    )
    with database.reading() as session:
        versions = found_versions(session, QuestionFilter())
        return exported_questions(session, versions, images=images)


def test_a_version_gives_the_draft_that_made_it(
    library: Library, session: Session, images: ImageStore
) -> None:
    """Even where the text of the module is not kept, hash and picture come out the same."""
    rows = session.execute(
        select(Question.public_id, QuestionVersion.content_hash).join(
            QuestionVersion, QuestionVersion.id == Question.current_version_id
        )
    ).all()
    stored = {row.public_id: row.content_hash for row in rows}

    for question in library:
        urls = {
            path: ADDRESS + next(p.name for p in _stored(images) if p.read_bytes() == data)
            for path, data in question.images.items()
        }
        assert content_hash(question.draft, urls) == stored[question.public_id], question.public_id
    assert len(library) > 100


def test_our_own_formats_give_the_library_back(library: Library) -> None:
    for format_ in ("markdown", "json"):
        file = WRITERS[format_].write(library)
        items = READERS[format_](file.data, f"题目{file.suffix}")
        found = {item.external_id: item for item in items}

        assert file.losses == ()
        assert len(items) == len(library)
        for question in library:
            item = found[question.public_id]
            assert item.draft is not None, item.errors
            assert settled(item.draft) == settled(question.draft), (format_, question.public_id)


@pytest.mark.parametrize("format_", ["moodle-xml", "gift", "qti-2.1", "qti-3.0", "xlsx", "text"])
def test_foreign_formats_give_the_keys_of_the_library_back(library: Library, format_: str) -> None:
    file = WRITERS[format_].write(library)
    reader = READERS["qti" if format_.startswith("qti") else format_]
    found = {item.external_id: item for item in reader(file.data, f"题目{file.suffix}")}
    left_out = set(file.questions_with(LossKind.LEFT_OUT))
    lossy = {loss.public_id for loss in file.losses if loss.field in ("排版", "单位", "数值比较")}

    for question in library:
        if question.public_id in left_out:
            continue
        if format_ == "gift" and question.draft.type is QuestionType.CASE_ANALYSIS:
            # GIFT has no cases: it comes back as a description and its sub-questions.
            continue
        said, kept = said_by(question), said_by_item(found[question.public_id])
        assert kept["type"] is said["type"], question.public_id
        assert kept["reference"] == said["reference"]
        assert kept["explanation"] or not said["explanation"]
        if question.public_id not in lossy:
            assert kept["answer"] == said["answer"], question.public_id


def test_a_module_whose_text_is_kept_is_exported_as_its_author_wrote_it(
    library: Library, session: Session, database: Database, images: ImageStore
) -> None:
    question = next(each for each in library if each.draft.explanation)
    text = Path(question.draft.path.replace("content", str(LIBRARY_DIR), 1)).read_text("utf-8")
    said = question.draft.explanation or ""
    assert said in text
    written = text.replace(said, f"{said}_也可以这样写_")
    version = session.scalars(
        select(ModuleVersion).where(ModuleVersion.source_path == question.draft.path)
    ).one()
    version.source_text = written
    session.commit()

    with database.reading() as reading:
        again = exported_questions(
            reading, found_versions(reading, QuestionFilter()), images=images
        )

    found = next(each for each in again if each.public_id == question.public_id)
    assert found.draft.explanation == f"{said}_也可以这样写_"


def _stored(images: ImageStore) -> list[Path]:
    assert images.folder is not None
    return sorted(images.folder.glob("*")) if images.folder.is_dir() else []
