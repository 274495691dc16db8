"""The phone's JavaScript: its own tests one by one, its types, its size, and that every file it names is there.

The tests themselves are tests/phone/**/*.test.mjs and run in Node; here each file is one test, so that a failure has a name.
"""

import json
import os
import re
import signal
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from server.phone.shelf import APP, Shelf
from tests.contracts.conventions import MAX_FUNCTION_LINES, MAX_MODULE_LINES
from tests.contracts.sources import ROOT, own_files
from tests.processes.node import FOLDER

pytestmark = pytest.mark.processes

TESTS = own_files("tests/phone", "*.test.mjs")
SCRIPTS = [*own_files("client_sync/phone", "*.js"), *own_files("client_sync/phone", "*.mjs")]
SECONDS = 120
BARE = re.compile(r"^[^./]")


def run(node: Path, *arguments: "str | Path") -> subprocess.CompletedProcess[str]:
    # A test that starts no process of its own is one process; Node's own colours would only fill the report with codes.
    environment = {name: value for name, value in os.environ.items() if name != "NODE_OPTIONS"} | {"NO_COLOR": "1"}
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([node, *arguments], cwd=FOLDER, env=environment, start_new_session=True, **pipes) as process:
        try:
            said = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            # Node runs each file in a process of its own, which would go on without the one that is waited for.
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, *said)


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_the_javascript_does_what_its_tests_say(node: Path, path: Path) -> None:
    answer = run(node, "--test", "--test-reporter=spec", path)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert re.search(r"^. tests [1-9]", answer.stdout, re.MULTILINE), f"{path} holds no test"


def test_a_failing_javascript_test_fails_here_too(node: Path, tmp_path: Path) -> None:
    planted = tmp_path / "planted.test.mjs"
    planted.write_text("import { test } from 'node:test';\ntest('no', () => { throw new Error('planted'); });\n")
    answer = run(node, "--test", "--test-reporter=spec", planted)
    assert answer.returncode != 0
    assert "planted" in answer.stdout


@pytest.mark.parametrize("project", ["tsconfig.json", "tsconfig.worker.json"])
def test_the_types_that_the_comments_promise_hold(node: Path, project: str) -> None:
    answer = run(node, "node_modules/typescript/bin/tsc", "--project", project, "--pretty", "false")
    assert answer.stdout == ""


def test_a_wrong_type_is_found(node: Path, tmp_path: Path) -> None:
    (tmp_path / "planted.js").write_text("/** @param {number} metres */\nexport const f = (metres) => metres;\nf('one');\n")
    settings = {"extends": str(FOLDER / "tsconfig.json"), "include": ["planted.js"], "exclude": []}
    (tmp_path / "tsconfig.json").write_text(json.dumps(settings))
    answer = run(node, "node_modules/typescript/bin/tsc", "--project", tmp_path / "tsconfig.json", "--pretty", "false")
    assert "planted.js(3,3): error TS2345" in answer.stdout


@pytest.fixture(scope="session")
def sources(node: Path) -> dict[Path, dict[str, Any]]:
    """What tests/phone/sources.mjs knows of each script of the app."""
    answer = run(node, "sources.mjs", *SCRIPTS)
    assert answer.returncode == 0, answer.stderr
    return {Path(name): facts for name, facts in json.loads(answer.stdout).items()}


def test_every_script_and_function_can_be_seen_whole(sources: dict[Path, dict[str, Any]]) -> None:
    long = [path.name for path in sources if path.read_text("utf-8").count("\n") > MAX_MODULE_LINES]
    long += [
        f"{path.relative_to(ROOT)}:{each['line']}: {each['name'] or 'a function'} has {each['lines']} lines"
        for path, facts in sources.items()
        for each in facts["functions"]
        if each["lines"] > MAX_FUNCTION_LINES
    ]
    assert long == []


def test_every_file_a_script_names_is_published_and_none_is_named_without_a_path(sources: dict[Path, dict[str, Any]]) -> None:
    published = Shelf().now().files.keys()
    missing = []
    for path, facts in sources.items():
        here = path.parent.relative_to(APP)
        for named in facts["references"]:
            below = Path(os.path.normpath("/" / here / named)).relative_to("/").as_posix()
            if BARE.match(named) or below not in published:
                missing.append(f"{path.relative_to(ROOT)} names {named}")
    assert missing == []


def test_every_file_a_page_or_the_app_description_names_is_published(sources: dict[Path, dict[str, Any]]) -> None:
    published = {"", *Shelf().now().files}
    named = set()
    for page in APP.rglob("*.html"):
        named |= set(re.findall(r'(?:src|href)="([^"#]+)"', page.read_text("utf-8")))
    for description in APP.rglob("*.webmanifest"):
        facts = json.loads(description.read_text("utf-8"))
        named |= {icon["src"] for icon in facts["icons"]} | {facts["start_url"], facts["scope"]}
    addresses = {name.removeprefix("/phone/").removeprefix("./").partition("?")[0] for name in named}
    assert addresses
    assert sorted(addresses - published) == []


def test_every_script_opens_with_what_it_promises() -> None:
    silent = [path.relative_to(ROOT).as_posix() for path in SCRIPTS if not path.read_text("utf-8").startswith("/**")]
    assert silent == []


def test_the_vendored_files_are_what_the_locked_packages_give(node: Path, tmp_path: Path) -> None:
    answer = run(node, "vendor.mjs", tmp_path)
    assert answer.returncode == 0, answer.stderr
    kept = APP / "vendor"
    names = {path.relative_to(kept).as_posix() for path in kept.rglob("*") if path.is_file()}
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()} == names
    assert [name for name in sorted(names) if (tmp_path / name).read_bytes() != (kept / name).read_bytes()] == []


def test_the_lock_pins_every_package_by_its_checksum_and_names_no_registry() -> None:
    text = (FOLDER / "package-lock.json").read_text("utf-8")
    packages = {name: each for name, each in json.loads(text)["packages"].items() if name}
    assert [name for name, each in packages.items() if not each.get("integrity", "").startswith("sha512-")] == []
    assert "resolved" not in text
    wanted = json.loads((FOLDER / "package.json").read_text("utf-8"))["devDependencies"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_the_vendored_versions_are_the_locked_ones() -> None:
    listed = tomllib.loads((APP / "vendor" / "VENDORED.toml").read_text("utf-8"))["package"]
    locked = json.loads((FOLDER / "package-lock.json").read_text("utf-8"))["packages"]
    assert {each["name"]: each["version"] for each in listed} == {
        each["name"]: locked[f"node_modules/{each['name']}"]["version"] for each in listed
    }
