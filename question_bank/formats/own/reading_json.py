"""The JSON of our own model → items; strict, and every fault is told with its place. Pure."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from core.errors import N_, Conflict
from learning.images import image_kind
from question_bank.answers import AcceptedForm, BadForm, accepted_form
from question_bank.drafts import (
    AnchorReference,
    AuthorState,
    ClauseReference,
    OptionDraft,
    QuestionDraft,
    Reference,
    Revision,
    Shuffle,
)
from question_bank.formats.exported import split_at_blanks
from question_bank.formats.items import ForeignItem, ItemStatus, Remark
from question_bank.formats.own.fields import Fields, exact
from question_bank.formats.own.items import item_of
from question_bank.formats.own.model import FORMAT, VERSION
from question_bank.keys import (
    AnswerKey,
    BlankKey,
    BlanksKey,
    CaseKey,
    ChoiceKey,
    HotspotKey,
    MatchKey,
    OrderKey,
    QuestionType,
    Region,
    RubricKey,
    RuleName,
    ScoringPoint,
    ScoringRule,
    Shape,
    VerdictKey,
)

MAX_BYTES = 60 * 1024 * 1024
MOST_QUESTIONS = 20_000
MOST_TENTHS = 9999
_CHOICES = (QuestionType.SINGLE_CHOICE, QuestionType.MULTIPLE_CHOICE)
_COORDINATES = {Shape.CIRCLE: 3, Shape.RECTANGLE: 4}


@dataclass(frozen=True)
class _File:
    """What all questions of one file share."""

    name: str
    pictures: Mapping[str, bytes]


def read_json(data: bytes, name: str) -> list[ForeignItem]:
    """The questions of a file, each accepted whole or refused with what is wrong with it."""
    faults: list[str] = []
    fields = Fields(_document(data, name), name, faults)
    if fields.text("format", "") != FORMAT:
        raise Conflict(
            N_('%(name)s 不是本系统导出的题目：第一层要有 "format": "%(format)s"'),
            name=name,
            format=FORMAT,
        )
    if fields.data.get("version") != VERSION:
        raise Conflict(
            N_("%(name)s 的版本是 %(found)s，这里读得懂的是 %(known)s"),
            name=name,
            found=str(fields.data.get("version"))[:20],
            known=VERSION,
        )
    fields.asked.add("version")
    file = _File(name, _pictures(fields))
    raw = fields.items("questions", most=MOST_QUESTIONS, required=True)
    fields.done()
    if faults:
        raise Conflict(
            N_("%(name)s 的写法不对：%(faults)s"), name=name, faults="；".join(faults[:5])
        )
    return [_item(value, f"questions[{n}]", file) for n, value in enumerate(raw, start=1)]


def _document(data: bytes, name: str) -> object:
    if len(data) > MAX_BYTES:
        raise Conflict(N_("%(name)s 大于 60 MB，拆成几个文件再导入"), name=name)
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Conflict(N_("%(name)s 的编码看不懂，用 UTF-8 重新导出"), name=name) from error
    except json.JSONDecodeError as error:
        raise Conflict(
            N_("%(name)s 不是完整的 JSON：第 %(line)s 行第 %(column)s 个字符处看不懂"),
            name=name,
            line=error.lineno,
            column=error.colno,
        ) from error
    except (ValueError, RecursionError) as error:
        # A number of thousands of digits, or lists in lists in lists.
        raise Conflict(N_("%(name)s 不是本系统导出的题目"), name=name) from error


def _pictures(fields: Fields) -> dict[str, bytes]:
    pictures = {}
    for digest, text in fields.mapping("images").items():
        try:
            data = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            fields.fault("images", f"{digest[:12]} 不是 base64")
            continue
        if hashlib.sha256(data).hexdigest() != digest:
            fields.fault("images", f"{digest[:12]} 与它的摘要不符")
        elif image_kind(data) is None:
            fields.fault("images", f"{digest[:12]} 不是图片")
        else:
            pictures[digest] = data
    return pictures


def _item(value: object, where: str, file: _File) -> ForeignItem:
    faults: list[str] = []
    fields = Fields(value, where, faults)
    images: dict[str, bytes] = {}
    draft = _draft(fields, file, images)
    if not faults:
        return item_of(draft, images=images, line=None)
    errors = tuple(Remark("E519", fault) for fault in faults[:20])
    type_ = draft.type if "type" in fields.data else None
    return ForeignItem(ItemStatus.REFUSE, type_, draft.stem, errors=errors, title=draft.title)


def _draft(
    fields: Fields, file: _File, images: dict[str, bytes], *, is_part: bool = False
) -> QuestionDraft:
    type_ = fields.one_of("type", QuestionType)
    stem = fields.text("stem")
    options = _options(fields)
    premises = tuple(OptionDraft(text, True, None, None, 0) for text in fields.texts("premises"))
    parts: tuple[QuestionDraft, ...] = ()
    if type_ is QuestionType.CASE_ANALYSIS and not is_part:
        parts = tuple(_draft(part, file, images, is_part=True) for part in fields.objects("parts"))
    key = _key(type_, stem, options, parts, fields)
    paths = _paths(fields, file, images)
    module = fields.text("module", "")
    fields.whole("question_version", low=1, high=10**6, default=1)
    draft = QuestionDraft(
        public_id=fields.text_or_none("id"),
        type=type_,
        title=fields.text("title", ""),
        stem=stem,
        options=options,
        key=key,
        rule=_rule(fields),
        points_tenths=fields.whole_or_none("points_tenths", low=1, high=MOST_TENTHS),
        references=tuple(_reference(each, module) for each in fields.objects("references")),
        difficulty=fields.whole("difficulty", low=1, high=5, default=3),
        tags=fields.texts("tags"),
        positions=fields.texts("positions"),
        facts=fields.texts("facts"),
        explanation=fields.text_or_none("explanation"),
        shuffle=fields.one_of("shuffle", Shuffle, Shuffle.ALL),
        state=fields.one_of("state", AuthorState, AuthorState.ENABLED),
        revision=fields.one_of_or_none("revision", Revision),
        images=paths,
        path=file.name,
        line=0,
        module_key=module,
        section_anchor=None,
        premises=premises,
        parts=parts,
        waived=_waived(fields),
        columns=_columns(fields),
    )
    if not stem.strip():
        fields.fault("stem", "是空的")
    fields.done()
    return draft


def _options(fields: Fields) -> tuple[OptionDraft, ...]:
    options = []
    for each in fields.objects("options"):
        options.append(
            OptionDraft(
                each.text("text"),
                each.truth("right"),
                each.fraction_or_none("weight"),
                each.text_or_none("feedback"),
                0,
            )
        )
        each.asked.add("region")
        each.done()
    return tuple(options)


def _key(
    type_: QuestionType,
    stem: str,
    options: tuple[OptionDraft, ...],
    parts: tuple[QuestionDraft, ...],
    fields: Fields,
) -> AnswerKey:
    if type_ in _CHOICES:
        return _choice(type_, options, fields)
    if type_ is QuestionType.TRUE_FALSE:
        return VerdictKey(fields.truth("verdict"))
    if type_ is QuestionType.FILL_BLANK:
        return _blanks(stem, fields)
    if type_ is QuestionType.ORDERING:
        if len(options) < 3:
            fields.fault("options", "排序题至少要 3 项")
        return OrderKey(tuple(range(1, len(options) + 1)))
    if type_ is QuestionType.MATCHING:
        return _pairs(options, fields)
    if type_ is QuestionType.SHORT_ANSWER:
        return _rubric(fields)
    if type_ is QuestionType.HOTSPOT:
        return _hotspot(options, fields)
    if not parts:
        fields.fault("parts", "案例里没有小题")
    return CaseKey(tuple(part.public_id or "" for part in parts))


def _choice(type_: QuestionType, options: tuple[OptionDraft, ...], fields: Fields) -> ChoiceKey:
    right = frozenset(n for n, option in enumerate(options, start=1) if option.is_right)
    if not 2 <= len(options) <= 12:
        fields.fault("options", f"有 {len(options)} 个选项，要 2 到 12 个")
    if not right:
        fields.fault("options", "没有正确选项")
    elif type_ is QuestionType.SINGLE_CHOICE and len(right) > 1:
        fields.fault("options", f"单选有 {len(right)} 个正确选项")
    weights = [option.weight_percent for option in options if option.weight_percent is not None]
    if weights and len(weights) < len(options):
        fields.fault("options", "只有一部分选项有权重")
    return ChoiceKey(tuple(range(1, len(options) + 1)), right, tuple(weights) or None)


def _blanks(stem: str, fields: Fields) -> BlanksKey:
    blanks = []
    for each in fields.objects("blanks", required=True):
        written = each.texts("accepts", required=True)
        accepted: list[AcceptedForm] = []
        for text in written:
            try:
                accepted.append(accepted_form(text))
            except BadForm as bad:
                each.fault("accepts", f"“{text[:40]}”：{bad}")
        if not written:
            each.fault("accepts", "没有答案")
        group = each.whole_or_none("group", low=0, high=1000)
        points = each.whole_or_none("points_tenths", low=1, high=MOST_TENTHS)
        blanks.append(BlankKey(tuple(accepted), written, group, points))
        each.done()
    count = len(split_at_blanks(stem)) - 1
    if count != len(blanks):
        fields.fault("blanks", f"有 {len(blanks)} 项，题干有 {count} 个空")
    return BlanksKey(tuple(blanks))


def _pairs(options: tuple[OptionDraft, ...], fields: Fields) -> MatchKey:
    pairs = []
    premises = len(fields.data.get("premises") or [])
    for pair in fields.items("pairs", required=True):
        fits = isinstance(pair, list) and [type(n) for n in pair] == [int, int]
        if not fits or not (1 <= pair[0] <= premises and 1 <= pair[1] <= len(options)):
            fields.fault("pairs", "每一项是 [左栏第几项, 右栏第几项]，从 1 数起")
            return MatchKey(())
        pairs.append((pair[0], pair[1]))
    if sorted(premise for premise, _ in pairs) != list(range(1, premises + 1)) or not pairs:
        fields.fault("pairs", "左栏的每一项要恰好配一次")
    return MatchKey(tuple(pairs))


def _rubric(fields: Fields) -> RubricKey:
    rubric = fields.object_or_none("rubric")
    if rubric is None:
        return RubricKey((), None)
    points = []
    for each in rubric.objects("points"):
        points.append(
            ScoringPoint(each.text("text"), each.whole("tenths", low=1, high=MOST_TENTHS))
        )
        each.done()
    answer = rubric.text_or_none("model_answer")
    rubric.done()
    return RubricKey(tuple(points), answer)


def _hotspot(options: tuple[OptionDraft, ...], fields: Fields) -> HotspotKey:
    regions = []
    for number, each in enumerate(fields.objects("options"), start=1):
        region = each.object_or_none("region")
        if region is None:
            each.fault("region", "没有写")
            continue
        shape = region.one_of("shape", Shape)
        numbers = [exact(value) for value in region.items("numbers", most=200, required=True)]
        wanted = _COORDINATES.get(shape)
        fits = len(numbers) == wanted if wanted else len(numbers) >= 6 and len(numbers) % 2 == 0
        within = [n for n in numbers if n is not None and 0 <= n <= 100]
        if not fits or len(within) < len(numbers):
            region.fault("numbers", "要写成文字的百分数，个数与形状相符")
        region.done()
        regions.append((number, Region(shape, tuple(within))))
    right = frozenset(n for n, option in enumerate(options, start=1) if option.is_right)
    if not right:
        fields.fault("options", "没有一处隐患")
    ratio = fields.fraction_or_none("ratio")
    if ratio is None or ratio <= 0:
        fields.fault("ratio", '要写图片的高除以宽，例如 "3/4"')
        ratio = None
    return HotspotKey(tuple(regions), right, ratio or Fraction(1))


def _rule(fields: Fields) -> ScoringRule | None:
    rule = fields.object_or_none("rule")
    if rule is None:
        return None
    name = rule.one_of("name", RuleName)
    tenths = rule.whole_or_none("tenths", low=1, high=MOST_TENTHS)
    rule.done()
    return ScoringRule(name, tenths)


def _reference(fields: Fields, module: str) -> Reference:
    if "anchor" in fields.data:
        key = fields.text("module", "")
        made: Reference = AnchorReference(
            None if key == module else key, fields.text("anchor"), fields.text("text"), 0, 1
        )
    else:
        source, clause = fields.text("source"), fields.text("clause")
        made = ClauseReference(source, clause, fields.text("text"), 0, 1)
    fields.done()
    return made


def _waived(fields: Fields) -> tuple[tuple[str, str], ...]:
    waived = []
    for pair in fields.items("waived"):
        if isinstance(pair, list) and [type(each) for each in pair] == [str, str]:
            waived.append((pair[0], pair[1]))
        else:
            fields.fault("waived", "每一项是 [编号, 理由]")
    return tuple(waived)


def _columns(fields: Fields) -> tuple[str, str] | None:
    written = fields.texts("columns") if fields.data.get("columns") is not None else ()
    fields.asked.add("columns")
    if len(written) not in (0, 2):
        fields.fault("columns", "应是左栏和右栏两项")
    return (written[0], written[1]) if len(written) == 2 else None


def _paths(fields: Fields, file: _File, images: dict[str, bytes]) -> tuple[str, ...]:
    named = fields.mapping("images")
    for path, digest in named.items():
        if digest in file.pictures:
            images[path] = file.pictures[digest]
        else:
            fields.fault("images", f"文件里没有图片 {digest[:12]}")
    return tuple(named)
