"""The repository runs from any folder on any machine: it names none, and holds nothing private or left over."""

import re
import subprocess

import pytest

from tests.contracts.sources import ROOT

# Written in pieces, so that this file does not find itself.
FOLDERS = ("/" + "work/", "/" + "home/[a-z]", "/" + "root/", "/" + "Users/[a-z]", r"[A-Z]:\\" + "Users")
FOLDERS_OF_A_MACHINE = re.compile("|".join(FOLDERS))
PRIVATE_KEY = "-----BEGIN " + "PRIVATE KEY-----"
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
MAX_FILE_BYTES = 3_000_000


def tracked() -> list[str]:
    """Files that git keeps; skipped in an archive without git."""
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode:
        pytest.skip("not a git checkout")
    return [name for name in answer.stdout.split("\0") if name and (ROOT / name).is_file()]


def texts() -> dict[str, str]:
    """Text of every tracked file that is text and written here."""
    found = {}
    for name in tracked():
        content = (ROOT / name).read_bytes()
        if b"\0" not in content[:8192] and "/vendor/" not in name:
            found[name] = content.decode("utf-8")
    return found


@pytest.mark.parametrize("planted", ["/" + "home/li/xuntu", "/" + "work/main", "C:\\" + "Users\\li"])
def test_a_planted_folder_is_caught(planted: str) -> None:
    assert FOLDERS_OF_A_MACHINE.search(planted)


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    assert {name for name, text in texts().items() if FOLDERS_OF_A_MACHINE.search(text)} == set()


def test_no_private_key_is_kept() -> None:
    assert {name for name, text in texts().items() if PRIVATE_KEY in text} == set()


def test_nothing_is_marked_as_unfinished() -> None:
    assert {name for name, text in texts().items() if UNFINISHED.search(text)} == set()


def test_no_file_is_too_large_to_clone_everywhere() -> None:
    assert {name for name in tracked() if (ROOT / name).stat().st_size > MAX_FILE_BYTES} == set()


def test_data_and_environments_are_not_kept() -> None:
    assert {name for name in tracked() if name.startswith(("var/", ".venv/")) or "__pycache__" in name} == set()
