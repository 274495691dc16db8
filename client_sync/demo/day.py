"""Lets all phones live their day at the same time. Hides no failure of any of them."""

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from client_sync.client import FieldClient
from client_sync.demo.patrol import Patrol, PhoneDay
from client_sync.demo.plan import Plan
from client_sync.demo.route import Visit, routes
from client_sync.wire import Patience

REPORTS = 200
PHOTOS = 400


def run_day(
    plan: Plan, server: str, folder: Path, *, reports: int = REPORTS, photos: int = PHOTOS, seed: int = 1
) -> list[PhoneDay]:
    """Lets every phone of the plan live its day at once, one thread each; returns their evening reports in plan order.

    Raises PlanError when the plan cannot carry the numbers, SyncError when a phone cannot be enrolled.
    """
    walks = routes(plan, reports=reports, photos=photos)
    with ThreadPoolExecutor(max_workers=len(plan.phones), thread_name_prefix="phone") as pool:
        waiting = [
            pool.submit(_live, plan, number, walk, server=server, folder=folder, seed=seed) for number, walk in enumerate(walks)
        ]
        return [day.result() for day in waiting]


def _live(plan: Plan, number: int, walk: list[Visit], *, server: str, folder: Path, seed: int) -> PhoneDay:
    phone, partner = plan.phones[number], plan.phones[(number + 1) % len(plan.phones)]
    scratch = folder / f"camera-{number + 1}"
    scratch.mkdir(parents=True, exist_ok=True)
    patience = Patience(attempts=6, base_s=0.2, cap_s=5.0, rng=random.Random(f"{seed}/waits/{number}"))
    client = FieldClient(folder / f"phone-{number + 1}", server, patience=patience)
    try:
        day = Patrol(client, phone, partner, number=number, seed=seed, scratch=scratch).live(walk)
    finally:
        client.close()
    print(f"{day.label}: {day.captured} reports, {day.photos} photos in {day.seconds} s", flush=True)
    return day
