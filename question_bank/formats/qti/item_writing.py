"""One question → one QTI item. Pure."""

from collections.abc import Callable
from fractions import Fraction

from core.errors import N_
from question_bank.drafts import Shuffle
from question_bank.formats.exported import (
    ExportedQuestion,
    match_pairs,
    right_places,
)
from question_bank.formats.html.plain import is_plain
from question_bank.formats.losses import LossBook
from question_bank.formats.qti.blank_writing import write_blanks
from question_bank.formats.qti.content import body_of, inline_of
from question_bank.formats.qti.hotspot_writing import write_hotspot
from question_bank.formats.qti.jobs import Job, Parts
from question_bank.formats.qti.scoring import EXPLANATION, RESPONSE, Scorer
from question_bank.formats.qti.vocabulary import Version
from question_bank.formats.rubrics import rubric_text
from question_bank.formats.titles import title_for
from question_bank.formats.xml_output import Raw, joined, legal
from question_bank.keys import (
    ChoiceKey,
    QuestionType,
    RubricKey,
    RuleName,
    VerdictKey,
)


def write_item(
    question: ExportedQuestion, version: Version, book: LossBook, *, stimulus: str = ""
) -> Raw:
    """The whole item; `stimulus` is the path of the text that its case shares."""
    draft = question.draft
    _note_losses(question, book)
    has_option_feedback = question.type in _WITH_FEEDBACK and any(
        option.feedback for option in draft.options
    )
    has_feedback = has_option_feedback or bool(draft.explanation)
    most = Fraction(draft.points_tenths or 10, 10)
    scorer = Scorer(version, most, has_feedback, has_option_feedback)
    parts = _WRITERS[question.type](Job(question, version, scorer, book))
    tag = version.tag
    content = [*parts.declarations, *scorer.outcomes()]
    if stimulus:
        content.append(tag("assessmentStimulusRef", identifier="CASE", href=stimulus))
    content.append(tag("itemBody", parts.body))
    processing = parts.processing
    if processing is None and has_feedback:
        processing = scorer.whole()
    content += [processing] if processing is not None else []
    if draft.explanation:
        said = body_of(draft.explanation, question.images)
        content.append(_feedback(tag, said, EXPLANATION))
    return tag(
        "assessmentItem",
        joined(Raw(""), *content, Raw("")),
        xmlns=version.namespace,
        identifier=question.public_id,
        title=title_for(draft),
        adaptive="false",
        timeDependent="false",
    )


def _feedback(tag: Callable[..., Raw], said: Raw, identifier: str) -> Raw:
    return tag(
        "modalFeedback",
        said,
        outcomeIdentifier="FEEDBACK",
        identifier=identifier,
        showHide="show",
    )


def _note_losses(question: ExportedQuestion, book: LossBook) -> None:
    draft = question.draft
    texts = [*question.texts, draft.explanation or ""]
    if not all(is_plain(text) for text in texts):
        book.approximated(question.public_id, N_("排版"), N_("Markdown 写成 XHTML"))
    if any(legal(text) != text for text in (*texts, draft.title)):
        book.lost(question.public_id, N_("控制字符"))
    if draft.points_tenths is None:
        book.approximated(question.public_id, N_("分值"), N_("没有写分值，写成 1 分"))


def _choice(job: Job) -> Parts:
    draft = job.question.draft
    names = [f"c{number}" for number in range(1, len(draft.options) + 1)]
    right = set(right_places(job.question))
    correct = [names[place] for place in sorted(right)]
    is_single = job.question.type is QuestionType.SINGLE_CHOICE
    mapping, processing = (None, job.scorer.match()) if is_single else _multiple(job, names, right)
    last = len(names) - 1
    choices = [
        job.tag(
            "simpleChoice",
            job.inline(option.text),
            *_option_feedback(job, option.feedback, names[place]),
            identifier=names[place],
            **({"fixed": "true"} if draft.shuffle is Shuffle.LAST_FIXED and place == last else {}),
        )
        for place, option in enumerate(draft.options)
    ]
    interaction = job.tag(
        "choiceInteraction",
        *choices,
        responseIdentifier=RESPONSE,
        shuffle="false" if draft.shuffle is Shuffle.NONE else "true",
        maxChoices="1" if is_single else "0",
    )
    kind = "single" if is_single else "multiple"
    declared = job.scorer.declaration("identifier", kind, correct, mapping=mapping)
    return Parts([declared], joined(job.stem(), interaction), processing)


def _option_feedback(job: Job, feedback: str | None, name: str) -> list[Raw]:
    if not feedback:
        return []
    said = inline_of(feedback, job.question.images)
    return [
        job.tag(
            "feedbackInline",
            said,
            outcomeIdentifier="FEEDBACK",
            identifier=name,
            showHide="show",
        )
    ]


def _multiple(job: Job, names: list[str], right: set[int]) -> tuple[Raw | None, Raw]:
    """Mapping and processing of a 多选 by its rule."""
    most, rule = job.scorer.most, job.question.draft.rule
    if job.rule in (None, RuleName.ALL_OR_NOTHING):
        return None, job.scorer.match()
    if job.rule is RuleName.HALF_IF_PARTIAL:
        return None, job.scorer.partial(most / 2)
    tenths = Fraction(rule.tenths or 0, 10) if rule else Fraction(0)
    if job.rule is RuleName.FIXED_IF_PARTIAL:
        return None, job.scorer.partial(min(tenths, most))
    share = most / max(len(right), 1)
    worth = [share if place in right else -most for place in range(len(names))]
    key = job.question.draft.key
    if job.rule is RuleName.RIGHT_MINUS_WRONG:
        worth = [share if place in right else -share for place in range(len(names))]
    elif job.rule is RuleName.POINTS_PER_OPTION:
        # A wrong one takes away more than all the right ones can give.
        lost = -max(most, tenths * len(names))
        worth = [tenths if place in right else lost for place in range(len(names))]
    elif job.rule is RuleName.WEIGHTED and isinstance(key, ChoiceKey) and key.weights_percent:
        worth = [weight * most / 100 for weight in key.weights_percent]
    entries = list(zip(names, worth, strict=True))
    return job.scorer.mapping(entries, upper=most), job.scorer.mapped()


def _verdict(job: Job) -> Parts:
    key = job.question.draft.key
    is_true = isinstance(key, VerdictKey) and key.verdict
    choices = [
        job.tag("simpleChoice", word, identifier=name)
        for name, word in (("true", "正确"), ("false", "错误"))
    ]
    interaction = job.tag(
        "choiceInteraction",
        *choices,
        responseIdentifier=RESPONSE,
        shuffle="false",
        maxChoices="1",
    )
    declared = job.scorer.declaration("identifier", "single", ["true" if is_true else "false"])
    return Parts([declared], joined(job.stem(), interaction), job.scorer.match())


def _ordering(job: Job) -> Parts:
    names = [f"c{number}" for number in range(1, len(job.question.draft.options) + 1)]
    choices = [
        job.tag("simpleChoice", job.inline(option.text), identifier=name)
        for option, name in zip(job.question.draft.options, names, strict=True)
    ]
    interaction = job.tag("orderInteraction", *choices, responseIdentifier=RESPONSE, shuffle="true")
    declared = job.scorer.declaration("identifier", "ordered", names)
    processing = job.scorer.match()
    if job.rule is RuleName.SHARE_PER_POSITION:
        processing = job.scorer.positions(names)
    elif job.rule not in (None, RuleName.ALL_OR_NOTHING):
        job.rule_changes(N_("全对"))
    return Parts([declared], joined(job.stem(), interaction), processing)


def _matching(job: Job) -> Parts:
    draft = job.question.draft
    pairs = match_pairs(job.question)
    correct = [f"p{premise + 1} o{option + 1}" for premise, option in pairs]
    left = [
        job.tag("simpleAssociableChoice", job.inline(p.text), identifier=f"p{number}", matchMax="1")
        for number, p in enumerate(draft.premises, start=1)
    ]
    right = [
        job.tag("simpleAssociableChoice", job.inline(o.text), identifier=f"o{number}", matchMax="0")
        for number, o in enumerate(draft.options, start=1)
    ]
    interaction = job.tag(
        "matchInteraction",
        job.tag("simpleMatchSet", *left),
        job.tag("simpleMatchSet", *right),
        responseIdentifier=RESPONSE,
        shuffle="true",
        maxAssociations=str(len(pairs)),
    )
    mapping, processing = None, job.scorer.match()
    if job.rule is RuleName.SHARE_PER_PAIR:
        share = job.scorer.most / len(pairs)
        mapping = job.scorer.mapping([(pair, share) for pair in correct])
        processing = job.scorer.mapped()
    declared = job.scorer.declaration("directedPair", "multiple", correct, mapping=mapping)
    return Parts([declared], joined(job.stem(), interaction), processing)


def _essay(job: Job) -> Parts:
    key = job.question.draft.key
    assert isinstance(key, RubricKey)
    declared = job.scorer.declaration("string", "single", ())
    interaction = job.tag("extendedTextInteraction", responseIdentifier=RESPONSE)
    told = rubric_text(key)
    rubric = [Raw("")]
    if told:
        use = {"use": "scoring"} if job.version.is_kebab else {}
        said = body_of(told, job.question.images)
        if job.version.is_kebab:
            said = job.tag("contentBody", said)
        rubric = [job.tag("rubricBlock", said, view="scorer", **use)]
    return Parts([declared], joined(*rubric, job.stem(), interaction), None)


_WITH_FEEDBACK = (QuestionType.SINGLE_CHOICE, QuestionType.MULTIPLE_CHOICE)
_WRITERS: dict[QuestionType, Callable[[Job], Parts]] = {
    QuestionType.SINGLE_CHOICE: _choice,
    QuestionType.MULTIPLE_CHOICE: _choice,
    QuestionType.TRUE_FALSE: _verdict,
    QuestionType.FILL_BLANK: write_blanks,
    QuestionType.ORDERING: _ordering,
    QuestionType.MATCHING: _matching,
    QuestionType.SHORT_ANSWER: _essay,
    QuestionType.HOTSPOT: write_hotspot,
}
