"""One patrol report of the synthetic county, with photos, through the same services a phone's bytes go through."""

import hashlib
import io
import json
import tempfile
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from PIL.ExifTags import GPS, IFD, Base

from server.domain.envelope import PushedItem
from server.domain.permissions import Actor, operator
from server.keys.text import digest_of
from server.services.enrolment import Enrolment, device_actor, enrol_device, issue_code
from server.services.push import receive_push
from server.services.uploads import append_chunk, create_upload
from server.store.tables.organisation import User
from server.store.unit_of_work import LEGAL_ZONE, UnitOfWork

PICTURE = (960, 720)
SKY, FIELD, WALL, ROOF = (188, 208, 226), (126, 142, 84), (172, 166, 158), (150, 84, 66)
APP = {"name": "xuntu-synthetic", "version": "1"}
ACCURACY_M = 4.0


def report_building_on_farmland(spot: dict[str, Any], *, inspector: Actor, uow: UnitOfWork) -> None:
    """Enrol a phone for the inspector, upload two photos taken at the spot's stand, and push one report on the spot."""
    phone = synthetic_phone(inspector, uow=uow)
    captured_at = (uow.now - timedelta(hours=2)).astimezone(LEGAL_ZONE).replace(microsecond=0)
    photos = {kind: picture(spot, kind, captured_at) for kind in ("panorama", "near")}
    for content in photos.values():
        upload(content, actor=phone, uow=uow)
    manifest = json.dumps(claims(spot, inspector, phone, captured_at, photos), ensure_ascii=False)
    receive_push([pushed(manifest)], unsent=None, actor=phone, uow=uow)


def synthetic_phone(inspector: Actor, *, uow: UnitOfWork) -> Actor:
    login = uow.session.get_one(User, (inspector.county, inspector.id)).login
    code = issue_code(login, actor=operator(), uow=uow)["code"]
    uow.session.flush()
    enrolled = enrol_device(Enrolment(code, f"合成终端 {inspector.name}", "synthetic", APP, None), uow=uow)
    return device_actor(enrolled["token"], uow=uow)


def upload(content: bytes, *, actor: Actor, uow: UnitOfWork) -> None:
    state = create_upload(
        digest=digest_of(content), length=len(content), filetype="image/jpeg", metadata="", actor=actor, uow=uow
    )
    uow.session.flush()
    with tempfile.NamedTemporaryFile(dir=uow.world.blobs.parts, suffix=".chunk") as chunk:
        chunk.write(content)
        chunk.flush()
        append_chunk(state.id, offset=0, chunk=Path(chunk.name), actor=actor, uow=uow)


def claims(spot: dict[str, Any], inspector: Actor, phone: Actor, at: datetime, photos: dict[str, bytes]) -> dict[str, Any]:
    """The manifest of the report; its claim names the parcel the inspector tapped."""
    lon, lat = spot["stand"]
    position = {
        "lon": lon,
        "lat": lat,
        "accuracy_m": ACCURACY_M,
        "accuracy_p": 0.68,
        "fixes": 6,
        "fixed_at": at.isoformat(),
        "source": "gnss",
        "mocked": False,
        "crs": "cgcs2000",
    }
    view = {"azimuth_deg": spot["azimuth_deg"], "azimuth_ref": "true"}
    return {
        "v": 1,
        "id": str(uuid.uuid4()),
        "rev": 1,
        "prev": None,
        "device_id": phone.device_id,
        "seq": 1,
        "chain": None,
        "inspectors": [{"id": inspector.id, "certificate_no": None}],
        "captured_at": at.isoformat(),
        "clock": {"zone": "Asia/Shanghai", "mono_ms": 3_600_000, "server_offset_ms": 0},
        "position": position,
        "view": view,
        "task_id": spot["task_id"],
        "parcel_claim": spot["parcel_code"],
        "observation": {"kind": "land_use", "use": "factory", "area_m2": 860.0, "area_method": "estimated", "buildings": 1},
        "onsite": {
            "suspect": "演示当事人（合成数据）",
            "state": "in_progress",
            "approval_shown": False,
            "measures": ["oral_stop"],
        },
        "note": "合成数据：新建砖混厂房一处，正在砌墙。",
        "photos": [declared(content, kind, at, position, view) for kind, content in photos.items()],
        "app": APP,
    }


def declared(content: bytes, kind: str, at: datetime, position: dict[str, Any], view: dict[str, Any]) -> dict[str, Any]:
    return {
        "digest": digest_of(content),
        "bytes": len(content),
        "media_type": "image/jpeg",
        "taken_at": at.isoformat(),
        "kind": kind,
        "position": position,
        "view": view,
        "source": "camera",
    }


def pushed(manifest: str) -> PushedItem:
    """The item as the edge would have read it; what it says was written here, so its shape needs no check."""
    fields = json.loads(manifest)
    fields["captured_at"] = datetime.fromisoformat(fields["captured_at"])
    return PushedItem(
        raw=json.dumps({"type": "report", "manifest": manifest, "signature": None}, ensure_ascii=False),
        type="report",
        manifest=manifest,
        digest=f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}",
        signature=None,
        id=fields["id"],
        rev=1,
        version=1,
        device_id=fields["device_id"],
        seq=1,
        fields=fields,
        photo_digests=tuple(photo["digest"] for photo in fields["photos"]),
        complaint=None,
    )


def picture(spot: dict[str, Any], kind: str, at: datetime) -> bytes:
    """A drawn JPEG with the EXIF a phone would write: time with offset, place, true direction."""
    image = Image.new("RGB", PICTURE, SKY)
    draw = ImageDraw.Draw(image)
    width, height = PICTURE
    scale = 1.0 if kind == "panorama" else 1.7
    draw.rectangle((0, height * 0.55, width, height), fill=FIELD)
    left, right = width * (0.5 - 0.22 * scale), width * (0.5 + 0.22 * scale)
    top, bottom = height * (0.62 - 0.22 * scale), height * 0.72
    draw.rectangle((left, top, right, bottom), fill=WALL)
    draw.polygon([(left, top), (right, top), (width / 2, top - 70 * scale)], fill=ROOF)
    draw.text((24, height - 40), f"synthetic / {spot['parcel_code']} / {kind}", fill=(255, 255, 255))
    content = io.BytesIO()
    image.save(content, "JPEG", quality=82, exif=exif_of(spot, at))
    return content.getvalue()


def exif_of(spot: dict[str, Any], at: datetime) -> Image.Exif:
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Model] = "Xuntu", "Synthetic"
    taken = at.strftime("%Y:%m:%d %H:%M:%S")
    exif.get_ifd(IFD.Exif).update({Base.DateTimeOriginal: taken, Base.OffsetTimeOriginal: "+08:00"})
    lon, lat = spot["stand"]
    place: dict[int, object] = {
        GPS.GPSLatitudeRef: "N",
        GPS.GPSLatitude: degrees_minutes_seconds(lat),
        GPS.GPSLongitudeRef: "E",
        GPS.GPSLongitude: degrees_minutes_seconds(lon),
        GPS.GPSImgDirectionRef: "T",
        GPS.GPSImgDirection: float(spot["azimuth_deg"]),
    }
    exif.get_ifd(IFD.GPSInfo).update(place)
    return exif


def degrees_minutes_seconds(degrees: float) -> tuple[float, float, float]:
    whole, minutes = divmod(degrees * 60, 60)
    full_minutes = int(minutes)
    return float(whole), float(full_minutes), round((minutes - full_minutes) * 60, 6)
