"""Questions → a Moodle XML file, with what it cannot hold noted in the book of losses. Pure."""

import base64
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from core.errors import N_
from core.sentences import say
from question_bank.drafts import OptionDraft, Shuffle
from question_bank.formats.decimals import decimal
from question_bank.formats.exported import (
    ExportedQuestion,
    match_pairs,
    number_of,
    points_text,
    right_places,
    rule_words,
    split_at_blanks,
    unit_of,
    written_forms,
)
from question_bank.formats.html.plain import is_plain, plain_lines
from question_bank.formats.losses import LossBook, WrittenFile
from question_bank.formats.moodle.gaps import written_gap
from question_bank.formats.moodle.grades import is_grade, nearest_grade, shares_of
from question_bank.formats.pictures import named_pictures, picture_name, with_paths
from question_bank.formats.rubrics import rubric_text
from question_bank.formats.tags import tags_of
from question_bank.formats.titles import title_for
from question_bank.formats.xml_output import Raw, document, element, joined, legal
from question_bank.keys import (
    BlankKey,
    BlanksKey,
    QuestionType,
    RubricKey,
    RuleName,
    VerdictKey,
)

_GRADING = {
    None: "ALL_OR_NOTHING",
    RuleName.ALL_OR_NOTHING: "ALL_OR_NOTHING",
    RuleName.SHARE_PER_POSITION: "ABSOLUTE_POSITION",
    RuleName.SHARE_PER_NEIGHBOUR: "RELATIVE_NEXT_EXCLUDE_LAST",
}
_COMPARED = N_("Moodle 只统一大小写，不统一全角半角和空格")


def write_moodle(questions: Sequence[ExportedQuestion]) -> WrittenFile:
    """A quiz with one category for each module, in the order of the questions."""
    book = LossBook()
    made: list[Raw] = []
    written = 0
    category = None
    for question in questions:
        pieces = _question(question, book, case_id="")
        if not pieces:
            continue
        name = question.module_title or question.draft.module_key
        if name and name != category:
            made.append(_category(name))
            category = name
        made += pieces
        written += 1
    root = element("quiz", joined(Raw(""), *made, Raw("")))
    return WrittenFile(document(root), ".xml", written, tuple(book.losses))


def _category(name: str) -> Raw:
    # A stroke would open a category below.
    path = "$course$/top/" + name.replace("/", "//")
    inner = element("category", element("text", path))
    return element("question", inner, type="category")


def _question(question: ExportedQuestion, book: LossBook, *, case_id: str) -> list[Raw]:
    """The question, or for a case its description and its sub-questions; nothing if left out."""
    if question.type is QuestionType.HOTSPOT:
        book.left_out(question.public_id, N_("题型"), N_("Moodle 没有按图找隐患的题型"))
        return []
    if question.type is QuestionType.CASE_ANALYSIS:
        return _case(question, book)
    body = _WRITERS[question.type](question, book)
    kind, stem, *rest = body
    return [_frame(question, kind, stem, rest, book, case_id=case_id)]


def _case(question: ExportedQuestion, book: LossBook) -> list[Raw]:
    parts = [
        piece
        for part in question.parts
        for piece in _question(part, book, case_id=question.public_id)
    ]
    if not parts:
        book.left_out(question.public_id, N_("题型"), N_("案例里没有能写出的小题"))
        return []
    note = N_("写成一段说明和几道独立的题，抽题时会分开")
    book.approximated(question.public_id, N_("案例"), note)
    stem = _texts("questiontext", question.draft.stem, question.images)
    return [_frame(question, "description", stem, [], book, case_id=""), *parts]


def _frame(
    question: ExportedQuestion,
    kind: str,
    stem: str,
    rest: Sequence[str],
    book: LossBook,
    *,
    case_id: str,
) -> Raw:
    """What every kind of question has, around what its kind decides."""
    draft = question.draft
    book.approximated(question.public_id, N_("版本"), N_("写成标签，Moodle 不认识"))
    points = draft.points_tenths
    if points is None and kind != "description":
        book.approximated(question.public_id, N_("分值"), N_("没有写分值，写成 1 分"))
    if any(legal(text) != text for text in (*question.texts, draft.title)):
        book.lost(question.public_id, N_("控制字符"))
    explanation = draft.explanation or ""
    if question.citations:
        explanation = f"{explanation}\n\n依据：{'；'.join(question.citations)}".strip()
    tags = [element("tag", element("text", tag)) for tag in tags_of(question, case_id=case_id)]
    grade = "0" if kind == "description" else points_text(points or 10)
    return element(
        "question",
        joined(
            Raw(""),
            element("name", element("text", title_for(draft))),
            stem if isinstance(stem, Raw) else Raw(stem),
            _texts("generalfeedback", explanation, question.images),
            element("defaultgrade", grade),
            element("penalty", "0"),
            element("hidden", "0"),
            element("idnumber", question.public_id),
            *rest,
            element("tags", *tags),
            Raw(""),
        ),
        type=kind,
    )


def _choice(question: ExportedQuestion, book: LossBook) -> list[str]:
    draft = question.draft
    is_single = question.type is QuestionType.SINGLE_CHOICE
    right = set(right_places(question))
    if is_single:
        shares = [Fraction(100 if place in right else 0) for place in range(len(draft.options))]
    else:
        shares = _checked_shares(question, book)
    if draft.shuffle is Shuffle.LAST_FIXED:
        book.lost(question.public_id, N_("末项固定"))
    answers = [
        _answer("answer", option, decimal(share), question)
        for option, share in zip(draft.options, shares, strict=True)
    ]
    shuffles = "true" if draft.shuffle is Shuffle.ALL else "false"
    return [
        "multichoice",
        _texts("questiontext", draft.stem, question.images),
        element("single", "true" if is_single else "false"),
        element("shuffleanswers", shuffles),
        element("answernumbering", "ABCD"),
        *answers,
    ]


def _checked_shares(question: ExportedQuestion, book: LossBook) -> list[Fraction]:
    """The share of each option; whatever marks otherwise than ours is told."""
    rule = question.draft.rule
    shares, is_exact = shares_of(question)
    if not is_exact:
        words = rule_words(rule) or say(N_("全对（由考试定）"))
        note = say(
            N_("“%(words)s”写成按选项给分：%(value)s"),
            words=words,
            value="、".join(decimal(share) for share in shares),
        )
        book.scoring(question.public_id, N_("给分"), note)
    off = [share for share in shares if not is_grade(share)]
    if off:
        note = say(N_("Moodle 没有 %(off)s%% 这一档，改成最近的一档"), off=decimal(off[0]))
        book.scoring(question.public_id, N_("权重"), note)
        shares = [nearest_grade(share) for share in shares]
    return shares


def _verdict(question: ExportedQuestion, _book: LossBook) -> list[str]:
    key = question.draft.key
    is_true = isinstance(key, VerdictKey) and key.verdict
    answers = [
        element(
            "answer",
            element("text", word),
            fraction="100" if (word == "true") is is_true else "0",
            format="moodle_auto_format",
        )
        for word in ("true", "false")
    ]
    return ["truefalse", _texts("questiontext", question.draft.stem, question.images), *answers]


def _blanks(question: ExportedQuestion, book: LossBook) -> list[str]:
    key = question.draft.key
    assert isinstance(key, BlanksKey)
    if any(blank.group is not None for blank in key.blanks):
        book.scoring(question.public_id, N_("顺序"), N_("换了位置的答案在 Moodle 里算错"))
    rule = question.draft.rule
    if len(key.blanks) == 1:
        return _one_blank(question, key.blanks[0], book)
    if rule is not None and rule.name is RuleName.ALL_OR_NOTHING:
        book.scoring(question.public_id, N_("给分"), N_("“全对”写成每空给分"))
    pieces = split_at_blanks(question.draft.stem)
    points = [blank.points_tenths or 1 for blank in key.blanks]
    stem = pieces[0]
    for blank, weight, piece in zip(key.blanks, points, pieces[1:], strict=True):
        stem += _gap(question, blank, weight, book) + piece
    if any(blank.points_tenths for blank in key.blanks):
        book.approximated(question.public_id, N_("分空分值"), N_("写成各空的比重"))
    return ["cloze", _texts("questiontext", stem, question.images)]


def _one_blank(question: ExportedQuestion, blank: BlankKey, book: LossBook) -> list[str]:
    # Moodle puts its box where five underscores stand.
    stem = "_____".join(split_at_blanks(question.draft.stem))
    texts = _texts("questiontext", stem, question.images)
    number = _number(question, blank, book)
    if number is None:
        answers = [
            element(
                "answer",
                element("text", word.replace("*", "\\*")),
                fraction="100",
                format="moodle_auto_format",
            )
            for word in written_forms(blank)
        ]
        return ["shortanswer", texts, element("usecase", "0"), *answers]
    value, by, unit = number
    made = [
        "numerical",
        texts,
        element(
            "answer",
            element("text", value),
            element("tolerance", by),
            fraction="100",
            format="moodle_auto_format",
        ),
    ]
    if unit:
        one = element("unit", element("multiplier", "1"), element("unit_name", unit))
        made += [element("units", one)]
    return [*made, element("unitgradingtype", "0"), element("showunits", "3" if not unit else "0")]


def _gap(question: ExportedQuestion, blank: BlankKey, weight: int, book: LossBook) -> str:
    number = _number(question, blank, book)
    if number is None:
        return written_gap("SHORTANSWER", weight, written_forms(blank))
    value, by, unit = number
    if unit:
        book.lost(question.public_id, N_("单位"))
    return "{" + f"{weight}:NUMERICAL:={value}:{by}" + "}"


def _number(
    question: ExportedQuestion, blank: BlankKey, book: LossBook
) -> tuple[str, str, str] | None:
    """Value, tolerance and unit of a blank that takes one number; otherwise its words count."""
    number = number_of(blank)
    if number is None:
        if any(not hasattr(form, "text") for form in blank.accepted):
            note = N_("几个写法里有数，Moodle 按文字逐个比较")
            book.scoring(question.public_id, N_("数值比较"), note)
        book.approximated(question.public_id, N_("文字比较"), _COMPARED)
        return None
    value, by = (number.low + number.high) / 2, (number.high - number.low) / 2
    if not (number.includes_low and number.includes_high):
        book.scoring(question.public_id, N_("数值范围"), N_("不含端点的范围写成含端点"))
    if Fraction(decimal(value)) != value or Fraction(decimal(by)) != by:
        book.scoring(question.public_id, N_("数值范围"), N_("范围的两端不是有限小数"))
    return decimal(value), decimal(by), unit_of(blank)


def _ordering(question: ExportedQuestion, book: LossBook) -> list[str]:
    rule = question.draft.rule
    grading = _GRADING.get(rule.name if rule else None)
    if grading is None:
        book.scoring(
            question.public_id, N_("给分"), say(N_("“%(rule)s”写成全对"), rule=rule_words(rule))
        )
    answers = [
        _answer("answer", option, f"{place}.0000000", question)
        for place, option in enumerate(question.draft.options, start=1)
    ]
    return [
        "ordering",
        _texts("questiontext", question.draft.stem, question.images),
        element("layouttype", "VERTICAL"),
        element("selecttype", "ALL"),
        element("selectcount", "0"),
        element("gradingtype", grading or "ALL_OR_NOTHING"),
        element("showgrading", "SHOW"),
        element("numberingstyle", "none"),
        *answers,
    ]


def _matching(question: ExportedQuestion, book: LossBook) -> list[str]:
    draft = question.draft
    if draft.rule is None or draft.rule.name is not RuleName.SHARE_PER_PAIR:
        words = rule_words(draft.rule) or say(N_("由考试定"))
        book.scoring(
            question.public_id, N_("给分"), say(N_("“%(words)s”写成每对给分"), words=words)
        )
    options = [plain_lines(option.text).replace("\n", " ") for option in draft.options]
    if not all(is_plain(option.text) for option in draft.options):
        book.lost(question.public_id, N_("右栏的排版和图片"))
    pairs = match_pairs(question)
    made = [
        _subquestion(draft.premises[premise].text, options[option], question)
        for premise, option in pairs
    ]
    used = {option for _premise, option in pairs}
    made += [
        _subquestion("", option, question)
        for place, option in enumerate(options)
        if place not in used
    ]
    stem = _texts("questiontext", draft.stem, question.images)
    return ["matching", stem, element("shuffleanswers", "true"), *made]


def _subquestion(premise: str, option: str, question: ExportedQuestion) -> Raw:
    text, files = _with_files(premise, question.images)
    answer = element("answer", element("text", option))
    return element("subquestion", element("text", text), *files, answer, format="markdown")


def _essay(question: ExportedQuestion, _book: LossBook) -> list[str]:
    key = question.draft.key
    assert isinstance(key, RubricKey)
    return [
        "essay",
        _texts("questiontext", question.draft.stem, question.images),
        element("responseformat", "editor"),
        element("responserequired", "1"),
        element("attachments", "0"),
        _texts("graderinfo", rubric_text(key), question.images),
    ]


def _answer(name: str, option: OptionDraft, share: str, question: ExportedQuestion) -> Raw:
    text, files = _with_files(option.text, question.images)
    feedback = _texts("feedback", option.feedback or "", question.images)
    inner = (element("text", text), *files, feedback)
    return element(name, *inner, fraction=share, format="markdown")


def _texts(name: str, markdown: str, images: Mapping[str, bytes]) -> Raw:
    text, files = _with_files(markdown, images)
    return element(name, element("text", text), *files, format="markdown")


def _with_files(markdown: str, images: Mapping[str, bytes]) -> tuple[str, list[Raw]]:
    """The text with Moodle's addresses for its pictures, and the pictures."""
    used = named_pictures(markdown, images)
    names = {path: picture_name(data) for path, data in used.items()}
    text = with_paths(
        markdown, lambda path: f"@@PLUGINFILE@@/{names[path]}" if path in names else None
    )
    files = {names[path]: data for path, data in used.items()}
    return text, [
        element(
            "file", Raw(base64.b64encode(data).decode()), name=name, path="/", encoding="base64"
        )
        for name, data in sorted(files.items())
    ]


_WRITERS: dict[QuestionType, Callable[[ExportedQuestion, LossBook], list[str]]] = {
    QuestionType.SINGLE_CHOICE: _choice,
    QuestionType.MULTIPLE_CHOICE: _choice,
    QuestionType.TRUE_FALSE: _verdict,
    QuestionType.FILL_BLANK: _blanks,
    QuestionType.ORDERING: _ordering,
    QuestionType.MATCHING: _matching,
    QuestionType.SHORT_ANSWER: _essay,
}
