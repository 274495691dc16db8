"""The examiner under real, damaged and hostile files, and its child under limits and signals."""

import hashlib
import io
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from server.domain.evidence import WARNINGS, PhotoFacts
from server.media.examiner import Examination, ExaminationLimits, PhotoExaminer
from server.problems import Problem
from tests.media import pictures
from tests.media.conftest import Corpus

Save = Callable[[str, bytes], Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    return lambda name, content: pictures.saved(tmp_path, name, content)


def opened(examination: Examination) -> Image.Image:
    assert examination.thumbnail_bytes is not None
    return Image.open(io.BytesIO(examination.thumbnail_bytes))


def test_no_real_or_fuzzed_file_crashes_hangs_or_swells_the_child(corpus: Corpus) -> None:
    slowest = max(corpus.examined, key=lambda path: corpus.examined[path].seconds)
    seconds = corpus.examined[slowest].seconds
    print(f"{len(corpus.examined)} files, slowest {slowest.name} {seconds:.2f} s, peak RSS {corpus.peak_rss_bytes >> 20} MiB")
    assert len(corpus.children) == 1, "a file took the child down"
    assert seconds < 10
    assert corpus.peak_rss_bytes <= 512 << 20
    assert corpus.peak_rss_bytes == max(examination.peak_rss_bytes for examination in corpus.examined.values())


def test_every_real_or_fuzzed_file_gives_whole_facts(corpus: Corpus) -> None:
    for path, examination in corpus.examined.items():
        assert PhotoFacts.from_json(examination.facts.as_json()) == examination.facts, path.name
        assert set(examination.facts.warnings) <= WARNINGS.keys(), path.name
        picture = examination.facts.format in ("jpeg", "heic", "png", "webp")
        assert (examination.thumbnail_bytes is not None) == (picture and examination.facts.problem is None), path.name
        if examination.thumbnail_bytes is not None:
            assert max(opened(examination).size) <= 480


def test_a_photo_gives_its_facts_and_its_bytes_stay_as_they_are(examiner: PhotoExaminer, save: Save) -> None:
    content = pictures.jpeg(gps=pictures.GPS, exif=pictures.EXIF, make="HMD Global")
    path = save("现场照片.jpg", content)
    path.chmod(0o400)
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    facts = examiner.examine(path, digest=digest).facts
    assert (facts.format, facts.width, facts.height, facts.problem) == ("jpeg", 64, 48, None)
    assert (facts.lon, facts.lat) == (pytest.approx(120.985), pytest.approx(31.39))
    assert (facts.azimuth_ref, facts.device_make) == ("magnetic", "HMD Global")
    assert path.read_bytes() == content


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_small_picture_is_upright_and_carries_no_metadata(examiner: PhotoExaminer, save: Save, orientation: int) -> None:
    content = pictures.jpeg((1200, 800), gps=pictures.GPS, make="Apple", orientation=orientation)
    small = opened(examiner.examine(save("photo.jpg", content)))
    assert small.size == ((480, 320) if orientation < 5 else (320, 480))
    # The red half is on the left as stored; where it must be once upright is what the orientation means.
    at = {1: (5, 160), 2: (475, 160), 3: (475, 160), 4: (5, 160), 5: (160, 5), 6: (160, 5), 7: (160, 475), 8: (160, 475)}[
        orientation
    ]
    red, _, blue = small.getpixel(at)
    assert red > 200
    assert blue < 60
    assert dict(small.getexif()) == {}
    assert not {"exif", "icc_profile", "comment", "xmp"} & small.info.keys()


def test_a_comment_of_the_original_does_not_reach_the_small_picture(examiner: PhotoExaminer, save: Save) -> None:
    content = pictures.jpeg()
    commented = content[:2] + b"\xff\xfe\x00\x0c<script>!!" + content[2:]
    examination = examiner.examine(save("photo.jpg", commented))
    assert examination.facts.warnings == ("polyglot-markup",)
    assert examination.thumbnail_bytes is not None
    assert b"<script" not in examination.thumbnail_bytes


def test_a_heic_is_turned_once_only(examiner: PhotoExaminer, shared_data: Path) -> None:
    examination = examiner.examine(shared_data / "photos" / "with-gps" / "ianare__heic__mobile__HMD_Nokia_8.3_5G.heif")
    assert (examination.facts.width, examination.facts.height) == (3456, 4608)
    assert opened(examination).size == (360, 480)


@pytest.mark.parametrize(
    ("content", "named", "problem"),
    [
        (b"", "other", None),
        (b"\xff", "other", None),
        (b"%PDF-1.7\n%%EOF", "pdf", None),
        (b"GIF89a" + bytes(50), "other", None),
        (pictures.jpeg()[:300], "jpeg", "photo-unreadable"),
        (pictures.jpeg((640, 480))[:-2000], "jpeg", "photo-unreadable"),
        (pictures.png(300, 300)[:60], "png", "photo-unreadable"),
        (b"\xff\xd8\xff" + bytes(500), "jpeg", "photo-unreadable"),
        (b"RIFF\x20\x00\x00\x00WEBPVP8 " + bytes(30), "webp", "photo-unreadable"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + bytes(50), "heic", "photo-unreadable"),
    ],
)
def test_what_is_no_whole_picture_is_said_to_be_so(
    examiner: PhotoExaminer, save: Save, content: bytes, named: str, problem: str | None
) -> None:
    examination = examiner.examine(save("photo.jpg", content))
    assert (examination.facts.format, examination.facts.problem) == (named, problem)
    assert examination.thumbnail_bytes is None
    assert problem is None or "/" not in str(examination.facts.reason)


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(pictures.png(20_000, 20_000, bits=1), id="a 400-megapixel PNG of 50 kB"),
        pytest.param(pictures.claiming(pictures.jpeg(), 65_000, 65_000), id="a JPEG that claims 4 gigapixels"),
    ],
)
def test_a_bomb_is_measured_and_not_decoded(examiner: PhotoExaminer, save: Save, bomb: bytes) -> None:
    examination = examiner.examine(save("bomb", bomb))
    assert examination.facts.problem == "examination-limit"
    assert examination.facts.reason == "more than 108000000 pixels"
    assert (examination.facts.width or 0) >= 20_000
    assert examination.peak_rss_bytes < 200 << 20


def test_a_photo_that_is_also_an_archive_is_examined_and_warned_of(examiner: PhotoExaminer, save: Save) -> None:
    tail = (
        b"PK\x03\x04" + bytes(100) + b"PK\x01\x02" + bytes(42) + b"PK\x05\x06" + bytes(8) + (46).to_bytes(4, "little") + bytes(6)
    )
    examination = examiner.examine(save("photo.jpg", pictures.jpeg() + tail))
    assert examination.facts.problem is None
    assert examination.facts.warnings == ("polyglot-zip", "trailing-data")


def test_other_bytes_than_the_digest_names_are_found(examiner: PhotoExaminer, save: Save) -> None:
    facts = examiner.examine(save("photo.jpg", pictures.jpeg()), digest=f"sha256:{'0' * 64}").facts
    assert (facts.problem, facts.width) == ("digest-mismatch", None)


def test_a_missing_file_is_a_problem_without_its_folder(examiner: PhotoExaminer, tmp_path: Path) -> None:
    with pytest.raises(Problem) as raised:
        examiner.examine(tmp_path / "gone.jpg")
    assert raised.value.kind.code == "file-unreadable"
    assert str(tmp_path) not in raised.value.detail


def test_a_picture_beyond_the_memory_limit_keeps_its_facts_and_the_next_one_works(save: Save) -> None:
    with PhotoExaminer(ExaminationLimits(memory_bytes=192 << 20)) as small:
        examination = small.examine(save("large.png", pictures.png(7_000, 7_000, colour=2)))
        assert (examination.facts.width, examination.facts.problem) == (7_000, "examination-limit")
        assert examination.facts.reason == "more than 192 MiB of memory"
        assert small.examine(save("photo.jpg", pictures.jpeg())).facts.problem is None


def test_a_memory_limit_too_small_for_any_photo_is_refused(save: Save) -> None:
    with PhotoExaminer(ExaminationLimits(memory_bytes=48 << 20)) as tiny, pytest.raises(Problem) as raised:
        tiny.examine(save("photo.jpg", pictures.jpeg()))
    assert raised.value.kind.code == "unsafe-setting"


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (ExaminationLimits(wall_seconds=0.3), "more than 0.3 s"),
        (ExaminationLimits(cpu_seconds=1), "more than 1 s of processor time"),
    ],
)
def test_a_file_that_takes_too_long_is_cut_and_the_next_one_works(save: Save, limits: ExaminationLimits, reason: str) -> None:
    slow = save("slow.jpg", pictures.with_empty_comments(pictures.jpeg(), 8_000_000))
    with PhotoExaminer(limits) as hasty:
        examination = hasty.examine(slow)
        assert (examination.facts.format, examination.facts.problem) == ("jpeg", "examination-limit")
        assert examination.facts.reason == reason
        assert examination.seconds < 4
        assert hasty.examine(save("photo.jpg", pictures.jpeg())).facts.problem is None


def test_a_child_killed_in_the_middle_is_replaced_and_the_photo_examined_all_the_same(save: Save) -> None:
    slow = save("slow.jpg", pictures.with_empty_comments(pictures.jpeg(), 200_000))
    with PhotoExaminer(ExaminationLimits()) as shot_at:
        shot_at.examine(save("photo.jpg", pictures.jpeg()))
        victim = shot_at.child_pid
        assert victim is not None
        timer = threading.Timer(0.1, os.kill, (victim, signal.SIGKILL))
        timer.start()
        examination = shot_at.examine(slow)
        timer.join()
        assert examination.facts.problem is None
        assert shot_at.child_pid not in (None, victim)


def test_a_photo_that_takes_every_child_down_is_called_so_and_the_next_one_works(save: Save) -> None:
    slow = save("slow.jpg", pictures.with_empty_comments(pictures.jpeg(), 8_000_000))
    with PhotoExaminer(ExaminationLimits()) as shot_at:
        done = threading.Event()

        def shoot() -> None:
            while not done.wait(0.1):
                if (pid := shot_at.child_pid) is not None:
                    os.kill(pid, signal.SIGKILL)

        marksman = threading.Thread(target=shoot)
        marksman.start()
        examination = shot_at.examine(slow)
        done.set()
        marksman.join()
        assert (examination.facts.problem, examination.facts.reason) == ("examination-limit", "the decoder crashed")
        assert shot_at.examine(save("photo.jpg", pictures.jpeg())).facts.problem is None


def test_threads_share_one_child_and_each_gets_its_own_answer(save: Save) -> None:
    paths = [save(f"{width}.jpg", pictures.jpeg((width, 20))) for width in range(20, 60)]
    widths: dict[int, int | None] = {}
    with PhotoExaminer(ExaminationLimits()) as shared:

        def examine(part: list[Path]) -> None:
            for path in part:
                widths[int(path.stem)] = shared.examine(path).facts.width

        threads = [threading.Thread(target=examine, args=(paths[start::4],)) for start in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert widths == {width: width for width in range(20, 60)}


def test_a_forked_worker_starts_its_own_child(save: Save) -> None:
    path = save("photo.jpg", pictures.jpeg())
    with PhotoExaminer(ExaminationLimits()) as shared:
        shared.examine(path)
        mine = shared.child_pid
        worker = os.fork()
        if worker == 0:
            try:
                well = shared.examine(path).facts.width == 64 and shared.child_pid != mine
                shared.close()
                os._exit(0 if well else 1)
            finally:
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]) == 0
        assert shared.examine(path).facts.width == 64
        assert shared.child_pid == mine


def test_the_child_holds_no_secret_and_not_the_application(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUNTU_SECRET_KEY", "must-not-be-passed-on")
    with PhotoExaminer(ExaminationLimits()) as clean:
        clean.examine(save("photo.jpg", pictures.jpeg()))
        pid = clean.child_pid
        assert pid is not None
        assert b"must-not-be-passed-on" not in Path(f"/proc/{pid}/environ").read_bytes()
        loaded = Path(f"/proc/{pid}/maps").read_text()
        assert "pillow" in loaded
        assert not [name for name in ("numpy", "sqlalchemy", "shapely", "pyproj", "_ssl") if name in loaded]
        assert pictures.child_memory(pid, "VmSize") < 128 << 20


def test_the_child_ends_when_its_parent_is_gone(save: Save) -> None:
    path = save("photo.jpg", pictures.jpeg())
    told, tell = os.pipe()
    worker = os.fork()
    if worker == 0:
        lonely = PhotoExaminer(ExaminationLimits())
        lonely.examine(path)
        os.write(tell, str(lonely.child_pid).encode())
        os._exit(0)
    os.waitpid(worker, 0)
    orphan = int(os.read(told, 32))
    os.close(told)
    os.close(tell)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and lives(orphan):
        time.sleep(0.02)
    assert not lives(orphan)


def lives(pid: int) -> bool:
    """Whether the process runs; one that ended and that nobody has collected yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture(scope="module")
def frugal() -> Iterator[PhotoExaminer]:
    """An examiner that decodes small pictures only: a changed byte easily claims a hundred megapixels, which take a second."""
    with PhotoExaminer(ExaminationLimits(max_pixels=1_000_000)) as examiner:
        yield examiner


STARTS = st.sampled_from(
    [b"", b"\xff\xd8\xff\xe1", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\x00\x00\x00WEBPVP8X", b"\x00\x00\x00\x18ftypheic"]
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=STARTS, noise=st.binary(max_size=400))
def test_random_bytes_never_raise_out_of_the_examiner(frugal: PhotoExaminer, save: Save, start: bytes, noise: bytes) -> None:
    facts = frugal.examine(save("random", start + noise)).facts
    assert facts.problem in (None, "photo-unreadable", "examination-limit")


SOUND = pictures.jpeg(gps=pictures.GPS, exif=pictures.EXIF, make="HMD Global", orientation=6)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(2, len(SOUND) - 1), st.integers(0, 255)), max_size=12),
    kept=st.integers(2, len(SOUND)),
    doubled=st.integers(0, 200),
)
def test_a_damaged_photo_never_raises_out_of_the_examiner(
    frugal: PhotoExaminer, save: Save, changes: list[tuple[int, int]], kept: int, doubled: int
) -> None:
    content = bytearray(SOUND)
    for at, value in changes:
        content[at] = value
    facts = frugal.examine(save("damaged", bytes(content[:doubled] + content[:kept]))).facts
    assert facts.problem in (None, "photo-unreadable", "examination-limit")
    assert facts.lon is None or -180.0 <= facts.lon <= 180.0
