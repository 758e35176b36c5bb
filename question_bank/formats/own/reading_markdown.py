"""Our own Markdown → items: module files, companion files, and zips of them with pictures.

What the parser reports as an error refuses the question it stands in, with its line.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote

from core.archives import Archive
from core.errors import N_, Conflict, Problem
from learning.images import image_kind
from learning.parsing import RawBlock, decode, parse_module
from question_bank.authoring.blocks import read_alone
from question_bank.drafts import QuestionDraft
from question_bank.formats.archives import PACKAGE
from question_bank.formats.items import ForeignItem, ItemStatus, Remark
from question_bank.formats.limits import check_count, check_size
from question_bank.formats.own.items import item_of, with_own_module

# What a file of questions from elsewhere need not have: front matter, ids, and clauses that exist.
_FILE_CODES = {"E102", "E103", "E109", "E110", "E111", "E113", "E114", "E302", "E303"}
_NOT_ASKED = {"E404", "E302", "E303"}
# Stands in for a 依据 that was not written, so that the rest of the question is read.
_NO_CLAUSE = "s-0"


@dataclass(frozen=True)
class ReadBlock:
    """A question of a file, where it stands, and what is wrong with it."""

    draft: QuestionDraft | None
    line: int
    end: int
    problems: tuple[Problem, ...]


def read_markdown(data: bytes, name: str) -> list[ForeignItem]:
    """Read a file, or every file of a zip with the pictures beside it."""
    check_size(data)
    if data[:2] != b"PK":
        return _read_file(data, name, None)
    archive = Archive(data, name, PACKAGE)
    paths = [path for path in archive.paths if path.lower().endswith(".md")]
    if not paths:
        raise Conflict(N_("%(name)s 里没有 .md 文件"), name=name)
    found: list[ForeignItem] = []
    for path in paths:
        found += _read_file(archive.read(path) or b"", path, archive)
        check_count(len(found))
    return found


def blocks_in(text: str, path: str) -> tuple[list[ReadBlock], list[Problem]]:
    """The questions of a file with whatever they cite taken as it stands; and all other problems.

    References name their module, so that a question may stand anywhere.
    """
    module, problems = parse_module(text, path)
    key = module.front.module_key if module.front.is_companion else module.front.key
    blocks = [_block(block, path, key or "") for block in module.blocks]
    return blocks, problems


def _block(block: RawBlock, path: str, module_key: str) -> ReadBlock:
    draft, problems, _ = read_alone(block, path=path)
    if draft is None and any(problem.code == "E301" for problem in problems):
        held = replace(block, anchor=_NO_CLAUSE, section_title=_NO_CLAUSE)
        draft, problems, _ = read_alone(held, path=path)
        draft = _without_clause(draft) if draft is not None else None
    if draft is not None:
        draft = with_own_module(_in_module(draft, module_key))
    # Where nothing can be read, whatever is wrong is the reason.
    kept = tuple(p for p in problems if draft is None or p.code not in _NOT_ASKED)
    return ReadBlock(draft, block.line, block.line + len(block.lines), kept)


def _without_clause(draft: QuestionDraft) -> QuestionDraft:
    kept = tuple(r for r in draft.references if getattr(r, "anchor", "") != _NO_CLAUSE)
    parts = tuple(_without_clause(part) for part in draft.parts)
    return replace(draft, references=kept, parts=parts)


def _in_module(draft: QuestionDraft, module_key: str) -> QuestionDraft:
    parts = tuple(_in_module(part, module_key) for part in draft.parts)
    return replace(draft, module_key=module_key, parts=parts)


def _read_file(data: bytes, path: str, archive: Archive | None) -> list[ForeignItem]:
    text, undecodable = decode(data, path)
    if undecodable:
        problem = undecodable[0]
        raise Conflict(
            N_("%(name)s 不是 UTF-8 编码：%(message)s"), name=path, message=problem.message
        )
    blocks, problems = blocks_in(text, path)
    check_count(len(blocks))
    items = [_item(block, archive, path) for block in blocks]
    items += list(_elsewhere(blocks, problems))
    return sorted(items, key=lambda item: item.line or 0)


def _item(block: ReadBlock, archive: Archive | None, path: str) -> ForeignItem:
    errors = tuple(_remark(problem) for problem in block.problems if problem.is_error)
    warnings = tuple(_remark(problem) for problem in block.problems if not problem.is_error)
    draft = block.draft
    if draft is None or errors:
        type_ = draft.type if draft is not None else None
        stem, title = (draft.stem, draft.title) if draft is not None else ("", "")
        return ForeignItem(
            ItemStatus.REFUSE,
            type_,
            stem,
            block.line,
            errors=errors,
            warnings=warnings,
            title=title,
        )
    images = dict(_pictures(draft, archive, path))
    missing = len(set(draft.images) - images.keys())
    if missing:
        warnings = (*warnings, Remark("W518", f"{missing} 张图片不在文件里，只有路径"))
    return item_of(draft, images=images, line=block.line, warnings=warnings)


def _pictures(
    draft: QuestionDraft, archive: Archive | None, path: str
) -> Iterator[tuple[str, bytes]]:
    if archive is None:
        return
    for source in draft.images:
        data = archive.read(posixpath.join(posixpath.dirname(path), unquote(source)))
        if data is not None and image_kind(data) is not None:
            yield source, data
    for part in draft.parts:
        yield from _pictures(part, archive, path)


def _elsewhere(blocks: list[ReadBlock], problems: list[Problem]) -> Iterator[ForeignItem]:
    """An item for each error that stands in no question, such as a heading nobody understands."""
    for problem in problems:
        within = any(block.line <= problem.line <= block.end for block in blocks)
        if problem.is_error and not within and problem.code not in _FILE_CODES:
            yield ForeignItem(ItemStatus.REFUSE, None, "", problem.line, errors=(_remark(problem),))


def _remark(problem: Problem) -> Remark:
    return Remark(problem.code, f"第 {problem.line} 行：{problem.message} → {problem.fix}")
