"""Whatever a file holds: no exception, and every verdict has a reason."""

import json
from collections.abc import Iterator

import pytest

from core.errors import Conflict
from question_bank.formats.contract import preview_data
from question_bank.formats.items import ForeignItem, ItemStatus
from question_bank.formats.likeness import mark_known
from question_bank.formats.preview import Preview
from question_bank.formats.registry import READERS, SWITCHED_READERS, Switches
from tests.question_bank.formats import samples
from tests.question_bank.formats.books import block_of, parsed
from tests.question_bank.formats.fuzzing import FILES, SEED, bounded_memory
from tests.question_bank.formats.mutations import damaged_archives, damaged_texts

ALL_ON = Switches(colour_is_key=True, merged_is_case=True)
KEYS = {"line", "cell", "status", "type", "stem", "options", "weights", "answer"}
KEYS |= {"errors", "warnings"}
# What a person must add in the editor: a key for the marker, a picture that only has a name.
LEFT_TO_THE_EDITOR = {"E215", "E217"}


def damaged(format_: str) -> Iterator[bytes]:
    texts = {"gift": samples.GIFT, "aiken": samples.AIKEN, "text": samples.TEXT}
    if format_ in texts:
        return damaged_texts(texts[format_], FILES[format_], seed=SEED)
    made = samples.sheet() if format_ == "xlsx" else samples.document()
    return damaged_archives(made, FILES[format_], seed=SEED)


def outcomes(format_: str) -> Iterator[tuple[bytes, list[ForeignItem]]]:
    """What the reader itself makes of each damaged file that it can read."""
    for place, data in enumerate(damaged(format_)):
        try:
            if format_ in SWITCHED_READERS and place % 2:
                yield data, SWITCHED_READERS[format_](data, "file", ALL_ON)
            else:
                yield data, READERS[format_](data, "file")
        except Conflict:
            continue


def check_item(item: ForeignItem) -> None:
    if item.status is ItemStatus.REFUSE:
        assert item.errors
    else:
        assert not item.errors
    if item.status is ItemStatus.IMPORT:
        assert item.type is not None
        assert item.stem.strip()
        draft, problems = parsed(block_of(item))
        assert problems <= LEFT_TO_THE_EDITOR, block_of(item)
        assert problems or (draft is not None and draft.type is item.type)


@pytest.mark.parametrize("format_", ["gift", "aiken", "text", "xlsx", "docx"])
def test_no_damaged_file_brings_a_reader_down(format_: str) -> None:
    read = refused = 0
    with bounded_memory():
        for _data, items in outcomes(format_):
            for item in items:
                check_item(item)
                refused += item.status is ItemStatus.REFUSE
            preview = Preview("file", format_, "0" * 64, tuple(mark_known(items, {})))
            told = json.loads(json.dumps(preview_data(preview), ensure_ascii=False))
            assert all(set(item) - {"parts"} == KEYS for item in told["items"])
            read += 1

    print(f"{format_}: {FILES[format_]} files, {read} read, {refused} items refused")
    assert read > FILES[format_] * 0.3
    assert refused > 0
