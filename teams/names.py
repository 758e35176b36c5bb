"""Names of people for sorting and searching: pinyin and its initials. Pure.

pypinyin reads a character the way it mostly sounds; a surname often sounds otherwise (单 is shàn,
曾 zēng, 仇 qiú). The result is stored, and a person's page lets it be corrected.
"""

import re
import unicodedata
from functools import lru_cache

from pypinyin import Style, pinyin

SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "仇": "qiu",
    "任": "ren",
    "解": "xie",
    "查": "zha",
    "盖": "ge",
    "朴": "piao",
    "区": "ou",
    "翟": "zhai",
    "尉": "wei",
    "缪": "miao",
    "繁": "po",
    "种": "chong",
    "秘": "bi",
    "冼": "xian",
    "员": "yun",
    "乐": "yue",
    "召": "shao",
    "华": "hua",
    "纪": "ji",
    "覃": "qin",
    "宓": "mi",
    "洗": "xian",
    "教": "jiao",
    "黑": "he",
    "折": "she",
    "逄": "pang",
    "隗": "wei",
    "晟": "cheng",
    "万": "wan",
    "长孙": "zhang sun",
    "尉迟": "yu chi",
    "万俟": "mo qi",
    "澹台": "tan tai",
    "单于": "chan yu",
    "宰父": "zai fu",
}
MOST_SOUND = 110
MOST_INITIALS = 40


@lru_cache(maxsize=20_000)
def _sound(character: str) -> str:
    return pinyin(character, style=Style.NORMAL)[0][0].replace("ü", "v")


def _surname(name: str) -> tuple[list[str], str]:
    """The sounds of an irregular surname, and the rest of the name."""
    for length in (2, 1):
        if name[:length] in SURNAMES:
            return SURNAMES[name[:length]].split(), name[length:]
    return [], name


def sounds_of(name: str) -> list[str]:
    """`["shan", "xiong", "xin"]` for 单雄信; Latin words stay as they are."""
    plain = unicodedata.normalize("NFKC", name).lower()
    sounds, rest = _surname(plain)
    for piece in re.findall(r"[a-z0-9]+|[^\W_]", rest):
        sounds.append(piece if piece.isascii() else _sound(piece))
    return sounds


def sort_key(name: str) -> str:
    """What `User.name_sort` holds: the sounds, a bar, their initials; `li qing shan|lqs`."""
    return key_of_sounds(sounds_of(name))


def key_of_sounds(sounds: list[str]) -> str:
    """The sort key of sounds that a person has corrected."""
    initials = "".join(sound[0] for sound in sounds)
    return f"{' '.join(sounds)[:MOST_SOUND]}|{initials[:MOST_INITIALS]}"


def shown_sounds(name_sort: str) -> str:
    """The sounds out of a stored sort key, for the form that corrects them."""
    return name_sort.partition("|")[0]
