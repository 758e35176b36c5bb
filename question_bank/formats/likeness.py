"""Whether two questions say the same but for blanks, width, punctuation and order of options."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.errors import N_
from core.sentences import say
from question_bank.formats.items import Answer, ForeignItem, ItemStatus, Remark
from question_bank.keys import QuestionType

_PICTURE = re.compile(r"!\[[^\]]*\]\((?P<path>[^)\s]+)[^)]*\)")
_TAG = re.compile(r"\{#[^}]*\}|<[a-zA-Z/][^>]*>")
_BLANK = re.compile(r"_{2,}")
# Marks that tell numbers apart: 1.5 from 15, -5 from 5, 3/5 from 35, 5% from 5.
_IN_NUMBER = re.compile(r"(?<=\d)[.,:/~-](?=\d)|(?<!\d)[-+](?=\d)|[%‰]")
_CHOICE = "choice"
Print = str


@dataclass(frozen=True)
class Known:
    """A question that is there already: how it is called, and its answer where it is known."""

    name: str
    answer: Answer = None


def normal(text: str) -> str:
    """NFKC in lower case without blanks, invisible characters and punctuation."""
    folded = unicodedata.normalize("NFKC", text).lower()
    folded = _PICTURE.sub(lambda found: f"\x01{found['path']}\x01", folded)
    folded = _BLANK.sub("\x02", _TAG.sub("", folded))
    folded = _IN_NUMBER.sub(lambda found: f"\x03{ord(found[0]):x}\x03", folded)
    return "".join(c for c in folded if c in "\x01\x02\x03" or unicodedata.category(c)[0] in "LNS")


def print_of(
    type_: QuestionType | None,
    stem: str,
    options: Iterable[str] = (),
    premises: Iterable[str] = (),
    parts: Iterable[Print] = (),
) -> Print:
    """A fingerprint: equal for questions that are the same to whoever answers them."""
    is_choice = type_ in (QuestionType.SINGLE_CHOICE, QuestionType.MULTIPLE_CHOICE)
    kind = _CHOICE if is_choice or type_ is None else type_.value
    pieces = [kind, normal(stem), *sorted(map(normal, options))]
    pieces += ["\x04", *sorted(map(normal, premises)), "\x04", *parts]
    return hashlib.sha256("\x05".join(pieces).encode()).hexdigest()


def item_print(item: ForeignItem) -> Print:
    """The fingerprint of an item."""
    if item.draft is not None:
        draft = item.draft
        return print_of(
            item.type,
            item.stem,
            (option.text for option in draft.options),
            (premise.text for premise in draft.premises),
            map(item_print, item.parts),
        )
    premises: list[str] = []
    if item.type is QuestionType.MATCHING and isinstance(item.answer, tuple):
        premises = [pair[0] for pair in item.answer if isinstance(pair, tuple) and len(pair) == 2]  # type: ignore[misc]
    return print_of(item.type, item.stem, item.options, premises, map(item_print, item.parts))


def mark_known(
    items: Sequence[ForeignItem],
    bank: Mapping[Print, Known],
    own: Mapping[str, str] | None = None,
) -> list[ForeignItem]:
    """Mark what is in the bank or stands further up in the file, and repeated ids and titles.

    `own` gives the bank's question for an external id that came from this source before: that
    question is the one to be changed, not a duplicate.
    """
    seen: dict[Print, ForeignItem] = {}
    ids: dict[str, str] = {}
    titles: dict[str, str] = {}
    marked = []
    for item in items:
        made = _with_repeats(item, ids, titles)
        if item.status is ItemStatus.IMPORT:
            mark = item_print(item)
            before, there = seen.get(mark), bank.get(mark)
            if before is not None:
                made = _as_duplicate(made, _place(before), _differs(made, before.answer))
            elif there is not None and (own or {}).get(item.external_id) != there.name:
                made = _as_duplicate(
                    made, say(N_("题库里的 %(name)s"), name=there.name), is_different=False
                )
            if before is None:
                seen[mark] = item
        marked.append(made)
    return marked


def _with_repeats(item: ForeignItem, ids: dict[str, str], titles: dict[str, str]) -> ForeignItem:
    remarks: list[Remark] = []
    for name, value, known in (
        (N_("编号"), item.external_id, ids),
        (N_("名称"), item.title, titles),
    ):
        if not value:
            continue
        if value in known:
            message = say(
                N_("%(name)s“%(value)s”和%(known)s重复"),
                name=say(name),
                value=value[:40],
                known=known[value],
            )
            remarks.append(Remark("W506", message))
        else:
            known[value] = _place(item)
    return replace(item, warnings=(*item.warnings, *remarks)) if remarks else item


def _place(item: ForeignItem) -> str:
    if item.cell:
        return say(N_(" %(cell)s 的题"), cell=item.cell)
    return say(N_("第 %(line)s 行的题"), line=item.line) if item.line else say(N_("前面的题"))


def _differs(item: ForeignItem, other: Answer) -> bool:
    """Whether the answers differ; of choices only the number, as options may stand otherwise."""
    if isinstance(item.answer, tuple) and isinstance(other, tuple):
        if item.options:
            return len(item.answer) != len(other)
        return item.answer != other
    return item.answer != other


def _as_duplicate(item: ForeignItem, name: str, is_different: bool) -> ForeignItem:
    same, other = N_("和%(name)s相同"), N_("和%(name)s相同，但答案不同，请核对")
    message = say(other if is_different else same, name=name)
    warnings = (*item.warnings, Remark("W517", message))
    return replace(item, status=ItemStatus.DUPLICATE, warnings=warnings)
