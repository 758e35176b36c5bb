"""The editor's door to the store, for tests."""

from collections.abc import Mapping

from core.identity import Actor
from question_bank.exporting import ExportReport, export_content
from question_bank.publication import FileText, PublicationPlan, plan_publication, publish_files
from tests.question_bank.files import Folder

EDITOR = Actor.system("editor")


def planned(folder: Folder, texts: Mapping[str, str]) -> PublicationPlan:
    files = [FileText(path, text) for path, text in texts.items()]
    with folder.database.reading() as session:
        return plan_publication(session, files, images=folder.images)


def published(
    folder: Folder, texts: Mapping[str, str], *, actor: Actor = EDITOR, confirm: bool = True
) -> PublicationPlan:
    """Publish a minute later."""
    folder.later()
    return publish_files(
        folder.database,
        [FileText(path, text) for path, text in texts.items()],
        images=folder.images,
        confirm_removals=confirm,
        actor=actor,
        now=folder.clock.now(),
    )


def exported(folder: Folder, module_key: str | None = None) -> ExportReport:
    folder.later()
    return export_content(
        folder.database,
        content_dir=folder.path,
        images=folder.images,
        module_key=module_key,
        actor=Actor.system("content-export"),
        now=folder.clock.now(),
    )
