"""One question → one QTI item. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from learning.images import MIME_TYPES, image_kind
from question_bank.answers import TextForm
from question_bank.drafts import Shuffle
from question_bank.formats.decimals import decimal
from question_bank.formats.exported import (
    IMAGE,
    ExportedQuestion,
    match_pairs,
    number_of,
    right_places,
    rule_words,
    written_forms,
)
from question_bank.formats.html.plain import is_plain
from question_bank.formats.losses import LossBook
from question_bank.formats.pictures import picture_name, with_paths
from question_bank.formats.qti.content import PICTURES, body_of, inline_of
from question_bank.formats.qti.scoring import EXPLANATION, RESPONSE, Scorer, picture
from question_bank.formats.qti.vocabulary import Version
from question_bank.formats.rubrics import rubric_text
from question_bank.formats.titles import title_for
from question_bank.formats.xml_output import Raw, element, joined, legal
from question_bank.keys import (
    BlankKey,
    BlanksKey,
    ChoiceKey,
    HotspotKey,
    QuestionType,
    Region,
    RubricKey,
    RuleName,
    Shape,
    VerdictKey,
)

# Regions are percent; the picture is said to be this wide.
_WIDTH = 1000
_SHAPES = {Shape.CIRCLE: "circle", Shape.RECTANGLE: "rect", Shape.POLYGON: "poly"}


@dataclass(frozen=True)
class _Parts:
    """What the type decides: variables, body and processing."""

    declarations: list[Raw]
    body: Raw
    processing: Raw | None


@dataclass(frozen=True)
class _Job:
    """One item on its way."""

    question: ExportedQuestion
    version: Version
    scorer: Scorer
    book: LossBook

    @property
    def rule(self) -> RuleName | None:
        rule = self.question.draft.rule
        return rule.name if rule else None

    def tag(self, name: str, /, *content: str, **attributes: str) -> Raw:
        return self.version.tag(name, *content, **attributes)

    def stem(self) -> Raw:
        return element("div", body_of(self.question.draft.stem, self.question.images))

    def inline(self, markdown: str) -> Raw:
        return inline_of(markdown, self.question.images)

    def rule_changes(self, to: str) -> None:
        words = rule_words(self.question.draft.rule)
        self.book.scoring(self.question.public_id, "给分", f"“{words}”写成{to}")


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
    parts = _WRITERS[question.type](_Job(question, version, scorer, book))
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
        book.approximated(question.public_id, "排版", "Markdown 写成 XHTML")
    if any(legal(text) != text for text in (*texts, draft.title)):
        book.lost(question.public_id, "控制字符")
    if draft.points_tenths is None:
        book.approximated(question.public_id, "分值", "没有写分值，写成 1 分")


def _choice(job: _Job) -> _Parts:
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
    return _Parts([declared], joined(job.stem(), interaction), processing)


def _option_feedback(job: _Job, feedback: str | None, name: str) -> list[Raw]:
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


def _multiple(job: _Job, names: list[str], right: set[int]) -> tuple[Raw | None, Raw]:
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


def _verdict(job: _Job) -> _Parts:
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
    return _Parts([declared], joined(job.stem(), interaction), job.scorer.match())


def _blanks(job: _Job) -> _Parts:
    key = job.question.draft.key
    assert isinstance(key, BlanksKey)
    if any(blank.group is not None for blank in key.blanks):
        job.book.scoring(job.question.public_id, "顺序", "换了位置的答案算错")
    given = [Fraction(blank.points_tenths, 10) for blank in key.blanks if blank.points_tenths]
    share = job.scorer.most / len(key.blanks)
    worth = given if len(given) == len(key.blanks) else [share] * len(key.blanks)
    declared, tests = [], []
    for number, (blank, points) in enumerate(zip(key.blanks, worth, strict=True), start=1):
        made, test = _blank(job, blank, points, f"{RESPONSE}_{number}")
        declared.append(made)
        tests.append(test)
    if job.rule is RuleName.ALL_OR_NOTHING and len(tests) > 1:
        met = job.tag("and", *(is_right for is_right, _worth in tests))
        steps = [job.scorer.condition(met, job.scorer.score(job.scorer.most))]
    else:
        steps = [job.scorer.condition(met, job.scorer.plus(amount)) for met, amount in tests]
    gaps = [
        job.tag("textEntryInteraction", responseIdentifier=f"{RESPONSE}_{number}")
        for number in range(1, len(key.blanks) + 1)
    ]
    stem = body_of(job.question.draft.stem, job.question.images, gaps=gaps)
    return _Parts(declared, element("div", stem), job.scorer.whole(*steps))


def _blank(job: _Job, blank: BlankKey, points: Fraction, name: str) -> tuple[Raw, tuple[Raw, Raw]]:
    """The variable of a blank; whether it is right, and what it then earns."""
    number = number_of(blank)
    amount = job.tag("mapResponse", identifier=name)
    if number is None:
        if not all(isinstance(form, TextForm) for form in blank.accepted):
            note = "几个写法里有数，按文字逐个比较"
            job.book.scoring(job.question.public_id, "数值比较", note)
        job.book.approximated(job.question.public_id, "文字比较", "只统一大小写")
        forms = written_forms(blank)
        mapping = job.scorer.mapping([(form, points) for form in forms], is_text=True)
        declared = job.scorer.declaration(
            "string", "single", forms[:1], identifier=name, mapping=mapping
        )
        zero = job.scorer.value("float", "0")
        return declared, (job.tag("gt", amount, zero), amount)
    if number.unit:
        job.book.lost(job.question.public_id, "单位")
    value, by = (number.low + number.high) / 2, (number.high - number.low) / 2
    for each in (value, by):
        if Fraction(decimal(each)) != each:
            job.book.scoring(job.question.public_id, "数值范围", "范围的两端不是有限小数")
    declared = job.scorer.declaration("float", "single", [decimal(value)], identifier=name)
    bounds = {"toleranceMode": "absolute", "tolerance": f"{decimal(by)} {decimal(by)}"}
    if not number.includes_low:
        bounds["includeLowerBound"] = "false"
    if not number.includes_high:
        bounds["includeUpperBound"] = "false"
    chosen = job.tag("variable", identifier=name)
    is_equal = job.tag("equal", chosen, job.tag("correct", identifier=name), **bounds)
    return declared, (is_equal, job.scorer.value("float", decimal(points)))


def _ordering(job: _Job) -> _Parts:
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
        job.rule_changes("全对")
    return _Parts([declared], joined(job.stem(), interaction), processing)


def _matching(job: _Job) -> _Parts:
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
    return _Parts([declared], joined(job.stem(), interaction), processing)


def _essay(job: _Job) -> _Parts:
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
    return _Parts([declared], joined(*rubric, job.stem(), interaction), None)


def _hotspot(job: _Job) -> _Parts:
    draft, key = job.question.draft, job.question.draft.key
    assert isinstance(key, HotspotKey)
    note = "区域会画在图上让人选，不是自己找"
    job.book.approximated(job.question.public_id, "作答方式", note)
    shown = next((found for found in IMAGE.finditer(draft.stem)), None)
    path = shown["path"] if shown else ""
    data = job.question.images.get(path, b"")
    height = max(round(_WIDTH * key.ratio), 1)
    kind = MIME_TYPES.get(image_kind(data) or "", "image/png")
    source = PICTURES + picture_name(data)
    alt = shown["alt"] if shown else ""
    regions = dict(key.regions)
    names = {place: f"c{place}" for place in regions}
    choices = [
        job.tag(
            "hotspotChoice",
            identifier=names[place],
            shape=_SHAPES[regions[place].shape],
            coords=_coordinates(regions[place], height),
            hotspotLabel=option.text,
        )
        for place, option in enumerate(draft.options, start=1)
    ]
    interaction = job.tag(
        "hotspotInteraction",
        picture(source, kind, alt, _WIDTH, height),
        *choices,
        responseIdentifier=RESPONSE,
        maxChoices=str(len(key.right)),
    )
    mapping, processing = _spots(job, names, key.right)
    correct = [names[place] for place in sorted(key.right)]
    declared = job.scorer.declaration("identifier", "multiple", correct, mapping=mapping)
    # The picture stands in the interaction, not a second time above it.
    text = with_paths(draft.stem, lambda each: "\ue200" if each == path else None)
    text = IMAGE.sub(lambda found: "" if found["path"] == "\ue200" else found[0], text)
    stem = element("div", body_of(text, job.question.images))
    return _Parts([declared], joined(stem, interaction), processing)


def _spots(job: _Job, names: dict[int, str], right: frozenset[int]) -> tuple[Raw | None, Raw]:
    rule = job.question.draft.rule
    if job.rule not in (RuleName.SHARE_PER_SPOT, RuleName.MINUS_PER_MISS):
        return None, job.scorer.match()
    miss = Fraction(rule.tenths or 0, 10) if rule else Fraction(0)
    share = job.scorer.most / len(right)
    entries = [(name, share if place in right else -miss) for place, name in names.items()]
    return job.scorer.mapping(entries, upper=job.scorer.most), job.scorer.mapped()


def _coordinates(region: Region, height: int) -> str:
    """Percent → pixels of the picture as it is said to be."""
    across = Fraction(_WIDTH, 100)
    sizes = (across, Fraction(height, 100))
    numbers = [n * sizes[place % 2] for place, n in enumerate(region.numbers)]
    if region.shape is Shape.CIRCLE:
        numbers[2] = region.numbers[2] * across
    elif region.shape is Shape.RECTANGLE:
        left, top, width, tall = numbers
        numbers = [left, top, left + width, top + tall]
    return ",".join(decimal(number) for number in numbers)


_WITH_FEEDBACK = (QuestionType.SINGLE_CHOICE, QuestionType.MULTIPLE_CHOICE)
_WRITERS: dict[QuestionType, Callable[[_Job], _Parts]] = {
    QuestionType.SINGLE_CHOICE: _choice,
    QuestionType.MULTIPLE_CHOICE: _choice,
    QuestionType.TRUE_FALSE: _verdict,
    QuestionType.FILL_BLANK: _blanks,
    QuestionType.ORDERING: _ordering,
    QuestionType.MATCHING: _matching,
    QuestionType.SHORT_ANSWER: _essay,
    QuestionType.HOTSPOT: _hotspot,
}
