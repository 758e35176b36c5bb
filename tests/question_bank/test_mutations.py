"""Files of the library with one character in the other width, or one line lost.

A wider character changes nothing; a lost line never turns a question into another one in silence.
`SOAK=1` (make soak) tries every place, `make test` one in so many.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from core.errors import Problem
from learning.parsing import ParsedModule, RawBlock, parse_module
from question_bank.authoring.blocks import parse_block
from question_bank.authoring.lines import lines_of_block
from question_bank.authoring.notes import stray_notes
from question_bank.drafts import QuestionDraft, with_parts
from question_bank.keys import AnswerKey, BlanksKey, MatchKey, RubricKey
from tests.question_bank.test_format import FILES
from tests.question_bank.test_widths import comparable_draft, wide
from tests.question_bank.test_write_block import without_places

IS_SOAK = os.environ.get("SOAK") == "1"
WIDTH_STRIDE, LINE_STRIDE = (1, 1) if IS_SOAK else (41, 11)
NAMES = [path.stem for path in FILES]


# In each kind of line the groups hold the structure, and nothing of what its author says.
STRUCTURE = [
    re.compile(r"(#+ )(?!#).*?(?:( \{#)[\w-]+(\}))?"),
    re.compile(r"(> - )(?:难度|标签|给分|解析|岗位|考点|乱序|状态|修订)(：).*"),
    re.compile(
        r"(> - )依据(：)(\[)[^\]]*(\]\([\w-]*#[\w-]+\))(?:(；\[)[^\]]*(\]\([\w-]*#[\w-]+\)))*"
    ),
    re.compile(r"(> - )(?:答案|分值)(\d*：)(?:(\d+(?:\+\d+)*)|对|错)(?:( \| ).*)?"),
    re.compile(r"(- \[[x ]\] ).*"),
    re.compile(r"(    - )(?:反馈)(：).*"),
    re.compile(r"[^>#-].*?(____).*?(?:(____).*)?"),
    re.compile(r"(?:  - |    )?(?:标识|标题|类别|版本|来源|简称|名称|条款|学时)(:)(?: .*)?"),
]


def mutants_of(text: str) -> Iterator[str]:
    """The text with one structural character at a time in the other width."""
    start = 0
    for line in text.split("\n"):
        found = next((match for form in STRUCTURE if (match := form.fullmatch(line))), None)
        spans = [found.span(group) for group in range(1, len(found.groups()) + 1)] if found else []
        for place in [start + index for span in spans for index in range(*span)]:
            other = (
                ":" if text[place] == "：" else ";" if text[place] == "；" else wide(text[place])
            )
            yield text[:place] + other + text[place + 1 :]
        start += len(line) + 1


class Reader:
    """Reads variants of one file; a block that did not change is read once."""

    def __init__(self, text: str, path: str) -> None:
        self.path = path
        self.whole, _ = parse_module(text, path)
        self.read_block = lru_cache(maxsize=None)(self._read_block)

    def _read_block(self, block: RawBlock) -> tuple[QuestionDraft | None, tuple[Problem, ...]]:
        front = self.whole.front
        draft, problems = parse_block(
            block,
            path=self.path,
            module_key=front.key,
            anchors=self.whole.anchors,
            sources=front.sources,
            audience=frozenset(front.audience) or None,
        )
        return draft, tuple(problems)

    def read(self, text: str) -> tuple[ParsedModule, dict[str, QuestionDraft], list[Problem]]:
        module, problems = parse_module(text, self.path)
        drafts: dict[str, QuestionDraft] = {}
        for block in module.blocks:
            draft, found = self.read_block(block)
            problems += found
            for one in with_parts([draft] if draft else []):
                drafts[one.public_id or ""] = one
        taken = {
            number
            for block in module.blocks
            for number in range(block.line, block.line + len(block.lines) + 1)
        }
        lines = [line for line in lines_of_block(0, text.split("\n")) if line.number not in taken]
        for line in stray_notes(lines):
            problems.append(Problem(self.path, line.number, 1, "错误", "E116", "", ""))
        return module, drafts, problems


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_any_structural_character_of_a_file_may_be_full_width(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    reader = Reader(text, path.name)
    _, expected, _ = reader.read(text)

    for index, mutant in enumerate(mutants_of(text)):
        if (index + len(path.name)) % WIDTH_STRIDE:
            continue
        module, drafts, problems = reader.read(mutant)
        assert module.front.sources == reader.whole.front.sources
        assert module.sections == reader.whole.sections
        assert drafts.keys() == expected.keys(), difference(text, mutant)
        assert not [problem for problem in problems if problem.code != "E102"]
        for public_id, draft in drafts.items():
            assert comparable_draft(draft) == comparable_draft(expected[public_id])


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_lost_line_of_a_file_never_changes_a_question_in_silence(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    reader = Reader(text, path.name)
    _, expected, _ = reader.read(text)
    lines = text.split("\n")

    for index in range(len(path.name) % LINE_STRIDE, len(lines) - 1, LINE_STRIDE):
        module, drafts, problems = reader.read("\n".join(lines[:index] + lines[index + 1 :]))
        errors = [problem for problem in problems if problem.is_error]
        told = f"{path.name}:{index + 1}: {lines[index]}"
        assert len(module.blocks) == len(reader.whole.blocks) or errors, told
        for public_id, whole in expected.items():
            draft = drafts.get(public_id)
            if draft is None:
                assert errors, told
                assert any(near(index + 1, p, reader.whole) for p in errors), told
            else:
                assert draft.type is whole.type, told
                assert keeps_key(draft, whole), told


def near(line: int, problem: Problem, module: ParsedModule) -> bool:
    """Say whether the problem stands in the block that lost a line, or in the one above it."""
    spans = [(0, module.blocks[0].line)] if module.blocks else []
    spans += [(block.line - 1, block.line + len(block.lines) + 1) for block in module.blocks]
    damaged = [start for start, end in spans if start <= line <= end]
    above = [start for start, _end in spans if start < min(damaged, default=0)]
    ends = [end for start, end in spans if start in damaged]
    return not damaged or [*above[-1:], *damaged][0] <= problem.line <= max(ends)


def keeps_key(draft: QuestionDraft, whole: QuestionDraft) -> bool:
    """The key is the same, or that of the options, pairs and points which are left."""
    if isinstance(draft.key, RubricKey) and isinstance(whole.key, RubricKey):
        return set(draft.key.points) <= set(whole.key.points)
    if isinstance(draft.key, MatchKey):
        return pairs_of(draft) <= pairs_of(whole)
    marks = {option.text: option.is_right for option in whole.options}
    left = {option.text: option.is_right for option in draft.options}
    is_same = without_points(draft.key) == without_points(whole.key)
    return is_same or (bool(left) and all(marks.get(text) == left[text] for text in left))


def pairs_of(draft: QuestionDraft) -> set[tuple[str, str]]:
    assert isinstance(draft.key, MatchKey)
    return {(draft.premises[a - 1].text, draft.options[b - 1].text) for a, b in draft.key.pairs}


def without_points(key: AnswerKey) -> object:
    """A lost 分值 leaves the points to the paper, and the answers as they are."""
    if isinstance(key, BlanksKey):
        return tuple(replace(blank, points_tenths=None) for blank in key.blanks)
    return without_places(key)


def difference(text: str, mutant: str) -> str:
    pairs: Iterator[tuple[str, str]] = zip(text.split("\n"), mutant.split("\n"), strict=False)
    return " / ".join(f"{old} → {new}" for old, new in pairs if old != new)
