"""The file that tells the demo sign-ins and their one random password; mode 0600."""

import os
from collections.abc import Sequence
from pathlib import Path

from accounts.rules import show_card
from core.config import Config
from sample.company import SamplePerson
from sample.hall import CARD_HOLDER, ENTRY_CODE, WORKSHOP


def _path(config: Config) -> Path:
    return config.data_dir / "sample-sign-ins.txt"


def write_sign_ins(
    config: Config, people: Sequence[SamplePerson], password: str, card_code: str
) -> None:
    """Keep the sign-ins where only this installation's owner reads them."""
    lines = [f"示例企业的登录，密码都是 {password}"]
    for person in people:
        if person.is_demo:
            lines.append(f"  {person.employee_no}  {person.name}  {person.stays[-1].post}")
    lines.append(f"今天开着的考试在{WORKSHOP}，进场口令 {ENTRY_CODE}")
    lines.append(f"在考试终端上，{CARD_HOLDER} 的卡码是 {show_card(card_code)}（只能用一次）")
    handle = os.open(_path(config), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def shown_sign_ins(config: Config) -> str:
    """What to print at a start; empty without a sample company."""
    path = _path(config)
    return path.read_text("utf-8") if path.exists() else ""


def forget_sign_ins(config: Config) -> None:
    """Remove the file together with the sample company."""
    _path(config).unlink(missing_ok=True)
