"""Time of accepting signed reports on the embedded store, every push fsync'd, receipted and logged. Compares only ratios.

Beside it, in the same process, stand a Flask page that does nothing and a bare loop of fsync'd SQLite inserts: what one
request and one durable row cost at the least on this machine at this moment.
"""

import json
import logging
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import structlog
from flask import Flask

from server import create_app
from server.ops.migrate import upgrade
from server.settings import Settings
from tests.builders import Phone, a_declared_photo, a_jpeg, a_phone, digest
from tests.processes.databases import close

BATCHES = ((500, 5), (100, 10), (1, 100))
TARGET_SECONDS = 1.5
HELLO_REQUESTS = 300
BARE_INSERTS = 200
PHOTO_BYTES = 300_000
PHOTOS = 20


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def hello_per_second() -> float:
    """Requests a second of a Flask page that returns one word."""
    app = Flask("hello")
    app.add_url_rule("/", view_func=lambda: "hello")
    client = app.test_client()
    return HELLO_REQUESTS / seconds(lambda: [client.get("/") for _ in range(HELLO_REQUESTS)])


def bare_inserts_per_second(folder: Path) -> float:
    """Rows a second of an INSERT and a commit each, with the pragmas of the embedded store."""
    connection = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE reports (id INTEGER PRIMARY KEY, manifest TEXT)")
    manifest = "x" * 1000

    def insert() -> None:
        for _ in range(BARE_INSERTS):
            connection.execute("INSERT INTO reports (manifest) VALUES (?)", (manifest,))

    rate = BARE_INSERTS / seconds(insert)
    connection.close()
    return rate


def push_seconds(phone: Phone, reports: int) -> float:
    """Server time of one push, its body written and signed beforehand."""
    body = json.dumps({"items": [phone.item(phone.manifest(note="现场已停工，围挡完好。")) for _ in range(reports)]}).encode()
    took = time.perf_counter()
    answer = phone.post(body)
    took = time.perf_counter() - took
    assert [each["outcome"] for each in answer.json["results"]] == ["stored"] * reports
    return took


def photo_seconds(phone: Phone, seed: int) -> float:
    """Server time of one report and its photo: push, creation with the bytes along, receipt."""
    photo = a_jpeg(seed) + bytes(PHOTO_BYTES)
    body = json.dumps({"items": [phone.item(phone.manifest(photos=[a_declared_photo(photo)]))]}).encode()

    def deliver() -> None:
        (result,) = phone.post(body).json["results"]
        assert result["missing"] == [digest(photo)]
        assert phone.upload(photo).status_code == 204
        assert phone.receipts({"id": result["id"], "rev": 1})[0]["missing"] == []

    return seconds(deliver)


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        app = create_app(Settings.for_tests(folder))
        upgrade(app)
        phone = a_phone(app)
        push_seconds(phone, 20)
        hello, bare = hello_per_second(), bare_inserts_per_second(folder)
        print(f"a page that does nothing: {hello:.0f}/s; bare durable inserts: {bare:.0f}/s")
        print("reports a push  median s   best s  reports/s  x hello  x bare insert")
        for reports, repeats in BATCHES:
            took = [push_seconds(phone, reports) for _ in range(repeats)]
            rate = reports / statistics.median(took)
            row = f"{reports:14d} {statistics.median(took):9.3f} {min(took):8.3f} {rate:10.0f}"
            print(f"{row} {rate / hello:8.2f} {rate / bare:14.2f}")
            if reports == BATCHES[0][0]:
                verdict = "reached" if statistics.median(took) <= TARGET_SECONDS else "MISSED"
                print(f"{'':14} target {TARGET_SECONDS} s: {verdict}")
        each = statistics.median(photo_seconds(phone, seed) for seed in range(PHOTOS))
        size = PHOTO_BYTES // 1000
        print(f"a report with one photo of {size} kB: {each * 1000:.1f} ms, {1 / each:.0f}/s, {1 / each / hello:.3f} x hello")
        close(app)


if __name__ == "__main__":
    main()
