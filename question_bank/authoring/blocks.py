"""One question block → a draft, with everything that is wrong with it told at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from core.errors import WARNING, Problem
from core.mends import Mend, line_before, replacing, stub_before
from question_bank.authoring.cases import PartBlock, read_story, split_case
from question_bank.authoring.content import read_content
from question_bank.authoring.lines import Line, lines_of_block
from question_bank.authoring.metadata import read_metadata, read_points, read_rule
from question_bank.authoring.pictures import picture_sources
from question_bank.authoring.reading import Content, RawBlock, Reading
from question_bank.authoring.references import DeclaredSource, read_references
from question_bank.authoring.report import Report, nearest
from question_bank.authoring.rubric import check_sum
from question_bank.drafts import AnchorReference, AuthorState, QuestionDraft, Reference
from question_bank.keys import (
    AnswerKey,
    BlankKey,
    BlanksKey,
    ChoiceKey,
    QuestionType,
    RubricKey,
    RuleName,
    VerdictKey,
)

TYPES = {
    "单选": QuestionType.SINGLE_CHOICE,
    "多选": QuestionType.MULTIPLE_CHOICE,
    "判断": QuestionType.TRUE_FALSE,
    "填空": QuestionType.FILL_BLANK,
    "排序": QuestionType.ORDERING,
    "匹配": QuestionType.MATCHING,
    "简答": QuestionType.SHORT_ANSWER,
    "案例": QuestionType.CASE_ANALYSIS,
    "找隐患": QuestionType.HOTSPOT,
}
_ID_FORM = "q- 加六个字符（数字和小写字母，没有 i l o u）"
PUBLIC_ID = re.compile(r"q-[0-9a-hjkmnp-tv-z]{6}")


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
    draft = _read(block, _Module(module_key, anchors, sources, audience), report)
    return draft, _without_waived(report.in_order(), draft)


def read_alone(
    block: RawBlock, *, path: str
) -> tuple[QuestionDraft | None, list[Problem], list[Reading]]:
    """Read a block without its module: what it cites is taken as it stands.

    The readings of the question and of its parts tell what their author wrote.
    """
    report = Report(path)
    module = _Module("", None, None, None)
    draft = _read(block, module, report)
    return draft, report.in_order(), module.readings


@dataclass(frozen=True)
class _Module:
    """The module that a question belongs to, as far as its questions may refer to it."""

    key: str
    # None when the module is not known.
    anchors: frozenset[str] | None
    sources: Sequence[DeclaredSource] | None
    audience: frozenset[str] | None
    readings: list[Reading] = field(default_factory=list)


@dataclass(frozen=True)
class _Case:
    """What a sub-question takes from its case."""

    state: AuthorState
    references: tuple[Reference, ...]


# Stands in for a content that could not be read, so that the 题注 is checked all the same.
_NO_CONTENT = Content("", (), VerdictKey(False))


def _read(
    block: RawBlock, module: _Module, report: Report, case: _Case | None = None
) -> QuestionDraft | None:
    heading = Line(block.line, "")
    type_ = _type(block.type_word, heading, report)
    if type_ is None:
        return None
    lines = lines_of_block(block.line, block.lines)
    if type_ is QuestionType.CASE_ANALYSIS:
        if case is not None:
            fix = "小题用别的题型；要两个案例，就写成两题"
            report.error(heading, "E222", "案例里面不能再有案例", fix)
            return None
        draft = _read_case(block, lines, module, report)
    else:
        lines = _without_deeper_headings(lines, block.level, report)
        reading = Reading(block, type_, heading, lines, report, is_part=case is not None)
        content = read_content(reading)
        draft = _draft(reading, content or _NO_CONTENT, module, case)
        draft = draft if content is not None and not report.error_codes else None
    _check_id(block, heading, report)
    return draft


def _read_case(
    block: RawBlock, lines: list[Line], module: _Module, report: Report
) -> QuestionDraft | None:
    """The story with its 题注, then each sub-question with problems of its own."""
    own, part_blocks = split_case(block, lines, report)
    reading = Reading(block, QuestionType.CASE_ANALYSIS, Line(block.line, ""), own, report)
    content = read_story(reading, part_blocks)
    draft = _draft(reading, content or _NO_CONTENT, module, None)
    is_sound = content is not None and not report.error_codes
    case = _Case(draft.state, draft.references if "依据" in reading.notes else ())
    parts = [_read_part(part, module, report, case) for part in part_blocks]
    kept = tuple(part for part in parts if part is not None)
    draft = replace(draft, parts=kept, points_tenths=_points_of_case(draft, kept, reading))
    is_whole = len(kept) == len(parts) and "E215" not in report.error_codes
    return draft if is_sound and is_whole else None


def _read_part(
    block: PartBlock, module: _Module, report: Report, case: _Case
) -> QuestionDraft | None:
    own = Report(report.path)
    draft = _read(block, module, own, case)
    report.problems += _without_waived(own.problems, draft)
    return draft


def _without_waived(problems: Sequence[Problem], draft: QuestionDraft | None) -> list[Problem]:
    """What is left when the author's 忽略 is heeded; an error is never left out."""
    waived = {code for code, _reason in draft.waived} if draft else set()
    return [found for found in problems if found.level != WARNING or found.code not in waived]


def _points_of_case(
    draft: QuestionDraft, parts: Sequence[QuestionDraft], reading: Reading
) -> int | None:
    """What its author states, else the sum of the sub-questions; E215 where the two differ."""
    stated = [part.points_tenths for part in parts]
    total = sum(points or 0 for points in stated) if all(stated) and stated else None
    if draft.points_tenths is None or total is None or draft.points_tenths == total:
        return draft.points_tenths or total
    message = f"小题合计 {total / 10:g} 分，案例的分值是 {draft.points_tenths / 10:g} 分"
    fix = "删掉案例的分值，或改到两边相等"
    reading.report.error(reading.notes["分值"].value_place, "E215", message, fix)
    return None


def _draft(
    reading: Reading, content: Content, module: _Module, case: _Case | None
) -> QuestionDraft:
    report, notes, block = reading.report, reading.notes, reading.block
    module.readings.append(reading)
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
        points_tenths=sum(points) if points else _points_of_rubric(content.key),
        references=_references(reading, metadata.state, module, case),
        difficulty=metadata.difficulty,
        tags=metadata.tags,
        positions=metadata.positions,
        facts=metadata.facts,
        explanation=metadata.explanation,
        shuffle=metadata.shuffle,
        state=case.state if case else metadata.state,
        revision=metadata.revision,
        images=picture_sources(reading.lines, report),
        path=report.path,
        line=block.line,
        module_key=module.key,
        section_anchor=block.anchor,
        premises=content.premises,
        columns=content.columns,
        waived=metadata.waived,
    )


def _points_of_rubric(key: AnswerKey) -> int | None:
    """The sum of 采分点, for a 简答 without 分值."""
    points = key.points if isinstance(key, RubricKey) else ()
    return sum(point.tenths for point in points) or None


def _type(word: str, heading: Line, report: Report) -> QuestionType | None:
    if word in TYPES:
        return TYPES[word]
    near = nearest(word, TYPES)
    fix = f"是否要写【{near}】？" if near else f"可用的题型：{'、'.join(TYPES)}"
    report.error(heading, "E104", f"不认识的题型【{word}】", fix)
    return None


def _check_id(block: RawBlock, heading: Line, report: Report) -> None:
    if block.public_id is None:
        fix = f"在标题末尾写上没有用过的编号，形如 {{#q-7f3k2m}}：{_ID_FORM}"
        report.error(heading, "E404", "题目没有编号", fix)
    elif not PUBLIC_ID.fullmatch(block.public_id):
        report.error(heading, "E403", f"编号“{block.public_id}”的写法不对", f"编号是 {_ID_FORM}")


def _without_deeper_headings(lines: list[Line], level: int, report: Report) -> list[Line]:
    for index, line in enumerate(lines):
        if line.is_heading:
            fix = "把这个标题升到与题目同级，或在它前面空一行再写一行 ---"
            place = line.stripped()
            depth = len(place.folded) - len(place.folded.lstrip("#"))
            mend = replacing(place.number, place.column, depth, "#" * level)
            report.error(place, "E107", "题目里面有下一级标题", fix, mend)
            return lines[:index]
    return lines


def _with_points(key: AnswerKey, points: tuple[int, ...] | None, reading: Reading) -> AnswerKey:
    """Give each blank its own points when the author wrote 2+1+1."""
    is_told = "E215" in reading.report.error_codes
    if isinstance(key, RubricKey) and points is not None and len(points) == 1 and not is_told:
        place = reading.notes["分值"].value_place
        check_sum(key, points[0], place, reading.report)
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


def _references(
    reading: Reading, state: AuthorState, module: _Module, case: _Case | None
) -> tuple[Reference, ...]:
    note, block, report = reading.notes.get("依据"), reading.block, reading.report
    if note is None and case is not None and case.references:
        return case.references
    if note is None and reading.type is QuestionType.CASE_ANALYSIS:
        # A case rests on what its sub-questions cite.
        return ()
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
    is_asked = module.anchors is not None
    state = case.state if case else state
    if not references and not told and is_asked and state is AuthorState.ENABLED:
        place = note.place if note else reading.heading
        fix = "在题注里写 依据：[条款标题](#锚点)，或先写 状态：草稿"
        report.error(place, "E301", "没有依据", fix, _cited(reading, module))
    return tuple(references)


def _cited(reading: Reading, module: _Module) -> Mend | None:
    """A 依据 under the other 题注: the only clause there is, else for its author to name."""
    clauses = [f"[{anchor}](#{anchor})" for anchor in sorted(module.anchors or ())]
    for source in module.sources or ():
        clauses += [f"《{source.name}》{clause}" for clause in source.clauses]
    notes = [*reading.notes.values(), *reading.answers.values()]
    if not notes or "依据" in reading.notes:
        return None
    after = max(note.last_line for note in notes) + 1
    if len(clauses) == 1:
        return line_before(after, f"> - 依据：{clauses[0]}")
    return stub_before(after, "> - 依据：")
