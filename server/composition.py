"""What one application is made of, handed to every edge. Reads no environment and no global."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy.engine import Engine

from server.settings import Settings
from server.store.unit_of_work import UnitOfWork
from server.store.world import World

if TYPE_CHECKING:
    from server.jobs.relay import Relay

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The one place that reads the time of day."""
    return datetime.now(UTC)


@dataclass
class Xuntu:
    settings: Settings
    engine: Engine
    world: World
    clock: Clock
    relay: "Relay"

    def unit_of_work(self, *, origin: str | None = None, read_only: bool = False) -> UnitOfWork:
        """A new unit of work; `origin` names the request, command or job it serves."""
        return UnitOfWork(
            self.engine, self.world, now=self.clock(), origin=origin or f"command-{uuid.uuid4()}", read_only=read_only
        )


def xuntu() -> Xuntu:
    """The composition of the application at hand."""
    found = current_app.extensions["xuntu"]
    assert isinstance(found, Xuntu)
    return found
