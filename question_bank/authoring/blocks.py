"""One question block → a draft, with everything that is wrong with it told at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.errors import Problem
from question_bank.authoring.content import Content, RawBlock, Reading, read_content
from question_bank.authoring.lines import Line, lines_of_block
from question_bank.authoring.metadata import read_metadata, read_points, read_rule
from question_bank.authoring.references import DeclaredSource, read_references
from question_bank.authoring.report import Report, nearest
from question_bank.drafts import AnchorReference, AuthorState, QuestionDraft, Reference
from question_bank.keys import (
    AnswerKey,
    BlankKey,
    BlanksKey,
    ChoiceKey,
    QuestionType,
    RuleName,
    VerdictKey,
)

TYPES = {
    "单选": QuestionType.SINGLE_CHOICE,
    "多选": QuestionType.MULTIPLE_CHOICE,
    "判断": QuestionType.TRUE_FALSE,
    "填空": QuestionType.FILL_BLANK,
}
# Part of the syntax; a later version of the product reads them.
LATER_TYPES = ("排序", "匹配", "简答", "案例", "找隐患")
_ID_FORM = "q- 加六个字符（数字和小写字母，没有 i l o u）"
PUBLIC_ID = re.compile(r"q-[0-9a-hjkmnp-tv-z]{6}")

_IMAGE = re.compile(r"!\[(?P<alt>[^\]]{0,1000})\]\( *(?P<source>[^)\s]{0,400})[^)]{0,200}\)")
_CODE = re.compile(r"(?P<ticks>`+).*?(?P=ticks)")


def parse_block(
    block: RawBlock,
    *,
    path: str,
    module_key: str,
    anchors: frozenset[str],
    sources: Sequence[DeclaredSource],
    audience: frozenset[str] | None = None,
) -> tuple[QuestionDraft | None, list[Problem]]:
    """Read a block, and give its draft unless its content has an error.

    `anchors` and `sources` are those of the module that the question belongs to, `audience` its
    对象 when 岗位 is to be checked. A draft without a valid id is given all the same, so that an
    editor can show it; anchors of other modules are checked by whoever knows those modules.
    """
    report = Report(path)
    heading = Line(block.line, "")
    type_ = _type(block.type_word, heading, report)
    if type_ is None:
        return None, report.in_order()
    lines = _without_deeper_headings(lines_of_block(block.line, block.lines), report)
    reading = Reading(block, type_, heading, lines, report, {}, {})
    content = read_content(reading)
    module = _Module(module_key, anchors, sources, audience)
    draft = _draft(reading, content or _NO_CONTENT, module)
    is_sound = content is not None and not report.error_codes
    _check_id(block, heading, report)
    return draft if is_sound else None, report.in_order()


@dataclass(frozen=True)
class _Module:
    """The module that a question belongs to, as far as its questions may refer to it."""

    key: str
    anchors: frozenset[str]
    sources: Sequence[DeclaredSource]
    audience: frozenset[str] | None


# Stands in for a content that could not be read, so that the 题注 is checked all the same.
_NO_CONTENT = Content("", (), VerdictKey(False))


def _draft(reading: Reading, content: Content, module: _Module) -> QuestionDraft:
    report, notes, block = reading.report, reading.notes, reading.block
    points = read_points(notes.get("分值"), report)
    rule = read_rule(notes.get("给分"), reading.type, report)
    metadata = read_metadata(notes, module.audience, report)
    if content is not _NO_CONTENT:
        content = replace(content, key=_with_points(content.key, points, reading))
        _check_weights(rule.name if rule else None, content.key, reading)
    return QuestionDraft(
        public_id=block.public_id,
        type=reading.type,
        title=block.title.strip(),
        stem=content.stem,
        options=content.options,
        key=content.key,
        rule=rule,
        points_tenths=sum(points) if points else None,
        references=_references(reading, metadata.state, module),
        difficulty=metadata.difficulty,
        tags=metadata.tags,
        positions=metadata.positions,
        facts=metadata.facts,
        explanation=metadata.explanation,
        shuffle=metadata.shuffle,
        state=metadata.state,
        revision=metadata.revision,
        images=_images(reading),
        path=report.path,
        line=block.line,
        module_key=module.key,
        section_anchor=block.anchor,
    )


def _type(word: str, heading: Line, report: Report) -> QuestionType | None:
    if word in TYPES:
        return TYPES[word]
    if word in LATER_TYPES:
        message = f"这个版本还不支持题型【{word}】"
        report.error(heading, "E223", message, "先改成单选、多选、判断或填空")
    else:
        near = nearest(word, [*TYPES, *LATER_TYPES])
        fix = f"是否要写【{near}】？" if near else f"可用的题型：{'、'.join(TYPES)}"
        report.error(heading, "E104", f"不认识的题型【{word}】", fix)
    return None


def _check_id(block: RawBlock, heading: Line, report: Report) -> None:
    if block.public_id is None:
        fix = f"在标题末尾写上没有用过的编号，形如 {{#q-7f3k2m}}：{_ID_FORM}"
        report.error(heading, "E404", "题目没有编号", fix)
    elif not PUBLIC_ID.fullmatch(block.public_id):
        report.error(heading, "E403", f"编号“{block.public_id}”的写法不对", f"编号是 {_ID_FORM}")


def _without_deeper_headings(lines: list[Line], report: Report) -> list[Line]:
    for index, line in enumerate(lines):
        if line.is_heading:
            fix = "把这个标题升到与题目同级，或在它前面空一行再写一行 ---"
            report.error(line.stripped(), "E107", "题目里面有下一级标题", fix)
            return lines[:index]
    return lines


def _with_points(key: AnswerKey, points: tuple[int, ...] | None, reading: Reading) -> AnswerKey:
    """Give each blank its own points when the author wrote 2+1+1."""
    if points is None or len(points) == 1:
        return key
    note = reading.notes["分值"]
    if not isinstance(key, BlanksKey):
        fix = "只写一个数"
        reading.report.error(note.value_place, "E212", "只有填空可以分空给分", fix)
        return key
    if "E211" in reading.report.error_codes:
        return key
    if len(points) != len(key.blanks):
        message = f"分值有 {len(points)} 段，题干有 {len(key.blanks)} 个空"
        reading.report.error(note.value_place, "E211", message, "每个空写一段，例如 2+1+1")
        return key
    return BlanksKey(
        tuple(
            BlankKey(blank.accepted, blank.written, blank.group, tenths)
            for blank, tenths in zip(key.blanks, points, strict=True)
        )
    )


def _check_weights(rule: RuleName | None, key: AnswerKey, reading: Reading) -> None:
    weighted = isinstance(key, ChoiceKey) and key.weights_percent is not None
    if rule is RuleName.WEIGHTED and not weighted:
        place = reading.notes["给分"].value_place
        fix = "给每个打勾的选项写“- 权重：…%”，合计 100%"
        reading.report.error(place, "E206", "按权重给分，选项却没有权重", fix)
    elif weighted and rule is not RuleName.WEIGHTED and "E206" not in reading.report.error_codes:
        fix = "在题注里写 给分：按权重，或删掉权重"
        reading.report.warning(reading.heading, "W206", "写了权重，给分却不是按权重", fix)


def _references(reading: Reading, state: AuthorState, module: _Module) -> tuple[Reference, ...]:
    note, block, report = reading.notes.get("依据"), reading.block, reading.report
    if note is None and block.anchor is not None:
        text = block.section_title or block.anchor
        return (AnchorReference(None, block.anchor, text, block.line, 1),)
    references = read_references(
        note.values if note else (),
        anchors=module.anchors,
        sources=module.sources,
        module_key=module.key,
        report=report,
    )
    # A mistyped key, or what a heading cuts off, may well be the 依据 that seems to be missing.
    told = {"E105", "E107", "E301", "E302", "E303"} & report.error_codes
    if not references and not told and state is AuthorState.ENABLED:
        place = note.place if note else reading.heading
        fix = "在题注里写 依据：[条款标题](#锚点)，或先写 状态：草稿"
        report.error(place, "E301", "没有依据", fix)
    return tuple(references)


def _images(reading: Reading) -> tuple[str, ...]:
    """The pictures of the block in order; one without a file or a description is an error."""
    found: dict[str, None] = {}
    for line in reading.lines:
        if line.is_code:
            continue
        text = _CODE.sub(lambda code: " " * len(code[0]), line.text)
        for image in _IMAGE.finditer(text):
            place = line.piece(image.start(), image.end())
            if not image["source"]:
                reading.report.error(place, "E217", "图片没有写文件", "写成 ![说明](图片/名称.png)")
            elif not image["alt"].strip():
                fix = "在方括号里写一句说明，不要把答案说出来"
                reading.report.error(place, "E217", "图片没有说明", fix)
            else:
                found[image["source"]] = None
    return tuple(found)
