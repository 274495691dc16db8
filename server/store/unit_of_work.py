"""One request, one transaction: the only place that commits. Events and the jobs they give rise to are written with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from server.domain.events import JOBS_OF, Recorded
from server.domain.permissions import Actor
from server.store.dialects.upsert import insert_or_skip
from server.store.tables.organisation import CountyCounter
from server.store.tables.sync import Event, Job

if TYPE_CHECKING:
    from server.store.world import World

POSITION = "position"
LEGAL_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class CountyPositions:
    last: int
    pending: list[Recorded]


class UnitOfWork:
    """Leaving in peace commits, leaving by exception rolls back. `world` carries blobs, keys, law and policy.

    The write recipe (READ COMMITTED): insert rows with `insert_or_skip`, then `lock_county` (ascending), only then decide
    and `record`. `now` is fixed for the whole unit; `origin` names the request, job or command it serves.
    """

    def __init__(self, engine: Engine, world: "World", *, now: datetime, origin: str, read_only: bool = False) -> None:
        self.session = Session(engine, expire_on_commit=False)
        self.world = world
        self.now = now
        self.origin = origin
        self.read_only = read_only
        self._positions: dict[str, CountyPositions] = {}
        self._after_commit: list[Callable[[], None]] = []

    def __enter__(self) -> Self:
        if self.read_only:
            self.session.connection(execution_options={"read_only": True})
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None and not self.read_only:
                self._write_events()
                self.session.commit()
            elif kind is not None:
                self.session.rollback()
        finally:
            self.session.close()
        if kind is None:
            for act in self._after_commit:
                act()

    @property
    def today(self) -> date:
        """The legal day of this unit: the date in Asia/Shanghai."""
        return self.now.astimezone(LEGAL_ZONE).date()

    def lock_county(self, *counties: str) -> None:
        """Order this writer after all others of these counties; take every county needed in one call, ascending."""
        for county in sorted(set(counties) - self._positions.keys()):
            row = {"county": county, "name": POSITION, "value": 0}
            insert_or_skip(self.session, CountyCounter, [row], key=("county", "name"))
            last = self.session.execute(
                select(CountyCounter.value)
                .where(CountyCounter.county == county, CountyCounter.name == POSITION)
                .with_for_update()
            ).scalar_one()
            self._positions[county] = CountyPositions(last, [])

    def next_number(self, county: str, name: str) -> int:
        """The next number of a county's counter (leads of a year, issues of a year); gap-free, since it commits with its use."""
        self.lock_county(county)
        insert_or_skip(self.session, CountyCounter, [{"county": county, "name": name, "value": 0}], key=("county", "name"))
        counted = (
            update(CountyCounter)
            .where(CountyCounter.county == county, CountyCounter.name == name)
            .values(value=CountyCounter.value + 1)
            .returning(CountyCounter.value)
        )
        return self.session.execute(counted).scalar_one()

    def position(self, county: str) -> int:
        """The position of the county's newest event, this unit's own included."""
        self.lock_county(county)
        return self._positions[county].last

    def record(
        self,
        type: str,  # noqa: A002 - the word of the design
        *,
        county: str,
        aggregate: tuple[str, str],
        facts: dict[str, Any],
        by: Actor | str,
        body: Callable[[int], str] | None = None,
    ) -> int:
        """Append an event and return its position. `body(position)` gives the exact text where that is fixed elsewhere."""
        if type not in JOBS_OF:
            raise KeyError(f"event type {type} is not declared")
        self.lock_county(county)
        positions = self._positions[county]
        positions.last += 1
        actor = by if isinstance(by, str) else by.id
        positions.pending.append(
            Recorded(
                type=type,
                county=county,
                position=positions.last,
                aggregate=aggregate[0],
                aggregate_id=aggregate[1],
                recorded_at=self.now,
                actor=actor,
                origin=self.origin,
                facts=facts,
                body=None if body is None else body(positions.last),
            )
        )
        return positions.last

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do this once the commit has succeeded (wake the relay); never for what must not be lost."""
        self._after_commit.append(act)

    def _write_events(self) -> None:
        self.session.flush()
        events = [event for positions in self._positions.values() for event in positions.pending]
        if not events:
            return
        for county, positions in self._positions.items():
            counter = (CountyCounter.county == county) & (CountyCounter.name == POSITION)
            self.session.execute(update(CountyCounter).where(counter).values(value=positions.last))
        self.session.execute(insert(Event), [event_row(event) for event in events])
        jobs = [job_row(event, name) for event in events for name in JOBS_OF[event.type]]
        if jobs:
            self.session.execute(insert(Job), jobs)
            self.after_commit(self.world.wake_relay)


def event_row(event: Recorded) -> dict[str, Any]:
    return {
        "county": event.county,
        "position": event.position,
        "type": event.type,
        "aggregate": event.aggregate,
        "aggregate_id": event.aggregate_id,
        "recorded_at": event.recorded_at,
        "actor": event.actor,
        "origin": event.origin,
        "body": event.text(),
    }


def job_row(event: Recorded, name: str) -> dict[str, Any]:
    return {
        "id": f"{event.county}-{event.position}-{name}",
        "county": event.county,
        "position": event.position,
        "name": name,
        "aggregate_id": event.aggregate_id,
        "arguments": event.facts,
        "state": "waiting",
        "attempts": 0,
        "run_after": event.recorded_at,
    }
