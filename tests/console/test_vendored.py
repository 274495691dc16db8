"""Other people's files are as they were published, each listed with its licence. Refuses a file nobody listed."""

import hashlib
import tomllib
from pathlib import Path
from typing import Any

import pytest

VENDOR = Path(__file__).resolve().parents[2] / "server" / "console" / "static" / "vendor"
PACKAGES: list[dict[str, Any]] = tomllib.loads((VENDOR / "VENDORED.toml").read_text("utf-8"))["package"]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_a_vendored_package_is_byte_for_byte_as_published(package: dict[str, Any]) -> None:
    found = {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in package["files"]}
    assert found == package["files"]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_a_vendored_package_brings_its_licence_and_an_exact_version(package: dict[str, Any]) -> None:
    assert package["licence"]
    assert package["licence_file"] in package["files"]
    assert package["version"].count(".") == 2


def test_no_file_is_vendored_without_being_listed() -> None:
    listed = {name for package in PACKAGES for name in package["files"]} | {"VENDORED.toml"}
    assert {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()} == listed
