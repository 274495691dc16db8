"""Writers and readers at once, over a real socket and in any order: nobody misses anything, and all end up knowing the same."""

import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import requests

from schemas.pull import PulledSchema
from server.services.leads import dismiss_lead, verify_lead
from server.services.notices import Words, notify_region
from server.services.pull_states import PAGES, STATES
from tests.api.pull.feed_reader import PULL, FeedReader, fresh
from tests.api.pull.world import OpenUnit, a_lead, a_task, officer, phone_of, version_of
from tests.authz.places import OWN
from tests.builders import Phone, a_declared_photo, a_jpeg

if TYPE_CHECKING:
    from flask import Flask

WRITERS = 8


@dataclass
class SocketReader(FeedReader):
    """A reader of its own connection, so that it can read while others write."""

    server: str = ""

    def page(self) -> bool:
        asked = {"limit": self.limit} | ({} if self.cursor is None else {"cursor": self.cursor})
        answer = requests.get(f"{self.server}{PULL}", params=asked, headers=self.phone.headers, timeout=60)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        PulledSchema().load(body)
        for change in body["changes"]:
            self.apply(change)
        self.cursor = body["cursor"]
        return bool(body["more"])


@pytest.mark.both_stores
def test_a_reader_beside_eight_writers_misses_nothing(app: "Flask", world: OpenUnit, phone: Phone, live_server: str) -> None:
    phones = [phone_of(app, OWN) for _ in range(WRITERS)]
    pushes = [[one.item(one.manifest()) for _ in range(2)] for one in phones]
    done = threading.Event()
    readers = [SocketReader(phone, limit, server=live_server) for limit in (1, 7)]

    def write(number: int) -> None:
        for turn, item in enumerate(pushes[number]):
            body = {"items": [item]}
            answer = requests.post(f"{live_server}/sync/v1/push", json=body, headers=phones[number].headers, timeout=60)
            assert answer.status_code == 200, answer.text
            a_lead(world, f"lead-{number}-{turn}")

    def read(reader: SocketReader) -> None:
        while not done.is_set():
            reader.page()

    with ThreadPoolExecutor(WRITERS + len(readers)) as pool:
        reading = [pool.submit(read, reader) for reader in readers]
        writing = [pool.submit(write, number) for number in range(WRITERS)]
        try:
            for one in writing:
                one.result()
        finally:
            done.set()
        for one in reading:
            one.result()
    expected = fresh(phone)
    written = {("report_state", json.loads(item["manifest"])["id"]) for items in pushes for item in items}
    assert written <= expected.keys()
    for reader in readers:
        reader.pull()
        assert reader.known == expected


@pytest.mark.both_stores
@pytest.mark.parametrize("reading", [PAGES, STATES], ids=["ids", "states"])
def test_what_is_committed_between_two_readings_of_one_answer_is_told_later(
    world: OpenUnit, phone: Phone, monkeypatch: pytest.MonkeyPatch, reading: dict[str, Any]
) -> None:
    reader = FeedReader(phone)
    honest, written = reading["task"], list[str]()

    def slow(*asked: Any, **context: Any) -> Any:
        found = honest(*asked, **context)
        if not written:
            written.append(a_task(world, "in-between"))
        return found

    monkeypatch.setitem(reading, "task", slow)
    reader.pull()
    assert written
    reader.pull()
    assert written[0] in reader.of("task")


def happen(at: random.Random, world: OpenUnit, phone: Phone, number: int) -> None:
    """One thing at random, as it may happen while a phone is away."""
    kind = at.choice(["push", "photo", "task", "progress", "lead", "verify", "dismiss", "notice", "import", "nothing"])
    if kind == "push":
        phone.push(phone.manifest())
    elif kind == "photo":
        phone.push(phone.manifest(photos=[a_declared_photo(a_jpeg(number))]))
        phone.upload(a_jpeg(number))
    elif kind == "task":
        a_task(world, f"task-{number}")
    elif kind == "progress":
        phone.push(phone.progress(OWN.id("task"), at.choice(["started", "impossible", "done"])))
    elif kind == "lead":
        a_lead(world, f"lead-{number}")
    elif kind in ("verify", "dismiss"):
        move(world, a_lead(world, f"lead-{number}"), kind)
    elif kind == "notice":
        with world() as uow:
            notify_region(OWN.region, Words(f"第{number}号", "内容"), actor=officer(), uow=uow)
    elif kind == "import":
        with world() as uow:
            uow.record("layer.imported", county=OWN.county, aggregate=("import_run", str(number)), facts={}, by="tests")


def move(world: OpenUnit, lead: str, kind: str) -> None:
    with world() as uow:
        act: Any = verify_lead if kind == "verify" else dismiss_lead
        act(lead, "说明", seen_version=version_of(world, lead), actor=officer(), uow=uow)


@pytest.mark.parametrize("seed", range(2))
def test_a_phone_that_pulls_now_and_then_knows_what_a_new_one_is_told(
    app: "Flask", world: OpenUnit, phone: Phone, seed: int
) -> None:
    at = random.Random(seed)
    readers = [FeedReader(phone, at.choice([1, 2, 5, 50])) for _ in range(3)]
    for number in range(14):
        happen(at, world, phone, number)
        for reader in readers:
            for _ in range(at.choice([0, 0, 1, 3])):
                reader.page()
    expected = fresh(phone, at.choice([4, 500]))
    for reader in readers:
        reader.pull()
        assert reader.known == expected


def test_a_lost_answer_is_asked_for_again_and_changes_nothing(phone: Phone, world: OpenUnit) -> None:
    reader = FeedReader(phone, 2)
    while reader.page():
        before = reader.cursor
        reader.page()
        reader.cursor = before
    a_lead(world, "another")
    assert reader.page() in (True, False)
    reader.pull()
    assert reader.known == fresh(phone)


def test_a_busy_county_is_passed_in_few_answers(phone: Phone, world: OpenUnit) -> None:
    reader = FeedReader(phone)
    reader.pull()
    with world() as uow:
        for number in range(4_000):
            uow.record("evidence.viewed", county=OWN.county, aggregate=("lead", str(number)), facts={}, by="tests")
    last = a_lead(world, "last")
    assert reader.page() is False
    assert last in reader.of("case_note")
