"""Writing flaws of questions as warnings: they never stop a publication; pure and fast.

| code | flaw | bound |
|---|---|---|
| W301 | the key is by far the longest option | half as long again and five 汉字 longer |
| W303 | in too many questions of a module the longest option is the key | a chance below 1 % |
| W304 | the keys of a module prefer a letter, or 对 to 错 | chi-square beyond 0.1 % |
| W305 | 以上都对 that shuffling tears from its place | |
| W306 | double negation in the stem | |
| W307 | absolute words in wrong options alone | |
| W308 | nearly the same question twice in the bank | four fifths alike |
| W309 | a stem that does not stand alone | |
| W310 | the description of a picture tells the answer | |
| W311 | a clause with something to remember and no question | a hint |
| W312 | two questions on one clause contradict each other | |

An author switches one off for a question in its 题注: 忽略：W301（原因）. Such a question does not
count in W303 and W304 either.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb

from core.errors import HINT, WARNING, Problem
from core.markup import KEY_FACT
from learning.parsing import Section
from question_bank.authoring.contradictions import clauses_of, contradictions
from question_bank.authoring.duplicates import near_duplicates
from question_bank.authoring.references import normal_clause
from question_bank.authoring.wording import length, wording_flaws
from question_bank.drafts import AuthorState, QuestionDraft
from question_bank.keys import QuestionType, VerdictKey

# Fewer questions prove nothing.
FEWEST_FOR_LENGTH = 8
FEWEST_PER_LETTER = 5
_CHANCE = Fraction(1, 100)
# Critical values of chi-square at 0.1 % by the number of letters.
_CRITICAL = {2: 10.83, 3: 13.82, 4: 16.27, 5: 18.47, 6: 20.52}
_LETTERS = "ABCDEFGHIJKL"
_WORTH_ASKING = ("必须", "不得", "严禁", "禁止")
# An option counts as the longest when it is this much longer than the next.
_CLEARLY_LONGER = 2.0


@dataclass(frozen=True)
class ModuleText:
    """The clauses of a module, for W311; `sources` are the names that it may be cited by."""

    key: str
    path: str
    sections: Sequence[Section]
    sources: tuple[str, ...] = ()


def flaws_of(drafts: Iterable[QuestionDraft], modules: Iterable[ModuleText] = ()) -> list[Problem]:
    """Every flaw of the questions, by file and line; of retired ones nothing is said."""
    used = [draft for draft in _with_parts(drafts) if draft.state is not AuthorState.RETIRED]
    found = [
        *_wording(used),
        *_over_modules(used),
        *_repetitions(used),
        *(hint for module in modules for hint in _without_question(module, used)),
    ]
    return sorted(found, key=lambda problem: (problem.path, problem.line, problem.code))


def is_waived(draft: QuestionDraft, code: str) -> bool:
    """Whether the author switched a warning off for this question."""
    return any(waived == code for waived, _reason in draft.waived)


def _with_parts(drafts: Iterable[QuestionDraft]) -> Iterator[QuestionDraft]:
    for draft in drafts:
        yield draft
        yield from draft.parts


def _wording(drafts: Sequence[QuestionDraft]) -> Iterator[Problem]:
    parts = {id(part) for draft in drafts for part in draft.parts}
    for draft in drafts:
        for code, message, fix in wording_flaws(draft):
            # A sub-question may speak of the case above it.
            is_part = code == "W309" and id(draft) in parts
            if not is_waived(draft, code) and not is_part:
                yield _warning(draft, code, message, fix)


def _over_modules(drafts: Sequence[QuestionDraft]) -> Iterator[Problem]:
    modules: dict[str, list[QuestionDraft]] = defaultdict(list)
    for draft in drafts:
        modules[draft.module_key].append(draft)
    for within in modules.values():
        yield from _longest_too_often(within)
        yield from _skewed_letters(within)
        yield from _skewed_verdicts(within)


def _longest_too_often(drafts: Sequence[QuestionDraft]) -> Iterator[Problem]:
    """Whether guessing the longest option would pay over the module."""
    told: list[QuestionDraft] = []
    count = expected = Fraction(0)
    for draft in drafts:
        if draft.type is not QuestionType.SINGLE_CHOICE or is_waived(draft, "W303"):
            continue
        lengths = sorted((length(option.text), option.is_right) for option in draft.options)
        if len(lengths) < 3 or lengths[-1][0] - lengths[-2][0] < _CLEARLY_LONGER:
            continue
        count += 1
        expected += Fraction(1, len(lengths))
        if lengths[-1][1]:
            told.append(draft)
    total = int(count)
    if total < FEWEST_FOR_LENGTH or len(told) * 2 <= total:
        return
    if _chance(total, len(told), expected / count) < _CHANCE:
        guess = round(float(expected))
        message = (
            f"本模块 {total} 道有明显最长选项的单选里，{len(told)} 道的答案就是它"
            f"（碰巧大约 {guess} 道）"
        )
        yield _warning(told[0], "W303", message, "把一些答案写短，或把一些错的选项写得一样具体")


def _skewed_letters(drafts: Sequence[QuestionDraft]) -> Iterator[Problem]:
    by_size: dict[int, list[tuple[int, QuestionDraft]]] = defaultdict(list)
    for draft in drafts:
        if draft.type is QuestionType.SINGLE_CHOICE and not is_waived(draft, "W304"):
            places = [place for place, option in enumerate(draft.options) if option.is_right]
            if len(places) == 1:
                by_size[len(draft.options)].append((places[0], draft))
    for size, keys in by_size.items():
        counts = Counter(place for place, _ in keys)
        if size in _CRITICAL and _is_skewed([counts[place] for place in range(size)]):
            told = "、".join(f"{_LETTERS[place]} {counts[place]}" for place in range(size))
            most = counts.most_common(1)[0][0]
            first = next(draft for place, draft in keys if place == most)
            message = f"本模块 {len(keys)} 道 {size} 个选项的单选，答案的位置偏在一处：{told}"
            yield _warning(first, "W304", message, "换一换选项的顺序")


def _skewed_verdicts(drafts: Sequence[QuestionDraft]) -> Iterator[Problem]:
    judged = [
        (draft.key.verdict, draft)
        for draft in drafts
        if isinstance(draft.key, VerdictKey) and not is_waived(draft, "W304")
    ]
    right = sum(verdict for verdict, _ in judged)
    if judged and _is_skewed([right, len(judged) - right]):
        message = f"本模块 {len(judged)} 道判断，{right} 道对，{len(judged) - right} 道错"
        yield _warning(judged[0][1], "W304", message, "把一些题改成相反的说法")


def _is_skewed(counts: Sequence[int]) -> bool:
    """Pearson's chi-square against equal shares, at five or more expected per place."""
    total, size = sum(counts), len(counts)
    if total < FEWEST_PER_LETTER * size:
        return False
    expected = total / size
    return sum((count - expected) ** 2 / expected for count in counts) > _CRITICAL[size]


def _chance(total: int, hits: int, share: Fraction) -> Fraction:
    """The chance of so many hits or more if the key stood anywhere."""
    return sum(
        (comb(total, n) * share**n * (1 - share) ** (total - n) for n in range(hits, total + 1)),
        Fraction(0),
    )


def _repetitions(drafts: Sequence[QuestionDraft]) -> Iterator[Problem]:
    opposed: set[tuple[int, int]] = set()
    for later, earlier, how in contradictions(drafts):
        opposed.add((id(later), id(earlier)))
        if not is_waived(later, "W312") and not is_waived(earlier, "W312"):
            message = f"与 {_place(earlier)} 矛盾：{how}"
            yield _warning(later, "W312", message, "对照条款，改正其中一题，或停用一题")
    for later, earlier, percent in near_duplicates(drafts):
        if (id(later), id(earlier)) in opposed:
            continue
        if not is_waived(later, "W308") and not is_waived(earlier, "W308"):
            message = f"与 {_place(earlier)} 几乎一样（相同 {percent}%）"
            yield _warning(later, "W308", message, "删掉一题，或改成考不同的内容")


def _without_question(module: ModuleText, drafts: Sequence[QuestionDraft]) -> Iterator[Problem]:
    """A hint for each clause that holds a key fact or a duty and that nothing asks about."""
    cited = {clause for draft in drafts for clause in clauses_of(draft)}
    if not any(key == module.key or key in module.sources for key, _ in cited):
        return
    by_number = {clause for key, clause in cited if key in module.sources}
    for section in module.sections:
        is_cited = (module.key, f"#{section.anchor}") in cited
        number = normal_clause(section.title.split(" ")[0])
        facts = [found["fact"] for found in KEY_FACT.finditer(section.markdown)]
        duty = next((word for word in _WORTH_ASKING if word in section.markdown), None)
        if is_cited or number in by_number or not (facts or duty):
            continue
        what = f"“{facts[0]}”" if facts else f"“{duty}”"
        message = f"“{section.title}”有{what}，却没有一道题"
        fix = "出一道题，依据写这一条；不值得考就不用管"
        yield Problem(module.path, section.line, 1, HINT, "W311", message, fix)


def _warning(draft: QuestionDraft, code: str, message: str, fix: str) -> Problem:
    return Problem(draft.path, draft.line, 1, WARNING, code, message, fix)


def _place(draft: QuestionDraft) -> str:
    return f"{draft.path}:{draft.line}"
