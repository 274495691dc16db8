"""What a person captures, before it is signed: positions, views, photos, observations. Refuses naive times at once."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from client_sync.errors import DraftInvalidError


@dataclass(frozen=True)
class Position:
    """Where the phone believes it stands. lon, lat in degrees of `crs`; `accuracy_m` holds with `accuracy_p`."""

    lon: float
    lat: float
    accuracy_m: float
    fixed_at: datetime
    accuracy_p: float | None = 0.68
    fixes: int | None = None
    altitude_m: float | None = None
    source: str = "gnss"
    mocked: bool | None = False
    crs: str = "wgs84"

    def as_json(self) -> dict[str, Any]:
        """`position` of a manifest."""
        return {**_without_absent(asdict(self), keep=("accuracy_p", "mocked")), "fixed_at": timestamp(self.fixed_at)}


@dataclass(frozen=True)
class View:
    """Where the camera looks: degrees clockwise from `azimuth_ref` ("true" or "magnetic") north."""

    azimuth_deg: float
    azimuth_ref: str
    azimuth_error_deg: float | None = None
    distance_m: float | None = None

    def as_json(self) -> dict[str, Any]:
        """`view` of a manifest."""
        return _without_absent(asdict(self))


@dataclass(frozen=True)
class PhotoDraft:
    """One photo file as the camera wrote it; its bytes are copied at capture and never altered."""

    path: Path
    taken_at: datetime
    kind: str
    media_type: str = "image/jpeg"
    position: Position | None = None
    view: View | None = None
    source: str = "camera"

    def as_json(self, *, digest: str, size_bytes: int) -> dict[str, Any]:
        """One entry of `photos` of a manifest."""
        entry: dict[str, Any] = {
            "digest": digest,
            "bytes": size_bytes,
            "media_type": self.media_type,
            "taken_at": timestamp(self.taken_at),
            "kind": self.kind,
            "source": self.source,
        }
        if self.position is not None:
            entry["position"] = self.position.as_json()
        if self.view is not None:
            entry["view"] = self.view.as_json()
        return entry


@dataclass(frozen=True)
class ReportDraft:
    """One visit as the person saw it. `also_present` are further inspectors `{"id", "certificate_no"}`."""

    captured_at: datetime
    observation: dict[str, Any]
    position: Position | None = None
    view: View | None = None
    photos: tuple[PhotoDraft, ...] = ()
    task_id: str | None = None
    parcel_claim: str | None = None
    sketch: dict[str, Any] | None = None
    onsite: dict[str, Any] | None = None
    note: str | None = None
    also_present: tuple[dict[str, Any], ...] = ()
    zone: str = "Asia/Shanghai"
    mono_ms: int = 0
    server_offset_ms: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def as_json(self, photos: list[dict[str, Any]]) -> dict[str, Any]:
        """The manifest without what is only known when it is signed (v, id, rev, prev, device, seq, chain, author)."""
        body: dict[str, Any] = {
            "captured_at": timestamp(self.captured_at),
            "clock": {"zone": self.zone, "mono_ms": self.mono_ms, "server_offset_ms": self.server_offset_ms},
            "position": self.position.as_json() if self.position else None,
            "view": self.view.as_json() if self.view else None,
            "observation": self.observation,
            "photos": photos,
        }
        optional = {
            "task_id": self.task_id,
            "parcel_claim": self.parcel_claim,
            "sketch": self.sketch,
            "onsite": self.onsite,
            "note": self.note,
        }
        return {**body, **_without_absent(optional), **self.extra}


def timestamp(at: datetime) -> str:
    """RFC 3339 with the offset kept; raises DraftInvalidError for a naive time.

    >>> from datetime import timezone
    >>> timestamp(datetime(2026, 11, 20, 9, 5, tzinfo=timezone.utc))
    '2026-11-20T09:05:00+00:00'
    """
    if at.tzinfo is None:
        raise DraftInvalidError("a time without an offset says nothing")
    return at.isoformat(timespec="milliseconds" if at.microsecond else "seconds")


def _without_absent(fields: dict[str, Any], *, keep: tuple[str, ...] = ()) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None or name in keep}
