"""What a 简答 needs to be marked: 采分点 with their points, and a 参考答案."""

import re
from collections.abc import Iterator

from question_bank.authoring.lines import Line, split_at, text_of
from question_bank.authoring.metadata import points_tenths
from question_bank.authoring.notes import Note, notes_start
from question_bank.authoring.reading import Content, Reading, check_stem
from question_bank.authoring.report import Report
from question_bank.keys import RubricKey, ScoringPoint

_BEFORE = re.compile(r"(?P<number>\d[\d.]*) *分 *[:、,]? *")
_BEHIND = re.compile(r"[(\[] *(?P<number>\d[\d.]*) *分 *[)\]] *[。.]?$")


def read_short_answer(reading: Reading) -> Content:
    """Read the stem and the rubric; the sum of the points is checked with 分值."""
    report = reading.report
    start = notes_start(reading.lines)
    stem = reading.lines[:start]
    reading.take_notes(reading.lines[start:])
    check_stem(stem, reading)
    points = _scoring_points(reading.notes.get("采分点"), report)
    # 答案 is what people are used to write.
    answer = reading.notes.get("参考答案") or reading.notes.get("答案")
    model_answer = (answer.value or None) if answer else None
    _check_answer(answer, report)
    if not points and model_answer is None and not report.error_codes & {"E105", "E215"}:
        fix = "在题注里写 采分点：，下面每行一点，例如 - 2分：立即报告"
        report.error(reading.heading, "E215", "没有采分点，也没有参考答案，没法阅卷", fix)
    return Content(text_of(stem), (), RubricKey(points, model_answer))


def check_sum(key: RubricKey, stated: int | None, place: Line, report: Report) -> None:
    """E215 when 采分点 do not come to 分值."""
    total = sum(point.tenths for point in key.points)
    if key.points and stated is not None and total != stated:
        message = f"采分点合计 {_shown(total)} 分，分值是 {_shown(stated)} 分"
        report.error(place, "E215", message, "改采分点或分值，让两边相等")


def _check_answer(answer: Note | None, report: Report) -> None:
    """A point within the model answer has lost its key above it."""
    for line in answer.values if answer else ():
        item = line.item()
        if item is not None and _BEFORE.match(item.folded):
            fix = "在它们前面写一行“- 采分点：”"
            report.error(item, "E215", "采分点写在了参考答案里", fix)
            return


def _scoring_points(note: Note | None, report: Report) -> tuple[ScoringPoint, ...]:
    found: list[ScoringPoint] = []
    for part, more in _parts(note) if note else ():
        before = _BEFORE.match(part.folded)
        mark = before or _BEHIND.search(part.folded)
        tenths = points_tenths(mark["number"]) if mark else None
        if mark is None or tenths is None:
            fix = "每点写一行，分数在前：- 2分：立即报告；可以带半分"
            report.error(part, "E215", "这个采分点没有写几分", fix)
            continue
        text = part.tail(mark.end()) if before else part.piece(0, mark.start())
        if text.is_blank and not more:
            report.error(part, "E215", "这个采分点没有内容", "写上答到什么才给分")
        else:
            said = "\n".join([text.stripped().text, *more]).strip()
            found.append(ScoringPoint(said, tenths))
    return tuple(found)


def _parts(note: Note) -> Iterator[tuple[Line, list[str]]]:
    """Each point with the lines under it: nested items, or what `；` parts on one line."""
    items: list[tuple[Line, list[str]]] = []
    for line in note.values:
        item = line.item()
        if item is not None:
            items.append((item, []))
        elif items:
            items[-1][1].append(line.stripped().text)
        else:
            items += [(part, []) for part in split_at(line, ";")]
    return iter(items)


def _shown(tenths: int) -> str:
    return f"{tenths / 10:g}"
