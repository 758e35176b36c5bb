"""The words of questions made from key facts: whole sentences, gaps, accepted answers. Pure."""

import re
from collections.abc import Sequence

from core.comparable import comparable
from question_bank.answers import BadForm, TextForm, accepted_form
from question_bank.keys import BlankKey
from question_bank.quantities import forms_of, read_quantity

BLANK = "____"
_WIDE = r"[\u2e80-\u9fff\uff00-\uff60\u3000-\u303f]"
_TYPED_BLANK = re.compile(f"(?<={_WIDE}) +(?={_WIDE})|(?<=____) +(?=[，。；、：！？）])")


def gap_of(fact: str) -> str:
    quantity = read_quantity(fact)
    return f"{BLANK} {quantity.unit}" if quantity else BLANK


def blank_of(fact: str) -> BlankKey | None:
    """What a blank accepts: a number without its unit, or the words."""
    quantity = read_quantity(fact)
    written = forms_of(quantity) if quantity else [_answer(fact)]
    try:
        return BlankKey(tuple(accepted_form(form) for form in written), tuple(written))
    except BadForm:
        return None


def _answer(fact: str) -> str:
    """Words that look like a number or a range are compared as words."""
    bare = " ".join(fact.split())
    try:
        is_text = isinstance(accepted_form(bare), TextForm)
    except BadForm:
        is_text = False
    return bare if is_text and not set("|｜") & set(bare) else f'"{bare}"'


def whole_sentence(text: str) -> str:
    """The text as a whole sentence, without the blanks typed around marks."""
    bare = _TYPED_BLANK.sub("", re.sub(r" {2,}", " ", text)).strip().rstrip("；;，,、：:")
    return bare if bare.endswith(("。", "！", "？", "!", "?")) else f"{bare}。"


def spaced(gap: str) -> str:
    return f" {gap} " if gap.startswith(BLANK) else gap


def without_blanks(text: str) -> str:
    """Text in which a run of underscores is no blank."""
    return re.sub(r"_{4,}", lambda found: f"`{found[0]}`", text)


def all_differ(texts: Sequence[str]) -> bool:
    words = [comparable(text) for text in texts]
    return all(words) and len(set(words)) == len(words)
