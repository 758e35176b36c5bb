"""Questions and exams for tests, each with defaults that a keyword replaces.

`PAPER` is one question of each type; `make_exam` publishes an exam of them for the whole
enterprise, ten points each question, open for two hours from the Monday of the tests.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from exams.models import BlueprintRow, Exam, ExamAudience, ExamState, PoolEntry, Reveal
from question_bank.answers import accepted_form
from question_bank.keys import BlankKey, QuestionType, blank_as_data
from question_bank.models import Question, QuestionReference, QuestionState, QuestionVersion
from question_bank.rendering import render_stem
from tests.cast import Cast
from tests.conftest import MONDAY

WINDOW = timedelta(hours=2)


def option(number: int, text: str, *, is_right: bool = False, is_pinned: bool = False) -> Any:
    return {
        "id": number,
        "html": text,
        "text": text,
        "is_right": is_right,
        "weight_percent": None,
        "is_pinned": is_pinned,
    }


def make_question(
    session: Session,
    kind: QuestionType,
    *,
    stem: str = "作业前先做什么？",
    options: Sequence[Any] = (),
    verdict: bool | None = None,
    blanks: Sequence[tuple[str, ...]] = (),
    rule: str | None = None,
    rule_tenths: int | None = None,
    explanation: str = "<p>见规程原文。</p>",
    case: Question | None = None,
    **more: Any,
) -> QuestionVersion:
    """A question with its first version and one reference; `more` are columns of the version."""
    question = Question(
        public_id=f"q-{session.query(Question).count():06d}",
        module_key="donghuo",
        case_id=case.id if case else None,
        type=kind,
        state=QuestionState.ACTIVE,
        explanation_html=explanation,
        source_path="content/procedures/donghuo.md",
        source_line=1,
        metadata_hash="0" * 64,
    )
    session.add(question)
    session.flush()
    session.add(
        QuestionReference(
            question_id=question.id,
            position=1,
            label="3.2 作业票有效期",
            module_key="donghuo",
            anchor="s-3-2",
        )
    )
    version = QuestionVersion(
        question_id=question.id,
        number=1,
        content_hash="0" * 64,
        type=kind,
        stem_markdown=stem,
        stem_html=render_stem(stem, type_=kind, image_url=lambda _path: None),
        options=list(options),
        verdict=verdict,
        blanks=[
            blank_as_data(BlankKey(tuple(map(accepted_form, written)), written))
            for written in blanks
        ],
        scoring_rule=rule,
        scoring_value_tenths=rule_tenths,
        created_at=MONDAY,
        **more,
    )
    session.add(version)
    session.flush()
    question.current_version_id = version.id
    session.flush()
    return version


def make_single(session: Session, number: int = 1) -> QuestionVersion:
    """Option 2 is right."""
    return make_question(
        session,
        QuestionType.SINGLE_CHOICE,
        stem=f"第 {number} 道：一级动火票最长多久？",
        options=[option(1, "4 小时"), option(2, "8 小时", is_right=True), option(3, "72 小时")],
        explanation="<p>一级票有效期不超过 8 小时。</p>",
    )


def make_multiple(session: Session, *, rule: str | None = "half_if_partial") -> QuestionVersion:
    """Options 1 and 3 are right; half the points for one of them."""
    return make_question(
        session,
        QuestionType.MULTIPLE_CHOICE,
        stem="签发前要满足哪些条件？",
        options=[
            option(1, "气体检测合格", is_right=True),
            option(2, "当天是晴天"),
            option(3, "监护人到场", is_right=True),
        ],
        rule=rule,
        explanation="<p>没有监护人，票不能签。</p>",
    )


def make_verdict(session: Session) -> QuestionVersion:
    """The statement is false."""
    return make_question(
        session,
        QuestionType.TRUE_FALSE,
        stem="监护人可以暂时离开。",
        verdict=False,
        explanation="<p>监护人离开，作业要停。</p>",
    )


def make_blanks(session: Session) -> QuestionVersion:
    """5 and 倒放 (or 倒置)."""
    return make_question(
        session,
        QuestionType.FILL_BLANK,
        stem="两瓶间距不小于____m，乙炔瓶不得____。",
        blanks=[("5",), ("倒放", "倒置")],
        explanation="<p>间距五米是底线。</p>",
    )


def make_ordering(session: Session, *, rule: str | None = "share_per_neighbour") -> QuestionVersion:
    """Items 1 to 4 in the right order."""
    steps = ["通知受影响人员", "停机并切断能源", "上锁、挂牌", "验证零能量状态"]
    return make_question(
        session,
        QuestionType.ORDERING,
        stem="把停机检修的步骤排成正确的顺序。",
        options=[option(number, text, is_right=True) for number, text in enumerate(steps, start=1)],
        rule=rule,
        explanation="<p>先断能量，再上锁，最后验证。</p>",
    )


def make_matching(session: Session, *, rule: str | None = "share_per_pair") -> QuestionVersion:
    """Premise 1 belongs to option 1 and so on; option 4 is a distractor."""
    left = {1: "红", 2: "黄", 3: "蓝"}
    return make_question(
        session,
        QuestionType.MATCHING,
        stem="把底色与含义对应起来。",
        options=[
            option(number, text, is_right=number < 4)
            for number, text in enumerate(["禁止", "警告", "指令", "广告"], start=1)
        ],
        premises=[
            {"id": number, "html": text, "text": text, "right_id": number}
            for number, text in left.items()
        ],
        rule=rule,
        explanation="<p>红禁、黄警、蓝指令。</p>",
    )


def region(shape: str, *numbers: object) -> dict[str, Any]:
    return {"region": {"shape": shape, "numbers": [str(number) for number in numbers]}}


def make_hotspot(
    session: Session,
    *,
    rule: str | None = "share_per_spot",
    rule_tenths: int | None = None,
    url: str = "/static/icon.svg",
) -> QuestionVersion:
    """Hazards: 1, a circle at (25, 25), and 2, a rectangle at the lower right; 3 is none."""
    return make_question(
        session,
        QuestionType.HOTSPOT,
        stem="点出图中的两处隐患。",
        options=[
            option(1, "灭火器被纸箱挡住", is_right=True) | region("circle", 25, 25, 10),
            option(2, "柜门敞开", is_right=True) | region("rectangle", 60, 60, 30, 30),
            option(3, "照明灯完好") | region("rectangle", 0, 80, 20, 20),
        ],
        picture={"url": url, "alt": "配电室一角", "ratio": "1"},
        rule=rule,
        rule_tenths=rule_tenths,
        explanation="<p>消防器材前不得堆物。</p>",
    )


def make_written(session: Session, *, case: Question | None = None) -> QuestionVersion:
    """Two scoring points of two points each; only a person can mark it."""
    points = [{"text": "报告", "tenths": 20}, {"text": "关阀", "tenths": 20}]
    return make_question(
        session,
        QuestionType.SHORT_ANSWER,
        stem="到场后五分钟内要做什么？",
        rubric={"points": points, "model_answer": "报告。", "model_answer_html": "<p>报告。</p>"},
        points_tenths=40,
        case=case,
    )


def make_case(session: Session, *, is_written: bool = False) -> QuestionVersion:
    """A story with a 单选 of one point and, of two points, a 判断 or a 简答."""
    version = make_question(
        session, QuestionType.CASE_ANALYSIS, stem="夜班补焊，火花落入保温棉，十分钟后冒烟。"
    )
    case = session.get_one(Question, version.question_id)
    first = make_question(
        session,
        QuestionType.SINGLE_CHOICE,
        stem="第一个违章行为是什么？",
        options=[option(1, "部位不符", is_right=True), option(2, "监护人离场")],
        points_tenths=10,
        case=case,
    )
    second = (
        make_written(session, case=case)
        if is_written
        else make_question(
            session,
            QuestionType.TRUE_FALSE,
            stem="监护人可以离场取灭火器。",
            verdict=False,
            points_tenths=20,
            case=case,
        )
    )
    version.part_version_ids = [first.id, second.id]
    session.flush()
    return version


def make_one_of_each(session: Session) -> list[QuestionVersion]:
    return [
        make_single(session),
        make_multiple(session),
        make_verdict(session),
        make_blanks(session),
    ]


def make_exam(
    session: Session,
    cast: Cast,
    versions: Sequence[QuestionVersion] | None = None,
    *,
    title: str = "冲压工年度安规考试",
    opens_at: datetime = MONDAY,
    closes_at: datetime = MONDAY + WINDOW,
    minutes: int = 60,
    tries: int = 1,
    pass_mark_tenths: int = 240,
    reveal: Reveal = Reveal.AFTER_WINDOW,
    state: ExamState = ExamState.PUBLISHED,
    count: int | None = None,
    audience: str | None = "enterprise",
    **more: Any,
) -> Exam:
    """An exam of one blueprint row over these versions, ten points each question."""
    pool = make_one_of_each(session) if versions is None else versions
    exam = Exam(
        title=title,
        instructions="闭卷，独立完成。",
        state=state,
        opens_at=opens_at,
        closes_at=closes_at,
        minutes=minutes,
        pass_mark_tenths=pass_mark_tenths,
        tries=tries,
        reveal=reveal,
        explanations_reveal=more.pop("explanations_reveal", reveal),
        created_at=MONDAY - timedelta(days=7),
        published_at=MONDAY - timedelta(days=7),
        **more,
    )
    session.add(exam)
    session.flush()
    row = BlueprintRow(
        exam_id=exam.id,
        position=1,
        count=len(pool) if count is None else count,
        points_tenths=100,
    )
    session.add(row)
    session.flush()
    session.add_all(
        PoolEntry(blueprint_row_id=row.id, question_version_id=version.id) for version in pool
    )
    if audience is not None:
        session.add(ExamAudience(exam_id=exam.id, team_id=cast.team(audience).id))
    session.flush()
    return exam
