"""Whether other right answers fit a question; pure, each refusal a sentence for the person."""

from typing import Any

from core.errors import N_
from exams.corrections import ChangeKind, key_with
from exams.versions import KnownVersion
from question_bank.answers import BadForm
from question_bank.keys import (
    AnswerKey,
    BlanksKey,
    ChoiceKey,
    HotspotKey,
    MatchKey,
    OrderKey,
    QuestionType,
    RubricKey,
    VerdictKey,
)

MOST_POINTS_TENTHS = 10_000
# A person marks these: there is no other key or rule for them. Other points scale what was given.
BY_PEOPLE = N_(
    "这道题由人阅卷，没有别的正确答案和给分规则；可以改采分点的分、改分值、作废或给所有人满分"
)


def problem_of(version: KnownVersion, kind: ChangeKind, value: Any) -> str | None:
    """Why this line cannot be about this question; None where it can."""
    if kind in (ChangeKind.KEY, ChangeKind.POLICY) and isinstance(version.key, RubricKey):
        return BY_PEOPLE
    if kind is ChangeKind.POINTS and not 0 < value <= MOST_POINTS_TENTHS:
        return N_("分值要大于 0，不超过 1000 分。不想让它算分，选作废")
    if kind is ChangeKind.RUBRIC:
        return _misfit_of_rubric(version.key, value)
    if kind is not ChangeKind.KEY:
        return None
    if not value["answers"]:
        return N_("写上正确答案")
    return next(filter(None, (_misfit(version, answer) for answer in value["answers"])), None)


def _misfit_of_rubric(key: AnswerKey, value: Any) -> str | None:
    if not isinstance(key, RubricKey) or not key.points:
        return N_("这道题没有采分点")
    if len(value) != len(key.points) or None in value:
        return N_("每个采分点写上分，0 到 1000，例如 2 或 0.5；不再算的写 0")
    if not all(0 <= one <= MOST_POINTS_TENTHS for one in value):
        return N_("每个采分点写上分，0 到 1000，例如 2 或 0.5；不再算的写 0")
    return None if any(value) else N_("至少一个采分点要有分。不想让这道题算分，选作废")


def _misfit(version: KnownVersion, answer: Any) -> str | None:
    key = version.key
    if isinstance(key, ChoiceKey):
        return _misfit_of_choice(version.printed.type, key, answer)
    if isinstance(key, VerdictKey):
        return None if isinstance(answer, bool) else N_("选对或错")
    if isinstance(key, BlanksKey):
        return _misfit_of_blanks(key, answer)
    if isinstance(key, OrderKey):
        fits = sorted(answer) == sorted(key.item_ids)
        return None if fits else N_("每一步给一个号，从 1 起，不重复")
    if isinstance(key, MatchKey):
        options = set(version.printed.option_html)
        fits = [left for left, _right in answer] == [left for left, _right in key.pairs] and all(
            right in options for _left, right in answer
        )
        return None if fits else N_("左边每一项都选一个配对")
    if isinstance(key, HotspotKey):
        fits = bool(answer) and set(answer) <= {option for option, _region in key.regions}
        return None if fits else N_("至少选一处隐患")
    return BY_PEOPLE


def _misfit_of_choice(kind: QuestionType, key: ChoiceKey, answer: Any) -> str | None:
    if not answer or not set(answer) <= set(key.option_ids):
        return N_("至少选一个正确选项")
    if kind is QuestionType.SINGLE_CHOICE and len(answer) != 1:
        return N_("单选题的一种答案只能是一个选项")
    return None


def _misfit_of_blanks(key: BlanksKey, answer: Any) -> str | None:
    if len(answer) != len(key.blanks) or not all(answer):
        return N_("每个空都写上答案，几种写法用 | 隔开")
    try:
        key_with(key, answer)
    except BadForm:
        return N_("有一个空的答案看不懂。数写成 5、2.5±0.1 或 [2.4, 2.6]，文字照写")
    return None
