"""GIFT as Moodle reads it, and its typical mistakes told instead of swallowed."""

from fractions import Fraction

import pytest

from question_bank.formats.items import AcceptedText, ForeignItem, ItemStatus
from question_bank.keys import QuestionType
from tests.question_bank.formats.books import codes, read


def one(text: str) -> ForeignItem:
    (item,) = read(text, "gift")
    return item


def forms(item: ForeignItem) -> list[tuple[str, int]]:
    assert isinstance(item.answer, tuple)
    (blank,) = item.answer
    assert isinstance(blank, tuple)
    return [(form.text, int(form.percent)) for form in blank if isinstance(form, AcceptedText)]


def test_a_single_choice_has_one_option_with_an_equal_sign() -> None:
    item = one("谁签发动火票？{~焊工 =负责人#对了 ~司机#不对}")

    assert (item.status, item.type) == (ItemStatus.IMPORT, QuestionType.SINGLE_CHOICE)
    assert item.stem == "谁签发动火票？"
    assert item.options == ("焊工", "负责人", "司机")
    assert item.answer == (1,)
    assert item.weights is None
    assert item.feedback == {1: "对了", 2: "不对"}


def test_weights_without_a_full_answer_make_a_multiple_choice() -> None:
    item = one("两人{~%50%甲 ~%50%乙 ~%-50%丙 ~丁}")

    assert item.type is QuestionType.MULTIPLE_CHOICE
    assert item.answer == (0, 1)
    assert item.weights == (50, 50, -50, 0)
    assert codes(item) == (set(), set())


def test_thirds_as_moodle_writes_them_are_a_whole() -> None:
    item = one("三人{~%33.33333%甲 ~%33.33333%乙 ~%33.33333%丙 ~丁}")

    assert item.weights is not None
    assert item.weights[0] == Fraction("33.33333")
    assert codes(item) == (set(), set())


def test_weights_that_are_no_whole_are_imported_with_a_warning() -> None:
    item = one("两人{~%50%甲 ~%40%乙 ~丙}")

    assert item.status is ItemStatus.IMPORT
    assert codes(item) == (set(), {"W509"})


def test_a_part_of_the_points_in_a_single_choice_is_warned_of() -> None:
    item = one("难题{~错 ~%50%半对 =全对}")

    assert (item.type, item.answer) == (QuestionType.SINGLE_CHOICE, (2,))
    assert item.weights == (0, 50, 100)
    assert codes(item) == (set(), {"W509"})


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("T", True), ("TRUE", True), ("F#错的#对的", False), ("FALSE", False), (" t ", True)],
)
def test_a_verdict(answer: str, expected: bool) -> None:
    item = one(f"太阳从东边升起。{{{answer}}}")

    assert (item.type, item.answer) == (QuestionType.TRUE_FALSE, expected)
    assert item.options == ()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("=四 =4", [("四", 100), ("4", 100)]),
        ("四", [("四", 100)]),
        ("=直立 =%50%立 =%0%*#不对", [("直立", 100), ("立", 50)]),
        ("#15", [("15", 100)]),
        ("#10:0.5", [("10±0.5", 100)]),
        ("#1822:0", [("1822", 100)]),
        ("#0.53..1.07", [("[0.53, 1.07]", 100)]),
        ("#-5..-1", [("[-5, -1]", 100)]),
        ("#=1822:0 =%50%1822:2#差一点", [("1822", 100), ("1822±2", 50)]),
        ("#3:2~#全错", [("3±2", 100)]),
        ("#1e-3", [("0.001", 100)]),
        ("#１０：0.5", [("10±0.5", 100)]),
        ("=2.4~级".replace("~", "\\~"), [('"2.4~级"', 100)]),
    ],
)
def test_a_blank_accepts_texts_and_numbers(answer: str, expected: list[tuple[str, int]]) -> None:
    item = one(f"填{{{answer}}}")

    assert (item.status, item.type) == (ItemStatus.IMPORT, QuestionType.FILL_BLANK)
    assert forms(item) == expected
    assert item.stem == "填 ____"


def test_a_missing_word_leaves_its_blank_in_the_stem() -> None:
    assert one("乙炔瓶应{=直立}放置。").stem == "乙炔瓶应____放置。"
    assert (
        one("Grant is {~buried =entombed} in Grant's tomb.").stem
        == "Grant is ____ in Grant's tomb."
    )
    assert one("Two plus two equals {=four =4}.").stem == "Two plus two equals ____."


def test_pairs_with_a_distractor() -> None:
    item = one("对起来。{\n=红 -> 禁止\n=黄 -> 警告\n= -> 广告\n}")

    assert (item.status, item.type) == (ItemStatus.IMPORT, QuestionType.MATCHING)
    assert item.answer == (("红", "禁止"), ("黄", "警告"))
    assert item.options == ("禁止", "警告", "广告")
    assert item.distractors == ("广告",)


def test_an_essay_is_a_short_answer_and_text_alone_is_material() -> None:
    essay, text = read("简述步骤。{####先报警}\n\n读下面的材料。", "gift")

    assert (essay.status, essay.type) == (ItemStatus.IMPORT, QuestionType.SHORT_ANSWER)
    assert essay.explanation == "先报警"
    assert (text.status, text.type, text.stem) == (ItemStatus.MATERIAL, None, "读下面的材料。")


def test_comments_categories_names_and_ids() -> None:
    first, second = read(
        "$CATEGORY: $course$/top/动火\\/作业/作业票\n\n"
        "// question: 7  name: x\n// [id:dh\\]1] [tag:夜班] [tag:依据:《动火规程》3.2]\n"
        "::有效期::几小时？{=8 ~4}\n\n::同名::一{T}\n// 中间的注释\n",
        "gift",
    )

    assert (first.title, first.external_id, first.line) == ("有效期", "dh]1", 5)
    assert first.tags == ("动火\\", "作业", "作业票", "夜班")
    assert first.reference == "《动火规程》3.2"
    assert second.tags == ("动火\\", "作业", "作业票")


def test_formats_are_read_into_markdown() -> None:
    html = one("[html]<p>简述<b>步骤</b></p><script>alert(1)</script>{=[html]<i>甲</i> =[plain]乙}")
    markdown = one("[markdown]**重点**是？{T}")

    assert html.stem == "简述**步骤** ____"
    assert [text for text, _percent in forms(html)] == ["*甲*", "乙"]
    assert markdown.stem == "**重点**是？"


def test_a_comparison_is_no_html() -> None:
    assert one("含氧量<19.5% 且 >10% 时？{T}").stem == "含氧量<19.5% 且 >10% 时？"


def test_escapes_stand_for_their_marks() -> None:
    item = one(r"\{a\=b\} \# \~ \: \\ 一\n二{=\=1 ~\~2}")

    assert item.stem == "{a=b} # ~ : \\ 一\n二"
    assert item.options == ("=1", "~2")
    assert codes(item) == (set(), set())


def test_an_unknown_escape_stays_and_is_told() -> None:
    item = one(r"\alpha 是？{T}")

    assert item.stem == r"\alpha 是？"
    assert codes(item) == (set(), {"W507"})


def test_stray_marks_after_the_brace_are_left_out_and_told() -> None:
    item = one('一到五的数？{#3:2}";')

    assert item.stem == "一到五的数？ ____"
    assert codes(item) == (set(), {"W508"})


def test_text_after_a_verdict_is_told() -> None:
    assert codes(one("监护人{F}可以离开")) == (set(), {"W508"})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("题干｛=甲 ~乙｝", "E509"),
        ("题干 {=甲 ~乙｝", "E509"),
        ("题干 {=甲 ~乙", "E510"),
        ("题干 =甲 ~乙}", "E511"),
        ("题干 {~甲 =}", "E205"),
        ("题干 {=文件->打开}", "E512"),
        ("题干 {=甲 -> 乙 =丙}", "E512"),
        ("题干 {＝甲 ～乙}", "E512"),
        ("题干 {=甲 ～乙 ～丙}", "E512"),
        ("题干 {=甲 =乙 ~丙}", "E513"),
        ("题干 {~甲 ~乙}", "E504"),
        ("题干 {#十五}", "E514"),
        ("题干 {#}", "E514"),
        ("题干 {#5:x}", "E514"),
        ("题干 {#7..3}", "E514"),
        ("题干 {=安全*}", "E515"),
        ("甲 {=1} 乙 {=2}", "E515"),
        ("题干 {=甲→乙 =丙→丁}", "E515"),
        ("题干 {=甲 ~甲}", "E204"),
        ("{=甲 ~乙}", "E517"),
    ],
)
def test_a_broken_question_is_refused_with_its_reason(text: str, code: str) -> None:
    item = one(text)

    assert item.status is ItemStatus.REFUSE
    assert code in codes(item)[0]


def test_a_blank_line_breaks_only_its_own_question() -> None:
    items = read("一{=甲 ~乙}\n\n二{=甲\n\n~乙\n\n~丙}\n\n三{=甲 ~丁}", "gift")

    assert [item.status.value for item in items] == [
        *("import", "refuse", "refuse", "refuse", "import")
    ]
    assert [codes(item)[0] for item in items[1:4]] == [{"E510"}, {"E511"}, {"E511"}]
    assert [item.line for item in items] == [1, 3, 5, 7, 9]


def test_full_width_braces_inside_a_sound_question_are_text() -> None:
    assert one("集合｛1｝是？{T}").status is ItemStatus.IMPORT


def test_a_forgotten_blank_line_is_refused() -> None:
    assert codes(one("::甲::一{T}\n::乙::二"))[0] == {"E515"}


def test_repeated_names_and_ids_are_told() -> None:
    first, second = read("// [id:a]\n::甲::一{T}\n\n// [id:a]\n::甲::二{T}", "gift")

    assert codes(first)[1] == set()
    assert codes(second)[1] == {"W506"}
