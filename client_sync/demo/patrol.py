"""One phone's day: enrol, capture, sync, mishaps, sync again. Does through the client whatever a client can do."""

import json
import random
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from client_sync.client import FieldClient
from client_sync.demo import mishaps
from client_sync.demo.camera import Shot, jpeg_of
from client_sync.demo.plan import PhonePlan
from client_sync.demo.route import Visit
from client_sync.demo.scenes import photo_of
from client_sync.demo.sightings import metres_between, moved, sighting_at
from client_sync.draft import PhotoDraft, Position, ReportDraft, View
from client_sync.errors import SyncError
from client_sync.keys import digest_of
from client_sync.outbox import OutboxItem
from client_sync.session import SyncSession
from client_sync.wire import Wire

PHOTO_KINDS = ("panorama", "near", "sign_board")
MODELS = (("HUAWEI", "ALN-AL00"), ("Xiaomi", "23127PN0CC"), ("HONOR", "MAA-AN10"), ("OPPO", "PHZ110"), ("vivo", "V2309A"))
# Compass needles in eastern China point about six degrees west of north; degrees, east positive.
DECLINATION_DEG = -6.0
GPS_SIGMA_M = 4.0
FAR_M = 3200.0
YEAR = timedelta(days=365)
REPEATED_ITEMS = 10


@dataclass
class PhoneDay:
    """What one phone has to say in the evening. `outcomes` is by distinct content, `duplicates` counts repeated deliveries.

    `photos_kept_back` are those this day never uploads, on purpose; `stopped` is the code of what ended its last round early.
    """

    label: str
    device_id: str
    captured: int
    outcomes: dict[str, int]
    duplicates: int
    photos: int
    photos_uploaded: int
    photos_kept_back: int
    complete: int
    received: int
    problems: dict[str, int] = field(default_factory=dict)
    stopped: str | None = None
    seconds: float = 0.0


class Patrol:
    """Lives one phone's day. Made and used in one thread."""

    def __init__(
        self, client: FieldClient, phone: PhonePlan, partner: PhonePlan, *, number: int, seed: int, scratch: Path
    ) -> None:
        self.client = client
        self.phone = phone
        self.partner = partner
        self.number = number
        self.rng = random.Random(f"{seed}/{number}")
        self.scratch = scratch
        self.duplicates = 0
        self.photos_made = 0
        self.photos_uploaded = 0
        self.photos_kept_back = 0
        self.problems: Counter[str] = Counter()
        self.late: list[OutboxItem] = []
        self.stopped: str | None = None

    def live(self, visits: list[Visit]) -> PhoneDay:
        """The whole day; returns what became of it. Raises SyncError when the phone cannot be enrolled."""
        began = time.monotonic()
        self.client.enrol(self.phone.code, self.phone.label)
        noon = len(visits) // 2
        self._capture_all(visits[:noon])
        self._sync()
        self._capture_all(visits[noon:])
        self._tap_twice()
        self._sync()
        for item in self.late:
            mishaps.let_go(self.client.outbox, item)
        self._sync()
        if self.number == 0:
            self._repeat_a_push()
        return self._evening(len(visits), time.monotonic() - began)

    # Capturing

    def _capture_all(self, visits: list[Visit]) -> None:
        first_of_pair: str | None = None
        happened: list[tuple[str, str | None]] = []
        for visit in visits:
            captured = self.client.capture(self._draft(visit), revises=first_of_pair if visit.mishap == "late_second" else None)
            first_of_pair = captured.id if visit.mishap == "late_first" else first_of_pair
            happened.append((captured.id, visit.mishap))
        self.client.outbox.queue_captured()
        queued = self.client.outbox.items("queued")[-len(visits) :]
        for turn, (item, (_, mishap)) in enumerate(zip(queued, happened, strict=True)):
            self._befall(item, mishap, turn)

    def _befall(self, item: OutboxItem, mishap: str | None, turn: int) -> None:
        outbox = self.client.outbox
        if mishap == "photos_kept_back":
            self.photos_kept_back += mishaps.keep_photos_back(outbox, item)
        elif mishap == "late_first":
            mishaps.hold_back(outbox, item)
            self.late.append(item)
        elif mishap == "lost_predecessor":
            mishaps.replace_fields(outbox, item, rev=2, prev=digest_of("the revision before, which never comes"))
        elif mishap == "unknown_version":
            mishaps.replace_fields(outbox, item, v=mishaps.UNKNOWN_VERSION)
        elif mishap == "conflict":
            # Nothing was received yet when the server is away: then there is nothing to contradict either.
            for known in outbox.items("received", "complete")[:1]:
                mishaps.replace_fields(outbox, item, id=known.id, note="同一编号,另一内容")
        elif mishap == "bad_signature":
            mishaps.break_signature(outbox, item)
        elif mishap == "garbage":
            mishaps.replace_text(outbox, item, mishaps.garbage_for(item, turn))

    def _draft(self, visit: Visit) -> ReportDraft:
        spot, sighting = visit.spot, sighting_at(visit.spot, visit.at.date())
        at = visit.at - YEAR if visit.mishap == "wrong_clock" else visit.at
        lon, lat = self._near(spot.stand)
        accuracy_m = round(self.rng.uniform(3.0, 9.0), 1)
        claims = self.rng.random() < 0.6
        return ReportDraft(
            captured_at=at,
            observation=sighting.observation,
            position=Position(
                lon=lon, lat=lat, accuracy_m=accuracy_m, fixed_at=at - timedelta(seconds=2), fixes=12, altitude_m=4.0
            ),
            view=self._view(visit),
            photos=tuple(self._photo(visit, at, (lon, lat), index) for index in range(visit.photos)),
            task_id=spot.task_id,
            parcel_claim=spot.parcel_code if claims else None,
            sketch=sighting.sketch,
            onsite=sighting.onsite,
            note=sighting.note,
            also_present=(self.partner.inspector,) if sighting.needs_two and self.partner is not self.phone else (),
            server_offset_ms=int(YEAR.total_seconds() * 1000) if visit.mishap == "wrong_clock" else None,
        )

    def _near(self, stand: tuple[float, float]) -> tuple[float, float]:
        return moved(*stand, east_m=self.rng.gauss(0, GPS_SIGMA_M), north_m=self.rng.gauss(0, GPS_SIGMA_M))

    def _view(self, visit: Visit) -> View:
        """The camera's direction: every third phone reports what its compass needle says."""
        magnetic = self.number % 3 == 2
        true_deg = visit.spot.azimuth_deg + self.rng.gauss(0, 8.0)
        shown_deg = round((true_deg - DECLINATION_DEG if magnetic else true_deg) % 360.0, 1) % 360.0
        distance_m = round(metres_between(visit.spot.stand, (visit.spot.lon, visit.spot.lat)), 1)
        return View(shown_deg, "magnetic" if magnetic else "true", azimuth_error_deg=12.0, distance_m=distance_m)

    def _photo(self, visit: Visit, at: datetime, stand: tuple[float, float], index: int) -> PhotoDraft:
        kind = PHOTO_KINDS[index % len(PHOTO_KINDS)]
        taken_at = at + timedelta(seconds=15 * (index + 1), milliseconds=self.rng.randrange(1000))
        view = self._view(visit)
        lon, lat = moved(*stand, east_m=FAR_M, north_m=FAR_M / 2) if visit.mishap == "gps_far" else self._near(stand)
        make, model = MODELS[self.number % len(MODELS)]
        reference = "M" if view.azimuth_ref == "magnetic" else "T"
        shot = Shot(taken_at, lon, lat, 4.0, view.azimuth_deg, reference, make, model, uuid.uuid4().hex)
        north = "磁北" if reference == "M" else "真北"
        caption = (
            f"{visit.spot.parcel_code}  {self.phone.label}",
            taken_at.strftime("%Y-%m-%d %H:%M:%S"),
            f"{lon:.5f}, {lat:.5f}  {view.azimuth_deg:.0f}° {north}",
        )
        path = self.scratch / f"{self.number}-{self.photos_made}.jpg"
        path.write_bytes(jpeg_of(photo_of(visit.spot.scenario, kind, caption, self.rng), shot))
        self.photos_made += 1
        position = Position(lon=stand[0], lat=stand[1], accuracy_m=6.0, fixed_at=taken_at)
        return PhotoDraft(path=path, taken_at=taken_at, kind=kind, position=position, view=view)

    # Sending

    def _sync(self) -> None:
        summary = self.client.sync()
        self.duplicates += summary.outcomes["duplicate"]
        self.photos_uploaded += summary.photos_uploaded
        self.stopped = summary.stopped
        self.problems.update(str(problem.get("code")) for problem in summary.problems)

    def _push_raw(self, items: list[dict[str, Any]]) -> None:
        """A push whose answer the phone never sees: only the count of duplicates is kept for the summary.

        A server that is away is noted like in any other round.
        """
        wire = Wire(self.client.server, token=self.client.outbox.identity().token)
        try:
            results = SyncSession(wire, self.client.patience).push(items)
            self.duplicates += sum(1 for result in results if result.get("outcome") == "duplicate")
        except SyncError as stop:
            self.stopped = stop.code
        finally:
            wire.close()

    def _tap_twice(self) -> None:
        """The same report twice in one push, the answer lost: the phone offers it a third time."""
        queued = [item for item in self.client.outbox.items("queued") if item.rev == 1]
        if self.number == 1 and queued:
            self._push_raw([queued[0].wire(), queued[0].wire()])

    def _repeat_a_push(self) -> None:
        """The same push once more, as after a reply that was lost on the way."""
        settled = [item for item in self.client.outbox.items("received", "complete") if item.outcome == "stored"]
        self._push_raw([item.wire() for item in settled[:REPEATED_ITEMS]])

    def _evening(self, captured: int, seconds: float) -> PhoneDay:
        items = self.client.outbox.items()
        states = self.client.outbox.counts()
        return PhoneDay(
            label=self.phone.label,
            device_id=self.client.outbox.identity().device_id,
            captured=captured,
            outcomes=dict(Counter(item.outcome or "unsent" for item in items)),
            duplicates=self.duplicates,
            photos=self.photos_made,
            photos_uploaded=self.photos_uploaded,
            photos_kept_back=self.photos_kept_back,
            complete=states["complete"],
            received=states["received"],
            problems=dict(self.problems),
            stopped=self.stopped,
            seconds=round(seconds, 1),
        )


def save_days(path: Path, days: list[PhoneDay]) -> None:
    """Writes the evening reports for a later `--summarise`."""
    path.write_text(json.dumps({"phones": [vars(day) for day in days]}, ensure_ascii=False, indent=1), encoding="utf-8")


def load_days(path: Path) -> list[PhoneDay]:
    """Reads what `save_days` wrote."""
    return [PhoneDay(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))["phones"]]
