"""Two questions on one clause whose keys cannot both be right; pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from question_bank.answers import AcceptedForm, NumberForm, TextForm, accepts
from question_bank.authoring.references import normal_clause
from question_bank.authoring.wording import normal
from question_bank.drafts import AnchorReference, QuestionDraft
from question_bank.keys import BlankKey, BlanksKey, QuestionType, VerdictKey

# More questions with one stem are copies, which duplicates tell of.
_MOST_OF_ONE_STEM = 30


def contradictions(
    drafts: Sequence[QuestionDraft],
) -> Iterator[tuple[QuestionDraft, QuestionDraft, str]]:
    """(a question, the earlier one, how they contradict); both rest on a common clause.

    Equal sentences in two rules may rightly differ, so a common clause is asked for.
    """
    stems: dict[str, list[QuestionDraft]] = defaultdict(list)
    for draft in drafts:
        stem = normal(draft.stem)
        if draft.type is QuestionType.TRUE_FALSE:
            # A statement and its denial meet under the same key.
            stem = stem.replace("不", "")
        stems[stem].append(draft)
    for same in stems.values():
        for earlier, later in combinations(same[:_MOST_OF_ONE_STEM], 2):
            how = _contradiction(earlier, later)
            if how is not None and clauses_of(earlier) & clauses_of(later):
                yield later, earlier, how


def clauses_of(draft: QuestionDraft) -> frozenset[tuple[str, str]]:
    """The clauses that a question rests on, comparable between modules."""
    return frozenset(
        (reference.module_key or draft.module_key, "#" + reference.anchor)
        if isinstance(reference, AnchorReference)
        else (reference.source, normal_clause(reference.clause))
        for reference in draft.references
    )


def _contradiction(one: QuestionDraft, other: QuestionDraft) -> str | None:
    if one.type is not other.type:
        return None
    if isinstance(one.key, VerdictKey) and isinstance(other.key, VerdictKey):
        is_equal = normal(one.stem) == normal(other.stem)
        denials = normal(one.stem).count("不") - normal(other.stem).count("不")
        if is_equal and one.key.verdict is not other.key.verdict:
            return "同一句话，一题判对，一题判错"
        if denials % 2 and one.key.verdict is other.key.verdict:
            return "一句话和它的否定，两题的判断却一样"
        return None
    if isinstance(one.key, BlanksKey) and isinstance(other.key, BlanksKey):
        pairs = zip(one.key.blanks, other.key.blanks, strict=False)
        for number, (mine, theirs) in enumerate(pairs, 1):
            if not _meet(mine, theirs):
                return f"同一句话，第 {number} 个空的答案没有一个相同"
        return None
    return _choices(one, other)


def _choices(one: QuestionDraft, other: QuestionDraft) -> str | None:
    mine, theirs = _texts(one, True), _texts(other, True)
    all_mine, all_theirs = mine | _texts(one, False), theirs | _texts(other, False)
    if all_mine == all_theirs and mine != theirs:
        return "题干和选项相同，答案不同"
    if mine & _texts(other, False) or theirs & _texts(one, False):
        return "题干相同，一题的答案在另一题里是错的选项"
    return None


def _texts(draft: QuestionDraft, is_right: bool) -> set[str]:
    return {normal(option.text) for option in draft.options if option.is_right is is_right}


def _meet(one: BlankKey, other: BlankKey) -> bool:
    return any(_agree(mine, theirs) for mine in one.accepted for theirs in other.accepted)


def _agree(one: AcceptedForm, other: AcceptedForm) -> bool:
    if isinstance(one, NumberForm) and isinstance(other, NumberForm):
        is_unit = not one.unit or not other.unit or one.unit == other.unit
        return is_unit and one.low <= other.high and other.low <= one.high
    if isinstance(one, TextForm):
        return accepts(other, one.text)
    return isinstance(other, TextForm) and accepts(one, other.text)
