"""How a phone is brought to the app: the link with its code, the link as a QR, and the addresses of this machine."""

import io
import ipaddress
import socket
from typing import Final
from urllib.parse import quote, urlsplit

import click
import segno

APP_PATH: Final = "/phone/"

# A socket that is only connected sends nothing, but shows from which address the system would speak to each of these.
PROBES: Final = ("10.255.255.254", "172.31.255.254", "192.168.255.254", "169.254.255.254", "198.51.100.1")


def joining_link(server: str, code: str) -> str:
    """The address that opens the app with its code. The code stands behind #, which no browser sends to any server."""
    parts = urlsplit(server)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise click.ClickException(f"{server} is not the address of a server, such as https://xuntu.example")
    path = parts.path.rstrip("/").removesuffix(APP_PATH.rstrip("/"))
    return f"{parts.scheme}://{parts.netloc}{path}{APP_PATH}#enrol={quote(code, safe='')}"


def qr_text(text: str) -> str:
    """The QR of a text in half blocks: light modules are drawn, so its colours are set where the terminal has any."""
    out = io.StringIO()
    # A quiet zone of four modules is what the standard asks for; on a dark terminal the code would otherwise have none.
    segno.make(text, error="m", micro=False).terminal(out, border=4, compact=True)
    lines = out.getvalue().rstrip("\n").split("\n")
    return "\n".join(click.style(line, fg="bright_white", bg="black") for line in lines)


def lan_addresses() -> list[ipaddress.IPv4Address]:
    """The addresses by which others on its networks may call this machine, the likeliest first; never the loopback."""
    found = []
    for probe in PROBES:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
            try:
                trial.connect((probe, 9))
            except OSError:
                continue  # No way to that network; another probe may have one.
            found.append(ipaddress.IPv4Address(trial.getsockname()[0]))
    try:
        found += [ipaddress.IPv4Address(each[4][0]) for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    except OSError:
        pass  # A machine whose own name is not known to it still has the addresses found above.
    return [each for each in dict.fromkeys(found) if not each.is_loopback and not each.is_unspecified]
