"""How the list of the bank reads its address and shows its lines."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from core.pages import AROUND, excerpt, show_hits, show_percent
from core.word_search import hit_ranges
from question_bank.keys import QuestionType
from question_bank.models import Question, QuestionState
from question_bank.queries import bank
from question_bank.queries.bank import Finding, Order
from question_bank.queries.cited import CitedClause
from question_bank.verdicts import Judgement, Verdict, judge, unchosen_letters

LETTERS = "ABCDEFGHIJKL"
TYPE_NAMES = {
    QuestionType.SINGLE_CHOICE: _l("单选"),
    QuestionType.MULTIPLE_CHOICE: _l("多选"),
    QuestionType.TRUE_FALSE: _l("判断"),
    QuestionType.FILL_BLANK: _l("填空"),
    QuestionType.ORDERING: _l("排序"),
    QuestionType.MATCHING: _l("匹配"),
    QuestionType.SHORT_ANSWER: _l("简答"),
    QuestionType.CASE_ANALYSIS: _l("案例"),
    QuestionType.HOTSPOT: _l("找隐患"),
}
DIFFICULTY_NAMES = {1: _l("易"), 2: _l("较易"), 3: _l("中"), 4: _l("较难"), 5: _l("难")}
STATE_NAMES = {
    "in_use": _l("启用和草稿"),
    "active": _l("启用"),
    "review": _l("待复核"),
    "draft": _l("草稿"),
    "retired": _l("停用"),
    "all": _l("全部"),
}
STATES = {
    "in_use": (QuestionState.ACTIVE, QuestionState.DRAFT),
    "active": (QuestionState.ACTIVE,),
    "review": (QuestionState.ACTIVE,),
    "draft": (QuestionState.DRAFT,),
    "retired": (QuestionState.RETIRED,),
    "all": (),
}
FINDING_NAMES = {
    Finding.ODD: _l("统计不正常"),
    Finding.NEGATIVE: _l("区分度为负"),
    Finding.TOO_HARD: _l("太难"),
    Finding.TOO_EASY: _l("太容易"),
    Finding.FEW: _l("样本不足（n<30）"),
    Finding.NEVER_DRAWN: _l("从没出现在卷上"),
}
ORDER_NAMES = {
    Order.PLACE: _l("按文件里的顺序"),
    Order.NEWEST: _l("新版本在前"),
    Order.FACILITY: _l("得分率低的在前"),
    Order.DISCRIMINATION: _l("区分度低的在前"),
    Order.PAPERS: _l("出现多的在前"),
    Order.DIFFICULTY: _l("难的在前"),
}
VERDICT_WORDS = {
    Verdict.NEGATIVE: ("stop", _l("区分度为负：检查答案")),
    Verdict.TOO_HARD: ("warn", _l("太难")),
    Verdict.TOO_EASY: ("warn", _l("太容易")),
    Verdict.FEW: ("open", _l("样本不足（n<30）")),
    Verdict.SOUND: ("safe", _l("正常")),
}


@dataclass(frozen=True)
class ShownState:
    """A question's state, or a verdict on it, as the sign and the word for it."""

    sign: str
    word: Any


@dataclass(frozen=True)
class Asked:
    """What the address asks of the list."""

    wanted: bank.QuestionFilter
    state: str
    order: Order

    def as_query(self) -> dict[str, str]:
        """The filter as values of an address."""
        wanted = self.wanted
        values = {
            "words": wanted.words,
            "module": wanted.module_key,
            "clause": wanted.clause,
            "tag": wanted.tag,
            "type": wanted.type.value if wanted.type else "",
            "difficulty": str(wanted.difficulty or ""),
            "state": "" if self.state == "in_use" else self.state,
            "finding": wanted.finding.value if wanted.finding else "",
            "order": "" if self.order is Order.PLACE else self.order.value,
        }
        return {name: value for name, value in values.items() if value}


def asked_for(args: Mapping[str, str], public_ids: tuple[str, ...] = ()) -> Asked:
    """The filter in an address or a form; what is not understood does not restrict."""
    # PostgreSQL takes no NUL in a text.
    values = {name: value.replace("\x00", "") for name, value in args.items()}
    state = values.get("state", "")
    state = state if state in STATES else "in_use"
    types = {type_.value: type_ for type_ in QuestionType}
    findings = {finding.value: finding for finding in Finding}
    orders = {order.value: order for order in Order}
    level = values.get("difficulty", "")
    module_key = values.get("module", "")[:80]
    clause = values.get("clause", "")[:170]
    wanted = bank.QuestionFilter(
        words=values.get("words", "").strip()[:100],
        module_key=module_key,
        clause=clause if "#" in clause else "",
        tag=values.get("tag", "")[:40],
        type=types.get(values.get("type", "")),
        difficulty=int(level) if level in ("1", "2", "3", "4", "5") else None,
        states=() if public_ids else STATES[state],
        needs_review=state == "review" and not public_ids,
        finding=findings.get(values.get("finding", "")),
        public_ids=public_ids,
    )
    return Asked(wanted, state, orders.get(values.get("order", ""), Order.PLACE))


def shown_row(row: bank.BankRow, search: str) -> dict[str, Any]:
    """One line of the list, the words of the search marked in it."""
    question, found = row.question, row.statistics
    stem = " ".join(Markup(row.version.stem_html).striptags().split())
    has_figures = found is not None and found.sittings
    judged = [] if question.state is QuestionState.DRAFT else judgements(row)
    return {
        "public_id": question.public_id,
        "type": TYPE_NAMES[question.type],
        "stem": show_hits(stem, search),
        "also": _also(row, stem, search),
        "clause": _clause(row.clause) if row.clause else None,
        "citation": row.citation.label if row.citation else "",
        "difficulty": DIFFICULTY_NAMES[question.difficulty],
        "version": row.version.number,
        "state": shown_state(question),
        "papers": row.papers,
        "sittings": found.sittings if found else 0,
        "facility": say_share(found.facility) if found and has_figures else "—",
        "discrimination": say_signed(found.point_biserial) if found and has_figures else "—",
        "verdict": shown_verdict(judged[0]) if judged else None,
    }


def judgements(row: bank.BankRow) -> list[Judgement]:
    """What the stored figures say of a line's question; nothing before it was ever answered."""
    found = row.statistics
    if found is None or not found.sittings:
        return []
    letters = unchosen_letters([o["id"] for o in row.version.options], found.options, LETTERS)
    return judge(
        sittings=found.sittings,
        facility=found.facility,
        point_biserial=found.point_biserial,
        unchosen=letters,
    )


def shown_verdict(judgement: Judgement) -> ShownState:
    """A verdict as sign and word."""
    if judgement.verdict is Verdict.UNCHOSEN:
        return ShownState("warn", _("无人选 %(letters)s", letters="、".join(judgement.letters)))
    sign, word = VERDICT_WORDS[judgement.verdict]
    # As a plain text: a lazy one would reach the page with its < unescaped.
    return ShownState(sign, str(word))


def shown_state(found: Question) -> ShownState:
    """The state of a question as sign and word."""
    if found.state is QuestionState.ACTIVE:
        if found.review_since is not None:
            return ShownState("warn", STATE_NAMES["review"])
        return ShownState("safe", STATE_NAMES["active"])
    if found.state is QuestionState.DRAFT:
        return ShownState("open", STATE_NAMES["draft"])
    return ShownState("none", STATE_NAMES["retired"])


def say_share(share: float | None) -> str:
    """74.0%; a dash of nothing."""
    return "—" if share is None else show_percent(round(share * 10000), 10000)


def say_signed(figure: float | None) -> str:
    """+0.41, −0.18; a dash of nothing."""
    if figure is None:
        return "—"
    return f"{figure:+.2f}".replace("-", "−")


def _also(row: bank.BankRow, stem: str, search: str) -> Markup | None:
    """Where the words stand if not in the stem: the title, an option or the explanation."""
    if not search or hit_ranges(stem, search):
        return None
    explanation = " ".join(Markup(row.question.explanation_html).striptags().split())
    texts = [row.question.title, *(o["text"] for o in row.version.options), explanation]
    for text in texts:
        hits = hit_ranges(text, search)
        if hits:
            start = max(hits[0][0] - AROUND, 0)
            cut = re.sub(r"\s+", " ", text[start : hits[0][1] + AROUND])
            return show_hits(cut, search)
    return None


def _clause(found: CitedClause) -> dict[str, Any]:
    """The clause by whose text a question was found: its title, and the words where they stand."""
    return {
        "key": found.module_key,
        "anchor": found.anchor,
        "title": show_hits(found.title, found.words),
        "text": excerpt(found.text, found.words),
    }
