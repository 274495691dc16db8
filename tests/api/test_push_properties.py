"""What holds for every push (protocol section 3): five outcomes and no sixth, exact bytes, and no order that matters."""

import json
import random
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.json_text import read_members
from tests.builders import Phone, a_phone, rows_of

if TYPE_CHECKING:
    from flask import Flask

OUTCOMES = {"stored", "duplicate", "held", "quarantined", "refused"}
# A fixture made once for many examples is what these tests want: the database only fills.
SHARED = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

WORDS = st.sampled_from(
    ["report", "task_progress", "1", "", "\x00", "\ud800", "中", "2026-11-20T10:00:00+08:00", "sha256:" + "0" * 64]
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | WORDS, inner, max_size=3),
    max_leaves=8,
)
PLACES = [
    *[
        (name,)
        for name in ("v", "id", "rev", "prev", "device_id", "seq", "chain", "inspectors", "captured_at", "clock", "position")
    ],
    *[
        (name,)
        for name in ("view", "task_id", "parcel_claim", "sketch", "observation", "onsite", "note", "photos", "more", "state")
    ],
    *[("position", name) for name in ("lon", "lat", "accuracy_m", "accuracy_p", "fixed_at", "source", "crs", "mocked")],
    *[("observation", name) for name in ("kind", "area_m2", "stage", "piles_total", "halted_since")],
    *[("clock", name) for name in ("zone", "mono_ms", "server_offset_ms")],
]


@pytest.fixture
def author(app: "Flask") -> Phone:
    """A phone whose manifests need no signature, so that every change is judged for itself."""
    return a_phone(app, alg=None)


@contextmanager
def nothing_kept(app: "Flask") -> Any:
    """An empty inbox before each example."""
    from sqlalchemy import delete

    from server.store.tables.sync import InboxItem

    with app.extensions["xuntu"].unit_of_work() as uow:
        uow.session.execute(delete(InboxItem))
    yield


def deliver(app: "Flask", phone: Phone, body: str) -> list[dict[str, Any]]:
    """Push a body; check what must hold for any."""
    from server.store.tables.sync import InboxItem

    with nothing_kept(app):
        answer = phone.post(body.encode())
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json["results"]
    slices = [each.text.encode() for each in read_members(body, "items", most=1000)["items"]]
    kept = sorted(rows_of(app, InboxItem), key=lambda row: row.ordinal)
    assert [row.item for row in kept] == slices
    assert [row.outcome for row in kept] == [each["outcome"] for each in results]
    for result in results:
        assert result["outcome"] in OUTCOMES
        assert (result["receipt"] is None) == (result["outcome"] == "refused")
        assert ("problem" in result) == (result["outcome"] in ("quarantined", "refused"))
        assert ("current" in result) == (result["outcome"] == "duplicate")
    return results


@pytest.mark.both_stores
def test_whatever_stands_in_the_items_gets_one_of_five_outcomes_and_is_kept_exactly(app: "Flask", author: Phone) -> None:
    @SHARED
    @given(st.lists(ANY_JSON, max_size=5), st.booleans())
    def check(items: list[Any], escaped: bool) -> None:
        body = json.dumps({"items": items}, ensure_ascii=escaped or "\ud800" in repr(items) or not encodes(items))
        assert len(deliver(app, author, body)) == len(items)

    check()


def encodes(items: Any) -> bool:
    try:
        json.dumps(items, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.both_stores
def test_a_manifest_with_anything_anywhere_never_fails_the_server_or_its_neighbour(app: "Flask", author: Phone) -> None:
    @SHARED
    @given(
        st.lists(st.tuples(st.sampled_from(PLACES), ANY_JSON), min_size=1, max_size=3),
        st.sampled_from(["report", "task_progress"]),
    )
    def check(changes: list[tuple[tuple[str, ...], Any]], type_: str) -> None:
        claims = json.loads(author.manifest())
        for place, value in changes:
            inner = claims
            for name in place[:-1]:
                inner = inner[name] if isinstance(inner.get(name), dict) else {}
            inner[place[-1]] = value
        strange = {"type": type_, "manifest": json.dumps(claims), "signature": None}
        results = deliver(app, author, json.dumps({"items": [strange, author.item(author.manifest())]}))
        assert results[1]["outcome"] == "stored"

    check()


@settings(max_examples=40)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode) | ANY_JSON.map(lambda value: json.dumps(value).encode()))
def test_a_body_is_cut_into_its_items_or_is_no_push(body: bytes) -> None:
    try:
        members = read_members(body.decode(), "items", most=1000)
    except ValueError:
        return
    assert json.loads(body)["items"] == [each.value for each in members["items"]] or "NaN" in body.decode()


def shuffled(build: Callable[[Phone], list[str]], author: Phone, rng: random.Random) -> list[list[str]]:
    """The texts in random order, some of them twice, in pushes of random size."""
    texts = build(author)
    deck = texts + rng.sample(texts, k=rng.randint(0, len(texts)))
    rng.shuffle(deck)
    pushes: list[list[str]] = []
    while deck:
        size = rng.randint(1, 4)
        pushes.append(deck[:size])
        deck = deck[size:]
    return pushes


def some_chains(author: Phone) -> list[str]:
    texts: list[str] = []
    for length in (1, 2, 3, 4):
        texts.append(author.manifest())
        for _ in range(length - 1):
            texts.append(author.revision(texts[-1]))
    return texts


@pytest.mark.both_stores
def test_any_order_and_repetition_ends_as_the_order_they_were_written_in(app: "Flask", author: Phone) -> None:
    from server.store.tables.sync import Receipt, Submission

    @settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
    @given(st.integers(0, 2**32))
    def check(seed: int) -> None:
        before = {row.digest for row in rows_of(app, Submission)}
        for push in shuffled(some_chains, author, random.Random(seed)):
            author.push(*push)
        rows = [row for row in rows_of(app, Submission) if row.digest not in before]
        newest = {row.id: max(other.rev for other in rows if other.id == row.id) for row in rows}
        assert len(rows) == 10
        assert {row.state for row in rows} == {"stored"}
        assert all(row.superseded == (row.rev < newest[row.id]) for row in rows)
        assert all(row.flags == ["unsigned"] for row in rows), "no gap is left"
        assert len([receipt for receipt in rows_of(app, Receipt) if receipt.digest not in before]) == 10

    check()
