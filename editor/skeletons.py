"""Well-formed beginnings: of a module of each kind, and of each kind of question. Pure."""

import json
import re
from dataclasses import dataclass
from datetime import date

from pypinyin import Style, lazy_pinyin

from learning.front_matter import COMPANION_KIND
from learning.models import ModuleKind

FOLDERS = {
    ModuleKind.REGULATION: "regulations",
    ModuleKind.OPERATING_PROCEDURE: "procedures",
    ModuleKind.ACCIDENT_CASE: "cases",
}
WORDS = {
    ModuleKind.REGULATION: "法规",
    ModuleKind.OPERATING_PROCEDURE: "操作规程",
    ModuleKind.ACCIDENT_CASE: "事故案例",
}
PREFIXES = {
    ModuleKind.REGULATION: "law",
    ModuleKind.OPERATING_PROCEDURE: "sop",
    ModuleKind.ACCIDENT_CASE: "case",
}
CASE_BODY = """## 1 经过 {#s-1}

（时间、地点、谁在做什么，按先后写。）

| 时间 | 发生了什么 |
|---|---|
| 08:00 | （写第一件事） |

## 2 直接原因 {#s-2}

（物的不安全状态，人的不安全行为。）

## 3 间接原因 {#s-3}

（制度、培训、监护、设备维护。）

## 4 整改和教训 {#s-4}

（写能检查的措施：谁，何时，怎么查。）
"""
BODIES = {
    ModuleKind.REGULATION: """## 第一条 目的 {#s-1}

（照原文写。一条一个标题，标题后面的锚点供题目引用。）

## 第二条 适用范围 {#s-2}

（照原文写。）
""",
    ModuleKind.OPERATING_PROCEDURE: """## 1 适用范围 {#s-1}

（哪些人、哪些设备、哪些作业。）

## 2 作业前 {#s-2}

（要检查什么，==必须==先做什么。）

## 3 作业中 {#s-3}

（一步一行，==不得==做什么。）

## 4 出了问题怎么办 {#s-4}

（先停什么，报告谁。）
""",
    ModuleKind.ACCIDENT_CASE: CASE_BODY,
}
_TAIL = "\n> - 依据：{cite}\n> - 难度：中\n"
QUESTIONS = {
    "单选": "（写题干）？\n\n- [x] （对的选项）\n- [ ] （错的选项）\n- [ ] （另一个错的选项）\n",
    "多选": "下列哪些（写题干）？\n\n- [x] （对的选项）\n- [x] （另一个对的选项）\n"
    "- [ ] （错的选项）\n",
    "判断": "（写一句能判断对错的话。）\n\n> - 答案：错\n",
    "填空": "（写题干），不超过 ____ 小时。\n\n> - 答案：8\n",
    "排序": "把下列步骤排成正确的顺序。\n\n1. （第一步）\n2. （第二步）\n3. （第三步）\n",
    "匹配": "把左右对应起来。\n\n| 左 | 右 |\n|---|---|\n| （左一） | （右一） |\n"
    "| （左二） | （右二） |\n",
    "简答": "（写题干）。\n\n> - 分值：4\n> - 采分点：\n>     - 2分：（第一个采分点）\n"
    ">     - 2分：（第二个采分点）\n",
    "找隐患": "点出图中的隐患。\n\n![图里有什么](图片/换成图片)\n\n"
    "- [x] 圆 30%,50%,6%：（第一处隐患）\n- [x] 圆 70%,50%,6%：（第二处隐患）\n",
}
_STORY = "（写案情：时间、地点、谁做了什么。）\n\n"


@dataclass(frozen=True)
class NewModule:
    """What the form of a new module asks."""

    kind: ModuleKind
    key: str
    title: str
    owner: str
    effective_on: date
    source_name: str
    source_number: str


def proposed_key(kind: ModuleKind, title: str) -> str:
    """A key from the title's pinyin: the initials of 汉字, Latin words as they are."""
    letters = lazy_pinyin(title, style=Style.FIRST_LETTER, errors=lambda text: f"-{text}-")
    said = re.sub(r"[^a-z0-9]+", "-", "".join(letters).lower()).strip("-")[:40].strip("-")
    return f"{PREFIXES[kind]}-{said}" if said else ""


def path_of(kind: ModuleKind, key: str) -> str:
    """Where a new module's file stands below the content folder."""
    return f"{FOLDERS[kind]}/{key}.md"


def module_skeleton(new: NewModule) -> str:
    """The text of a new module, without an error from its first letter on."""
    lines = [
        "---",
        f"标识: {new.key}",
        f"标题: {_quoted(new.title)}",
        f"类别: {WORDS[new.kind]}",
        '版本: "1.0"',
        f"生效日期: {new.effective_on}",
    ]
    if new.source_name:
        lines += ["来源:", f"  - 名称: {_quoted(new.source_name)}"]
        lines += [f"    文号: {_quoted(new.source_number)}"] if new.source_number else []
    lines += [f"负责人: {_quoted(new.owner)}"] if new.owner else []
    return "\n".join([*lines, "---", "", f"# {new.title}", "", BODIES[new.kind]])


def companion_skeleton(module_key: str) -> str:
    """The text of a new companion file, which holds questions only."""
    return f"---\n类别: {COMPANION_KIND}\n模块: {module_key}\n---\n"


def question_skeletons() -> dict[str, str]:
    """Each kind of question with `{cite}` where its 依据 goes, by its word."""
    made = {word: _question(word, body) for word, body in QUESTIONS.items()}
    parts = "\n".join(_question(word, QUESTIONS[word], level=4) for word in ("单选", "简答"))
    story = f"### 【案例】（写标题）\n\n{_STORY}{parts}"
    order = list(QUESTIONS)
    made["案例"] = story
    return {word: made[word] for word in [*order[:7], "案例", "找隐患"]}


def _question(word: str, body: str, *, level: int = 3) -> str:
    tail = _TAIL.removeprefix("\n") if "\n> - " in body else _TAIL
    return f"{'#' * level} 【{word}】（写标题）\n\n{body}{tail}"


def _quoted(text: str) -> str:
    said = " ".join(text.split())
    return (
        said if re.fullmatch(r"[\w（）《》、—. ]+", said) else json.dumps(said, ensure_ascii=False)
    )
