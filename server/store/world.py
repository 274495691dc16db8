"""What the services reach through the unit of work: blobs, keys, law, policy, photo examiner, relay. Holds no state of its own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.keys.server_keys import ServerKeys
    from server.law.loader import Law
    from server.media.blobs import Blobs
    from server.media.examiner import PhotoExaminer
    from server.settings import Settings


def nobody_waits() -> None:
    """No relay is running (command line): the sweeper or the next server finds the jobs."""


@dataclass
class World:
    settings: "Settings"
    blobs: "Blobs"
    keys: "ServerKeys"
    law: "Law"
    examiner: "PhotoExaminer"
    server_epoch: str
    wake_relay: Callable[[], None] = field(default=nobody_waits)
