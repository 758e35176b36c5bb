"""Settings are checked at start, and a bad one is named with what to write instead."""

import pytest

from core import config


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("SAMPLE", "yes"),
        ("PUBLIC_URL", "anquan.example.com"),
        ("TIME_ZONE", "Mars/Base"),
        ("DATABASE_URL", "mysql://x"),
        ("WEB_WORKERS", "0"),
        ("SESSION_HOURS", "1"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_bad_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(config.SettingError, match=name):
        config.load({name: value})


def test_password_in_a_bad_database_address_is_not_shown() -> None:
    with pytest.raises(config.SettingError) as caught:
        config.load({"DATABASE_URL": "mysql://user:secret@host/db"})

    assert "secret" not in str(caught.value)


def test_defaults_are_a_loopback_server_in_shanghai() -> None:
    loaded = config.load({})

    assert (loaded.host, loaded.port, loaded.is_loopback) == ("127.0.0.1", 8000, True)
    assert str(loaded.time_zone) == "Asia/Shanghai"
    assert loaded.public_url == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [("localhost", True), ("::1", True), ("127.0.0.9", True), ("0.0.0.0", False), ("plc", False)],
)
def test_loopback_is_told_from_a_network(host: str, is_loopback: bool) -> None:
    assert config.load({"HOST": host}).is_loopback is is_loopback
