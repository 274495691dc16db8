"""What the services reach through the unit of work: blobs, keys, law, policy, photo examiner, relay."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from server.keys.text import to_base64url

if TYPE_CHECKING:
    from server.keys.server_keys import ServerKeys
    from server.law import Law
    from server.media.blobs import Blobs
    from server.media.examiner import PhotoExaminer
    from server.settings import Settings


def nobody_waits() -> None:
    """No relay runs in this process: the sweeper of the server finds the jobs."""


@dataclass
class World:
    """Everything outside the database, handed in at the composition root."""

    settings: "Settings"
    blobs: "Blobs"
    keys: "ServerKeys"
    law: "Law"
    examiner: "PhotoExaminer"
    read_epoch: Callable[[], str]
    wake_relay: Callable[[], None] = nobody_waits

    @cached_property
    def server_epoch(self) -> str:
        """The UUID that changes when the database was restored from a backup; read once the schema is there."""
        return self.read_epoch()

    def log_id(self, county: str) -> str:
        """base64url(SHA-256(origin)) of the county's log in this epoch (protocol section 6)."""
        origin = f"{self.settings.deployment}/{county}/{self.server_epoch}"
        return to_base64url(hashlib.sha256(origin.encode()).digest())
