"""Question blocks for the tests, cut out by hand."""

from dataclasses import dataclass

from core.errors import Problem
from question_bank.authoring.blocks import parse_block
from question_bank.drafts import QuestionDraft

ANCHORS = frozenset({"s-3-2", "s-4-5", "s-6-2"})
SINGLE = """
夜班 22:00 签发的一级动火作业票，最晚可以用到什么时候？

- [ ] 次日 2:00
    - 反馈：这是按 4 小时算的。
- [x] 次日 6:00
- [ ] 次日 10:00
    - 反馈：12 小时是交接班周期，与票无关。
- [ ] 用完为止

> - 依据：[3.2 作业票有效期](#s-3-2)
> - 分值：2
> - 难度：易
> - 标签：动火、作业票
> - 考点：f-2k9d
> - 解析：22:00 加 8 小时是次日 6:00；超时要重新办票。
"""
MULTIPLE = """
签发前，下列哪些条件必须同时满足？

- [x] 可燃气体检测合格
- [x] 监护人到位
- [ ] 当天是晴天
- [x] 作业点周边可燃物已清理

> - 依据：[4.5 签发条件](#s-4-5)
> - 分值：3
> - 给分：少选50%
"""
VERDICT = """
监护人去接电话的几分钟里，只要火焰不大就可以继续焊接。

> - 答案：错
> - 依据：[3.2](#s-3-2)
> - 解析：监护人离开即停止作业。
"""
BLANKS = """
厂区主干道限速 ____ km/h；乙炔瓶与氧气瓶的间距不小于 ____ m，两瓶都不得____放置。

> - 答案1：15 | 十五
> - 答案2：5±0
> - 答案3：卧倒 | 倒卧 | 平放
> - 分值：1+1+1
> - 依据：[厂内交通 2.1](sop-jt#s-2-1)；[气瓶 5.3](sop-qp#s-5-3)
"""


@dataclass(frozen=True)
class Block:
    """What `learning.parsing` gives for one question."""

    line: int
    type_word: str
    lines: tuple[str, ...]
    title: str = "标题"
    public_id: str | None = "q-7f3k2m"
    level: int = 3
    anchor: str | None = None
    section_title: str | None = None


@dataclass(frozen=True)
class DeclaredClauses:
    """A source of the front matter."""

    name: str
    short_name: str
    clauses: tuple[str, ...]


LAW = DeclaredClauses("中华人民共和国安全生产法", "安全生产法", ("第二十八条", "58", "3.2"))


def read(type_word: str, text: str, **block: object) -> tuple[QuestionDraft | None, list[Problem]]:
    """Parse the text under a heading that stands on line 40 of sop-dh.md."""
    lines = tuple(text.removeprefix("\n").split("\n"))
    return parse_block(
        Block(40, type_word, lines, **block),  # type: ignore[arg-type]
        path="sop-dh.md",
        module_key="sop-dh",
        anchors=ANCHORS,
        sources=(LAW,),
        audience=frozenset({"焊工", "监护人"}),
    )


def draft_of(type_word: str, text: str, **block: object) -> QuestionDraft:
    draft, problems = read(type_word, text, **block)
    assert draft is not None, "\n".join(map(str, problems))
    assert not problems
    return draft


def told(type_word: str, text: str, **block: object) -> list[str]:
    """`line:column code` of every problem."""
    _, problems = read(type_word, text, **block)
    return [f"{found.line}:{found.column} {found.code}" for found in problems]
