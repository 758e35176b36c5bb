"""Domain errors, with no HTTP in them; the border turns them into pages in one's language."""

from dataclasses import dataclass

from core.mends import Mend


def N_(msgid: str) -> str:
    """Mark a sentence for translation where no request is at hand."""
    return msgid


class DomainError(Exception):
    """Something that a person can understand and act on; `msgid` is translated at the border."""

    def __init__(self, msgid: str = "", **values: object) -> None:
        self.msgid = msgid
        self.values = values
        super().__init__(msgid % values if values else msgid)


class NotFound(DomainError):
    """It does not exist, or it is not yours and you need not know that it does."""


class Forbidden(DomainError):
    """It exists and you may know so, but you may not do this."""


class Conflict(DomainError):
    """What was asked contradicts what is stored; the message says what to do."""


class Unreadable(Conflict):
    """A file that cannot be read at all; the message says why and what to do."""


ERROR = "错误"
WARNING = "警告"
HINT = "提示"


@dataclass(frozen=True)
class Problem:
    """One finding in a file: where, how bad, what is wrong and how to mend it.

    `mend` is the change to the text where only one is meant by `fix`.
    """

    path: str
    line: int
    column: int
    level: str
    code: str
    message: str
    fix: str
    mend: Mend | None = None

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}"
        return f"{place} {self.level} {self.code} {self.message} → {self.fix}"

    @property
    def is_error(self) -> bool:
        return self.level == ERROR


class InvalidContent(DomainError):
    """A file that cannot be taken in; `problems` holds everything found in it, by line."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
