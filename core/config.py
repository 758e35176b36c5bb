"""Settings, read once from the environment and validated; no secret has a default."""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ROOT = Path(__file__).resolve().parent.parent
LIBRARY_DIR = ROOT / "content"


class SettingError(Exception):
    """A setting that cannot be used; names it, says why and what to write instead."""

    def __init__(self, name: str, value: str, fix: str) -> None:
        self.name = name
        super().__init__(f"设置 {name}={value!r} 不能用：{fix}")


@dataclass(frozen=True)
class Config:
    """Everything that differs between one installation and another; see docs/settings.md."""

    host: str
    port: int
    database_url: str
    data_dir: Path
    content_dir: Path
    public_url: str
    trusted_proxies: int
    sample: bool
    time_zone: ZoneInfo
    web_workers: int
    web_threads: int
    session_hours: int
    upload_limit_mb: int
    log_level: str

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def uploads_dir(self) -> Path:
        return self.data_dir / "uploads"

    @property
    def keys_dir(self) -> Path:
        return self.data_dir / "keys"

    @property
    def jobs_path(self) -> Path:
        return self.data_dir / "jobs.sqlite3"


def _whole(env: Mapping[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    text = env.get(name, "").strip() or str(default)
    if not text.isdecimal() or not lowest <= int(text) <= highest:
        raise SettingError(name, text, f"要写 {lowest} 到 {highest} 的整数")
    return int(text)


def _switch(env: Mapping[str, str], name: str, default: bool) -> bool:
    text = env.get(name, "").strip()
    if text not in {"", "0", "1"}:
        raise SettingError(name, text, "要写 1（开）或 0（关）")
    return default if text == "" else text == "1"


def _public_url(env: Mapping[str, str], host: str, port: int) -> str:
    text = env.get("PUBLIC_URL", "").strip().rstrip("/")
    if not text:
        shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host
        return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise SettingError("PUBLIC_URL", text, "要写完整地址，如 https://anquan.example.com")
    return text


def _zone(env: Mapping[str, str]) -> ZoneInfo:
    text = env.get("TIME_ZONE", "").strip() or "Asia/Shanghai"
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingError("TIME_ZONE", text, "要写时区名，如 Asia/Shanghai") from None


def _database_url(env: Mapping[str, str], data_dir: Path) -> str:
    text = env.get("DATABASE_URL", "").strip() or f"sqlite:///{data_dir / 'shanggang.sqlite3'}"
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingError(
            "DATABASE_URL", text.split("://")[0], "要以 sqlite:/// 或 postgresql+psycopg:// 开头"
        )
    return text


def load(env: Mapping[str, str] = os.environ) -> Config:
    """Read and check every setting; raises SettingError naming the first that cannot be used."""
    host = env.get("HOST", "").strip() or "127.0.0.1"
    port = _whole(env, "PORT", 8000, 1, 65535)
    data_dir = Path(env.get("DATA_DIR", "").strip() or ROOT / "var").expanduser().resolve()
    content_dir = Path(env.get("CONTENT_DIR", "").strip() or data_dir / "content").expanduser()
    log_level = env.get("LOG_LEVEL", "").strip().upper() or "INFO"
    if log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise SettingError("LOG_LEVEL", log_level, "要写 DEBUG、INFO、WARNING 或 ERROR")
    return Config(
        host=host,
        port=port,
        database_url=_database_url(env, data_dir),
        data_dir=data_dir,
        content_dir=content_dir.resolve(),
        public_url=_public_url(env, host, port),
        trusted_proxies=_whole(env, "TRUSTED_PROXIES", 0, 0, 5),
        sample=_switch(env, "SAMPLE", True),
        time_zone=_zone(env),
        web_workers=_whole(env, "WEB_WORKERS", 2, 1, 64),
        web_threads=_whole(env, "WEB_THREADS", 8, 1, 128),
        session_hours=_whole(env, "SESSION_HOURS", 14, 9, 168),
        upload_limit_mb=_whole(env, "UPLOAD_LIMIT_MB", 20, 1, 500),
        log_level=log_level,
    )
