"""The rows of a roster → entries that make sense by themselves, and what is wrong with the rest.

Knows nothing of what is stored; `planning` compares the entries with that.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from accounts.models import EmploymentKind
from core.errors import N_
from teams.models import FindingLevel
from teams.roster import cells
from teams.roster.columns import Column
from teams.roster.files import Table
from teams.roster.findings import BadCell, Finding


@dataclass(slots=True)
class Entry:
    """What one row says about one person. None is a blank cell: keep what is stored."""

    row: int
    employee_no: str
    name: str
    team: tuple[str, ...] | None
    post: str | None
    kind: EmploymentKind | None
    employer: str | None
    id_number: str | None
    phone: str | None
    hired_on: date | None
    left_on: date | None


@dataclass
class CheckedRows:
    """The good entries in the order of the file, everything found, and the rows left out."""

    entries: list[Entry] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    bad_rows: set[int] = field(default_factory=set)
    row_count: int = 0


def check_rows(table: Table, *, today: date) -> CheckedRows:
    """Read every row below the header; duplicates inside the file are told on all their rows."""
    checked = CheckedRows(findings=list(table.findings))
    reader = _Reader(table, checked, today)
    for row, values in table.rows:
        if not _is_blank(values):
            checked.row_count += 1
            reader.read(row, values)
    reader.tell_duplicates()
    checked.entries = [entry for entry in reader.entries if entry.row not in checked.bad_rows]
    checked.findings.sort(key=lambda finding: (finding.row, finding.level.value))
    return checked


def _is_blank(values: list[Any]) -> bool:
    return all(value is None or (isinstance(value, str) and not value.strip()) for value in values)


class _Reader:
    """Reads the rows of one table and remembers what must be unique."""

    def __init__(self, table: Table, checked: CheckedRows, today: date) -> None:
        self.table = table
        self.header = table.header
        self.checked = checked
        self.today = today
        self.entries: list[Entry] = []
        self._by_number: dict[str, list[int]] = {}
        self._by_id_number: dict[str, list[Entry]] = {}

    def read(self, row: int, values: list[Any]) -> None:
        number = self._cell(row, values, Column.EMPLOYEE_NO, cells.employee_no, "", "")
        name = self._cell(row, values, Column.NAME, cells.name, number or "", "")
        who = (number or "", name or "")
        entry = Entry(
            row=row,
            employee_no=who[0],
            name=who[1],
            team=self._team(row, values, who),
            post=self._cell(row, values, Column.POST, cells.post, *who),
            kind=self._cell(row, values, Column.KIND, cells.kind, *who),
            employer=self._cell(row, values, Column.EMPLOYER, cells.employer, *who),
            id_number=self._cell(
                row,
                values,
                Column.ID_NUMBER,
                lambda value: cells.id_number(value, today=self.today),
                *who,
            ),
            phone=self._cell(row, values, Column.PHONE, cells.phone, *who),
            hired_on=self._cell(row, values, Column.HIRED_ON, cells.day, *who),
            left_on=self._cell(row, values, Column.LEFT_ON, cells.day, *who),
        )
        self._check_days(entry)
        if row in self.table.hidden:
            self._tell(FindingLevel.WARNING, entry, None, N_("这一行在表格里是隐藏的，也会导入"))
        if number:
            self._by_number.setdefault(number, []).append(row)
        if number and entry.id_number:
            self._by_id_number.setdefault(entry.id_number, []).append(entry)
        self.entries.append(entry)

    def _cell(
        self,
        row: int,
        values: list[Any],
        column: Column,
        read: Callable[[Any], Any],
        employee_no: str,
        name: str,
    ) -> Any:
        place = self.header.places.get(column)
        if place is None:
            return None
        try:
            return read(values[place] if place < len(values) else None)
        except BadCell as bad:
            self._refuse(row, self.header.label(column), bad, employee_no, name)
            return None

    def _team(self, row: int, values: list[Any], who: tuple[str, str]) -> tuple[str, ...] | None:
        levels = self.header.team_levels
        places = [self.header.places[level] for level in levels]
        try:
            return cells.team_path([values[p] if p < len(values) else None for p in places])
        except BadCell as bad:
            self._refuse(row, "、".join(map(self.header.label, levels)), bad, *who)
            return None

    def _check_days(self, entry: Entry) -> None:
        if entry.hired_on and entry.left_on and entry.left_on < entry.hired_on:
            self._tell(
                FindingLevel.ERROR,
                entry,
                Column.LEFT_ON,
                N_("离职日期 %(left)s 早于入职日期 %(hired)s"),
                left=entry.left_on.isoformat(),
                hired=entry.hired_on.isoformat(),
            )
        elif entry.left_on and entry.left_on > self.today:
            self._tell(
                FindingLevel.WARNING,
                entry,
                Column.LEFT_ON,
                N_("%(day)s 还没到，先不登记离职。到那天以后再导入一次"),
                day=entry.left_on.isoformat(),
            )
            entry.left_on = None

    def tell_duplicates(self) -> None:
        """Two rows of one person, or one ID number of two people: nobody knows which is right."""
        by_row = {entry.row: entry for entry in self.entries}
        for rows in self._by_number.values():
            for row in rows if len(rows) > 1 else ():
                self._tell(
                    FindingLevel.ERROR,
                    by_row[row],
                    Column.EMPLOYEE_NO,
                    N_("工号和第 %(rows)s 行相同，只留一行"),
                    rows=_others(rows, row),
                )
        for holders in self._by_id_number.values():
            numbers = {entry.employee_no for entry in holders}
            for entry in holders if len(numbers) > 1 else ():
                self._tell(
                    FindingLevel.ERROR,
                    entry,
                    Column.ID_NUMBER,
                    N_("身份证号和第 %(rows)s 行相同，工号却不同"),
                    rows=_others([other.row for other in holders], entry.row),
                )

    def _refuse(self, row: int, label: str, bad: BadCell, employee_no: str, name: str) -> None:
        self.checked.bad_rows.add(row)
        self.checked.findings.append(
            Finding(FindingLevel.ERROR, row, label, bad.msgid, bad.values, employee_no, name)
        )

    def _tell(
        self,
        level: FindingLevel,
        entry: Entry,
        column: Column | None,
        msgid: str,
        **values: Any,
    ) -> None:
        if level is FindingLevel.ERROR:
            self.checked.bad_rows.add(entry.row)
        label = self.header.label(column) if column else ""
        self.checked.findings.append(
            Finding(level, entry.row, label, msgid, values, entry.employee_no, entry.name)
        )


def _others(rows: list[int], row: int) -> str:
    others = [str(other) for other in rows if other != row]
    return "、".join(others[:5]) + ("…" if len(others) > 5 else "")
