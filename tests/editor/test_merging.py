from hypothesis import given
from hypothesis import strategies as st

from editor.merging import MINE, THEIRS, merge_parts, merged_text, sections_of

BASE = "# 题\n\n## 1 甲 {#s-1}\n\n一\n\n## 2 乙 {#s-2}\n\n二\n"

LINES = st.lists(st.sampled_from(["## 1", "## 2", "## 3", "甲", "乙", "丙", "```"]), max_size=9)
TEXTS = LINES.map(lambda lines: "".join(f"{line}\n" for line in lines))


@given(TEXTS)
def test_sections_joined_are_the_text(text: str) -> None:
    assert "".join(sections_of(text)) == text


def test_different_sections_are_merged_by_themselves() -> None:
    parts = merge_parts(BASE, BASE.replace("一", "壹"), BASE.replace("二", "贰"))

    assert not any(part.is_conflict for part in parts)
    assert merged_text(parts, {}) == BASE.replace("一", "壹").replace("二", "贰")


def test_a_section_that_both_changed_is_a_choice_with_its_title() -> None:
    parts = merge_parts(BASE, BASE.replace("一", "壹"), BASE.replace("一", "弌"))

    (place,) = [place for place, part in enumerate(parts) if part.is_conflict]
    assert parts[place].title == "1 甲"
    assert merged_text(parts, {place: MINE}) == BASE.replace("一", "壹")
    assert merged_text(parts, {place: THEIRS}) == BASE.replace("一", "弌")


@given(TEXTS, TEXTS, TEXTS)
def test_no_line_that_a_side_added_is_lost_when_both_are_kept(
    base: str, mine: str, theirs: str
) -> None:
    parts = merge_parts(base, mine, theirs)
    conflicts = {place: "both" for place, part in enumerate(parts) if part.is_conflict}

    merged = merged_text(parts, conflicts).split("\n")

    added = {line for text in (mine, theirs) for line in text.split("\n")}
    assert added - set(base.split("\n")) <= set(merged)


@given(TEXTS, TEXTS)
def test_a_text_that_only_one_side_changed_is_taken_whole(base: str, mine: str) -> None:
    parts = merge_parts(base, mine, base)

    assert merged_text(parts, {}) == mine


@given(TEXTS, TEXTS, TEXTS)
def test_one_side_chosen_throughout_keeps_all_its_lines(base: str, mine: str, theirs: str) -> None:
    parts = merge_parts(base, mine, theirs)
    conflicts = {place: MINE for place, part in enumerate(parts) if part.is_conflict}

    merged = set(merged_text(parts, conflicts).split("\n"))

    # What is missing was in the base and left alone by mine: the other side took it out.
    assert set(mine.split("\n")) - merged <= set(base.split("\n"))
