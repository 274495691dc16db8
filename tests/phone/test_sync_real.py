"""The phone's own code, run in Node, against the real server: what it says it sent is what the server holds."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from server.cli.syncing import sync_cli
from server.imports.synthetic import SyntheticCounty
from server.store.tables.registry import ParcelVersion, Task
from server.store.tables.sync import Photo, Submission
from tests.builders import a_jpeg, an_enrolment_code, digest, rows_of
from tests.patrol import a_factory, nothing_started, spot_of

if TYPE_CHECKING:
    from flask import Flask

    from tests.conftest import FixedClock

pytestmark = pytest.mark.processes
SCRIPT = Path(__file__).with_name("sync") / "real_phone.mjs"
CHUNK_BYTES = 256 * 1024


class RealPhone:
    """A phone in a Node process of its own; each call is one line to it and one answer back."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def __call__(self, command: str, **given: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"command": command, **given}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"{command}: the phone died"
        return json.loads(line)


@pytest.fixture
def spot(county: SyntheticCounty) -> dict[str, Any]:
    return spot_of(county, county.spots[0]["scenario"])


@pytest.fixture
def real_phone(
    node: Path, app: "Flask", live_server: str, spot: dict[str, Any], clock: "FixedClock"
) -> Iterator[Callable[..., Any]]:
    """The phone of the county's first inspector, enrolled."""
    lon, lat = spot["stand"]
    told = {
        "origin": live_server,
        "code": an_enrolment_code(app, "inspector-1"),
        "now": clock.now.isoformat(),
        "position": {"lon": lon, "lat": lat},
    }
    arguments = [str(node), str(SCRIPT), json.dumps(told)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        phone = RealPhone(process)
        phone("enrol")
        yield phone


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Three JPEGs; the last takes more than one chunk."""
    paths = [tmp_path / f"{seed}.jpg" for seed in range(3)]
    contents = [a_jpeg(0), a_jpeg(1), a_jpeg(2) + bytes(CHUNK_BYTES + 1000)]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths


def seal_three(phone: Callable[..., Any], spot: dict[str, Any], photos: list[Path]) -> list[dict[str, Any]]:
    """A building site with two photos that finishes its task, a sketched factory with one, and nothing found."""
    done = {"task_id": spot["task_id"], "state": "done"}
    lon, lat = spot["stand"]
    ring = [[lon, lat], [lon + 0.0002, lat], [lon + 0.0002, lat + 0.0002], [lon, lat]]
    drawn = {"type": "Polygon", "coordinates": [ring]}
    names = [str(path) for path in photos]
    claim = spot["parcel_code"]
    site = {"observation": nothing_started(), "parcel_claim": claim, "task_id": spot["task_id"], "progress": done}
    factory = {"observation": a_factory(), "sketch": drawn, "onsite": {"suspect": "某某建材", "state": "in_progress"}}
    return [
        phone("visit", photos=names[:2], **site),
        phone("visit", photos=names[2:], **factory, note="围挡内有机器声"),
        phone("visit", observation={"kind": "routine", "nothing_found": True}),
    ]


def the_server_holds_what_was_sealed(app: "Flask", records: list[dict[str, Any]], photos: list[Path]) -> None:
    held = {row.digest: row for row in rows_of(app, Submission)}
    assert set(held) == {record["digest"] for record in records}
    for record in records:
        row = held[record["digest"]]
        assert (row.state, row.manifest, row.seq, row.type) == ("stored", record["manifest"], record["seq"], record["type"])
        assert row.flags == []
    stored = {row.digest: row.bytes for row in rows_of(app, Photo)}
    assert stored == {digest(path.read_bytes()): path.stat().st_size for path in photos}


def test_three_reports_with_photos_reach_the_server_exactly_as_they_were_sealed(
    app: "Flask", real_phone: Callable[..., Any], spot: dict[str, Any], photos: list[Path]
) -> None:
    seal_three(real_phone, spot, photos)
    summary = real_phone("sync")
    assert (summary["ok"], summary["problem_code"], summary["uploaded"]) == (True, None, 3)
    assert summary["outcomes"]["stored"] == 4
    records = real_phone("records")
    assert [(record["state"], record["current"]) for record in records] == [("complete", "stored")] * 4
    the_server_holds_what_was_sealed(app, records, photos)
    assert real_phone("sync")["outcomes"] == {}


def test_the_first_round_brings_the_tasks_of_the_crew_and_the_land_of_the_area(
    app: "Flask", real_phone: Callable[..., Any]
) -> None:
    assert real_phone("sync")["problem_code"] is None
    before = real_phone("status")
    tasks = {row.id: row.state for row in rows_of(app, Task)}
    assert before["tasks"]
    assert all(tasks[task["id"]] == task["state"] for task in before["tasks"])
    [area] = before["packages"]
    inside = {row.parcel_id for row in rows_of(app, ParcelVersion) if row.region.startswith(area)}
    assert before["parcels"] == len(inside) > 0
    assert before["law_texts"] > 0
    done = {"task_id": before["tasks"][0]["id"], "state": "done"}
    real_phone("visit", observation={"kind": "routine", "nothing_found": True}, task_id=done["task_id"], progress=done)
    shown = {"id": done["task_id"], "state": "done"}
    assert shown in real_phone("status")["tasks"]
    assert real_phone("sync")["ok"]
    assert shown in real_phone("status")["tasks"]
    assert [row.state for row in rows_of(app, Task, id=done["task_id"])] == ["done"]


def test_a_queue_carried_to_the_office_is_settled_by_the_receipts_brought_back(
    app: "Flask", real_phone: Callable[..., Any], spot: dict[str, Any], photos: list[Path], tmp_path: Path
) -> None:
    seal_three(real_phone, spot, photos)
    carried = tmp_path / "queue.age"
    assert real_phone("carry", path=str(carried)) == {"reports": 4, "photos": 3}
    result = app.test_cli_runner().invoke(sync_cli, ["import", str(carried), "--json"])
    assert result.exit_code == 0, result.output
    assert {record["state"] for record in real_phone("records")} == {"queued"}
    read = real_phone("receipts", path=f"{carried}.receipts.json")
    assert read == {"complete": 4, "received": 0, "aside": 0, "unknown": 0, "not_believed": 0}
    records = real_phone("records")
    assert {record["state"] for record in records} == {"complete"}
    the_server_holds_what_was_sealed(app, records, photos)
    assert real_phone("sync")["outcomes"] == {}
    assert real_phone("status")["photos_unsent"] == 0
