"""`flask users add|move|reset|list` and `flask crews add|list`: the people, and whom they go out with."""

import click
from flask.cli import AppGroup

from server import problems
from server.cli.answers import as_json_option, saying_problems, tell
from server.composition import xuntu
from server.domain.permissions import operator
from server.services.crews import Move, add_crew, crew_names, list_crews, move_user
from server.services.users import ROLES, NewUser, add_user, list_users, reset_passwords

users_cli = AppGroup("users", help="People of the office and the crews.")
crews_cli = AppGroup("crews", help="Who goes out together.")


@users_cli.command("add")
@click.option("--login", required=True)
@click.option("--name", required=True)
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--region", required=True, help="County (6 digits) or town (9 digits) the person may see.")
@click.option("--certificate", help="Enforcement certificate number (执法证号).")
@click.option("--crew", help="Id or name of an inspector's crew; an unknown one is answered with those there are.")
@as_json_option
@saying_problems
def add_command(login: str, name: str, role: str, region: str, certificate: str | None, crew: str | None, as_json: bool) -> None:
    """Add a person. An officer's password is printed once."""
    with xuntu().unit_of_work() as uow:
        _user, password = add_user(NewUser(login, name, role, region, certificate, crew), actor=operator(), uow=uow)
    sentences = [f"Added {login} ({role}, {region})."]
    joins = f"Joins by phone: flask devices code --inspector {login}"
    sentences.append(f"Password, shown once: {password}" if password else joins)
    tell({"login": login, "password": password}, sentences, as_json=as_json)


@users_cli.command("move")
@click.argument("login")
@click.option("--crew", help="Id or name of the crew to go out with from now on.")
@click.option("--no-crew", is_flag=True, help="Go out with no crew from now on.")
@click.option("--region", help="County (6 digits) or town (9 digits) to see from now on, of the same county.")
@as_json_option
@saying_problems
def move_command(login: str, crew: str | None, no_crew: bool, region: str | None, as_json: bool) -> None:
    """Put a person in another crew or region; their phones are told at the next sync."""
    if (crew is None and region is None and not no_crew) or (crew is not None and no_crew):
        raise click.UsageError("Say --crew or --no-crew, or --region, or a crew and a region.")
    with xuntu().unit_of_work() as uow:
        user = move_user(login, Move(region, crew, no_crew), actor=operator(), uow=uow)
        named = crew_names([user], actor=operator(), uow=uow).get(user.crew_id or "")
        told = {"login": login, "region": user.region, "crew_id": user.crew_id, "crew": named}
    tell(told, [f"{login} is in region {told['region']}, {'in no crew' if named is None else f'crew {named}'}."], as_json=as_json)


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
    """Everybody, with role, region and crew; no passwords."""
    with xuntu().unit_of_work(read_only=True) as uow:
        people = list_users(actor=operator(), uow=uow)
        crews = crew_names(people, actor=operator(), uow=uow)
        found = [
            {"login": one.login, "name": one.name, "role": one.role, "region": one.region, "crew": crews.get(one.crew_id or "")}
            for one in people
        ]
    sentences = [
        f"{one['login']:<20} {one['role']:<16} {one['region']:<10} {one['name']}  {one['crew'] or ''}".rstrip() for one in found
    ]
    tell({"users": found}, sentences, as_json=as_json)


@crews_cli.command("add")
@click.option("--name", required=True, help="What the crew is called; once in a county.")
@click.option("--region", required=True, help="County (6 digits) or town (9 digits) the crew patrols.")
@as_json_option
@saying_problems
def add_crew_command(name: str, region: str, as_json: bool) -> None:
    """Make a crew; people join it by `users add --crew` or `users move --crew`."""
    with xuntu().unit_of_work() as uow:
        crew = add_crew(name, region, actor=operator(), uow=uow)
        told = {"id": crew.id, "name": crew.name, "region": crew.region}
    joins = f"Inspectors join: flask users move LOGIN --crew {told['id']}"
    tell(told, [f"Added crew {told['name']} ({told['region']}, {told['id']}).", joins], as_json=as_json)


@crews_cli.command("list")
@as_json_option
@saying_problems
def list_crews_command(as_json: bool) -> None:
    """Every crew with its region and how many go out with it."""
    with xuntu().unit_of_work(read_only=True) as uow:
        found = [vars(one) for one in list_crews(actor=operator(), uow=uow)]
    sentences = [f"{one['region']:<10} {one['people']:>3}  {one['name']}  {one['id']}" for one in found]
    tell({"crews": found}, sentences or ["There are no crews."], as_json=as_json)
