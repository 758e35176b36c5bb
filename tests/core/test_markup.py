"""Markdown becomes HTML that is safe to show, and looks as its author saw it."""

import re
import threading

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.markup import mark_class, plain_text, render, render_inline, without_comments


def test_heading_keeps_its_anchor_and_shows_its_clause_number_apart() -> None:
    assert render("## 3.2 作业票有效期 {#s-3-2}") == (
        '<h2 id="s-3-2"><a class="no" href="#s-3-2">3.2</a>作业票有效期</h2>'
    )
    assert render("### 第二十八条　教育培训 {#art-28}") == (
        '<h3 id="art-28"><a class="no" href="#art-28">第二十八条</a>教育培训</h3>'
    )


def test_first_level_heading_is_shifted_under_the_title_of_the_page() -> None:
    assert render("# 总则") == "<h2>总则</h2>"


def test_hash_without_a_space_is_text() -> None:
    assert render("#1 号炉") == "<p>#1 号炉</p>"


@pytest.mark.parametrize(
    ("fact", "meaning"),
    [
        ("必须", "do"),
        ("应当", "do"),
        ("不得", "ban"),
        ("严禁", "ban"),
        ("禁止", "ban"),
        ("8 小时", ""),
    ],
)
def test_marked_words_carry_their_meaning(fact: str, meaning: str) -> None:
    assert mark_class(fact) == meaning
    attribute = f' class="{meaning}"' if meaning else ""
    shown = fact.replace(" ", "&nbsp;")
    assert f"<mark{attribute}>{shown}</mark>" in render(f"这里=={fact}==。")


def test_fact_id_behind_a_mark_is_not_shown() -> None:
    assert render("==8 小时=={#f-2k9d}内") == '<p><mark id="f-2k9d">8&nbsp;小时</mark>内</p>'


def test_blanks_around_a_mark_are_no_gaps_between_characters() -> None:
    assert render("发生 ==中毒== 事故，==必须== ==立即== 报告 A ==3 m== B") == (
        '<p>发生<mark>中毒</mark>事故，<mark class="do">必须</mark><mark>立即</mark>报告 '
        "A <mark>3 m</mark> B</p>"
    )


def test_bold_beside_chinese_punctuation_is_bold() -> None:
    assert render("**“重点”**是 **注意:**请看").count("<strong>") == 2


def test_line_break_between_characters_is_no_space() -> None:
    assert render("甲。\n乙==丙==\n**丁**\nA\nB") == (
        "<p>甲。乙<mark>丙</mark><strong>丁</strong>\nA\nB</p>"
    )


def test_two_spaces_still_break_the_line() -> None:
    assert render("甲  \n乙") == "<p>甲<br>\n乙</p>"


def test_list_may_follow_its_paragraph_at_once_and_nest_by_two_spaces() -> None:
    made = re.sub(r"\s", "", render("条件：\n- 甲\n  - 乙\n- 丙\n\n1. 一\n   - 二"))

    assert made == (
        "<p>条件：</p><ul><li>甲<ul><li>乙</li></ul></li><li>丙</li></ul>"
        "<ol><li>一<ul><li>二</li></ul></li></ol>"
    )


def test_number_that_wraps_to_a_line_start_is_text() -> None:
    assert "<ol>" not in render("共有\n2. 条")


def test_table_scrolls_in_its_own_frame_and_numbers_align_right() -> None:
    made = render("| 物质 | 限值 |\n|---|--:|\n| 氨 | 20 |")

    assert made.startswith('<div class="table-scroll" tabindex="0"><table>')
    assert '<td class="num">20</td>' in made


def test_range_of_values_is_no_subscript() -> None:
    assert render("3~5米、10~20米，H~2~S，10^-6^") == (
        "<p>3~5米、10~20米，H<sub>2</sub>S，10<sup>-6</sup></p>"
    )


def test_blanks_of_a_question_stay_underscores() -> None:
    assert "____" in render("限速 ____ km/h；间距 ____ m")


def test_link_to_another_module_leads_to_its_page() -> None:
    assert 'href="/modules/sop-jt#s-2-1"' in render("[厂内交通](sop-jt#s-2-1)")
    assert 'href="/x/sop-jt#s-2-1"' in render("[厂](sop-jt#s-2-1)", module_url="/x/{}".format)


def test_link_to_another_host_tells_it_nothing() -> None:
    assert render("[国标](https://openstd.example.cn/)") == (
        '<p><a href="https://openstd.example.cn/" rel="noopener noreferrer">国标</a></p>'
    )


def test_image_comes_from_here_or_only_its_words_stay() -> None:
    assert render("![表](图片/a.png)", image_url=lambda path: "/i/1") == (
        '<p><img alt="表" src="/i/1"></p>'
    )
    assert render("![表](图片/a.png)", image_url=lambda path: None) == "<p><em>表</em></p>"
    assert render("![表](https://elsewhere.example/a.png)") == "<p><em>表</em></p>"
    assert render("![表](data:image/svg+xml;base64,x)") == "<p><em>表</em></p>"


def test_raw_html_is_shown_as_text() -> None:
    assert render("浓度 <LEL 且 <b onclick=x>粗</b>") == (
        "<p>浓度 &lt;LEL 且 &lt;b onclick=x&gt;粗&lt;/b&gt;</p>"
    )


def test_comment_leaves_its_line_breaks_and_an_open_one_is_text() -> None:
    assert without_comments("甲<!-- a\nb -->乙<!-- c") == "甲\n乙<!-- c"


def test_block_of_thousands_of_brackets_is_shown_as_it_is() -> None:
    assert render("[" * 3000 + "\n\n[甲](#s-1)").count("[") == 3000
    assert '<a href="#s-1">甲</a>' in render("[" * 3000 + "\n\n[甲](#s-1)")


def test_marks_for_the_question_bank_are_not_shown() -> None:
    assert render("按顺序： {.步骤}\n\n1. 停机").startswith("<p>按顺序：</p>")
    assert render("按顺序：{.步骤}{#f-2k9d}\n\n1. 停机").startswith("<p>按顺序：</p>")
    assert render("不超过 ==8 小时=={#f-2k9d}。").endswith(
        '<mark id="f-2k9d">8\N{NO-BREAK SPACE}小时</mark>。</p>'
    )


def test_comment_is_not_shown() -> None:
    assert render("甲<!-- 待查 -->乙") == "<p>甲乙</p>"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&colon;alert(1))",
        "[x]( data:text/html,x)",
        "[x](//evil.example/)",
        "<javascript:alert(1)>",
        "甲\n{: onclick=alert(1) style=color:red }",
        "## 甲 {onclick=alert(1)}",
        "![x](x.png){onerror=alert(1)}",
        "[a]: javascript:alert(1)\n\n[a]",
    ],
)
def test_nothing_active_gets_through(text: str) -> None:
    made = render(text)

    assert not re.search(r"<[^>]*(?:on\w+=|style=|javascript|data:|//evil)", made, re.IGNORECASE)
    assert "<script" not in made


def test_inline_text_has_no_paragraph_around_it() -> None:
    assert render_inline("次日 **6:00**") == "次日 <strong>6:00</strong>"


def test_plain_text_keeps_the_words_only() -> None:
    assert plain_text("**甲** ==乙== <LEL [丙](#s-1)") == "甲 乙 <LEL 丙"


def test_threads_do_not_disturb_each_other() -> None:
    made: dict[int, set[str]] = {}

    def work(number: int) -> None:
        text = f"![图](a{number}.png)"
        made[number] = {render(text, image_url=lambda p: f"/{number}/{p}") for _ in range(50)}

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert made == {n: {f'<p><img alt="图" src="/{n}/a{n}.png"></p>'} for n in range(6)}


def test_nesting_beyond_sense_is_shown_rather_than_fatal() -> None:
    assert "甲" in render(">" * 3000 + "甲")
    assert render("[" * 3000)


PIECES = st.sampled_from(
    ["<script>", "</script>", "<img src=x onerror=alert(1)>", "<b>", "<!--", "-->",
     "](javascript:x)", "[", "]", "(", ")", "![", "==", "**", "`", "```\n", "\n", "\n\n",
     "| a | b |\n|--|--|\n", "- ",
     "1. ", "> ", "    ", "#", "## ", "{#s-1}", "{onclick=x}", "[^1]", "[^1]: x\n", "&lt;", "&#60;",
     "&#x3c;script&#x3e;", "\x02", "\x03", "klzzwxh:0", "wzxhzdk:0", "\x00", "\ud800", "\\", "~",
     "^", "http://e.com/", "<http://e.com>", "<a@b.cn>", "javascript:", "\t", "___", "\u3000"]
)  # fmt: skip
SAFE_TAG = re.compile(
    r"</?(?:p|br|hr|h[1-6]|ul|ol|li|blockquote|pre|code|em|strong|del|sub|sup|mark|table|thead|tbody"
    r"|tr|th|td|a|img|div)(?: (?:id|class|href|src|alt|title|rel|start|tabindex)=\"[^\"<>]*\")*>"
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=30).map("".join))
def test_raw_html_never_survives(text: str) -> None:
    for made in (render(text), render_inline(text)):
        assert "<" not in SAFE_TAG.sub("", made)
        assert not re.search(
            r"(?:href|src)=\"\s*(?:javascript|data|vbscript):", made, re.IGNORECASE
        )


LINES = st.text(
    alphabet="动火票8.小时 ,/%;?()+-·℃°×±≤≥—…、。《》【】“”‘’（），：；？！％AZaz09\ue000\ue001",
    max_size=30,
)


@given(LINES)
@example("2.5 m")
@example("2. 报告")
@example("2) 报告")
@example("A. 甲")
@example("甲   乙")
@example("http://a.b/c")
@example("a--b---c")
def test_a_plain_line_is_made_as_any_other(line: str) -> None:
    """A second paragraph that is no plain text makes the converter see the line."""
    words = line.strip(" ")
    seen = render(f"{words}\n\n*z*").removesuffix("<p><em>z</em></p>").strip()

    if words:
        assert render(words) == seen
        assert plain_text(words) == plain_text(f"{words}\n\n*z*").removesuffix("z").strip()
