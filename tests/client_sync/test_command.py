"""The command line of the client, from enrolment to status."""

import pytest

from client_sync.__main__ import main


@pytest.fixture
def run(address, tmp_path):
    def command(*arguments):
        return main(["--folder", str(tmp_path / "phone"), "--server", address, *arguments])

    return command


def test_a_day_on_the_command_line(run, tmp_path, capsys):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8 not much of a photo")
    assert run("enrol", "--code", "c", "--label", "终端一") == 0
    capture = ["capture", "--position", "120.95", "31.38", "6", "--photo", str(photo), "--note", "未发现异常"]
    assert run(*capture, "--at", "2026-11-20T09:30:00+08:00") == 0
    assert run("sync") == 0
    assert run("status") == 0
    said = capsys.readouterr().out
    assert "1 stored" in said
    assert "1 photos uploaded" in said
    assert [line.split() for line in said.splitlines() if line.startswith("complete")] == [["complete", "1"]]


def test_a_time_without_an_offset_is_refused(run, capsys):
    assert run("capture", "--at", "2026-11-20T09:30:00") == 1
    assert "draft-invalid" in capsys.readouterr().err


def test_a_sync_without_an_enrolment_says_so(run, capsys):
    assert run("capture") == 0
    assert run("sync") == 1
    assert "not-enrolled" in capsys.readouterr().err
