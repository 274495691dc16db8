"""Other people's files are as they were published, each listed with its licence. Refuses a file nobody listed."""

import hashlib
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {
    "console": ROOT / "server" / "console" / "static" / "vendor",
    "phone": ROOT / "client_sync" / "phone" / "vendor",
}
PACKAGES: dict[str, list[dict[str, Any]]] = {
    name: tomllib.loads((folder / "VENDORED.toml").read_text("utf-8"))["package"] for name, folder in FOLDERS.items()
}
EACH = [
    pytest.param(FOLDERS[where], package, id=f"{where}-{package['name']}") for where in FOLDERS for package in PACKAGES[where]
]


@pytest.mark.parametrize(("folder", "package"), EACH)
def test_a_vendored_package_is_byte_for_byte_as_listed(folder: Path, package: dict[str, Any]) -> None:
    found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in package["files"]}
    assert found == package["files"]


@pytest.mark.parametrize(("folder", "package"), EACH)
def test_a_vendored_package_brings_its_licence_and_an_exact_version(folder: Path, package: dict[str, Any]) -> None:
    assert package["licence"]
    assert package["licence_file"] in package["files"]
    ingredients = package.get("bundled", [])
    assert [each["version"].count(".") for each in (package, *ingredients)] == [2] * (1 + len(ingredients))
    licences = "".join((folder / name).read_text("utf-8") for name in package["files"] if "LICENSE" in name)
    assert [each["name"] for each in ingredients if each["name"] not in licences or not each["licence"]] == []


@pytest.mark.parametrize("where", FOLDERS)
def test_no_file_is_vendored_without_being_listed(where: str) -> None:
    listed = {name for package in PACKAGES[where] for name in package["files"]} | {"VENDORED.toml"}
    assert {path.relative_to(FOLDERS[where]).as_posix() for path in FOLDERS[where].rglob("*") if path.is_file()} == listed


def test_no_package_is_vendored_twice() -> None:
    """The phone is served the console's map library, so that there is one copy to keep up to date."""
    assert [
        name for name, times in Counter(each["name"] for some in PACKAGES.values() for each in some).items() if times > 1
    ] == []
