"""The report manifest and the task progress of protocol section 3. Reads claims; judges nothing but their shape."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from schemas.fields import DIGEST, Flag, Instant, Number, TolerantSchema, Whole, digest, one_of, words
from schemas.json_text import read_json

VERSIONS = (1,)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z", re.IGNORECASE)
SIGNATURE_MEMBER = re.compile(r"[0-9A-Za-z_=+/.-]{1,200}\Z")
NOTE_CHARACTERS = 10_000
PHOTOS_A_REPORT = 200
CODE_CHARACTERS = 64


class PositionSchema(TolerantSchema):
    lon = Number(required=True, least=-180, most=180)
    lat = Number(required=True, least=-90, most=90)
    accuracy_m = Number(required=True, least=0, most=1_000_000)
    accuracy_p = Number(load_default=None, allow_none=True, least=0, most=1)
    fixes = Whole(load_default=None, allow_none=True, least=1)
    altitude_m = Number(load_default=None, allow_none=True, least=-12_000, most=100_000)
    fixed_at = Instant(required=True)
    source = one_of("gnss", "network", "manual", required=True)
    mocked = Flag(load_default=None, allow_none=True)
    crs = one_of("wgs84", "cgcs2000", "gcj02", "bd09", required=True)

    @validates_schema
    def is_not_null_island(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("lon") == 0 and data.get("lat") == 0:
            raise ValidationError("Longitude and latitude are both 0: no fix was made.", "lon")


class ViewSchema(TolerantSchema):
    azimuth_deg = Number(required=True, least=0, most=360)
    azimuth_ref = one_of("true", "magnetic", required=True)
    azimuth_error_deg = Number(load_default=None, allow_none=True, least=0, most=180)
    distance_m = Number(load_default=None, allow_none=True, least=0, most=100_000)


class ClockSchema(TolerantSchema):
    zone = words(64, required=True)
    mono_ms = Whole(required=True)
    server_offset_ms = Whole(load_default=None, allow_none=True, least=-(2**53 - 1))


class InspectorSchema(TolerantSchema):
    id = words(64, 1, required=True)
    certificate_no = words(40, load_default=None, allow_none=True)


class PhotoSchema(TolerantSchema):
    digest = digest(required=True)
    bytes = Whole(required=True, least=1)
    media_type = words(100, required=True)
    taken_at = Instant(required=True)
    kind = words(20, 1, required=True)
    position = fields.Nested(PositionSchema, load_default=None, allow_none=True)
    view = fields.Nested(ViewSchema, load_default=None, allow_none=True)
    source = one_of("camera", "gallery", required=True)
    camera_api = words(60, load_default=None, allow_none=True)


class OnsiteSchema(TolerantSchema):
    suspect = words(200, load_default=None, allow_none=True)
    act_started_on = fields.Date(load_default=None, allow_none=True)
    act_date_source = words(200, load_default=None, allow_none=True)
    state = one_of("in_progress", "stopped", "finished", load_default=None, allow_none=True)
    approval_shown = Flag(load_default=None, allow_none=True)
    measures = fields.List(words(40), load_default=list, validate=validate.Length(max=20))
    notice_no = words(100, load_default=None, allow_none=True)
    effect = words(1000, load_default=None, allow_none=True)
    party_present = Flag(load_default=None, allow_none=True)
    party_refused = Flag(load_default=None, allow_none=True)
    witness = words(200, load_default=None, allow_none=True)


class ConstructionSchema(TolerantSchema):
    kind = one_of("construction", required=True)
    sign_board = Flag(load_default=None, allow_none=True)
    permit_no = words(100, load_default=None, allow_none=True)
    foundation = one_of("deep_pit", "piles", "other", load_default=None, allow_none=True)
    foundation_share = Number(load_default=None, allow_none=True, least=0, most=1)
    piles_done = Whole(load_default=None, allow_none=True)
    piles_total = Whole(load_default=None, allow_none=True)
    stage = one_of("none", "foundation", "structure", "topped_out", "completed", load_default=None, allow_none=True)
    developed_area_m2 = Number(load_default=None, allow_none=True, least=0, most=1e12)
    halted_since = fields.Date(load_default=None, allow_none=True)


class LandUseSchema(TolerantSchema):
    kind = one_of("land_use", required=True)
    use = words(100, load_default=None, allow_none=True)
    area_m2 = Number(load_default=None, allow_none=True, least=0, most=1e12)
    area_method = words(40, load_default=None, allow_none=True)
    buildings = fields.Raw(load_default=None, allow_none=True)
    current_class = words(40, load_default=None, allow_none=True)


class ReclamationSchema(TolerantSchema):
    kind = one_of("reclamation", required=True)
    stage = one_of("none", "levelling", "topsoil", "planted", "completed", load_default=None, allow_none=True)
    area_m2 = Number(load_default=None, allow_none=True, least=0, most=1e12)
    topsoil_stripped = Flag(load_default=None, allow_none=True)
    topsoil_stored = Flag(load_default=None, allow_none=True)


class RoutineSchema(TolerantSchema):
    kind = one_of("routine", required=True)
    nothing_found = Flag(load_default=None, allow_none=True)


OBSERVATIONS: dict[str, Schema] = {
    "construction": ConstructionSchema(),
    "land_use": LandUseSchema(),
    "reclamation": ReclamationSchema(),
    "routine": RoutineSchema(),
}


class Observation(fields.Field[dict[str, Any]]):
    """The observation by its kind; the fields of other kinds are ignored."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        kind = value.get("kind") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in OBSERVATIONS:
            raise ValidationError(f"Not an observation of a kind among {', '.join(OBSERVATIONS)}.")
        loaded: dict[str, Any] = OBSERVATIONS[kind].load(value)
        return loaded


class Geometry(fields.Field[dict[str, Any]]):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or value.get("type") not in ("Polygon", "MultiPolygon"):
            raise ValidationError("Not a GeoJSON Polygon or MultiPolygon.")
        return value


class ReportManifestSchema(TolerantSchema):
    v = Whole(required=True)
    id = fields.UUID(required=True)
    rev = Whole(required=True, least=1)
    prev = digest(required=True, allow_none=True)
    device_id = fields.UUID(required=True)
    seq = Whole(required=True, least=1)
    chain = digest(required=True, allow_none=True)
    inspectors = fields.List(fields.Nested(InspectorSchema), required=True, validate=validate.Length(min=1, max=20))
    captured_at = Instant(required=True)
    clock = fields.Nested(ClockSchema, required=True)
    position = fields.Nested(PositionSchema, required=True, allow_none=True)
    view = fields.Nested(ViewSchema, load_default=None, allow_none=True)
    task_id = words(64, load_default=None, allow_none=True)
    parcel_claim = words(CODE_CHARACTERS, load_default=None, allow_none=True)
    sketch = Geometry(load_default=None, allow_none=True)
    observation = Observation(required=True)
    onsite = fields.Nested(OnsiteSchema, load_default=None, allow_none=True)
    note = words(NOTE_CHARACTERS, load_default=None, allow_none=True)
    photos = fields.List(fields.Nested(PhotoSchema), required=True, validate=validate.Length(max=PHOTOS_A_REPORT))
    checkpoint = words(200, load_default=None, allow_none=True)

    @validates_schema
    def links_its_past(self, data: dict[str, Any], **_: Any) -> None:
        if (data["rev"] == 1) != (data["prev"] is None):
            raise ValidationError("Null exactly for revision 1.", "prev")
        if (data["seq"] == 1) != (data["chain"] is None):
            raise ValidationError("Null exactly for sequence 1.", "chain")


class TaskProgressSchema(TolerantSchema):
    v = Whole(required=True)
    id = fields.UUID(required=True)
    device_id = fields.UUID(required=True)
    seq = Whole(required=True, least=1)
    chain = digest(required=True, allow_none=True)
    captured_at = Instant(required=True)
    task_id = words(64, 1, required=True)
    state = one_of("started", "done", "impossible", required=True)
    reason = words(1000, load_default=None, allow_none=True)


READERS: dict[str, Schema] = {"report": ReportManifestSchema(), "task_progress": TaskProgressSchema()}


@dataclass(frozen=True)
class ItemReading:
    """What could be read of one pushed item. `raw` is the item's exact text, `digest` that of the manifest's bytes.

    `id` and `rev` are None when the item names no identity; `fields` is None when the manifest has not the right shape,
    and `complaint` then says what is wrong; `version` is the manifest's own `v`.
    """

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


def unreadable(raw: str, complaint: str, manifest: str | None = None) -> ItemReading:
    kept = raw if manifest is None else manifest
    return ItemReading(
        raw, "report", kept, manifest_digest(kept), None, None, None, None, None, None, None, None, complaint=complaint
    )


def manifest_digest(manifest: str) -> str:
    return f"sha256:{hashlib.sha256(manifest.encode('utf-8', 'surrogatepass')).hexdigest()}"


def read_item(raw: str, item: Any) -> ItemReading:
    """Read one element of `items`. Never raises: what is wrong stands in `complaint`."""
    if not isinstance(item, dict):
        return unreadable(raw, "an item is an object with type, manifest and signature")
    kind, manifest = item.get("type"), item.get("manifest")
    if not isinstance(kind, str) or kind not in READERS:
        return unreadable(raw, "`type` is neither report nor task_progress")
    if not isinstance(manifest, str):
        return unreadable(raw, "`manifest` is the text of a JSON object")
    try:
        reading = read_json(manifest)
    except ValueError as error:
        return unreadable(raw, f"the manifest is no JSON: {error}", manifest)
    claims = reading.value
    if not isinstance(claims, dict):
        return unreadable(raw, "the manifest is no JSON object", manifest)
    identity = readable_uuid(claims.get("id"))
    rev = 1 if kind == "task_progress" else readable_whole(claims.get("rev"))
    if identity is None or rev is None:
        return unreadable(raw, "the manifest has no readable `id` (UUID) and `rev` (1 …)", manifest)
    loaded, complaint = load_manifest(kind, claims) if not reading.doubts else (None, "; ".join(reading.doubts))
    return ItemReading(
        raw=raw,
        type=kind,
        manifest=manifest,
        digest=manifest_digest(manifest),
        signature=readable_signature(item.get("signature")),
        id=identity,
        rev=rev,
        version=claims.get("v"),
        device_id=readable_uuid(claims.get("device_id")),
        seq=readable_whole(claims.get("seq")),
        fields=loaded,
        photo_digests=readable_photos(claims.get("photos", [] if kind == "task_progress" else None)),
        complaint=complaint,
    )


def load_manifest(kind: str, claims: dict[str, Any]) -> tuple[dict[str, Any] | None, str | None]:
    try:
        return READERS[kind].load(claims), None
    except ValidationError as error:
        return None, first_complaints(error.messages)
    except (OverflowError, RecursionError) as error:
        return None, f"a value is impossible: {error}"


def first_complaints(messages: Any, path: str = "", most: int = 5) -> str:
    """The first few field errors as one line: `position.lat: Not a number.`"""
    found: list[str] = []

    def walk(part: Any, where: str) -> None:
        if isinstance(part, dict):
            for name, below in part.items():
                walk(below, f"{where}.{name}" if where else str(name))
        else:
            found.append(f"{where}: {' '.join(str(line) for line in part)}")

    walk(messages, path)
    return "; ".join(found[:most])


def readable_signature(value: Any) -> dict[str, str] | None:
    """The three members of a signature and nothing else a stranger may have put there; None when it is none."""
    if not isinstance(value, dict):
        return None
    members = {name: value.get(name) for name in ("key_id", "alg", "value")}
    readable = {name: each for name, each in members.items() if isinstance(each, str) and SIGNATURE_MEMBER.match(each)}
    return readable if len(readable) == len(members) else None


def readable_uuid(value: Any) -> str | None:
    return value.lower() if isinstance(value, str) and UUID.match(value) else None


def readable_whole(value: Any) -> int | None:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and 1 <= value <= 2**53 - 1 else None


def readable_photos(photos: Any) -> tuple[str, ...] | None:
    """The digests a manifest declares, each once, in order; None when the list cannot be read."""
    if not isinstance(photos, list):
        return None
    digests = [photo.get("digest") if isinstance(photo, dict) else None for photo in photos]
    readable = [name for name in digests if isinstance(name, str) and DIGEST.match(name)]
    return tuple(dict.fromkeys(readable)) if len(readable) == len(digests) else None
