"""The demo command: `python -m client_sync.demo --server URL --plan plan.json`. Ends with 0 only when the account closes."""

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from client_sync.demo.day import PHOTOS, REPORTS, run_day
from client_sync.demo.patrol import PhoneDay, load_days, save_days
from client_sync.demo.plan import PlanError, read_plan
from client_sync.demo.summary import (
    disagreements,
    leads_text,
    problems_text,
    server_counts,
    stopped_early,
    table,
)
from client_sync.errors import SyncError


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything reconciles, 1 when it does not, 2 when the day could not be lived to its end."""
    options = _parser().parse_args(arguments)
    try:
        days = load_days(options.summarise) if options.summarise else _live_and_time(options)
        return _account(days, options)
    except SyncError as stop:
        print(f"the day could not be lived: {stop.code}: {stop.detail}", file=sys.stderr)
    except (PlanError, ValueError, OSError, subprocess.CalledProcessError) as fault:
        print(f"the demo stopped: {fault}", file=sys.stderr)
    return 2


def _live_and_time(options: argparse.Namespace) -> list[PhoneDay]:
    if options.server is None or options.plan is None:
        raise PlanError("--server and --plan are needed, or --summarise")
    plan = read_plan(options.plan)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="patrol-day-") as scratch:
        folder = options.folder or Path(scratch)
        days = run_day(plan, options.server, folder, reports=options.reports, photos=options.photos, seed=options.seed)
    print(f"patrol day of {plan.day}: {time.monotonic() - began:.1f} s")
    if options.save:
        save_days(options.save, days)
    return days


def _account(days: list[PhoneDay], options: argparse.Namespace) -> int:
    reconcile = _json_from(options.reconcile_json, options.reconcile_command)
    leads = _json_from(options.leads_json, options.leads_command)
    print(f"\n{table(days)}\n\nset aside or questioned: {problems_text(days)}")
    code = _compare(days, reconcile)
    if leads is not None:
        print(f"\n{leads_text(leads)}")
    return code


def _compare(days: list[PhoneDay], reconcile: object) -> int:
    """Says whether the account closes; a phone that was stopped cannot close its own and is left out."""
    early = stopped_early(days)
    finished = [day for day in days if day.stopped is None]
    # Totals over all devices cannot be told apart by phone, so they say nothing once a phone is left out.
    comparable = reconcile is not None and (not early or (isinstance(reconcile, dict) and "devices" in reconcile))
    server = server_counts(reconcile, {day.device_id for day in finished}) if comparable else None
    faults = disagreements(finished, server)
    for sentence in [*early, *(f"DOES NOT RECONCILE: {fault}" for fault in faults)]:
        print(sentence)
    if finished and not faults:
        who = "the other phones reconcile" if early else "reconciles"
        against = "" if server is None else ", and the server counts the same"
        print(f"{who}: captured = stored + held + quarantined + refused{against}; duplicates are counted apart")
    return 1 if faults else 2 if early else 0


def _json_from(path: Path | None, command: str | None) -> Any:
    """The JSON of a file, or of what a command prints; None when neither is given."""
    if path is not None:
        return json.loads(path.read_text(encoding="utf-8"))
    if command is None:
        return None
    # The command is the operator's own, split without a shell.
    done = subprocess.run(shlex.split(command), check=True, stdout=subprocess.PIPE)  # noqa: S603
    return json.loads(done.stdout.decode("utf-8"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m client_sync.demo", description="A patrol day by the reference client.")
    parser.add_argument("--server", help="address of the server, for instance http://127.0.0.1:8000")
    parser.add_argument("--plan", type=Path, help="plan.json of `flask demo plan`")
    parser.add_argument("--seed", type=int, default=1, help="what is seen and how far the GPS strays; ids are always new")
    parser.add_argument("--reports", type=int, default=REPORTS)
    parser.add_argument("--photos", type=int, default=PHOTOS)
    parser.add_argument("--folder", type=Path, help="keep the phones here (default: a folder that is removed)")
    parser.add_argument("--save", type=Path, help="write the phones' counts here for a later --summarise")
    parser.add_argument("--summarise", type=Path, help="no new day: only the account of a saved one")
    parser.add_argument("--reconcile-json", type=Path, help="the server's own counts, to compare with")
    parser.add_argument("--reconcile-command", help="a command that prints them, run after the day")
    parser.add_argument("--leads-json", type=Path, help="the leads that appeared, to print")
    parser.add_argument("--leads-command", help="a command that prints them, run after the day")
    return parser


if __name__ == "__main__":
    sys.exit(main())
