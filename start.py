"""Prepares the installation and serves it: `python start.py`, or `make run`."""

import sys

from flask import Flask

import accounts.operations
import accounts.queries
import sample.operations
import sample.queries
from accounts.cli import first_administrator
from accounts.passwords import hash_password
from accounts.rules import CARD_LENGTH
from app import create_app
from core import config as settings
from core import logs, migrate
from core.chance import new_digits
from core.identity import Actor
from core.serve import serve
from core.services import Services
from exams.signing import load_signer
from exams.views.door import card_key
from learning.images import ImageStore
from learning.sources import content_roots
from question_bank.operations import sync_content
from sample.company import demo_people, tree
from sample.hall import Secrets
from sample.sign_ins import shown_sign_ins, write_sign_ins

ACTOR = Actor.system("start")


class StartRefused(Exception):
    """The installation may not be served as it is set up; says what to change."""


def prepare(app: Flask) -> None:
    """Bring the installation to what this code expects; safe to run again at every start."""
    made: Services = app.extensions["shanggang"]
    with migrate.start_lock(made.config.data_dir):
        migrate.upgrade(made.database.engine)
        with made.database.writing() as session:
            accounts.operations.ensure_notice(session, actor=ACTOR, now=made.clock.now())
        _bring_in_content(made)
        _bring_in_people(app)
    _make_keys(made)


def _make_keys(made: Services) -> None:
    """Have the key files before several processes ask for them at once."""
    assert made.session_key
    assert made.id_number_key
    load_signer(made.config.keys_dir, made.seeds)


def _bring_in_content(made: Services) -> None:
    made.config.content_dir.mkdir(parents=True, exist_ok=True)
    report = sync_content(
        made.database,
        roots=content_roots(made.config.content_dir),
        images=ImageStore(made.config.uploads_dir),
        confirm_removals=False,
        actor=ACTOR,
        now=made.clock.now(),
    )
    for problem in report.problems:
        if problem.is_error:
            print(problem, file=sys.stderr)


def _bring_in_people(app: Flask) -> None:
    """Sample company or first administrator in an empty database; nothing in a used one."""
    made: Services = app.extensions["shanggang"]
    with made.database.reading() as session:
        has_sample = sample.queries.is_loaded(session)
        was_removed = sample.queries.was_removed(session)
        has_people = accounts.queries.has_people(session)
    if has_sample and not made.config.is_loopback:
        raise StartRefused(
            f"HOST={made.config.host} 别的机器连得上，示例登录不能开放。"
            "先运行 flask sample remove，或把 HOST 改回 127.0.0.1"
        )
    if has_people:
        return
    if made.config.sample and made.config.is_loopback and not was_removed:
        _load_sample(app)
    else:
        number, password = first_administrator(made, ACTOR)
        print(f"第一个管理员：工号 {number}，密码 {password}。只显示这一次，登录后要换", flush=True)


def _load_sample(app: Flask) -> None:
    print("正在准备示例企业，约一分钟……", flush=True)
    made: Services = app.extensions["shanggang"]
    password, card_code = made.seeds.code(10), new_digits(made.seeds, CARD_LENGTH)
    with app.app_context():
        secrets = Secrets(made.seeds.token(), made.seeds.token(), card_code, card_key())
    now = made.clock.now()
    sample.operations.load_sample(
        made.database,
        password_hash=hash_password(password),
        secrets=secrets,
        zone=made.config.time_zone,
        actor=ACTOR,
        now=now,
    )
    people = demo_people(tree(), made.clock.now().date())
    write_sign_ins(made.config, people, password, card_code)


def main() -> None:
    """Prepare and serve; what cannot be used ends with one clear line."""
    try:
        config = settings.load()
        logs.configure(config.log_level)
        app = create_app(config)
        prepare(app)
        serve(app, lambda: _announce(app))
    except (settings.SettingError, migrate.NewerDatabase, PermissionError, StartRefused) as error:
        sys.exit(str(error))
    except OSError as error:
        place = f"{config.host}:{config.port}"
        sys.exit(f"端口 {place} 用不了：{error.strerror}。换一个 PORT，或停掉占用它的程序")


def _announce(app: Flask) -> None:
    made: Services = app.extensions["shanggang"]
    print(shown_sign_ins(made.config), end="")
    print(f"上岗已启动：{made.config.public_url}", flush=True)


if __name__ == "__main__":
    main()
