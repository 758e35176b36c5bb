"""Pure decisions about numbers and codes as typed, guessing, passwords, and where to go next."""

import hashlib
import hmac
import ipaddress
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from core.errors import N_

# Guessing. One person at one address has five tries; then the wait that the page announces.
TRIES = 5
SPAN = timedelta(minutes=15)
WAIT = timedelta(minutes=15)
# Guessing at one account from many addresses is slowed, not locked: one more try every few minutes.
ACCOUNT_CEILING = 20
SLOW_WAIT = timedelta(minutes=5)
# A gate with a thousand people behind it has many failures too, but more successes: an address is
# judged by its share, and only once there are enough failures to tell.
ADDRESS_LEAST_FAILURES = 50
ADDRESS_FAILURES_PER_SUCCESS = 2

CODE_LENGTH = 10
CODE_HOURS = 72
CODE_TRIES = 5

# A card code is typed on a keypad at a registered terminal, so it is digits and few of them: five
# guesses at 10^6 before it burns.
CARD_LENGTH = 6
# How long a terminal's session lives by itself, and after the end of a sitting. While a sitting
# runs it lives as long as that one may be answered and delivered.
TERMINAL_HOURS = 1
TERMINAL_REST = timedelta(minutes=15)

PASSWORD_LEAST = 10
PASSWORD_LEAST_MIXED = 8
PASSWORD_MOST = 128
KEYBOARD_ROWS = ("1234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")

_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Edg", "Edge"),
    ("HuaweiBrowser", "华为浏览器"),
    ("MiuiBrowser", "小米浏览器"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


class CounterKind(Enum):
    """What a row of sign-in results counts: one person at one address, a person, an address."""

    PAIR = "pair"
    ACCOUNT = "account"
    ADDRESS = "address"


class Purpose(Enum):
    """What is being tried; each has its own counters, so that one does not use up the other."""

    PASSWORD = "password"
    ACTIVATION = "activation"
    CARD = "card"


@dataclass(frozen=True)
class Subjects:
    """Keyed hashes under which one try is counted; they name nobody."""

    pair: str
    account: str
    address: str


@dataclass(frozen=True)
class Tally:
    """What happened in the minute that began at `at`."""

    at: datetime
    failed: int
    succeeded: int


def normalise_employee_no(text: str) -> str:
    """An employee number as stored: half-width, without blanks of any kind."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text))


def normalise_password(text: str) -> str:
    """A password as hashed: half-width, since a Chinese keyboard may type either width."""
    return unicodedata.normalize("NFKC", text)


def normalise_code(text: str) -> str:
    """An activation code as hashed: half-width capitals, without blanks and hyphens."""
    return re.sub(r"[-‐-―_]", "", normalise_employee_no(text)).upper()


def show_code(code: str) -> str:
    """ABCDE-FGHJK, easier to read aloud."""
    return f"{code[: CODE_LENGTH // 2]}-{code[CODE_LENGTH // 2 :]}"


def code_hash(user_id: int, code: str) -> str:
    """What the database keeps of an activation code.

    A fast hash is enough: 49 bits of chance, bound to the person, worthless after one use, five
    wrong tries or three days.
    """
    return hashlib.sha256(f"activation:{user_id}:{normalise_code(code)}".encode()).hexdigest()


def show_card(code: str) -> str:
    """123 456, easier to read aloud."""
    return f"{code[: CARD_LENGTH // 2]} {code[CARD_LENGTH // 2 :]}"


def card_hash(user_id: int, code: str, *, key: bytes) -> str:
    """What the database keeps of a card code: keyed, since a million digits are soon tried."""
    text = f"card:{user_id}:{normalise_code(code)}".encode()
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def token_hash(token: str) -> str:
    """What the database keeps of a session's token, which is 256 bits of chance."""
    return hashlib.sha256(token.encode()).hexdigest()


def subjects_of(employee_no: str, address: str, purpose: Purpose, *, key: bytes) -> Subjects:
    """Under which hashes a try is counted, whether or not the number exists."""
    who = normalise_employee_no(employee_no).casefold()
    place = address_group(address)

    def keyed(*parts: str) -> str:
        text = "\n".join((purpose.value, *parts)).encode()
        return hmac.new(key, text, hashlib.sha256).hexdigest()

    return Subjects(
        pair=keyed("pair", who, place),
        account=keyed("account", who),
        address=keyed("address", place),
    )


def address_group(address: str) -> str:
    """The address to count under: IPv6 by its /64, since one device may use all of that."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    mapped = ipaddress.IPv6Address(found).ipv4_mapped
    return str(mapped or ipaddress.ip_network(f"{found}/64", strict=False))


def bucket_of(at: datetime) -> datetime:
    """The beginning of the minute."""
    return at.replace(second=0, microsecond=0)


def failures_in_span(tallies: Sequence[Tally], *, until: datetime) -> int:
    """Failures in the 15 minutes that end at a moment."""
    return sum(tally.failed for tally in tallies if until - SPAN < tally.at <= until)


def waits_until(
    tallies: Sequence[Tally], *, limit: int, wait: timedelta, now: datetime
) -> datetime | None:
    """Until when no further try is taken: `wait` from the failure that reached the limit."""
    failures = [tally.at for tally in tallies if tally.failed]
    if not failures:
        return None
    newest = max(failures)
    ends = newest + wait
    if now < ends and failures_in_span(tallies, until=newest) >= limit:
        return ends
    return None


def address_waits_until(tallies: Sequence[Tally], *, now: datetime) -> datetime | None:
    """Until when an address waits: only if failures are many and outnumber successes by far."""
    recent = [tally for tally in tallies if now - SPAN < tally.at <= now]
    failed = sum(tally.failed for tally in recent)
    succeeded = sum(tally.succeeded for tally in recent)
    if failed < ADDRESS_LEAST_FAILURES or failed <= ADDRESS_FAILURES_PER_SUCCESS * succeeded:
        return None
    ends = max(tally.at for tally in recent if tally.failed) + SLOW_WAIT
    return ends if now < ends else None


def minutes_until(ends: datetime, *, now: datetime) -> int:
    """Whole minutes still to wait, rounded up and at least one."""
    return max(1, -(-(ends - now) // timedelta(minutes=1)))


def password_problem(
    password: str, *, names: Sequence[str | None], common: frozenset[str]
) -> str | None:
    """What is wrong with a new password, as a sentence to translate, or None.

    `names` are the words that others know of the person: number, name, its pinyin, phone.
    Length first, as it is what helps; then what a colleague or a list would try.
    """
    plain = password.casefold()
    if len(password) > PASSWORD_MOST:
        return N_("密码最多 128 个字符，改短一点")
    if len(password) < PASSWORD_LEAST_MIXED:
        return N_("密码太短。至少 10 个字符；字母和数字都有的，至少 8 个")
    if len(password) < PASSWORD_LEAST and len(_kinds(password)) < 2:
        return N_("再长一点：至少 10 个字符，或者字母和数字都有的 8 个")
    known = {re.sub(r"\s", "", word).casefold() for word in names if word}
    if any(len(word.encode()) >= 4 and word in plain for word in known):
        return N_("密码里不要有自己的工号、姓名或电话，别人会先试这些")
    if len(set(plain)) < 4 or _is_run(plain):
        return N_("这个密码太好猜，像 12345678 或 aaaa1111。换一个没有规律的")
    if plain in common or plain.rstrip("!@#$%^&*.,?_-~") in common:
        return N_("这是很多人都在用的密码，最先被试。换一个")
    return None


def _kinds(password: str) -> set[str]:
    def kind(character: str) -> str:
        if character.isdigit():
            return "digit"
        return "letter" if character.isalpha() else "sign"

    return {kind(character) for character in password}


def _is_run(text: str) -> bool:
    """Whether the text is one stretch of a keyboard row, the alphabet or the digits."""
    rows = [row * 2 for row in KEYBOARD_ROWS]
    return any(text in row or text[::-1] in row for row in rows)


def browser_name(user_agent: str | None) -> str:
    """`Chrome · Android`: enough to tell one's own phone from a stranger's computer."""
    text = user_agent or ""
    browser = next((name for mark, name in _BROWSERS if mark in text), "")
    system = next((name for mark, name in _SYSTEMS if mark in text), "")
    return " · ".join(part for part in (browser, system) if part)


def local_path(target: str | None) -> str:
    """Where to go next: a path on this server, or the front page for anything else.

    Browsers drop tabs and line ends from an address and read a backslash as a slash, so a target
    with any of these is refused.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return "/"
    if "\\" in target or any(ord(character) < 33 or ord(character) == 127 for character in target):
        return "/"
    return target
