"""Size, names, commits, clocks and purpose of every module. Each checker catches a planted violation first."""

from collections.abc import Callable, Iterator

import pytest

from tests.contracts import conventions
from tests.contracts.sources import ROOT, Module, module, modules, own_files

Checker = Callable[[Module], Iterator[str]]

LONG_FUNCTION = "def f():\n" + "    x = 1\n" * 40
LONG_DOCSTRING = 'def f():\n    """One.\n' + "\n    more\n" * 30 + '    """\n    return 1\n'

PLANTED: list[tuple[Checker, str, str]] = [
    (conventions.too_long, "server/domain/a.py", "x = 1\n" * 401),
    (conventions.too_long, "server/domain/a.py", LONG_FUNCTION),
    (conventions.vague_name, "server/domain/utils.py", ""),
    (conventions.vague_name, "server/manager/__init__.py", ""),
    (conventions.stray_commit, "server/services/a.py", "def f(uow):\n    uow.session.commit()"),
    (conventions.naive_datetime, "server/a.py", "datetime.now()"),
    (conventions.naive_datetime, "server/a.py", "datetime.datetime.now(None)"),
    (conventions.naive_datetime, "server/a.py", "datetime.now(tz=None)"),
    (conventions.naive_datetime, "server/a.py", "datetime.utcnow()"),
    (conventions.naive_datetime, "server/a.py", "datetime.fromtimestamp(5)"),
    (conventions.clock_read, "server/services/a.py", "datetime.now(UTC)"),
    (conventions.clock_read, "server/domain/a.py", "default = time.time"),
    (conventions.clock_read, "server/jobs/a.py", "date.today()"),
    (conventions.without_purpose, "server/a.py", "x = 1"),
    (conventions.without_purpose, "server/a.py", '"""This module contains x."""'),
]
INNOCENT: list[tuple[Checker, str, str]] = [
    (conventions.too_long, "server/domain/a.py", LONG_DOCSTRING),
    (conventions.too_long, "server/migrations/versions/0001.py", LONG_FUNCTION),
    (conventions.stray_commit, conventions.COMMITS_IN, "session.commit()"),
    (conventions.naive_datetime, "server/a.py", "datetime.now(UTC); datetime.fromtimestamp(5, UTC); datetime.now(tz=UTC)"),
    (conventions.naive_datetime, "client_sync/a.py", "datetime.now().astimezone()"),
    (conventions.clock_read, "server/__init__.py", "datetime.now(UTC)"),
    (conventions.clock_read, "server/ops/a.py", "time.monotonic(); time.perf_counter()"),
    (conventions.without_purpose, "server/store/__init__.py", ""),
]


@pytest.mark.parametrize(("check", "path", "text"), PLANTED)
def test_a_planted_violation_is_caught(check: Checker, path: str, text: str) -> None:
    assert list(check(module(text, path)))


@pytest.mark.parametrize(("check", "path", "text"), INNOCENT)
def test_an_innocent_module_is_left_alone(check: Checker, path: str, text: str) -> None:
    assert list(check(module(text, path))) == []


def found_by(check: Checker, *packages: str) -> list[str]:
    return [sentence for each in modules(*packages) for sentence in check(each)]


def test_every_module_and_function_can_be_seen_whole() -> None:
    assert found_by(conventions.too_long) == []


def test_every_script_of_the_browser_can_be_seen_whole() -> None:
    scripts = own_files("server", "*.js") + own_files("client_sync", "*.js") + own_files("client_sync", "*.mjs")
    long = {file.name: lines for file in scripts if (lines := file.read_text("utf-8").count("\n")) > conventions.MAX_MODULE_LINES}
    assert long == {}


def test_every_module_is_named_after_what_it_does() -> None:
    assert found_by(conventions.vague_name) == []


def test_every_module_opens_with_what_it_promises() -> None:
    assert found_by(conventions.without_purpose) == []


def test_only_the_unit_of_work_commits() -> None:
    assert (ROOT / conventions.COMMITS_IN).is_file()
    assert found_by(conventions.stray_commit, "server") == []


def test_no_datetime_is_made_without_a_zone() -> None:
    assert found_by(conventions.naive_datetime, "server", "client_sync", "schemas") == []


def test_the_server_reads_the_clock_only_at_its_composition_root() -> None:
    assert found_by(conventions.clock_read, "server") == []
