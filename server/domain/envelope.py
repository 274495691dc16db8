"""Judging a pushed item by its envelope alone: identity, author, signature, version, plausibility. Never by its content."""

from dataclasses import dataclass
from typing import Any, Final

from server import problems
from server.problems import Problem

KNOWN_VERSIONS: Final = (1,)
# Where a patrol of this country can stand at all. A bound of plausibility, not of sovereignty or law.
PLAUSIBLE_LON: Final = (73.0, 136.0)
PLAUSIBLE_LAT: Final = (3.0, 54.0)

RELEASABLE: Final = frozenset({"bad-signature", "not-author", "unknown-device"})
"""Causes that a later delivery can remove (signature, pusher, device). Nothing proves yet who wrote such a manifest."""
CLAIMING: Final = frozenset({"stored", "held"})
"""States in which a content claims its (id, rev)."""
LARGEST_WHOLE: Final = 2**53 - 1


@dataclass(frozen=True)
class PushedItem:
    """One element of a push as read at the edge; see schemas.manifest.ItemReading for each field."""

    raw: str
    type: str
    manifest: str
    digest: str
    signature: dict[str, str] | None
    id: str | None
    rev: int | None
    version: Any
    device_id: str | None
    seq: int | None
    fields: dict[str, Any] | None
    photo_digests: tuple[str, ...] | None
    complaint: str | None


@dataclass(frozen=True)
class Author:
    """The device a manifest names, and whose it is. `has_key` says whether its manifests must be signed."""

    device_id: str
    county: str
    inspector_id: str
    has_key: bool
    forked: bool


def refusal_of(item: PushedItem) -> Problem | None:
    """Why the item names no identity at all, if so."""
    if item.id is None or item.rev is None:
        return problems.ITEM_UNREADABLE(reason=item.complaint or "no identity")
    return None


def quarantine_of(
    item: PushedItem, author: Author | None, *, pusher_id: str, signature_failure: str | None, max_bytes: int
) -> Problem | None:
    """Why the item must wait for a person, or None when its envelope is good. The first reason in this order counts."""
    if author is None:
        return problems.UNKNOWN_DEVICE(device_id=item.device_id)
    if author.inspector_id != pusher_id:
        return problems.NOT_AUTHOR()
    if author.has_key and signature_failure is not None:
        return problems.BAD_SIGNATURE(reason=signature_failure)
    if len(item.manifest.encode("utf-8", "surrogatepass")) > max_bytes:
        return problems.TOO_LARGE(max_bytes=max_bytes)
    if item.version not in KNOWN_VERSIONS or isinstance(item.version, bool):
        return problems.UNKNOWN_VERSION(v=printable_version(item.version))
    if item.complaint is not None or item.fields is None:
        return problems.MANIFEST_INVALID(reason=item.complaint or "the manifest cannot be read")
    return None


def printable_version(version: Any) -> int | str:
    """What stood at `v`, short enough and plain enough to be said back and stored."""
    if isinstance(version, int) and not isinstance(version, bool) and abs(version) <= LARGEST_WHOLE:
        return version
    return ascii(version)[:40] if isinstance(version, str) else f"({type(version).__name__})"


def implausible_position(claims: dict[str, Any]) -> Problem | None:
    """Why nobody patrols where the claims say, or None. The caller knows better where the county has land there."""
    position = claims.get("position")
    if position is None:
        return None
    lon, lat = position["lon"], position["lat"]
    if PLAUSIBLE_LON[0] <= lon <= PLAUSIBLE_LON[1] and PLAUSIBLE_LAT[0] <= lat <= PLAUSIBLE_LAT[1]:
        return None
    swapped = PLAUSIBLE_LON[0] <= lat <= PLAUSIBLE_LON[1] and PLAUSIBLE_LAT[0] <= lon <= PLAUSIBLE_LAT[1]
    hint = "longitude and latitude look swapped" if swapped else "no patrol of this country stands there"
    return problems.MANIFEST_INVALID(reason=f"position: ({lon}, {lat}) is out of bounds: {hint}")


@dataclass(frozen=True)
class Known:
    """A submission of the same id that the store already holds."""

    type: str
    rev: int
    digest: str
    state: str


def is_claimed(rev: int, known: list[Known]) -> bool:
    """Whether another content already claims this revision."""
    return any(other.rev == rev and other.state in CLAIMING for other in known)


def place_in_chain(rev: int, prev: str | None, known: list[Known]) -> tuple[str, Problem | None]:
    """stored, held or quarantined, given every other submission of the same id and its state."""
    if rev == 1:
        return "stored", None
    before = next((other for other in known if other.type == "report" and other.rev == rev - 1 and other.state == "stored"), None)
    if before is None:
        return "held", None
    if before.digest != prev:
        return "quarantined", problems.PREV_MISMATCH()
    return "stored", None
