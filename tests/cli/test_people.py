"""Crews, moves and the end of a phone at the command line: what is wrong is said, what is right is recorded once."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from server.store.tables.organisation import Crew, Device, Region, User
from server.store.tables.sync import Event
from tests.builders import COUNTY, FOREIGN_COUNTY, Phone, a_phone, a_user, an_enrolment_code, rows_of

if TYPE_CHECKING:
    from flask import Flask

Run = Callable[..., Any]
TOWN = f"{COUNTY}100"


@pytest.fixture
def run(app: "Flask", unit_of_work: Callable[..., Any]) -> Run:
    """Runs a command that must succeed, or fail with the code of a problem, and gives what it said."""
    with unit_of_work() as uow:
        counties = [Region(code=code, name=code, level="county") for code in (COUNTY, FOREIGN_COUNTY)]
        uow.session.add_all([*counties, Region(code=TOWN, name="巴城镇", level="town", parent_code=COUNTY)])
    runner = app.test_cli_runner()

    def invoke(*words: str, refused: str = "") -> dict[str, Any]:
        result = runner.invoke(args=[*words, "--json"])
        assert result.exit_code == (1 if refused else 0), result.output
        said: dict[str, Any] = json.loads(result.stdout)
        assert said.get("problem", {}).get("code", "") == refused
        return said

    return invoke


@pytest.fixture
def crew(run: Run) -> str:
    """Id of a crew of the town."""
    return str(run("crews", "add", "--name", "第一巡查组", "--region", TOWN)["id"])


def inspectors(app: "Flask", login: str) -> User:
    (user,) = rows_of(app, User, login=login)
    assert isinstance(user, User)
    return user


def facts_of(app: "Flask", type_: str) -> list[dict[str, Any]]:
    return [json.loads(event.body)["facts"] for event in rows_of(app, Event, type=type_)]


def test_a_bureau_makes_a_crew_and_puts_a_person_in_it(app: "Flask", run: Run, crew: str) -> None:
    run("users", "add", "--login", "zhang", "--name", "张三", "--role", "inspector", "--region", TOWN, "--crew", "第一巡查组")
    assert (inspectors(app, "zhang").crew_id, inspectors(app, "zhang").region) == (crew, TOWN)
    assert run("crews", "list")["crews"] == [{"id": crew, "name": "第一巡查组", "region": TOWN, "people": 1}]
    assert [one["crew"] for one in run("users", "list")["users"]] == ["第一巡查组"]
    assert facts_of(app, "crew.added") == [{"name": "第一巡查组", "region": TOWN}]


@pytest.mark.parametrize(
    ("name", "region", "code"),
    [
        ("第一巡查组", TOWN, "crew-name-taken"),
        ("第一巡查组", COUNTY, "crew-name-taken"),
        (" ", TOWN, "invalid"),
        ("长" * 101, TOWN, "invalid"),
        ("第二巡查组", "999999", "region-unknown"),
        ("第二巡查组", "32", "region-unknown"),
    ],
)
def test_a_crew_that_cannot_be_is_refused_by_name(app: "Flask", run: Run, crew: str, name: str, region: str, code: str) -> None:
    run("crews", "add", "--name", name, "--region", region, refused=code)
    assert [one.id for one in rows_of(app, Crew)] == [crew]


def test_another_county_may_call_a_crew_the_same(app: "Flask", run: Run, crew: str) -> None:
    run("crews", "add", "--name", "第一巡查组", "--region", FOREIGN_COUNTY)
    a_user(app, "zhang")
    run("users", "move", "zhang", "--crew", "第一巡查组")
    assert inspectors(app, "zhang").crew_id == crew, "the crew of one's own county is meant"


def test_a_person_is_moved_to_a_crew_and_a_region_and_out_again(app: "Flask", run: Run, crew: str) -> None:
    user_id = a_user(app, "zhang")
    told = run("users", "move", "zhang", "--crew", crew, "--region", TOWN)
    assert told == {"login": "zhang", "region": TOWN, "crew_id": crew, "crew": "第一巡查组"}
    assert run("users", "move", "zhang", "--no-crew")["crew"] is None
    assert (inspectors(app, "zhang").crew_id, inspectors(app, "zhang").region) == (None, TOWN)
    assert [event.aggregate_id for event in rows_of(app, Event, type="user.moved")] == [user_id, user_id]
    assert facts_of(app, "user.moved")[0] == {
        "login": "zhang",
        "before": {"region": COUNTY, "crew_id": None},
        "after": {"region": TOWN, "crew_id": crew},
    }


def test_a_move_to_where_one_is_records_nothing(app: "Flask", run: Run) -> None:
    a_user(app, "zhang")
    run("users", "move", "zhang", "--region", COUNTY, "--no-crew")
    assert rows_of(app, Event, type="user.moved") == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("nobody", "--region", TOWN), "user-unknown"),
        (("zhang", "--crew", "第九巡查组"), "crew-unknown"),
        (("zhang", "--region", "320583999"), "region-unknown"),
        (("zhang", "--region", FOREIGN_COUNTY), "invalid"),
        (("zhang", "--crew", "外县组"), "crew-unknown"),
        (("head", "--crew", "第一巡查组"), "not-an-inspector"),
    ],
)
def test_a_move_that_cannot_be_changes_nothing(app: "Flask", run: Run, crew: str, words: tuple[str, ...], code: str) -> None:
    assert crew
    run("crews", "add", "--name", "外县组", "--region", FOREIGN_COUNTY)
    a_user(app, "zhang")
    a_user(app, "head", "section_head")
    run("users", "move", *words, refused=code)
    assert {(user.crew_id, user.region) for user in rows_of(app, User)} == {(None, COUNTY)}


@pytest.mark.parametrize("words", [(), ("--crew", "第一巡查组", "--no-crew")])
def test_a_move_says_where_to(app: "Flask", words: tuple[str, ...]) -> None:
    assert app.test_cli_runner().invoke(args=["users", "move", "zhang", *words]).exit_code == 2


def asked(phone: Phone) -> tuple[int, str]:
    answer = phone.client.get("/sync/v1/session", headers=phone.headers)
    return answer.status_code, (answer.get_json() or {}).get("code", "")


@pytest.mark.parametrize("by", ["login", "device"])
def test_a_lost_phone_is_revoked_and_a_new_code_joins_another(app: "Flask", run: Run, by: str) -> None:
    lost = a_phone(app, "zhang")
    assert asked(lost) == (200, "")
    name = "zhang" if by == "login" else lost.device_id
    assert run("devices", "revoke", name, "--reason", "手机丢失")["revoked"] == [lost.device_id]
    assert asked(lost) == (401, "device-revoked")
    assert facts_of(app, "device.revoked") == [
        {"inspector_id": lost.inspector_id, "label": "测试终端", "reason": "手机丢失"},
    ]
    assert asked(a_phone(app, code=an_enrolment_code(app, "zhang"))) == (200, "")
    found = run("devices", "list")["devices"]
    assert [(one["login"], one["revoked_at"] is None) for one in found] == [("zhang", True), ("zhang", False)]


def test_a_login_names_every_phone_in_use_and_nobody_elses(app: "Flask", run: Run) -> None:
    phones = [a_phone(app, "zhang"), a_phone(app, code=an_enrolment_code(app, "zhang"))]
    other = a_phone(app, "li")
    revoked = run("devices", "revoke", "zhang", "--reason", "离职")["revoked"]
    assert sorted(revoked) == sorted(phone.device_id for phone in phones)
    assert asked(other) == (200, "")


def test_a_phone_is_revoked_once(app: "Flask", run: Run) -> None:
    phone = a_phone(app, "zhang")
    run("devices", "revoke", phone.device_id, "--reason", "丢失")
    (before,) = rows_of(app, Device)
    assert run("devices", "revoke", phone.device_id, "--reason", "又丢失")["revoked"] == []
    assert [device.revoked_at for device in rows_of(app, Device)] == [before.revoked_at]
    assert len(rows_of(app, Event, type="device.revoked")) == 1


@pytest.mark.parametrize(
    ("name", "reason", "code"),
    [("zhang", " ", "reason-required"), ("zhang", "x" * 1001, "invalid"), ("nobody", "丢失", "device-not-listed")],
)
def test_a_revocation_that_cannot_be_changes_nothing(app: "Flask", run: Run, name: str, reason: str, code: str) -> None:
    phone = a_phone(app, "zhang")
    run("devices", "revoke", name, "--reason", reason, refused=code)
    assert asked(phone) == (200, "")


def test_the_list_of_phones_says_what_each_holds_and_when_it_was_heard_of(app: "Flask", run: Run) -> None:
    phone = a_phone(app, "zhang")
    phone.client.post("/sync/v1/push", json={"items": [], "unsent": {"reports": 2, "photos": 5}}, headers=phone.headers)
    told = app.test_cli_runner().invoke(args=["devices", "list"]).output
    assert phone.device_id in told
    assert "last seen 2026-11-23 12:00  2 reports, 5 photos unsent" in told
    assert run("devices", "list")["devices"][0]["revoked_at"] is None
