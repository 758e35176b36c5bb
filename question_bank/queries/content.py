"""Versions ready to be asked, marked and explained, for the packages that examine and practise."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from question_bank.keys import (
    AnswerKey,
    BlanksKey,
    ChoiceKey,
    QuestionType,
    RuleName,
    ScoringRule,
    VerdictKey,
    blank_from_data,
)
from question_bank.models import (
    Question,
    QuestionReference,
    QuestionState,
    QuestionTag,
    QuestionVersion,
)


@dataclass(frozen=True)
class Citation:
    """A clause as shown beside a question; without a module it is plain text."""

    label: str
    module_key: str | None
    anchor: str | None


@dataclass(frozen=True)
class OptionContent:
    """An option as shown, with what only a keeper or a marked paper may show."""

    id: int
    html: str
    is_right: bool
    is_pinned: bool
    feedback_html: str


@dataclass(frozen=True)
class VersionContent:
    """All that asking, marking and explaining one version needs."""

    version_id: int
    question_id: int
    public_id: str
    number: int
    type: QuestionType
    module_key: str
    title: str
    difficulty: int
    stem_html: str
    options: tuple[OptionContent, ...]
    key: AnswerKey
    rule: ScoringRule | None
    points_tenths: int | None
    explanation_html: str
    citations: tuple[Citation, ...]


def key_of(version: QuestionVersion) -> AnswerKey:
    """The key of a stored version."""
    if version.type is QuestionType.TRUE_FALSE:
        return VerdictKey(bool(version.verdict))
    if version.type is QuestionType.FILL_BLANK:
        return BlanksKey(tuple(blank_from_data(blank) for blank in version.blanks))
    weights = [option["weight_percent"] for option in version.options]
    return ChoiceKey(
        option_ids=tuple(option["id"] for option in version.options),
        right=frozenset(option["id"] for option in version.options if option["is_right"]),
        weights_percent=None if None in weights else tuple(Fraction(w) for w in weights),
    )


def rule_of(version: QuestionVersion) -> ScoringRule | None:
    """The author's rule for part marks, None when the exam decides."""
    if version.scoring_rule is None:
        return None
    return ScoringRule(RuleName(version.scoring_rule), version.scoring_value_tenths)


def is_drawable() -> ColumnElement[bool]:
    """The question may enter a new pool: enabled, and nobody need look at it first.

    A question whose clause changed waits until somebody confirmed or edited it.
    """
    return and_(
        Question.state == QuestionState.ACTIVE,
        Question.current_version_id.is_not(None),
        Question.review_since.is_(None),
    )


def version_contents(session: Session, version_ids: Iterable[int]) -> dict[int, VersionContent]:
    """The content of versions by id, old versions too; explanations are the present ones."""
    wanted = sorted(set(version_ids))
    rows = session.execute(
        select(QuestionVersion, Question)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(QuestionVersion.id.in_(wanted))
    ).all()
    cited = citations_of(session, [question.id for _, question in rows])
    return {
        version.id: _content(version, question, cited.get(question.id, ()))
        for version, question in rows
    }


def citations_of(session: Session, question_ids: Iterable[int]) -> dict[int, tuple[Citation, ...]]:
    """The clauses that questions cite, by question, in the author's order."""
    found: dict[int, list[Citation]] = {}
    rows = session.scalars(
        select(QuestionReference)
        .where(QuestionReference.question_id.in_(sorted(set(question_ids))))
        .order_by(QuestionReference.question_id, QuestionReference.position)
    )
    for row in rows:
        citation = Citation(row.label, row.module_key, row.anchor)
        found.setdefault(row.question_id, []).append(citation)
    return {question_id: tuple(citations) for question_id, citations in found.items()}


def has_tag(tag: str) -> ColumnElement[bool]:
    """The question has this tag."""
    tagged = select(QuestionTag.question_id).where(QuestionTag.tag == tag)
    return Question.id.in_(tagged)


def _content(
    version: QuestionVersion, question: Question, citations: tuple[Citation, ...]
) -> VersionContent:
    return VersionContent(
        version_id=version.id,
        question_id=question.id,
        public_id=question.public_id,
        number=version.number,
        type=version.type,
        module_key=question.module_key,
        title=question.title,
        difficulty=question.difficulty,
        stem_html=version.stem_html,
        options=tuple(
            OptionContent(
                id=option["id"],
                html=option["html"],
                is_right=option["is_right"],
                is_pinned=option["is_pinned"],
                feedback_html=question.feedback_html.get(str(option["id"]), ""),
            )
            for option in version.options
        ),
        key=key_of(version),
        rule=rule_of(version),
        points_tenths=version.points_tenths,
        explanation_html=question.explanation_html,
        citations=citations,
    )
