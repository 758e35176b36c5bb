"""Damaged copies of sound files, always the same for the same seed."""

import io
import random
import zipfile
from collections.abc import Callable, Iterator

ODD = (
    *"｛｝＝～＃：；，。（）【】√×ＡＢ１２．、①⑴⒈㈠\u3000\u00a0\u200b\ufeff\u2028\x00\x07\t\\~=#{}%*_|<>&\"'",
    *("答案：", "解析：", "A.", "1.", "1-5 ABCDE", "####", "::", "->", "$CATEGORY: a/b", "[html]"),
    *(
        "ANSWER: B",
        "参考答案",
        "一、单选题",
        "我的答案：",
        "=1+1",
        "____",
        "(A)",
        "\r",
        "\r\n",
        "\n\n",
    ),
    *(
        "<b>",
        "&nbsp;",
        "![](x)",
        "%50%",
        "%-33.33%",
        "1e999",
        "９" * 30,
        "\U0001f525",
        "\U000f0041",
    ),
)
XML_ODD = (
    b"<w:p>",
    b"</c>",
    b'r="ZZZ9999999"',
    b't="s"',
    b"&amp;",
    b"<!DOCTYPE a>",
    b"\xff",
    b"9" * 40,
)


def damaged_texts(text: str, count: int, *, seed: int) -> Iterator[bytes]:
    """Copies of a text with lines and characters lost, doubled, moved or replaced."""
    chance = random.Random(seed)
    for _ in range(count):
        made = text
        for _time in range(chance.randint(1, 4)):
            made = chance.choice(_TEXT_WAYS)(made, chance)
        data = made.encode(chance.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16")), "replace")
        if chance.random() < 0.15:
            data = _bytes_way(data, chance)
        yield data


def damaged_archives(data: bytes, count: int, *, seed: int) -> Iterator[bytes]:
    """Copies of a zip file with a member damaged inside, or with the whole damaged outside."""
    chance = random.Random(seed)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    # Nearly everything that is read lies in these.
    inner = [name for name in members if name.endswith((".xml", ".rels"))]
    for _ in range(count):
        if chance.random() < 0.2:
            yield _bytes_way(data, chance)
            continue
        changed = dict(members)
        for _time in range(chance.randint(1, 3)):
            name = chance.choice(inner)
            changed[name] = _xml_way(changed[name], chance)
        if chance.random() < 0.1:
            changed.pop(chance.choice(inner))
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as made:
            for name, content in changed.items():
                made.writestr(name, content)
        yield target.getvalue()


def _lose_line(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    lines.pop(chance.randrange(len(lines)))
    return "\n".join(lines) or text


def _double_line(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    lines.insert(chance.randrange(len(lines)), chance.choice(lines))
    return "\n".join(lines)


def _swap_lines(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return "\n".join(lines)


def _insert(text: str, chance: random.Random) -> str:
    place = chance.randint(0, len(text))
    return text[:place] + chance.choice(ODD) + text[place:]


def _replace(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    return text[:place] + chance.choice(ODD) + text[place + 1 :]


def _cut(text: str, chance: random.Random) -> str:
    start = chance.randrange(len(text))
    return text[:start] + text[start + chance.randint(1, 40) :] or text


def _stop(text: str, chance: random.Random) -> str:
    return text[: chance.randint(1, len(text))]


_TEXT_WAYS: tuple[Callable[[str, random.Random], str], ...] = (
    _lose_line,
    _double_line,
    _swap_lines,
    _insert,
    _insert,
    _replace,
    _cut,
    _stop,
)


def _xml_way(data: bytes, chance: random.Random) -> bytes:
    way = chance.randrange(5)
    if way == 0:
        return _bytes_way(data, chance)
    place = chance.randrange(len(data) or 1)
    if way == 1:
        return data[:place] + chance.choice(XML_ODD) + data[place:]
    # Damage that stays well-formed: a value or a text between tags.
    start = data.find(b'="', place) if way in (2, 3) else data.find(b">", place)
    if start < 0:
        return data
    start += 2 if way in (2, 3) else 1
    end = min(
        each for each in (data.find(b'"', start), data.find(b"<", start), len(data)) if each >= 0
    )
    values = (b"", b"-1", b"999999999999", b"x", b"\xe4\xba\x94", b"1", b"0", b"TRUE", b"A1:ZZ9")
    return data[:start] + chance.choice(values) + data[end:]


def _bytes_way(data: bytes, chance: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        if made:
            made[chance.randrange(len(made))] = chance.randrange(256)
    return bytes(made[: chance.randint(1, len(made))]) if chance.random() < 0.3 else bytes(made)
