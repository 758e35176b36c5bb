"""Drafts of every kind for property tests, with text that looks like structure."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from core.comparable import comparable
from question_bank.answers import BadForm, accepted_form
from question_bank.authoring.escapes import one_line
from question_bank.drafts import (
    AnchorReference,
    AuthorState,
    OptionDraft,
    QuestionDraft,
    Revision,
    Shuffle,
)
from question_bank.keys import (
    AnswerKey,
    BlankKey,
    BlanksKey,
    CaseKey,
    ChoiceKey,
    HotspotKey,
    MatchKey,
    OrderKey,
    QuestionType,
    Region,
    RubricKey,
    RuleName,
    ScoringPoint,
    ScoringRule,
    Shape,
    VerdictKey,
)

WORDS = [
    *("甲", "乙", "夜班 8 小时", "作业票", "km/h", "a", "1", "。", "：", ":", "；", "，"),
    *("- ", "* ", "－ ", "1. ", "2）", "- [x] ", "- [ ] ", "[x]", "［ ］", "A. ", "B、"),
    *("# ", "## ", "＃ ", "### 【单选】", "【判断】", "---", "－－－", "***", "> ", "＞ ", "> - "),
    *("答案：", "答案1：", "依据：", "解析: ", "反馈：", "权重：50%", "状态：", "采分点："),
    *("\\_", "\\____", "`____`", "`", "```", "~~~", "|", "｜", "{#q-7f3k2m}", "{#s-1}", "#"),
    *("<!--", "-->", "[图](a.png)", "![图](a.png)", "[3.2](#s-3-2)", "《安全生产法》", "==8 米=="),
    *("    ", "\t", "\u3000", "\u00a0", "\u200b", "\\", "&lt;", "$", "⟦题块 1⟧", "q-7f3k2m"),
]
_line = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map("".join)
_has_words = lambda text: comparable(text) != ""  # noqa: E731 - the predicate of three strategies
lines = st.one_of(_line, st.text(max_size=12)).map(lambda text: " ".join(text.split()))
texts = st.lists(st.one_of(lines, st.just("")), min_size=1, max_size=5).map("\n".join)
some_text = texts.map(lambda text: f"甲{text}")
other_text = texts.filter(_has_words)
words = st.sampled_from(["焊工", "监护人", "动火", "作业 票", "A-1"])
references = st.builds(
    AnchorReference,
    module_key=st.sampled_from([None, "sop-jt"]),
    anchor=st.sampled_from(["s-3-2", "s-4-5"]),
    text=lines.map(lambda text: text.strip("\u200b")),
    line=st.just(0),
    column=st.just(0),
)
rules = st.sampled_from(
    [
        ScoringRule(RuleName.ALL_OR_NOTHING),
        ScoringRule(RuleName.HALF_IF_PARTIAL),
        ScoringRule(RuleName.FIXED_IF_PARTIAL, 15),
        ScoringRule(RuleName.SHARE_PER_OPTION),
        ScoringRule(RuleName.POINTS_PER_OPTION, 5),
        ScoringRule(RuleName.RIGHT_MINUS_WRONG),
    ]
)


def option(text: str, is_right: bool, feedback: str | None, weight: Fraction | None) -> OptionDraft:
    return OptionDraft(text, is_right, weight, feedback, 0)


@st.composite
def distinct_texts(draw: st.DrawFn, fewest: int, most: int) -> list[str]:
    count = draw(st.integers(fewest, most))
    return [f"{number}号{draw(texts)}" for number in range(count)]


@st.composite
def choices(draw: st.DrawFn) -> dict[str, object]:
    found = draw(distinct_texts(2, 5))
    is_single = draw(st.booleans())
    right = {draw(st.integers(0, len(found) - 1))}
    if not is_single:
        right |= set(draw(st.sets(st.integers(0, len(found) - 1))))
    weights: list[Fraction] | None = None
    if not is_single and draw(st.booleans()):
        share = [Fraction(100, len(right))] * len(found)
        share = [Fraction(round(part * 100), 100) for part in share]
        share[max(right)] += 100 - sum(share[i] for i in right)
        weights = [share[i] if i in right else Fraction(-100) for i in range(len(found))]
    feedback = draw(st.lists(st.none() | some_text, min_size=len(found), max_size=len(found)))
    options = tuple(
        option(text, i in right, feedback[i], weights[i] if weights else None)
        for i, text in enumerate(found)
    )
    key = ChoiceKey(
        tuple(range(1, len(found) + 1)),
        frozenset(i + 1 for i in right),
        tuple(weights) if weights else None,
    )
    rule = None if is_single else draw(st.none() | rules)
    if weights:
        rule = ScoringRule(RuleName.WEIGHTED)
    type_ = QuestionType.SINGLE_CHOICE if is_single else QuestionType.MULTIPLE_CHOICE
    return {"type": type_, "options": options, "key": key, "rule": rule}


def _is_answer(written: str) -> bool:
    try:
        accepted_form(written)
    except BadForm:
        return False
    # A lone quote mark would pair with that of the next alternative.
    return not any(sign in written for sign in '|｜"“”＂')


@st.composite
def blanks(draw: st.DrawFn) -> dict[str, object]:
    count = draw(st.integers(1, 3))
    forms = st.one_of(
        st.sampled_from(["15", "5±0", "[2.4, 2.6]", "0.8±0.05 MPa", '"a|b"', "卧倒"]),
        lines.filter(_is_answer),
    )
    have_points = count > 1 and draw(st.booleans())
    group = 0 if count > 1 and draw(st.booleans()) else None
    made = []
    for _ in range(count):
        accepted: dict[object, str] = {}
        for written in draw(st.lists(forms, min_size=1, max_size=3)):
            accepted.setdefault(accepted_form(written), written.strip())
        made.append(
            BlankKey(
                tuple(accepted),  # type: ignore[arg-type]
                tuple(accepted.values()),
                group,
                10 if have_points else None,
            )
        )
    before = "\n".join(
        draw(
            st.lists(st.sampled_from(["限速 ____ 米", "# 甲____"]), min_size=count, max_size=count)
        )
    )
    key = BlanksKey(tuple(made))
    points = count * 10 if have_points else None
    return {
        "type": QuestionType.FILL_BLANK,
        "stem": before,
        "key": key,
        "rule": draw(st.none() | st.just(ScoringRule(RuleName.SHARE_PER_BLANK))),
        "points_tenths": points,
    }


@st.composite
def verdicts(draw: st.DrawFn) -> dict[str, object]:
    return {"type": QuestionType.TRUE_FALSE, "key": VerdictKey(draw(st.booleans()))}


@st.composite
def orderings(draw: st.DrawFn) -> dict[str, object]:
    found = draw(distinct_texts(3, 5))
    names = [RuleName.SHARE_PER_POSITION, RuleName.SHARE_PER_NEIGHBOUR]
    return {
        "type": QuestionType.ORDERING,
        "options": tuple(option(text, True, None, None) for text in found),
        "key": OrderKey(tuple(range(1, len(found) + 1))),
        "rule": draw(st.none() | st.sampled_from(names).map(ScoringRule)),
        "shuffle": Shuffle.ALL,
    }


@st.composite
def matchings(draw: st.DrawFn) -> dict[str, object]:
    """Options stand in the order in which a table shows them first."""
    left = [one_line(text) for text in draw(distinct_texts(2, 4))]
    right = [one_line(text) for text in draw(distinct_texts(2, 5))]
    pairs = []
    for premise in range(1, len(left) + 1):
        chosen = draw(st.integers(1, len(right)))
        pairs.append((premise, chosen))
    used = {chosen for _premise, chosen in pairs}
    # In the order of first use, with the spare ones behind.
    order = list(dict.fromkeys(chosen for _premise, chosen in pairs))
    order += [number for number in range(1, len(right) + 1) if number not in used]
    place = {old: new for new, old in enumerate(order, start=1)}
    return {
        "type": QuestionType.MATCHING,
        "premises": tuple(option(text, True, None, None) for text in left),
        "options": tuple(option(right[old - 1], old in used, None, None) for old in order),
        "key": MatchKey(tuple((premise, place[chosen]) for premise, chosen in pairs)),
        "rule": draw(st.none() | st.just(ScoringRule(RuleName.SHARE_PER_PAIR))),
        "columns": ("颜色", "含义"),
        "shuffle": Shuffle.ALL,
    }


@st.composite
def hotspots(draw: st.DrawFn) -> dict[str, object]:
    found = draw(distinct_texts(1, 4))
    right = {0} | draw(st.sets(st.integers(0, len(found) - 1)))
    shapes = [
        Region(Shape.CIRCLE, (Fraction(32), Fraction(1105, 20), Fraction(6))),
        Region(Shape.RECTANGLE, (Fraction(60), Fraction(20), Fraction(15), Fraction(1, 8))),
        Region(Shape.POLYGON, tuple(map(Fraction, (10, 10, 30, 10, 20, 40)))),
    ]
    regions = [(n, draw(st.sampled_from(shapes))) for n in range(1, len(found) + 1)]
    return {
        "type": QuestionType.HOTSPOT,
        "stem": "点出隐患。\n\n![配电室](图片/a.png)",
        "options": tuple(option(text, i in right, None, None) for i, text in enumerate(found)),
        "key": HotspotKey(tuple(regions), frozenset(i + 1 for i in right), Fraction(1)),
        "rule": draw(st.none() | st.just(ScoringRule(RuleName.MINUS_PER_MISS, 5))),
    }


@st.composite
def written(draw: st.DrawFn) -> dict[str, object]:
    points = draw(
        st.lists(st.builds(ScoringPoint, some_text, st.sampled_from([10, 25])), max_size=3)
    )
    answer = draw(some_text if not points else st.none() | some_text)
    return {
        "type": QuestionType.SHORT_ANSWER,
        "key": RubricKey(tuple(points), answer),
        "points_tenths": sum(point.tenths for point in points) or None,
    }


def a_draft(key: AnswerKey, **values: object) -> QuestionDraft:
    """A draft with nothing but its key, unless told otherwise."""
    made: dict[str, object] = {
        "public_id": "q-7f3k2m",
        "type": QuestionType.TRUE_FALSE,
        "title": "标题",
        "stem": "题干",
        "options": (),
        "rule": None,
        "points_tenths": None,
        "references": (AnchorReference(None, "s-3-2", "3.2", 0, 0),),
        "difficulty": 3,
        "tags": (),
        "positions": (),
        "facts": (),
        "explanation": None,
        "shuffle": Shuffle.ALL,
        "state": AuthorState.ENABLED,
        "revision": None,
        "images": (),
        "path": "sop-dh.md",
        "line": 40,
        "module_key": "sop-dh",
        "section_anchor": None,
    }
    return QuestionDraft(key=key, **(made | values))  # type: ignore[arg-type]


@st.composite
def drafts(draw: st.DrawFn) -> QuestionDraft:
    """Any draft; what its type decides first, then what every question may have."""
    kinds = [choices(), blanks(), verdicts(), orderings(), matchings(), hotspots(), written()]
    draft = draw(simple_drafts(st.one_of(kinds)))
    if not draw(st.booleans()):
        return draft
    numbers = st.integers(2, 4).map(lambda count: [f"q-00000{n}" for n in range(1, count)])
    parts = tuple(
        replace(part, public_id=public_id, state=draft.state)
        for public_id in draw(numbers)
        for part in [draw(simple_drafts(st.one_of(kinds)))]
    )
    points = [part.points_tenths or 0 for part in parts]
    return replace(
        draft,
        type=QuestionType.CASE_ANALYSIS,
        stem=draw(some_text),
        key=CaseKey(tuple(part.public_id or "" for part in parts)),
        parts=parts,
        options=(),
        premises=(),
        columns=None,
        rule=None,
        points_tenths=sum(points) if all(points) else None,
    )


@st.composite
def simple_drafts(draw: st.DrawFn, kinds: st.SearchStrategy[dict[str, object]]) -> QuestionDraft:
    """A question without parts."""
    values = draw(kinds)
    common = {
        "title": draw(lines),
        "stem": draw(some_text),
        "points_tenths": draw(st.none() | st.sampled_from([10, 15, 200])),
        "references": tuple(draw(st.lists(references, min_size=1, max_size=3))),
        "difficulty": draw(st.integers(1, 5)),
        "tags": tuple(dict.fromkeys(draw(st.lists(words, max_size=3)))),
        "positions": draw(st.sampled_from([(), ("焊工",), ("焊工", "监护人")])),
        "facts": draw(st.sampled_from([(), ("f-2k9d",)])),
        "explanation": draw(st.none() | some_text),
        "shuffle": draw(st.sampled_from(Shuffle)),
        "state": draw(st.sampled_from(AuthorState)),
        "revision": draw(st.none() | st.sampled_from(Revision)),
        "waived": draw(st.sampled_from([(), (("W301", "就是要长"), ("W204", "属实（见图）"))])),
    }
    return a_draft(**(common | values))  # type: ignore[arg-type]
