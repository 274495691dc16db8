"""Xuntu's server: `create_app` is the composition root, to be read from top to bottom."""

import atexit
from pathlib import Path

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from server.api import register_api
from server.api.errors import register_errors
from server.cli import register_commands
from server.composition import Clock, Xuntu, system_clock
from server.console import register_console
from server.jobs.relay import InlineQueue, Relay
from server.jobs.rq_queue import RqQueue
from server.keys.server_keys import open_server_keys
from server.law import load_law
from server.media.blobs import Blobs
from server.media.examiner import PhotoExaminer
from server.ops.logs import configure_logs
from server.phone import register_phone
from server.settings import Settings
from server.store.database import db
from server.store.deployment import read_epoch
from server.store.engine import prepare_engine
from server.store.unit_of_work import UnitOfWork
from server.store.world import World

LAW_FOLDER = Path(__file__).parent / "law"


def create_app(settings: Settings, clock: Clock | None = None) -> Flask:
    """The application of these settings. Opens nothing that a later `migrate` could not still change."""
    configure_logs()
    app = Flask(__name__, static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.production,
        MAX_CONTENT_LENGTH=settings.sync.video_bytes,
        MAX_FORM_MEMORY_SIZE=settings.sync.push_bytes_on_wire,
    )
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies)  # type: ignore[method-assign]
    composition = compose(app, settings, clock or system_clock)
    app.extensions["xuntu"] = composition
    if settings.relay_thread:
        app.before_request(composition.relay.start)
    register_errors(app)
    register_api(app)
    register_console(app)
    register_phone(app)
    register_commands(app)
    return app


def compose(app: Flask, settings: Settings, clock: Clock) -> Xuntu:
    """Database, blobs, keys, law, photo examiner and relay, joined into one value."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    Migrate(app, db, render_as_batch=True)
    with app.app_context():
        engine = prepare_engine(db.engine)
    examiner = PhotoExaminer(settings.examination)
    atexit.register(examiner.close)
    world = World(
        settings=settings,
        blobs=Blobs(settings.data_dir / "photos"),
        keys=open_server_keys(settings.data_dir / "keys"),
        law=load_law(LAW_FOLDER),
        examiner=examiner,
        read_epoch=lambda: read_epoch(engine),
    )

    def open_unit(*, origin: str, read_only: bool = False) -> UnitOfWork:
        return UnitOfWork(engine, world, now=clock(), origin=origin, read_only=read_only)

    queue = InlineQueue(open_unit) if settings.redis_url is None else RqQueue(settings.redis_url)
    relay = Relay(open_unit, queue)
    world.wake_relay = relay.wake
    return Xuntu(settings=settings, engine=engine, world=world, clock=clock, relay=relay)
