"""The folder of area packages under several hands: what one is about to send, another does not remove."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from server.exports.package import KeptPackage, PackageFolder, Stamp

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)


def made(folder: PackageFolder, text: str, position: int, *, now: datetime) -> KeptPackage:
    def first(counts: dict[str, int]) -> dict[str, Any]:
        return {"entity": "package", "made_on": None, "counts": counts}

    with folder.lock("320583001"):
        stamp = Stamp(position, 0, "2026-11-23", "epoch", "law")
        return folder.keep("320583001", stamp, [("parcel", text)], first, now=now)


def age(folder: PackageFolder, package: KeptPackage, days: int) -> None:
    """Let the file look as if it was written so many days ago."""
    written = (NOW - timedelta(days=days)).timestamp()
    os.utime(folder.path(package), (written, written))


def test_old_packages_go_after_a_fortnight_and_the_newest_stays(tmp_path: Path) -> None:
    folder = PackageFolder(tmp_path / "packages")
    first, second, third = (made(folder, f'{{"a":{number}}}', number, now=NOW) for number in (1, 2, 3))
    for package, days in ((first, 15), (second, 13), (third, 99)):
        age(folder, package, days)
    assert made(folder, '{"a":3}', 4, now=NOW).digest == third.digest
    assert [folder.path(each).exists() for each in (first, second, third)] == [False, True, True]


def test_a_package_that_was_the_newest_until_now_can_still_be_sent(tmp_path: Path) -> None:
    folder = PackageFolder(tmp_path / "packages")
    age(folder, made(folder, '{"a":1}', 1, now=NOW), 60)
    asked = folder.newest("320583001")
    assert asked is not None
    made(folder, '{"a":2}', 2, now=NOW)
    assert folder.path(asked).exists(), "somebody was told of it a moment ago"
    age(folder, asked, 15)
    made(folder, '{"a":3}', 3, now=NOW)
    assert not folder.path(asked).exists()
