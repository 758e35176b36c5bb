"""Versions ready to be asked, marked and explained, for the packages that examine and practise."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, aliased

from question_bank.keys import (
    AnswerKey,
    QuestionType,
    RuleName,
    ScoringRule,
)
from question_bank.models import (
    Question,
    QuestionReference,
    QuestionState,
    QuestionTag,
    QuestionVersion,
)
from question_bank.stored_keys import key_of


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
class PremiseContent:
    """One of the left column of a matching question."""

    id: int
    html: str


@dataclass(frozen=True)
class PictureContent:
    """The picture in which hazards are looked for; `ratio` is its height divided by its width."""

    url: str
    alt: str
    ratio: Fraction


@dataclass(frozen=True)
class VersionContent:
    """All that asking, marking and explaining one version needs.

    `parts` are the sub-questions that a version of a case pins.
    """

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
    premises: tuple[PremiseContent, ...] = ()
    picture: PictureContent | None = None
    model_answer_html: str = ""
    parts: "tuple[VersionContent, ...]" = ()


def rule_of(version: QuestionVersion) -> ScoringRule | None:
    """The author's rule for part marks, None when the exam decides."""
    if version.scoring_rule is None:
        return None
    return ScoringRule(RuleName(version.scoring_rule), version.scoring_value_tenths)


def is_drawable() -> ColumnElement[bool]:
    """The question may enter a new pool: enabled, and nobody need look at it first.

    A question whose clause changed waits until somebody confirmed or edited it. A case waits for
    its sub-questions, which are never drawn alone.
    """
    part = aliased(Question)
    waiting = select(part.id).where(
        part.case_id == Question.id,
        part.state == QuestionState.ACTIVE,
        part.review_since.is_not(None),
    )
    return and_(
        ~waiting.correlate(Question).exists(),
        Question.state == QuestionState.ACTIVE,
        Question.case_id.is_(None),
        Question.current_version_id.is_not(None),
        Question.review_since.is_(None),
    )


def version_contents(session: Session, version_ids: Iterable[int]) -> dict[int, VersionContent]:
    """The content of versions by id, old versions too; explanations are the present ones."""
    wanted = set(version_ids)
    rows = _rows(session, wanted)
    of_parts = {part_id for version, _ in rows.values() for part_id in version.part_version_ids}
    rows |= _rows(session, of_parts - rows.keys())
    cited = citations_of(session, [question.id for _, question in rows.values()])
    made: dict[int, VersionContent] = {}
    # Parts before the cases that hold them.
    for version, question in sorted(rows.values(), key=lambda row: bool(row[0].part_version_ids)):
        parts = tuple(made[part_id] for part_id in version.part_version_ids)
        made[version.id] = _content(version, question, cited.get(question.id, ()), parts)
    return {version_id: content for version_id, content in made.items() if version_id in wanted}


def _rows(
    session: Session, version_ids: Iterable[int]
) -> dict[int, tuple[QuestionVersion, Question]]:
    rows = session.execute(
        select(QuestionVersion, Question)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(QuestionVersion.id.in_(sorted(version_ids)))
    )
    return {version.id: (version, question) for version, question in rows}


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
    version: QuestionVersion,
    question: Question,
    citations: tuple[Citation, ...],
    parts: tuple[VersionContent, ...],
) -> VersionContent:
    picture = version.picture
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
        key=key_of(version, [part.public_id for part in parts]),
        rule=rule_of(version),
        points_tenths=version.points_tenths,
        explanation_html=question.explanation_html,
        citations=citations,
        premises=tuple(PremiseContent(one["id"], one["html"]) for one in version.premises),
        picture=(
            PictureContent(picture["url"], picture["alt"], Fraction(picture["ratio"]))
            if picture
            else None
        ),
        model_answer_html=(version.rubric or {}).get("model_answer_html", ""),
        parts=parts,
    )
