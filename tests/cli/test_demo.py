"""`flask demo run`: what it leaves a stranger with."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from server.cli import demo

if TYPE_CHECKING:
    from flask import Flask


@pytest.mark.parametrize("ended", [0, 1])
def test_after_its_own_server_has_ended_the_day_says_where_to_look(
    app: "Flask", monkeypatch: pytest.MonkeyPatch, ended: int
) -> None:
    @contextmanager
    def own_server() -> Iterator[str]:
        yield "http://127.0.0.1:1"

    monkeypatch.setattr(demo, "own_server", own_server)
    monkeypatch.setattr(demo, "answers", lambda _: False)
    monkeypatch.setattr(demo, "patrol", lambda _: ended)
    result = app.test_cli_runner().invoke(demo.run_command, [])
    assert (result.exit_code, "To look at what came of the day: make run" in result.output) == (ended, True)


def test_a_server_that_goes_on_is_not_called_ended(app: "Flask", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "patrol", lambda _: 0)
    result = app.test_cli_runner().invoke(demo.run_command, ["--server", "http://127.0.0.1:1"])
    assert (result.exit_code, result.output) == (0, "")
