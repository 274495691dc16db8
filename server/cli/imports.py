"""Commands that import regions, parcels, layers and duties. Each says what it did, what it refused and why, row by row.

A file that cannot be read, or of which no row can be taken, ends the command with status 1; some refused rows do not.
"""

import re
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from server.cli.answers import as_json_option, saying_problems, tell
from server.composition import xuntu
from server.domain.layers import LAYERS
from server.domain.permissions import operator
from server.imports.duties import read_duties
from server.imports.layers import read_layer
from server.imports.parcels import GB_T_21010, read_parcels
from server.imports.regions import read_regions
from server.services import registry
from server.services.registry_report import ImportReport
from server.store.unit_of_work import UnitOfWork

regions_cli = AppGroup("regions", help="Administrative divisions.")
parcels_cli = AppGroup("parcels", help="Parcels of a county.")
layers_cli = AppGroup("layers", help="Layers of the one map.")
duties_cli = AppGroup("duties", help="What parties owe on parcels.")


class EpsgNumber(click.ParamType[int]):
    """The number of a coordinate system, written 4490 or EPSG:4490. Which numbers are known, the readers say."""

    name = "epsg"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        number = re.fullmatch(r"(?:EPSG:)?(\d{1,6})", str(value).strip(), re.IGNORECASE)
        if number is None:
            self.fail(f"{value!r} is not the number of a coordinate system; write 4490 or EPSG:4490", param, ctx)
        return int(number[1])


FILE = click.argument("file", type=click.Path(path_type=Path))
REGION = click.option("--region", required=True, metavar="CODE", help="County (6 digits) or town (9) the file belongs to.")
CRS = click.option(
    "--crs",
    type=EpsgNumber(),
    metavar="EPSG",
    help="Insist on a coordinate system: 4490 (or EPSG:4490), 4326 or a CGCS2000 grid, 4491–4554.",
)
SINCE = click.option(
    "--valid-from",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="First day of new versions; default today, and for a first load since before records began.",
)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Read and compare, write nothing.")


@regions_cli.command("import")
@FILE
@DRY_RUN
@as_json_option
@saying_problems
def import_regions(file: Path, dry_run: bool, as_json: bool) -> None:
    """Import codes and names of divisions from FILE (.json, .json.gz, .csv)."""
    _run(lambda uow: registry.import_regions(read_regions(file), actor=operator(), uow=uow, dry_run=dry_run), dry_run, as_json)


@parcels_cli.command("import")
@FILE
@REGION
@CRS
@SINCE
@click.option(
    "--land-use-scheme", default=GB_T_21010, show_default=True, help="Scheme of the land-use codes where no column names it."
)
@DRY_RUN
@as_json_option
@saying_problems
def import_parcels(
    *, file: Path, region: str, crs: int | None, valid_from: datetime | None, land_use_scheme: str, dry_run: bool, as_json: bool
) -> None:
    """Import parcels from FILE (GeoPackage, Shapefile, GeoJSON, FileGDB; also .gz and .zip)."""

    def apply(uow: UnitOfWork) -> ImportReport:
        reading = read_parcels(file, crs=crs, land_use_scheme=land_use_scheme)
        return registry.import_parcels(reading, region, actor=operator(), uow=uow, valid_from=_day(valid_from), dry_run=dry_run)

    _run(apply, dry_run, as_json)


@layers_cli.command("import")
@click.argument("layer")
@FILE
@REGION
@CRS
@SINCE
@DRY_RUN
@as_json_option
@saying_problems
def import_layer(
    *, layer: str, file: Path, region: str, crs: int | None, valid_from: datetime | None, dry_run: bool, as_json: bool
) -> None:
    """Import the features of LAYER from FILE; `flask layers list` names the layers."""

    def apply(uow: UnitOfWork) -> ImportReport:
        reading = read_layer(layer, file, crs=crs)
        return registry.import_layer(reading, region, actor=operator(), uow=uow, valid_from=_day(valid_from), dry_run=dry_run)

    _run(apply, dry_run, as_json)


@layers_cli.command("list")
def list_layers() -> None:
    """Name the layers that assessments know."""
    for name, (zh, en) in LAYERS.items():
        click.echo(f"{name:<26}{zh}  {en}")


@duties_cli.command("import")
@FILE
@REGION
@DRY_RUN
@as_json_option
@saying_problems
def import_duties(file: Path, region: str, dry_run: bool, as_json: bool) -> None:
    """Import supplies and temporary land from FILE (CSV, UTF-8 or GB18030) as duties."""
    _run(
        lambda uow: registry.import_duties(read_duties(file), region, actor=operator(), uow=uow, dry_run=dry_run),
        dry_run,
        as_json,
    )


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _run(apply: Callable[[UnitOfWork], ImportReport], dry_run: bool, as_json: bool) -> None:
    """Do the import in one unit of work, read-only for a dry run, and print its report; 1 when every row was refused."""
    with xuntu().unit_of_work(read_only=dry_run) as uow:
        report = apply(uow)
    tell(report.as_json(), _sentences(report), as_json=as_json)
    if report.refused and not report.imported + report.changed + report.unchanged:
        sys.exit(1)


def _sentences(report: ImportReport) -> list[str]:
    would = "would be " if report.run_id is None else ""
    counts = (
        f"{report.imported} {would}imported, {report.changed} {would}changed, "
        f"{report.unchanged} unchanged, {len(report.refused)} refused"
    )
    refused = [f"row {one.row} ({one.code or 'no code'}): {one.problem}: {one.detail}" for one in report.refused]
    return [counts, *(f"note: {note}" for note in report.origin.notes), *refused]
