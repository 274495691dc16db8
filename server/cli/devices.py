"""`flask devices code|list|revoke`: the codes that join phones, the phones, and the end of a lost one."""

from datetime import datetime

import click
from flask.cli import AppGroup

from server.cli.answers import as_json_option, saying_problems, tell
from server.cli.joining import joining_link, qr_text
from server.composition import xuntu
from server.domain.permissions import operator
from server.domain.weekly_period import LEGAL_ZONE
from server.services.devices import PhoneListed, list_phones, revoke_devices
from server.services.enrolment import issue_code

MINUTES = "%Y-%m-%d %H:%M"

devices_cli = AppGroup("devices", help="Phones.")


@devices_cli.command("code")
@click.option("--inspector", required=True, help="Login of the inspector.")
@click.option("--link", "server", metavar="URL", help="Address of the server; prints the link that opens the app with the code.")
@click.option("--qr", is_flag=True, help="Draw the link, or the bare code where there is none, to be scanned.")
@as_json_option
@saying_problems
def code_command(inspector: str, server: str | None, qr: bool, as_json: bool) -> None:
    """Print a one-time enrolment code for an inspector's phone."""
    with xuntu().unit_of_work() as uow:
        issued = issue_code(inspector, actor=operator(), uow=uow)
    until = datetime.fromisoformat(issued["expires_at"]).astimezone(LEGAL_ZONE).strftime("%Y-%m-%d %H:%M (Asia/Shanghai)")
    sentences = [f"Enrolment code for {inspector}, one phone, until {until}: {issued['code']}"]
    scanned = issued["code"] if server is None else joining_link(server, issued["code"])
    if server is not None:
        issued["link"] = scanned
        sentences.append(scanned)
    if qr:
        sentences.append(qr_text(scanned))
    tell(issued, sentences, as_json=as_json)


@devices_cli.command("list")
@as_json_option
@saying_problems
def list_command(as_json: bool) -> None:
    """Every phone: whose it is, when it was last heard of, what it has not sent, whether it was revoked."""
    with xuntu().unit_of_work(read_only=True) as uow:
        held = [(one.login, phone) for one in list_phones(actor=operator(), uow=uow) for phone in one.phones]
    found = [{"login": login, **vars(phone)} for login, phone in held]
    tell({"devices": found}, [sentence_of(*one) for one in held] or ["There are no phones."], as_json=as_json)


def sentence_of(login: str, phone: PhoneListed) -> str:
    """One line of a phone; instants in Asia/Shanghai."""
    seen = "never" if phone.last_seen_at is None else phone.last_seen_at.astimezone(LEGAL_ZONE).strftime(MINUTES)
    unsent = f"{said(phone.unsent_reports)} reports, {said(phone.unsent_photos)} photos unsent"
    revoked = None if phone.revoked_at is None else phone.revoked_at.astimezone(LEGAL_ZONE).strftime(MINUTES)
    end = "" if revoked is None else f"  revoked {revoked}"
    return f"{login:<20} {phone.id}  {phone.label}  last seen {seen}  {unsent}{end}"


def said(count: int | None) -> str:
    return "?" if count is None else str(count)


@devices_cli.command("revoke")
@click.argument("name", metavar="LOGIN|DEVICE")
@click.option("--reason", required=True, help="Why; it is recorded.")
@as_json_option
@saying_problems
def revoke_command(name: str, reason: str, as_json: bool) -> None:
    """End one phone by its id, or all that an inspector has in use; what they had not sent stays on them."""
    with xuntu().unit_of_work() as uow:
        revoked = [(one.id, one.label) for one in revoke_devices(name, reason, actor=operator(), uow=uow)]
    sentences = [f"Revoked {label} ({device_id})." for device_id, label in revoked]
    tell({"revoked": [device_id for device_id, _ in revoked]}, sentences or [f"{name} was revoked before."], as_json=as_json)
