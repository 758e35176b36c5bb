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
) -> QuestionVersion:
    """A question with its first version and one reference."""
    question = Question(
        public_id=f"q-{session.query(Question).count():06d}",
        module_key="donghuo",
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
