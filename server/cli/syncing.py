"""`flask sync`: what phones sent and what became of it, by outcome, so that every count can be checked; queues carried in.

Judges nothing itself: a carried queue gets the outcomes that a push would.
"""

import sys
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from server.cli.answers import as_json_option, saying_problems, tell
from server.cli.carrying import Brought, bring_file
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


@sync_cli.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--receipts", type=click.Path(path_type=Path), help="Where the receipts of one FILE go.  [default: beside it]")
@click.option("--dry-run", is_flag=True, help="Decrypt, read and hash everything; keep nothing.")
@as_json_option
@saying_problems
def import_command(files: tuple[Path, ...], receipts: Path | None, dry_run: bool, as_json: bool) -> None:
    """Bring in FILES that phones exported for want of a network, and write the receipts to carry back."""
    if receipts is not None and len(files) > 1:
        raise click.UsageError("--receipts names one file; import the queues one by one, or let each have its own beside it")
    brought = [bring_file(file, receipts or Path(f"{file}.receipts.json"), xuntu(), dry_run=dry_run) for file in files]
    lines = [line for one in brought for line in brought_lines(one)]
    tell({"files": [one.as_json() for one in brought]}, lines, as_json=as_json)
    if any(one.refused for one in brought):
        sys.exit(1)


def brought_lines(brought: Brought) -> list[str]:
    """What became of one file, in words."""
    facts = brought.as_json()
    whose = ", ".join(each["inspector"] for each in facts["of"])
    outcomes = ", ".join(f"{outcome} {count}" for outcome, count in facts["outcomes"].items())
    photos = ", ".join(f"{outcome} {count}" for outcome, count in facts["photos"].items()) or "none"
    said = "would bring" if brought.dry_run else "brought"
    what = f"{facts['items']} items of {whose}{f' ({outcomes})' if outcomes else ''}; photos: {photos}" if whose else "nothing"
    lines = [f"{brought.file}: {said} {what}"]
    lines += [f"  {problem.detail} ({problem.kind.code})" for problem in brought.refused]
    return lines if brought.receipts is None else [*lines, f"  receipts to carry back: {brought.receipts}"]


def device_line(row: dict[str, Any]) -> str:
    numbers = "  ".join(f"{outcome} {row[outcome]}" for outcome in OUTCOMES)
    return f"{row['day']}  {row['label'] or row['device_id']}  {numbers}"
