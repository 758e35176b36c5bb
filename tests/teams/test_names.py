"""How names sort and are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teams.names import sort_key, sounds_of


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("单雄信", "shan xiong xin|sxx"),
        ("曾国藩", "zeng guo fan|zgf"),
        ("仇英", "qiu ying|qy"),
        ("解缙", "xie jin|xj"),
        ("尉迟恭", "yu chi gong|ycg"),
        ("李青山", "li qing shan|lqs"),
        ("吕布", "lv bu|lb"),
        ("买买提·吐尔逊", "mai mai ti tu er xun|mmttex"),
        ("John Smith", "john smith|js"),
    ],
)
def test_sort_key_is_pinyin_and_initials(name: str, key: str) -> None:
    assert sort_key(name) == key


@given(st.text(max_size=80))
def test_any_text_has_a_key_that_fits_its_column(text: str) -> None:
    assert len(sort_key(text)) <= 160
    assert all(sounds_of(text))
