"""From what was typed into a cell to the stored reply of a question. Pure.

The inverse of `exams.lettering.reply_in_letters`, but forgiving: lower case, full width, commas
between letters, √ and ×.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from core.errors import N_, Conflict
from exams.lettering import LETTERS
from exams.responses import LONGEST_TEXT, LONGEST_WRITTEN, stored_response
from exams.versions import PrintedQuestion
from question_bank.keys import QuestionType

RIGHTS = frozenset(["对", "正确", "√", "✓", "✔", "T", "TRUE", "是", "Y"])
WRONGS = frozenset(["错", "错误", "×", "✗", "✘", "X", "F", "FALSE", "否", "N"])
# Written for a question that was left open, so that a paper handed in empty is told from no paper.
OPEN = frozenset({"-", "—", "–", "空", "未答"})
_BETWEEN_LETTERS = re.compile(r"[\s,、;/.，；]+")
_BETWEEN_BLANKS = re.compile(r"[；;|｜\n]")
_PAIR = re.compile(r"(\d{1,2})[-:=.]?([A-Z])")


class Unrecognised(Exception):
    """A cell that cannot be the reply of its question; says why and what to write."""

    def __init__(self, msgid: str, **values: Any) -> None:
        self.msgid = msgid
        self.values = values
        super().__init__(msgid % values if values else msgid)


@dataclass(frozen=True)
class Asked:
    """A question of one printed form."""

    slot: int
    printed: PrintedQuestion
    option_order: tuple[int, ...]

    @property
    def last_letter(self) -> str:
        return LETTERS[len(self.option_order) - 1]


def recognised(question: Asked, text: str) -> Any:
    """The stored reply; None for a question left open. Raises Unrecognised."""
    text = text.strip()
    if not text or text in OPEN:
        return None
    reader = _READERS[question.printed.type]
    try:
        return stored_response(question.printed, reader(question, text))
    except Conflict as error:
        raise Unrecognised(
            N_("第 %(slot)s 题：看不懂“%(text)s”"), **_shown(question, text)
        ) from error


def _shown(question: Asked, text: str) -> dict[str, Any]:
    return {"slot": question.slot, "text": text[:20], "last": question.last_letter}


def _letters(question: Asked, text: str) -> list[int]:
    """The options behind letters, each once."""
    found = _BETWEEN_LETTERS.sub("", unicodedata.normalize("NFKC", text)).upper()
    places = [LETTERS.find(letter) for letter in found]
    if not all(0 <= place < len(question.option_order) for place in places):
        raise Unrecognised(
            N_("第 %(slot)s 题：写了“%(text)s”，试卷上只有 A—%(last)s。改成试卷上的字母"),
            **_shown(question, text),
        )
    if len(set(places)) < len(places):
        raise Unrecognised(
            N_("第 %(slot)s 题：“%(text)s”里有重复的字母。一个字母写一次"),
            **_shown(question, text),
        )
    return [question.option_order[place] for place in places]


def _single(question: Asked, text: str) -> list[int]:
    chosen = _letters(question, text)
    if len(chosen) != 1:
        raise Unrecognised(
            N_("第 %(slot)s 题是单选，写了“%(text)s”。只写一个字母"), **_shown(question, text)
        )
    return chosen


def _ordered(question: Asked, text: str) -> list[int]:
    items = _letters(question, text)
    if len(items) != len(question.option_order):
        raise Unrecognised(
            N_("第 %(slot)s 题是排序，“%(text)s”没写全。A—%(last)s 每个字母写一次"),
            **_shown(question, text),
        )
    return items


def _verdict(question: Asked, text: str) -> bool:
    word = unicodedata.normalize("NFKC", text).upper()
    if word in RIGHTS:
        return True
    if word in WRONGS:
        return False
    raise Unrecognised(
        N_("第 %(slot)s 题是判断，写了“%(text)s”。写 对 或 错"),
        slot=question.slot,
        text=text[:20],
    )


def _blanks(question: Asked, text: str) -> list[str]:
    count = len(question.printed.stem_parts) - 1
    texts = _BETWEEN_BLANKS.split(text) if count > 1 else [text]
    values = {"slot": question.slot, "n": count, "given": len(texts), "most": LONGEST_TEXT}
    if len(texts) > count:
        raise Unrecognised(
            N_("第 %(slot)s 题有 %(n)s 个空，写了 %(given)s 个。空和空之间用 ；隔开"), **values
        )
    if any(len(one) > LONGEST_TEXT for one in texts):
        raise Unrecognised(N_("第 %(slot)s 题：一个空最多 %(most)s 个字"), **values)
    return texts


def _matched(question: Asked, text: str) -> list[list[int]]:
    """1B 2A; or a letter for each number from the first on, - for one left open."""
    plain = unicodedata.normalize("NFKC", text).upper()
    premises = list(question.printed.premise_html)
    bare = _BETWEEN_LETTERS.sub("", plain)
    pairs = [(int(number), letter) for number, letter in _PAIR.findall(bare)]
    if not pairs:
        pairs = [(n, letter) for n, letter in enumerate(bare, start=1) if letter != "-"]
    elif _PAIR.sub("", bare):
        pairs = []
    places = [(number, LETTERS.find(letter)) for number, letter in pairs]
    fits = (
        0 < number <= len(premises) and 0 <= place < len(question.option_order)
        for number, place in places
    )
    if not places or not all(fits) or len({number for number, _ in places}) < len(places):
        raise Unrecognised(
            N_("第 %(slot)s 题是匹配，看不懂“%(text)s”。写成 1B 2A 3C"),
            **_shown(question, text),
        )
    return [[premises[number - 1], question.option_order[place]] for number, place in places]


def _spots(question: Asked, text: str) -> dict[str, Any]:
    chosen = _letters(question, text)
    count = question.printed.picture.spot_count if question.printed.picture else 0
    if len(chosen) > count:
        raise Unrecognised(
            N_("第 %(slot)s 题要找 %(n)s 处，写了 %(given)s 处"),
            slot=question.slot,
            n=count,
            given=len(chosen),
        )
    return {"options": chosen}


def _written(question: Asked, text: str) -> str:
    if len(text) > LONGEST_WRITTEN:
        raise Unrecognised(
            N_("第 %(slot)s 题：最多 %(most)s 个字"), slot=question.slot, most=LONGEST_WRITTEN
        )
    return text


_READERS = {
    QuestionType.SINGLE_CHOICE: _single,
    QuestionType.MULTIPLE_CHOICE: _letters,
    QuestionType.TRUE_FALSE: _verdict,
    QuestionType.FILL_BLANK: _blanks,
    QuestionType.ORDERING: _ordered,
    QuestionType.MATCHING: _matched,
    QuestionType.SHORT_ANSWER: _written,
    QuestionType.HOTSPOT: _spots,
}
