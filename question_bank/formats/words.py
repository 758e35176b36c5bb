"""The words of Chinese question files for types, difficulties and scoring, and what they mean."""

import re
import unicodedata
from fractions import Fraction

from question_bank.keys import QuestionType, RuleName, ScoringRule

_TYPE_WORDS = {
    QuestionType.SINGLE_CHOICE: "单项选择题 单项选择 单选题 单选 单项 single singlechoice "
    "single_choice radio",
    QuestionType.MULTIPLE_CHOICE: "多项选择题 多项选择 不定项选择题 不定项选择 不定项 多选题 多选 "
    "多项 multiple multiplechoice multiple_choice multi checkbox",
    QuestionType.TRUE_FALSE: "判断题 判断对错 判断正误 是非题 判断 是非 对错题 tf truefalse "
    "true_false judge judgement judgment boolean true/false",
    QuestionType.FILL_BLANK: "填空题 填空 fill fillblank fill_blank blank completion",
    QuestionType.ORDERING: "排序题 排序 ordering order sort",
    QuestionType.MATCHING: "匹配题 连线题 匹配 连线 配对题 配对 matching match",
    QuestionType.SHORT_ANSWER: "简答题 简答 问答题 问答 论述题 论述 名词解释 计算题 主观题 "
    "short_answer shortanswer essay qa",
    QuestionType.CASE_ANALYSIS: "案例分析题 案例分析 案例题 案例 case case_analysis",
    QuestionType.HOTSPOT: "找隐患 识图题 看图找隐患 hotspot",
}
TYPES = {word: type_ for type_, words in _TYPE_WORDS.items() for word in words.split()}
# A word that says choice without saying which; the answer decides.
OPEN_WORDS = ("选择题", "选择", "客观题")
_LONGEST_FIRST = sorted(
    (word for word in (*TYPES, *OPEN_WORDS) if not word.isascii()), key=len, reverse=True
)
TYPE_PATTERN = "|".join(map(re.escape, _LONGEST_FIRST))

_DIFFICULTIES = {
    1: "易 容易 简单 很易 l1 1 ★ easy 初级",
    2: "较易 较简单 较容易 偏易 l2 2 ★★",
    3: "中 中等 一般 适中 普通 l3 3 ★★★ medium 中级",
    4: "较难 偏难 l4 4 ★★★★",
    5: "难 困难 很难 l5 5 ★★★★★ hard 高级",
}
DIFFICULTIES = {word: level for level, words in _DIFFICULTIES.items() for word in words.split()}
_NO_EXPLANATION = {
    "",
    "略",
    "无",
    "见教材",
    "见课本",
    "暂无",
    "没有",
    "暂无解析",
    "无解析",
    "-",
    "/",
}
_POINTS = re.compile(r"(?:每[小]?[题空]|各)?(?P<points>\d{1,3}(?:\.\d{1,2})?)分")
_PARTIAL = re.compile(r"少选[^，,；;。]*?得(?P<points>\d{1,2}(?:\.\d)?)分")
_PER_OPTION = re.compile(r"每?选[对中]一[个项][^，,；;。]*?得(?P<points>\d{1,2}(?:\.\d)?)分")
_HALF = re.compile(r"少选[^，,；;。]*(?:50%|一半|半分)")
_NOTHING = re.compile(r"(?:[少漏][选]?|全对)[^。；;]*(?:不得分|才得分|不给分|0分)")


def plain(text: str) -> str:
    """NFKC without blanks and invisible characters, in lower case."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(
        c for c in folded if not (c.isspace() or unicodedata.category(c)[0] == "C")
    ).lower()


def type_of(word: str) -> QuestionType | None:
    """The type that a word means, brackets and blanks aside."""
    return TYPES.get(plain(word).strip("()[]【】<>*·."))


def difficulty_of(word: str) -> int | None:
    """1 (easy) to 5; a 难度系数 between 0 and 1 is the share that answers right."""
    text = plain(word)
    if text in DIFFICULTIES:
        return DIFFICULTIES[text]
    if re.fullmatch(r"0?\.\d{1,3}", text):
        share = Fraction("0" + text if text.startswith(".") else text)
        bounds = ((Fraction(17, 20), 1), (Fraction(7, 10), 2), (Fraction(1, 2), 3))
        return next((level for bound, level in bounds if share >= bound), 4)
    return None


def explanation_of(text: str) -> str:
    """The analysis, or nothing where it only says that there is none."""
    return "" if plain(text).strip("。.()") in _NO_EXPLANATION else text.strip()


def points_of(text: str) -> int | None:
    """Tenths of a point in `2分`, `每题2分`, `1.5`; None where none stand."""
    folded = plain(text)
    found = _POINTS.search(folded) or re.fullmatch(r"(?P<points>\d{1,3}(?:\.\d{1,2})?)", folded)
    tenths = Fraction(found["points"]) * 10 if found else Fraction(0)
    return int(tenths) if tenths > 0 and tenths.denominator == 1 else None


def rule_of(text: str) -> ScoringRule | None:
    """The rule for part marks in the remark of a section."""
    folded = plain(text)
    for pattern, name in (
        (_PER_OPTION, RuleName.POINTS_PER_OPTION),
        (_PARTIAL, RuleName.FIXED_IF_PARTIAL),
    ):
        found = pattern.search(folded)
        tenths = int(Fraction(found["points"]) * 10) if found else 0
        # Our rules know whole and half points.
        if tenths > 0 and tenths % 5 == 0:
            return ScoringRule(name, tenths)
    if _HALF.search(folded):
        return ScoringRule(RuleName.HALF_IF_PARTIAL)
    return ScoringRule(RuleName.ALL_OR_NOTHING) if _NOTHING.search(folded) else None


def tags_of(text: str) -> list[str]:
    """Tags separated by 、 a comma or a semicolon."""
    parts = re.split(r"[、,，;；|\n]", text)
    return [part.strip()[:40] for part in parts if part.strip()]
