"""Questions → companion files in our own Markdown, one a module, with their pictures. Pure."""

import posixpath
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import unquote

from question_bank.authoring.writing import write_block
from question_bank.drafts import OptionDraft, QuestionDraft
from question_bank.formats.exported import ExportedQuestion
from question_bank.formats.losses import WrittenFile
from question_bank.formats.own.items import with_own_module
from question_bank.formats.packing import packed
from question_bank.formats.pictures import picture_path, with_paths
from question_bank.keys import RubricKey

SUFFIX = ".题库.md"


def write_markdown(questions: Sequence[ExportedQuestion]) -> WrittenFile:
    """One file for one module without pictures, otherwise a zip with a folder for each module."""
    modules: dict[str, list[ExportedQuestion]] = {}
    for question in questions:
        modules.setdefault(question.draft.module_key, []).append(question)
    files: dict[str, bytes] = {}
    for key, held in sorted(modules.items()):
        folder = key or "题目"
        pictures: dict[str, bytes] = {}
        text = _companion(key, [_settled(question, pictures) for question in held])
        files[f"{folder}/{folder}{SUFFIX}"] = text.encode("utf-8", "replace")
        files |= {f"{folder}/{path}": data for path, data in pictures.items()}
    if len(files) == 1:
        return WrittenFile(next(iter(files.values())), ".md", len(questions), ())
    return WrittenFile(packed(sorted(files.items())), ".zip", len(questions), ())


def _companion(module_key: str, drafts: Sequence[QuestionDraft]) -> str:
    front = f"---\n类别: 题库\n模块: {module_key}\n---\n\n"
    return front + "\n".join(write_block(draft) for draft in drafts)


def _settled(question: ExportedQuestion, pictures: dict[str, bytes]) -> QuestionDraft:
    """The draft with a path beside the file for each picture; adds the pictures.

    A path keeps its name unless it leaves the folder or another picture has it already.
    """
    new: dict[str, str] = {}
    for each in question.whole:
        for path, data in each.images.items():
            kept = _inside(path)
            if kept is None or pictures.get(kept, data) != data:
                kept = new[path] = picture_path(data)
            pictures[kept] = data
    draft = with_own_module(question.draft)
    return with_picture_paths(draft, new) if new else draft


def with_picture_paths(draft: QuestionDraft, new: dict[str, str]) -> QuestionDraft:
    """The draft with other paths for its pictures in all its texts."""

    def text(markdown: str) -> str:
        return with_paths(markdown, new.get)

    def option(each: OptionDraft) -> OptionDraft:
        return replace(each, text=text(each.text), feedback=each.feedback and text(each.feedback))

    key = draft.key
    if isinstance(key, RubricKey) and key.model_answer:
        key = RubricKey(key.points, text(key.model_answer))
    return replace(
        draft,
        stem=text(draft.stem),
        options=tuple(option(each) for each in draft.options),
        premises=tuple(option(each) for each in draft.premises),
        explanation=draft.explanation and text(draft.explanation),
        key=key,
        images=tuple(new.get(path, path) for path in draft.images),
        parts=tuple(with_picture_paths(part, new) for part in draft.parts),
    )


def _inside(path: str) -> str | None:
    """The place of a picture below the folder of its file; None where it lies elsewhere."""
    plain = posixpath.normpath(unquote(path))
    return None if plain.startswith(("/", "..")) or ":" in plain or "\\" in plain else plain
