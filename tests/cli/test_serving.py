"""`flask serve` refuses a port it cannot have before it touches anything."""

import socket
from typing import TYPE_CHECKING

import pytest

from server.cli import serving

if TYPE_CHECKING:
    from flask import Flask


@pytest.mark.parametrize("port", ["0", "99999", "-1", "http"])
def test_a_number_that_is_no_port_is_refused(app: "Flask", port: str) -> None:
    result = app.test_cli_runner().invoke(serving.serve_command, ["--port", port])
    assert result.exit_code == 2
    assert "Invalid value for '--port'" in result.output


def test_an_occupied_port_is_named_before_anything_is_loaded(app: "Flask", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "upgrade", lambda _: pytest.fail("the database was touched"))
    with socket.create_server((serving.LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        result = app.test_cli_runner().invoke(serving.serve_command, ["--port", str(port)])
    assert result.exit_code == 1
    assert (
        result.output == f"Error: port {port} on 127.0.0.1 is taken by another program; choose another with --port N or PORT=N\n"
    )


def test_a_port_a_server_has_just_left_is_free() -> None:
    with socket.create_server((serving.LOOPBACK, 0)) as left:
        port = left.getsockname()[1]
    serving.require_free_port(port)
