"""Versions with everything that a writer needs: the author's own text where it is kept."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Forbidden
from core.identity import Actor, Role
from core.markup import plain_text
from learning.images import ImageStore
from learning.models import CourseModule, ModuleVersion, StoredFile
from question_bank.drafts import AnchorReference, QuestionDraft
from question_bank.formats import stored
from question_bank.formats.exported import ExportedQuestion
from question_bank.formats.own.reading_markdown import blocks_in
from question_bank.keys import HotspotKey
from question_bank.models import Question, QuestionReference, QuestionTag, QuestionVersion
from question_bank.queries.bank import QuestionFilter, found_versions

# Who may take questions with their keys out of the product.
EXPORTERS = (Role.TRAINER, Role.SAFETY_MANAGER)
# SQLite takes some 32,000 values in one statement; a bank may hold more versions.
_AT_ONCE = 5000

_Row = tuple[QuestionVersion, Question]


def exported_for(
    session: Session, actor: Actor, wanted: QuestionFilter, *, images: ImageStore
) -> list[ExportedQuestion]:
    """What a person may take out of the bank, keys and all."""
    if not actor.has(*EXPORTERS):
        raise Forbidden()
    return exported_questions(session, found_versions(session, wanted), images=images)


def exported_questions(
    session: Session, version_ids: Sequence[int], *, images: ImageStore
) -> list[ExportedQuestion]:
    """The versions in this order, cases with their sub-questions."""
    rows = _rows(session, version_ids)
    of_parts = [part for version, _ in rows.values() for part in version.part_version_ids]
    rows |= _rows(session, of_parts)
    found = _Found(session, rows, images)
    return [found.question(version_id) for version_id in version_ids if version_id in rows]


class _Found:
    """What one export reads once and uses for all its questions."""

    def __init__(self, session: Session, rows: Mapping[int, _Row], images: ImageStore) -> None:
        ids = [question.id for _, question in rows.values()]
        self.rows = rows
        self.images = images
        self.tags = _tags(session, ids)
        self.references = _references(session, ids)
        self.titles = _titles(session)
        keys = {question.module_key for _, question in rows.values()}
        self.written = _written(session, sorted(keys))

    def question(self, version_id: int) -> ExportedQuestion:
        version, question = self.rows[version_id]
        parts = tuple(self.question(part) for part in version.part_version_ids)
        made = stored.draft_of(
            version,
            question,
            tags=self.tags.get(question.id, ()),
            references=self.references.get(question.id, ()),
            parts=tuple(part.draft for part in parts),
        )
        names = dict(stored.picture_names(version, question))
        draft, names = self._as_written(made, version, question, names)
        return ExportedQuestion(
            draft=draft,
            version=version.number,
            module_title=self.titles.get(question.module_key, question.module_key),
            citations=tuple(self._citations(draft)),
            images=dict(self._pictures(names)),
            parts=parts,
        )

    def _as_written(
        self,
        made: QuestionDraft,
        version: QuestionVersion,
        question: Question,
        names: dict[str, str],
    ) -> tuple[QuestionDraft, dict[str, str]]:
        """The draft of the published file where it says the same as the version."""
        written = self.written.get(made.public_id or "")
        if written is None or not _say_the_same(written, made):
            return made, names
        texts, htmls = _text_pairs(written, version, question)
        names = names | dict(stored.markdown_pictures(texts, htmls))
        kept = replace(
            written,
            key=made.key,
            state=made.state,
            path=made.path,
            line=made.line,
            parts=made.parts,
            images=tuple(path for path in written.images if path in names),
        )
        return kept, {path: name for path, name in names.items() if path in kept.images}

    def _citations(self, draft: QuestionDraft) -> Iterator[str]:
        for each in draft.references:
            if isinstance(each, AnchorReference):
                key = each.module_key or draft.module_key
                yield f"《{self.titles.get(key, key)}》{each.text}"
            else:
                yield each.text

    def _pictures(self, names: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
        for path, name in names.items():
            place = self.images.path(posixpath.basename(name))
            if place is not None:
                yield path, place.read_bytes()


def _rows(session: Session, version_ids: Sequence[int]) -> dict[int, _Row]:
    found: dict[int, _Row] = {}
    for some in _in_turns(version_ids):
        rows = session.execute(
            select(QuestionVersion, Question)
            .join(Question, Question.id == QuestionVersion.question_id)
            .where(QuestionVersion.id.in_(some))
        )
        found |= {version.id: (version, question) for version, question in rows}
    return found


def _tags(session: Session, question_ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for some in _in_turns(question_ids):
        rows = session.scalars(
            select(QuestionTag).where(QuestionTag.question_id.in_(some)).order_by(QuestionTag.id)
        )
        for row in rows:
            found.setdefault(row.question_id, []).append(row.tag)
    return found


def _references(
    session: Session, question_ids: Sequence[int]
) -> dict[int, list[QuestionReference]]:
    found: dict[int, list[QuestionReference]] = {}
    for some in _in_turns(question_ids):
        rows = session.scalars(
            select(QuestionReference)
            .where(QuestionReference.question_id.in_(some))
            .order_by(QuestionReference.question_id, QuestionReference.position)
        )
        for row in rows:
            found.setdefault(row.question_id, []).append(row)
    return found


def _titles(session: Session) -> dict[str, str]:
    rows = session.execute(select(CourseModule.key, CourseModule.title)).all()
    return {row.key: row.title for row in rows}


def _written(session: Session, module_keys: Sequence[str]) -> dict[str, QuestionDraft]:
    """The questions in the published files of modules, as far as their texts are kept."""
    found: dict[str, QuestionDraft] = {}
    for path, text in _texts(session, module_keys):
        blocks, _problems = blocks_in(text, path)
        for block in blocks:
            draft = block.draft
            if draft is not None:
                for each in (draft, *draft.parts):
                    if each.public_id:
                        found[each.public_id] = each
    return found


def _texts(session: Session, module_keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    rows = session.execute(
        select(ModuleVersion.source_path, ModuleVersion.source_text)
        .join(CourseModule, CourseModule.current_version_id == ModuleVersion.id)
        .where(CourseModule.key.in_(module_keys), ModuleVersion.source_text != "")
        .order_by(CourseModule.key)
    )
    yield from ((path, text) for path, text in rows)
    companions = session.execute(
        select(StoredFile.path, StoredFile.text)
        .where(StoredFile.module_key.in_(module_keys), StoredFile.is_companion)
        .order_by(StoredFile.path)
    )
    yield from ((path, text) for path, text in companions)


def _say_the_same(written: QuestionDraft, made: QuestionDraft) -> bool:
    """Whether a text is that of the version: a file may be newer, or have lost the question."""

    def words(draft: QuestionDraft) -> list[str]:
        return [plain_text(each.text) for each in (*draft.premises, *draft.options)]

    # The ratio of a picture is not in the text.
    key = written.key
    if isinstance(key, HotspotKey) and isinstance(made.key, HotspotKey):
        key = replace(key, ratio=made.key.ratio)
    return (
        key == made.key
        and written.type is made.type
        and written.stem.strip() == made.stem.strip()
        and words(written) == words(made)
        and written.rule == made.rule
        and written.points_tenths == made.points_tenths
    )


def _text_pairs(
    draft: QuestionDraft, version: QuestionVersion, question: Question
) -> tuple[dict[str, str], dict[str, str]]:
    """The texts beside the stem that may show pictures, and their HTML."""
    texts = {"explanation": draft.explanation or ""}
    htmls = {"explanation": question.explanation_html}
    for n, (option, row) in enumerate(zip(draft.options, version.options, strict=True)):
        texts |= {f"option {n}": option.text, f"feedback {n}": option.feedback or ""}
        feedback = question.feedback_html.get(str(row["id"]), "")
        htmls |= {f"option {n}": row["html"], f"feedback {n}": feedback}
    for n, (premise, row) in enumerate(zip(draft.premises, version.premises, strict=True)):
        texts[f"premise {n}"], htmls[f"premise {n}"] = premise.text, row["html"]
    rubric = version.rubric or {}
    texts["model"] = rubric.get("model_answer") or ""
    htmls["model"] = rubric.get("model_answer_html") or ""
    return texts, htmls


def _in_turns(ids: Iterable[int]) -> Iterator[list[int]]:
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _AT_ONCE):
        yield wanted[start : start + _AT_ONCE]
