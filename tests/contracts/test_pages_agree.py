"""What the pages tell a reader to type exists, and what exists is on a page: make targets, commands, settings, links."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from tests.contracts.sources import ROOT, modules

if TYPE_CHECKING:
    from flask import Flask

PAGES = [path for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")) if path.is_file()]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
SETTING = re.compile(r"\bXUNTU_[A-Z_]+\b")
# Read by the tests, not by the server.
SETTINGS_OF_TESTS = {"XUNTU_SHARED", "XUNTU_CHROMIUM"}
COMMANDS_OF_LIBRARIES = {"run", "shell", "routes", "db", "openapi", "limiter"}


def code_of(page: str) -> str:
    """The fenced blocks and code spans of a page: what a reader types."""
    fenced = re.findall(r"^```.*?\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL))
    return "\n".join([*fenced, *spans])


def all_code() -> str:
    return "\n".join(code_of(path.read_text("utf-8")) for path in PAGES)


def command_at(group: click.Group, words: list[str]) -> click.Command | None:
    """The command that words name below a group; None where a word names nothing."""
    command: click.Command | None = group
    for word in words:
        if not isinstance(command, click.Group):
            return command
        command = command.commands.get(word)
    return command


def own_commands(app: "Flask") -> dict[str, click.Command]:
    """The commands this project registers, not those that come with Flask or an extension."""
    return {name: command for name, command in app.cli.commands.items() if name not in COMMANDS_OF_LIBRARIES}


def test_the_readme_is_there() -> None:
    assert (ROOT / "README.md").is_file()


def test_every_make_target_on_a_page_exists() -> None:
    named = set(re.findall(r"(?:^|[\s;&])make ([a-z][a-z-]*)", all_code()))
    assert named - TARGETS == set()


def test_every_make_target_explains_itself() -> None:
    explained = set(re.findall(r"^([a-z][a-z-]*):.*## \w", MAKEFILE, re.MULTILINE))
    assert explained == TARGETS


def test_every_flask_command_on_a_page_exists(app: "Flask") -> None:
    missing = []
    for line in re.findall(r"flask --app wsgi ([a-z][^\n#|;&]*)", all_code() + "\n" + MAKEFILE):
        words = [word for word in line.split() if re.fullmatch(r"[a-z][a-z0-9-]*", word)]
        if command_at(app.cli, words[:1]) is None or command_at(app.cli, words[:2]) is None:
            missing.append(line.strip())
    assert missing == []


def test_every_command_is_on_a_page(app: "Flask") -> None:
    told = all_code()
    assert {name for name in own_commands(app) if not re.search(rf"wsgi {re.escape(name)}\b", told)} == set()


def test_every_command_explains_itself(app: "Flask") -> None:
    silent = []
    for name, command in own_commands(app).items():
        below = command.commands if isinstance(command, click.Group) else {"": command}
        silent += [f"{name} {sub}".strip() for sub, each in below.items() if not each.help]
    assert silent == []


def settings_read() -> set[str]:
    return {name for module in modules("server") for name in SETTING.findall(module.text)}


def test_every_setting_is_on_a_page() -> None:
    pages = "\n".join(path.read_text("utf-8") for path in PAGES)
    assert settings_read() - set(SETTING.findall(pages)) == set()


def test_every_setting_on_a_page_exists() -> None:
    named = {name for path in PAGES for name in SETTING.findall(path.read_text("utf-8"))}
    clients = {name for module in modules("client_sync") for name in SETTING.findall(module.text)}
    assert named - settings_read() - clients - SETTINGS_OF_TESTS == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S))
    assert [target for target in targets if not (page.parent / target).exists()] == []
