"""The keys of a 题注 that every type of question may have."""

import re
from dataclasses import dataclass
from typing import TypeVar

from question_bank.authoring.lines import Line, fold, split_at
from question_bank.authoring.notes import Note
from question_bank.authoring.report import Report
from question_bank.drafts import AuthorState, Revision, Shuffle
from question_bank.keys import QuestionType, RuleName, ScoringRule

T = TypeVar("T")

DIFFICULTIES = {"易": 1, "较易": 2, "中": 3, "较难": 4, "难": 5} | {str(n): n for n in range(1, 6)}
DEFAULT_DIFFICULTY = 3
SHUFFLES = {"是": Shuffle.ALL, "否": Shuffle.NONE, "末项固定": Shuffle.LAST_FIXED}
STATES = {"草稿": AuthorState.DRAFT, "启用": AuthorState.ENABLED, "停用": AuthorState.RETIRED}
REVISIONS: dict[str, Revision | None] = {"勘误": Revision.CORRECTION, "实质": Revision.SUBSTANCE}
RULES: dict[str, RuleName] = {
    "全对": RuleName.ALL_OR_NOTHING,
    "少选50%": RuleName.HALF_IF_PARTIAL,
    "每项": RuleName.SHARE_PER_OPTION,
    "对减错": RuleName.RIGHT_MINUS_WRONG,
    "按权重": RuleName.WEIGHTED,
    "每空": RuleName.SHARE_PER_BLANK,
    "按位": RuleName.SHARE_PER_POSITION,
    "相邻": RuleName.SHARE_PER_NEIGHBOUR,
    "每对": RuleName.SHARE_PER_PAIR,
    "每处": RuleName.SHARE_PER_SPOT,
}
RULES_WITH_POINTS = {
    "少选": RuleName.FIXED_IF_PARTIAL,
    "每项": RuleName.POINTS_PER_OPTION,
    "错点扣": RuleName.MINUS_PER_MISS,
}
_CHOICE_RULES = {
    RuleName.ALL_OR_NOTHING,
    RuleName.HALF_IF_PARTIAL,
    RuleName.FIXED_IF_PARTIAL,
    RuleName.SHARE_PER_OPTION,
    RuleName.POINTS_PER_OPTION,
    RuleName.RIGHT_MINUS_WRONG,
    RuleName.WEIGHTED,
}
RULES_OF: dict[QuestionType, set[RuleName]] = {
    QuestionType.SINGLE_CHOICE: {RuleName.ALL_OR_NOTHING},
    QuestionType.MULTIPLE_CHOICE: _CHOICE_RULES,
    QuestionType.TRUE_FALSE: {RuleName.ALL_OR_NOTHING},
    QuestionType.FILL_BLANK: {RuleName.ALL_OR_NOTHING, RuleName.SHARE_PER_BLANK},
    QuestionType.ORDERING: {
        RuleName.ALL_OR_NOTHING,
        RuleName.SHARE_PER_POSITION,
        RuleName.SHARE_PER_NEIGHBOUR,
    },
    QuestionType.MATCHING: {RuleName.ALL_OR_NOTHING, RuleName.SHARE_PER_PAIR},
    QuestionType.HOTSPOT: {
        RuleName.ALL_OR_NOTHING,
        RuleName.SHARE_PER_SPOT,
        RuleName.MINUS_PER_MISS,
    },
    # Marked by a person, and part by part.
    QuestionType.SHORT_ANSWER: set(),
    QuestionType.CASE_ANALYSIS: set(),
}
_RULE_HINTS = {
    QuestionType.MULTIPLE_CHOICE: "全对、少选50%、少选1分、每项、每项0.5分、对减错、按权重",
    QuestionType.FILL_BLANK: "全对、每空",
    QuestionType.ORDERING: "全对、按位、相邻",
    QuestionType.MATCHING: "全对、每对",
    QuestionType.HOTSPOT: "全对、每处、错点扣0.5",
}
_POINTS = re.compile(r"(\d{1,3})(?:\.([05])0*)?(?: *分)?")
_FACT = re.compile(r"f-[0-9a-hjkmnp-tv-z]{4}")
_MOST_TAG_CHARACTERS = 40
# W2xx tells of the content of a question, W3xx of how it is written; other warnings concern files.
_WARNING = re.compile(r"W(?:204|206|207|210|3\d\d)")
_WAIVED = re.compile(r"(?P<code>[A-Za-z]\d{3}) *(?P<open>[(:]?)")


@dataclass(frozen=True)
class Metadata:
    """The common values, each with its default when the author left it out or got it wrong."""

    difficulty: int
    tags: tuple[str, ...]
    positions: tuple[str, ...]
    facts: tuple[str, ...]
    explanation: str | None
    shuffle: Shuffle
    state: AuthorState
    revision: Revision | None
    waived: tuple[tuple[str, str], ...]


def read_metadata(
    notes: dict[str, Note], audience: frozenset[str] | None, report: Report
) -> Metadata:
    """Read the common keys; `audience` is what the module's 对象 allows as 岗位."""
    positions = _words(notes.get("岗位"), report)
    for word in positions:
        if audience is not None and word not in audience:
            place = notes["岗位"].value_place
            fix = "把它加进文件开头的“对象”，或从题目里去掉"
            report.error(place, "E110", f"岗位“{word}”不在本模块的对象里", fix)
    explanation = notes.get("解析")
    return Metadata(
        difficulty=_chosen(notes.get("难度"), DIFFICULTIES, DEFAULT_DIFFICULTY, report),
        tags=_tags(notes.get("标签"), report),
        positions=positions,
        facts=_facts(notes.get("考点"), report),
        explanation=(explanation.value or None) if explanation else None,
        shuffle=_chosen(notes.get("乱序"), SHUFFLES, Shuffle.ALL, report),
        state=_chosen(notes.get("状态"), STATES, AuthorState.ENABLED, report),
        revision=_chosen(notes.get("修订"), REVISIONS, None, report),
        waived=_waived(notes.get("忽略"), report),
    )


def read_points(note: Note | None, report: Report) -> tuple[int, ...] | None:
    """Read 分值 to tenths of a point; several numbers joined by + are those of the blanks."""
    if note is None:
        return None
    parts = fold(note.value).split("+")
    tenths = [found for part in parts if (found := points_tenths(part.strip()))]
    if len(tenths) < len(parts):
        fix = "写大于 0 的数，可以带半分，例如 2 或 1.5；填空可写 2+1+1"
        report.error(note.value_place, "E212", f"分值“{note.value}”看不懂", fix)
        return None
    return tuple(tenths)


def read_rule(note: Note | None, type_: QuestionType, report: Report) -> ScoringRule | None:
    """Read 给分; the words are those of the product, the identifiers are RuleName."""
    if note is None:
        return None
    rule = _rule(re.sub(r"\s", "", fold(note.value)))
    if rule is None or rule.name not in RULES_OF[type_]:
        fix = f"这个题型可以写：{_RULE_HINTS.get(type_, '全对')}"
        if not RULES_OF[type_]:
            fix = "删掉这一行：简答按采分点给分，案例按小题给分"
        report.error(note.value_place, "E110", f"给分“{note.value}”用不了", fix)
        return None
    return rule


def points_tenths(written: str) -> int | None:
    """Tenths of a point for a number above 0 in halves, None for anything else."""
    found = _POINTS.fullmatch(written)
    if found is None:
        return None
    return (int(found[1]) * 10 + int(found[2] or 0)) or None


def _rule(written: str) -> ScoringRule | None:
    if written in RULES:
        return ScoringRule(RULES[written])
    for word, name in RULES_WITH_POINTS.items():
        # 错点扣0.5 is clear without 分; 每项5 would look like a slip.
        is_told = written.endswith("分") or name is RuleName.MINUS_PER_MISS
        if written.startswith(word) and is_told:
            tenths = points_tenths(written.removeprefix(word))
            return None if tenths is None else ScoringRule(name, tenths)
    return None


def _waived(note: Note | None, report: Report) -> tuple[tuple[str, str], ...]:
    """Read 忽略: which warnings do not concern this question, each with its reason."""
    found: dict[str, str] = {}
    lines = [line.item() or line for line in note.values] if note else []
    parts = [part for line in lines for part in split_at(line, ";")]
    fix = "写成 忽略：W301（选项就是要这么长），几个之间写分号"
    if note is not None and not parts:
        report.error(note.place, "E225", "忽略没有写值", fix)
    for part in parts:
        told = _WAIVED.match(part.folded)
        code = told["code"].upper() if told else ""
        reason = part.tail(told.end()).stripped() if told else part
        if told and told["open"] == "(" and reason.folded.endswith(")"):
            reason = reason.piece(0, len(reason.text) - 1).stripped()
        if not _WARNING.fullmatch(code):
            report.error(part, "E225", f"没有可以忽略的警告“{part.text[:20]}”", fix)
        elif reason.is_blank:
            report.error(part, "E225", f"忽略 {code} 没有写理由", fix)
        elif code in found:
            report.error(part, "E225", f"{code} 写了两次", "只留一个")
        else:
            found[code] = reason.text
    return tuple(found.items())


def _chosen(note: Note | None, words: dict[str, T], default: T, report: Report) -> T:
    if note is None:
        return default
    word = fold(note.value).strip()
    if word not in words:
        told = [known for known in words if not known.isdigit()]
        fix = ("1–5、" if len(words) > len(told) else "") + "、".join(told)
        message = f"{note.key}“{note.value}”看不懂" if note.value else f"{note.key}没有写值"
        report.error(note.value_place, "E110", message, f"可以写：{fix}")
        return default
    return words[word]


def _words(note: Note | None, report: Report) -> tuple[str, ...]:
    if note is None:
        return ()
    words = [word.text for value in note.values for word in _words_in(value)]
    if not words:
        report.error(note.place, "E110", f"{note.key}没有写值", "写上值，或删掉这一行")
    return tuple(dict.fromkeys(words))


def _tags(note: Note | None, report: Report) -> tuple[str, ...]:
    tags = _words(note, report)
    for tag in tags:
        if len(tag) > _MOST_TAG_CHARACTERS and note is not None:
            message = f"标签“{tag[:10]}…”太长"
            fix = f"一个标签最多 {_MOST_TAG_CHARACTERS} 个字，几个标签之间写顿号"
            report.error(note.value_place, "E110", message, fix)
    return tags


def _facts(note: Note | None, report: Report) -> tuple[str, ...]:
    facts = tuple(fold(word) for word in _words(note, report))
    for fact in facts:
        if note is not None and not _FACT.fullmatch(fact):
            fix = "考点编号是 f- 加四个字符，由工具写入"
            report.error(note.value_place, "E110", f"考点“{fact}”的写法不对", fix)
    return facts


def _words_in(value: Line) -> list[Line]:
    line = value.item() or value.stripped()
    return [word for part in split_at(line, "、") for word in split_at(part, ",")]
