"""Where chosen questions of the bank stand, and what a change would make of their files."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from editor.models import WorkingState
from editor.queries.copies import open_copy_of
from editor.queries.files import published_file
from question_bank.authoring.note_changes import ChangedText, NoteChange, with_note_changed
from question_bank.models import Question


@dataclass(frozen=True)
class FileChange:
    """One file with the text that it would have; `before` is the text it has now."""

    path: str
    module_key: str
    before: str
    made: ChangedText
    has_copy: bool
    is_library: bool


@dataclass(frozen=True)
class BulkPlan:
    """What a change would do; `in_review` and `not_here` are questions that it cannot reach."""

    files: tuple[FileChange, ...]
    in_review: tuple[str, ...]
    not_here: tuple[str, ...]

    @property
    def changed(self) -> int:
        return sum(len(file.made.changed) for file in self.files)

    @property
    def unchanged(self) -> int:
        return sum(len(file.made.unchanged) for file in self.files)

    @property
    def refused(self) -> tuple[str, ...]:
        return tuple(one for file in self.files for one in file.made.refused)

    @property
    def written(self) -> tuple[FileChange, ...]:
        return tuple(file for file in self.files if file.made.changed)


def plan_bulk(session: Session, questions: Sequence[Question], change: NoteChange) -> BulkPlan:
    """Read each file once; a text that waits for its review is not changed under its reviewer."""
    by_path: dict[str, list[str]] = {}
    for question in questions:
        path = question.source_path.partition("/")[2]
        by_path.setdefault(path, []).append(question.public_id)
    files: list[FileChange] = []
    in_review: list[str] = []
    not_here: list[str] = []
    for path, public_ids in by_path.items():
        copy, published = open_copy_of(session, path), published_file(session, path)
        if copy is not None and copy.state is WorkingState.IN_REVIEW:
            in_review += public_ids
        elif copy is not None or published is not None:
            text = copy.text if copy else published.text if published else ""
            key = copy.module_key if copy else published.module_key if published else ""
            files.append(
                FileChange(
                    path=path,
                    module_key=key,
                    before=text,
                    made=with_note_changed(text, path, public_ids, change),
                    has_copy=copy is not None,
                    is_library=copy is None and published is not None and published.is_library,
                )
            )
        else:
            not_here += public_ids
    return BulkPlan(tuple(files), tuple(in_review), tuple(not_here))
