"""Writes XML as text: escaped, indented by nobody, and the same for the same input. Pure."""

import re
from html import escape

# What XML 1.0 cannot hold, not even escaped. A carriage return would come back as a line feed.
_ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Raw(str):
    """A piece of finished XML."""


def element(tag: str, /, *content: str, **attributes: str) -> Raw:
    """An element; content that is not Raw is text.

    In the name of an attribute a trailing _ is dropped and __ stands for a colon.
    """
    made = "".join(
        f' {key.rstrip("_").replace("__", ":")}="{_attribute(value)}"'
        for key, value in attributes.items()
    )
    inner = "".join(each if isinstance(each, Raw) else text(each) for each in content)
    return Raw(f"<{tag}{made}>{inner}</{tag}>" if inner else f"<{tag}{made}/>")


def text(value: str) -> Raw:
    """Escaped text without the characters that XML cannot hold."""
    return Raw(escape(legal(value), quote=False))


def legal(value: str) -> str:
    """The text without the characters that XML cannot hold."""
    return _ILLEGAL.sub("", value)


def joined(*pieces: str) -> Raw:
    """Pieces one after the other, each on a line of its own."""
    return Raw("\n".join(each if isinstance(each, Raw) else text(each) for each in pieces))


def document(root: Raw) -> bytes:
    """A whole file."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}\n'.encode()


def _attribute(value: str) -> str:
    return escape(legal(value), quote=True).replace("\n", "&#10;").replace("\t", "&#9;")
