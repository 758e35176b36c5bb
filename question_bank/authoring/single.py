"""One question as a text of its own, outside any file: what proposals and edited blocks are."""

from collections.abc import Sequence
from dataclasses import replace

from core.errors import ERROR, Problem
from learning.parsing import parse_module
from question_bank.authoring.blocks import parse_block, read_alone
from question_bank.authoring.references import DeclaredSource
from question_bank.drafts import QuestionDraft

_FRONT = ("---", "类别: 题库", "模块: x", "---")


def read_single(
    block: str,
    *,
    module_key: str = "",
    anchors: frozenset[str] | None = None,
    sources: Sequence[DeclaredSource] = (),
    audience: frozenset[str] | None = None,
) -> tuple[QuestionDraft | None, list[Problem]]:
    """The one question of the text, with problems whose lines count from the text's first.

    Without `anchors` what it cites is taken as it stands.
    """
    module, problems = parse_module("\n".join([*_FRONT, block]), "")
    shown = [problem for problem in problems if problem.line > len(_FRONT)]
    draft: QuestionDraft | None = None
    if len(module.blocks) != 1 or module.prose_markdown.strip():
        fix = "只留一道题：从 ### 【题型】 开始，到题注结束"
        told = "这里要正好是一道题" if len(module.blocks) != 1 else "题目前面或后面还有别的文字"
        shown.append(Problem("", len(_FRONT) + 1, 1, ERROR, "E118", told, fix))
    elif anchors is None:
        draft, found, _ = read_alone(module.blocks[0], path="")
        shown += found
    else:
        draft, found = parse_block(
            module.blocks[0],
            path="",
            module_key=module_key,
            anchors=anchors,
            sources=sources,
            audience=audience,
        )
        shown += found
    if any(problem.is_error for problem in shown):
        draft = None
    return draft, [replace(problem, line=problem.line - len(_FRONT)) for problem in shown]
