"""A carried queue that was made to fill the office's memory is refused before it does, and by name."""

import errno
import json
import os
import struct
import tracemalloc
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pyrage
import pytest

from schemas.carried import read_carried_body
from schemas.json_text import TooManyError
from server.keys.carry import carry_recipient
from server.problems import Problem
from server.services.carried_files import opened_carried
from server.settings import SyncLimits

MIB = 1024 * 1024
LIMITS = SyncLimits()


def carried(folder: Path, content: bytes) -> Path:
    path = folder / "queue.age"
    recipient = pyrage.x25519.Recipient.from_str(carry_recipient(folder / "keys"))
    path.write_bytes(pyrage.encrypt(content, [recipient]))
    return path


def packed(content: bytes, method: int, *, said: int | None = None) -> bytes:
    """A zip of one push.json; `said` is the size that the zip states of it, where that is a lie."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("push.json", content)
    whole = bytearray(out.getvalue())
    if said is not None:
        place = whole.rindex(b"PK\x01\x02") + 24
        whole[place : place + 4] = struct.pack("<I", said)
    return bytes(whole)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_entry_inflates_no_further_than_it_says(tmp_path: Path, method: int) -> None:
    path = carried(tmp_path, packed(bytes(64 * MIB), method, said=100))
    with opened_carried(path, tmp_path, LIMITS) as queue:
        tracemalloc.start()
        try:
            with pytest.raises(Problem) as refused:
                queue.push_bytes()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert refused.value.kind.code == "carried-file"
    assert peak < 8 * MIB


def test_a_list_of_entries_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    name = b"photos/x"
    entry = (
        b"PK\x01\x02" + struct.pack("<6H3I5H2I", 20, 20, 0, 0, 0, 33, zlib.crc32(b""), 0, 0, len(name), 0, 0, 0, 0, 0, 0) + name
    )
    count = 17 * MIB // len(entry)
    listed = entry * count
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count & 0xFFFF, count & 0xFFFF, len(listed), 0, 0)
    with pytest.raises(Problem, match="list of entries"), opened_carried(carried(tmp_path, listed + end), tmp_path, LIMITS):
        raise AssertionError("it was opened")


def test_no_more_items_are_read_than_may_be_there() -> None:
    text = '{"items": [' + "{}," * 1000 + "{}]}"
    assert len(read_carried_body(text, most=1001)[1]) == 1001
    with pytest.raises(TooManyError, match="more than 1000 items"):
        read_carried_body(text[:-1], most=1000)


def test_of_many_proofs_the_newest_are_looked_at() -> None:
    proofs: list[dict[str, Any]] = [
        {"payload": str(number), "signature": {"alg": "Ed25519", "key_id": "k", "value": "dg"}} for number in range(1000)
    ]
    found, _ = read_carried_body(json.dumps({"items": [], "enrolments": proofs}), most=1)
    assert [each["payload"] for each in found] == [str(number) for number in range(980, 1000)]


@pytest.mark.parametrize("place", ["queue.age/inside", "x" * 300, "missing"])
def test_a_file_that_cannot_be_reached_is_named_as_any_other_that_cannot_be_used(tmp_path: Path, place: str) -> None:
    carried(tmp_path, b"")
    with pytest.raises(Problem) as refused, opened_carried(tmp_path / place, tmp_path, LIMITS):
        raise AssertionError("it was opened")
    assert refused.value.kind.code == "carried-file"


def test_a_full_disk_is_told_of_the_file_that_did_not_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = carried(tmp_path, packed(b"{}", zipfile.ZIP_STORED))
    monkeypatch.setattr("server.services.carried_files.decrypt_carried", full)
    with pytest.raises(Problem, match="No space left"), opened_carried(path, tmp_path, LIMITS):
        raise AssertionError("it was opened")
