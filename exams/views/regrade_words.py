"""What a line of a regrade says, and the fields in which another right answer is typed."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from core.pages import show_points
from exams.corrections import ChangeKind, Correction, Treatment, rule_as_data
from exams.models import RegradeChange
from exams.versions import KnownVersion
from exams.views.paper import LETTERS
from exams.views.words import RULES
from question_bank.keys import (
    AnswerKey,
    BlanksKey,
    ChoiceKey,
    HotspotKey,
    MatchKey,
    OrderKey,
    QuestionType,
    RubricKey,
    RuleName,
    VerdictKey,
)

KINDS = {
    ChangeKind.KEY: _l("改正确答案"),
    ChangeKind.RUBRIC: _l("改采分点的分"),
    ChangeKind.FULL_MARKS: _l("给所有人满分"),
    ChangeKind.VOID: _l("作废这道题"),
    ChangeKind.POINTS: _l("改分值"),
    ChangeKind.POLICY: _l("改给分规则"),
    ChangeKind.RESTORED: _l("恢复原样"),
}
# Rules that one question can be given besides those of the exam, by the kind of its key.
OWN_RULES: dict[type, dict[RuleName, Any]] = {
    ChoiceKey: RULES,
    BlanksKey: {
        RuleName.ALL_OR_NOTHING: _l("全对才得分"),
        RuleName.SHARE_PER_BLANK: _l("按填对的空给分"),
    },
    OrderKey: {
        RuleName.ALL_OR_NOTHING: _l("全对才得分"),
        RuleName.SHARE_PER_POSITION: _l("按排对位置的步数给分"),
        RuleName.SHARE_PER_NEIGHBOUR: _l("按前后相连对的步数给分"),
    },
    MatchKey: {
        RuleName.ALL_OR_NOTHING: _l("全对才得分"),
        RuleName.SHARE_PER_PAIR: _l("按配对的项数给分"),
    },
    HotspotKey: {
        RuleName.ALL_OR_NOTHING: _l("全对才得分"),
        RuleName.SHARE_PER_SPOT: _l("按找到的处数给分"),
    },
}


@dataclass(frozen=True)
class AnswerField:
    """One field of a right answer: a box to tick, a text, or a choice of one."""

    name: str
    kind: str
    value: str
    label: Markup
    is_on: bool = False
    options: tuple[tuple[str, str], ...] = ()


def say_line(line: RegradeChange, version: KnownVersion | None) -> str:
    """A line of a regrade in one sentence."""
    if version is None:
        if line.kind is ChangeKind.RESTORED:
            return str(_("整场的给分规则恢复原样"))
        return str(_("整场的给分规则改为：%(rule)s", rule=say_rule_data(line.value)))
    said = {
        ChangeKind.FULL_MARKS: _("所有抽到的人得满分，没答的也得"),
        ChangeKind.VOID: _("作废：谁都不算这道题，满分减少，及格线按比例降低"),
        ChangeKind.RESTORED: _("恢复原样：以前对这道题的更正都不再算"),
    }
    if line.kind in said:
        return str(said[line.kind])
    if line.kind is ChangeKind.POINTS:
        return str(_("分值改为 %(n)s 分，满分和及格线跟着变", n=show_points(line.value)))
    if line.kind is ChangeKind.RUBRIC:
        return str(_("采分点的分改为：%(points)s", points=say_rubric(version, line.value)))
    if line.kind is ChangeKind.POLICY:
        return str(_("给分规则改为：%(rule)s", rule=say_rule_data(line.value)))
    answers = _("，或 ").join(say_answer(version, one) for one in line.value["answers"])
    if line.value["keeps_old"]:
        return str(_("正确答案改为 %(answers)s，原来的答案也算对", answers=answers))
    return str(_("正确答案改为 %(answers)s", answers=answers))


def say_correction(correction: Correction) -> str:
    """What was corrected about a question, for the candidate; empty where nothing was.

    Letters are left out: each candidate's options stand in another order.
    """
    said: list[str] = []
    if correction.treatment is Treatment.VOID:
        return str(_("这道题作废了，不计分"))
    if correction.treatment is Treatment.FULL_MARKS:
        return str(_("这道题更正过：所有人得满分"))
    if correction.answers:
        said.append(
            str(_("正确答案改过，原来的答案也算对"))
            if correction.keeps_old
            else str(_("正确答案改过，上面标的是改过的"))
        )
    if correction.rubric_tenths is not None:
        said.append(str(_("采分点的分改过，照阅卷时勾的点重算")))
    if correction.points_tenths is not None:
        said.append(str(_("分值改为 %(n)s 分", n=show_points(correction.points_tenths))))
    if correction.rule is not None:
        rule = say_rule_data(rule_as_data(correction.rule))
        said.append(str(_("给分规则改为：%(rule)s", rule=rule)))
    return str(_("这道题更正过：%(what)s", what=_("；").join(said))) if said else ""


def say_rule_data(data: Any) -> str:
    """A stored rule in words, with its points."""
    name = RuleName(data[0])
    known = [RULES, *OWN_RULES.values()]
    words = str(next((rules[name] for rules in known if name in rules), name.value))
    if data[1] is None:
        return words
    return str(_("%(rule)s（%(n)s 分）", rule=words, n=show_points(data[1])))


def say_answer(version: KnownVersion, answer: Any) -> str:
    """One right answer, by letters in the author's order where there are options."""
    key = version.key
    comma = str(_("、"))
    if isinstance(key, ChoiceKey):
        return comma.join(LETTERS[key.option_ids.index(one)] for one in sorted(answer))
    if isinstance(key, VerdictKey):
        return str(_("对") if answer else _("错"))
    if isinstance(key, BlanksKey):
        return comma.join(" / ".join(forms) for forms in answer)
    if isinstance(key, MatchKey):
        printed = version.printed
        return comma.join(
            f"{_text(printed.premise_html[left])} → {_text(printed.option_html[right])}"
            for left, right in answer
        )
    return comma.join(_text(version.printed.option_html[one]) for one in answer)


def say_rubric(version: KnownVersion, tenths: Sequence[int]) -> str:
    """Each scoring point with what it counts."""
    points = version.key.points if isinstance(version.key, RubricKey) else ()
    return str(_("；")).join(
        str(_("%(text)s %(n)s 分", text=point.text, n=show_points(one)))
        for point, one in zip(points, tenths, strict=True)
    )


def rubric_fields(version: KnownVersion, tenths: Sequence[int | None]) -> list[AnswerField]:
    """A field for what each scoring point counts; empty for what a machine marks."""
    points = version.key.points if isinstance(version.key, RubricKey) else ()
    return [
        AnswerField(
            f"rubric-{n}",
            "text",
            show_points(one) if one is not None else request.form.get(f"rubric-{n}", ""),
            Markup.escape(point.text),
        )
        for n, (point, one) in enumerate(zip(points, tenths, strict=True), start=1)
    ]


def sent_rubric(version: KnownVersion) -> list[int | None]:
    """What the form sent for each scoring point in tenths; None where that is no number."""
    points = version.key.points if isinstance(version.key, RubricKey) else ()
    return [_tenths(request.form.get(f"rubric-{n}", "")) for n in range(1, len(points) + 1)]


def _tenths(typed: str) -> int | None:
    found = re.fullmatch(r"(\d{1,4})(?:\.(\d))?", unicodedata.normalize("NFKC", typed).strip())
    return int(found[1]) * 10 + int(found[2] or 0) if found else None


def old_answer(version: KnownVersion) -> str:
    """The right answer as it was asked; empty for what a person marks."""
    answer = answer_of(version.key)
    return say_answer(version, answer) if answer is not None else ""


def answer_of(key: AnswerKey) -> Any:
    """The right answer of a key as a regrade would store it; None for what a person marks."""
    if isinstance(key, ChoiceKey | HotspotKey):
        return sorted(key.right)
    if isinstance(key, VerdictKey):
        return key.verdict
    if isinstance(key, BlanksKey):
        return [list(blank.written) for blank in key.blanks]
    if isinstance(key, OrderKey):
        return list(key.item_ids)
    if isinstance(key, MatchKey):
        return [list(pair) for pair in key.pairs]
    return None


def answer_fields(version: KnownVersion, answer: Any) -> list[AnswerField]:
    """The fields for another right answer, filled with one."""
    key, printed = version.key, version.printed
    if isinstance(key, ChoiceKey):
        return [
            _box(str(one), f"{LETTERS[place]}. ", printed.option_html[one], one in answer)
            for place, one in enumerate(key.option_ids)
        ]
    if isinstance(key, VerdictKey):
        return [
            AnswerField("verdict", "radio", value, Markup.escape(word), answer is is_true)
            for value, word, is_true in (("yes", _("对"), True), ("no", _("错"), False))
        ]
    if isinstance(key, BlanksKey):
        return [
            AnswerField(
                f"blank-{n}", "text", " | ".join(forms), Markup.escape(_("第 %(n)s 空", n=n))
            )
            for n, forms in enumerate(answer, start=1)
        ]
    if isinstance(key, OrderKey):
        numbers = tuple((str(n), str(n)) for n in range(1, len(answer) + 1))
        return [
            AnswerField(
                f"step-{one}",
                "select",
                str(answer.index(one) + 1),
                Markup(printed.option_html[one]),
                options=numbers,
            )
            for one in sorted(key.item_ids)
        ]
    if isinstance(key, MatchKey):
        options = tuple((str(one), _text(html)) for one, html in printed.option_html.items())
        return [
            AnswerField(
                f"left-{left}",
                "select",
                str(right),
                Markup(printed.premise_html[left]),
                options=options,
            )
            for left, right in answer
        ]
    if isinstance(key, HotspotKey):
        return [
            _box(str(one), "", printed.option_html[one], one in answer) for one, _ in key.regions
        ]
    return []


def _box(value: str, before: str, html: str, is_on: bool) -> AnswerField:
    return AnswerField("right", "checkbox", value, Markup(before) + Markup(html), is_on)


def sent_answers(version: KnownVersion) -> list[Any]:
    """The right answers that the form sent; any of them is right.

    Several options of a single choice are several right answers.
    """
    key, form = version.key, request.form
    if isinstance(key, ChoiceKey | HotspotKey):
        chosen = [int(one) for one in form.getlist("right") if one.isdecimal()]
        if version.printed.type is QuestionType.SINGLE_CHOICE:
            return [[one] for one in chosen]
        return [chosen]
    if isinstance(key, VerdictKey):
        return [{"yes": True, "no": False}.get(form.get("verdict", ""))]
    if isinstance(key, BlanksKey):
        return [[_forms(f"blank-{n}") for n in range(1, len(key.blanks) + 1)]]
    if isinstance(key, OrderKey):
        places = {one: form.get(f"step-{one}", "") for one in key.item_ids}
        is_whole = len(set(places.values())) == len(places)
        return [sorted(places, key=lambda one: int(places[one] or 0)) if is_whole else []]
    if isinstance(key, MatchKey):
        return [
            [[left, int(form.get(f"left-{left}", "") or 0)] for left, _right in key.pairs],
        ]
    return []


def _forms(name: str) -> list[str]:
    return [part.strip() for part in request.form.get(name, "").split("|") if part.strip()]


def _text(html: str) -> str:
    return " ".join(Markup(html).striptags().split())
