"""`flask tasks assign|list` and `flask notices post`: sending crews somewhere, and telling phones something."""

from datetime import datetime

import click
from flask.cli import AppGroup

from server.cli.answers import as_json_option, saying_problems, tell
from server.composition import xuntu
from server.domain.assessment import Programme
from server.domain.permissions import operator
from server.services.notices import Words, notify_inspector, notify_region
from server.services.tasks import NewTask, assign_task, list_tasks

tasks_cli = AppGroup("tasks", help="Where crews go, why, by when.")
notices_cli = AppGroup("notices", help="Words to phones.")


@tasks_cli.command("assign")
@click.option("--crew", required=True, help="Id or name of the crew; an unknown one is answered with those there are.")
@click.option("--parcel", required=True, help="Code of the parcel.")
@click.option("--reason", required=True, help="Why they go there; the crew reads it.")
@click.option("--due", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Last day, in Asia/Shanghai.")
@click.option("--programme", type=click.Choice([one.value for one in Programme]), help="The programme it is for, if one is.")
@as_json_option
@saying_problems
def assign_command(crew: str, parcel: str, reason: str, due: datetime, programme: str | None, as_json: bool) -> None:
    """Send a crew to a parcel; their phones hear of it at the next sync."""
    with xuntu().unit_of_work() as uow:
        task = assign_task(NewTask(crew, parcel, reason, due.date(), programme), actor=operator(), uow=uow)
        told = {"id": task.id, "crew_id": task.crew_id, "parcel": parcel, "due_on": task.due_on.isoformat()}
    tell(told, [f"Task {told['id']}: {parcel} by {told['due_on']}."], as_json=as_json)


@tasks_cli.command("list")
@as_json_option
@saying_problems
def list_command(as_json: bool) -> None:
    """Every task: crew, parcel, last day and state."""
    with xuntu().unit_of_work(read_only=True) as uow:
        found = [vars(one) | {"due_on": one.due_on.isoformat()} for one in list_tasks(actor=operator(), uow=uow)]
    sentences = [f"{one['due_on']}  {one['state']:<10} {one['parcel_code']:<24} {one['crew']}  {one['reason']}" for one in found]
    tell({"tasks": found}, sentences or ["There are no tasks."], as_json=as_json)


@notices_cli.command("post")
@click.option("--region", help="Everybody whose area touches this county, town or village.")
@click.option("--inspector", help="Login of one inspector.")
@click.option("--title", required=True)
@click.option("--text", required=True)
@click.option("--title-en", help="The same in English; without it the title is repeated.")
@click.option("--text-en", help="The same in English; without it the text is repeated.")
@as_json_option
@saying_problems
def post_command(
    region: str | None,
    inspector: str | None,
    title: str,
    text: str,
    title_en: str | None,
    text_en: str | None,
    as_json: bool,
) -> None:
    """Tell one inspector, or everybody of a region; a notice cannot be taken back."""
    if (region is None) == (inspector is None):
        raise click.UsageError("Say either --region or --inspector.")
    words = Words(title, text, title_en, text_en)
    with xuntu().unit_of_work() as uow:
        if inspector is not None:
            notice = notify_inspector(inspector, words, actor=operator(), uow=uow)
        else:
            notice = notify_region(region or "", words, actor=operator(), uow=uow)
        told = {"id": notice.id, "region": region, "inspector": inspector}
    tell(told, [f"Notice {told['id']} is on its way to {inspector or region}."], as_json=as_json)
