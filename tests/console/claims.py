"""What a phone says in a report that the console's tests show. Refuses nothing: it is a claim."""

from datetime import datetime
from typing import Any


def claims_of(
    report_id: str, inspector: str, photos: tuple[str, ...], at: datetime, place: tuple[float, float]
) -> dict[str, Any]:
    """The manifest of a report about building work, made at a place (lon, lat in degrees), with its photos' digests."""
    position = {
        "lon": place[0],
        "lat": place[1],
        "accuracy_m": 8.0,
        "accuracy_p": 0.68,
        "fixed_at": at.isoformat(),
        "source": "gnss",
        "crs": "cgcs2000",
    }
    view = {"azimuth_deg": 10.0, "azimuth_ref": "true", "distance_m": 40.0}
    photo = {"bytes": 1000, "media_type": "image/jpeg", "taken_at": at.isoformat(), "kind": "panorama"}
    photo |= {"position": position, "view": view, "source": "camera"}
    return {
        "v": 1,
        "id": report_id,
        "rev": 1,
        "prev": None,
        "device_id": "00000000-0000-4000-8000-000000000001",
        "seq": 1,
        "chain": None,
        "inspectors": [{"id": inspector}],
        "captured_at": at.isoformat(),
        "clock": {"server_offset_ms": 0},
        "position": position,
        "view": view,
        "parcel_claim": "P-1",
        "observation": {"kind": "land_use", "use": "factory", "area_m2": 860.0},
        "onsite": {"suspect": "某某公司", "state": "in_progress", "approval_shown": False, "measures": ["oral_stop"]},
        "note": "正在砌墙",
        "photos": [{"digest": digest, **photo} for digest in photos],
    }
