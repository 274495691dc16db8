"""What is imported is pinned, what is pinned is imported, and everything installs as one locked set."""

import importlib.metadata
import re
import sys
from functools import cache
from pathlib import Path

from tests.contracts.sources import OURS, ROOT, imports, modules

# Loaded by name or by another library rather than by an import of ours.
LOADED_OTHERWISE = {
    "gunicorn": "the production server's command",
    "psycopg": "SQLAlchemy loads it for postgresql+psycopg URLs",
    "tzdata": "zoneinfo reads it where the system has no time zones",
    "redis": "rq speaks to the queue through it",
    "werkzeug": "Flask stands on it; pinned because its parsers read what strangers send",
}
DEVELOPMENT_ONLY_LOADED_OTHERWISE = {"ruff", "mypy", "types-requests", "pytest-xdist"}

PIN = re.compile(r"^([A-Za-z0-9._-]+)(\[[a-z,]+\])?==([0-9][A-Za-z0-9.]*)$")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(file: str) -> dict[str, str]:
    """Package → version of a requirements file; fails on a line that pins nothing exactly."""
    found = {}
    for raw in Path(ROOT / file).read_text("utf-8").splitlines():
        line = raw.partition(" #")[0].strip()
        if not line or line.startswith(("#", "-r ")):
            continue
        matched = PIN.match(line)
        assert matched, f"{file}: {line} is not an exact pin"
        found[canonical(matched[1])] = matched[3]
    return found


@cache
def owners_of_modules() -> dict[str, str]:
    """Importable name → the distribution that brings it."""
    return {name: canonical(found[0]) for name, found in importlib.metadata.packages_distributions().items()}


@cache
def packages_imported(*ours: str) -> dict[str, str]:
    """Distribution → one place that imports it, for every module that is neither the standard library's nor ours."""
    found = {}
    for module in modules(*ours):
        for each in imports(module.tree):
            first = each.name.partition(".")[0]
            if first not in OURS and first not in sys.stdlib_module_names:
                found[owners_of_modules().get(first, canonical(first))] = f"{module.path}:{each.line}"
    return found


def test_everything_the_product_imports_is_pinned_as_a_requirement() -> None:
    imported = packages_imported("server", "client_sync", "schemas")
    assert {name: place for name, place in imported.items() if name not in pins("requirements.txt")} == {}


def test_everything_tests_import_is_pinned() -> None:
    declared = pins("requirements.txt") | pins("requirements-dev.txt")
    assert {name: place for name, place in packages_imported("tests").items() if name not in declared} == {}


def test_every_requirement_is_used() -> None:
    imported = packages_imported("server", "client_sync", "schemas").keys()
    assert pins("requirements.txt").keys() - imported - LOADED_OTHERWISE.keys() == set()


def test_every_development_requirement_is_used() -> None:
    imported = packages_imported("tests", "server", "client_sync", "schemas").keys()
    assert pins("requirements-dev.txt").keys() - imported - DEVELOPMENT_ONLY_LOADED_OTHERWISE == set()


def test_the_lock_agrees_with_the_requirements() -> None:
    lock = pins("constraints.txt")
    declared = pins("requirements.txt") | pins("requirements-dev.txt")
    assert {name: version for name, version in declared.items() if lock.get(name) != version} == {}


def test_what_runs_here_is_what_is_locked() -> None:
    installed = {canonical(each.metadata["Name"]): each.version for each in importlib.metadata.distributions()}
    lock = pins("constraints.txt")
    assert {name: version for name, version in lock.items() if installed.get(name, version) != version} == {}
