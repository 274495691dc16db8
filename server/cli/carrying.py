"""Bringing in a carried queue, file by file: reports first, then photos, then the receipts to carry back. Safe to run again.

What cannot be used is named with its file and entry, and keeps nothing else out.
"""

import json
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemas.carried import CarriedReceiptsSchema, read_carried_body
from schemas.json_text import Slice
from schemas.manifest import read_item
from server import problems
from server.composition import Xuntu
from server.domain.envelope import PushedItem
from server.domain.permissions import operator
from server.problems import Problem
from server.services.carried import (
    Carrier,
    awaits_photo,
    bring_photo,
    carriers_of,
    holds_photo,
    keep_unreadable_queue,
    receive_carried,
    standing_of,
)
from server.services.carried_files import CarriedFile, PhotoEntry, opened_carried

ITEMS_AT_ONCE = 100
BYTES_AT_ONCE = 4 * 1024 * 1024


@dataclass
class Brought:
    """What became of a file so far: results by the place of the item in the queue, photos by digest, refusals."""

    file: str
    dry_run: bool
    origin: str
    """One id for everything this import writes, as a push has its request's."""
    digest: str = ""
    carriers: list[Carrier] = field(default_factory=list)
    items: list[PushedItem] = field(default_factory=list)
    results: dict[int, dict[str, Any]] = field(default_factory=dict)
    photos: list[dict[str, Any]] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    receipts: Path | None = None

    def as_json(self) -> dict[str, Any]:
        whose = [
            {"inspector": each.actor.name, "device_id": each.actor.device_id, "proven": each.proven} for each in self.carriers
        ]
        return {
            "file": self.file,
            "dry_run": self.dry_run,
            "of": whose,
            "items": len(self.items),
            "outcomes": dict(Counter(each["outcome"] for each in self.results.values())),
            "photos": dict(Counter(each["outcome"] for each in self.photos)),
            "problems": [problem.as_json() for problem in self.refused],
            "receipts": None if self.receipts is None else str(self.receipts),
        }


def bring_file(path: Path, receipts: Path, composition: Xuntu, *, dry_run: bool) -> Brought:
    """Everything of one file that can be used. A file that cannot be used at all has one problem and nothing else."""
    brought = Brought(file=path.name, dry_run=dry_run, origin=str(uuid.uuid4()))
    try:
        with opened_carried(path, composition.settings.data_dir, composition.settings.sync) as queue:
            brought.digest = queue.digest
            brought.refused += queue.strays
            bring_queue(queue, brought, composition)
        if not dry_run:
            write_receipts(receipts, brought, composition)
    except Problem as problem:
        brought.refused.append(problem)
    return brought


def bring_queue(queue: CarriedFile, brought: Brought, composition: Xuntu) -> None:
    enrolments, slices = read_queue(queue, brought, composition)
    brought.items = [PushedItem(**vars(read_item(each.text, each.value))) for each in slices]
    with composition.unit_of_work(origin=brought.origin, read_only=True) as uow:
        brought.carriers = carriers_of(queue.name, brought.items, enrolments, actor=operator(), uow=uow)
    if not brought.dry_run:
        for carrier in brought.carriers:
            for places in batches(carrier.places, slices):
                with composition.unit_of_work(origin=brought.origin) as uow:
                    some = [brought.items[place] for place in places]
                    results = receive_carried(some, carrier.actor, actor=operator(), uow=uow)
                brought.results |= dict(zip(places, results, strict=True))
    for photo in queue.photos:
        brought.photos += bring_entry(photo, queue, brought, composition)


def read_queue(queue: CarriedFile, brought: Brought, composition: Xuntu) -> tuple[list[dict[str, Any]], list[Slice]]:
    """Enrolments and items of push.json. Raises CARRIED_FILE when it cannot be read; its bytes are kept all the same."""
    content = queue.push_bytes()
    try:
        return read_carried_body(content.decode("utf-8"), most=composition.settings.sync.carried_items)
    except ValueError as error:
        problem = queue.refused(f"push.json cannot be read and is kept as it is: {error}")
        if not brought.dry_run:
            with composition.unit_of_work(origin=brought.origin) as uow:
                keep_unreadable_queue(content, problem, actor=operator(), uow=uow)
        raise problem from error


def batches(places: tuple[int, ...], slices: list[Slice]) -> Iterator[list[int]]:
    """The places in order, cut so that no batch is more than a push may be."""
    batch: list[int] = []
    size = 0
    for place in places:
        length = len(slices[place].text)
        if batch and (len(batch) >= ITEMS_AT_ONCE or size + length > BYTES_AT_ONCE):
            yield batch
            batch, size = [], 0
        batch.append(place)
        size += length
    if batch:
        yield batch


def bring_entry(photo: PhotoEntry, queue: CarriedFile, brought: Brought, composition: Xuntu) -> list[dict[str, Any]]:
    """A photo for each inspector of the queue whose reports declare it."""
    try:
        carriers = waiting_for(photo.digest, brought, composition)
        if not carriers:
            raise queue.entry(photo.info.filename, "no report of this queue or of its inspector declares it")
        with tempfile.NamedTemporaryFile(dir=composition.world.blobs.parts, suffix=".chunk") as content:
            queue.copy(photo, content)
            content.flush()
            outcomes = [keep(photo, Path(content.name), carrier, brought, composition) for carrier in carriers]
    except Problem as problem:
        named = problem
        if problem.kind is not problems.CARRIED_ENTRY:
            named = queue.entry(photo.info.filename, problem.detail)
        brought.refused.append(named)
        return [{"digest": photo.digest, "outcome": "refused", "problem": named.as_json()}]
    return [{"digest": photo.digest, "outcome": outcome} for outcome in outcomes]


def waiting_for(digest: str, brought: Brought, composition: Xuntu) -> list[Carrier]:
    """The carriers with a report, in this queue or received before, that declares the photo."""
    with composition.unit_of_work(origin=brought.origin, read_only=True) as uow:
        return [
            carrier
            for carrier in brought.carriers
            if any(digest in (brought.items[place].photo_digests or ()) for place in carrier.places)
            or awaits_photo(digest, carrier.actor, actor=operator(), uow=uow)
        ]


def keep(photo: PhotoEntry, content: Path, carrier: Carrier, brought: Brought, composition: Xuntu) -> str:
    with composition.unit_of_work(origin=brought.origin, read_only=True) as uow:
        if holds_photo(photo.digest, carrier.actor, actor=operator(), uow=uow):
            return "held"
    if brought.dry_run:
        return "stored"
    with composition.unit_of_work(origin=brought.origin) as uow:
        bring_photo(photo.digest, content, declared_type(photo.digest, brought), carrier.actor, actor=operator(), uow=uow)
    return "stored"


def declared_type(digest: str, brought: Brought) -> str:
    """The media type that a report of the queue declares for the photo, which decides how large it may be."""
    declared = (photo for item in brought.items for photo in (item.fields or {}).get("photos") or [])
    return next((str(photo.get("media_type", "")) for photo in declared if photo["digest"] == digest), "")


def write_receipts(path: Path, brought: Brought, composition: Xuntu) -> None:
    """The receipts file for the phone. Raises CARRIED_FILE when it cannot be written; what was brought in stays."""
    for carrier in brought.carriers:
        with composition.unit_of_work(origin=brought.origin) as uow:
            results = [brought.results[place] for place in carrier.places]
            standing = standing_of(results, carrier.actor, actor=operator(), uow=uow)
        brought.results |= dict(zip(carrier.places, standing, strict=True))
    world = composition.world
    content = {
        "v": 1,
        "file_digest": brought.digest,
        "server_time": composition.clock(),
        "server_epoch": world.server_epoch,
        "server_keys": world.keys.public(),
        "receipts": [brought.results[place] for place in sorted(brought.results)],
        "photos": brought.photos,
    }
    try:
        path.write_text(json.dumps(CarriedReceiptsSchema().dump(content), ensure_ascii=False), "utf-8")
    except OSError as error:
        reason = f"everything was received, but the receipts cannot be written to {path.name}: {error.strerror}"
        raise problems.CARRIED_FILE(file=brought.file, reason=reason) from error
    brought.receipts = path
