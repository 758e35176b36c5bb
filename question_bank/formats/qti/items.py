"""One QTI item → one item of an import. Pure."""

from fractions import Fraction

from core.errors import N_
from core.sentences import say
from core.xml_input import Element
from question_bank.formats.exported import points_tenths
from question_bank.formats.items import ForeignItem
from question_bank.formats.qti.body import FileOf, Words, interactions_in
from question_bank.formats.qti.hotspots import read_hotspot, with_draft
from question_bank.formats.qti.interactions import READERS, Item, Unsupported
from question_bank.formats.qti.metadata import Metadata
from question_bank.formats.qti.responses import (
    Scoring,
    declarations_of,
    number,
    processing_of,
)
from question_bank.formats.reading import Reading, check
from question_bank.formats.titles import own_title
from question_bank.keys import HotspotKey, QuestionType, RuleName, ScoringRule

_KIND_WORDS = {
    "selectPointInteraction": N_("在图上点位置"),
    "associateInteraction": N_("两两相连"),
    "gapMatchInteraction": N_("拖词填空"),
    "graphicGapMatchInteraction": N_("拖到图上"),
    "graphicOrderInteraction": N_("图上排序"),
    "graphicAssociateInteraction": N_("图上连线"),
    "sliderInteraction": N_("滑块"),
    "drawingInteraction": N_("画图"),
    "uploadInteraction": N_("上传文件"),
    "mediaInteraction": N_("播放音视频"),
    "customInteraction": N_("自定义作答"),
    "portableCustomInteraction": N_("自定义作答"),
    "positionObjectInteraction": N_("摆放物体"),
    "positionObjectStage": N_("摆放物体"),
    "endAttemptInteraction": N_("结束按钮"),
    "hottextInteraction": N_("点选文字"),
}
# Processing that a program of its own decides.
_CUSTOM = {"customOperator", "responseProcessingFragment", "include"}


def read_item(root: Element, *, file_of: FileOf, metadata: Metadata, stimulus: str) -> ForeignItem:
    """Read an item whose names are those of version 2; `stimulus` stands before its stem."""
    words = Words(file_of)
    reading = Reading(external_id=root.get("identifier")[:80])
    body = root.first("itemBody")
    key: HotspotKey | None = None
    try:
        _refuse_unsupported(root)
        if body is None:
            raise Unsupported(N_("没有题目内容（itemBody）"))
        key = _read(root, body, words, reading)
    except Unsupported as refused:
        reading.error("E515", refused.args[0])
        reading.stem = reading.stem or words.markdown(body)
    reading.explanation = _explanation(root, words, reading)
    reading.title = own_title(root.get("title"), reading.stem)
    _take_metadata(reading, metadata)
    if stimulus:
        reading.stem = f"{stimulus}\n\n{reading.stem}"
    if words.missing:
        reading.warn(
            "W518", say(N_("%(count)s 张图片不在包里，只留下说明"), count=len(words.missing))
        )
    if not reading.errors:
        check(reading)
    reading.images = words.images
    item = reading.item()
    return with_draft(item, key) if key is not None and not item.errors else item


def _refuse_unsupported(root: Element) -> None:
    if root.get("adaptive") == "true":
        raise Unsupported(N_("自适应的题（adaptive）"))
    for each in root.descendants():
        if each.name in ("templateDeclaration", "templateProcessing"):
            raise Unsupported(N_("随机生成的题（template）"))
        if each.name in _CUSTOM:
            raise Unsupported(N_("评分由另外的程序决定"))


def _read(root: Element, body: Element, words: Words, reading: Reading) -> HotspotKey | None:
    found = interactions_in(body)
    if not found:
        raise Unsupported(N_("没有作答的地方"))
    names = {each.name for each in found}
    if len(names) > 1:
        raise Unsupported(N_("一道题里有几种作答，要先拆开"))
    name = names.pop()
    most = _most(root)
    item = Item(root, body, words, declarations_of(root), processing_of(root), most)
    if item.processing.scoring is Scoring.UNKNOWN:
        reading.warn("W519", N_("评分的规则看不懂，没有带进来"))
    key = None
    if name == "hotspotInteraction":
        key = read_hotspot(item, found, reading)
    elif name in READERS:
        READERS[name](item, found, reading)
    else:
        word = say(_KIND_WORDS[name]) if name in _KIND_WORDS else name
        raise Unsupported(say(N_("不支持的作答方式：%(name)s"), name=word))
    reading.points_tenths = points_tenths(f"{float(most):.4f}") if most is not None else None
    return key


def _most(root: Element) -> Fraction | None:
    """The points of an item: MAXSCORE, or the maximum of SCORE."""
    outcomes = {each.get("identifier"): each for each in root.all("outcomeDeclaration")}
    declared = outcomes.get("MAXSCORE")
    default = declared.first("defaultValue") if declared is not None else None
    if default is not None:
        found = number(default.all_text)
    else:
        score = outcomes.get("SCORE")
        found = number(score.get("normalMaximum")) if score is not None else None
    return found if found is not None and found > 0 else None


def _explanation(root: Element, words: Words, reading: Reading) -> str:
    """Feedback to the whole item; what belongs to one option stands with it."""
    names = {each.get("identifier") for each in root.find_all("simpleChoice")}
    said = [
        words.markdown(each)
        for each in (*root.all("modalFeedback"), *root.find_all("feedbackBlock"))
        if each.get("identifier") not in names
    ]
    texts = list(dict.fromkeys(text for text in said if text))
    if reading.type is QuestionType.SHORT_ANSWER and reading.model_answer in texts:
        texts.remove(reading.model_answer)
    return "\n\n".join(texts)


def _take_metadata(reading: Reading, metadata: Metadata) -> None:
    said = metadata.tags
    reading.tags = list(said.tags)
    reading.difficulty = said.difficulty or metadata.difficulty
    reading.reference = said.reference or metadata.reference
    reading.positions, reading.facts = list(said.positions), list(said.facts)
    if said.is_ours:
        # Our own export says by its name what the processing spells out.
        reading.rule = said.rule
    if reading.rule != ScoringRule(RuleName.WEIGHTED):
        reading.weights = None
