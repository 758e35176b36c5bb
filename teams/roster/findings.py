"""What is said about a file, a row or a cell of a roster, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from teams.models import FindingLevel


@dataclass(frozen=True)
class Finding:
    """One remark; row 0 is the file as a whole. `msgid` is translated where it is shown."""

    level: FindingLevel
    row: int
    column: str
    msgid: str
    values: Mapping[str, Any] = field(default_factory=dict)
    employee_no: str = ""
    name: str = ""


class BadCell(Exception):
    """A cell, or what it stands for, that cannot be taken in; says why and what to do."""

    def __init__(self, msgid: str, **values: Any) -> None:
        self.msgid = msgid
        self.values = values
        super().__init__(msgid % values if values else msgid)
