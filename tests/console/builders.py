"""An office with its land, reports, leads and cases, straight into the store; a builder shows only the difference."""

import hashlib
import io
import itertools
import json
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import shapely
from PIL import Image

from server.domain.evidence import PhotoFacts
from server.domain.geometry import BoundsE7
from server.domain.permissions import Actor, Role
from server.keys.passwords import hash_password
from server.store.tables.organisation import Device, Region, User
from server.store.tables.registry import LayerFeature, Parcel, ParcelVersion
from server.store.tables.sync import Photo, PhotoFlag, Submission, SubmissionPhoto
from server.store.tables.work import Case, Lead, LeadEvidence, Match
from server.store.unit_of_work import UnitOfWork
from tests.console.claims import claims_of

COUNTY, NORTH, SOUTH = "320583", "320583101", "320583102"
FOREIGN = "320584"
CANARY = "CANARY-OF-ANOTHER-COUNTY"
PASSWORD = "correct horse battery"
PASSWORD_HASH = hash_password(PASSWORD)
CAPTURED = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
WEST, SIDE = 120.95, 0.0006
ids = itertools.count(1)

PEOPLE = {
    "handler": (Role.HANDLER, COUNTY, "承办甲"),
    "head": (Role.SECTION_HEAD, COUNTY, "负责人乙"),
    "south-handler": (Role.HANDLER, SOUTH, "承办丙"),
    "auditor": (Role.AUDITOR, COUNTY, "审计丁"),
    "admin": (Role.ADMIN, COUNTY, "管理戊"),
    "inspector": (Role.INSPECTOR, COUNTY, "巡查己"),
    "foreign-handler": (Role.HANDLER, FOREIGN, CANARY),
}
ASSESSMENT = {
    "programme": "illegal_use",
    "matter": "occupation",
    "finding": "falls_short",
    "on": "2026-11-22",
    "reason_zh": "现场见建设行为，批文、供地均未覆盖。",
    "reason_en": "Building was seen; no approval or supply covers it.",
    "citations": [
        {
            "law_id": "FINE-05",
            "instrument": "土地管理法实施条例",
            "article": "第五十七条第一款",
            "in_force_from": "2021-09-01",
            "mark": "S1",
            "reviewed_by": None,
            "reviewed_on": None,
        }
    ],
    "facts": {"parcel_code": "P-1", "farmland_m2": 860.0},
    "actor": None,
    "area_m2": 860.0,
    "since": None,
}
PARTS = [
    {"name_zh": "耕地", "name_en": "farmland", "points": 6, "why": "1.29 mu"},
    {"name_zh": "正在实施", "name_en": "in progress", "points": 20, "why": "in_progress"},
]


def an_office(uow: UnitOfWork) -> dict[str, Actor]:
    """Two counties, two towns, one person a role; every password is PASSWORD."""
    for code, name, level in (
        (COUNTY, "示例县", "county"),
        (NORTH, "北镇", "town"),
        (SOUTH, "南镇", "town"),
        (FOREIGN, f"邻县 {CANARY}", "county"),
    ):
        uow.session.add(Region(code=code, name=name, level=level, parent_code=None, statistical=False))
    return {login: a_person(uow, login, *facts) for login, facts in PEOPLE.items()}


def a_person(uow: UnitOfWork, login: str, role: Role, region: str, name: str) -> Actor:
    id_ = str(uuid.uuid5(uuid.NAMESPACE_URL, login))
    uow.session.add(
        User(
            county=region[:6],
            id=id_,
            login=login,
            name=name,
            role=role.value,
            region=region,
            password_hash=PASSWORD_HASH,
            session_key=f"key-of-{login}",
        )
    )
    return Actor(id_, name, role, region[:6], region)


def a_parcel(
    uow: UnitOfWork, code: str, *, east: int = 0, county: str = COUNTY, region: str = NORTH, **said: Any
) -> ParcelVersion:
    """A square of about 56 by 66 metres, `east` squares away from the first."""
    shape = shapely.box(WEST + east * SIDE, 31.38, WEST + (east + 1) * SIDE, 31.38 + SIDE)
    bounds = BoundsE7.of(shape)
    parcel_id = str(uuid.uuid4())
    version = ParcelVersion(
        county=county,
        id=str(uuid.uuid4()),
        spatial_id=next(ids),
        parcel_id=parcel_id,
        code=code,
        region=region,
        land_use_scheme="GB/T 21010-2017",
        land_use_code="0101",
        ownership="collective",
        area_m2=3800.0,
        area_method="ellipsoidal",
        attributes={},
        source="test",
        source_crs="EPSG:4490",
        valid_from=date(2020, 1, 1),
        valid_to=None,
        recorded_at=uow.now,
        geometry=shape,
        min_lon_e7=bounds.min_lon,
        min_lat_e7=bounds.min_lat,
        max_lon_e7=bounds.max_lon,
        max_lat_e7=bounds.max_lat,
        **{"holder": "某村民委员会", **said},
    )
    uow.session.add_all([Parcel(county=county, id=parcel_id, code=code), version])
    return version


def a_layer(uow: UnitOfWork, layer: str, shape: shapely.Geometry, name: str = "") -> None:
    bounds = BoundsE7.of(shape)
    uow.session.add(
        LayerFeature(
            county=COUNTY,
            id=str(uuid.uuid4()),
            spatial_id=next(ids),
            layer=layer,
            code=f"F-{next(ids)}",
            name=name,
            attributes={"land_use_code": "0101"},
            area_m2=1.0,
            source="test",
            source_crs="EPSG:4490",
            valid_from=date(2020, 1, 1),
            recorded_at=uow.now,
            geometry=shape,
            min_lon_e7=bounds.min_lon,
            min_lat_e7=bounds.min_lat,
            max_lon_e7=bounds.max_lon,
            max_lat_e7=bounds.max_lat,
        )
    )


def a_photo(uow: UnitOfWork, *, county: str = COUNTY, colour: str = "#7a8a5c") -> str:
    """A stored JPEG with its thumbnail and facts; gives its digest."""
    file = io.BytesIO()
    Image.new("RGB", (320 + next(ids), 240), colour).save(file, "JPEG")
    content = file.getvalue()
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    path = uow.world.blobs.path(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    unsaid = PhotoFacts.unexamined("jpeg", "image/jpeg", problem="", reason="")
    seen = {"exif_taken_at": datetime(2026, 11, 22, 10, 31, tzinfo=UTC), "lon": 120.951, "lat": 31.3801, "device_model": "X1"}
    facts = replace(unsaid, problem=None, reason=None, width=320, height=240, **seen).as_json()
    thumbnail = uow.world.blobs.keep_derivative(content)
    uow.session.add(
        Photo(
            county=county,
            digest=digest,
            bytes=len(content),
            media_type="image/jpeg",
            stored_at=uow.now,
            facts=facts,
            thumbnail_digest=thumbnail,
        )
    )
    return digest


def a_report(
    uow: UnitOfWork,
    *,
    photos: tuple[str, ...] = (),
    county: str = COUNTY,
    at: datetime = CAPTURED,
    east: float = 0.5,
    **said: Any,
) -> str:
    """A stored report made just south of the `east`-th square, looking north; gives its id."""
    id_, inspector = str(uuid.uuid4()), str(uuid.uuid5(uuid.NAMESPACE_URL, "inspector"))
    claims = claims_of(id_, inspector, photos, at, (WEST + east * SIDE, 31.3799)) | said
    manifest = json.dumps(claims, ensure_ascii=False)
    key = {"county": county, "id": id_, "rev": 1, "digest": f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}"}
    uow.session.add(
        Submission(
            **key,
            type="report",
            state="stored",
            manifest=manifest,
            device_id=claims["device_id"],
            seq=1,
            inspector_id=inspector,
            pushed_by=inspector,
            captured_at=at,
            received_at=at + timedelta(hours=2),
            observation_kind="land_use",
            flags=[],
        )
    )
    for ordinal, photo in enumerate(photos):
        uow.session.add(SubmissionPhoto(**key, ordinal=ordinal, photo_digest=photo, kind="panorama"))
    facts = {"report_id": id_, "rev": 1}
    uow.record("report.stored", county=county, aggregate=("report", id_), facts=facts, by=inspector)
    return id_


def a_flag(
    uow: UnitOfWork,
    report_id: str,
    photo: str = "",
    text: str = "照片 EXIF 坐标距上报位置 340 米",
    code: str = "exif-place-far",
) -> None:
    detail = {"code": code, "detail_zh": text, "detail_en": text, "measured": 340.0, "threshold": 100.0}
    uow.session.add(PhotoFlag(county=COUNTY, report_id=report_id, rev=1, photo_digest=photo, code=code, detail=detail))


def a_match(
    uow: UnitOfWork, report_id: str, versions: list[ParcelVersion], *, state: str = "review", county: str = COUNTY, **said: Any
) -> None:
    """The machine's opinion on a report: the versions in order, the first with 55 %."""
    ranked = [
        {"parcel_id": each.parcel_id, "version_id": each.id, "code": each.code, "probability": round(0.55 / (n + 1), 2)}
        for n, each in enumerate(versions)
    ]
    best = versions[0] if versions else None
    told: dict[str, Any] = {
        "claim_agrees": True,
        "reason_zh": "两块地都可能，请人工确认。",
        "reason_en": "Two parcels are likely.",
    }
    settled = best if state == "matched" else None
    uow.session.add(
        Match(
            county=county,
            report_id=report_id,
            rev=1,
            seq=1,
            state=state,
            parcel_id=settled and settled.parcel_id,
            version_id=settled and settled.id,
            probability=0.55,
            ranked=ranked,
            none_of_these=0.1,
            inputs={},
            decided_by="machine",
            decided_at=uow.now,
            current=True,
            region=best.region if best else county,
            **(told | said),
        )
    )


def a_lead(uow: UnitOfWork, parcel: ParcelVersion, /, *reports: str, county: str = COUNTY, **said: Any) -> str:
    """An open lead on a parcel, fed by the reports; gives its id."""
    id_, number = str(uuid.uuid4()), next(ids)
    lead = {
        "programme": "illegal_use",
        "matter": "occupation",
        "actor": "某某公司",
        "source": "patrol",
        "status": "open",
        "found_on": date(2026, 11, 22),
        "area_m2": 860.0,
        "farmland_m2": 860.0,
        "permanent_farmland_m2": 0.0,
        "priority": 26,
        "priority_parts": PARTS,
        "assessment": ASSESSMENT,
        "version": 1,
    } | said
    uow.session.add(
        Lead(
            county=county,
            id=id_,
            number=f"{county}-2026-{number:05d}",
            parcel_id=parcel.parcel_id,
            parcel_code=parcel.code,
            region=parcel.region,
            registered_at=uow.now,
            **lead,
        )
    )
    for report_id in reports:
        evidence = {"report_id": report_id, "rev": 1, "assessment": ASSESSMENT, "added_at": uow.now}
        uow.session.add(LeadEvidence(county=county, lead_id=id_, **evidence))
    uow.record("lead.registered", county=county, aggregate=("lead", id_), facts={"number": number}, by="operator")
    return id_


def a_case(uow: UnitOfWork, lead_id: str, parcel: ParcelVersion, /, *, county: str = COUNTY, **said: Any) -> str:
    """A case in hand that came from a lead; gives its id."""
    id_ = str(uuid.uuid4())
    case = {
        "number": f"〔2026〕{next(ids)}号",
        "programme": "illegal_use",
        "cause": "涉嫌非法占用土地",
        "party": "某某公司",
        "stage": "investigation",
        "opened_on": date(2026, 11, 20),
        "basis": "符合立案条件",
        "area_m2": 860.0,
        "area_source": "estimated",
        "next_due": date(2026, 11, 30),
        "version": 1,
    } | said
    uow.session.add(
        Case(
            county=county,
            id=id_,
            lead_id=lead_id,
            parcel_id=parcel.parcel_id,
            parcel_code=parcel.code,
            region=parcel.region,
            opened_by="operator",
            recorded_at=uow.now,
            **case,
        )
    )
    return id_


def a_device(uow: UnitOfWork, label: str) -> None:
    uow.session.add(
        Device(
            county=COUNTY,
            id="00000000-0000-4000-8000-000000000001",
            inspector_id=str(uuid.uuid5(uuid.NAMESPACE_URL, "inspector")),
            label=label,
            platform="test",
            app={},
            token_hash="0" * 64,
            token_expires_at=uow.now,
            enrolled_at=uow.now,
        )
    )
