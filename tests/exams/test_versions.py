"""What a page learns of a question: a printed unit asks for the keyboard of numbers."""

import pytest

from exams.versions import UNIT_AFTER


@pytest.mark.parametrize("after", [" m，", " %", "℃", " 分钟", "米内", " 学时。", " 个月内"])
def test_a_printed_unit_asks_for_a_number(after: str) -> None:
    assert UNIT_AFTER.match(after)


@pytest.mark.parametrize("after", ["培训", "级动火", "人员签字", "两部分", "不放过", "，再"])
def test_other_words_do_not(after: str) -> None:
    assert not UNIT_AFTER.match(after)
