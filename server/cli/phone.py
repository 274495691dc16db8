"""`flask phone serve`: Xuntu where phones can reach it, in a way their browsers trust, and a QR that joins one of them.

The local network is opened by this command alone, which says so; nothing else of Xuntu listens beyond this machine.
"""

import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup, ScriptInfo, pass_script_info

from server.cli.answers import saying_problems
from server.cli.joining import APP_PATH, joining_link, lan_addresses, qr_text
from server.cli.serving import LOOPBACK, require_free_port, serve_until_stopped
from server.cli.welcome import welcome
from server.composition import Xuntu, xuntu
from server.demo.first_start import FIRST_INSPECTOR, PreparedCounty, prepare_synthetic_county
from server.domain.permissions import operator
from server.keys.local_authority import Authority, IPAddress, leaf_for, open_authority
from server.ops.migrate import upgrade
from server.phone.trust_page import serve_trust_page, trust_answers
from server.services.enrolment import issue_code

phone_cli = AppGroup("phone", help="The app on real phones.")

EVERYWHERE = "0.0.0.0"  # noqa: S104 - the purpose of this command, which says so when it starts
USB_PORT = 8000
HTTPS_PORT = 8443
TRUST_PORT = 8080
PORTS = click.IntRange(1, 65535)
WITHOUT_ADB = (
    "adb is not installed. It comes with Android's platform tools (Debian, Ubuntu: sudo apt install adb; macOS: "
    "brew install android-platform-tools). Without a cable: flask --app wsgi phone serve"
)


@dataclass(frozen=True)
class Ways:
    """Where the app listens and how it is called from a phone."""

    bind: str
    port: int
    trust_port: int
    addresses: tuple[IPv4Address, ...]

    @property
    def app(self) -> str:
        return f"https://{self.addresses[0]}:{self.port}"

    @property
    def trust(self) -> str:
        return f"http://{self.addresses[0]}:{self.trust_port}"

    @property
    def is_for_this_machine(self) -> bool:
        return self.bind == "localhost" or self.bind.startswith("127.")

    @property
    def is_on_loopback(self) -> bool:
        return self.bind == EVERYWHERE or self.is_for_this_machine

    @property
    def from_here(self) -> str:
        """The address for a browser of this machine."""
        return f"https://localhost:{self.port}" if self.is_on_loopback else self.app


@phone_cli.command("serve")
@click.option("--inspector", default=FIRST_INSPECTOR, show_default=True, help="Login of the inspector whose phone joins.")
@click.option("--port", envvar="PORT", type=PORTS, help=f"Port of the app: {HTTPS_PORT} by HTTPS, {USB_PORT} with --usb.")
@click.option("--trust-port", type=PORTS, default=TRUST_PORT, show_default=True, help="Port of the page with the certificate.")
@click.option("--address", "named", multiple=True, metavar="IP", help="Address of this machine, if another than the one found.")
@click.option("--bind", default=EVERYWHERE, show_default=True, help="Address to listen on.")
@click.option("--usb", is_flag=True, help="Over a cable to an Android phone, by adb: no certificate, nothing on the network.")
@click.option("--empty", is_flag=True, help="Do not load the synthetic county into an empty database.")
@pass_script_info
@saying_problems
def serve_command(
    script: ScriptInfo,
    inspector: str,
    port: int | None,
    trust_port: int,
    named: tuple[str, ...],
    bind: str,
    usb: bool,
    empty: bool,
) -> None:
    """Serve the app to phones on the local network (or over a cable), and print a QR that joins one."""
    if usb:
        serve_over_cable(script, port or USB_PORT, inspector, empty=empty)
    else:
        # A phone is not sent to an address where nobody listens.
        listening = () if bind == EVERYWHERE else (bind,)
        ways = Ways(bind, port or HTTPS_PORT, trust_port, read_addresses(named or listening))
        serve_on_network(script, ways, inspector, empty=empty)


def read_addresses(named: tuple[str, ...]) -> tuple[IPv4Address, ...]:
    """The addresses given, else those found. Raises ClickException when there is none, or one that is not an address."""
    try:
        found = [IPv4Address(each) for each in named] or lan_addresses()
    except ValueError as error:
        raise click.ClickException(f"--address or --bind: {error}") from error
    if not found:
        raise click.ClickException(
            "this machine is on no network that a phone could reach; join one, name its --address, or use --usb"
        )
    return tuple(found)


def serve_over_cable(script: ScriptInfo, port: int, inspector: str, *, empty: bool) -> None:
    """http on this machine, which the phone sees as its own localhost: browsers trust that without a certificate."""
    adb = shutil.which("adb")
    if adb is None:
        raise click.ClickException(WITHOUT_ADB)
    require_free_port(port)
    forwarded = subprocess.run(  # noqa: S603 - adb as it is found on the path, with a number
        [adb, "reverse", f"tcp:{port}", f"tcp:{port}"], capture_output=True, text=True, check=False
    )
    if forwarded.returncode:
        reason = forwarded.stderr.strip() or "no reason given"
        raise click.ClickException(f"adb could not reach one phone ({reason}); is USB debugging on and allowed on its screen?")
    address = f"http://localhost:{port}"
    app, composition, prepared = begin(script, f"http://{LOOPBACK}:{port}", on_loopback=True, empty=empty)
    say(
        [
            "",
            "The phone on the cable reaches Xuntu as its own localhost; nothing else can.",
            *joining(composition, address, inspector, prepared),
        ]
    )
    serve_until_stopped(app, composition, {"bind": f"{LOOPBACK}:{port}"})


def serve_on_network(script: ScriptInfo, ways: Ways, inspector: str, *, empty: bool) -> None:
    """HTTPS with a certificate of this machine's own authority, and the page from which a phone takes that authority."""
    require_free_port(ways.port, ways.bind)
    require_free_port(ways.trust_port, ways.bind)
    app, composition, prepared = begin(script, ways.from_here, on_loopback=ways.is_on_loopback, empty=empty)
    host, now = socket.gethostname() or "xuntu", composition.clock()
    addresses: tuple[IPAddress, ...] = ways.addresses
    authority = open_authority(composition.settings.data_dir / "phone-ca", host=host, addresses=addresses, now=now)
    leaf = leaf_for(authority, host=host, addresses=addresses, now=now)
    say(what_it_means(ways, authority))
    say(joining(composition, ways.app, inspector, prepared))
    options: dict[str, Any] = {
        "bind": f"{ways.bind}:{ways.port}",
        "certfile": str(leaf.certificate),
        "keyfile": str(leaf.key),
        "post_worker_init": lambda _worker: begin_work(composition, ways, authority),
    }
    serve_until_stopped(app, composition, options)


def begin(script: ScriptInfo, address: str, *, on_loopback: bool, empty: bool) -> tuple[Flask, Xuntu, PreparedCounty | None]:
    """The application with its database ready, after what `flask serve` would say of it."""
    app = script.load_app()
    upgrade(app)
    composition = xuntu()
    prepared = None if empty else prepare_synthetic_county(composition)
    say(welcome(composition, prepared, address, on_loopback=on_loopback))
    return app, composition, prepared


def begin_work(composition: Xuntu, ways: Ways, authority: Authority) -> None:
    """In the worker process: its jobs, and the page with the certificate."""
    composition.relay.start()
    name = authority.certificate.subject.rfc4514_string().removeprefix("CN=")
    app = f"{ways.app}{APP_PATH}"
    answers = trust_answers(der=authority.der, fingerprint=authority.fingerprint, name=name, app=app)
    serve_trust_page(answers, ways.bind, ways.trust_port)


def who_can_reach(ways: Ways) -> list[str]:
    """Everybody on the networks it listens on, or this computer alone."""
    served = f"{ways.app} (the app, and the console's sign-in page)."
    if ways.bind == EVERYWHERE:
        return [f"Open to everybody on this network until you stop it (Ctrl+C): {served}"]
    if ways.is_for_this_machine:
        return [
            f"Open to this computer alone until you stop it (Ctrl+C): {served}",
            "   No phone reaches it without a tunnel of your own; leave out --bind to open it to the local network.",
        ]
    return [f"Open to everybody who can reach {ways.bind} until you stop it (Ctrl+C): {served}"]


def what_it_means(ways: Ways, authority: Authority) -> list[str]:
    """What is now open to whom, and what a phone must do once."""
    others = [str(each) for each in ways.addresses if not authority.speaks_for(each)]
    lines = [
        "",
        *who_can_reach(ways),
        f"Once a phone: open {ways.trust} on it and install the certificate. It must show this SHA-256 fingerprint:",
        f"   {authority.fingerprint}",
        "   Without it a browser warns of the address, also the one of this computer.",
        f"   The authority is kept in {authority.folder}: who has that folder can pose as any server of a local network.",
    ]
    if others:
        lines.append(
            f"   It was made before this machine had {', '.join(others)}: delete the folder to make one that covers them."
        )
    return lines


def joining(composition: Xuntu, address: str, inspector: str, prepared: PreparedCounty | None) -> list[str]:
    """A code for this inspector as a QR, as the link it holds and to be typed; the one that was just told, where there is one."""
    if prepared is not None and inspector == FIRST_INSPECTOR:
        code = prepared.enrolment_code
    else:
        with composition.unit_of_work(origin="phone-serve") as uow:
            code = issue_code(inspector, actor=operator(), uow=uow)["code"]
    link, hours = joining_link(address, code), composition.settings.sync.code_hours
    return [
        f"Scan with the phone's camera and tap 加入 (Join); it joins one phone as {inspector}, within {hours} hours:",
        qr_text(link),
        link,
        f"   To type it instead: open {address}{APP_PATH} on the phone and enter {code}",
        f"   iPhone: open {address}{APP_PATH} in Safari first, add it to the home screen, and scan from inside the app.",
    ]


def say(lines: list[str]) -> None:
    for line in lines:
        click.echo(line)
    sys.stdout.flush()
