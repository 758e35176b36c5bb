"""What a reader of files says, in Chinese at once and in another language where it is shown.

A sentence is its Chinese text, so that whoever only prints it need not know more; it remembers
the msgid and the values from which the border makes it again.
"""

from collections.abc import Mapping
from typing import Any


class Sentence(str):
    """A Chinese sentence with what it was made of."""

    msgid: str
    values: Mapping[str, Any]

    __slots__ = ("msgid", "values")


def say(msgid: str, **values: Any) -> Sentence:
    """The sentence of a msgid; a sentence as it is. Values are what JSON can hold, or sentences."""
    if isinstance(msgid, Sentence):
        return msgid
    made = Sentence(msgid % values if values else msgid)
    made.msgid, made.values = msgid, values
    return made


def as_data(sentence: str) -> dict[str, Any]:
    """A sentence as plain data."""
    said = say(sentence)
    values = {
        name: as_data(value) if isinstance(value, Sentence) else value
        for name, value in said.values.items()
    }
    return {"msgid": said.msgid, "values": values}


def from_data(data: Mapping[str, Any]) -> Sentence:
    """The sentence that was told as plain data."""
    values = {
        name: from_data(value) if isinstance(value, dict) else value
        for name, value in data["values"].items()
    }
    return say(data["msgid"], **values)
