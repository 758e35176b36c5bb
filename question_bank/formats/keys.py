"""The answer normaliser: what people write as a key → the key, with what is doubtful about it.

Shared by plain text, Word and Excel.
"""

import re
import unicodedata
from collections.abc import Callable

from core.comparable import comparable
from core.errors import N_
from core.sentences import say
from question_bank.authoring.blanks import BLANK
from question_bank.authoring.choices import letter_of
from question_bank.formats.items import AcceptedText
from question_bank.formats.reading import Reading, accepted
from question_bank.formats.words import plain
from question_bank.keys import QuestionType

_BETWEEN = re.compile(r"[\s,，、;；/|&+和与.。:：()\[\]【】]|and")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_TRUE = "对 正确 是 √ ✓ ✔ ☑ 正 对的 v t y true yes 1"
_FALSE = "错 错误 不正确 不对 否 非 误 × ✗ ✘ ✕ ╳ ☒ x f n false no 0"
VERDICTS = dict.fromkeys(_TRUE.split(), True) | dict.fromkeys(_FALSE.split(), False)
_NUMBERS = {"0", "1"}
_DOUBTFUL = {"v", "x"}
# What stands between the answers of several blanks; tried in this order.
_NUMBERED = re.compile(r"[(（]\s*\d{1,2}\s*[)）]|[①-⑳]|[⑴-⒇]")
_PARENTHESES = re.compile(r"\s*[(（](?P<inside>[^()（）]*)[)）]\s*")
_SEPARATORS = (r"[;；]", r"\n", r"\|\|\|")
_LAST_RESORTS = (r"[、]", r"[,，]", r"\s+", r"/")
BLANK_FORMS = (
    r"_{2,}|＿{1,}",
    r"\[BlankArea\d{1,2}\]",
    r"[(（][\s\u3000\u00a0]*[)）]",
    r"【[\s\u3000]*】",
)
_ANY_BLANK = re.compile("|".join(BLANK_FORMS))


def letters_of(text: str) -> tuple[int, ...] | None:
    """The options that a key of letters names, sorted; None when it is no such key."""
    bare = _BETWEEN.sub("", unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))).upper()
    if not re.fullmatch(r"[A-Z]{1,26}", bare):
        return None
    return tuple(sorted({ord(letter) - ord("A") for letter in bare}))


def verdict_of(text: str) -> bool | None:
    """What a word or sign for right or wrong means; None when it is none."""
    return VERDICTS.get(plain(text).strip("。.()[]【】,;、"))


def set_choice(reading: Reading, key: str) -> None:
    """Set the right options from a key of letters, of numbers or of an option's own text."""
    letters = letters_of(key)
    if letters is None:
        letters = _by_text(reading, key)
    if letters is None:
        letters = _by_number(reading, key)
    if letters is None:
        reading.error(
            "E504", say(N_("答案“%(key)s”看不懂：写选项字母，如 B 或 ABD"), key=_short(key))
        )
        return
    count = len(reading.options)
    beyond = [index for index in letters if index >= count or not reading.options[index].strip()]
    if beyond:
        shown = "、".join(chr(ord("A") + index) for index in beyond)
        reading.error(
            "E502",
            say(
                N_("答案有 %(shown)s，但这个选项没有（共 %(count)s 个）"), shown=shown, count=count
            ),
        )
        return
    reading.answer = letters


def _by_text(reading: Reading, key: str) -> tuple[int, ...] | None:
    options = [plain(option) for option in reading.options]
    wanted = [plain(key)]
    if wanted[0] not in options:
        wanted = [plain(part) for part in re.split(r"[;；|\n]", key) if part.strip()]
    if not wanted or not all(each in options for each in wanted):
        return None
    reading.warn("W502", say(N_("答案“%(key)s”是选项的文字，按文字对上了选项"), key=_short(key)))
    return tuple(sorted({options.index(each) for each in wanted}))


def _by_number(reading: Reading, key: str) -> tuple[int, ...] | None:
    """1 to n, or 甲 to 丁: places counted from one."""
    text = plain(key).translate(str.maketrans("甲乙丙丁戊己", "123456"))
    parts = [part for part in re.split(r"[,，、;；/|]", text) if part]
    if not parts or not all(re.fullmatch(r"[1-9]\d?(\.0)?", part) for part in parts):
        return None
    places = tuple(sorted({int(part.split(".")[0]) - 1 for part in parts}))
    shown = "、".join(letter_of(place) for place in places)
    reading.warn(
        "W501", say(N_("答案“%(key)s”是序号，当作选项 %(shown)s"), key=_short(key), shown=shown)
    )
    return places


def set_verdict(reading: Reading, key: str) -> None:
    """Set right or wrong; a letter goes through the options where there are any."""
    text = plain(key).strip("。.()[]【】,;、")
    options = [verdict_of(option) for option in reading.options]
    if re.fullmatch(r"[a-f]", text) and len(options) == 2 and None not in options:
        place = ord(text) - ord("a")
        if place >= len(options):
            if text != "f":
                reading.error(
                    "E502",
                    say(
                        N_("答案是 %(upper)s，但只有 %(count)s 个选项"),
                        upper=text.upper(),
                        count=len(options),
                    ),
                )
                return
        else:
            reading.answer = options[place]
            reading.options = []
            return
    if text in ("a", "b"):
        word = "对" if text == "a" else "错"
        reading.answer = text == "a"
        reading.warn(
            "W503",
            say(N_("判断题的答案是字母 %(upper)s，当作“%(word)s”"), upper=text.upper(), word=word),
        )
    elif text in VERDICTS:
        reading.answer = VERDICTS[text]
        word = "对" if reading.answer else "错"
        if text in _NUMBERS:
            reading.warn(
                "W503", say(N_("判断题的答案是数字 %(text)s，当作“%(word)s”"), text=text, word=word)
            )
        elif text in _DOUBTFUL:
            reading.warn(
                "W503",
                say(
                    N_("判断题的答案是字母 %(upper)s，当作“%(word)s”"),
                    upper=text.upper(),
                    word=word,
                ),
            )
    else:
        reading.error("E504", say(N_("判断题的答案“%(key)s”看不懂：写 对 或 错"), key=_short(key)))
    reading.options = []


def with_blanks(stem: str) -> tuple[str, int]:
    """The stem with every form of a blank as four underscores, and their number."""
    text, count = _ANY_BLANK.subn(BLANK, stem.replace("\\_", "_"))
    # A backslash before a blank would make it underscores again.
    text = re.sub(r"\\+(?=____)", "", text)
    # Two blanks without anything between them would be one.
    return re.sub(r"____(?=____)", f"{BLANK} ", text), count


def set_blanks(reading: Reading, key: str) -> None:
    """Set what each blank of the stem accepts."""
    if not key.strip():
        reading.error("E504", N_("没有答案"))
        return
    stem, count = with_blanks(reading.stem)
    reading.stem = stem
    parts = _parts(key, count) if count else None
    if parts is not None:
        reading.answer = tuple(_alternatives(part) for part in parts)
        if any(not each for each in reading.answer):
            reading.error("E505", N_("有一个空的答案没有内容"))
        return
    for separator in _LAST_RESORTS if count > 1 else ():
        parts = [part for part in re.split(separator, key.strip()) if part.strip()]
        if len(parts) == count:
            shown = {"/": "/", r"\s+": "空格"}.get(separator, separator.strip("[]"))
            reading.warn("W512", say(N_("几个空的答案按“%(shown)s”分开，请核对"), shown=shown))
            reading.answer = tuple(_alternatives(part) for part in parts)
            return
    if count == 0:
        reading.error("E505", N_("题干里没有空：在要填的地方写四个下划线 ____"))
    else:
        message = say(
            N_("题干有 %(count)s 个空，答案“%(key)s”分不成 %(count)s 份：用；隔开"),
            count=count,
            key=_short(key),
        )
        reading.error("E505", message)


def _parts(key: str, count: int) -> list[str] | None:
    """The answers of so many blanks, when a separator gives exactly that number."""
    text = key.strip()
    inside = _in_parentheses(text)
    if inside is not None and len(inside) == count:
        return inside
    if _NUMBERED.match(text):
        numbered = [part.strip(" ;；、,，\n") for part in _NUMBERED.split(text)[1:]]
        if len(numbered) == count:
            return numbered
    for separator in _SEPARATORS:
        parts = [part.strip() for part in re.split(separator, text)]
        while len(parts) > count and not parts[-1]:
            parts.pop()
        if len(parts) == count and (count > 1 or separator == _SEPARATORS[0]):
            return parts
    return [text] if count == 1 and not re.search(r"[;；]\s*\S|\|\|\|", text) else None


def _in_parentheses(text: str) -> list[str] | None:
    """The contents when the text is nothing but brackets: （答案1）（答案2）."""
    found = list(_PARENTHESES.finditer(text))
    inside = [each["inside"].strip() for each in found]
    covered = sum(len(each[0]) for each in found)
    is_numbers = all(re.fullmatch(r"\d{1,2}", each) for each in inside)
    return inside if inside and covered == len(text) and not is_numbers else None


def _alternatives(text: str) -> tuple[AcceptedText, ...]:
    parts = [part.strip() for part in re.split(r"\|+", text)]
    return tuple(accepted(part) for part in dict.fromkeys(parts) if comparable(part))


def infer_type(reading: Reading, key: str) -> None:
    """Find the type of an untyped question from its options and key, with a warning."""
    verdicts = [verdict_of(option) for option in reading.options]
    is_pair = len(verdicts) == 2 and None not in verdicts and verdicts[0] != verdicts[1]
    if is_pair:
        reading.type = QuestionType.TRUE_FALSE
    elif reading.options:
        count = len(letters_of(key) or ())
        many = count > 1 or re.search(r"\d\s*[,，、]\s*\d", key)
        single, multiple = QuestionType.SINGLE_CHOICE, QuestionType.MULTIPLE_CHOICE
        reading.type = multiple if many else single
    elif verdict_of(key) is not None:
        reading.type = QuestionType.TRUE_FALSE
    elif with_blanks(reading.stem)[1] and key.strip() and letters_of(key) is None:
        reading.type = QuestionType.FILL_BLANK
    elif letters_of(key) is not None:
        # Letters without options: a choice whose options were lost.
        reading.type = QuestionType.SINGLE_CHOICE
    else:
        reading.type = QuestionType.SHORT_ANSWER
        if not key.strip() and not reading.model_answer:
            reading.error("E504", N_("没有答案，也没有写题型"))


def agree(first: str, second: str) -> bool:
    """Whether two keys of one question say the same."""
    letters = [letters_of(first), letters_of(second)]
    verdicts = [verdict_of(first), verdict_of(second)]
    for one, other in (letters, verdicts):
        if one is not None and other is not None:
            return one == other
    return plain(first) == plain(second)


def key_characters(text: str, count: int) -> list[str] | None:
    """One key for each of so many questions, out of `ACBDB` or `AB ACD √`; None if they differ."""
    tokens = [token for token in re.split(r"[\s,，、;；|]+", text.strip()) if token]
    if len(tokens) == count:
        return tokens
    joined = "".join(tokens)
    return list(joined) if len(joined) == count else None


def set_key(reading: Reading, key: str) -> None:
    """Set the answer of a reading whose type is known, from the key as it is written."""
    if reading.type is QuestionType.TRUE_FALSE:
        _set_or_missing(reading, key, set_verdict)
    elif reading.type in (QuestionType.SINGLE_CHOICE, QuestionType.MULTIPLE_CHOICE):
        _set_or_missing(reading, key, set_choice)
    elif reading.type is QuestionType.FILL_BLANK:
        set_blanks(reading, key)
    elif reading.type is QuestionType.SHORT_ANSWER:
        reading.model_answer = key.strip()
    elif reading.type is QuestionType.MATCHING:
        _set_pairs(reading, key)
    elif reading.type is QuestionType.ORDERING:
        _set_order(reading, key)
    else:
        is_case = reading.type is QuestionType.CASE_ANALYSIS
        type_ = say(N_("案例") if is_case else N_("找隐患"))
        reading.error("E515", say(N_("%(type)s题不能这样导入，请在编辑器里新建"), type=type_))


def _set_or_missing(reading: Reading, key: str, set_one: Callable[[Reading, str], None]) -> None:
    if key.strip():
        set_one(reading, key)
    else:
        reading.error("E504", N_("没有答案"))


def _set_pairs(reading: Reading, key: str) -> None:
    """`甲=1;乙=2`: pairs of the left and the right column; letters and numbers name options."""
    pairs = []
    for part in re.split(r"[;；\n]", key):
        left, mark, right = (piece.strip() for piece in re.split(r"(=|＝|->|→|—)", part + "=")[:3])
        if not part.strip():
            continue
        if not left or not right or not mark:
            reading.error(
                "E504", say(N_("匹配的一对“%(part)s”看不懂：写成 左=右"), part=_short(part))
            )
            return
        pairs.append((left, right))
    if len(pairs) < 2:
        reading.error("E504", N_("匹配题至少要两对，写成 左=右;左=右"))
        return
    reading.answer = tuple(pairs)
    rights = dict.fromkeys(right for _left, right in pairs)
    reading.distractors = [option for option in reading.options if option not in rights]
    reading.options = [*rights, *reading.distractors]


def _set_order(reading: Reading, key: str) -> None:
    """The items in the right order: letters of the options, or the items themselves."""
    bare = _BETWEEN.sub("", unicodedata.normalize("NFKC", key)).upper()
    places = [ord(letter) - ord("A") for letter in bare if "A" <= letter <= "Z"]
    if reading.options and sorted(places) == list(range(len(reading.options))):
        reading.options = [reading.options[place] for place in places]
    elif not reading.options and len(parts := re.split(r"[;；\n]|->|→", key)) > 1:
        reading.options = [part.strip() for part in parts if part.strip()]
    elif key.strip():
        reading.error(
            "E504", say(N_("排序的答案“%(key)s”要把每一项写一次，如 BACD"), key=_short(key))
        )
        return
    reading.answer = tuple(reading.options) or None
    if reading.answer is None:
        reading.error("E504", N_("没有答案"))


def _short(text: str) -> str:
    cut = " ".join(text.split())
    return cut if len(cut) <= 20 else cut[:20] + "…"
