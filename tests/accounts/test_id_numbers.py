from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import id_numbers

TODAY = date(2026, 3, 2)
KEY = "k" * 43
# The example of GB 11643 itself.
STANDARD = "11010519491231002X"

born = st.dates(min_value=date(1900, 1, 1), max_value=TODAY)
areas = st.integers(min_value=110000, max_value=829999)
sequences = st.integers(min_value=0, max_value=999)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    day: date = draw(born)
    first = f"{draw(areas)}{day:%Y%m%d}{draw(sequences):03d}"
    return first + id_numbers.check_character(first)


def test_example_of_the_standard_is_right() -> None:
    assert id_numbers.problem_of(STANDARD, today=TODAY) is None
    assert id_numbers.check_character(STANDARD[:-1]) == "X"


@given(numbers())
def test_every_number_with_a_birth_date_and_its_check_character_is_right(number: str) -> None:
    assert id_numbers.problem_of(number, today=TODAY) is None


@given(numbers(), st.integers(min_value=0, max_value=16), st.integers(min_value=1, max_value=9))
def test_one_wrong_digit_is_always_found(number: str, place: int, shift: int) -> None:
    wrong = str((int(number[place]) + shift) % 10)

    changed = number[:place] + wrong + number[place + 1 :]

    assert id_numbers.problem_of(changed, today=TODAY) is not None


@given(numbers(), st.integers(min_value=0, max_value=15))
def test_two_neighbours_swapped_are_always_found(number: str, place: int) -> None:
    left, right = number[place], number[place + 1]

    swapped = number[:place] + right + left + number[place + 2 :]

    assert (swapped == number) == (id_numbers.problem_of(swapped, today=TODAY) is None)


@given(st.text())
def test_no_text_crashes_the_check(text: str) -> None:
    id_numbers.problem_of(id_numbers.normalise(text), today=TODAY)


@given(numbers(), st.sampled_from([" ", "　", "-", "\u200b"]))
def test_width_blanks_and_case_do_not_matter(number: str, blank: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number.lower())

    typed = blank.join((wide[:6], wide[6:14], wide[14:]))

    assert id_numbers.normalise(typed) == number


@given(numbers())
def test_mask_keeps_three_and_four_and_the_length(number: str) -> None:
    masked = id_numbers.mask(number)

    assert masked == number[:3] + "*" * 11 + number[-4:]


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("1101051949123100", "身份证号要 18 位"),
        ("1101051949123100AX", "身份证号前 17 位是数字，最后一位是数字或 X"),
        ("110105194902310026", "身份证号第 7 到 14 位不是出生日期"),
        ("110105202603030026", "身份证号第 7 到 14 位不是出生日期"),
        ("110105194912310021", "身份证号最后一位对不上，有一位抄错了"),
    ],
)
def test_problem_says_what_is_wrong(number: str, problem: str) -> None:
    assert id_numbers.problem_of(number, today=TODAY) == problem


@given(numbers(), st.integers(min_value=1))
def test_what_is_encrypted_for_a_person_is_decrypted_for_that_person(number: str, who: int) -> None:
    stored = id_numbers.encrypt(number, user_id=who, key=KEY)

    assert number.encode() not in stored
    assert id_numbers.decrypt(stored, user_id=who, key=KEY) == number


def test_a_text_moved_to_another_person_does_not_decrypt() -> None:
    stored = id_numbers.encrypt(STANDARD, user_id=1, key=KEY)

    with pytest.raises(id_numbers.NotDecryptable):
        id_numbers.decrypt(stored, user_id=2, key=KEY)


def test_another_key_file_does_not_decrypt() -> None:
    stored = id_numbers.encrypt(STANDARD, user_id=1, key=KEY)

    with pytest.raises(id_numbers.NotDecryptable):
        id_numbers.decrypt(stored, user_id=1, key="j" * 43)


def test_look_up_hash_depends_on_number_and_key() -> None:
    other = "110105194912310038"

    found = id_numbers.look_up_hash(STANDARD, key=KEY)

    assert found == id_numbers.look_up_hash(STANDARD, key=KEY)
    assert found != id_numbers.look_up_hash(other, key=KEY)
    assert found != id_numbers.look_up_hash(STANDARD, key="j" * 43)
