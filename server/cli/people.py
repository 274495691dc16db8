"""`flask users add|reset|list` and `flask devices code`: the people, and the codes that join their phones."""

from datetime import datetime

import click
from flask.cli import AppGroup

from server import problems
from server.cli.answers import as_json_option, saying_problems, tell
from server.cli.joining import joining_link, qr_text
from server.composition import xuntu
from server.domain.permissions import operator
from server.domain.weekly_period import LEGAL_ZONE
from server.services.enrolment import issue_code
from server.services.users import ROLES, NewUser, add_user, list_users, reset_passwords

users_cli = AppGroup("users", help="People of the office and the crews.")
devices_cli = AppGroup("devices", help="Phones.")


@users_cli.command("add")
@click.option("--login", required=True)
@click.option("--name", required=True)
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--region", required=True, help="County (6 digits) or town (9 digits) the person may see.")
@click.option("--certificate", help="Enforcement certificate number (执法证号).")
@as_json_option
@saying_problems
def add_command(login: str, name: str, role: str, region: str, certificate: str | None, as_json: bool) -> None:
    """Add a person. An officer's password is printed once."""
    with xuntu().unit_of_work() as uow:
        _user, password = add_user(NewUser(login, name, role, region, certificate), actor=operator(), uow=uow)
    sentences = [f"Added {login} ({role}, {region})."]
    joins = f"Joins by phone: flask devices code --inspector {login}"
    sentences.append(f"Password, shown once: {password}" if password else joins)
    tell({"login": login, "password": password}, sentences, as_json=as_json)


@users_cli.command("reset")
@click.argument("logins", nargs=-1)
@click.option("--all", "everybody", is_flag=True, help="Every officer; needed in production, where naming nobody is a slip.")
@as_json_option
@saying_problems
def reset_command(logins: tuple[str, ...], everybody: bool, as_json: bool) -> None:
    """Give officers new passwords and print them once; their sessions end. Without a login: every officer of a trial."""
    if not logins and not everybody and xuntu().settings.production:
        raise problems.REASON_REQUIRED(move="resetting every officer: name logins, or say --all")
    with xuntu().unit_of_work() as uow:
        wanted = logins or tuple(user.login for user in list_users(actor=operator(), uow=uow) if user.password_hash)
        passwords = reset_passwords(wanted, actor=operator(), uow=uow)
    tell({"passwords": passwords}, [f"{login}  {password}" for login, password in passwords.items()], as_json=as_json)


@users_cli.command("list")
@as_json_option
@saying_problems
def list_command(as_json: bool) -> None:
    """Everybody, with role and region; no passwords."""
    with xuntu().unit_of_work(read_only=True) as uow:
        people = list_users(actor=operator(), uow=uow)
        found = [{"login": one.login, "name": one.name, "role": one.role, "region": one.region} for one in people]
    sentences = [f"{one['login']:<20} {one['role']:<16} {one['region']:<10} {one['name']}" for one in found]
    tell({"users": found}, sentences, as_json=as_json)


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
