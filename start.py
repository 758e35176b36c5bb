"""Prepares the installation and serves it: `python start.py`, or `make run`."""

import sys

from flask import Flask

from accounts.operations import ensure_notice
from app import create_app
from core import config as settings
from core import logs, migrate
from core.identity import Actor
from core.serve import serve
from core.services import Services
from learning.images import ImageStore
from learning.sources import content_roots
from question_bank.operations import SyncReport, sync_content


def prepare(app: Flask) -> None:
    """Bring the installation to what this code expects; safe to run again at every start."""
    services: Services = app.extensions["shanggang"]
    with migrate.start_lock(services.config.data_dir):
        migrate.upgrade(services.database.engine)
        _publish_notice(services)
        _sync_content(services)


def _publish_notice(services: Services) -> None:
    with services.database.writing() as session:
        ensure_notice(session, actor=Actor.system("start"), now=services.clock.now())


def _sync_content(services: Services) -> SyncReport:
    services.config.content_dir.mkdir(parents=True, exist_ok=True)
    report = sync_content(
        services.database,
        roots=content_roots(services.config.content_dir),
        images=ImageStore(services.config.uploads_dir),
        actor=Actor.system("start"),
        now=services.clock.now(),
    )
    for problem in report.problems:
        if problem.is_error:
            print(problem, file=sys.stderr)
    return report


def main() -> None:
    """Prepare and serve; a setting or port that cannot be used ends with one clear line."""
    try:
        config = settings.load()
        logs.configure(config.log_level)
        app = create_app(config)
        prepare(app)
        serve(app, lambda: print(f"上岗已启动：{config.public_url}", flush=True))
    except (settings.SettingError, migrate.NewerDatabase, PermissionError) as error:
        sys.exit(str(error))
    except OSError as error:
        place = f"{config.host}:{config.port}"
        sys.exit(f"端口 {place} 用不了：{error.strerror}。换一个 PORT，或停掉占用它的程序")


if __name__ == "__main__":
    main()
