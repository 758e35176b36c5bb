"""采分点 and 参考答案 in one text for graders, as other systems keep them. Pure."""

import re

from question_bank.formats.exported import points_tenths, points_text
from question_bank.keys import RubricKey, ScoringPoint

_POINT = re.compile(r"^(?:[-*+]|\d+[.)]) +(?P<points>\d{1,3}(?:\.\d)?) *分 *[:：] *(?P<text>.+)$")


def rubric_text(key: RubricKey) -> str:
    """What graders are told, as Markdown."""
    # On a paragraph of its own, so that its first line means what it means alone.
    told = [f"参考答案：\n\n{key.model_answer}"] if key.model_answer else []
    if key.points:
        points = [f"- {points_text(point.tenths)}分：{point.text}" for point in key.points]
        told.append("采分点：\n\n" + "\n".join(points))
    return "\n\n".join(told)


def read_rubric(told: str) -> tuple[list[ScoringPoint], str]:
    """采分点 and 参考答案 out of what graders are told."""
    points: list[ScoringPoint] = []
    rest: list[str] = []
    for line in told.split("\n"):
        found = _POINT.match(line.strip())
        tenths = points_tenths(found["points"]) if found else None
        if found and tenths:
            points.append(ScoringPoint(found["text"].strip(), tenths))
        else:
            rest.append(line)
    answer = re.sub(r"\n*采分点[:：]\s*$", "", "\n".join(rest).strip()).strip()
    return points, re.sub(r"^参考答案[:：]\s*", "", answer)
