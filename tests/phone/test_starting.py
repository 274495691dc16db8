"""What `flask phone serve` tells a stranger: who can reach it, an address that answers, and one code."""

from dataclasses import replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import pytest

from server.cli import phone
from tests.builders import a_user

if TYPE_CHECKING:
    from flask import Flask

LAN = IPv4Address("10.0.0.7")


@pytest.mark.parametrize(
    ("bind", "said"),
    [
        ("0.0.0.0", "Open to everybody on this network until"),  # noqa: S104 - said of it, not listened on
        ("10.0.0.7", "Open to everybody who can reach 10.0.0.7 until"),
        ("127.0.0.1", "Open to this computer alone until"),
        ("localhost", "Open to this computer alone until"),
    ],
)
def test_it_is_said_who_can_reach_the_server(bind: str, said: str) -> None:
    assert phone.who_can_reach(phone.Ways(bind, 8443, 8080, (LAN,)))[0].startswith(said)


@pytest.mark.parametrize(
    ("bind", "address", "is_offered"),
    [
        ("0.0.0.0", "https://localhost:8443", True),  # noqa: S104 - said of it, not listened on
        ("127.0.0.1", "https://localhost:8443", True),
        ("10.0.0.7", "https://10.0.0.7:8443", False),
    ],
)
def test_the_console_is_offered_where_it_answers_and_by_link_only_where_that_opens(
    app: "Flask", monkeypatch: pytest.MonkeyPatch, bind: str, address: str, is_offered: bool
) -> None:
    monkeypatch.setattr("server.cli.welcome.demo_link", lambda *_: ["a link for this machine alone"])
    composition = app.extensions["xuntu"]
    demo = replace(composition, settings=replace(composition.settings, demo=True))
    ways = phone.Ways(bind, 8443, 8080, (LAN,))
    said = phone.welcome(demo, None, ways.from_here, on_loopback=ways.is_on_loopback)
    assert (said[0], "a link for this machine alone" in said) == (f"Xuntu serves on {address}", is_offered)


def test_one_code_is_told_for_scanning_and_for_typing_and_on_a_first_start_it_is_the_one_told_before(app: "Flask") -> None:
    from server.demo.first_start import FIRST_INSPECTOR, PreparedCounty

    a_user(app, "li")
    composition, prepared = app.extensions["xuntu"], PreparedCounty("320999", {}, "A-CODE", None)
    first = phone.joining(composition, "https://10.0.0.7:8443", FIRST_INSPECTOR, prepared)
    assert {line.rpartition("=")[2] for line in first if "#enrol=" in line} == {"A-CODE"}
    assert any("To type it instead" in line and line.endswith("A-CODE") for line in first)
    for other in (phone.joining(composition, "https://10.0.0.7:8443", "li", each) for each in (prepared, None)):
        (code,) = {line.rpartition("=")[2] for line in other if "#enrol=" in line}
        assert code != "A-CODE"
        assert any(line.endswith(f"enter {code}") for line in other)
