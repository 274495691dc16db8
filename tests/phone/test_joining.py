"""Bringing a real phone to the app: the certificate it trusts once, the page it takes it from, and the code it scans."""

import ipaddress
import json
import os
import shutil
import signal
import ssl
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from server.cli import joining, phone
from server.cli.demo import free_port
from server.cli.joining import joining_link, qr_text
from server.keys.local_authority import Authority, leaf_for, make_leaf, open_authority
from server.phone.trust_page import CERTIFICATE_NAME, serve_trust_page, trust_answers
from server.problems import Problem
from tests.builders import a_user
from tests.conftest import NOON, ROOT, FixedClock
from tests.processes.missing import report_missing

if TYPE_CHECKING:
    from flask import Flask

HOST = "office-7"
LAN = ipaddress.ip_address("192.168.1.20")
LOOPBACK = ipaddress.ip_address("127.0.0.1")
PUBLIC = ipaddress.ip_address("8.8.4.4")
LINK = "https://192.168.1.20:8443/phone/#enrol=7K3M-9QX2-VB04-HZ1C-RTWN-PD8S-61"
START_SECONDS = 60


def an_authority(folder: Path, clock: FixedClock, *addresses: Any) -> Authority:
    return open_authority(folder, host=HOST, addresses=addresses or (LAN,), now=clock())


def verified(authority: Authority, leaf: Path, name: str) -> str:
    """What OpenSSL says of a leaf that calls itself `name`, at the time of the tests; empty when it agrees."""
    openssl = shutil.which("openssl")
    if openssl is None:
        report_missing("openssl is not installed")
    kind = "-verify_ip" if name[0].isdigit() else "-verify_hostname"
    anchor = authority.folder / "authority.crt"
    command = [openssl, "verify", "-x509_strict", "-purpose", "sslserver", "-attime", str(int(NOON.timestamp()))]
    answer = subprocess.run([*command, "-CAfile", anchor, kind, name, leaf], capture_output=True, text=True, check=False)
    return "" if answer.returncode == 0 else answer.stdout + answer.stderr


@pytest.mark.parametrize("name", ["192.168.1.20", "127.0.0.1", "localhost", HOST, f"{HOST}.local"])
def test_a_phone_that_trusts_the_authority_trusts_every_name_of_the_server(tmp_path: Path, clock: FixedClock, name: str) -> None:
    authority = an_authority(tmp_path, clock)
    assert verified(authority, leaf_for(authority, host=HOST, addresses=[LAN], now=clock()).certificate, name) == ""


@pytest.mark.parametrize("elsewhere", ["bank.example", "8.8.4.4"])
def test_a_stolen_authority_is_refused_outside_local_networks(tmp_path: Path, clock: FixedClock, elsewhere: str) -> None:
    authority = an_authority(tmp_path, clock)
    leaf = leaf_for(authority, host=HOST, addresses=[LAN], now=clock())
    named: x509.GeneralName = x509.DNSName(elsewhere)
    if elsewhere[0].isdigit():
        named = x509.IPAddress(ipaddress.ip_address(elsewhere))
    make_leaf(leaf, authority, x509.SubjectAlternativeName([named]), host=HOST, now=clock())
    assert "permitted subtree violation" in verified(authority, leaf.certificate, elsewhere)


def test_the_authority_is_kept_and_only_its_owner_reads_it(tmp_path: Path, clock: FixedClock) -> None:
    first = an_authority(tmp_path / "ca", clock)
    leaf_for(first, host=HOST, addresses=[LAN], now=clock())
    clock.move(days=400)
    assert an_authority(tmp_path / "ca", clock, LOOPBACK).fingerprint == first.fingerprint
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "ca").iterdir()} == {0o600}
    assert stat.S_IMODE((tmp_path / "ca").stat().st_mode) == 0o700


def test_a_machine_with_a_public_address_gets_an_authority_for_that_address_alone(tmp_path: Path, clock: FixedClock) -> None:
    local, public = an_authority(tmp_path / "local", clock), an_authority(tmp_path / "public", clock, LAN, PUBLIC)
    assert (local.speaks_for(PUBLIC), public.speaks_for(PUBLIC)) == (False, True)
    assert not public.speaks_for(ipaddress.ip_address("8.8.4.5"))
    leaf = leaf_for(local, host=HOST, addresses=[LAN, PUBLIC], now=clock())
    assert "8.8.4.4" not in subject_names(leaf.certificate)
    assert verified(local, leaf.certificate, "192.168.1.20") == ""


def subject_names(path: Path) -> str:
    found = x509.load_pem_x509_certificate(path.read_bytes())
    return str(list(found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value))


def test_the_servers_certificate_is_kept_until_addresses_change_or_its_end_is_near(tmp_path: Path, clock: FixedClock) -> None:
    authority = an_authority(tmp_path, clock)

    def serial(*addresses: Any) -> int:
        leaf = leaf_for(authority, host=HOST, addresses=addresses, now=clock())
        return x509.load_pem_x509_certificate(leaf.certificate.read_bytes()).serial_number

    first = serial(LAN)
    clock.move(days=50)
    assert serial(LAN) == first
    moved = serial(ipaddress.ip_address("10.1.2.3"))
    assert moved != first
    clock.move(days=60)
    assert serial(ipaddress.ip_address("10.1.2.3")) != moved


def test_the_servers_certificate_lives_ninety_days_at_most_and_begins_before_a_slow_clock(
    tmp_path: Path, clock: FixedClock
) -> None:
    leaf = leaf_for(an_authority(tmp_path, clock), host=HOST, addresses=[LAN], now=clock())
    found = x509.load_pem_x509_certificate(leaf.certificate.read_bytes())
    assert (found.not_valid_after_utc - found.not_valid_before_utc).days <= 90
    assert (clock() - found.not_valid_before_utc).days == 2


def test_a_new_authority_makes_a_new_certificate(tmp_path: Path, clock: FixedClock) -> None:
    old = an_authority(tmp_path, clock)
    leaf_for(old, host=HOST, addresses=[LAN], now=clock())
    for kept in ("authority.crt", "authority.pem"):
        (tmp_path / kept).unlink()
    new = an_authority(tmp_path, clock)
    assert verified(new, leaf_for(new, host=HOST, addresses=[LAN], now=clock()).certificate, HOST) == ""


@pytest.mark.parametrize("lost", ["authority.crt", "authority.pem"])
def test_half_an_authority_is_never_replaced_in_silence(tmp_path: Path, clock: FixedClock, lost: str) -> None:
    an_authority(tmp_path, clock)
    (tmp_path / lost).unlink()
    with pytest.raises(Problem, match="local-authority-unusable"):
        an_authority(tmp_path, clock)


def test_a_key_of_another_authority_is_refused(tmp_path: Path, clock: FixedClock) -> None:
    an_authority(tmp_path / "a", clock)
    an_authority(tmp_path / "b", clock)
    shutil.copyfile(tmp_path / "a" / "authority.pem", tmp_path / "b" / "authority.pem")
    with pytest.raises(Problem, match="do not belong together"):
        an_authority(tmp_path / "b", clock)


def test_an_authority_that_has_ended_is_a_persons_to_renew(tmp_path: Path, clock: FixedClock) -> None:
    an_authority(tmp_path, clock)
    clock.move(days=5 * 365)
    with pytest.raises(Problem, match="it ended on 2031-11-22"):
        an_authority(tmp_path, clock)


@pytest.fixture
def trust_page(tmp_path: Path, clock: FixedClock) -> Iterator[tuple[str, Authority]]:
    authority = an_authority(tmp_path, clock)
    answers = trust_answers(
        der=authority.der, fingerprint=authority.fingerprint, name="Xuntu <7>", app="https://192.168.1.20/phone/"
    )
    server = serve_trust_page(answers, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.server_address[1]}", authority
    server.shutdown()
    server.server_close()


def test_the_page_gives_out_the_certificate_and_nothing_else(trust_page: tuple[str, Authority]) -> None:
    address, authority = trust_page
    with urllib.request.urlopen(f"{address}/{CERTIFICATE_NAME}") as answer:
        assert answer.headers["Content-Type"] == "application/x-x509-ca-cert"
        assert answer.read() == authority.certificate.public_bytes(Encoding.DER)
    for other in ("authority.pem", "../authority.pem", "server.pem", "phone/"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{address}/{other}")


def test_the_page_says_how_in_two_languages_with_the_fingerprint_and_without_a_code(trust_page: tuple[str, Authority]) -> None:
    address, authority = trust_page
    with urllib.request.urlopen(address) as answer:
        text = answer.read().decode()
    for needed in ("安卓", "苹果", "Certificate Trust", authority.fingerprint, "https://192.168.1.20/phone/", "Xuntu &lt;7&gt;"):
        assert needed in text
    assert "enrol" not in text
    assert "$" not in text


@pytest.mark.parametrize(
    "server", ["https://xuntu.example", "https://xuntu.example/", "https://xuntu.example/phone/", "https://xuntu.example/phone"]
)
def test_the_link_opens_the_app_with_its_code_behind_the_sign_that_is_never_sent(server: str) -> None:
    assert joining_link(server, "a-code") == "https://xuntu.example/phone/#enrol=a-code"


@pytest.mark.parametrize(
    "server", ["xuntu.example", "ftp://xuntu.example", "https://", "https://xuntu.example/?a=b", "javascript:x"]
)
def test_what_is_no_server_makes_no_link(server: str) -> None:
    with pytest.raises(click.ClickException, match="is not the address of a server"):
        joining_link(server, "a-code")


@pytest.mark.processes
def test_the_drawn_code_is_read_as_the_link_by_the_library_phones_use(node: Path) -> None:
    rows = []
    for line in click.unstyle(qr_text(LINK)).split("\n"):
        rows += [[each in "█▀" for each in line], [each in "█▄" for each in line]]
    size = 6
    width, height = len(rows[0]) * size, len(rows) * size
    luma = [255 * rows[y // size][x // size] for y in range(height) for x in range(width)]
    picture = json.dumps({"width": width, "height": height, "luma": luma})
    script = Path(__file__).with_name("read_qr.mjs")
    answer = subprocess.run([node, script], input=picture, capture_output=True, text=True, check=False)
    assert (answer.stdout, answer.stderr) == (LINK, "")


def test_addresses_found_are_those_a_phone_could_call() -> None:
    assert [each for each in joining.lan_addresses() if each.is_loopback or each.is_unspecified] == []


def test_a_code_is_given_as_a_link_and_drawn(app: "Flask") -> None:
    a_user(app, "li")
    runner, command = app.test_cli_runner(), ["devices", "code", "--inspector", "li"]
    plain = runner.invoke(args=command).output
    assert "/phone/" not in plain
    assert "█" not in plain
    linked = runner.invoke(args=[*command, "--link", "https://xuntu.example", "--qr"]).output
    assert "https://xuntu.example/phone/#enrol=" in linked
    assert "█" in linked
    told = json.loads(runner.invoke(args=[*command, "--link", "https://xuntu.example", "--json"]).output)
    assert told["link"] == f"https://xuntu.example/phone/#enrol={told['code']}"


@pytest.fixture
def adb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A played adb that writes down what it was asked; it fails when the file `broken` is beside it."""
    folder = tmp_path / "tools"
    folder.mkdir()
    program = folder / "adb"
    script = """#!/bin/sh
echo "$@" >>"$(dirname "$0")/asked"
[ ! -e "$(dirname "$0")/broken" ] || { echo "no devices" >&2; exit 1; }
"""
    program.write_text(script)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def test_over_a_cable_the_phone_calls_its_own_localhost(app: "Flask", adb: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_user(app, "li")
    served: list[dict[str, Any]] = []
    monkeypatch.setattr(phone, "serve_until_stopped", lambda _app, _composition, options: served.append(options))
    port = free_port()
    result = app.test_cli_runner().invoke(args=["phone", "serve", "--usb", "--port", str(port), "--inspector", "li", "--empty"])
    assert result.exit_code == 0, result.output
    assert f"http://localhost:{port}/phone/#enrol=" in result.output
    assert (adb / "asked").read_text() == f"reverse tcp:{port} tcp:{port}\n"
    assert served == [{"bind": f"127.0.0.1:{port}"}]


def test_a_cable_without_a_phone_says_what_to_look_at(app: "Flask", adb: Path) -> None:
    (adb / "broken").touch()
    result = app.test_cli_runner().invoke(args=["phone", "serve", "--usb", "--port", str(free_port())])
    assert result.exit_code == 1
    assert "adb could not reach one phone (no devices); is USB debugging on" in result.output


def test_without_adb_it_is_said_where_adb_comes_from(app: "Flask", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone.shutil, "which", lambda _: None)
    result = app.test_cli_runner().invoke(args=["phone", "serve", "--usb"])
    assert (result.exit_code, "sudo apt install adb" in result.output) == (1, True)


def test_a_machine_on_no_network_is_told_so(app: "Flask", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone, "lan_addresses", list)
    result = app.test_cli_runner().invoke(args=["phone", "serve"])
    assert (result.exit_code, "on no network that a phone could reach" in result.output) == (1, True)


def test_a_phone_is_sent_to_the_one_address_that_is_listened_on(app: "Flask", monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[phone.Ways] = []
    monkeypatch.setattr(phone, "serve_on_network", lambda _script, ways, _inspector, *, empty: served.append(ways))
    for more in ([], ["--address", "10.0.0.9"]):
        result = app.test_cli_runner().invoke(args=["phone", "serve", "--bind", "10.0.0.7", *more])
        assert result.exit_code == 0, result.output
    assert [ways.app for ways in served] == ["https://10.0.0.7:8443", "https://10.0.0.9:8443"]


def test_the_fingerprint_is_compared_before_the_certificate_is_installed(trust_page: tuple[str, Authority]) -> None:
    with urllib.request.urlopen(f"{trust_page[0]}/") as answer:
        page = answer.read().decode()
    steps = [page.index(sign) for sign in ("①", "②", trust_page[1].fingerprint, "③", "④")]
    assert steps == sorted(steps)


def test_an_address_that_is_none_is_refused(app: "Flask") -> None:
    result = app.test_cli_runner().invoke(args=["phone", "serve", "--address", "office"])
    assert (result.exit_code, "--address" in result.output) == (1, True)


@dataclass
class Served:
    """A server that was really started for phones: where it is, and what it printed."""

    app: str
    trust: str
    printed: str

    def certificate(self) -> bytes:
        with urllib.request.urlopen(f"{self.trust}/{CERTIFICATE_NAME}") as answer:
            return bytes(answer.read())

    def get(self, path: str, trusted: bytes | None) -> bytes:
        """Fetch over HTTPS, trusting this certificate and nothing else."""
        context = ssl.create_default_context(cadata=trusted) if trusted else ssl.create_default_context()
        with urllib.request.urlopen(f"{self.app}{path}", context=context) as answer:
            return bytes(answer.read())


@contextmanager
def served_for_phones(folder: Path, log: Path) -> Iterator[Served]:
    port, trust_port = free_port(), free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XUNTU_")}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "phone", "serve", "--empty", "--inspector", "li"]
    command += ["--bind", "127.0.0.1", "--address", "127.0.0.1", "--port", str(port), "--trust-port", str(trust_port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=kept | {"XUNTU_DATA": str(folder), "PYTHONUTF8": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_for(f"http://127.0.0.1:{trust_port}", process, log)
            yield Served(f"https://127.0.0.1:{port}", f"http://127.0.0.1:{trust_port}", log.read_text("utf-8"))
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=30)


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(log.read_text("utf-8", errors="replace"))


@pytest.mark.processes
def test_a_phone_that_installed_the_certificate_once_is_served_again_after_a_kill(app: "Flask", tmp_path: Path) -> None:
    a_user(app, "li")
    with served_for_phones(tmp_path, tmp_path / "first.log") as first:
        trusted = first.certificate()
        assert json.loads(first.get("/phone/config.json", trusted))["app"]["name"] == "xuntu-phone"
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            first.get("/phone/config.json", None)
        assert f"{first.app}/phone/#enrol=" in first.printed
        assert "Open to this computer alone" in first.printed
        assert x509.load_der_x509_certificate(trusted).fingerprint(SHA256()).hex(":").upper() in first.printed
    with served_for_phones(tmp_path, tmp_path / "second.log") as second:
        assert second.certificate() == trusted
        assert b'"files"' in second.get("/phone/precache.json", trusted)
