"""A bank of all nine types as the writers of foreign formats get it."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from question_bank.answers import accepted_form
from question_bank.drafts import (
    AnchorReference,
    AuthorState,
    ClauseReference,
    OptionDraft,
    QuestionDraft,
    Shuffle,
)
from question_bank.formats.exported import ExportedQuestion
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
from tests.question_bank.files import PNG

GAUGE = "图片/gauge-01.png"
ROOM = "图片/peidian-03.png"
ROOM_PNG = PNG + b"room"
CLAUSE = AnchorReference(None, "s-3-2", "3.2 作业票有效期", 0, 1)
LAW = ClauseReference("安全生产法", "第二十八条", "《安全生产法》第二十八条", 0, 1)


def option(text: str, is_right: bool = False, **more: object) -> OptionDraft:
    made = OptionDraft(text, is_right, None, None, 0)
    return replace(made, **more)  # type: ignore[arg-type]


def exported(
    type_: QuestionType,
    key: AnswerKey,
    *,
    public_id: str,
    stem: str,
    images: Mapping[str, bytes] | None = None,
    parts: tuple[ExportedQuestion, ...] = (),
    **draft: object,
) -> ExportedQuestion:
    """A question with everything that is said of it given, the rest as authors leave it."""
    plain = QuestionDraft(
        public_id=public_id,
        type=type_,
        title="",
        stem=stem,
        options=(),
        key=key,
        rule=None,
        points_tenths=20,
        references=(CLAUSE,),
        difficulty=3,
        tags=("动火", "作业票"),
        positions=(),
        facts=(),
        explanation="解析一句。",
        shuffle=Shuffle.ALL,
        state=AuthorState.ENABLED,
        revision=None,
        images=tuple(images or ()),
        path="",
        line=0,
        module_key="sop-dh",
        section_anchor=None,
        parts=tuple(part.draft for part in parts),
    )
    made = replace(plain, **draft)  # type: ignore[arg-type]
    said = tuple(each.text for each in made.references)
    title = "动火作业操作规程"
    return ExportedQuestion(made, 3, title, said, dict(images or {}), parts)


def choice(
    texts: tuple[str, ...],
    right: set[int],
    *,
    public_id: str = "q-7f3k2m",
    stem: str = "最晚可以用到什么时候？",
    weights: tuple[int, ...] | None = None,
    **draft: object,
) -> ExportedQuestion:
    """A 单选, or a 多选 where several are right; `right` counts from 1."""
    shares = None if weights is None else tuple(Fraction(weight) for weight in weights)
    options = tuple(
        option(text, n in right, weight_percent=None if shares is None else shares[n - 1])
        for n, text in enumerate(texts, start=1)
    )
    key = ChoiceKey(tuple(range(1, len(texts) + 1)), frozenset(right), shares)
    type_ = QuestionType.MULTIPLE_CHOICE if len(right) > 1 else QuestionType.SINGLE_CHOICE
    return exported(
        type_,
        key,
        public_id=public_id,
        stem=stem,
        **({"options": options} | draft),  # type: ignore[arg-type]
    )


def blank(*written: str, group: int | None = None, points: int | None = None) -> BlankKey:
    return BlankKey(tuple(accepted_form(each) for each in written), written, group, points)


def blanks(stem: str, *keys: BlankKey, public_id: str, **draft: object) -> ExportedQuestion:
    return exported(
        QuestionType.FILL_BLANK,
        BlanksKey(keys),
        public_id=public_id,
        stem=stem,
        **draft,  # type: ignore[arg-type]
    )


SINGLE = choice(
    ("次日 2:00", "次日 **6:00**", "次日 10:00", "以上都不对"),
    {2},
    title="一级动火票的有效期",
    stem="夜班 22:00 签发，H~2~S 报警后：\n\n- 先撤离\n- 再报告\n\n最晚用到什么时候？",
    options=(
        option("次日 2:00", feedback="这是按 4 小时算的。"),
        option("次日 **6:00**", True),
        option("次日 10:00", feedback="12 小时是交接班周期。"),
        option("以上都不对"),
    ),
    shuffle=Shuffle.LAST_FIXED,
    difficulty=1,
    facts=("f-2k9d",),
    positions=("焊工",),
    references=(CLAUSE, LAW),
)
MULTIPLE_ALL = choice(("检测合格", "监护人到位", "晴天"), {1, 2}, public_id="q-2cw9xa")
MULTIPLE_SHARE = choice(
    ("甲", "乙", "丙", "丁"),
    {1, 2, 4},
    public_id="q-2cw9xb",
    rule=ScoringRule(RuleName.SHARE_PER_OPTION),
)
MULTIPLE_MINUS = choice(
    ("甲", "乙", "丙"),
    {1, 3},
    public_id="q-2cw9xc",
    rule=ScoringRule(RuleName.RIGHT_MINUS_WRONG),
)
MULTIPLE_WEIGHTED = choice(
    ("甲", "乙", "丙"),
    {1, 3},
    public_id="q-2cw9xd",
    weights=(75, -50, 25),
    rule=ScoringRule(RuleName.WEIGHTED),
)
MULTIPLE_HALF = choice(
    ("甲", "乙", "丙"), {1, 3}, public_id="q-2cw9xe", rule=ScoringRule(RuleName.HALF_IF_PARTIAL)
)
VERDICT = exported(
    QuestionType.TRUE_FALSE,
    VerdictKey(False),
    public_id="q-h5t0pd",
    stem="监护人去接电话的几分钟里，火焰不大就可以继续。",
)
ONE_BLANK = blanks("两瓶都不得 ____ 放置。", blank("卧倒", "倒卧", "平放"), public_id="q-m4e8va")
NUMBER = blanks(
    f"压力表的读数约为 ____ 兆帕。\n\n![压力表，指针在绿区]({GAUGE})",
    blank("0.8±0.05 MPa"),
    public_id="q-w1z6rk",
    images={GAUGE: PNG},
)
BLANKS = blanks(
    "限速 ____ km/h；间距不小于 ____ m，不得____放置。",
    blank("15"),
    blank("5±0.5"),
    blank("卧倒", "倒卧"),
    public_id="q-m4e8vn",
    points_tenths=30,
)
GROUPED = blanks(
    "先 ____，再 ____。",
    blank("停机", group=0, points=10),
    blank("断电", group=0, points=20),
    public_id="q-m4e8vg",
    points_tenths=30,
)
ORDERING = exported(
    QuestionType.ORDERING,
    OrderKey((1, 2, 3, 4)),
    public_id="q-b9n3ys",
    stem="把停机检修的步骤排成正确的顺序。",
    options=tuple(option(each, True) for each in ("通知", "停机并切断能源", "上锁", "验证")),
    rule=ScoringRule(RuleName.SHARE_PER_NEIGHBOUR),
)
MATCHING = exported(
    QuestionType.MATCHING,
    MatchKey(((1, 1), (2, 2), (3, 1))),
    public_id="q-t6d2gj",
    stem="把底色与含义对应起来。",
    premises=(option("红", True), option("黄", True), option("红白", True)),
    options=(option("禁止", True), option("警告", True), option("广告")),
    columns=("底色", "含义"),
    rule=ScoringRule(RuleName.SHARE_PER_PAIR),
)
ESSAY = exported(
    QuestionType.SHORT_ANSWER,
    RubricKey(
        (ScoringPoint("立即报告并划定警戒区", 20), ScoringPoint("佩戴空气呼吸器后关阀", 15)),
        "报告、警戒、断火源。",
    ),
    public_id="q-k8r5ca",
    stem="请写出到场后五分钟内要做的事。",
    points_tenths=35,
)
_PARTS = (
    choice(
        ("施焊部位与作业票不符", "监护人离场", "没有洒水"),
        {1},
        public_id="q-p3f9ms",
        stem="第一个违章行为是什么？",
    ),
    exported(
        QuestionType.SHORT_ANSWER,
        RubricKey((ScoringPoint("开工前核对票面", 40),), None),
        public_id="q-z2y4bw",
        stem="提出整改措施。",
        points_tenths=40,
    ),
)
CASE = exported(
    QuestionType.CASE_ANALYSIS,
    CaseKey(tuple(part.public_id for part in _PARTS)),
    public_id="q-x0v7eh",
    title="夜间补焊引燃保温棉",
    stem="某车间夜班补焊支架。\n\n监护人去仓库取灭火器时，火花落入保温棉。",
    points_tenths=60,
    explanation=None,
    parts=_PARTS,
)
HOTSPOT = exported(
    QuestionType.HOTSPOT,
    HotspotKey(
        (
            (1, Region(Shape.CIRCLE, (Fraction(32), Fraction(55), Fraction(6)))),
            (2, Region(Shape.RECTANGLE, tuple(map(Fraction, (60, 20, 15, 10))))),
            (3, Region(Shape.POLYGON, tuple(map(Fraction, (10, 10, 20, 10, 15, 22))))),
        ),
        frozenset({1, 2}),
        Fraction(3, 4),
    ),
    public_id="q-j7a1qn",
    stem=f"点出照片中的隐患。\n\n![配电室一角]({ROOM})",
    options=(
        option("灭火器被纸箱挡住", True),
        option("柜门敞开", True),
        option("照明灯完好"),
    ),
    images={ROOM: ROOM_PNG},
    rule=ScoringRule(RuleName.SHARE_PER_SPOT),
)
MULTIPLES = (MULTIPLE_ALL, MULTIPLE_SHARE, MULTIPLE_MINUS, MULTIPLE_WEIGHTED, MULTIPLE_HALF)
BANK = (
    *(SINGLE, *MULTIPLES, VERDICT, ONE_BLANK, NUMBER, BLANKS, GROUPED),
    *(ORDERING, MATCHING, ESSAY, CASE, HOTSPOT),
)
