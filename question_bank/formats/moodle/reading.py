"""A Moodle XML file → items, in the order of the file, categories as tags. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from core.errors import N_, Conflict
from core.sentences import say
from core.xml_input import Element, parse_xml
from question_bank.formats.exported import points_tenths
from question_bank.formats.items import ForeignItem, ItemStatus
from question_bank.formats.moodle import answers
from question_bank.formats.moodle.answers import BadNumber, Unsupported
from question_bank.formats.moodle.gaps import BadGap
from question_bank.formats.moodle.texts import Texts
from question_bank.formats.reading import Reading, check
from question_bank.formats.tags import TagContent, read_tags
from question_bank.formats.titles import own_title
from question_bank.keys import QuestionType, RuleName, ScoringRule

MOST_QUESTIONS = 20_000

# By Moodle's name for the kind; each fills in what the kind decides.
_READERS: dict[str, Callable[[Element, Texts, Reading], None]] = {
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
    "ddmarker": N_("拖放标记"),
    "ddimageortext": N_("拖放到图上"),
    "ddwtos": N_("拖放文字"),
    "gapselect": N_("选词填空"),
    "calculated": N_("计算题"),
    "calculatedmulti": N_("计算选择题"),
    "calculatedsimple": N_("简单计算题"),
    "random": N_("随机抽题"),
    "randomsamatch": N_("随机匹配题"),
}


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
    texts, reading = Texts(), Reading()
    texts.add_files(question)
    case = _take_common(question, texts, run, reading)
    kind = question.get("type")
    rule, is_ours = reading.rule, case.is_ours
    try:
        if kind == "description":
            reading.stem = texts.markdown(question.first("questiontext"))
            reading.is_material = True
        elif kind in _READERS:
            _READERS[kind](question, texts, reading)
        else:
            word = _KIND_WORDS.get(kind) or ("" if kind else N_("没有写题型的题"))
            told = say(word) if word else kind[:40]
            raise Unsupported(say(N_("不支持的题型：%(word)s"), word=told))
    except BadNumber as refused:
        reading.error("E514", refused.args[0])
    except (Unsupported, BadGap) as refused:
        reading.error("E515", refused.args[0])
    reading.stem = reading.stem or texts.markdown(question.first("questiontext"))
    reading.stem = texts.old_picture(question, reading.stem)
    # Our own export says in a tag what the grades can only come near to.
    reading.rule = rule if is_ours else reading.rule
    if reading.rule != ScoringRule(RuleName.WEIGHTED):
        reading.weights = None
    if texts.missing:
        reading.warn(
            "W518", say(N_("%(count)s 张图片不在文件里，只留下说明"), count=len(texts.missing))
        )
    if not reading.errors:
        check(reading)
    reading.images = texts.images
    return reading.item(), case.case_id


def _take_common(question: Element, texts: Texts, run: _Run, reading: Reading) -> TagContent:
    """What every kind of question has; gives what its tags say."""
    holder = question.first("tags")
    written = [tag.text_of("text") for tag in holder.all("tag")] if holder is not None else []
    said = read_tags(written)
    # In our own export the category is the module, not a tag.
    category = () if said.is_ours else _category_tags(run.category)
    reading.tags, reading.difficulty = [*category, *said.tags], said.difficulty
    reading.reference, reading.rule = said.reference, said.rule
    reading.positions, reading.facts = list(said.positions), list(said.facts)
    reading.external_id = question.text_of("idnumber")[:80]
    if reading.external_id and reading.external_id in run.seen_ids:
        reading.warn(
            "W506",
            say(N_("编号 %(external_id)s 在文件里出现了不止一次"), external_id=reading.external_id),
        )
    run.seen_ids.add(reading.external_id)
    if question.text_of("hidden") == "1":
        reading.warn("W505", N_("这道题在 Moodle 里是隐藏的"))
    if question.first("hint") is not None:
        reading.warn("W518", N_("提示没有带进来"))
    reading.explanation = texts.markdown(question.first("generalfeedback"))
    if said.reference:
        # Our own export ends with it, for people to read.
        reading.explanation = re.sub(r"(?:^|\n+)依据：[^\n]*$", "", reading.explanation).strip()
    name, stem = question.first("name"), question.first("questiontext")
    if name is not None and stem is not None:
        reading.title = own_title(name.text_of("text"), stem.text_of("text"))
    reading.points_tenths = points_tenths(question.text_of("defaultgrade"))
    return said


def _category_tags(path: str) -> list[str]:
    """`$course$/top/动火/票证` gives 动火 and 票证; `//` is a stroke in a name."""
    names = [each.replace("\x00", "/").strip() for each in path.replace("//", "\x00").split("/")]
    left_out = {"top", "顶层"}
    return [name for name in names if name and not name.startswith("$") and name not in left_out]


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
                item = replace(item, status=ItemStatus.IMPORT, type=type_, parts=inner)
            found.append(item)
        elif case_id not in cases:
            found.append(item)
    return found
