"""Locks on files: one holds, the others wait, and nobody waits for ever."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest

from server import problems
from server.exports.package import PackageFolder
from server.file_locks import held
from server.media.blobs import Blobs
from server.problems import Problem
from tests.contracts.sources import own_files


def hold(path: Path, *, patience_seconds: float) -> None:
    with held(path, patience_seconds=patience_seconds, otherwise=problems.UPLOAD_LOCKED()):
        pass


def test_who_waits_too_long_hears_the_problem_of_what_is_locked(tmp_path: Path) -> None:
    path, locked = tmp_path / "lock", problems.UPLOAD_LOCKED()
    with held(path, patience_seconds=0, otherwise=locked), pytest.raises(Problem, match="upload-locked"):
        hold(path, patience_seconds=0.05)
    hold(tmp_path / "lock", patience_seconds=0)


def test_who_waits_long_enough_is_next(tmp_path: Path) -> None:
    with ThreadPoolExecutor() as pool:
        with held(tmp_path / "lock", patience_seconds=0, otherwise=problems.UPLOAD_LOCKED()):
            next_one = pool.submit(hold, tmp_path / "lock", patience_seconds=10)
            sleep(0.1)
            assert not next_one.done()
        next_one.result(timeout=10)


def test_an_upload_and_an_area_tell_each_in_its_own_words_that_they_are_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.exports.package.PATIENCE_SECONDS", 0.05)
    blobs, packages = Blobs(tmp_path / "blobs"), PackageFolder(tmp_path / "packages")
    with blobs.lock("a"), packages.lock("320583"):
        with pytest.raises(Problem, match="upload-locked"), blobs.lock("a", patience_seconds=0.05):
            pytest.fail("two hold one upload")
        with pytest.raises(Problem, match="the area package is still being made"), packages.lock("320583"):
            pytest.fail("two make one package")
        with blobs.lock("b", patience_seconds=0), packages.lock("320584"):
            pass


def test_the_waiting_stands_in_one_place() -> None:
    assert [path.name for path in own_files("server", "*.py") if "flock(" in path.read_text("utf-8")] == ["file_locks.py"]
