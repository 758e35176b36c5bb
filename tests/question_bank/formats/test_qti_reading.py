"""QTI items and packages as other systems write them."""

import io
import stat
import zipfile
from fractions import Fraction

import pytest

from core.errors import Conflict
from question_bank.formats.items import ForeignItem, ItemStatus
from question_bank.formats.qti.reading import read_qti
from question_bank.keys import QuestionType, RuleName, ScoringRule
from tests.question_bank.files import PNG

TEMPLATES = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/"
MATCH = f'<responseProcessing template="{TEMPLATES}match_correct"/>'
MAP = f'<responseProcessing template="{TEMPLATES}map_response"/>'


def item_xml(body: str, *, declared: str = "", processing: str = MATCH, more: str = "") -> bytes:
    return (
        '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i1" '
        f'title="标题" adaptive="false" timeDependent="false"{more}>{declared}'
        f"<itemBody>{body}</itemBody>{processing}</assessmentItem>"
    ).encode()


def response(
    cardinality: str, base: str, *values: str, mapping: str = "", name: str = "RESPONSE"
) -> str:
    correct = "".join(f"<value>{value}</value>" for value in values)
    return (
        f'<responseDeclaration identifier="{name}" cardinality="{cardinality}" baseType="{base}">'
        f"<correctResponse>{correct}</correctResponse>{mapping}</responseDeclaration>"
    )


def choices(*texts: str, most: int = 1) -> str:
    inner = "".join(
        f'<simpleChoice identifier="{"ABCDEF"[n]}">{text}</simpleChoice>'
        for n, text in enumerate(texts)
    )
    return (
        f'<choiceInteraction responseIdentifier="RESPONSE" shuffle="true" maxChoices="{most}">'
        f"<prompt>哪一个？</prompt>{inner}</choiceInteraction>"
    )


def one(data: bytes) -> ForeignItem:
    (item,) = read_qti(data, "题.xml")
    return item


def package(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def manifest(*resources: tuple[str, str]) -> bytes:
    rows = "".join(
        f'<resource identifier="r{n}" type="{kind}" href="{href}"/>'
        for n, (kind, href) in enumerate(resources)
    )
    return f"<manifest><resources>{rows}</resources></manifest>".encode()


def test_a_single_choice_with_prompt_and_feedback() -> None:
    body = "<p>夜班签发。</p>" + choices("两点<feedbackInline>早了</feedbackInline>", "六点")
    found = one(item_xml(body, declared=response("single", "identifier", "B")))

    assert found.type is QuestionType.SINGLE_CHOICE
    assert found.stem == "夜班签发。\n\n哪一个？"
    assert (found.options, found.answer) == (("两点", "六点"), (1,))
    assert found.feedback == {0: "早了"}
    assert (found.external_id, found.title) == ("i1", "标题")


def test_two_options_that_say_right_and_wrong_are_a_judgement() -> None:
    found = one(item_xml(choices("错误", "正确"), declared=response("single", "identifier", "A")))

    assert (found.type, found.answer, found.options) == (QuestionType.TRUE_FALSE, False, ())


def test_a_mapping_becomes_weights_and_a_template_all_or_nothing() -> None:
    mapping = (
        '<mapping defaultValue="0"><mapEntry mapKey="A" mappedValue="3"/>'
        '<mapEntry mapKey="B" mappedValue="1"/><mapEntry mapKey="C" mappedValue="-2"/></mapping>'
    )
    declared = response("multiple", "identifier", "A", "B", mapping=mapping)
    body = choices("甲", "乙", "丙", most=0)

    mapped, matched = (
        one(item_xml(body, declared=declared, processing=MAP)),
        one(item_xml(body, declared=declared)),
    )

    assert mapped.rule == ScoringRule(RuleName.WEIGHTED)
    assert mapped.weights == (Fraction(75), Fraction(25), Fraction(-50))
    assert matched.rule == ScoringRule(RuleName.ALL_OR_NOTHING)


def test_version_three_says_the_same_in_its_own_words() -> None:
    data = (
        '<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="x" '
        'title="题"><qti-response-declaration identifier="RESPONSE" cardinality="ordered" '
        'base-type="identifier"><qti-correct-response><qti-value>C</qti-value>'
        "<qti-value>A</qti-value><qti-value>B</qti-value></qti-correct-response>"
        "</qti-response-declaration><qti-item-body><qti-order-interaction "
        'response-identifier="RESPONSE"><qti-prompt>排序</qti-prompt>'
        '<qti-simple-choice identifier="A">上锁</qti-simple-choice>'
        '<qti-simple-choice identifier="B">验证</qti-simple-choice>'
        '<qti-simple-choice identifier="C">停机</qti-simple-choice>'
        "</qti-order-interaction></qti-item-body></qti-assessment-item>"
    ).encode()

    found = one(data)

    assert found.type is QuestionType.ORDERING
    assert found.answer == ("停机", "上锁", "验证")


def test_text_entries_with_tolerance_and_alternatives() -> None:
    mapping = (
        '<mapping><mapEntry mapKey="卧倒" mappedValue="1"/>'
        '<mapEntry mapKey="倒卧" mappedValue="1"/></mapping>'
    )
    declared = response("single", "float", "2.5", name="R1") + response(
        "single", "string", "卧倒", mapping=mapping, name="R2"
    )
    processing = (
        '<responseProcessing><responseCondition><responseIf><equal toleranceMode="relative" '
        'tolerance="4 4"><variable identifier="R1"/><correct identifier="R1"/></equal>'
        '<setOutcomeValue identifier="SCORE"><sum><variable identifier="SCORE"/>'
        '<baseValue baseType="float">1</baseValue></sum></setOutcomeValue></responseIf>'
        "</responseCondition></responseProcessing>"
    )
    body = (
        '<p>约 <textEntryInteraction responseIdentifier="R1"/> 米，不得 '
        '<textEntryInteraction responseIdentifier="R2"/> 放</p>'
    )
    found = one(item_xml(body, declared=declared, processing=processing))

    assert found.stem == "约 ____ 米，不得 ____ 放"
    assert [[form.text for form in blank] for blank in found.answer] == [  # type: ignore[union-attr]
        ["2.5±4%"],
        ["卧倒", "倒卧"],
    ]


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ('<sliderInteraction responseIdentifier="R"/>', ""),
        ('<uploadInteraction responseIdentifier="R"/>', ""),
        ('<customInteraction responseIdentifier="R"/>', ""),
        ('<gapMatchInteraction responseIdentifier="R"/>', ""),
        ('<selectPointInteraction responseIdentifier="R"/>', ""),
        ("<p>没有作答</p>", ""),
        (choices("甲", "乙") + '<extendedTextInteraction responseIdentifier="S"/>', ""),
        (choices("甲", "乙") + choices("丙", "丁"), ""),
    ],
)
def test_what_ours_cannot_hold_is_refused(body: str, more: str) -> None:
    found = one(item_xml(body, more=more))

    assert found.status is ItemStatus.REFUSE
    assert found.errors[0].code == "E515"


def test_adaptive_and_random_items_are_refused() -> None:
    declared = response("single", "identifier", "A")
    plain = item_xml(choices("甲", "乙"), declared=declared)
    adaptive = plain.replace(b'adaptive="false"', b'adaptive="true"')
    template = item_xml(choices("甲", "乙"), declared=declared + "<templateDeclaration/>")

    assert [one(data).errors[0].code for data in (adaptive, template)] == ["E515", "E515"]


def test_one_inline_choice_is_a_single_choice() -> None:
    inner = "".join(
        f'<inlineChoice identifier="{name}">{word}</inlineChoice>'
        for name, word in (("A", "禁止"), ("B", "警告"))
    )
    gap = f'<inlineChoiceInteraction responseIdentifier="RESPONSE">{inner}'
    body = f"<p>红色是{gap}</inlineChoiceInteraction>。</p>"
    declared = response("single", "identifier", "A")

    found = one(item_xml(body, declared=declared))
    two = one(item_xml(body + body, declared=declared))

    assert (found.stem, found.options, found.answer) == ("红色是____。", ("禁止", "警告"), (0,))
    assert two.errors[0].code == "E515"


def test_a_package_with_pictures_and_a_shared_stimulus() -> None:
    def part(name: str) -> bytes:
        body = '<p>看<img src="../img/a.png" alt="现场"/></p>' + choices("甲", "乙")
        declared = response("single", "identifier", "A")
        reference = '<assessmentStimulusRef identifier="s" href="../s.xml"/>'
        xml = item_xml(body, declared=declared + reference)
        return xml.replace(b'identifier="i1"', f'identifier="{name}"'.encode(), 1)

    stimulus = "<assessmentStimulus identifier='s1' title='事故'><stimulusBody><p>夜间补焊。</p>"
    data = package(
        {
            "imsmanifest.xml": manifest(
                ("imsqti_item_xmlv2p2", "items/1.xml"),
                ("imsqti_item_xmlv2p2", "items/2.xml"),
                ("imsqti_item_xmlv2p2", "items/gone.xml"),
                ("imsqti_item_xmlv2p2", "items/broken.xml"),
            ),
            "items/1.xml": part("p1"),
            "items/2.xml": part("p2"),
            "items/broken.xml": b"<assessmentItem>",
            "s.xml": (stimulus + "</stimulusBody></assessmentStimulus>").encode(),
            "img/a.png": PNG,
        }
    )

    case, broken = read_qti(data, "包.zip")

    assert (case.type, case.title, case.stem) == (
        QuestionType.CASE_ANALYSIS,
        "事故",
        "夜间补焊。",
    )
    assert [part.external_id for part in case.parts] == ["p1", "p2"]
    assert list(case.parts[0].images.values()) == [PNG]
    assert broken.errors[0].code == "E515"


def unsafe_archives() -> list[bytes]:
    link = io.BytesIO()
    with zipfile.ZipFile(link, "w") as archive:
        info = zipfile.ZipInfo("items/1.xml")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return [
        package({"../outside.xml": b"x"}),
        package({"/etc/passwd": b"x"}),
        package({"C:\\x.xml": b"x"}),
        link.getvalue(),
        package({"inner.zip": b"x"}),
        package({"imsmanifest.xml": b"<m>" + b" " * 30_000_000 + b"</m>"}),
        package({f"{n}.xml": b"" for n in range(3001)}),
        package({"a.xml": b"x"}),
        package({"imsmanifest.xml": b"<m>&x;</m>"}),
        b"PK\x03\x04 torn",
    ]


@pytest.mark.parametrize("data", unsafe_archives())
def test_harmful_or_broken_archives_are_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(Conflict) as refused:
        read_qti(data, "包.zip")

    assert str(refused.value)
