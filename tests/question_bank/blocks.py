"""Question blocks for the tests, cut out by hand."""

from dataclasses import dataclass

from core.errors import Problem
from question_bank.authoring.blocks import parse_block
from question_bank.drafts import QuestionDraft

ANCHORS = frozenset({"s-1-4", "s-2-6", "s-3-1", "s-3-2", "s-4-1", "s-4-5", "s-6-2", "s-7-1"})
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
ORDERING = """
把停机检修的步骤排成正确的顺序。

1. 通知受影响人员
2. 停机并切断能源
3. 上锁、挂牌
4. 释放残余能量
5. 验证零能量状态

> - 给分：相邻
> - 依据：[能源隔离 4.1](#s-4-1)
"""
MATCHING = """
把底色与含义对应起来。

| 底色 | 含义 |
|---|---|
| 红 | 禁止 |
| 黄 | 警告 |
| 蓝 | 指令 |
| | 广告 |

> - 给分：每对
> - 依据：[标志 1.4](#s-1-4)
"""
WRITTEN = """
罐区出现少量泄漏，请写出到场后五分钟内要做的事。

> - 分值：6
> - 参考答案：报告、警戒、断火源、上风向撤离无关人员、穿戴防护后关阀。
> - 采分点：
>     - 2分：立即报告并划定警戒区
>     - 2分：切断火源、人员向上风向撤离
>     - 2分：佩戴空气呼吸器后关阀
> - 依据：[应急 7.1](#s-7-1)
"""
CASE = """
某车间夜班补焊支架。作业票上写的是二层平台，焊工到三层施焊。
监护人去仓库取灭火器时，火花落入保温棉，十分钟后冒烟。无人受伤。

#### 【单选】最早出现的违章 {#q-p3f9ms}

按时间先后，第一个违章行为是什么？

- [x] 施焊部位与作业票不符
- [ ] 监护人离场
- [ ] 没有洒水

> - 分值：2
> - 依据：[3.1 作业票](#s-3-1)

#### 【简答】整改建议 {#q-z2y4bw}

提出两条可以检查的整改措施。

> - 分值：4
> - 采分点：
>     - 2分：开工前由监护人核对票面部位并签字
>     - 2分：灭火器在开工前就位
> - 依据：[3.2](#s-3-2)
"""
HOTSPOT = """
点出照片中的三处隐患。

![配电室一角，地面、门口和柜体各有物品](图片/peidian-03.jpg)

- [x] 圆 32%,55%,6%：灭火器被纸箱挡住
- [x] 矩形 60%,20%,15%,10%：柜门敞开
- [x] 圆 81%,77%,5%：绝缘垫破损
- [ ] 矩形 5%,5%,20%,15%：照明灯完好

> - 分值：3
> - 给分：每处
> - 依据：[配电室 2.6](#s-2-6)
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
