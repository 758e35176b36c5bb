"""Writing flaws that show in one question alone; pure.

Each check gives the message and the fix, or None. The bounds are named here, so that an author
who is told of a flaw can be told why.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator

from question_bank.answers import NumberForm, TextForm
from question_bank.drafts import OptionDraft, QuestionDraft, Shuffle
from question_bank.keys import BlanksKey, ChoiceKey, QuestionType

# The key must be both half as long again as the longest wrong option and this much longer.
LONGER_BY = 5.0
LONGER_TIMES = 1.5

CHOICES = (QuestionType.SINGLE_CHOICE, QuestionType.MULTIPLE_CHOICE)
_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"\[(?P<text>[^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"[*`]|==|(?<=\W)_|_(?=\W)")
_NO_WORD = re.compile(r"[^\w%‰°<>=+±≤≥√×]+")
_ALL_OF_THEM = re.compile(
    r"(?:以上|上述|上面|前面)(?:的)?(?:选项|各项|几项|说法|答案|做法|三项|三者|情况|内容)?"
    r"(?:都|均|皆|全部?)(?:不|没有)?(?:对|是|正确|错误?|可以|行|应当|需要|包括|属于)(?:的|了)?"
)
_LETTERS_OF_THEM = re.compile(r"[A-L](?:[、,和与及]?[A-L])+(?:都|均|全)?(?:对|是|正确)?")
_NOT = r"不(?!得不|同|足|断|仅|但|论|管|良|锈|久|妨|料|禁|至于|安全|合格|明|宜居|动产|可抗力)"
_DOUBLE = (
    re.compile(
        rf"不(?:是|能|会|可能|可|应当|应该|应|需要|需|存在|违反|必|宜)[^，。；、,;？?]{{0,10}}?{_NOT}"
    ),
    re.compile(
        r"(?<![是除莫若])非(?!常|法|金属|煤|标)[^，。；、,;？?]{1,12}不(?:可|行)(?![以能见抗])"
    ),
    re.compile(r"没有[^，。；、,;？?]{0,4}(?:人|一个|任何|哪)[^，。；、,;？?]{0,6}不"),
    re.compile(
        r"无不|莫不|并非不|并不是不|未尝不|不无|(?:不是|并非)没有|不(?:属于|是|被)?(?:禁止|严禁)"
    ),
    re.compile(
        r"不(?:正确|属于|符合|恰当|包括|应当|允许|需要|对)[^。；;]{0,4}(?:的是|的有|的一项|的做法|的说法)"
        rf"[^。；;]{{0,20}}?(?:{_NOT}|未|没有|无需)"
    ),
    re.compile(rf"不(?:属于|符合|包括)[^，。；、,;？?]{{0,6}}(?:{_NOT}|未(?!来))"),
)
# 不得不 says "must"; it neither is nor makes a double negation.
_HAVE_TO = re.compile(r"不得不|不能不说|不可避免|不得已|(?:必不|少不)可少|不可或缺")
_ABSOLUTE = re.compile(
    r"(?<!不)一定(?!的|距离|数量|范围|条件|时间|比例|程度|期限|高度|压力|温度|浓度|要求)"
    r"|(?<!不)绝对(?!值|压|湿|温)|所有(?!权|者|人)|从不|从来(?:不|没)|任何|永远|必然|总是|毫无|根本不"
)
_LOOKING_BACK = re.compile(
    r"上述|该(?:公司|单位|企业|厂|车间|班组|工人|员工|职工|人员|作业|设备|装置|事故|案例|规定|制度|条|办法|法"
    r"|项|行为|做法|区域|处|岗位|情况|问题|场所|工程|项目|罐|车|票|证|标志)"
    r"|(?<![因如彼在由从为至])此(?:题|处|图|案|类|项|种|人|事故|时|规定|情况|设备|作业|行为)"
)
_ELSEWHERE = re.compile(
    r"(?<![基日根])本条(?![例件])|本款(?!项)|前款|前条|上一?题|前一?题|本节(?![能约])"
)
_PICTURE = re.compile(
    r"如[下上]?图|(?<![地意视企构])[下上]图|(?<![地意视企构])图(?:中|示|片中)|见图|照片中"
)
_TELLING_ALT = re.compile(r"正确|错误|答案|违章|隐患")


def wording_flaws(draft: QuestionDraft) -> Iterator[tuple[str, str, str]]:
    """(code, message, fix) of every flaw of one question."""
    for code, check in _CHECKS:
        found = check(draft)
        if found is not None:
            yield code, *found


def plain(text: str) -> str:
    """The words of a piece of Markdown, on one line."""
    words = _LINK.sub(r"\g<text>", _IMAGE.sub("", text))
    return " ".join(_MARKS.sub("", words).split())


def length(text: str) -> float:
    """How long a text looks: a 汉字 counts 1, a Latin letter or digit half."""
    return sum(1.0 if character > "\u02ff" else 0.5 for character in plain(text))


def normal(text: str) -> str:
    """What is compared when texts are compared: no width, case, blanks or punctuation."""
    folded = unicodedata.normalize("NFKC", plain(text)).casefold()
    return _NO_WORD.sub("", folded)


def right_and_wrong(draft: QuestionDraft) -> tuple[list[OptionDraft], list[OptionDraft]]:
    right = [option for option in draft.options if option.is_right]
    return right, [option for option in draft.options if not option.is_right]


def _longest_is_key(draft: QuestionDraft) -> tuple[str, str] | None:
    if draft.type not in CHOICES:
        return None
    right, wrong = right_and_wrong(draft)
    if not right or len(wrong) < 2 or _is_all_of_them(right[0]):
        return None
    key = min(length(option.text) for option in right)
    other = max(length(option.text) for option in wrong)
    if key - other < LONGER_BY or key < other * LONGER_TIMES:
        return None
    who = "答案" if len(right) == 1 else "每个对的选项"
    message = f"{who}比别的选项都长得多（{key:g} 字，别的最长 {other:g} 字）"
    return message, "把答案写短，理由移到解析；或把错的选项写得一样具体"


def _is_all_of_them(option: OptionDraft) -> bool:
    return _ALL_OF_THEM.fullmatch(plain(option.text).rstrip("。.")) is not None


def _all_of_them(draft: QuestionDraft) -> tuple[str, str] | None:
    if draft.type not in CHOICES:
        return None
    for place, option in enumerate(draft.options):
        text = plain(option.text).rstrip("。.")
        is_last = place == len(draft.options) - 1
        if _LETTERS_OF_THEM.fullmatch(text) and draft.shuffle is not Shuffle.NONE:
            return f"选项“{text}”说的是字母，乱序以后就不对了", "改写成内容，或改用【多选】"
        if _ALL_OF_THEM.fullmatch(text):
            if not is_last:
                return (
                    f"“{text}”不在最后一项",
                    "放到最后，并在题注里写 乱序：末项固定；或改用【多选】",
                )
            if draft.shuffle is Shuffle.ALL:
                return f"“{text}”乱序以后不一定在最后", "在题注里写 乱序：末项固定；或改用【多选】"
    return None


def _double_negation(draft: QuestionDraft) -> tuple[str, str] | None:
    stem = _HAVE_TO.sub("必须", plain(draft.stem))
    found = next((m for pattern in _DOUBLE if (m := pattern.search(stem))), None)
    if found is None:
        return None
    return f"题干有双重否定：“{found[0]}”", "改成肯定的说法，或只留一个“不”"


def _absolute_words(draft: QuestionDraft) -> tuple[str, str] | None:
    if draft.type not in CHOICES:
        return None
    right, wrong = right_and_wrong(draft)
    if _ABSOLUTE.search(plain(draft.stem)) or any(_ABSOLUTE.search(o.text) for o in right):
        return None
    words = [found[0] for option in wrong if (found := _ABSOLUTE.search(plain(option.text)))]
    if not words or not right:
        return None
    told = "、".join(f"“{word}”" for word in dict.fromkeys(words))
    return f"{told}只出现在错的选项里，不看内容也能排除", "去掉绝对的词，或在对的选项里也用上"


def _cannot_stand_alone(draft: QuestionDraft) -> tuple[str, str] | None:
    stem = plain(draft.stem)
    elsewhere = _ELSEWHERE.search(stem)
    if elsewhere:
        return (
            f"题干里的“{elsewhere[0]}”离开课文就不知道指什么",
            "写出法规的名称和条号，或把内容写出来",
        )
    first = re.split(r"[，。；,;]", stem, maxsplit=1)[0]
    back = _LOOKING_BACK.search(first)
    if back and not re.search(r"某|有[一个]|一[个名家台座]", first[: back.start()]):
        return f"题干一开头就说“{back[0]}”，前面没有说是什么", "把所指的单位、设备或规定写出来"
    picture = _PICTURE.search(stem)
    texts = [draft.stem, *(option.text for option in draft.options)]
    if picture and not any(_IMAGE.search(text) for text in texts):
        return f"题干说“{picture[0]}”，却没有图", "补上图片，或用文字说清楚"
    return None


def _telling_alt(draft: QuestionDraft) -> tuple[str, str] | None:
    stem_alts = [normal(found["alt"]) for found in _IMAGE.finditer(draft.stem)]
    words = _answers(draft)
    others = {normal(o.text) for o in draft.options if not o.is_right}
    for alt in stem_alts:
        told = next((word for word in words if len(word) > 1 and word in alt), None)
        if told is not None and not any(other and other in alt for other in others):
            return f"图片的说明里有答案“{told}”", "说明只写看得见的，不写结论"
    for option in draft.options:
        for found in _IMAGE.finditer(option.text):
            word = _TELLING_ALT.search(found["alt"])
            if word:
                return f"选项的图片说明里有“{word[0]}”", "说明只写看得见的，不写对错"
    return None


def _answers(draft: QuestionDraft) -> list[str]:
    """What a candidate has to find out, in comparable form."""
    if isinstance(draft.key, ChoiceKey):
        return [normal(option.text) for option in draft.options if option.is_right]
    if not isinstance(draft.key, BlanksKey):
        return []
    words = []
    for blank in draft.key.blanks:
        for form, written in zip(blank.accepted, blank.written, strict=False):
            if isinstance(form, TextForm):
                words.append(normal(form.text))
            elif isinstance(form, NumberForm) and form.low == form.high:
                words.append(normal(written))
    return words


_CHECKS: tuple[tuple[str, Callable[[QuestionDraft], tuple[str, str] | None]], ...] = (
    ("W301", _longest_is_key),
    ("W305", _all_of_them),
    ("W306", _double_negation),
    ("W307", _absolute_words),
    ("W309", _cannot_stand_alone),
    ("W310", _telling_alt),
)
