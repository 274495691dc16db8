"""Rows of one place, every text of which is a canary. Refuses to share a row between two places."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import shapely
from PIL import Image

from server.domain.evidence import Flag, PhotoFacts
from server.domain.geometry import BoundsE7
from server.programmes import PROGRAMMES
from server.store.tables import organisation, registry, sync, work
from server.store.unit_of_work import UnitOfWork
from tests.authz.places import Place
from tests.builders import a_report, digest

LONG_AGO = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
FIRST_DAY = date(2026, 1, 5)
PROGRAMME, MATTER = "illegal_use", next(iter(next(m for p, m in PROGRAMMES.items() if p.value == "illegal_use").matters))


def seed(place: Place, *, uow: UnitOfWork) -> None:
    """Everything the system can keep about a place."""
    for rows in (
        people(place),
        land(place),
        reports(place, uow=uow),
        placed(place),
        leads(place),
        notices(place),
        the_rest(place),
    ):
        uow.session.add_all(rows)
    uow.session.flush()
    for kind, thing in (("lead", "lead"), ("lead", "case-lead"), ("report", "report"), ("report", "review")):
        facts = {"version": 1, "number": place.canary("eventnumber"), "conclusion": place.canary("eventconclusion"), "lead": {}}
        uow.record("lead.verified", county=place.county, aggregate=(kind, place.id(thing)), facts=facts, by=place.id("user"))


def people(place: Place) -> list[Any]:
    """An inspector with a crew and a phone."""
    return [
        organisation.Crew(county=place.county, id=place.id("crew"), name=place.canary("crew"), region=place.region),
        organisation.User(
            county=place.county,
            id=place.id("user"),
            login=place.canary("login"),
            name=place.canary("username"),
            role="inspector",
            region=place.region,
            session_key=place.canary("sessionkey"),
            certificate_no=place.canary("certificate"),
            crew_id=place.id("crew"),
            active=True,
        ),
        organisation.Device(
            county=place.county,
            id=place.id("device"),
            inspector_id=place.id("user"),
            label=place.canary("devicelabel"),
            platform=place.canary("platform"),
            app={"name": place.canary("app"), "version": place.canary("appversion")},
            token_hash=place.canary("tokenhash"),
            token_expires_at=LONG_AGO,
            enrolled_at=LONG_AGO,
            unsent_reports=3,
            unsent_photos=4,
        ),
    ]


def land(place: Place) -> list[Any]:
    """A parcel, a layer's feature over it, a duty and a task."""
    shape = shapely.Polygon(place.square)
    shared: dict[str, Any] = {f"{name}_e7": value for name, value in asdict(BoundsE7.of(shape)).items()}
    shared |= {"county": place.county, "area_m2": 10_000.0, "source_crs": "EPSG:4490", "recorded_at": LONG_AGO}
    shared |= {"valid_from": FIRST_DAY, "geometry": shape}
    key = int(place.region) * 100
    version = registry.ParcelVersion(
        id=place.id("version"),
        spatial_id=key,
        parcel_id=place.id("parcel"),
        code=place.canary("parcelcode"),
        region=place.region,
        name=place.canary("parcelname"),
        holder=place.canary("holder"),
        area_method="ellipsoid",
        attributes={"note": place.canary("parcelattribute")},
        source=place.canary("parcelsource"),
        **shared,
    )
    layer = registry.LayerFeature(
        id=place.id("feature"),
        spatial_id=key + 1,
        layer="permanent_basic_farmland",
        code=place.canary("featurecode"),
        name=place.canary("featurename"),
        attributes={"note": place.canary("featureattribute")},
        source=place.canary("featuresource"),
        **shared,
    )
    parcel = registry.Parcel(county=place.county, id=place.id("parcel"), code=place.canary("parcelcode"))
    return [parcel, version, layer, *owed(place)]


def owed(place: Place) -> list[Any]:
    """What a party owes on the parcel, and a crew's task there."""
    return [
        registry.Duty(
            county=place.county,
            id=place.id("duty"),
            code=place.canary("dutycode"),
            parcel_id=place.id("parcel"),
            programme=PROGRAMME,
            kind="start",
            party=place.canary("party"),
            contract_no=place.canary("contract"),
            supply_no=place.canary("supply"),
            attributes={"note": place.canary("dutyattribute")},
            recorded_at=LONG_AGO,
        ),
        registry.Task(
            county=place.county,
            id=place.id("task"),
            crew_id=place.id("crew"),
            parcel_id=place.id("parcel"),
            reason=place.canary("taskreason"),
            due_on=FIRST_DAY,
        ),
    ]


def manifest_of(place: Place, thing: str) -> str:
    """The text of a report; every claim that can be free text is one of the place's."""
    claims = a_report(place.id("device"), place.id("user"), 1 if thing == "report" else 2, None) | {
        "id": place.id(thing),
        "parcel_claim": place.canary("parcelcode"),
        "note": place.canary("note"),
        "observation": {"kind": "land_use", "use": place.canary("use"), "area_m2": 500.0, "area_method": "estimated"},
        "onsite": {"suspect": place.canary("suspect"), "witness": place.canary("witness"), "state": "in_progress"},
    }
    claims["position"] |= {"lon": place.lon, "lat": place.lat, "crs": "cgcs2000"}
    content = picture(place, thing)
    photo = {"digest": digest(content), "bytes": len(content), "media_type": "image/jpeg", "kind": "near", "source": "camera"}
    claims["photos"] = [photo | {"taken_at": claims["captured_at"]}]
    return json.dumps(claims, ensure_ascii=False)


def picture(place: Place, thing: str) -> bytes:
    """A JPEG with a canary in its comment, different for each place and thing."""
    content = BytesIO()
    Image.new("RGB", (32, 24), (90, 120, 60)).save(content, "JPEG", comment=place.canary(f"picture{thing}").encode())
    return content.getvalue()


def photo_digest(place: Place, thing: str) -> str:
    return digest(picture(place, thing))


def reports(place: Place, *, uow: UnitOfWork) -> list[Any]:
    """Two stored reports, each with a photo that is here and examined."""
    found: list[Any] = []
    for number, thing in enumerate(("report", "review"), start=1):
        text, content = manifest_of(place, thing), picture(place, thing)
        target = uow.world.blobs.path(digest(content))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        thumbnail = uow.world.blobs.keep_derivative(picture(place, f"thumbnail{thing}"))
        found += [stored(place, thing, text, number), *photo_rows(place, thing, digest(text.encode()), content, thumbnail)]
    return found


def stored(place: Place, thing: str, text: str, seq: int) -> sync.Submission:
    return sync.Submission(
        county=place.county,
        id=place.id(thing),
        rev=1,
        digest=digest(text.encode()),
        type="report",
        state="stored",
        manifest=text,
        device_id=place.id("device"),
        seq=seq,
        inspector_id=place.id("user"),
        pushed_by=place.id("user"),
        captured_at=LONG_AGO,
        received_at=LONG_AGO,
        observation_kind="land_use",
        lon=place.lon,
        lat=place.lat,
        flags=[],
    )


def photo_rows(place: Place, thing: str, manifest: str, content: bytes, thumbnail: str) -> list[Any]:
    facts: dict[str, Any] = {"format": "jpeg", "media_type": "image/jpeg", "width": 32, "height": 24, "warnings": ()}
    facts |= {name: place.canary(name.replace("_", "")) for name in ("device_make", "device_model", "software")}
    blank = dict.fromkeys(PhotoFacts.__dataclass_fields__)
    flag = Flag("place-far", place.canary("flagzh"), place.canary("flagen"), 900.0, 100.0)
    here = {"county": place.county, "digest": digest(content)}
    identity = {"county": place.county, "rev": 1}
    return [
        sync.SubmissionPhoto(
            **identity, id=place.id(thing), digest=manifest, ordinal=0, photo_digest=digest(content), kind="near"
        ),
        sync.Photo(
            **here,
            bytes=len(content),
            media_type="image/jpeg",
            stored_at=LONG_AGO,
            facts=PhotoFacts(**(blank | facts)).as_json(),
            thumbnail_digest=thumbnail,
        ),
        sync.PhotoHolder(**here, inspector_id=place.id("user"), stored_at=LONG_AGO),
        sync.PhotoFlag(
            **identity, report_id=place.id(thing), photo_digest=digest(content), code=flag.code, detail=flag.as_json()
        ),
    ]


def placed(place: Place) -> list[Any]:
    """The machine's opinion of both reports: one matched, one that waits for a person."""
    candidate = {
        "parcel_id": place.id("parcel"),
        "version_id": place.id("version"),
        "code": place.canary("parcelcode"),
        "probability": 0.6,
    }
    shared: dict[str, Any] = {"county": place.county, "rev": 1, "seq": 1, "ranked": [candidate], "none_of_these": 0.4}
    shared |= {"reason_zh": place.canary("matchzh"), "reason_en": place.canary("matchen"), "probability": 0.6, "current": True}
    shared |= {
        "inputs": {"note": place.canary("inputs")},
        "decided_by": "machine",
        "decided_at": LONG_AGO,
        "region": place.region,
    }
    where = {"parcel_id": place.id("parcel"), "version_id": place.id("version")}
    return [
        work.Match(report_id=place.id("report"), state="matched", **where, **shared),
        work.Match(report_id=place.id("review"), state="review", **shared),
    ]


def leads(place: Place) -> list[Any]:
    """A lead to verify, one to decide, and a case with the lead it came from."""
    evidence = {"county": place.county, "rev": 1, "report_id": place.id("report"), "added_at": LONG_AGO}
    return [
        lead_row(place, "lead", "open"),
        lead_row(place, "verified-lead", "verified"),
        lead_row(place, "case-lead", "case_opened"),
        work.LeadEvidence(lead_id=place.id("lead"), assessment=assessment(place), **evidence),
        work.LeadEvidence(lead_id=place.id("case-lead"), assessment=assessment(place), **evidence),
        work.Case(
            county=place.county,
            id=place.id("case"),
            number=place.canary("casenumber"),
            programme=PROGRAMME,
            lead_id=place.id("case-lead"),
            parcel_id=place.id("parcel"),
            parcel_code=place.canary("parcelcode"),
            region=place.region,
            cause=place.canary("cause"),
            party=place.canary("caseparty"),
            stage="investigation",
            opened_on=FIRST_DAY,
            opened_by=place.id("user"),
            recorded_at=LONG_AGO,
            basis=place.canary("basis"),
            area_m2=500.0,
            area_source="estimated",
        ),
    ]


def lead_row(place: Place, thing: str, status: str) -> work.Lead:
    return work.Lead(
        county=place.county,
        id=place.id(thing),
        number=place.canary(f"number{thing.replace('-', '')}"),
        programme=PROGRAMME,
        matter=MATTER,
        parcel_id=place.id("parcel"),
        parcel_code=place.canary("parcelcode"),
        actor=place.canary(f"leadactor{status}"),
        region=place.region,
        source="patrol",
        status=status,
        found_on=FIRST_DAY,
        registered_at=LONG_AGO,
        area_m2=500.0,
        priority=50,
        priority_parts=[
            {"name_zh": place.canary("partzh"), "name_en": place.canary("parten"), "points": 50, "why": place.canary("why")}
        ],
        assessment=assessment(place),
        handler_id=place.id("user"),
        conclusion=place.canary("conclusion"),
    )


def assessment(place: Place) -> dict[str, Any]:
    return {
        "programme": PROGRAMME,
        "matter": MATTER,
        "finding": "suspected",
        "on": "2026-11-20",
        "reason_zh": place.canary("reasonzh"),
        "reason_en": place.canary("reasonen"),
        "citations": [],
        "facts": {"note": place.canary("assessedfact")},
        "actor": place.canary("leadactor"),
        "area_m2": 500.0,
        "since": None,
    }


def notices(place: Place) -> list[Any]:
    """Words to the place's inspector and to everybody of its town; what is said to the whole county is nobody's secret."""
    said = {"county": place.county, "posted_at": LONG_AGO}
    about = {"type": "task", "id": place.id("task")}
    own = work.Notice(id=place.id("notice"), inspector_id=place.id("user"), about=about, **said, **words(place, "notice"))
    if place.region == place.county:
        return [own]
    return [own, work.Notice(id=place.id("town-notice"), region=place.region, **said, **words(place, "townnotice"))]


def words(place: Place, thing: str) -> dict[str, str]:
    """Title and text of a notice in both languages."""
    return {name: place.canary(thing + name.replace("_", "")) for name in ("title_zh", "title_en", "text_zh", "text_en")}


def the_rest(place: Place) -> list[Any]:
    """An upload that is under way, an import, and a weekly issue."""
    number = sum(place.mark.encode())
    return [
        sync.Upload(
            county=place.county,
            id=place.id("upload"),
            inspector_id=place.id("user"),
            device_id=place.id("device"),
            digest=photo_digest(place, "upload"),
            length=100,
            received=0,
            metadata_text=f"filename {place.canary('uploadmetadata')}",
            state="open",
            created_at=LONG_AGO,
            expires_at=datetime(2027, 1, 1, tzinfo=UTC),
        ),
        registry.ImportRun(
            county=place.county,
            id=place.id("import"),
            kind="parcels",
            source=place.canary("importsource"),
            digest=digest(place.mark.encode()),
            imported=1,
            refused=[{"row": 1, "detail": place.canary("importrefused")}],
            dry_run=False,
            recorded_at=LONG_AGO,
        ),
        work.WeeklyIssue(
            county=place.county,
            year=2026,
            number=number,
            period_from=FIRST_DAY,
            period_to=date(2026, 1, 5 + list("QWZY").index(place.mark[0])),
            cut={place.county: 0},
            rows=place.canary("issuerows").encode(),
            rows_digest=digest(place.mark.encode()),
            files=[{"name": place.canary("issuefile"), "digest": digest(b"issue"), "bytes": 5}],
            cut_at=LONG_AGO,
        ),
    ]
