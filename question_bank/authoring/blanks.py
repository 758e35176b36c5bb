"""The blanks of a 填空 stem and what each of them accepts."""

import re
from collections.abc import Iterable, Iterator, Mapping

from core.mends import stub_before
from question_bank.answers import AcceptedForm, BadForm, accepted_form
from question_bank.authoring.lines import Line, fold
from question_bank.authoring.notes import Note
from question_bank.authoring.report import Report
from question_bank.keys import BlankKey

BLANK = "____"

# Editors save ____ as \_\_\_\_, which is still a blank; \____ and `____` are not.
_BLANK_OR_CODE = re.compile(r"(?P<code>(?P<ticks>`+).*?(?P=ticks))|(?P<blank>(?:\\_){4,}|_{4,})")
_QUOTED = re.compile(r'"[^"]*"|“[^”]*”|(?P<bar>\|)')


def blanks_in(stem: Iterable[Line]) -> tuple[str, int]:
    """Give the stem with every blank written as four underscores, and their number."""
    count = 0
    texts: list[str] = []
    for line in stem:
        text, found = _canonical(line)
        texts.append(text)
        count += found
    return "\n".join(texts).strip("\n"), count


def read_blanks(
    answers: Mapping[int, Note], count: int, heading: Line, report: Report
) -> list[BlankKey]:
    """Read 答案1 … 答案n for the blanks of the stem."""
    if count == 0:
        fix = "在要填的地方写四个下划线 ____"
        report.error(heading, "E211", "题干里没有空", fix)
        return []
    missing = [number for number in range(1, count + 1) if number not in answers]
    extra = [number for number in answers if not 1 <= number <= count]
    if missing:
        last = max((n for n in answers if n <= count), default=0)
        told = f"答案只写到 答案{last}" if last == missing[0] - 1 and last else None
        message = told or "没有" + "、".join(f"答案{number}" for number in missing)
        fix = "补" + "".join(f"“答案{number}：”" for number in missing)
        end = max((note.last_line for note in answers.values()), default=0)
        mend = stub_before(end + 1, f"> - 答案{missing[0]}：") if end else None
        report.error(heading, "E211", f"题干有 {count} 个空，{message}", fix, mend)
    for number in extra:
        fix = "删掉它，或在题干里补一个空 ____"
        message = f"题干只有 {count} 个空，却有 答案{number}"
        report.error(answers[number].place, "E211", message, fix)
    return [
        BlankKey(*_alternatives(answers[number], report))
        for number in range(1, count + 1)
        if number in answers
    ]


def read_groups(note: Note | None, count: int, report: Report) -> dict[int, int]:
    """Read 顺序: for each interchangeable blank (from 0) the number of its group."""
    if note is None:
        return {}
    value = fold(note.value).strip()
    if value == "不限" and count > 1:
        return dict.fromkeys(range(count), 0)
    groups: dict[int, int] = {}
    for group, part in enumerate(value.split(";")):
        numbers = [int(n) - 1 for n in re.split(r"[、, ]+", part.strip()) if _is_number(n)]
        fits = len(numbers) > 1 and all(0 <= n < count and n not in groups for n in numbers)
        if not fits or len(set(numbers)) < len(numbers):
            fix = "写 不限，或可以互换的空的号码，例如 1、2"
            report.error(note.value_place, "E110", f"顺序“{note.value}”看不懂", fix)
            return {}
        groups |= dict.fromkeys(numbers, group)
    return groups


def _is_number(word: str) -> bool:
    return re.fullmatch(r"[0-9]{1,3}", word) is not None


def _canonical(line: Line) -> tuple[str, int]:
    if line.is_code:
        return line.text.rstrip(), 0
    pieces: list[str] = []
    count = end = 0
    folded = line.folded
    for found in _BLANK_OR_CODE.finditer(folded):
        start = found.start()
        if found["blank"] is None:
            continue
        if found["blank"][0] == "_" and start > 0 and folded[start - 1] == "\\":
            continue
        pieces += [line.text[end:start], BLANK]
        end = found.end()
        count += 1
    return ("".join(pieces) + line.text[end:]).rstrip(), count


def _alternatives(note: Note, report: Report) -> tuple[tuple[AcceptedForm, ...], tuple[str, ...]]:
    accepted: list[AcceptedForm] = []
    written: list[str] = []
    for part in _parts(note):
        try:
            form = accepted_form(part.text)
        except BadForm as bad:
            code = "E212" if part.text.strip() else "E211"
            fix = "写成 2.5±0.1、2.5±4%、[2.4, 2.6] 或 2.4~2.6；要按文字比较就加引号"
            if code == "E211":
                fix = "写上答案；几个写法之间用 | 隔开"
            message = f"{note.name}“{part.text.strip()}”：{bad}"
            report.error(part, code, message, fix)
            continue
        if form not in accepted:
            accepted.append(form)
            written.append(part.text.strip())
    return tuple(accepted), tuple(written)


def _parts(note: Note) -> Iterator[Line]:
    """Cut the value at bars outside quotes."""
    values = note.values or (note.place.tail(len(note.place.text)),)
    for value in values:
        start = 0
        bars = [found.start() for found in _QUOTED.finditer(value.folded) if found["bar"]]
        for end in [*bars, len(value.text)]:
            yield value.piece(start, end).stripped()
            start = end + 1
