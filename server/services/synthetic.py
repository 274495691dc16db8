"""Writes a synthetic county into an empty place of the register. Refuses a deployment that already has that county.

Parcels, layers and duties go through the same imports as a bureau's own files, so the demonstration shows the real thing.
"""

import secrets

from server import problems
from server.domain.permissions import Action, Actor, operator
from server.imports.readings import DutyReading, LayerReading, Origin, ParcelReading, RegionReading
from server.imports.synthetic import SyntheticCounty, synthetic_id
from server.services.registry import import_duties, import_layer, import_parcels, import_regions
from server.services.registry_report import ImportReport
from server.store.registry import add_rows, parcel_ids_by_code, region_of
from server.store.tables.organisation import Crew, User
from server.store.tables.registry import Task
from server.store.unit_of_work import UnitOfWork


def load_synthetic_county(county: SyntheticCounty, *, uow: UnitOfWork, actor: Actor | None = None) -> dict[str, ImportReport]:
    """Write everything in one transaction; gives the report of each import by `regions`, `parcels`, `layer/<name>`, `duties`.

    `actor` is the operator unless given and needs the whole deployment. Raises REGION_TAKEN when the county is there already.
    """
    by = actor or operator()
    by.require(Action.REGISTRY_IMPORT, on="")
    if region_of(uow.session, county.code) is not None:
        raise problems.REGION_TAKEN(region=county.code)
    origin = Origin(f"synthetic county, seed {county.seed}", "sha256:" + "0" * 64, "EPSG:4490")
    reports = {"regions": import_regions(RegionReading(origin, county.regions, ()), actor=by, uow=uow)}
    reports["parcels"] = import_parcels(ParcelReading(origin, county.parcels, ()), county.code, actor=by, uow=uow)
    for name, rows in county.layers.items():
        reading = LayerReading(name, origin, rows, ())
        reports[f"layer/{name}"] = import_layer(reading, county.code, actor=by, uow=uow)
    reports["duties"] = import_duties(DutyReading(origin, county.duties, ()), county.code, actor=by, uow=uow)
    _add_people(county, uow)
    _add_tasks(county, uow)
    return reports


def _add_people(county: SyntheticCounty, uow: UnitOfWork) -> None:
    crews = [
        {"county": county.code, "id": synthetic_id("crew", one.key), "name": one.name, "region": one.region}
        for one in county.crews
    ]
    users = [
        {
            "county": county.code,
            "id": synthetic_id("user", one.login),
            "login": one.login,
            "name": one.name,
            "role": one.role,
            "region": one.region,
            "password_hash": None,
            "session_key": secrets.token_urlsafe(32),
            "certificate_no": one.certificate_no,
            "crew_id": None if one.crew is None else synthetic_id("crew", one.crew),
            "active": True,
        }
        for one in county.users
    ]
    add_rows(uow.session, Crew, crews)
    add_rows(uow.session, User, users)


def _add_tasks(county: SyntheticCounty, uow: UnitOfWork) -> None:
    parcels = parcel_ids_by_code(uow.session, county.code, (one.parcel_code for one in county.tasks))
    tasks = [
        {
            "county": county.code,
            "id": synthetic_id("task", one.key),
            "crew_id": synthetic_id("crew", one.crew),
            "parcel_id": parcels[one.parcel_code],
            "reason": one.reason,
            "due_on": one.due_on,
            "state": "open",
            "programme": one.programme,
        }
        for one in county.tasks
    ]
    add_rows(uow.session, Task, tasks)
