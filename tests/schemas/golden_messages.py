"""Writes `schemas/examples/`: one real message of each kind, plain JSON for any language. Never run by a test.

`python -m tests.schemas.golden_messages` talks to a throw-away server as a phone does and keeps what both said; run it
when the protocol changes, and read the difference. Digests and signatures are real: a client may check them.
"""

import json
import tempfile
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from server import create_app
from server.ops.migrate import upgrade
from server.settings import Settings
from server.store.tables.organisation import Region
from tests.builders import (
    COUNTY,
    MORNING,
    Phone,
    a_declared_photo,
    a_jpeg,
    a_user,
    an_enrolment_code,
    base64url,
    new_key,
    spki_of,
)
from tests.processes.databases import close

FOLDER = Path(__file__).resolve().parents[2] / "schemas" / "examples"
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)

OBSERVATIONS: dict[str, dict[str, Any]] = {
    "construction": {
        "kind": "construction",
        "sign_board": True,
        "permit_no": "320583202611200101",
        "foundation": "deep_pit",
        "foundation_share": 0.4,
        "piles_done": 12,
        "piles_total": 60,
        "stage": "foundation",
        "developed_area_m2": 1234.5,
        "halted_since": "2026-09-01",
    },
    "land_use": {
        "kind": "land_use",
        "use": "堆放建筑垃圾",
        "area_m2": 860.0,
        "area_method": "sketched",
        "buildings": 2,
        "current_class": "0101",
    },
    "reclamation": {
        "kind": "reclamation",
        "stage": "topsoil",
        "area_m2": 3200.0,
        "topsoil_stripped": True,
        "topsoil_stored": True,
    },
    "routine": {"kind": "routine", "nothing_found": True},
}
VIEW = {"azimuth_deg": 132.5, "azimuth_ref": "true", "azimuth_error_deg": 12, "distance_m": 40}
ONSITE = {
    "suspect": "某某建材经营部",
    "act_started_on": "2026-11-02",
    "act_date_source": "承租人陈述",
    "state": "in_progress",
    "approval_shown": False,
    "measures": ["oral_stop"],
    "party_present": True,
    "party_refused": False,
    "witness": "村委会主任",
}
SKETCH = {"type": "Polygon", "coordinates": [[[120.98, 31.38], [120.981, 31.38], [120.981, 31.381], [120.98, 31.38]]]}


def keep(name: str, message: Any) -> None:
    (FOLDER / f"{name}.json").write_text(json.dumps(message, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def enrol(app: Any) -> Phone:
    """A phone whose enrolment is kept as it went over the wire."""
    with app.extensions["xuntu"].unit_of_work(origin="example") as uow:
        uow.session.add(Region(code=COUNTY, name="昆山市", level="county"))
    a_user(app, "zhang", name="张三")
    key = new_key("Ed25519")
    request = {
        "code": an_enrolment_code(app, "zhang"),
        "label": "一组 1 号终端",
        "platform": "Android 15",
        "app": {"name": "xuntu-phone", "version": "1.0"},
        "public_key": {"alg": "Ed25519", "spki": base64url(spki_of(key))},
    }
    client = app.test_client()
    answer = client.post("/sync/v1/devices", json=request).json
    keep("enrol.request", request)
    keep("enrol.response", answer)
    phone = Phone(client, answer["inspector"]["id"], answer["device_id"], answer["token"], key, answer)
    keep("session.response", client.get("/sync/v1/session", headers=phone.headers).json)
    return phone


def manifests(phone: Phone) -> dict[str, str]:
    """A report of each kind of observation; the first with everything a report may carry, a revision, and progress."""
    photo = a_declared_photo(a_jpeg(1), view=VIEW, camera_api="camera2")
    full = {"view": VIEW, "photos": [photo], "note": "基坑已停工，围挡完好。", "task_id": str(uuid.uuid4())}
    texts = {
        "construction": phone.manifest(observation=OBSERVATIONS["construction"], **full),
        "land_use": phone.manifest(
            observation=OBSERVATIONS["land_use"], onsite=ONSITE, sketch=SKETCH, parcel_claim="320583001001GB00012"
        ),
        "reclamation": phone.manifest(observation=OBSERVATIONS["reclamation"]),
        "routine": phone.manifest(observation=OBSERVATIONS["routine"], position=None),
    }
    texts["revision"] = phone.revision(texts["routine"], note="补充说明")
    return texts


def converse(app: Any, phone: Phone) -> None:
    """Push everything once, something twice, something wrong; bring the photo; ask for receipts."""
    texts = manifests(phone)
    progress = phone.progress(str(uuid.uuid4()), "impossible", reason="道路中断")
    for name, text in texts.items():
        keep(f"manifest.{name}", json.loads(text))
    keep("manifest.task_progress", json.loads(progress["manifest"]))
    held = phone.manifest(id=str(uuid.uuid4()), rev=2, prev=f"sha256:{'0' * 64}")
    conflict = phone.manifest(id=json.loads(texts["reclamation"])["id"], note="同一编号的另一内容")
    items = [*(phone.item(text) for text in (*texts.values(), texts["routine"], held, conflict)), progress]
    request = {"sent_at": MORNING, "unsent": {"reports": 0, "photos": 1}, "items": [*items, {"type": "report", "manifest": "{"}]}
    answer = phone.client.post("/sync/v1/push", json=request, headers=phone.headers).json
    keep("push.request", request)
    keep("push.response", answer)
    for result in answer["results"]:
        keep(f"result.{result['outcome']}", result)
    first = answer["results"][0]
    keep("receipt.received", first["receipt"])
    phone.upload(a_jpeg(1))
    question = {"reports": [{"id": first["id"], "rev": 1, "digest": first["digest"]}, {"id": str(uuid.uuid4()), "rev": 1}]}
    receipts = phone.client.post("/sync/v1/receipts", json=question, headers=phone.headers).json
    keep("receipts.request", question)
    keep("receipts.response", receipts)
    keep("receipt.complete", receipts["receipts"][0]["receipt"])


def fail(app: Any, phone: Phone, clock: "MovingClock") -> None:
    """The failures a client must understand."""
    keep("problem.unauthenticated", phone.client.get("/sync/v1/session").json)
    keep("problem.malformed", phone.post(b"{").json)
    keep("problem.too-large", phone.post(json.dumps({"items": [{}] * 501}).encode()).json)
    keep("problem.invalid", phone.post(b'{"reports": 5}', "receipts").json)
    location = phone.create_upload(f"sha256:{'1' * 64}", 10).headers["Location"]
    phone.patch(location, 0, b"12345")
    keep("problem.upload-offset-mismatch", phone.patch(location, 0, b"12345").json)
    keep("problem.digest-mismatch", phone.patch(location, 5, b"67890").json)
    keep("problem.upload-gone", phone.patch(location, 5, b"67890").json)
    from server import problems

    keep("problem.unavailable", problems.UNAVAILABLE(reason="the database cannot be written").as_json())
    clock.now += timedelta(days=200)
    keep("problem.token-expired", phone.client.get("/sync/v1/session", headers=phone.headers).json)
    from sqlalchemy import update

    from server.store.tables.organisation import Device

    with app.extensions["xuntu"].unit_of_work() as uow:
        uow.session.execute(update(Device).values(revoked_at=uow.now))
    keep("problem.device-revoked", phone.client.get("/sync/v1/session", headers=phone.headers).json)


class MovingClock:
    """The clock of the conversation."""

    now = NOON

    def __call__(self) -> datetime:
        return self.now


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    clock = MovingClock()
    with tempfile.TemporaryDirectory() as name:
        app = create_app(Settings.for_tests(Path(name)), clock=clock)
        upgrade(app)
        phone = enrol(app)
        converse(app, phone)
        fail(app, phone, clock)
        close(app)


if __name__ == "__main__":
    main()
