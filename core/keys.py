"""The installation's key files: made once with mode 0600, never shown, never in the database."""

import os
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.chance import SeedSource

SESSION_KEY = "session.key"
ID_NUMBER_KEY = "id-number.key"


def load_or_make(directory: Path, name: str, seeds: SeedSource) -> str:
    """The text of a key file, made on first use; refuses one that others can read."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = directory / name
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(handle, "w") as file:
            file.write(seeds.token() + "\n")
            file.flush()
            os.fsync(file.fileno())
    if path.stat().st_mode & 0o077:
        raise PermissionError(f"{path}：别人也能读。改成只有本用户可读写（chmod 600）")
    key = path.read_text().strip()
    if len(key) < 32:
        raise PermissionError(f"{path}：内容不完整。从备份恢复这个文件")
    return key


@lru_cache(maxsize=32)
def derive(key: str, purpose: str, *, length: int = 32) -> bytes:
    """A key for one purpose out of a key file's text, so that no two purposes share one."""
    return HKDF(SHA256(), length, salt=None, info=f"shanggang {purpose}".encode()).derive(
        key.encode()
    )
