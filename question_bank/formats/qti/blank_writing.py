"""填空 → textEntryInteraction: a variable for each blank, numbers with their tolerance. Pure."""

from fractions import Fraction

from core.errors import N_
from question_bank.answers import TextForm
from question_bank.formats.decimals import decimal
from question_bank.formats.exported import number_of, written_forms
from question_bank.formats.qti.content import body_of
from question_bank.formats.qti.jobs import Job, Parts
from question_bank.formats.qti.scoring import RESPONSE
from question_bank.formats.xml_output import Raw, element
from question_bank.keys import BlankKey, BlanksKey, RuleName


def write_blanks(job: Job) -> Parts:
    """A gap in the text for each blank; each adds its own points."""
    key = job.question.draft.key
    assert isinstance(key, BlanksKey)
    if any(blank.group is not None for blank in key.blanks):
        job.book.scoring(job.question.public_id, N_("顺序"), N_("换了位置的答案算错"))
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
    return Parts(declared, element("div", stem), job.scorer.whole(*steps))


def _blank(job: Job, blank: BlankKey, points: Fraction, name: str) -> tuple[Raw, tuple[Raw, Raw]]:
    """The variable of a blank; whether it is right, and what it then earns."""
    number = number_of(blank)
    amount = job.tag("mapResponse", identifier=name)
    if number is None:
        if not all(isinstance(form, TextForm) for form in blank.accepted):
            note = N_("几个写法里有数，按文字逐个比较")
            job.book.scoring(job.question.public_id, N_("数值比较"), note)
        job.book.approximated(job.question.public_id, N_("文字比较"), N_("只统一大小写"))
        forms = written_forms(blank)
        mapping = job.scorer.mapping([(form, points) for form in forms], is_text=True)
        declared = job.scorer.declaration(
            "string", "single", forms[:1], identifier=name, mapping=mapping
        )
        zero = job.scorer.value("float", "0")
        return declared, (job.tag("gt", amount, zero), amount)
    if number.unit:
        job.book.lost(job.question.public_id, N_("单位"))
    value, by = (number.low + number.high) / 2, (number.high - number.low) / 2
    for each in (value, by):
        if Fraction(decimal(each)) != each:
            job.book.scoring(job.question.public_id, N_("数值范围"), N_("范围的两端不是有限小数"))
    declared = job.scorer.declaration("float", "single", [decimal(value)], identifier=name)
    bounds = {"toleranceMode": "absolute", "tolerance": f"{decimal(by)} {decimal(by)}"}
    if not number.includes_low:
        bounds["includeLowerBound"] = "false"
    if not number.includes_high:
        bounds["includeUpperBound"] = "false"
    chosen = job.tag("variable", identifier=name)
    is_equal = job.tag("equal", chosen, job.tag("correct", identifier=name), **bounds)
    return declared, (is_equal, job.scorer.value("float", decimal(points)))
