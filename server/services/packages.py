"""Area packages: all a phone needs of its area without a network, as one file. Hands out none of an area that is not its own.

A package is made when somebody asks for it and the register, a lead or a case, the day or the law has changed since; asked
for again it is the same bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from server import problems
from server.domain.events import JOBS_OF
from server.domain.permissions import Action, Actor
from server.exports.package import KeptPackage, Line, PackageFolder, Stamp, json_text
from server.services.matters import open_matters
from server.services.packages_land import Extent, duty_lines, extent_of, feature_lines, parcel_lines
from server.services.packages_law import law_lines
from server.services.registry_report import DEPLOYMENT
from server.store.registry import region_of
from server.store.tables.organisation import Crew, User
from server.store.tables.sync import Event
from server.store.unit_of_work import UnitOfWork

VERSION: Final = 1
FOLDER: Final = "packages"
COUNTY_DIGITS: Final = 6
REGISTER: Final = frozenset({"regions.imported", "parcels.imported", "layer.imported", "duties.imported"})
CHANGES: Final = sorted(REGISTER | {name for name in JOBS_OF if name.startswith(("lead.", "case."))})
"""The events after which an area package may read otherwise."""


@dataclass(frozen=True)
class AreaPackage:
    """A package ready to be sent: the file, and the digest of exactly its bytes (`sha256:<hex>`)."""

    path: Path
    digest: str
    bytes: int
    made_on: str


def area_package(area: str, *, actor: Actor, uow: UnitOfWork) -> AreaPackage:
    """The newest package of a county (6 digits) or town (9) of the phone's own regions, made now if something changed.

    Raises FORBIDDEN, NOT_FOUND for any other area, UNAVAILABLE when another request makes it for too long.
    """
    actor.require(Action.AREA_FETCH, on=actor.county)
    if not any(area.startswith(region) for region in own_regions(actor, uow=uow)):
        raise problems.NOT_FOUND()
    place = region_of(uow.session, area)
    if place is None or len(area) < COUNTY_DIGITS:
        raise problems.NOT_FOUND()
    folder = PackageFolder(uow.world.settings.data_dir / FOLDER)
    law = list(law_lines(uow.world.law.for_province(actor.county), uow.today))
    stamp = stamp_of(actor.county, law, uow=uow)
    kept = folder.newest(area)
    if kept is None or not kept.stamp.covers(stamp):
        with folder.lock(area):
            kept = folder.newest(area)
            if kept is None or not kept.stamp.covers(stamp):
                kept = make_package(area, place.name, actor.county, law, stamp, folder, uow=uow)
    return AreaPackage(folder.path(kept), kept.digest, kept.bytes, kept.made_on)


def own_regions(actor: Actor, *, uow: UnitOfWork) -> list[str]:
    """The regions of the inspector and of their crew: what enrolment and /session name."""
    inspector = uow.session.get_one(User, (actor.county, actor.id))
    crew = None if inspector.crew_id is None else uow.session.get(Crew, (actor.county, inspector.crew_id))
    return sorted({inspector.region} | ({crew.region} if crew is not None else set()))


def stamp_of(county: str, law: list[Line], *, uow: UnitOfWork) -> Stamp:
    """The state that a package made now would show. Read before the rows: what changes meanwhile makes the next one."""
    query = select(Event.county, func.max(Event.position)).where(Event.county.in_((county, DEPLOYMENT)), Event.type.in_(CHANGES))
    newest = {row[0]: row[1] for row in uow.session.execute(query.group_by(Event.county))}
    fixed = sha256("\n".join([str(VERSION), *(text for _, text in law)]).encode()).hexdigest()
    day = uow.today.isoformat()
    return Stamp(newest.get(county, 0), newest.get(DEPLOYMENT, 0), day, uow.world.server_epoch, fixed)


def make_package(
    area: str, name: str, county: str, law: list[Line], stamp: Stamp, folder: PackageFolder, *, uow: UnitOfWork
) -> KeptPackage:
    extent = extent_of(county, area, uow=uow)

    def first(counts: dict[str, int]) -> dict[str, Any]:
        bbox = None if extent is None else extent.bounds.degrees()
        head = {"entity": "package", "v": VERSION, "area": area, "name": name, "county": county}
        return {**head, "made_on": None, "crs": "cgcs2000", "bbox": bbox, "counts": counts}

    return folder.keep(area, stamp, body_of(area, county, extent, law, uow=uow), first, now=uow.now)


def body_of(area: str, county: str, extent: Extent | None, law: list[Line], *, uow: UnitOfWork) -> Iterator[Line]:
    """Every line between the first and the last, always in the same order."""
    if extent is not None:
        yield from parcel_lines(county, area, extent, uow=uow)
        yield from feature_lines(county, extent, uow=uow)
        yield from duty_lines(county, area, uow=uow)
    for note in open_matters(county, [area], uow=uow):
        yield "case_note", json_text({"entity": "case_note", **note})
    yield from law
