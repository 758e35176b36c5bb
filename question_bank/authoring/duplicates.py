"""Questions that say nearly the same, found without comparing each with each; pure.

Two questions are near duplicates when their sets of character pairs (stem and options together)
share at least four fifths of all pairs that either has. Candidates come from a sketch of each
set: the least hash of its pairs in each of fifty bins, compared in ten bands of five. Two sets
four fifths alike meet in a band in about 98 of 100 cases, two that are one fifth alike in 3 of
1000, so that the work grows with the bank and not with its square.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from zlib import crc32

from question_bank.authoring.wording import normal
from question_bank.drafts import QuestionDraft
from question_bank.keys import QuestionType

ALIKE_PERCENT = 80
# Shorter texts have too few pairs to say anything.
FEWEST_PAIRS = 8
# Bound the work on a bank made from one template.
MOST_HOLDERS = 200
MOST_COMPARED = 20

_BANDS, _ROWS = 10, 5
_BINS = _BANDS * _ROWS
_FAMILY = {QuestionType.MULTIPLE_CHOICE: QuestionType.SINGLE_CHOICE}

Band = tuple[int, ...]


def near_duplicates(
    drafts: Sequence[QuestionDraft],
) -> Iterator[tuple[QuestionDraft, QuestionDraft, int]]:
    """(a question, an earlier one that it repeats, alike in percent), in order.

    A blank and a judgement of one sentence test differently and are not compared.
    """
    families: dict[QuestionType, list[tuple[QuestionDraft, frozenset[str]]]] = defaultdict(list)
    for draft in drafts:
        pairs = _pairs(draft)
        if len(pairs) >= FEWEST_PAIRS:
            families[_FAMILY.get(draft.type, draft.type)].append((draft, pairs))
    for family in families.values():
        yield from _within(family)


def _within(
    family: Sequence[tuple[QuestionDraft, frozenset[str]]],
) -> Iterator[tuple[QuestionDraft, QuestionDraft, int]]:
    holders: dict[Band, list[int]] = defaultdict(list)
    same: dict[frozenset[str], int] = {}
    for place, (draft, pairs) in enumerate(family):
        bands = _bands(pairs)
        met = Counter(other for band in bands for other in holders[band])
        # The first of equal ones, otherwise those that met in most bands.
        likely = [same[pairs]] if pairs in same else []
        likely += [other for other, _ in met.most_common(MOST_COMPARED)]
        for other in likely:
            earlier, theirs = family[other]
            percent = _alike(pairs, theirs)
            if percent >= ALIKE_PERCENT:
                yield draft, earlier, percent
                break
        same.setdefault(pairs, place)
        for band in bands:
            if len(holders[band]) < MOST_HOLDERS:
                holders[band].append(place)


def _alike(one: frozenset[str], other: frozenset[str]) -> int:
    """Shared pairs in percent of all, rounded down."""
    smaller, larger = sorted((len(one), len(other)))
    if smaller * 100 < ALIKE_PERCENT * larger:
        return 0
    shared = len(one & other)
    return shared * 100 // (len(one) + len(other) - shared)


def _bands(pairs: frozenset[str]) -> list[Band]:
    """The sketch of a set, cut into bands; an empty bin takes the value of the one before it."""
    least: list[int | None] = [None] * _BINS
    for pair in pairs:
        value = _hash(pair)
        place = value % _BINS
        known = least[place]
        if known is None or value < known:
            least[place] = value
    filled = next(value for value in reversed(least) if value is not None)
    sketch: list[int] = []
    for bin_value in least:
        filled = filled if bin_value is None else bin_value
        sketch.append(filled)
    return [(band, *sketch[band * _ROWS : (band + 1) * _ROWS]) for band in range(_BANDS)]


@lru_cache(maxsize=200_000)
def _hash(pair: str) -> int:
    return crc32(pair.encode())


def _pairs(draft: QuestionDraft) -> frozenset[str]:
    options = sorted(normal(option.text) for option in (*draft.premises, *draft.options))
    texts = [text for text in (normal(draft.stem), *options) if text]
    return frozenset(
        text[place : place + 2] for text in texts for place in range(max(len(text) - 1, 1))
    )
