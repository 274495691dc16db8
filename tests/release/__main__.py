"""`python -m tests.release`: every long check, one after another, and a dated page in docs/ledger of what came out.

Names of single checks may follow: then only their lines of the page are written anew. Ends with 1 when a check fails.
"""

import contextlib
import platform
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.phone.browser.office import ROOT, make_county, open_office
from tests.release.phone_sweeps import CHECKS, Bench

LEDGER = ROOT / "docs" / "ledger"


@dataclass(frozen=True)
class Line:
    """What came of one check: its own sentence, or the last line of what went wrong."""

    name: str
    passed: bool
    said: str
    seconds: float

    @property
    def row(self) -> str:
        return f"| {self.name} | {'passed' if self.passed else 'FAILED'} | {self.said} | {self.seconds:.0f} |"


@contextlib.contextmanager
def bench(folder: Path, county: Path) -> Iterator[Bench]:
    """A fresh office, and the driver that makes phones for it."""
    with open_office(county, folder / "office") as office, sync_playwright() as driver:
        made = Bench(office, driver, folder)
        try:
            yield made
        finally:
            for phone in made.phones:
                phone.kill()


def run(name: str, county: Path) -> Line:
    """One check on an office of its own."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            with bench(Path(folder), county) as made:
                said, passed = CHECKS[name](made), True
        except (Exception, pytest.skip.Exception) as fault:  # noqa: BLE001 - whatever breaks a check is written down as its result
            traceback.print_exc()
            said, passed = (str(fault).strip().splitlines() or [type(fault).__name__])[0], False
    return Line(name, passed, said, time.monotonic() - began)


def written_down(lines: list[Line], day: datetime) -> Path:
    """The page of this commit and day, with these lines in place of what it said of the same checks before."""
    asked = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False)
    commit = asked.stdout.strip() or "unknown"
    LEDGER.mkdir(exist_ok=True)
    page = LEDGER / f"{day:%Y-%m-%d}-{commit.removesuffix('-dirty')}.md"
    told = rows_of(page) | {line.name: line.row for line in lines}
    head = [
        f"# Release check of {day:%Y-%m-%d}",
        "",
        f"Commit `{commit}`, {platform.system()} {platform.machine()}, Python {platform.python_version()}.",
        "",
        "| check | result | what it says | seconds |",
        "|---|---|---|---|",
    ]
    rows = [told.get(name, f"| {name} | not run | | |") for name in CHECKS]
    page.write_text("\n".join([*head, *rows]) + "\n", "utf-8")
    return page


def rows_of(page: Path) -> dict[str, str]:
    """The lines of a page by the check they are about; none where there is no page yet."""
    lines = page.read_text("utf-8").splitlines() if page.exists() else []
    by_name = {line.split("|")[1].strip(): line for line in lines if line.startswith("| ")}
    return {name: line for name, line in by_name.items() if name in CHECKS}


def main(wanted: list[str]) -> int:
    """Run the checks named, or all; 1 when one fails, 2 when a name is unknown."""
    if unknown := set(wanted) - set(CHECKS):
        print(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(CHECKS)}", file=sys.stderr)
        return 2
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        make_county(Path(folder))
        for name in wanted or CHECKS:
            print(f"== {name}", flush=True)
            lines.append(run(name, Path(folder)))
            print(f"{'passed' if lines[-1].passed else 'FAILED'} in {lines[-1].seconds:.0f} s: {lines[-1].said}", flush=True)
    print(written_down(lines, datetime.now(UTC)).relative_to(ROOT))
    return 0 if all(line.passed for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
