"""Titles that other systems require and ours need not have. Pure."""

import re

from core.comparable import comparable
from question_bank.drafts import QuestionDraft
from question_bank.formats.html.plain import html_lines, plain_lines

LONGEST = 60
_NO_WORDS = re.compile(r"_+|!\[[^\]]*\]\([^)]*\)|\{\d*:[A-Z_]+:(?:\\.|[^}\\])*\}|[*~^=`#\\]|……?")


def title_for(draft: QuestionDraft) -> str:
    """The title of a question, or the beginning of its stem."""
    return draft.title or " ".join(plain_lines(draft.stem).split())[:LONGEST] or "题"


def own_title(title: str, stem: str) -> str:
    """The title, unless it only repeats the beginning of the stem, given as HTML or Markdown."""
    shown = " ".join(title.split())[:200]
    made = _bare(shown.rstrip("…."))
    return "" if made and _bare(html_lines(stem)).startswith(made) else shown


def _bare(text: str) -> str:
    """The words without blanks, gaps and marks, which a title shows otherwise."""
    return comparable(_NO_WORDS.sub("", text))
