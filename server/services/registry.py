"""Imports into the registry: regions, parcels, layers, duties. Refuses rows one by one and never writes half a file.

A reading has been checked by `server.imports`; here it is compared with the register. A dry run compares and writes nothing.
"""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from server import problems
from server.domain.permissions import Action, Actor
from server.imports.readings import (
    DutyReading,
    DutyRow,
    FeatureRow,
    LayerReading,
    Origin,
    ParcelReading,
    ParcelRow,
    Refusal,
    RegionReading,
    RegionRow,
    refusal,
)
from server.services.registry_report import DEPLOYMENT, ImportReport, keep_run
from server.services.registry_versions import AREA_METHOD, BEFORE_RECORDS, Plan, place_versions, plan_versions
from server.store import registry as store
from server.store.ids import ascending_ids
from server.store.tables.organisation import Region
from server.store.tables.registry import Duty, LayerFeature, Parcel, ParcelVersion
from server.store.unit_of_work import UnitOfWork

Contents = Callable[[ParcelRow], dict[str, Any]]
COUNTY_DIGITS, TOWN_DIGITS, VILLAGE_DIGITS = 6, 9, 12


def import_regions(reading: RegionReading, *, actor: Actor, uow: UnitOfWork, dry_run: bool = False) -> ImportReport:
    """Add divisions and change those that read otherwise; codes absent from the file stay. Needs the whole deployment."""
    actor.require(Action.REGISTRY_IMPORT, on="")
    if not dry_run:
        store.lock_imports(uow.session, DEPLOYMENT)
    standing = store.regions_by_code(uow.session)
    new = {row.code: _region_values(row) for row in reading.rows}
    added = [values for code, values in new.items() if code not in standing]
    changed = [values for code, values in new.items() if code in standing and values != standing[code]]
    if not dry_run:
        store.add_rows(uow.session, Region, added)
        store.replace_regions(uow.session, changed)
    counts = (len(added), len(changed), len(new) - len(added) - len(changed))
    report = keep_run("regions", DEPLOYMENT, reading.origin, counts, refused=reading.refused, dry_run=dry_run, uow=uow)
    if report.run_id is not None:
        facts = report.facts()
        uow.record("regions.imported", county=DEPLOYMENT, aggregate=("import_run", report.run_id), facts=facts, by=actor)
    return report


def import_parcels(
    reading: ParcelReading, region: str, *, actor: Actor, uow: UnitOfWork, valid_from: date | None = None, dry_run: bool = False
) -> ImportReport:
    """Bring a reading into the county (or town) `region`: new parcels, new versions of changed ones. Absent parcels stay.

    New versions hold from `valid_from`; None means today, and for a county's first load since before records began. Raises
    REGION_UNKNOWN, FORBIDDEN, NOT_FOUND; rows of another county are refused one by one.
    """
    actor.require(Action.REGISTRY_IMPORT, on=region)
    session, county = uow.session, county_of(region, uow=uow)
    if not dry_run:
        store.lock_imports(session, county)
    places = _places({row.region for row in reading.rows}, region, store.region_codes_below(session, county))
    rows = [row for row in reading.rows if row.region in places]
    refused = [_elsewhere(row, region) for row in reading.rows if row.region not in places]
    day = valid_from or uow.today
    since = valid_from or (uow.today if store.has_parcels(session, county) else BEFORE_RECORDS)
    standing = store.parcels_by_code(session, county, (row.code for row in rows))

    def contents(row: ParcelRow) -> dict[str, Any]:
        return _parcel_contents(row, places[row.region])

    plan = plan_versions(rows, lambda code: standing[code].version if code in standing else None, contents, day)
    if not dry_run:
        known = {code: one.parcel_id for code, one in standing.items()}
        _write_parcels(plan, known, county, contents, origin=reading.origin, days=(since, day), uow=uow)
    counts = (len(plan.added), len(plan.changed), plan.unchanged)
    refusals = [*reading.refused, *refused, *plan.refused]
    report = keep_run("parcels", county, reading.origin, counts, refused=refusals, dry_run=dry_run, uow=uow)
    if report.run_id is not None:
        facts = report.facts() | {"region": region, "crs": reading.origin.crs}
        uow.record("parcels.imported", county=county, aggregate=("import_run", report.run_id), facts=facts, by=actor)
    return report


def import_layer(
    reading: LayerReading, region: str, *, actor: Actor, uow: UnitOfWork, valid_from: date | None = None, dry_run: bool = False
) -> ImportReport:
    """Bring the features of a layer into the county of `region`; versions and errors as for `import_parcels`."""
    actor.require(Action.REGISTRY_IMPORT, on=region)
    session, county = uow.session, county_of(region, uow=uow)
    if not dry_run:
        store.lock_imports(session, county)
    since = valid_from or (uow.today if store.has_features(session, county, reading.layer) else BEFORE_RECORDS)
    standing = store.features_by_code(session, county, reading.layer, (row.code for row in reading.rows))
    day = valid_from or uow.today
    plan = plan_versions(reading.rows, standing.get, _feature_contents, day)

    def own(row: FeatureRow) -> dict[str, Any]:
        return {"layer": reading.layer} | _feature_contents(row)

    if not dry_run:
        store.close_versions(session, LayerFeature, county, [old for _, old in plan.changed], day)
        fresh = [(row, since) for row in plan.added] + [(row, day) for row, _ in plan.changed]
        placed = place_versions(fresh, own, "layer_features", county, origin=reading.origin, uow=uow)
        store.add_rows(session, LayerFeature, placed)
    counts = (len(plan.added), len(plan.changed), plan.unchanged)
    refusals = [*reading.refused, *plan.refused]
    report = keep_run("layer", county, reading.origin, counts, refused=refusals, dry_run=dry_run, uow=uow)
    if report.run_id is not None:
        facts = report.facts() | {"region": region, "layer": reading.layer, "crs": reading.origin.crs}
        uow.record("layer.imported", county=county, aggregate=("import_run", report.run_id), facts=facts, by=actor)
    return report


def import_duties(reading: DutyReading, region: str, *, actor: Actor, uow: UnitOfWork, dry_run: bool = False) -> ImportReport:
    """Bring duties onto the county's parcels; a duty known by its code is changed, and the event says what it was before.

    Raises REGION_UNKNOWN, FORBIDDEN, NOT_FOUND; rows whose parcel is not in the register are refused.
    """
    actor.require(Action.REGISTRY_IMPORT, on=region)
    session, county = uow.session, county_of(region, uow=uow)
    if not dry_run:
        store.lock_imports(session, county)
    parcels = store.parcel_ids_by_code(session, county, {row.parcel_code for row in reading.rows})
    lost = {row.row: row for row in reading.rows if row.parcel_code not in parcels}
    refused = [refusal(row.row, row.code.split(":")[0], _no_such_parcel(row)) for row in lost.values()]
    new = {row.code: _duty_values(row, parcels[row.parcel_code]) for row in reading.rows if row.row not in lost}
    standing = store.duties_by_code(session, county, new)
    added = [values for code, values in new.items() if code not in standing]
    before = {code: _differences(standing[code], values) for code, values in new.items() if code in standing}
    changed = [new[code] for code, old in before.items() if old]
    if not dry_run:
        store.add_rows(
            session, Duty, [{"county": county, "id": str(uuid.uuid4()), "recorded_at": uow.now} | one for one in added]
        )
        store.replace_duties(session, county, changed)
    counts = (len(added), len(changed), len(new) - len(added) - len(changed))
    refusals = [*reading.refused, *refused]
    report = keep_run("duties", county, reading.origin, counts, refused=refusals, dry_run=dry_run, uow=uow)
    if report.run_id is not None:
        facts = report.facts() | {"region": region, "changed_from": {code: old for code, old in before.items() if old}}
        uow.record("duties.imported", county=county, aggregate=("import_run", report.run_id), facts=facts, by=actor)
    return report


def county_of(region: str, *, uow: UnitOfWork) -> str:
    """The county of a county or town in the register. Raises REGION_UNKNOWN, for the statistics office's pseudo-codes too."""
    found = store.region_of(uow.session, region) if len(region) >= COUNTY_DIGITS else None
    if found is None or found.statistical:
        raise problems.REGION_UNKNOWN(region=region)
    return region[:COUNTY_DIGITS]


def _region_values(row: RegionRow) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "level": row.level,
        "parent_code": row.parent_code,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "successor_code": row.successor_code,
        "statistical": row.statistical,
    }


def _places(said: set[str | None], region: str, below: frozenset[str]) -> dict[str | None, str]:
    """The finest division the register knows for each place that rows name; places in another county are left out."""
    places: dict[str | None, str] = {None: region}
    for code in said - {None}:
        if code is not None and code.startswith(region[:COUNTY_DIGITS]):
            known = (code[:digits] for digits in (VILLAGE_DIGITS, TOWN_DIGITS) if code[:digits] in below)
            places[code] = next(known, region)
    return places


def _elsewhere(row: ParcelRow, region: str) -> Refusal:
    return refusal(row.row, row.code, problems.ROW_INVALID(reason=f"the row lies in {row.region}, not in {region}"))


def _parcel_contents(row: ParcelRow, place: str) -> dict[str, Any]:
    return {
        "region": place,
        "name": row.name,
        "land_use_scheme": row.land_use_scheme,
        "land_use_code": row.land_use_code,
        "ownership": row.ownership,
        "holder": row.holder,
        "attributes": row.attributes,
    }


def _feature_contents(row: FeatureRow) -> dict[str, Any]:
    return {"name": row.name, "attributes": row.attributes}


def _write_parcels(
    plan: Plan,
    parcel_ids: dict[str, str],
    county: str,
    contents: Contents,
    *,
    origin: Origin,
    days: tuple[date, date],
    uow: UnitOfWork,
) -> None:
    """Add parcels that are new, close versions that changed, add versions; `parcel_ids` are those the register has.

    `days` are the first day of a parcel that was never there and that of any other version.
    """
    session, (since, day) = uow.session, days
    codes = [row.code for row in plan.added if row.code not in parcel_ids]
    new = dict(zip(codes, ascending_ids(len(codes), now=uow.now), strict=True))
    store.add_rows(session, Parcel, ({"county": county, "id": parcel_id, "code": code} for code, parcel_id in new.items()))
    store.close_versions(session, ParcelVersion, county, [old for _, old in plan.changed], day)
    ids = parcel_ids | new
    # A parcel that was closed once comes back today, not before records began.
    fresh = [(row, since if row.code in new else day) for row in plan.added] + [(row, day) for row, _ in plan.changed]

    def own(row: ParcelRow) -> dict[str, Any]:
        return {"parcel_id": ids[row.code], "area_method": AREA_METHOD} | contents(row)

    store.add_rows(session, ParcelVersion, place_versions(fresh, own, "parcel_versions", county, origin=origin, uow=uow))


def _no_such_parcel(row: DutyRow) -> problems.Problem:
    return problems.ROW_INVALID(reason=f"parcel {row.parcel_code} is not in the register; import parcels first")


def _duty_values(row: DutyRow, parcel_id: str) -> dict[str, Any]:
    return {
        "code": row.code,
        "parcel_id": parcel_id,
        "programme": row.programme,
        "kind": row.kind,
        "party": row.party,
        "due_on": row.due_on,
        "delivered_on": row.delivered_on,
        "supply_no": row.supply_no,
        "contract_no": row.contract_no,
        "area_m2": row.area_m2,
        "amount_fen": row.amount_fen,
        "attributes": row.attributes,
    }


def _differences(standing: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """The old values where the new ones differ, as JSON values."""
    old = {name: standing[name] for name, value in values.items() if standing[name] != value}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in old.items()}
