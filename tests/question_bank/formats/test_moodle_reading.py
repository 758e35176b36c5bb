"""Moodle XML as other people's Moodles write it."""

import base64
from fractions import Fraction

import pytest

from core.errors import Conflict
from question_bank.answers import accepted_form
from question_bank.formats.items import ForeignItem, ItemStatus
from question_bank.formats.moodle.reading import read_moodle
from question_bank.keys import QuestionType, RuleName, ScoringRule
from tests.question_bank.files import PNG
from tests.question_bank.formats.books import read


def quiz(*questions: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><quiz>{"".join(questions)}</quiz>'.encode()


def question(kind: str, inner: str, *, stem: str = "<p>题干？</p>", form: str = "html") -> str:
    text = f'<questiontext format="{form}"><text><![CDATA[{stem}]]></text></questiontext>'
    name = "<name><text>标题</text></name>"
    return f'<question type="{kind}">{name}{text}{inner}</question>'


def answer(text: str, fraction: str = "0", feedback: str = "", form: str = "html") -> str:
    said = f'<feedback format="html"><text>{feedback}</text></feedback>'
    return (
        f'<answer fraction="{fraction}" format="{form}"><text><![CDATA[{text}]]></text>{said}'
        "</answer>"
    )


def one(*questions: str) -> ForeignItem:
    (item,) = read_moodle(quiz(*questions), "题.xml")
    return item


def codes(item: ForeignItem) -> list[str]:
    return [remark.code for remark in (*item.errors, *item.warnings)]


def test_html_becomes_markdown_and_scripts_go() -> None:
    stem = (
        "<p>H<sub>2</sub>S <b>超标</b>&nbsp;时</p><script>alert(1)</script><style>p{}</style>"
        "<ul><li>先撤离</li><li>再报告</li></ul>"
        "<table><tr><th>区</th><th>值</th></tr><tr><td>一</td><td>10|20</td></tr></table>"
        '<p onclick="x()"><code>a*b</code> 1 &lt; 2</p>'
    )
    item = one(
        question(
            "multichoice",
            "<single>true</single>" + answer("<p>撤离</p>", "100", "对。") + answer("等", "0"),
            stem=stem,
        )
    )

    assert item.stem == (
        "H~2~S **超标** 时\n\n- 先撤离\n- 再报告\n\n"
        "| 区 | 值 |\n|---|---|\n| 一 | 10\\|20 |\n\n`a*b` 1 < 2"
    )
    assert item.options == ("撤离", "等")
    assert item.answer == (0,)
    assert item.feedback == {0: "对。"}
    assert item.title == "标题"


def test_pictures_in_the_file_are_kept_by_their_bytes() -> None:
    picture = base64.b64encode(PNG).decode()
    inner = (
        '<questiontext format="html"><text><![CDATA[<p>看图 '
        '<img src="@@PLUGINFILE@@/%E8%A1%A8.png" alt="压力表"></p>'
        '<p><img src="https://example.com/x.png" alt="远处的图"></p>]]></text>'
        f'<file name="表.png" path="/" encoding="base64">{picture}</file></questiontext>'
    )
    item = one(f'<question type="essay">{inner}</question>')

    ((path, data),) = item.images.items()
    assert data == PNG
    assert f"![压力表]({path})" in item.stem
    assert "远处的图" in item.stem
    assert "example.com" not in item.stem
    assert codes(item) == ["W518"]


def test_fractions_of_a_multiple_choice_tell_its_rule() -> None:
    def read(*shares: str) -> ForeignItem:
        answers = "".join(answer(f"选项{n}", share) for n, share in enumerate(shares))
        return one(question("multichoice", "<single>false</single>" + answers))

    assert read("50", "50", "-100").rule == ScoringRule(RuleName.SHARE_PER_OPTION)
    assert read("33.33333", "33.33333", "33.33333", "-33.33333").rule == ScoringRule(
        RuleName.RIGHT_MINUS_WRONG
    )
    weighted = read("66.66667", "33.33333", "0")
    assert weighted.rule == ScoringRule(RuleName.WEIGHTED)
    assert weighted.weights == (Fraction(200, 3), Fraction(100, 3), Fraction(0))
    assert "W509" in codes(read("60", "20", "0"))


def test_a_single_choice_with_two_full_answers_is_refused() -> None:
    both = answer("甲", "100") + answer("乙", "100")
    item = one(question("multichoice", "<single>true</single>" + both))

    assert item.status is ItemStatus.REFUSE
    assert codes(item) == ["E513"]


@pytest.mark.parametrize(("right", "verdict"), [("true", True), ("false", False)])
def test_true_false(right: str, verdict: bool) -> None:
    answers = "".join(answer(word, "100" if word == right else "0") for word in ("true", "false"))
    item = one(question("truefalse", answers))

    assert item.type is QuestionType.TRUE_FALSE
    assert item.answer is verdict


def test_numbers_with_tolerance_and_unit() -> None:
    inner = (
        '<answer fraction="100"><text>0.8000000</text><tolerance>0.05</tolerance></answer>'
        "<units><unit><multiplier>1</multiplier><unit_name>MPa</unit_name></unit></units>"
    )
    item = one(question("numerical", inner, stem="<p>读数是 ______ 吗</p>"))

    assert item.stem == "读数是 ____ 吗"
    ((form,),) = item.answer  # type: ignore[union-attr,misc]
    assert accepted_form(form.text) == accepted_form("0.8±0.05 MPa")  # type: ignore[union-attr]


def test_short_answers_keep_literal_stars_and_refuse_wildcards() -> None:
    kept = one(question("shortanswer", answer("5\\*3", "100", form="plain_text")))
    refused = one(question("shortanswer", answer("卧*", "100")))

    assert kept.answer[0][0].text == "5*3"  # type: ignore[index,union-attr]
    assert codes(refused) == ["E515"]


def test_matching_with_a_distractor() -> None:
    def row(left: str, right: str) -> str:
        text = f"<text>{left}</text><answer><text>{right}</text></answer>"
        return f'<subquestion format="html">{text}</subquestion>'

    item = one(question("matching", row("红", "禁止") + row("黄", "警告") + row("", "广告")))

    assert item.answer == (("红", "禁止"), ("黄", "警告"))
    assert item.distractors == ("广告",)


def test_cloze_gaps_become_blanks_and_one_choice_gap_a_single_choice() -> None:
    blanks = one(
        question("cloze", "", stem="<p>限速 {1:NUMERICAL:=15:0.5} km/h，{2:SA:=卧倒~=倒卧} 放</p>")
    )
    choice = one(question("cloze", "", stem="选 {1:MULTICHOICE:=甲#对~乙} 吧"))
    mixed = one(question("cloze", "", stem="{1:MC:=甲~乙} 和 {1:SA:=丙}"))

    assert blanks.stem == "限速 ____ km/h，____ 放"
    assert [[form.text for form in blank] for blank in blanks.answer] == [  # type: ignore[union-attr]
        ["15±0.5"],
        ["卧倒", "倒卧"],
    ]
    assert "W518" in codes(blanks)
    assert (choice.type, choice.options, choice.answer) == (
        QuestionType.SINGLE_CHOICE,
        ("甲", "乙"),
        (0,),
    )
    assert codes(mixed) == ["E515"]


@pytest.mark.parametrize("kind", ["ddmarker", "calculated", "random", "gapselect", "unknown"])
def test_kinds_that_ours_cannot_hold_are_refused_by_name(kind: str) -> None:
    item = one(question(kind, ""))

    assert item.status is ItemStatus.REFUSE
    assert item.errors[0].code == "E515"
    assert item.stem == "题干？"


def test_category_description_hidden_and_grade() -> None:
    path = "<category><text>$course$/top/动火/一级//二级</text></category>"
    category = f'<question type="category">{path}</question>'
    more = (
        "<idnumber>A-1</idnumber><hidden>1</hidden><defaultgrade>2.5000000</defaultgrade>"
        "<tags><tag><text>作业票</text></tag></tags><hint><text>想想</text></hint>"
    )
    material, item = read_moodle(
        quiz(
            category,
            question("description", "", stem="<p>一段材料</p>"),
            question("essay", more + '<graderinfo format="html"><text>要点</text></graderinfo>'),
        ),
        "题.xml",
    )

    assert material.status is ItemStatus.MATERIAL
    assert item.tags == ("动火", "一级/二级", "作业票")
    assert (item.external_id, item.points_tenths, item.model_answer) == ("A-1", 25, "要点")
    assert codes(item) == ["W505", "W518"]


def test_a_file_that_declares_a_chinese_encoding_is_read() -> None:
    text = quiz(question("essay", "")).decode().replace("UTF-8", "GB2312")

    (item,) = read_moodle(text.encode("gb18030"), "题.xml")

    assert item.stem == "题干？"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<quiz>",
        b"<html/>",
        b'<!DOCTYPE quiz [<!ENTITY a "b">]><quiz>&a;</quiz>',
        b'<!DOCTYPE quiz SYSTEM "http://127.0.0.1/x.dtd"><quiz/>',
        b'<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>',
        b"<quiz>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</quiz>",
        b"<quiz>" + b"<a/>" * 300_000 + b"</quiz>",
        b"\xff\xfe\x00",
    ],
)
def test_harmful_or_broken_xml_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(Conflict) as refused:
        read_moodle(data, "题.xml")

    assert "题.xml" in str(refused.value)


def test_a_case_with_a_part_that_cannot_be_read_is_refused_with_the_reason() -> None:
    case = question("description", "<idnumber>c1</idnumber>", stem="<p>事故经过</p>")
    part = question("truefalse", "<tags><tag><text>案例:c1</text></tag></tags>")

    (item,) = read(quiz(case, part), "moodle-xml")

    assert item.status is ItemStatus.REFUSE
    assert [remark.code for remark in item.errors] == ["E504"]
    assert item.errors[0].message.startswith("小题 1：")
