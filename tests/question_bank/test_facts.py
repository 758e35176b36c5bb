"""Key facts in the text become drafts that a person can use, and nothing equal twice."""

from dataclasses import replace
from fractions import Fraction
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import LIBRARY_DIR
from question_bank.authoring.single import read_single
from question_bank.authoring.writing import write_block
from question_bank.drafts import AuthorState, QuestionDraft
from question_bank.facts import (
    FactChange,
    FactDraft,
    FactKind,
    changed_facts,
    drafts_from,
    fact_marks,
    with_fact_ids,
)
from question_bank.keys import BlanksKey, ChoiceKey, MatchKey, VerdictKey
from question_bank.marked import read_facts
from question_bank.quantities import chinese, read_quantity

FRONT = "---\n标识: sop-dh\n标题: 动火\n类别: 事故案例\n版本: 1\n生效日期: 2026-01-01\n---\n\n"
TWO = "一级票不超过 ==8 小时==，二级票不超过 ==24 小时==。"


def text_of(body: str) -> str:
    return f"{FRONT}## 3.2 有效期 {{#s-3-2}}\n\n{body}\n"


def drafts(body: str) -> list[FactDraft]:
    numbers = count()
    return drafts_from(
        text_of(body), path="a.md", module_key="sop-dh", fact_id=lambda _: f"f-{next(numbers):04d}"
    )


def one(body: str, kind: FactKind, place: int = 0) -> FactDraft:
    return [found for found in drafts(body) if found.kind is kind][place]


def with_id(found: FactDraft) -> QuestionDraft:
    return replace(found.draft, public_id="q-000001")


def sentences(body: str) -> list[str]:
    return [found.text for found in read_facts(text_of(body)).sentences]


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("8 小时", 8, "小时"),
        ("8h", 8, "小时"),
        ("六个月", 6, "个月"),
        ("0.5 MPa", Fraction(1, 2), "MPa"),
        ("15 km/h", 15, "km/h"),
        ("２０ ℃", 20, "℃"),
        ("5%", 5, "%"),
        ("1,000 元", 1000, "元"),
        ("一百二十天", 120, "天"),
        ("220 V", 220, "V"),
        ("两次", 2, "次"),
        ("10 mg/m³", 10, "mg/m³"),
        ("3 万元", 3, "万元"),
        ("32 学时", 32, "学时"),
    ],
)
def test_a_number_with_its_unit_is_a_quantity(text: str, value: int | Fraction, kind: str) -> None:
    found = read_quantity(text)

    assert found is not None
    assert (found.value, found.kind) == (value, kind)


@pytest.mark.parametrize("text", ["上锁挂牌", "3.2", "10~20 米", "8 小时以内", "GB 30871", "8", ""])
def test_anything_else_is_none(text: str) -> None:
    assert read_quantity(text) is None


@given(st.integers(1, 999))
def test_numbers_in_words_are_read_back(number: int) -> None:
    found = read_quantity(f"{chinese(number)}天")

    assert found is not None
    assert found.value == number


def test_a_quantity_gives_a_blank_for_its_number_alone() -> None:
    found = one("有效期不超过 ==8 小时==。", FactKind.BLANK)

    assert found.draft.stem == "有效期不超过 ____ 小时。"
    assert isinstance(found.draft.key, BlanksKey)
    assert found.draft.key.blanks[0].written == ("8", "八")


def test_a_quantity_gives_a_choice_among_its_unit_then_half_and_twice() -> None:
    found = one(TWO + "每班查 ==3 次==。", FactKind.CHOICE)

    texts = [(option.text, option.is_right) for option in found.draft.options]
    assert texts == [("4 小时", False), ("8 小时", True), ("16 小时", False), ("24 小时", False)]
    assert found.draft.stem == "一级票不超过（　　），二级票不超过 24 小时。"


@pytest.mark.parametrize(
    "body",
    ["甲 ==8 小时==，乙 ==8 h==，丙 ==八小时==。", "甲 ==8 小时==，乙 ==16 小时==，丙 ==4小时==。"],
)
def test_no_distractor_is_equal_to_the_answer_or_to_another(body: str) -> None:
    options = one(body, FactKind.CHOICE).draft.options

    values = [read_quantity(option.text) for option in options]
    assert len({value.value for value in values if value}) == len(options)
    assert sum(option.is_right for option in options) == 1


def test_half_a_person_is_no_distractor() -> None:
    options = one("每组 ==3 人==。", FactKind.CHOICE).draft.options

    assert [option.text for option in options] == ["3 人", "6 人"]


@pytest.mark.parametrize(
    ("word", "turned"),
    [("必须", "不必"), ("应当", "不必"), ("不得", "可以"), ("禁止", "允许"), ("严禁", "允许")],
)
def test_a_modal_word_gives_the_sentence_and_its_negation(word: str, turned: str) -> None:
    found = drafts(f"焊工=={word}==离开现场。")

    assert [(one.draft.stem, one.draft.key) for one in found] == [
        (f"焊工{word}离开现场。", VerdictKey(True)),
        (f"焊工{turned}离开现场。", VerdictKey(False)),
    ]


def test_a_term_gives_a_blank() -> None:
    found = drafts("检修前先 ==上锁挂牌==，再开工。")

    assert [one.kind for one in found] == [FactKind.BLANK]
    assert found[0].draft.stem == "检修前先 ____，再开工。"


@pytest.mark.parametrize("term", ["3~5 米", "a|b", "[2, 1]", "±"])
def test_a_term_that_looks_like_a_range_is_compared_as_words(term: str) -> None:
    written = write_block(with_id(one(f"距离是 =={term}==。", FactKind.BLANK)))

    draft, problems = read_single(written)

    assert draft is not None, problems
    assert f'"{term}"' in written or term == "±"


def test_several_facts_of_a_sentence_also_give_one_question_with_all_blanks() -> None:
    found = drafts(TWO)

    assert [one.kind.value for one in found] == ["blank", "choice", "blank", "choice", "all_blanks"]
    assert found[-1].draft.stem == "一级票不超过 ____ 小时，二级票不超过 ____ 小时。"
    assert len(found[-1].draft.facts) == 2


def test_an_ordered_list_that_is_led_by_the_mark_gives_an_ordering() -> None:
    body = "停机检修这样做：{.步骤}\n\n1. 通知\n2. 停机\n\n3. ==上锁==\n   并挂牌\n\n完工后收起。"
    found = one(body, FactKind.ORDER)

    assert [option.text for option in found.draft.options] == ["通知", "停机", "上锁并挂牌"]
    assert found.draft.stem == "停机检修这样做。把这些步骤排成正确的顺序。"


def test_a_table_that_is_led_by_the_mark_gives_a_matching() -> None:
    rows = "| 红 | 禁止 |\n| 红圈 | 禁止 |\n| 蓝 | 指令 |\n| | 广告 |"
    body = f"标志的颜色 {{.对照}}\n\n| 颜色 | 含义 |\n|---|---|\n{rows}"
    found = one(body, FactKind.MATCH)

    assert found.draft.columns == ("颜色", "含义")
    assert [premise.text for premise in found.draft.premises] == ["红", "红圈", "蓝"]
    assert [option.text for option in found.draft.options] == ["禁止", "指令", "广告"]
    assert found.draft.key == MatchKey(((1, 1), (2, 1), (3, 2)))


def test_a_list_without_the_mark_gives_none() -> None:
    assert drafts("这样做：\n\n1. 通知\n2. 停机\n3. 上锁") == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("甲 ==8 米==；乙 ==9 米==！丙。", ["甲 ==8 米==；", "乙 ==9 米==！"]),
        ("他说“停！快停。”甲 ==8 米==。", ["他说“停！快停。”甲 ==8 米==。"]),
        ("甲（见 3.2；3.3）==8 米==。乙。", ["甲（见 3.2；3.3）==8 米==。"]),
        ("- 甲 ==8 米==\n- 乙 ==9 米==\n  丙", ["甲 ==8 米==", "乙 ==9 米==丙"]),
        ("1. 甲。乙 ==8 米==", ["乙 ==8 米=="]),
        ("> 引：==8 米==。", ["引：==8 米==。"]),
        ("甲\n==8 米==\n乙。丙。", ["甲==8 米==乙。"]),
        ("```\n==8 米==\n```", []),
        ("| 级别 | 时限 |\n|---|---|\n| 一级 | ==8 米== |", ["级别“一级”，时限：==8 米=="]),
        ("| 级别 | 时限 |\n|---|---|\n| ==一级== | 8 米 |", ["==一级==（时限：8 米）"]),
    ],
)
def test_sentences_are_cut_where_chinese_ends_them(body: str, expected: list[str]) -> None:
    assert sentences(body) == expected


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("它不超过 ==8 米==。", ["W210"]),
        ("其压力为 ==8 MPa==。", ["W210"]),
        ("其他人站在 ==8 米== 外。", []),
        ("监护人站在 ==8 米== 外。", []),
    ],
)
def test_a_sentence_that_begins_with_a_pronoun_gets_a_warning(body: str, codes: list[str]) -> None:
    found = one(body, FactKind.BLANK)

    assert [code for code, _message in found.warnings] == codes


def test_every_draft_of_the_library_is_a_sound_question_that_nobody_is_asked() -> None:
    numbers = count()
    paths = [path for path in LIBRARY_DIR.rglob("*.md") if path.name.lower() != "readme.md"]
    found = [
        draft
        for path in paths
        for draft in drafts_from(
            path.read_text(encoding="utf-8"),
            path=path.name,
            module_key=path.stem,
            fact_id=lambda _: f"f-{next(numbers):04d}",
        )
    ]

    assert len(found) > 200
    assert len({(one.draft.path, one.key) for one in found}) == len(found)
    for each in found:
        draft, problems = read_single(write_block(with_id(each)))
        assert draft is not None, (each.made_from, problems)
        assert draft.state is AuthorState.DRAFT
        assert draft.references
        assert draft.facts


def test_a_fact_id_is_written_behind_its_mark_and_nowhere_else() -> None:
    steps = "步骤：{.步骤}\n\n1. 甲\n2. 乙\n3. 丙"
    text = text_of(f"==8 小时== 以内。\n\n- 甲 ==8 小时==，\n  乙 ==9 米==。\n\n{steps}")
    prints = list(fact_marks(text))

    made = with_fact_ids(text, {prints[2]: "f-2k9d", prints[3]: "f-3abc", "other": "f-0000"})

    assert "乙 ==9 米=={#f-2k9d}。" in made
    assert "步骤：{.步骤}{#f-3abc}" in made
    assert made.count("{#f-") == 2
    assert list(fact_marks(made)) == prints
    assert with_fact_ids(made, dict.fromkeys(prints, "f-9999")).count("f-9999") == len(prints) - 2


def test_a_fact_keeps_its_fingerprint_only_as_long_as_its_sentence_says_the_same() -> None:
    before, after = (list(fact_marks(text_of(f"不超过 =={n} 小时==。"))) for n in (8, 6))

    assert before != after


@pytest.mark.parametrize(
    ("after", "change"),
    [
        ("不超过 ==6 小时=={#f-2k9d}。", (FactChange("f-2k9d", "8 小时", "6 小时"),)),
        ("不超过 ==8小时=={#f-2k9d}，别的话。", ()),
        ("不超过 ==８ 小时=={#f-2k9d}。", ()),
        ("不再限时。", (FactChange("f-2k9d", "8 小时", None),)),
    ],
)
def test_a_change_of_marked_words_is_told(after: str, change: tuple[FactChange, ...]) -> None:
    before = text_of("不超过 ==8 小时=={#f-2k9d}。")

    assert changed_facts(before, text_of(after)) == change


def test_a_change_of_marked_steps_is_told() -> None:
    before = text_of("做法 {.步骤}{#f-2k9d}\n\n1. 甲\n2. 乙\n3. 丙")

    assert changed_facts(before, before.replace("乙", "丁")) == (
        FactChange("f-2k9d", "甲；乙；丙", "甲；丁；丙"),
    )
    assert changed_facts(before, before) == ()


def test_a_choice_has_one_right_option() -> None:
    key = one(TWO, FactKind.CHOICE).draft.key

    assert isinstance(key, ChoiceKey)
    assert key.right == {2}
