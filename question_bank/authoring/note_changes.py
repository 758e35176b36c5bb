"""Changing one note of chosen questions in a file's text, all else as its author wrote it. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from learning.parsing import RawBlock, lines_of, parse_module
from question_bank.authoring.blocks import read_alone
from question_bank.authoring.metadata import DIFFICULTIES, STATES
from question_bank.authoring.notes import Note
from question_bank.authoring.reading import Reading
from question_bank.drafts import AuthorState, QuestionDraft, with_parts


class ChangeKind(Enum):
    """What is done to each chosen question."""

    ADD_TAG = "add_tag"
    REMOVE_TAG = "remove_tag"
    DIFFICULTY = "difficulty"
    RETIRE = "retire"
    ENABLE = "enable"


@dataclass(frozen=True)
class NoteChange:
    """One change of 标签, 难度 or 状态."""

    kind: ChangeKind
    tag: str = ""
    difficulty: int = 3

    @property
    def key(self) -> str:
        return _KEYS[self.kind]

    def made_to(self, draft: QuestionDraft) -> QuestionDraft:
        """What the question says afterwards; the parts of a case follow its state."""
        if self.kind is ChangeKind.ADD_TAG:
            return replace(draft, tags=tuple(dict.fromkeys([*draft.tags, self.tag])))
        if self.kind is ChangeKind.REMOVE_TAG:
            return replace(draft, tags=tuple(tag for tag in draft.tags if tag != self.tag))
        if self.kind is ChangeKind.DIFFICULTY:
            return replace(draft, difficulty=self.difficulty)
        is_retired = self.kind is ChangeKind.RETIRE
        state = AuthorState.RETIRED if is_retired else AuthorState.ENABLED
        parts = tuple(replace(part, state=state) for part in draft.parts)
        return replace(draft, state=state, parts=parts)


@dataclass(frozen=True)
class ChangedText:
    """The text after a change; `refused` are questions that only a person can change."""

    text: str
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    refused: tuple[str, ...]


_KEYS = {
    ChangeKind.ADD_TAG: "标签",
    ChangeKind.REMOVE_TAG: "标签",
    ChangeKind.DIFFICULTY: "难度",
    ChangeKind.RETIRE: "状态",
    ChangeKind.ENABLE: "状态",
}


def with_note_changed(
    text: str, path: str, public_ids: Collection[str], change: NoteChange
) -> ChangedText:
    """Make the change to the questions with these ids.

    Refused is a question that is not in the text, has an error, has a comment where the note
    stands, is a part whose state is that of its case, or would be read otherwise afterwards.
    """
    questions = [each for each in _questions(text, path) if each.public_id in public_ids]
    changed, refused = [], {*public_ids} - {each.public_id for each in questions}
    for each in questions:
        if each.draft is None or (each.reading.is_part and change.key == "状态"):
            refused.add(each.public_id)
        elif change.made_to(each.draft) != each.draft:
            changed.append(each)
    before = _drafts_of(text, path)
    while True:
        doing = [each for each in changed if each.public_id not in refused]
        made, touched_comments = _rewritten(text, doing, change)
        wrong = touched_comments or _wrong(before, made, path, doing, change)
        if not wrong:
            break
        refused |= wrong
    done = {each.public_id for each in doing}
    unchanged = {each.public_id for each in questions} - done - refused
    order = [each.public_id for each in questions]
    return ChangedText(
        made,
        tuple(one for one in order if one in done),
        tuple(one for one in order if one in unchanged),
        tuple(sorted(refused)),
    )


@dataclass(frozen=True)
class _Question:
    """A question or part of a case in the text; without a draft when it has an error."""

    public_id: str
    block: RawBlock
    reading: Reading
    draft: QuestionDraft | None


def _questions(text: str, path: str) -> Iterator[_Question]:
    module, _ = parse_module(text, path)
    for block in module.blocks:
        draft, _problems, readings = read_alone(block, path=path)
        drafts = {part.line: part for part in with_parts([draft] if draft else [])}
        for reading in readings:
            public_id = reading.block.public_id
            if public_id is not None:
                yield _Question(public_id, block, reading, drafts.get(reading.block.line))


def _rewritten(text: str, questions: list[_Question], change: NoteChange) -> tuple[str, set[str]]:
    """The text with every note written, and the questions in whose way a comment stands."""
    lines = lines_of(text)
    new: dict[int, list[str]] = {}
    in_the_way = set()
    for each in questions:
        assert each.draft is not None
        edits = _edits(each, lines, change.key, _value(change, change.made_to(each.draft)))
        read = {each.block.line + 1 + at: line for at, line in enumerate(each.block.lines)}
        if any(lines[number - 1] != read.get(number) for number in edits):
            in_the_way.add(each.public_id)
        new |= edits
    out: list[str] = []
    for number, line in enumerate(lines, start=1):
        out += new.get(number, [line])
    return "\n".join(out), in_the_way


def _value(change: NoteChange, draft: QuestionDraft) -> str:
    if change.key == "标签":
        return "、".join(draft.tags)
    if change.key == "难度":
        return next(word for word, level in DIFFICULTIES.items() if level == draft.difficulty)
    return next(word for word, state in STATES.items() if state is draft.state)


def _edits(each: _Question, lines: list[str], key: str, value: str) -> dict[int, list[str]]:
    """What stands in place of a line, by its number."""
    notes = [*each.reading.notes.values(), *each.reading.answers.values()]
    note = each.reading.notes.get(key)
    if note is not None:
        return _replaced(note, lines, value)
    explanation = each.reading.notes.get("解析")
    if explanation is not None:
        number, line = explanation.place.number, lines[explanation.place.number - 1]
        return {number: [f"{_mark(explanation, lines)}{key}：{value}", line]}
    if notes:
        number, last = max((_last_line(note), note.place.number) for note in notes)
        sibling = next(note for note in notes if note.place.number == last)
        return {number: [lines[number - 1], f"{_mark(sibling, lines)}{key}：{value}"]}
    number = max(line.number for line in each.reading.lines if not line.is_blank)
    return {number: [lines[number - 1], "", f"> - {key}：{value}"]}


def _replaced(note: Note, lines: list[str], value: str) -> dict[int, list[str]]:
    number = note.place.number
    gone: dict[int, list[str]] = {line.number: [] for line in note.values}
    if not value:
        return gone | {number: []}
    line = lines[number - 1]
    is_beside = bool(note.values) and note.values[0].number == number
    head = line[: note.values[0].column - 1] if is_beside else line.rstrip()
    return gone | {number: [head + value]}


def _mark(note: Note, lines: list[str]) -> str:
    """What stands before the key on the note's line: the quote's mark and the item's."""
    return lines[note.place.number - 1][: note.place.column - 1]


def _last_line(note: Note) -> int:
    return max([note.place.number, *(line.number for line in note.values)])


def _drafts_of(text: str, path: str) -> list[QuestionDraft | None]:
    module, _ = parse_module(text, path)
    return [read_alone(block, path=path)[0] for block in module.blocks]


def _wrong(
    before: list[QuestionDraft | None],
    made: str,
    path: str,
    questions: list[_Question],
    change: NoteChange,
) -> set[str]:
    """The changed questions of each block that now says anything but what it should."""
    after = _drafts_of(made, path)
    doing = {each.public_id for each in questions}
    if len(after) != len(before):
        return doing
    wrong: set[str | None] = set()
    for old, new in zip(before, after, strict=True):
        if old is None:
            continue
        if _said(_changed(old, doing, change)) != _said(new):
            wrong |= {part.public_id for part in with_parts([old]) if part.public_id in doing}
    return {public_id for public_id in wrong if public_id}


def _changed(draft: QuestionDraft, doing: set[str], change: NoteChange) -> QuestionDraft:
    parts = tuple(_changed(part, doing, change) for part in draft.parts)
    draft = replace(draft, parts=parts)
    return change.made_to(draft) if draft.public_id in doing else draft


def _said(value: Any) -> Any:
    """What a draft says, without the places at which it stands."""
    if hasattr(value, "__dataclass_fields__"):
        return [_said(getattr(value, name)) for name in vars(value) if name not in _PLACES]
    if isinstance(value, tuple):
        return [_said(item) for item in value]
    return value


_PLACES = {"line", "column"}
