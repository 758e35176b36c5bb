"""What a blank accepts."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comparable import comparable
from question_bank.answers import (
    BadForm,
    NumberForm,
    TextForm,
    accepted_form,
    accepts,
    accepts_any,
)
from question_bank.keys import BlankKey, blank_as_data, blank_from_data

WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


@pytest.mark.parametrize(
    ("written", "reply"),
    [
        ("15", "15"),
        ("15", "15.0"),
        ("15", "１５"),
        ("15", " 1 5 "),
        ("15", "+15"),
        ("15", "015"),
        ("1000", "1,000"),
        ("1，000", "1000"),
        ("-5", "−5"),
        ("0.5", ".5"),
        ("15 km/h", "15"),
        ("15 km/h", "15 KM/H"),
        ("2.5±0.1", "2.4"),
        ("2.5±0.1", "2.6"),
        ("2.5+-0.1", "2.55"),
        ("2.5±4%", "2.4"),
        ("-2.5±4%", "-2.6"),
        ("[2.4, 2.6]", "2.6"),
        ("［2.4，2.6］", "2.4"),
        ("(2.4, 2.6]", "2.41"),
        ("2.4~2.6", "2.5"),
        ("2.4～2.6 MPa", "2.5MPa"),
        ("0.8±0.05 MPa", "0.85 mpa"),
        ("0.8±0.05 MPa", "0.75"),
        ("5 m³", "5 m3"),
        ("5 m^3", "5m³"),
        ("10 ℃", "10 °C"),
        ("30%", "30％"),
        ("10 mg/m³", "10ｍｇ／ｍ³"),
        ("卧倒", "卧 倒"),
        ("卧倒", "卧\u200b倒"),
        ("Lock Out", "lockout"),
        ('"15"', "15"),
        ("“15”", "１５"),
        ("2026年1月1日", "2026年1月1日"),
        ("5S", "5s"),
        ("GB 2894", "gb2894"),
        ("3.2.1", "3.2.1"),
    ],
)
def test_accepted(written: str, reply: str) -> None:
    assert accepts(accepted_form(written), reply)


@pytest.mark.parametrize(
    ("written", "reply"),
    [
        ("15", ""),
        ("15", "   "),
        ("15", "15.1"),
        ("15", "十五"),
        ("15", "15 km/h"),
        ("15 km/h", "15 m"),
        ("15", "0x0f"),
        ("15", "1.5e1"),
        ("15", "٣"),
        ("1000", "1,00"),
        ("2.5±0.1", "2.3999999999999999999"),
        ("2.5±0.1", "2.6000000000000000001"),
        ("(2.4, 2.6]", "2.4"),
        ("[2.4, 2.6)", "2.6"),
        ("0.8±0.05 MPa", "0.8 kPa"),
        ('"15"', "15.0"),
        ("2026年1月1日", "2026"),
        ("卧倒", "倒卧"),
        ("3.2.1", "3.2"),
        ("15", "1" * 10_000),
    ],
)
def test_refused(written: str, reply: str) -> None:
    assert not accepts(accepted_form(written), reply)


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        '""',
        "5±",
        "5±-1",
        "±5",
        "五±1",
        "50%±5%",
        "[1, 2",
        "[a, b]",
        "(1, x)",
        "5~3",
        "[5, 3]",
        "(5, 5]",
        "5 m~6 kg",
        "1~2~3",
    ],
)
def test_a_malformed_form_is_refused(written: str) -> None:
    with pytest.raises(BadForm):
        accepted_form(written)


def test_a_tolerance_is_exact() -> None:
    assert accepted_form("0.3±0.1") == NumberForm(Fraction(1, 5), Fraction(2, 5))


def test_any_alternative_will_do() -> None:
    forms = (accepted_form("15"), accepted_form("十五"))

    assert accepts_any(forms, "十五")
    assert not accepts_any(forms, "十六")


@given(st.text())
def test_no_form_crashes(written: str) -> None:
    try:
        form = accepted_form(written)
    except BadForm:
        return
    assert isinstance(form, TextForm | NumberForm)


@given(st.text(), st.text())
def test_no_reply_crashes(written: str, reply: str) -> None:
    try:
        form = accepted_form(written)
    except BadForm:
        return
    accepts(form, reply)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1))
def test_width_makes_no_difference(written: str) -> None:
    assert comparable(written) == comparable(written.translate(WIDE))


@given(st.text())
def test_comparable_is_stable(text: str) -> None:
    assert comparable(comparable(text)) == comparable(text)


@given(st.text(min_size=1).filter(comparable))
def test_a_quoted_text_accepts_itself(text: str) -> None:
    form = TextForm(comparable(text))

    assert accepts(form, text)


@given(st.decimals(0, 100, places=3))
def test_both_ends_of_a_tolerance_are_in(tolerance: Decimal) -> None:
    form = accepted_form(f"7.5±{tolerance}")

    assert accepts(form, str(Decimal("7.5") + tolerance))
    assert accepts(form, str(Decimal("7.5") - tolerance))
    assert not accepts(form, str(Decimal("7.5001") + tolerance))


@given(
    st.lists(
        st.sampled_from(["15", "十五", "2.5±4%", "(1, 2] m", '"7"', "a b"]), min_size=1, unique=True
    ),
    st.sampled_from([None, 0, 3]),
    st.sampled_from([None, 15]),
)
def test_a_blank_comes_back_from_its_data(
    written: list[str], group: int | None, points: int | None
) -> None:
    blank = BlankKey(tuple(map(accepted_form, written)), tuple(written), group, points)

    assert blank_from_data(blank_as_data(blank)) == blank
