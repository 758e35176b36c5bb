"""Every form of number that a law or a company rule is divided by."""

import pytest

from learning.drafting.marks import Mark, read_number
from learning.numerals import chinese, value_of
from tests.learning.drafting.texts import anchors, clause_texts, draft, numbers


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百零五", 105),
        ("一百二十", 120),
        ("一二〇", 120),
        ("一千二百六十", 1260),
        ("两百", 200),
        ("12", 12),
        ("１２", 12),
        ("二 十 一", 21),
    ],
)
def test_numerals_are_read_in_every_writing(written: str, value: int) -> None:
    assert value_of(written) == value


@pytest.mark.parametrize("written", ["", "条", "十百", "一二十", "九九九九九九"])
def test_what_is_no_number_has_no_value(written: str) -> None:
    assert value_of(written) is None


def test_numerals_survive_writing_and_reading() -> None:
    assert [value_of(chinese(n)) for n in range(1, 3000)] == list(range(1, 3000))


@pytest.mark.parametrize(
    ("text", "mark", "values", "printed", "rest"),
    [
        ("第十二条　生产经营单位", Mark.ARTICLE, (12,), "第十二条", "生产经营单位"),
        ("第12条 单位", Mark.ARTICLE, (12,), "第12条", "单位"),
        ("第１２条　单位", Mark.ARTICLE, (12,), "第１２条", "单位"),
        ("第 十二 条 单位", Mark.ARTICLE, (12,), "第十二条", "单位"),
        ("第十二条之一　单位", Mark.ARTICLE, (12, 1), "第十二条之一", "单位"),
        ("第十二条:单位", Mark.ARTICLE, (12,), "第十二条", "单位"),
        ("**第十二条** 单位", Mark.ARTICLE, (12,), "第十二条", "单位"),
        ("第一编 总则", Mark.PART, (1,), "第一编", "总则"),
        ("第二分编 担保", Mark.SUBPART, (2,), "第二分编", "担保"),
        ("第三章总则", Mark.CHAPTER, (3,), "第三章", "总则"),
        ("第二节　规定", Mark.SECTION, (2,), "第二节", "规定"),
        ("3.2.1 作业票", Mark.DECIMAL, (3, 2, 1), "3.2.1", "作业票"),
        ("３．２．１　作业票", Mark.DECIMAL, (3, 2, 1), "３．２．１", "作业票"),
        ("3.2.1.1作业票", Mark.DECIMAL, (3, 2, 1, 1), "3.2.1.1", "作业票"),
        ("3.2. 作业票", Mark.DECIMAL, (3, 2), "3.2", "作业票"),
        ("A.1.2 票面", Mark.DECIMAL, (1, 2), "A.1.2", "票面"),
        ("一、总则", Mark.HAN, (1,), "一、", "总则"),
        ("十一．总则", Mark.HAN, (11,), "十一．", "总则"),
        ("（一）职责", Mark.HAN_BRACKET, (1,), "（一）", "职责"),
        ("(十二) 职责", Mark.HAN_BRACKET, (12,), "(十二)", "职责"),
        ("1. 检查", Mark.ARABIC, (1,), "1.", "检查"),
        ("１．检查", Mark.ARABIC, (1,), "１．", "检查"),
        ("1、检查", Mark.ARABIC, (1,), "1、", "检查"),
        ("1 范围", Mark.PLAIN, (1,), "1", "范围"),
        ("（1）检查", Mark.ITEM, (1,), "（1）", "检查"),
        ("1）检查", Mark.ITEM, (1,), "1）", "检查"),
        ("② 检查", Mark.ITEM, (2,), "②", "检查"),
        ("b) 检查", Mark.ITEM, (2,), "b)", "检查"),
        ("附件1：检查表", Mark.ATTACHMENT, (1,), "附件1", "检查表"),
        ("附件二 检查表", Mark.ATTACHMENT, (2,), "附件二", "检查表"),
        ("附录A 票样", Mark.ATTACHMENT, (1,), "附录A", "票样"),
        ("附　则", Mark.NAMED, (3,), "", "附则"),
    ],
)
def test_the_number_at_the_beginning_is_read(
    text: str, mark: Mark, values: tuple[int, ...], printed: str, rest: str
) -> None:
    number = read_number(text)

    assert number is not None
    assert (number.mark, number.values, number.printed, number.rest) == (
        mark,
        values,
        printed,
        rest,
    )


@pytest.mark.parametrize(
    "text", ["生产经营单位", "2026年", "12小时", "1/2", "3.5%", "10-20 米", ""]
)
def test_what_is_no_clause_number_is_none(text: str) -> None:
    assert read_number(text) is None


def test_nested_decimals_become_clauses_and_lists_stay_text() -> None:
    made = draft(
        "制度\n\n1 范围\n适用于全厂。\n2 要求\n2.1 分级\n2.1.1 分三级。\n2.1.1.1 特级。\n"
        "2.1.2 检查：\n1. 气体；\n2. 监护人；\n3. 灭火器。\n距离大于\n2.5 米处设栏。\n3 附则\n"
        "3.1 今日执行。\n"
    )

    assert numbers(made) == ["1", "2", "2.1", "2.1.1", "2.1.1.1", "2.1.2", "3", "3.1"]
    assert anchors(made) == [
        "s-1",
        "s-2",
        "s-2-1",
        "s-2-1-1",
        "s-2-1-1-1",
        "s-2-1-2",
        "s-3",
        "s-3-1",
    ]
    assert "3. 灭火器。" in clause_texts(made)["s-2-1-2"]


def test_the_levels_of_an_official_letter_become_clauses() -> None:
    made = draft(
        "通知\n\n一、总则\n（一）适用于班组。\n（二）职责\n1．开会；\n2．检查：\n（1）每日；\n"
        "（2）记录。\n"
        "二、处罚\n（一）罚款。\n"
    )

    assert [(c.anchor, c.number, c.heading) for c in made.clauses] == [
        ("s-1", "一、", "总则"),
        ("s-1-1", "（一）", ""),
        ("s-1-2", "（二）", "职责"),
        ("s-1-2-1", "1．", ""),
        ("s-1-2-2", "2．", ""),
        ("s-2", "二、", "处罚"),
        ("s-2-1", "（一）", ""),
    ]
    assert clause_texts(made)["s-1-2-2"] == "检查：\n\n（1）每日；\n\n（2）记录。"


def test_parts_chapters_and_sections_keep_their_own_anchors() -> None:
    made = draft(
        "大法典\n\n第一编　总则\n第一章　规定\n第一条　一。\n第二编　物权\n第一分编　通则\n"
        "第一章　规定\n"
        "第一节　登记\n第二条　二。\n附　则\n第三条　三。\n"
    )

    assert anchors(made) == [
        *("p-1", "p-1-c-1", "s-1", "p-2", "p-2-1", "p-2-c-1", "p-2-c-1-1", "s-2"),
        *("c-fu-ze", "s-3"),
    ]
    assert made.clauses[-2].heading == "附则"


def test_chapters_counted_with_han_numerals_hold_articles() -> None:
    made = draft(
        "办法\n\n一、总则\n第一条 目的。\n第二条 职责：\n一、开会。\n二、检查。\n二、附则\n"
        "第三条 执行。\n"
    )

    assert anchors(made)[:3] == ["c-1", "s-1", "s-2"]
    assert anchors(made)[-2:] == ["c-2", "s-3"]


def test_attachments_number_their_own_clauses() -> None:
    made = draft(
        "办法\n\n第一条　按附件1检查。\n第二条　施行。\n附件：1. 检查表\n2. 票样\n\n附件1\n"
        "检查表\n\n第一条　查。\n\n"
        "附件2：票样\n一、填写\n（一）字迹清楚。\n附录A 说明\nA.1 票面\nA.1.1 编号。\n"
    )

    assert anchors(made) == [
        *("s-1", "s-2", "a-1", "a-1-s-1", "a-2", "a-2-s-1", "a-2-s-1-1"),
        *("ap-a", "ap-a-1", "ap-a-1-1"),
    ]
    assert [made.clauses[2].heading, made.clauses[4].heading] == ["检查表", "票样"]
    assert "附件：1. 检查表" in clause_texts(made)["s-2"]


def test_repeated_and_missing_numbers_are_told_and_anchors_stay_distinct() -> None:
    made = draft("办法\n\n第一条　甲。\n第二条　乙。\n第二条　丙。\n第五条　丁。\n第四条　戊。\n")

    assert anchors(made) == ["s-1", "s-2", "s-2-x2", "s-5", "s-4"]
    told = "\n".join(made.remarks)
    assert "第 5 行：第二条在第 4 行已经有过，这一处的锚点是 s-2-x2" in told
    assert "第二条后面是第五条，缺第三条至第四条" in told
    assert "第五条后面又是第四条，顺序倒了" in told


def test_articles_counted_anew_in_each_chapter_carry_their_chapter() -> None:
    made = draft(
        "办法\n\n第一章 甲\n第一条 一。\n第二条 二。\n第二章 乙\n第一条 三。\n第二条 四。\n"
    )

    assert anchors(made) == ["c-1", "s-1", "s-2", "c-2", "c-2-s-1", "c-2-s-2"]


def test_numbering_without_gaps_has_no_remark() -> None:
    made = draft(
        "办法\n\n第一条　甲。\n第二条　乙。\n第二条之一　丙。\n第二条之二　丁。\n"
        "第三条　自2026年1月1日起施行。\n"
    )

    assert made.remarks == ()
    assert anchors(made) == ["s-1", "s-2", "s-2-1", "s-2-2", "s-3"]
