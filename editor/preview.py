"""What a text would look like and what is wrong with it; writes nothing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from core.config import LIBRARY_DIR
from core.errors import Problem
from core.markup import render
from core.mends import usable
from learning.image_sizes import file_ratio
from learning.images import FileImages, ImageStore, Pictures, StoredPicture
from learning.models import ModuleSource
from learning.parsing import ParsedModule
from learning.sources import HeldFile, read_image, read_module
from question_bank.drafts import QuestionDraft
from question_bank.library import assembled, broken_links
from question_bank.models import Question, QuestionVersion
from question_bank.rendering import prepare
from question_bank.versioning import built_version

# Written on save; nobody need type it.
WRITTEN_ON_SAVE = {"E404"}
UNNAMED = "q-000000"


@dataclass(frozen=True)
class Neighbourhood:
    """What a text needs of the rest of the library, read before it is looked at."""

    anchors: Mapping[str, frozenset[str]]
    pictures: Mapping[str, StoredPicture]
    # For a companion file: path and text of the module that it belongs to.
    main: tuple[str, str] | None = None


@dataclass(frozen=True)
class Card:
    """A question of the text as it would be stored; `line` is its heading's."""

    line: int
    question: Question
    version: QuestionVersion
    parts: dict[int, tuple[Question, QuestionVersion]]


@dataclass(frozen=True)
class Preview:
    """The rendered text with a mark at each question, the cards, and what is wrong."""

    html: str
    block_lines: tuple[int, ...]
    cards: dict[int, Card]
    problems: tuple[Problem, ...]
    counts: dict[str, int]
    anchors: tuple[tuple[str, str, int], ...]

    @property
    def errors(self) -> int:
        return sum(problem.is_error for problem in self.problems)


def preview_of(
    text: str, path: str, near: Neighbourhood, *, images: ImageStore, now: datetime
) -> Preview:
    """Take a text apart as publication would, and render all that can be rendered."""
    file = _held(path, text, near, images)
    read = [(file, *read_module(file))]
    parsed = read[0][1]
    if near.main is not None:
        other = _held(*near.main, near, images)
        read.insert(0, (other, *read_module(other)))
    library = assembled(read)
    problems = list(library.problems)
    drafts: list[QuestionDraft] = []
    for unit in library.units.values():
        problems += broken_links(unit, anchors_of=near.anchors.get)
        drafts += [draft for draft in unit.drafts if draft.path == file.shown_path]
    own = [p for p in problems if p.path == file.shown_path and p.code not in WRITTEN_ON_SAVE]
    own = sorted(dict.fromkeys(own), key=lambda p: (p.line, p.column, p.code, p.message))
    own = [replace(problem, mend=usable(problem.mend, text)) for problem in own]
    url = FileImages(file, images)
    cards = {
        draft.line: _card(draft, file, url, now=now)
        for draft in drafts
        if all(read_image(file, image)[0] is not None for image in draft.images)
    }
    return Preview(
        html=render(parsed.body_markdown, image_url=url),
        block_lines=tuple(block.line for block in parsed.blocks),
        cards=cards,
        problems=tuple(own),
        counts=dict(Counter(block.type_word for block in parsed.blocks)),
        anchors=_anchors(parsed),
    )


def _anchors(parsed: ParsedModule) -> tuple[tuple[str, str, int], ...]:
    return tuple((part.anchor, part.title, part.line) for part in parsed.sections)


def _held(path: str, text: str, near: Neighbourhood, images: ImageStore) -> HeldFile:
    pictures = Pictures(near.pictures, images)
    return HeldFile(LIBRARY_DIR / path, LIBRARY_DIR, ModuleSource.ENTERPRISE, text, pictures)


def _card(draft: QuestionDraft, file: HeldFile, url: FileImages, *, now: datetime) -> Card:
    parts = {
        number: _row(part, file, url, [], now=now)
        for number, part in enumerate(draft.parts, start=1)
    }
    question, version = _row(draft, file, url, list(parts), now=now)
    return Card(draft.line, question, version, parts)


def _row(
    draft: QuestionDraft, file: HeldFile, url: FileImages, part_ids: list[int], *, now: datetime
) -> tuple[Question, QuestionVersion]:
    """Rows that belong to no session, to be shown as the bank shows its own."""
    named = replace(
        draft,
        public_id=draft.public_id or UNNAMED,
        parts=tuple(replace(part, public_id=part.public_id or UNNAMED) for part in draft.parts),
    )
    ratio = partial(file_ratio, file)
    prepared = prepare(named, image_url=url, known={}, image_ratio=ratio)
    html = prepared.html
    assert html is not None
    feedback = {str(n): said for n, said in enumerate(html.feedback, start=1) if said}
    question = Question(
        public_id=prepared.public_id,
        type=draft.type,
        title=draft.title,
        difficulty=draft.difficulty,
        explanation_html=html.explanation,
        feedback_html=feedback,
    )
    return question, built_version(question, prepared, [], None, part_ids, now=now)
