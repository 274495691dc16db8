"""Sending crews somewhere and telling phones something, at the command line: what is wrong is said, what is right is recorded."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from server.store.tables.registry import Task
from server.store.tables.sync import Event
from server.store.tables.work import Notice
from tests.api.pull.world import fill
from tests.authz.places import OWN
from tests.builders import rows_of

if TYPE_CHECKING:
    from flask import Flask

Run = Callable[..., Any]
ASSIGN = ("tasks", "assign", "--reason", "核查动工", "--due", "2026-12-01", "--json")
POST = ("notices", "post", "--title", "通知", "--text", "请注意", "--json")


@pytest.fixture
def run(app: "Flask", unit_of_work: Callable[..., Any]) -> Run:
    """Runs a command in a world with four places."""
    with unit_of_work(origin="world") as uow:
        fill(uow)
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=list(words))


def test_a_task_is_assigned_recorded_and_listed(app: "Flask", run: Run) -> None:
    done = run(*ASSIGN, "--crew", OWN.id("crew"), "--parcel", OWN.canary("parcelcode"), "--programme", "idle_land")
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    (task,) = rows_of(app, Task, id=told["id"])
    assert (task.crew_id, task.parcel_id, task.state, task.programme) == (OWN.id("crew"), OWN.id("parcel"), "open", "idle_land")
    assert [event.aggregate_id for event in rows_of(app, Event, type="task.assigned")] == [task.id]
    listed = json.loads(run("tasks", "list", "--json").output)["tasks"]
    assert told["id"] in {one["id"] for one in listed}


def test_a_task_that_cannot_be_is_refused_by_name(app: "Flask", run: Run) -> None:
    named = ("--crew", OWN.canary("crew"), "--parcel", OWN.canary("parcelcode"))
    before = len(rows_of(app, Task))
    for words, code in (
        (("--crew", "nobody"), "crew-unknown"),
        (("--parcel", "nowhere"), "parcel-unknown"),
        (("--reason", " "), "reason-required"),
        (("--due", "2026-11-01"), "period-invalid"),
    ):
        refused = run(*ASSIGN, *named, *words)
        assert (refused.exit_code, json.loads(refused.output)["problem"]["code"]) == (1, code)
        if code == "crew-unknown":
            assert OWN.canary("crew") in refused.output, "it says which crews there are"
    assert len(rows_of(app, Task)) == before


@pytest.mark.parametrize("whom", [("--region", OWN.region), ("--inspector", OWN.canary("login"))])
def test_a_notice_is_kept_and_recorded_once(app: "Flask", run: Run, whom: tuple[str, str]) -> None:
    done = run(*POST, *whom)
    assert done.exit_code == 0, done.output
    (notice,) = rows_of(app, Notice, id=json.loads(done.output)["id"])
    assert (notice.title_en, notice.text_en) == ("通知", "请注意")
    assert (notice.region is None) == (notice.inspector_id is not None)
    assert [event.aggregate_id for event in rows_of(app, Event, type="notice.posted")] == [notice.id]


def test_a_notice_that_cannot_be_is_refused_by_name(run: Run) -> None:
    for words, code in (
        (("--region", "999999"), "region-unknown"),
        (("--inspector", "nobody"), "user-unknown"),
        (("--region", OWN.region, "--text", ""), "reason-required"),
        (("--region", OWN.region, "--title", "长" * 201), "invalid"),
    ):
        refused = run(*POST, *words)
        assert (refused.exit_code, json.loads(refused.output)["problem"]["code"]) == (1, code)


def test_a_notice_is_for_one_or_for_a_region(run: Run) -> None:
    assert [run(*POST, *whom).exit_code for whom in ((), ("--region", OWN.region, "--inspector", OWN.canary("login")))] == [2, 2]
