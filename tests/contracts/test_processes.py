"""The processes that tests rely on start, answer and are really our own."""

import json
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import redis
from psycopg import sql

from tests.processes import databases
from tests.processes.http_server import serving
from tests.processes.missing import report_missing
from tests.processes.postgresql import PostgresServer

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.processes


def say(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"path": environ["PATH_INFO"]}).encode()]


@pytest.mark.postgresql
def test_postgresql_answers_with_postgis_in_every_new_database(empty_database_url: str, postgres_server: PostgresServer) -> None:
    name = empty_database_url.partition("?")[0].rpartition("/")[2]
    [(distance,)] = postgres_server.run(sql.SQL("SELECT ST_Distance('POINT(0 0)', 'POINT(3 4)')"), name)
    assert distance == 5.0


def test_a_database_ends_with_its_test(postgres_server: PostgresServer) -> None:
    with databases.copied_postgresql(postgres_server, "template1"):
        during = postgres_server.run(sql.SQL("SELECT count(*) FROM pg_database WHERE datname LIKE 'test\\_%'"))
    after = postgres_server.run(sql.SQL("SELECT count(*) FROM pg_database WHERE datname LIKE 'test\\_%'"))
    assert during[0][0] == after[0][0] + 1


def test_valkey_is_empty_for_each_test(valkey_url: str) -> None:
    with redis.Redis.from_url(valkey_url) as connection:
        assert connection.dbsize() == 0
        connection.set("left", "over")


def test_valkey_is_empty_for_the_next_test_too(valkey_url: str) -> None:
    test_valkey_is_empty_for_each_test(valkey_url)


def test_chromium_shows_chinese_from_a_loopback_server(page: "Page") -> None:
    with serving(say) as url:
        page.goto(f"{url}/parcels")
        assert page.evaluate("JSON.parse(document.body.innerText).path") == "/parcels"
        assert page.evaluate("navigator.language") == "zh-CN"


def test_a_served_app_answers_over_a_real_socket() -> None:
    with serving(say) as url, urllib.request.urlopen(f"{url}/x", timeout=5) as answer:
        assert json.load(answer) == {"path": "/x"}


def test_a_missing_tool_skips_for_a_contributor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no browser"):
        report_missing("no browser")


def test_a_missing_tool_fails_where_everything_is_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no browser"):
        report_missing("no browser")


def test_a_copied_file_is_a_database_of_its_own(tmp_path: Path) -> None:
    template = tmp_path / "template"
    template.write_bytes(b"one")
    folder = tmp_path / "test"
    folder.mkdir()
    (folder / databases.copied_sqlite(template, folder).rpartition("/")[2]).write_bytes(b"two")
    assert template.read_bytes() == b"one"
