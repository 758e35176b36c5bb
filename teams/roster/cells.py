"""What one cell of a roster says, whatever Excel made of it. Pure; raises BadCell with a reason."""

import re
from datetime import date, datetime, timedelta

from accounts import id_numbers
from accounts.models import EmploymentKind
from core.errors import N_
from teams.roster.findings import BadCell

LONGEST_EMPLOYEE_NO = 40
LONGEST_NAME = 80
LONGEST_TEAM = 120
LONGEST_POST = 80
LONGEST_EMPLOYER = 120

# Whole numbers beyond this have lost digits in a spreadsheet.
MOST_EXACT = 10**15
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")
_QUOTED_FORMULA = re.compile(r'="([^"]*)"')
_ERROR_VALUE = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|####*)", re.I)
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+", re.I)
_EMPLOYEE_NO = re.compile(r"[A-Za-z0-9一-鿿][A-Za-z0-9一-鿿_./-]*")
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[·. '’-])*")
_DOTS = re.compile(r"[•‧∙・･●.．。]")
_HAN = "㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff"
_GAP_IN_HAN = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ][\d:.]*)?")
_SHORT_YEAR = re.compile(r"\d{1,2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
_PATH_MARKS = re.compile(r"\s*[/\\>→|＞]\s*")
EARLIEST = date(1940, 1, 1)

KINDS: dict[EmploymentKind, str] = {
    EmploymentKind.EMPLOYEE: "正式 正式工 正式员工 合同工 合同制 劳动合同 合同制员工 在编 在册 "
    "本企业 自有 自有员工 固定工 全民 集体 直签 员工 职工 试用 试用期 全日制 企业员工",
    EmploymentKind.DISPATCHED_WORKER: "劳务派遣 派遣 派遣工 劳务派遣工 劳务工 派遣制 派遣员工 劳务",
    EmploymentKind.CONTRACTOR: "承包商 外包 外包工 劳务外包 业务外包 外协 外协工 相关方 承包 "
    "承包商人员 外包人员 外委",
    EmploymentKind.INTERN: "实习 实习生 实习学生 实习生产 顶岗实习 见习 学徒",
}
_KIND = {word: kind for kind, words in KINDS.items() for word in words.split()}


def plain(value: object) -> str:
    """A cell as trimmed half-width text; an Excel error or a formula is refused."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float | int):
        return _number(float(value))
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    text = _INVISIBLE.sub("", str(value).translate(_FULL_WIDTH)).strip().lstrip("'‘’`").strip()
    if text.startswith("="):
        quoted = _QUOTED_FORMULA.fullmatch(text)
        if quoted is None:
            raise BadCell(N_("这一格是公式，改成值再导入"))
        return quoted[1].strip()
    if _ERROR_VALUE.fullmatch(text):
        raise BadCell(N_("这一格是 Excel 的错误值 %(value)s，改成正确的值"), value=text)
    return text


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < MOST_EXACT else repr(value)


def _must_not_be_longer(text: str, longest: int) -> str:
    if len(text) > longest:
        raise BadCell(N_("太长，最多 %(most)s 个字"), most=longest)
    return text


def employee_no(value: object) -> str:
    """An employee number; a number that Excel has rounded or cut is refused."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        number = float(value)
        if not number.is_integer() or not 0 <= number < MOST_EXACT:
            raise BadCell(N_("被 Excel 当成了数，位数已经丢了。把这一列的格式改成文本，重填"))
    if isinstance(value, datetime | date):
        raise BadCell(N_("被 Excel 当成了日期。把这一列的格式改成文本，重填"))
    text = plain(value).replace(" ", "")
    if not text:
        raise BadCell(N_("没有工号"))
    if _SCIENTIFIC.fullmatch(text) and "+" in text:
        raise BadCell(N_("被 Excel 当成了数，位数已经丢了。把这一列的格式改成文本，重填"))
    text = re.sub(r"^([0-9]+)\.0$", r"\1", text)
    _must_not_be_longer(text, LONGEST_EMPLOYEE_NO)
    if not _EMPLOYEE_NO.fullmatch(text):
        raise BadCell(N_("工号只能有字母、数字和 - _ . /"))
    return text


def name(value: object) -> str:
    """A person's name; blanks between 汉字 are for looks and go."""
    text = " ".join(plain(value).split())
    if not text:
        raise BadCell(N_("没有姓名"))
    text = _GAP_IN_HAN.sub("", text)
    if re.search(rf"[{_HAN}]", text):
        text = _DOTS.sub("·", text)
    _must_not_be_longer(text, LONGEST_NAME)
    if re.search(r"\d", text):
        raise BadCell(N_("姓名里有数字"))
    if not _NAME.fullmatch(text):
        raise BadCell(N_("姓名里有不该有的符号"))
    return text


def team_path(values: list[object]) -> tuple[str, ...] | None:
    """The names from top to bottom out of one or more cells; None when all are blank."""
    names: list[str] = []
    for value in values:
        for part in _PATH_MARKS.split(plain(value)):
            part = _GAP_IN_HAN.sub("", " ".join(part.split()))
            if part and part not in {"-", "—", "无"}:
                names.append(_must_not_be_longer(part, LONGEST_TEAM))
    return tuple(names) or None


def post(value: object) -> str | None:
    """The name of a post, or None."""
    text = _GAP_IN_HAN.sub("", " ".join(plain(value).split()))
    return _must_not_be_longer(text, LONGEST_POST) or None


def employer(value: object) -> str | None:
    """The firm that sent the person, or None."""
    text = " ".join(plain(value).split())
    return _must_not_be_longer(text, LONGEST_EMPLOYER) or None


def kind(value: object) -> EmploymentKind | None:
    """How the person belongs to the enterprise, or None."""
    text = "".join(plain(value).split())
    if not text:
        return None
    found = _KIND.get(text)
    if found is None:
        raise BadCell(
            N_("不认识的用工形式“%(value)s”。写 正式、劳务派遣、承包商 或 实习"), value=text[:20]
        )
    return found


def id_number(value: object, *, today: date) -> str | None:
    """An ID number with a right check digit, or None."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        raise BadCell(N_("被 Excel 当成了数，后几位已经丢了。把这一列的格式改成文本，重填"))
    text = id_numbers.normalise(plain(value))
    if not text:
        return None
    if _SCIENTIFIC.fullmatch(text):
        raise BadCell(N_("被 Excel 当成了数，后几位已经丢了。把这一列的格式改成文本，重填"))
    problem = id_numbers.problem_of(text, today=today)
    if problem is not None:
        raise BadCell(problem)
    return text


def phone(value: object) -> str | None:
    """A mobile or office number, digits and hyphens only, or None."""
    text = re.sub(r"[\s()]", "", plain(value))
    if not text:
        return None
    text = re.sub(r"^(\+?86-?)(?=1\d{10}$|1\d{2}-)", "", text)
    digits = text.replace("-", "")
    if re.fullmatch(r"1[3-9]\d{9}", digits):
        return digits
    if re.fullmatch(r"1\d{9,}", digits) or not re.fullmatch(r"[0-9-]{3,20}", text):
        raise BadCell(N_("电话号码不对。手机号 11 位，座机写成 0512-68001234"))
    return text


def day(value: object) -> date | None:
    """A day, from a date cell, a serial number or any usual spelling, or None."""
    if isinstance(value, datetime):
        return _sensible(value.date())
    if isinstance(value, date):
        return _sensible(value)
    if isinstance(value, float | int) and not isinstance(value, bool):
        number = int(value)
        if 14_000 <= number <= 80_000:
            return _sensible(date(1899, 12, 30) + timedelta(days=number))
        value = _number(float(value))
    text = plain(value)
    if text in {"", "-", "—", "/", "无"}:
        return None
    compact = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
    found = compact or _DATE.fullmatch(text)
    if found is None:
        if re.fullmatch(r"\d{5}(\.\d+)?", text):
            return day(float(text))
        if _SHORT_YEAR.fullmatch(text):
            raise BadCell(N_("年份要写 4 位，如 2024-03-01"))
        raise BadCell(N_("看不懂的日期“%(value)s”。写成 2024-03-01"), value=text[:20])
    try:
        return _sensible(date(int(found[1]), int(found[2]), int(found[3])))
    except ValueError:
        raise BadCell(N_("没有 %(value)s 这一天"), value=text[:20]) from None


def _sensible(found: date) -> date:
    if not EARLIEST <= found <= date(2100, 1, 1):
        raise BadCell(N_("日期 %(value)s 不合常理"), value=found.isoformat())
    return found
