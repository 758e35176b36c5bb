"""What changed between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from learning.differences import GONE, MOST_TOKENS, NEW, SAME, clause_changes, word_diff
from tests.learning.factories import module_text

TEXTS = st.text(alphabet="动火票有效期8小时0.5 ab\n。，", max_size=60)


def test_a_changed_number_is_marked_whole() -> None:
    assert word_diff("不超过 8 小时。", "不超过 18 小时。") == [
        (SAME, "不超过 "),
        (GONE, "8"),
        (NEW, "18"),
        (SAME, " 小时。"),
    ]


def test_words_that_were_put_in_or_taken_out_are_marked_alone() -> None:
    assert word_diff("监护人在场", "监护人始终在场") == [
        (SAME, "监护人"),
        (NEW, "始终"),
        (SAME, "在场"),
    ]
    assert word_diff("可以继续", "继续") == [(GONE, "可以"), (SAME, "继续")]


def test_a_lone_character_between_two_changes_is_no_crumb_of_its_own() -> None:
    assert word_diff("由甲和乙签字", "由丙和丁签字") == [
        (SAME, "由"),
        (GONE, "甲和乙"),
        (NEW, "丙和丁"),
        (SAME, "签字"),
    ]


@given(TEXTS, TEXTS)
def test_the_pieces_give_back_both_texts(before: str, after: str) -> None:
    pieces = word_diff(before, after)

    assert "".join(text for kind, text in pieces if kind != NEW) == before
    assert "".join(text for kind, text in pieces if kind != GONE) == after


def test_a_long_text_is_compared_by_lines_first() -> None:
    before = "".join(f"第 {n} 行，动火作业票。\n" for n in range(MOST_TOKENS // 4))
    after = before.replace("第 700 行，动火", "第 700 行，受限")

    changed = [piece for piece in word_diff(before, after) if piece[0] != SAME]

    assert changed == [(GONE, "动火"), (NEW, "受限")]


def test_clauses_that_changed_came_and_went_are_told_by_their_anchors() -> None:
    before = module_text(
        body="## 3.1 一 {#s-3-1}\n\n甲\n\n## 3.2 二 {#s-3-2}\n\n乙\n\n## 3.3 三 {#s-3-3}\n\n丙\n"
    )
    after = module_text(
        body="## 3.1 一 {#s-3-1}\n\n甲\n\n## 3.2 二 {#s-3-2}\n\n乙乙\n\n## 3.4 四 {#s-3-4}\n\n丁\n"
    )

    changes = clause_changes(before, after)

    assert [(change.anchor, change.before, change.after) for change in changes] == [
        ("s-3-2", "乙", "乙乙"),
        ("s-3-4", None, "丁"),
        ("s-3-3", "丙", None),
    ]


def test_a_new_line_break_or_a_fact_id_changes_no_clause() -> None:
    before = module_text(body="## 3.1 一 {#s-3-1}\n\n有效期 ==8 小时==。\n")
    after = module_text(body="## 3.1 一 {#s-3-1}\n\n有效期\n==8 小时=={#f-2k9d}。\n")

    assert clause_changes(before, after) == []
