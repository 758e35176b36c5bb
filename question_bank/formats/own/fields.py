"""Reads the fields of a JSON object strictly and says of each fault where it is. Pure."""

from collections.abc import Mapping
from enum import Enum
from fractions import Fraction
from typing import Any, TypeVar

E = TypeVar("E", bound=Enum)

_MISSING = object()
_MOST_DIGITS = 40


class Fields:
    """One object of the file; every key must be asked for, or it is told as unknown."""

    def __init__(self, data: object, where: str, faults: list[str]) -> None:
        self.where = where
        self.faults = faults
        self.data: Mapping[str, Any] = data if isinstance(data, dict) else {}
        self.asked: set[str] = set()
        if not isinstance(data, dict):
            self._fault("", "应是一个对象 { … }")

    def text(self, key: str, default: str | None = None) -> str:
        value = self._value(key, default)
        if isinstance(value, str):
            return value
        self._fault(key, "应是文字" if value is not _MISSING else "没有写")
        return ""

    def text_or_none(self, key: str) -> str | None:
        value = self._value(key, None)
        if value is None or isinstance(value, str):
            return value
        self._fault(key, "应是文字或 null")
        return None

    def truth(self, key: str) -> bool:
        value = self._value(key, _MISSING)
        if isinstance(value, bool):
            return value
        self._fault(key, "应是 true 或 false" if value is not _MISSING else "没有写")
        return False

    def whole(self, key: str, *, low: int, high: int, default: object = _MISSING) -> int:
        value = self._value(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self._fault(key, f"应是 {low} 到 {high} 的整数" if value is not _MISSING else "没有写")
        return low

    def whole_or_none(self, key: str, *, low: int, high: int) -> int | None:
        if self._value(key, None) is None:
            return None
        return self.whole(key, low=low, high=high)

    def fraction_or_none(self, key: str) -> Fraction | None:
        value = self._value(key, None)
        if value is None:
            return None
        found = exact(value)
        if found is None:
            self._fault(key, '应是写成文字的数，例如 "50" 或 "100/3"')
        return found

    def one_of(self, key: str, kind: type[E], default: E | None = None) -> E:
        value = self._value(key, _MISSING if default is None else default.value)
        for member in kind:
            if member.value == value:
                return member
        if value is _MISSING:
            self._fault(key, "没有写")
        else:
            known = "、".join(str(member.value) for member in kind)
            self._fault(key, f"“{str(value)[:40]}”不认识，可以写：{known}")
        return default or next(iter(kind))

    def one_of_or_none(self, key: str, kind: type[E]) -> E | None:
        return None if self._value(key, None) is None else self.one_of(key, kind)

    def items(self, key: str, *, most: int = 1000, required: bool = False) -> list[Any]:
        value = self._value(key, _MISSING if required else [])
        if isinstance(value, list) and len(value) <= most:
            return value
        if value is _MISSING:
            self._fault(key, "没有写")
        else:
            self._fault(key, f"应是最多 {most} 项的列表 [ … ]")
        return []

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        values = self.items(key, required=required)
        if all(isinstance(value, str) for value in values):
            return tuple(values)
        self._fault(key, "每一项都应是文字")
        return ()

    def objects(self, key: str, *, required: bool = False) -> "list[Fields]":
        return [
            Fields(value, f"{self._place(key)}[{number}]", self.faults)
            for number, value in enumerate(self.items(key, required=required), start=1)
        ]

    def object_or_none(self, key: str) -> "Fields | None":
        value = self._value(key, None)
        return None if value is None else Fields(value, self._place(key), self.faults)

    def mapping(self, key: str) -> dict[str, str]:
        value = self._value(key, {})
        if isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
            return dict(value)
        self._fault(key, "应是文字到文字的对象")
        return {}

    def done(self) -> None:
        """Tell every key that nobody asked for."""
        for key in self.data:
            if key not in self.asked:
                self._fault(str(key)[:40], "不认识这个键")

    def fault(self, key: str, message: str) -> None:
        """Tell what else is wrong with a field."""
        self._fault(key, message)

    def _value(self, key: str, default: object) -> Any:
        self.asked.add(key)
        return self.data.get(key, default)

    def _fault(self, key: str, message: str) -> None:
        self.faults.append(f"{self._place(key)} {message}")

    def _place(self, key: str) -> str:
        return f"{self.where}.{key}" if key else self.where


def exact(value: object) -> Fraction | None:
    """A number written as text, None for anything else."""
    if not isinstance(value, str) or len(value) > _MOST_DIGITS or "e" in value.lower():
        return None
    try:
        return Fraction(value)
    except (ValueError, ZeroDivisionError):
        return None
