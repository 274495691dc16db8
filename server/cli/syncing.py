"""`flask sync reconcile`: what phones sent and what became of it, by outcome, so that every count can be checked."""

from typing import Any

from flask.cli import AppGroup

from server.cli.answers import as_json_option, saying_problems, tell
from server.composition import xuntu
from server.domain.permissions import operator
from server.services.reconciliation import OUTCOMES, quarantined, reconcile

sync_cli = AppGroup("sync", help="What phones sent.")


@sync_cli.command("reconcile")
@as_json_option
@saying_problems
def reconcile_command(as_json: bool) -> None:
    """Items received by outcome, submissions by state, and the unsent counts phones last reported."""
    with xuntu().unit_of_work(read_only=True) as uow:
        counts = reconcile(actor=operator(), uow=uow)
    sentences = [f"{outcome}: {count}" for outcome, count in counts["totals"].items()]
    sentences += [f"now {state}: {count}" for state, count in counts["submissions"].items()]
    sentences += [device_line(each) for each in counts["devices"]]
    sentences += [f"unsent on {each['label']}: {each['reports']} reports, {each['photos']} photos" for each in counts["unsent"]]
    tell(counts, sentences, as_json=as_json)


@sync_cli.command("quarantined")
@as_json_option
@saying_problems
def quarantined_command(as_json: bool) -> None:
    """What was received and kept but not taken as evidence, and why; docs/problems.md explains each cause."""
    with xuntu().unit_of_work(read_only=True) as uow:
        found = quarantined(actor=operator(), uow=uow)
    lines = [f"{one['received_at']}  {one['cause']:<22} {one['device']}  {one['id']} rev {one['rev']}" for one in found]
    tell({"quarantined": found}, lines or ["Nothing is quarantined."], as_json=as_json)


def device_line(row: dict[str, Any]) -> str:
    numbers = "  ".join(f"{outcome} {row[outcome]}" for outcome in OUTCOMES)
    return f"{row['day']}  {row['label'] or row['device_id']}  {numbers}"
