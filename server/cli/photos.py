"""`flask photos check`: what can be read from photos, file by file. Keeps nothing and changes no file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from server.cli.answers import as_json_option, tell
from server.composition import xuntu
from server.media.photo_table import check_photos, facts_table
from server.problems import Problem

if TYPE_CHECKING:
    from server.media.examiner import Examination, PhotoExaminer

photos_cli = AppGroup("photos", help="Photos as evidence.")


@photos_cli.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@as_json_option
def check_command(files: tuple[Path, ...], as_json: bool) -> None:
    """Examine FILES as the server does: format, size, time, position, azimuth. Ends with 1 if one cannot be opened."""
    examiner = xuntu().world.examiner
    if as_json:
        photos = check_photos(files, examiner)
        tell({"photos": photos}, [], as_json=True)
        unopened = sum(1 for photo in photos if "problem" in photo)
    else:
        unopened = print_table(files, examiner)
    if unopened:
        sys.exit(1)


def print_table(files: tuple[Path, ...], examiner: "PhotoExaminer") -> int:
    """Print the table of the files that open, a line for each that does not, and give the number of those."""
    examined: list[tuple[Path, Examination]] = []
    unopened: list[str] = []
    for path in files:
        try:
            examined.append((path, examiner.examine(path)))
        except Problem as problem:
            unopened.append(f"{problem.kind.title}: {problem.detail} ({problem.kind.code})")
    click.echo(facts_table(examined))
    for line in unopened:
        click.echo(line, err=True)
    return len(unopened)
