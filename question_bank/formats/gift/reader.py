"""A GIFT file → items: finds the answer of each block, its kind, and what is wrong with it."""

import re

from core.errors import N_
from core.sentences import say
from question_bank.authoring.blanks import BLANK
from question_bank.formats.encoding import read_text
from question_bank.formats.gift import answers
from question_bank.formats.gift.blocks import Block, blocks_of, shown
from question_bank.formats.html.markdown import to_markdown
from question_bank.formats.items import ForeignItem
from question_bank.formats.limits import LONGEST_LINE, check_count
from question_bank.formats.reading import Reading, check
from question_bank.formats.tags import read_tags
from question_bank.keys import QuestionType

_BRACES = re.compile(r"[{}]")
_FULL_WIDTH_BRACES = re.compile(r"[｛｝]")
# Where answers begin; without braces it is the torn-off part of a question.
_ANSWER_LINE = re.compile(r"\s*[~=]")
_FORMAT = re.compile(r"\[(?P<format>html|moodle|plain|markdown)\]", re.IGNORECASE)
# A tag or an entity; `<` before a number is a comparison.
_LOOKS_LIKE_HTML = re.compile(
    r"</?(?:p|div|br|b|strong|i|em|sub|sup|span|ul|ol|li|table|tr|td|th|img|a|u|h[1-6]|code|pre)"
    r"(?:\s[^<>]*)?/?>|&(?:[a-z]{2,8}|#\d{1,6});",
    re.IGNORECASE,
)
_WRITTEN_BLANK = re.compile(r"[_＿]{4,}")
# Stands for the blank while HTML is turned into Markdown, where ____ would be a rule.
_GAP = "\U000ff000"
_END_OF_SENTENCE = re.compile(r"[.。．!！?？…]+")
_ONLY_MARKS = re.compile(r"[\W_]*")
_NO_BLANK = (QuestionType.TRUE_FALSE, QuestionType.MATCHING, QuestionType.SHORT_ANSWER)


def read_gift(data: bytes, _name: str) -> list[ForeignItem]:
    """Read the whole language; every block becomes one item."""
    text = read_text(data)
    items: list[ForeignItem] = []
    for block in blocks_of(text.lines):
        reading = _read(block)
        if not items:
            reading.warnings[:0] = text.remarks
        items.append(reading.item())
        check_count(len(items))
    return items


def _read(block: Block) -> Reading:
    reading = Reading(line=block.line, title=block.title, external_id=block.external_id)
    reading.warnings.extend(block.warnings)
    if len(block.text) > LONGEST_LINE:
        reading.stem = block.text[:200]
        reading.error(
            "E518",
            say(N_("一道题的文字太长，最多 %(longest_line)s 个字"), longest_line=LONGEST_LINE),
        )
        return reading
    _take_tags(reading, block.tags)
    braces = "".join(_BRACES.findall(block.text))
    if braces == "{}":
        _read_question(reading, block.text)
    elif not braces and not _FULL_WIDTH_BRACES.search(block.text):
        reading.stem = _text(block.text, "moodle")[0]
        if _ANSWER_LINE.match(block.text):
            _torn(reading, "E511", N_("前面没有对应的 {，这是一道题的后半截；题目中间不能空行"))
        else:
            reading.is_material = True
    else:
        _refuse_braces(reading, block.text, braces)
    check(reading)
    return reading


def _refuse_braces(reading: Reading, text: str, braces: str) -> None:
    before = re.split(r"[{}｛｝]", text)[0]
    reading.stem = _text(before, "moodle")[0]
    if _FULL_WIDTH_BRACES.search(text):
        message = N_("用了全角的大括号 ｛ ｝，GIFT 只认半角的 { }")
        _torn(reading, "E509", message)
    elif braces.count("{") > braces.count("}"):
        message = N_("有 { 没有 }：题目没写完，或中间空了一行（空行表示题目结束）")
        _torn(reading, "E510", message)
    elif braces.count("{") < braces.count("}"):
        message = N_("有 } 没有 {：这是一道题的后半截，或前面少了 {")
        _torn(reading, "E511", message)
    else:
        message = N_("一道题里有几处 { }：GIFT 一题只能有一处答案；是几道题的话中间要空行")
        _torn(reading, "E515", message)


def _torn(reading: Reading, code: str, message: str) -> None:
    # What is missing beside it is known to be elsewhere; only this is told.
    reading.errors.clear()
    reading.error(code, message)


def _read_question(reading: Reading, text: str) -> None:
    start, end = text.index("{"), text.index("}")
    if end < start:
        reading.stem = _text(text[:end], "moodle")[0]
        reading.error("E511", N_("} 在 { 前面"))
        return
    inside = text[start + 1 : end].strip()
    general, separator, feedback = inside.rpartition("####")
    inside = general.strip() if separator else inside
    stem_format = _format_of(text[:start])
    answers.read_answer(reading, inside, lambda written: _text(written, stem_format)[0])
    _place_stem(reading, text[:start], text[end + 1 :])
    if separator and feedback.strip():
        reading.explanation = _text(feedback, stem_format)[0]


def _place_stem(reading: Reading, before: str, after: str) -> None:
    """Put a blank where the braces stood, if text goes on after them or the type asks for one."""
    tail = after.strip()
    if "\n::" in after:
        reading.error("E515", N_("} 后面接着另一道题（::…::）：两题之间要空一行"))
    is_stray = bool(tail) and _ONLY_MARKS.fullmatch(tail) and not _END_OF_SENTENCE.fullmatch(tail)
    if is_stray:
        reading.warn("W508", say(N_("} 后面多出“%(tail)s”，没有读"), tail=shown(tail)))
        tail = ""
    elif tail and reading.type in _NO_BLANK and not _END_OF_SENTENCE.fullmatch(tail):
        reading.warn("W508", say(N_("} 后面还有“%(tail)s”，接在题干后面读"), tail=shown(tail)[:20]))
    needs_blank = reading.type is QuestionType.FILL_BLANK
    if reading.type in _NO_BLANK:
        gap = " " if tail and not _END_OF_SENTENCE.fullmatch(tail) else ""
        stem = before.rstrip() + gap + tail
    elif tail:
        stem = before + _GAP + after
    else:
        stem = before
    reading.stem = _text(stem, "moodle")[0].replace(_GAP, BLANK)
    own_blanks = len(_WRITTEN_BLANK.findall(shown(before + after)))
    if needs_blank and own_blanks == 1 and not tail:
        # 限速____km/h{=15}: the blank is written out already.
        reading.stem = _WRITTEN_BLANK.sub(BLANK, reading.stem)
    elif needs_blank:
        if own_blanks:
            reading.error(
                "E505",
                say(
                    N_("题干里另有 %(own_blanks)s 个空，GIFT 一题只能有一处答案"),
                    own_blanks=own_blanks,
                ),
            )
        if not tail:
            reading.stem = f"{reading.stem} {BLANK}"


def _format_of(text: str) -> str:
    found = _FORMAT.match(text.strip())
    return found["format"].lower() if found else "moodle"


def _text(written: str, default: str) -> tuple[str, str]:
    """A text as Markdown, by the format that it names or else the stem's."""
    text = written.strip()
    found = _FORMAT.match(text)
    format_ = default
    if found:
        format_, text = found["format"].lower(), text[found.end() :].strip()
    text = shown(text)
    if format_ == "html" or (format_ == "moodle" and _LOOKS_LIKE_HTML.search(text)):
        text = to_markdown(text, image=lambda _path: None)
    return text.strip(), format_


def _take_tags(reading: Reading, tags: list[str]) -> None:
    """Our own export puts what GIFT has no field for into tags; take it back from there."""
    content = read_tags(tags)
    reading.tags.extend(content.tags)
    reading.reference = content.reference
    reading.difficulty = content.difficulty
    reading.rule = content.rule
    reading.points_tenths = content.points_tenths
    reading.positions.extend(content.positions)
    reading.facts.extend(content.facts)
