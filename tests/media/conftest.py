"""One examiner for all tests of a module, as a server keeps one; tests that break their child make their own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from server.media.examiner import Examination, ExaminationLimits, PhotoExaminer
from tests.media.pictures import child_memory


@pytest.fixture(scope="module")
def examiner() -> Iterator[PhotoExaminer]:
    with PhotoExaminer(ExaminationLimits()) as shared:
        yield shared


@dataclass(frozen=True)
class Corpus:
    """Every real and fuzzed file examined once: by path, with the children it took and the highest memory of the last."""

    examined: dict[Path, Examination]
    children: set[int | None]
    peak_rss_bytes: int


@pytest.fixture(scope="session")
def corpus(shared_data: Path) -> Corpus:
    paths = sorted(path for path in (shared_data / "photos").rglob("*") if path.is_file())
    examined, children = {}, set()
    with PhotoExaminer(ExaminationLimits()) as examiner:
        for path in paths:
            examined[path] = examiner.examine(path)
            children.add(examiner.child_pid)
        assert examiner.child_pid is not None
        return Corpus(examined, children, child_memory(examiner.child_pid, "VmHWM"))
