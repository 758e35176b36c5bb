"""The header of a question sheet: which column means what, whatever it is called. Pure."""

import re
import unicodedata
from dataclasses import dataclass, field

from question_bank.formats.words import type_of
from question_bank.formats.xlsx.cells import Cell
from question_bank.keys import QuestionType

_WORDS = {
    "type": "题型 试题类型 题目类型 类型 种类 type questiontype",
    "stem": "题干 题目 题目内容 试题内容 试题题干 试题 问题 内容 题目描述 问题描述 题干内容 title "
    "content question stem",
    "answer": "答案 正确答案 标准答案 参考答案 正确选项 试题答案 题目答案 answer correctanswer",
    "analysis": "解析 答案解析 试题解析 解析内容 题目解析 详解 explanation analysis",
    "difficulty": "难度 难易度 难易程度 难度系数 难度等级 difficulty level",
    "points": "分值 分数 题分 score points",
    "topic": "知识点 考点 章节 章节名称 分类 题库分类 所属题库 科目 标签 tag tags topic category "
    "chapter subject",
    "reference": "依据 依据条款 出处 法规条款 来源 参考文献 条款 reference source",
    "id": "编号 试题编号 题目编号 标号 试题id 题目id id 外部编号 external_id",
    "number": "序号 题号 排序 顺序 no no.",
    "picture": "图片 题目图片 图片地址 音频/图像地址 图像地址 地址 image picture",
    "options": "选项 选项内容 备选项 所有选项 选项列表 备选答案 候选项 options option choices",
    "truth": "是否正确 是否答案 是否为答案 是否正确答案 正确与否 iscorrect correct",
    "case": "案例 案例材料 材料 背景材料 共用题干 案例背景 案例内容",
    "part": "小题 子题 小题题干 子题题干 小问 子题内容",
    "positions": "岗位 适用岗位 position",
    "group": "组号 案例编号 案例号 材料编号 大题号 组 group",
    "rule": "给分 给分规则 评分规则",
    "model": "采分点 评分标准 得分点 评分要点",
    "version": "版本 version",
}
_MEANING = {word: name for name, words in _WORDS.items() for word in words.split()}
_BRACKETS = re.compile(r"[(\[{【<〈（][^)\]}】>〉）]*[)\]}】>〉）]?")
_LETTERS = "abcdefghijkl"
_OPTION = re.compile(
    r"(?:备选项|备选答案|选项|答案|选择项|option|choice)[-_]?\(?(?P<mark>[a-l]|1[0-2]|[1-9])\)?"
    r"|(?P<letter>[a-l])(?:选项|项)?"
)
_TRUTH = re.compile(
    r"(?:iscorrect|correct|是否正确|选项)(?P<mark>[a-l]|1[0-2]|[1-9])(?:是否正确|正确|是否答案)?"
    r"|(?P<letter>[a-l])是否正确"
)
_CODE = re.compile(r"(?P<code>\d)\s*[-:：、.=]?\s*(?P<word>[\u4e00-\u9fff]{2,6})")
# Several columns may say what a question is about; every other meaning has one column.
_MANY = {"topic", "positions", "number", "version"}


@dataclass
class Header:
    """Which column holds what; `columns` gives the columns of a meaning in the sheet's order."""

    row: int
    columns: dict[str, list[int]] = field(default_factory=dict)
    options: dict[int, list[int]] = field(default_factory=dict)
    truths: dict[int, list[int]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    # {1: true_false, …} where the header explains its codes.
    type_codes: dict[str, QuestionType] = field(default_factory=dict)

    def column(self, meaning: str) -> int | None:
        found = self.columns.get(meaning)
        return found[0] if found else None

    @property
    def fits(self) -> bool:
        """Whether it is the header of a sheet of questions."""
        has_stem = bool({"stem", "case", "part"} & set(self.columns))
        has_answer = bool({"answer", "options", "truth"} & set(self.columns))
        return has_stem and (has_answer or bool(self.options))

    @property
    def is_answer_sheet(self) -> bool:
        """Whether it is the header of a list of answers by number."""
        has_number = bool({"number", "id"} & set(self.columns))
        return has_number and "answer" in self.columns and "stem" not in self.columns

    @property
    def doubled(self) -> list[str]:
        """The columns that mean the same, each pair in words."""
        groups = [found for name, found in self.columns.items() if name not in _MANY]
        groups += [*self.options.values(), *self.truths.values()]
        return [
            "和".join(f"“{self.names[column]}”" for column in group[:2])
            for group in groups
            if len(group) > 1
        ]


def read_header(row: int, cells: dict[int, Cell]) -> Header:
    """What each cell of a row means as a header; unknown words mean nothing."""
    header = Header(row)
    for column, cell in sorted(cells.items()):
        full = _plain(cell.text)
        name = _BRACKETS.sub("", full)
        header.names[column] = cell.text.strip()
        option, truth = _OPTION.fullmatch(full) or _OPTION.fullmatch(name), _TRUTH.fullmatch(name)
        if name in _MEANING:
            header.columns.setdefault(_MEANING[name], []).append(column)
            if _MEANING[name] == "type":
                header.type_codes = _codes(cell.text)
        elif option:
            place = _place(option["mark"] or option["letter"])
            header.options.setdefault(place, []).append(column)
        elif truth:
            place = _place(truth["mark"] or truth["letter"])
            header.truths.setdefault(place, []).append(column)
    return header


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s*\u200b-\u200f\ufeff:：]", "", folded).lower()


def _place(mark: str) -> int:
    return _LETTERS.index(mark) if mark in _LETTERS else int(mark) - 1


def _codes(text: str) -> dict[str, QuestionType]:
    found = {}
    for match in _CODE.finditer(unicodedata.normalize("NFKC", text)):
        type_ = type_of(match["word"])
        if type_ is not None:
            found[match["code"]] = type_
    return found
