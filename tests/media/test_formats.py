"""Formats by content, and pictures that are also something else."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.media.formats import HEAD_BYTES, content_warnings, recognise
from tests.media import pictures

JPEG = pictures.jpeg()
PNG = pictures.png(8, 8)


def box(kind: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def a_zip() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("page.html", "hello")
    return written.getvalue()


@pytest.mark.parametrize(
    ("head", "named", "media_type"),
    [
        (JPEG, "jpeg", "image/jpeg"),
        (PNG, "png", "image/png"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "webp", "image/webp"),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", "other", "audio/wav"),
        (b"%PDF-1.7\n", "pdf", "application/pdf"),
        (box(b"ftyp", b"heic\x00\x00\x00\x00mif1heic"), "heic", "image/heic"),
        (box(b"ftyp", b"mif1\x00\x00\x00\x00mif1heic"), "heic", "image/heic"),
        (box(b"ftyp", b"mif1\x00\x00\x00\x00avifmif1"), "other", "image/avif"),
        (box(b"ftyp", b"isom\x00\x00\x02\x00isomiso2avc1mp41"), "mp4", "video/mp4"),
        (box(b"ftyp", b"M4A \x00\x00\x00\x00M4A mp42isom"), "m4a", "audio/mp4"),
        (box(b"ftyp", b"qt  \x00\x00\x00\x00qt  "), "other", "video/quicktime"),
        (box(b"ftyp", b"3gp5\x00\x00\x00\x003gp5isom"), "other", "video/3gpp"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x88matroska", "other", "video/x-matroska"),
        (b"  <!DOCTYPE html><p>", "other", "text/html"),
        (b"<?xml version='1.0'?><svg xmlns='x'>", "other", "image/svg+xml"),
        (b"PK\x03\x04", "other", "application/zip"),
        (b"", "other", "application/octet-stream"),
        (b"\xff\xd8", "other", "application/octet-stream"),
    ],
)
def test_the_bytes_name_the_format(head: bytes, named: str, media_type: str) -> None:
    recognised = recognise(head[:HEAD_BYTES])
    assert (recognised.format, recognised.media_type) == (named, media_type)


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (JPEG, "jpeg", ()),
        (PNG, "png", ()),
        (JPEG + a_zip(), "jpeg", ("polyglot-zip", "trailing-data")),
        (PNG + a_zip(), "png", ("polyglot-zip", "trailing-data")),
        (JPEG + b"<html><script>alert(1)</script></html>", "jpeg", ("polyglot-markup",)),
        (JPEG + b"<HTML >" + b"x" * 100, "jpeg", ("polyglot-markup", "trailing-data")),
        (JPEG[:2] + b"\xff\xfe\x00\x0e%PDF-1.4 obj" + JPEG[2:], "jpeg", ("polyglot-pdf",)),
        (JPEG + b"\x00" * 5000, "jpeg", ()),
        (JPEG + JPEG, "jpeg", ()),
        (JPEG + box(b"ftyp", b"isom\x00\x00\x02\x00isom") + b"\x01" * 99, "jpeg", ("trailing-video",)),
        (JPEG + b"\x07" * 99 + b"ftypmp42" + b"\x07" * 99 + b"SEFT", "jpeg", ("trailing-video",)),
        (JPEG + b"\x07" * 99 + b"SEFT", "jpeg", ()),
        (JPEG + b"PK\x05\x06" + b"\x01" * 18, "jpeg", ()),
        (box(b"ftyp", b"heic\x00\x00\x00\x00") + box(b"meta", b"\x00" * 90), "heic", ()),
        (box(b"ftyp", b"heic\x00\x00\x00\x00") + b"\x01\x02\x03\x04" * 30, "heic", ("trailing-data",)),
        (a_zip(), "other", ()),
    ],
)
def test_a_picture_that_carries_another_file_is_told_from_a_plain_one(
    content: bytes, kind: str, expected: tuple[str, ...]
) -> None:
    assert content_warnings(content, kind) == expected


@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"\x00\x00\x00\x18ftyp"]))
def test_no_bytes_upset_the_recognition(noise: bytes, start: bytes) -> None:
    content = start + noise
    recognised = recognise(content)
    for kind in ("jpeg", "png", "webp", "heic"):
        assert set(content_warnings(content, kind)) <= set(WARNED)
    assert "/" in recognised.media_type


WARNED = ("polyglot-zip", "polyglot-pdf", "polyglot-markup", "trailing-video", "trailing-data")
