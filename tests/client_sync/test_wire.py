"""Waiting, limits and the small print of HTTP."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests

from client_sync.errors import DraftInvalidError, NotBelievedError, UnreachableError
from client_sync.manifest import Link, report_text, to_text
from client_sync.session import batches
from client_sync.wire import Patience, Wire, retry_after_s


def an_answer(**headers):
    answer = requests.Response()
    answer.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return answer


def test_waits_grow_to_a_cap_and_are_spread():
    patience = Patience(base_s=1, cap_s=8, rng=random.Random(1))
    waits = [[patience.wait_s(attempt, None) for _ in range(200)] for attempt in range(6)]
    assert [max(round_) <= min(8, 2**attempt) for attempt, round_ in enumerate(waits)] == [True] * 6
    assert max(waits[5]) > 6
    assert min(waits[5]) < 2


def test_the_last_failure_is_what_a_patient_caller_sees():
    def fail():
        raise UnreachableError("no")

    waited = []
    with pytest.raises(UnreachableError):
        Patience(attempts=3, sleep=waited.append).insist(fail)
    assert len(waited) == 2


def test_retry_after_may_be_seconds_or_a_date():
    assert retry_after_s(an_answer(Retry_After="12")) == 12.0
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 85 < retry_after_s(an_answer(Retry_After=soon)) <= 90
    assert retry_after_s(an_answer(Retry_After="tomorrow")) is None
    assert retry_after_s(an_answer()) is None


@pytest.mark.parametrize(
    ("base", "location", "path"),
    [
        ("https://a.example", "/sync/v1/files/1", "/sync/v1/files/1"),
        ("https://a.example", "https://stranger.example/sync/v1/files/1?x=2", "/sync/v1/files/1?x=2"),
        ("https://a.example/xuntu", "https://a.example/xuntu/sync/v1/files/1", "/sync/v1/files/1"),
    ],
)
def test_a_location_never_leads_to_another_host(base, location, path):
    assert Wire(base).path_of(location) == path


def test_a_location_without_a_path_is_not_believed():
    with pytest.raises(NotBelievedError):
        Wire("https://a.example").path_of("files/1")


def test_batches_respect_bytes_and_let_a_giant_travel_alone():
    items = [{"manifest": "x" * size} for size in (10, 10, 500, 10)]
    assert [len(batch) for batch in batches(items, max_items=10, max_bytes=100)] == [2, 1, 1]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "a\x00b", "\ud800", object()])
def test_what_no_server_could_judge_is_never_signed(value):
    with pytest.raises(DraftInvalidError):
        to_text({"note": value})


def test_a_backslash_before_u0000_is_only_text():
    assert to_text({"note": "\\u0000"}) == '{"note":"\\\\u0000"}'


@pytest.mark.parametrize(("rev", "prev"), [(1, "sha256:x"), (2, None), (0, None)])
def test_a_revision_names_its_predecessor_exactly_when_it_has_one(rev, prev):
    with pytest.raises(DraftInvalidError):
        report_text({}, report_id="r", rev=rev, prev=prev, link=Link("d", 1, None), inspectors=[])


def test_a_chain_starts_at_one():
    with pytest.raises(DraftInvalidError):
        Link("d", 2, None)
    with pytest.raises(DraftInvalidError):
        Link("d", 1, "sha256:x")
