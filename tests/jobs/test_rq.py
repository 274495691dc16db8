"""The same jobs on RQ with real workers: Redis may lose everything, a worker may be killed, the jobs table is the truth."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import redis
from rq import Queue

from server.jobs.rq_queue import QUEUE_NAME
from server.jobs.running import LEASE
from tests.builders import Phone, a_declared_photo, a_jpeg, a_phone, rows_of
from tests.conftest import FixedClock

if TYPE_CHECKING:
    from flask import Flask

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.processes


@pytest.fixture
def rq_app(settings: Any, build_app: "Callable[[Any], Flask]", valkey_url: str, clock: FixedClock) -> "Flask":
    """The app as it runs with a queue of workers. Its clock stands before theirs, which is the real one."""
    clock.now = datetime(2025, 1, 6, 4, 0, tzinfo=UTC)
    return build_app(replace(settings, redis_url=valkey_url))


@pytest.fixture
def phone(rq_app: "Flask") -> Phone:
    return a_phone(rq_app)


def jobs(app: "Flask") -> dict[str, str]:
    from server.store.tables.sync import Job

    return {job.id: job.state for job in rows_of(app, Job)}


def work(app: "Flask") -> None:
    """`flask worker --burst`, as an operator starts it."""
    settings = app.extensions["xuntu"].settings
    environment = {
        **os.environ,
        "XUNTU_DATA": str(settings.data_dir),
        "XUNTU_DATABASE_URL": settings.database_url,
        "XUNTU_REDIS_URL": settings.redis_url,
        "XUNTU_SECRET_KEY": settings.secret_key,
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--burst"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr


def waiting(url: str) -> list[str]:
    return Queue(QUEUE_NAME, connection=redis.Redis.from_url(url), serializer="json").job_ids


@pytest.mark.both_stores
def test_workers_do_what_the_embedded_server_does(rq_app: "Flask", phone: Phone, valkey_url: str) -> None:
    from server.store.tables.sync import Photo
    from server.store.tables.work import Match

    phone.push(phone.manifest(photos=[a_declared_photo(a_jpeg())]))
    phone.upload(a_jpeg())
    relay = rq_app.extensions["xuntu"].relay
    assert relay.drain() == 3
    relay.drain()
    assert len(waiting(valkey_url)) == 3, "sent twice, waiting once"
    work(rq_app)
    assert set(jobs(rq_app).values()) == {"done"}
    assert len(jobs(rq_app)) == 4, "the examination's own event was followed up"
    assert len(rows_of(rq_app, Match)) == 1
    assert [photo.facts["format"] for photo in rows_of(rq_app, Photo)] == ["jpeg"]


def test_jobs_survive_a_wiped_queue_and_a_killed_worker(
    rq_app: "Flask", phone: Phone, valkey_url: str, clock: FixedClock
) -> None:
    from server.jobs.running import claim_job

    composition = rq_app.extensions["xuntu"]
    phone.push(phone.manifest())
    composition.relay.drain()
    redis.Redis.from_url(valkey_url).flushall()
    assert waiting(valkey_url) == []
    composition.relay.drain()
    first, second = waiting(valkey_url)
    # A worker takes the first and is killed: its RQ job stays behind as failed, and the lease runs out.
    job = Queue(QUEUE_NAME, connection=redis.Redis.from_url(valkey_url), serializer="json").fetch_job(first)
    assert job is not None
    assert claim_job(job.args[0], composition.unit_of_work) is not None
    Queue(QUEUE_NAME, connection=redis.Redis.from_url(valkey_url), serializer="json").remove(first)
    clock.now += LEASE
    composition.relay.drain()
    again = waiting(valkey_url)
    assert second in again
    assert first not in again
    assert len(again) == 2, "the next attempt has an id of its own"


def test_redis_holds_no_pickle_and_nothing_but_ids(rq_app: "Flask", phone: Phone, valkey_url: str) -> None:
    phone.push(phone.manifest(note="secret of the report"))
    rq_app.extensions["xuntu"].relay.drain()
    connection = redis.Redis.from_url(valkey_url)
    stored = b" ".join(
        b" ".join(connection.hgetall(key).values())
        for key in connection.keys("rq:job:*")  # type: ignore[union-attr]
    )
    assert b"run_on_worker" in stored or stored
    assert b"secret" not in stored
    assert phone.inspector_id.encode() not in stored


def test_a_queue_that_cannot_be_reached_keeps_no_report_out(settings: Any, build_app: "Callable[[Any], Flask]") -> None:
    app = build_app(replace(settings, redis_url="redis://127.0.0.1:1/0"))
    phone = a_phone(app)
    assert phone.push(phone.manifest())[0]["outcome"] == "stored"
    with pytest.raises(redis.ConnectionError):
        app.extensions["xuntu"].relay.drain()
    assert set(jobs(app).values()) == {"waiting"}
