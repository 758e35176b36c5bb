"""The 题注 of a draft in canonical form: one fixed order of keys, defaults left out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from question_bank.authoring.escapes import one_line, safe_continuation, safe_text
from question_bank.authoring.metadata import (
    DEFAULT_DIFFICULTY,
    DIFFICULTIES,
    REVISIONS,
    RULES,
    RULES_WITH_POINTS,
    SHUFFLES,
    STATES,
)
from question_bank.drafts import AnchorReference, AuthorState, QuestionDraft, Reference, Shuffle
from question_bank.keys import BlanksKey, RubricKey, RuleName, ScoringRule, VerdictKey

INDENT = "    "
# Rules whose points stand after the word without their unit.
_BARE = {RuleName.MINUS_PER_MISS}


@dataclass(frozen=True)
class AuthorNotes:
    """Which keys the author wrote, so that a default is neither added nor taken away.

    `verbatim` holds the values of keys in the author's own words.
    """

    keys: frozenset[str]
    verbatim: Mapping[str, str] = field(default_factory=dict)


def write_notes(
    draft: QuestionDraft, author: AuthorNotes | None = None, *, is_part: bool = False
) -> list[str]:
    """The lines of the quote; none when nothing is to be said."""
    lines: list[str] = []
    for key, value in _entries(draft, is_part=is_part):
        default = _sum_of_parts(draft) if key == "分值" else _DEFAULTS.get(key)
        is_wanted = value != default if author is None else key in author.keys
        if value and (is_wanted or key in _ANSWERS or key.startswith("答案")):
            lines += _entry(key, author.verbatim.get(key, value) if author else value)
    return [f"> {line}".rstrip() for line in lines]


def rule_words(rule: ScoringRule) -> str:
    """给分 as the author writes it."""
    if rule.tenths is not None:
        word = next(word for word, name in RULES_WITH_POINTS.items() if name is rule.name)
        return f"{word}{points_words(rule.tenths)}" + ("" if rule.name in _BARE else "分")
    return next(word for word, name in RULES.items() if name is rule.name)


def points_words(tenths: int) -> str:
    """Points as the author writes them: 2 or 1.5."""
    whole, rest = divmod(tenths, 10)
    return f"{whole}.{rest}" if rest else str(whole)


_ANSWERS = ("参考答案", "采分点", "顺序")
_DEFAULTS = {"难度": "中", "乱序": "是", "状态": "启用"}


def _entries(draft: QuestionDraft, *, is_part: bool) -> Iterator[tuple[str, str]]:
    yield from _answers(draft)
    yield "依据", "；".join(_reference(reference) for reference in draft.references)
    yield "分值", _points(draft)
    yield "难度", _word(DIFFICULTIES, draft.difficulty or DEFAULT_DIFFICULTY)
    yield "标签", "、".join(one_line(tag) for tag in draft.tags)
    yield "给分", rule_words(draft.rule) if draft.rule else ""
    yield "岗位", "、".join(one_line(post) for post in draft.positions)
    yield "考点", "、".join(draft.facts)
    yield "乱序", _word(SHUFFLES, draft.shuffle or Shuffle.ALL)
    yield "状态", "" if is_part else _word(STATES, draft.state or AuthorState.ENABLED)
    yield "修订", _word(REVISIONS, draft.revision) if draft.revision else ""
    yield "忽略", "；".join(f"{code}（{one_line(reason)}）" for code, reason in draft.waived)
    yield "解析", safe_text(draft.explanation or "").strip()


def _answers(draft: QuestionDraft) -> Iterator[tuple[str, str]]:
    key = draft.key
    if isinstance(key, VerdictKey):
        yield "答案", "对" if key.verdict else "错"
    elif isinstance(key, BlanksKey):
        for number, blank in enumerate(key.blanks, start=1):
            yield f"答案{number}", " | ".join(one_line(written) for written in blank.written)
        yield "顺序", _groups(key)
    elif isinstance(key, RubricKey):
        yield "参考答案", safe_text(key.model_answer or "").strip()
        yield "采分点", "".join(f"\n{_scoring_point(p.text, p.tenths)}" for p in key.points)


def _groups(key: BlanksKey) -> str:
    groups: dict[int, list[int]] = {}
    for number, blank in enumerate(key.blanks, start=1):
        if blank.group is not None:
            groups.setdefault(blank.group, []).append(number)
    if list(groups.values()) == [list(range(1, len(key.blanks) + 1))]:
        return "不限"
    return "；".join("、".join(map(str, groups[group])) for group in sorted(groups))


def _scoring_point(text: str, tenths: int) -> str:
    first, *more = safe_text(text).strip().split("\n")
    lines = [f"- {points_words(tenths)}分：{first.strip()}"]
    lines += [f"{INDENT}{safe_continuation(line.strip())}" for line in more if line.strip()]
    return "\n".join(lines)


def _points(draft: QuestionDraft) -> str:
    key = draft.key
    if isinstance(key, BlanksKey) and len(key.blanks) > 1:
        each = [blank.points_tenths for blank in key.blanks]
        if None not in each:
            return "+".join(points_words(tenths or 0) for tenths in each)
    return points_words(draft.points_tenths) if draft.points_tenths else ""


def _sum_of_parts(draft: QuestionDraft) -> str | None:
    """What the 分值 of a case comes to without being stated."""
    points = [part.points_tenths for part in draft.parts]
    return points_words(sum(tenths or 0 for tenths in points)) if points and all(points) else None


def _reference(reference: Reference) -> str:
    text = one_line(reference.text)
    if not isinstance(reference, AnchorReference):
        return text
    text = "".join(f"&#{ord(sign)};" if sign in "]］" else sign for sign in text)
    return f"[{text}]({reference.module_key or ''}#{reference.anchor})"


def _word(words: Mapping[str, object], value: object) -> str:
    return next(word for word, meant in words.items() if meant == value and not word.isdigit())


def _entry(key: str, value: str) -> list[str]:
    first, *more = value.split("\n")
    lines = [f"- {key}：{first.strip()}"]
    return lines + [f"{INDENT}{line.rstrip()}" if line.strip() else "" for line in more]
