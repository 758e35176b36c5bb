"""How much one import may hold; beyond it the file as a whole is refused."""

from core.errors import N_, Conflict

MOST_BYTES = 20 * 1024 * 1024
MOST_ITEMS = 20_000


def check_count(count: int) -> None:
    """Raise Conflict when a file holds more items than one import may."""
    if count > MOST_ITEMS:
        raise Conflict(N_("超过 %(most)s 道题。分成几个文件导入"), most=MOST_ITEMS)


def check_size(data: bytes) -> None:
    """Raise Conflict for a file that is empty or too large."""
    if not data:
        raise Conflict(N_("文件是空的"))
    if len(data) > MOST_BYTES:
        raise Conflict(N_("文件超过 %(mb)s MB。分成几个文件导入"), mb=MOST_BYTES // 1024 // 1024)
