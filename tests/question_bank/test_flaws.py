"""Writing flaws: each with a question that has it and one that nearly has it."""

from dataclasses import replace

import pytest

from core.errors import HINT, WARNING
from learning.parsing import parse_module
from question_bank.authoring.flaws import ModuleText, flaws_of
from question_bank.drafts import AnchorReference, AuthorState, QuestionDraft
from tests.question_bank.blocks import draft_of

CLAUSE = "\n\n> - 依据：[3.2](#s-3-2)\n"
OTHER_CLAUSE = "\n\n> - 依据：[4.5](#s-4-5)\n"


def choice(
    stem: str, right: str, *wrong: str, notes: str = CLAUSE, word: str = "单选"
) -> QuestionDraft:
    """A choice whose right option comes first."""
    options = "\n".join([f"- [x] {right}", *(f"- [ ] {text}" for text in wrong)])
    return draft_of(word, f"{stem}\n\n{options}{notes}")


def verdict(stem: str, answer: str = "对", clause: str = CLAUSE) -> QuestionDraft:
    return draft_of("判断", f"{stem}\n\n> - 答案：{answer}\n{clause.strip()}\n")


def blank(stem: str, answer: str, clause: str = CLAUSE) -> QuestionDraft:
    return draft_of("填空", f"{stem}\n\n> - 答案1：{answer}\n{clause.strip()}\n")


def codes(*drafts: QuestionDraft) -> list[str]:
    """The codes of what is told about drafts standing one below the other."""
    placed = [replace(draft, line=40 + 20 * n) for n, draft in enumerate(drafts)]
    return [problem.code for problem in flaws_of(placed)]


def test_the_longest_option_by_far_is_told() -> None:
    key = "先切断电源再用干粉灭火器从上风方向灭火"

    assert codes(choice("电气火灾怎么办？", key, "用水浇", "跑开", "用手扑打")) == ["W301"]
    assert codes(choice("有效期多长？", "一共十二小时", "八小时", "四小时", "两小时")) == []
    assert (
        codes(choice("电气火灾怎么办？", key, "先用水浇再切断电源然后用干粉灭火器", "跑开")) == []
    )


def test_a_module_whose_longest_options_are_the_keys_is_told_once() -> None:
    telling = [
        choice(f"问题{n}号的做法是哪一种？", f"第{n}种长一点的", "短的", f"短{n}", "短哦")
        for n in range(10)
    ]
    mixed = [
        choice(f"问题{n}号的做法是哪一种？", "短的", f"第{n}种长一点的", f"短{n}", "短哦")
        for n in range(6)
    ]

    told = [p for p in flaws_of(telling) if p.code == "W303"]
    assert [p.level for p in told] == [WARNING]
    assert "10 道有明显最长选项的单选里，10 道的答案就是它（碰巧大约 2 道）" in told[0].message
    assert "W303" not in codes(*telling[:7])
    assert "W303" not in codes(*telling[:4], *mixed)


def test_keys_at_one_letter_are_told_from_twenty_questions_on() -> None:
    same = [choice(f"问题{n}：限速是多少？", f"{n}1", f"{n}2", f"{n}3", f"{n}4") for n in range(20)]
    turned = [
        replace(d, options=(*d.options[n % 4 :], *d.options[: n % 4])) for n, d in enumerate(same)
    ]

    assert "W304" in codes(*same)
    assert "W304" not in codes(*turned)
    assert "W304" not in codes(*same[:19])
    waived = [replace(draft, waived=(("W304", "顺序有意义"),)) for draft in same]
    assert "W304" not in codes(*waived)


def test_verdicts_of_one_kind_are_told() -> None:
    true = [verdict(f"第{n}号罐区的第{n * 7}条管线每{n}天巡检。") for n in range(12)]

    assert "W304" in codes(*true)
    assert "W304" not in codes(
        *[replace(d, key=replace(d.key, verdict=n % 2 > 0)) for n, d in enumerate(true)]
    )  # type: ignore[type-var]


@pytest.mark.parametrize(
    "text", ["以上都对", "以上都是", "以上都不对", "以上选项均正确", "上述说法都不正确"]
)
def test_all_of_the_above_must_stay_last(text: str) -> None:
    fixed = "\n\n> - 依据：[3.2](#s-3-2)\n> - 乱序：末项固定\n"
    last = choice("怎么办？", "甲做法", "乙做法", text)
    first = choice("怎么办？", text, "甲做法", "乙做法")

    assert codes(last) == ["W305"]
    assert codes(first) == ["W305"]
    assert codes(choice("怎么办？", "甲做法", "乙做法", text, notes=fixed)) == []
    assert codes(choice("怎么办？", "甲做法", "乙做法", "以上级的批准为准")) == []


def test_options_that_speak_of_letters_are_told() -> None:
    assert codes(choice("怎么办？", "报告", "撤离", "A和B")) == ["W305"]
    assert codes(choice("哪种灭火器？", "ABC干粉", "二氧化碳", "泡沫")) == []


@pytest.mark.parametrize(
    "stem",
    [
        "监护人不能不到场。",
        "进入受限空间不应不检测。",
        "非持证的电工不可。",
        "班组里没有人不佩戴安全帽。",
        "下列不正确的是哪一种不戴手套的情况？",
        "下列不属于不合规做法的是？",
        "公司不禁止使用手机。",
    ],
)
def test_double_negation_is_told(stem: str) -> None:
    assert codes(verdict(stem)) == ["W306"]


@pytest.mark.parametrize(
    "stem",
    [
        "没有监护人时，不得不停止作业。",
        "未经培训合格，不得上岗作业。",
        "不戴安全帽不得进入现场。",
        "非作业人员不得进入围栏。",
        "下列哪些属于不安全行为？",
        "距离不足 5 米，不符合要求。",
        "不伤害自己、不伤害他人、不被他人伤害。",
        "下列说法不正确的是哪一项？",
        "非常潮湿的场所不可使用普通灯具。",
    ],
)
def test_natural_negation_is_not_told(stem: str) -> None:
    assert codes(verdict(stem)) == []


def test_absolute_words_in_wrong_options_alone_are_told() -> None:
    assert codes(choice("怎么办？", "先报告", "任何时候都冲进去", "先拍照")) == ["W307"]
    assert codes(choice("怎么办？", "任何人都先报告", "任何时候都冲进去", "先拍照")) == []
    assert codes(choice("怎么办？", "先报告", "不一定要停机", "保持一定距离")) == []
    assert codes(verdict("任何人都可以停止作业。")) == []


def test_near_duplicates_name_the_other_place() -> None:
    one = choice(
        "夜班签发的一级动火作业票，最晚可以用到什么时候？", "次日 6:00", "次日 2:00", "用完为止"
    )
    two = choice(
        "夜班签发的一级动火作业票最晚可用到什么时候?", "次日 6:00", "用完为止", "次日 2:00"
    )
    other = choice(
        "白班签发的二级动火作业票，几小时以后要重新办理？", "次日 6:00", "次日 2:00", "用完为止"
    )

    told = flaws_of([one, replace(two, path="b.md", module_key="b", line=9)])
    assert [(p.path, p.line, p.code) for p in told] == [("b.md", 9, "W308")]
    assert "sop-dh.md:40" in told[0].message
    assert codes(one, other) == []
    assert codes(one, replace(two, waived=(("W308", "两套卷各用一题"),))) == []
    assert codes(one, replace(two, state=AuthorState.RETIRED)) == []


def test_all_planted_duplicates_among_many_questions_are_found() -> None:
    areas = [chr(0x4E00 + 37 * n) + chr(0x5E00 + 41 * n) + chr(0x7000 + 29 * n) for n in range(150)]
    many = [
        replace(verdict(f"在{area}区域作业以前，{area}的负责人要检查{area}的记录。"), line=n)
        for n, area in enumerate(areas)
    ]
    copies = [
        replace(draft, stem=draft.stem.replace("以前", "之前"), line=1000 + n)
        for n, draft in enumerate(many)
    ]

    told = [problem for problem in flaws_of([*many, *copies]) if problem.code == "W308"]

    assert [problem.line for problem in told] == [draft.line for draft in copies]


@pytest.mark.parametrize(
    "stem",
    [
        "上述作业应当由谁审批。",
        "该工人应当先报告。",
        "依照本条，单位应当培训。",
        "此题考查票的有效期。",
        "如下图，压力表在绿区。",
        "前款规定的人员要持证。",
    ],
)
def test_a_stem_that_cannot_stand_alone_is_told(stem: str) -> None:
    assert codes(verdict(stem)) == ["W309"]


@pytest.mark.parametrize(
    "stem",
    [
        "某厂新购一台叉车，该设备应当登记。",
        "新员工入职后该如何培训，由班组长决定。",
        "本条例自发布之日起施行。",
        "因此要先检测。",
        "照片墙要每月更新。",
        "如图，压力表在绿区。\n\n![量程 0 至 1.6 的压力表](图片/a.png)",
    ],
)
def test_a_stem_that_explains_itself_is_not_told(stem: str) -> None:
    assert codes(verdict(stem)) == []


def test_the_description_of_a_picture_must_not_tell_the_answer() -> None:
    def sign(alt: str) -> QuestionDraft:
        return choice(f"这是什么标志？\n\n![{alt}](a.png)", "禁止烟火", "当心触电", "必须戴帽")

    assert codes(sign("红圈里有一支烟的禁止烟火标志")) == ["W310"]
    assert codes(sign("红圈里有一支烟，上面一道斜线")) == []
    assert codes(sign("禁止烟火、当心触电、必须戴帽三块牌子")) == []


def test_a_clause_worth_asking_without_a_question_is_a_hint() -> None:
    text = (
        "## 3.2 期限 {#s-3-2}\n\n有效期 ==8 小时==。\n\n"
        "## 4.5 前提 {#s-4-5}\n\n监护人必须到位。\n\n"
        "## 6.2 说明 {#s-6-2}\n\n这一节讲来历。\n"
    )
    module, _ = parse_module(text, "sop-dh.md")
    shown = ModuleText("sop-dh", "sop-dh.md", module.sections)

    told = flaws_of([verdict("票用 8 小时。")], [shown])

    assert [(p.level, p.code, p.line) for p in told] == [(HINT, "W311", 5)]
    assert "“4.5 前提”有“必须”" in told[0].message
    assert flaws_of([], [shown]) == []


def test_opposite_verdicts_on_one_clause_contradict() -> None:
    statement = "监护人离开现场时可以继续作业。"

    assert codes(verdict(statement, "对"), verdict(statement, "错")) == ["W312"]
    assert codes(verdict(statement, "错"), verdict(statement.replace("可以", "不可以"), "错")) == [
        "W312"
    ]
    assert codes(verdict(statement, "对"), verdict(statement, "错", OTHER_CLAUSE)) == ["W308"]
    denied = statement.replace("可以", "不可以")
    assert "W312" not in codes(verdict(statement, "错"), verdict(denied))


def test_choices_with_other_keys_contradict() -> None:
    stem = "一级动火票的有效期是多少？"
    one = choice(stem, "8 小时", "12 小时", "24 小时")

    assert codes(one, choice(stem, "12 小时", "8 小时", "24 小时")) == ["W312"]
    assert codes(one, choice(stem, "72 小时", "8 小时", "4 小时")) == ["W312"]
    assert "W312" not in codes(one, choice(stem, "8 小时", "4 小时", "2 小时"))


def test_blanks_without_a_common_answer_contradict() -> None:
    stem = "一级动火作业票的有效期是 ____ 小时。"

    assert codes(blank(stem, "8"), blank(stem, "12 | 十二")) == ["W312"]
    assert codes(blank(stem, "8"), blank(stem, "7~9")) == ["W308"]
    assert codes(blank(stem, "八"), blank(stem, "8 | 八")) == ["W308"]


def test_a_flaw_is_switched_off_for_its_question_alone() -> None:
    flawed = verdict("上述作业应当由谁审批。")
    waived = replace(flawed, waived=(("W309", "题组里有材料"),))

    assert codes(waived) == []
    assert codes(replace(flawed, waived=(("W301", "别的"),))) == ["W309"]


def test_the_parts_of_a_case_are_checked_but_may_speak_of_the_case() -> None:
    part = verdict("上述作业不能不审批。")
    case = replace(verdict("某厂夜班补焊支架。"), parts=(replace(part, line=60),))

    assert [(p.line, p.code) for p in flaws_of([case])] == [(60, "W306")]


def test_a_clause_of_another_module_counts_as_the_same() -> None:
    here = verdict("票用 8 小时，过了要重办一张新票。", "对")
    away = AnchorReference("sop-dh", "s-3-2", "", 1, 1)
    there = replace(
        verdict("票用 8 小时，过了要重办一张新票。", "错"),
        references=(away,),
        module_key="b",
        line=9,
    )

    assert codes(here, there) == ["W312"]
