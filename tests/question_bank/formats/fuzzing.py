"""How many damaged files of each format are tried, and what they may cost.

`make test` tries a few; `SOAK=1` (make soak) tries 20,000 in all, each the same for the same seed.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SEED = 20261121
SOAK_FILES = {
    "gift": 3000,
    "aiken": 3000,
    "text": 3000,
    "xlsx": 2500,
    "docx": 1500,
    "moodle-xml": 2000,
    "qti": 2000,
    "markdown": 1500,
    "json": 1500,
}
IS_SOAK = os.environ.get("SOAK") == "1"
FILES = SOAK_FILES if IS_SOAK else dict.fromkeys(SOAK_FILES, 200)
# Every so many of them are also taken over into a bank.
COMMITTED = 5 if IS_SOAK else 20
MOST_MEMORY_MB = 300
_STATUS = Path("/proc/self/status")


@contextmanager
def bounded_memory() -> Iterator[None]:
    """Fail when what is done within needs more than an import may, above what was there before."""
    if not _STATUS.exists():
        pytest.skip("only Linux tells the peak of a stretch of work")
    # Lets the peak begin anew at what is in use now.
    Path("/proc/self/clear_refs").write_text("5")
    before = _peak_mb()
    yield
    grown = _peak_mb() - before
    print(f"memory: {grown} MB above {before} MB")
    assert grown < MOST_MEMORY_MB


def _peak_mb() -> int:
    return int(_STATUS.read_text().split("VmHWM:")[1].split()[0]) // 1024
