"""A Moodle XML file → items, in the order of the file, categories as tags. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from core.errors import N_, Conflict
from question_bank.answers import comparable
from question_bank.formats.exported import points_tenths
from question_bank.formats.items import ForeignItem, ItemStatus, Remark
from question_bank.formats.moodle import answers
from question_bank.formats.moodle.answers import Unsupported
from question_bank.formats.moodle.gaps import BadGap
from question_bank.formats.moodle.texts import Texts
from question_bank.formats.tags import TagContent, read_tags
from question_bank.formats.xml_input import Element, parse_xml
from question_bank.keys import QuestionType

MOST_QUESTIONS = 20_000

# Our answers by Moodle's name for the kind; each gives the fields of the item.
_READERS: dict[str, Callable[[Element, Texts], dict[str, Any]]] = {
    "multichoice": answers.read_choice,
    "truefalse": answers.read_verdict,
    "shortanswer": answers.read_short,
    "numerical": answers.read_numerical,
    "matching": answers.read_matching,
    "match": answers.read_matching,
    "essay": answers.read_essay,
    "cloze": answers.read_cloze,
    "multianswer": answers.read_cloze,
    "ordering": answers.read_ordering,
}
_KIND_WORDS = {
    "ddmarker": "拖放标记",
    "ddimageortext": "拖放到图上",
    "ddwtos": "拖放文字",
    "gapselect": "选词填空",
    "calculated": "计算题",
    "calculatedmulti": "计算选择题",
    "calculatedsimple": "简单计算题",
    "random": "随机抽题",
    "randomsamatch": "随机匹配题",
}
_HINT_FIELDS = ("hint", "hints")


@dataclass
class _Run:
    """What the questions before have set."""

    category: str = ""
    seen_ids: set[str] = field(default_factory=set)


def read_moodle(data: bytes, name: str) -> list[ForeignItem]:
    """Read a file; a question that cannot be held is refused with its kind."""
    root = parse_xml(data, name)
    if root.name != "quiz":
        raise Conflict(
            N_("%(name)s 不是 Moodle 的题目文件：第一层应是 quiz，这里是 %(found)s"),
            name=name,
            found=root.name[:40],
        )
    questions = root.all("question")
    if len(questions) > MOST_QUESTIONS:
        raise Conflict(N_("%(name)s 的题目太多，拆成几个文件再导入"), name=name)
    run = _Run()
    items: list[tuple[ForeignItem, str]] = []
    for question in questions:
        if question.get("type") == "category":
            category = question.first("category")
            run.category = category.text_of("text") if category is not None else ""
        else:
            items.append(_read(question, run))
    return _with_cases(items)


def _read(question: Element, run: _Run) -> tuple[ForeignItem, str]:
    """The item, and the id of the case that it says it belongs to."""
    texts = Texts()
    texts.add_files(question)
    common, tags = _common(question, texts, run)
    kind = question.get("type")
    if kind == "description":
        stem = texts.markdown(question.first("questiontext"))
        stem = texts.old_picture(question, stem)
        item = ForeignItem(ItemStatus.MATERIAL, None, stem, images=texts.images, **common)
        return item, ""
    reader = _READERS.get(kind)
    try:
        if reader is None:
            word = _KIND_WORDS.get(kind, kind[:40] or "没有写题型的题")
            raise Unsupported("E515", f"不支持的题型：{word}")
        made = reader(question, texts)
    except Unsupported as refused:
        remark: tuple[Remark, ...] = (Remark(refused.code, str(refused)),)
    except BadGap as refused:
        remark = (Remark("E515", str(refused)),)
    else:
        common["warnings"] = (*common["warnings"], *made.pop("warnings", ()), *_missing(texts))
        if tags.rule is not None:
            made["rule"] = tags.rule
        made["stem"] = texts.old_picture(question, made["stem"])
        status = ItemStatus.IMPORT
        if not made["stem"].strip():
            return _refused(common, made["stem"], Remark("E219", "没有题干")), ""
        return ForeignItem(status, images=texts.images, **made, **common), tags.case_id
    stem = texts.markdown(question.first("questiontext"))
    return _refused(common, stem, *remark), ""


def _refused(common: dict[str, Any], stem: str, *errors: Remark) -> ForeignItem:
    return ForeignItem(ItemStatus.REFUSE, None, stem, errors=errors, **common)


def _common(question: Element, texts: Texts, run: _Run) -> tuple[dict[str, Any], TagContent]:
    """What every kind of question has."""
    holder = question.first("tags")
    written = [tag.text_of("text") for tag in holder.all("tag")] if holder is not None else []
    tags = read_tags([*_category_tags(run.category), *written])
    external = question.text_of("idnumber")[:80]
    warnings = []
    if external and external in run.seen_ids:
        warnings.append(Remark("W506", f"编号 {external} 在文件里出现了不止一次"))
    run.seen_ids.add(external)
    if question.text_of("hidden") == "1":
        warnings.append(Remark("W505", "这道题在 Moodle 里是隐藏的"))
    if any(question.first(name) is not None for name in _HINT_FIELDS):
        warnings.append(Remark("W510", "提示没有带进来"))
    explanation = texts.markdown(question.first("generalfeedback"))
    if tags.reference:
        explanation = re.sub(r"(?:^|\n+)依据：[^\n]*$", "", explanation).strip()
    title = question.first("name")
    return {
        "title": _title(title, question),
        "explanation": explanation,
        "tags": tags.tags,
        "difficulty": tags.difficulty,
        "reference": tags.reference,
        "positions": tags.positions,
        "facts": tags.facts,
        "points_tenths": points_tenths(question.text_of("defaultgrade")),
        "external_id": external,
        "warnings": tuple(warnings),
    }, tags


def _title(name: Element | None, question: Element) -> str:
    """The name, unless Moodle made it out of the text."""
    if name is None:
        return ""
    title = " ".join(name.text_of("text").split())[:200]
    stem = question.first("questiontext")
    start = comparable(stem.all_text) if stem is not None else ""
    made = comparable(title.rstrip("….")).removeprefix("##")
    return "" if made and start.startswith(made) else title


def _category_tags(path: str) -> list[str]:
    """`$course$/top/动火/票证` gives 动火 and 票证; `//` is a stroke in a name."""
    names = [each.replace("\x00", "/").strip() for each in path.replace("//", "\x00").split("/")]
    left_out = {"top", "顶层"}
    return [name for name in names if name and not name.startswith("$") and name not in left_out]


def _missing(texts: Texts) -> tuple[Remark, ...]:
    if not texts.missing:
        return ()
    return (Remark("W510", f"{len(texts.missing)} 张图片不在文件里，只留下说明"),)


def _with_cases(items: list[tuple[ForeignItem, str]]) -> list[ForeignItem]:
    """Put questions that name their case under the description with its id."""
    parts: dict[str, list[ForeignItem]] = {}
    for item, case_id in items:
        if case_id:
            parts.setdefault(case_id, []).append(item)
    found: list[ForeignItem] = []
    cases: set[str] = set()
    for item, _ in items:
        if item.status is ItemStatus.MATERIAL and item.external_id in parts:
            cases.add(item.external_id)
    for item, case_id in items:
        if item.external_id in cases and item.status is ItemStatus.MATERIAL:
            inner = tuple(parts.pop(item.external_id, ()))
            if inner:
                type_ = QuestionType.CASE_ANALYSIS
                points = item.points_tenths if item.points_tenths else None
                item = replace(
                    item, status=ItemStatus.IMPORT, type=type_, parts=inner, points_tenths=points
                )
            found.append(item)
        elif case_id not in cases:
            found.append(item)
    return found
