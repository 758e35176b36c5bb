"""The table of contents: which packages there are, and how they become one application."""

from flask import Flask

import accounts.cli
import accounts.views
import certificates.cli
import certificates.views
import core.cli
import core.health
import editor.views
import exams.cli
import exams.views
import learning.views
import question_bank.cli
import question_bank.views
import reports.views
import sample.cli
import teams.cli
import teams.queries
import teams.views
from core import config as settings
from core.chance import SeedSource, SystemSeeds
from core.clock import Clock, SystemClock
from core.config import Config
from core.db import Database, make_engine
from core.events import Bus
from core.jobs import Jobs
from core.pages import NavItem, install_pages
from core.services import Services
from core.web import Product, install
from wiring import register_jobs, register_panels, register_records, subscribe

VIEWS = (accounts, teams, learning, question_bank, editor, exams, certificates, reports)
COMMANDS = (core, accounts, teams, question_bank, exams, certificates, sample)


def create_app(
    config: Config | None = None,
    *,
    clock: Clock | None = None,
    seeds: SeedSource | None = None,
    queue_in_memory: bool = False,
) -> Flask:
    """The whole product as a WSGI application; reads the environment unless given a config."""
    config = config or settings.load()
    seeds = seeds or SystemSeeds()
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    bus = Bus()
    subscribe(bus, config, seeds)
    services = Services(
        config=config,
        database=Database(make_engine(config.database_url, pool_size=config.web_threads), bus),
        clock=clock or SystemClock(),
        seeds=seeds,
        bus=bus,
        jobs=Jobs(None if queue_in_memory else config.jobs_path),
        load_signed_in=teams.queries.signed_in_for,
        enterprise_name=teams.queries.enterprise_name,
    )
    register_jobs(services)
    register_panels(services)
    register_records(services)

    app = Product("shanggang", root_path=str(settings.ROOT))
    install(app, services)
    app.register_blueprint(core.health.bp)
    nav_items: list[NavItem] = []
    for package in VIEWS:
        app.register_blueprint(package.views.bp)
        nav_items.extend(package.views.NAV)
    for package in COMMANDS:
        package.cli.register(app)
    install_pages(app, tuple(nav_items))
    return app
