"""Numbers with a unit as rules of work name them: `8 小时`, `六个月`, `0.5 MPa`. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

# Each with the ways to write it; the first one decides whether two units are the same.
_UNITS = (
    *(("小时", "个小时", "h", "H"), ("分钟", "分", "min"), ("秒钟", "秒", "s"), ("毫秒", "ms")),
    *(
        ("天", "日"),
        ("工作日", "个工作日"),
        ("年", "周年"),
        ("个月", "月"),
        ("周", "星期", "个星期"),
    ),
    *(("米", "m"), ("毫米", "mm"), ("厘米", "公分", "cm"), ("公里", "千米", "km")),
    *(("平方米", "㎡", "m²", "m2"), ("立方米", "m³", "m3"), ("平方毫米", "mm²")),
    *(("km/h", "公里/小时", "千米/小时"), ("m/s", "米/秒"), ("m/min", "米/分")),
    *(("MPa", "兆帕"), ("kPa", "千帕"), ("Pa", "帕"), ("mg/m³", "mg/m3", "毫克/立方米"), ("ppm",)),
    *(("℃", "°C", "摄氏度", "度"), ("°",), ("%", "％"), ("‰",), ("dB", "dB(A)", "分贝")),
    *(("V", "伏"), ("kV", "千伏"), ("A", "安"), ("mA", "毫安"), ("kW", "千瓦"), ("W", "瓦")),
    *(("Ω", "欧", "欧姆"), ("MΩ", "兆欧"), ("Hz", "赫兹"), ("lx", "勒克斯"), ("LEL",)),
    *(
        ("kg", "千克", "公斤"),
        ("g", "克"),
        ("mg", "毫克"),
        ("吨", "t"),
        ("kN", "千牛"),
        ("N", "牛"),
    ),
    *(("L", "升"), ("mL", "ml", "毫升"), ("L/min",), ("人", "名", "位"), ("次", "回"), ("倍",)),
    *(("级",), ("类",), ("层",), ("处",), ("具",), ("个",), ("条",), ("项",), ("台",), ("份",)),
    *(("遍",), ("班",), ("转", "r/min", "转/分"), ("学时", "课时"), ("小时/天",), ("元",)),
    *(("万元",), ("亿元",), ("元/人",)),
)
_SAME = {unicodedata.normalize("NFKC", word): words[0] for words in _UNITS for word in words}
_COUNTED = {"人", "次", "级", "类", "层", "处", "具", "个", "条", "项", "台", "份", "遍", "班"}
# 二级 but 两个.
_RANKED = {"级", "类", "层"}
_LONGEST_FIRST = sorted(_SAME, key=len, reverse=True)
_QUANTITY = re.compile(
    r"(?P<number>\d+(?:,\d{3})*(?:\.\d+)?|[零〇一二两三四五六七八九十百千]+)"
    rf"(?P<gap>\s*)(?P<unit>{'|'.join(map(re.escape, _LONGEST_FIRST))})"
)
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_WEIGHTS = {"十": 10, "百": 100, "千": 1000}


@dataclass(frozen=True)
class Quantity:
    """A number with its unit; `number` and `unit` are as written."""

    value: Fraction
    number: str
    gap: str
    unit: str

    @property
    def kind(self) -> str:
        """The same for every way to write the unit."""
        return _SAME[unicodedata.normalize("NFKC", self.unit)]

    @property
    def is_chinese(self) -> bool:
        return self.number[0] in _DIGITS or self.number[0] in _WEIGHTS

    def with_value(self, value: Fraction) -> str | None:
        """Another value written like this one; None where it cannot be, as half a person."""
        if value <= 0 or (value.denominator > 1 and (self.is_chinese or self.kind in _COUNTED)):
            return None
        if not self.is_chinese:
            return f"{_decimal(value)}{self.gap}{self.unit}"
        word = "两" if value == 2 and self.kind not in _RANKED else chinese(int(value))
        return f"{word}{self.gap}{self.unit}" if word else None


def read_quantity(text: str) -> Quantity | None:
    """The quantity that a text is, and nothing else."""
    found = _QUANTITY.fullmatch(unicodedata.normalize("NFKC", text.strip()))
    if found is None:
        return None
    written = text.strip()
    number, gap = found["number"], found["gap"]
    return Quantity(_value(number), number, gap, written[len(number) + len(gap) :])


def forms_of(quantity: Quantity) -> list[str]:
    """The number as it may be typed into a blank: in digits, and as a word where that is short."""
    forms = [_decimal(quantity.value)]
    if quantity.value.denominator == 1 and (word := chinese(int(quantity.value))):
        forms.append(word)
        if word == "二":
            forms.append("两")
    return forms


def chinese(number: int) -> str | None:
    """A whole number from 1 to 999 in words."""
    if not 0 < number < 1000:
        return None
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    digits = "零一二三四五六七八九"
    words = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        words += ("" if tens == 1 and not hundreds else digits[tens]) + "十"
    elif ones and hundreds:
        words += "零"
    return words + (digits[ones] if ones else "")


def _value(number: str) -> Fraction:
    if number[0].isdigit():
        return Fraction(number.replace(",", ""))
    if not any(sign in _WEIGHTS for sign in number):
        return Fraction("".join(str(_DIGITS[sign]) for sign in number))
    total = digit = 0
    for sign in number:
        if sign in _WEIGHTS:
            total += (digit or 1) * _WEIGHTS[sign]
            digit = 0
        else:
            digit = _DIGITS[sign]
    return Fraction(total + digit)


def _decimal(value: Fraction) -> str:
    return f"{float(value):.4f}".rstrip("0").rstrip(".")
