"""`flask photos check`: what can be read from photos, file by file. Keeps nothing and changes no file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from flask.cli import AppGroup

from server.cli.answers import as_json_option, tell
from server.composition import xuntu
from server.domain.evidence import ACCEPTED_FORMATS
from server.media.photo_table import check_photos, facts_table
from server.problems import Problem

if TYPE_CHECKING:
    from server.media.examiner import Examination, PhotoExaminer

photos_cli = AppGroup("photos", help="Photos as evidence.")


@photos_cli.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@as_json_option
def check_command(files: tuple[Path, ...], as_json: bool) -> None:
    """Examine FILES as the server does: format, size, time, position, azimuth. Ends with 1 if one is no sound photo."""
    examiner = xuntu().world.examiner
    if as_json:
        photos = [judged(photo) for photo in check_photos(files, examiner)]
        tell({"photos": photos}, [], as_json=True)
        faulty = sum(1 for photo in photos if photo.get("problem") or photo["complaint"])
    else:
        faulty = print_table(files, examiner)
    if faulty:
        sys.exit(1)


def print_table(files: tuple[Path, ...], examiner: "PhotoExaminer") -> int:
    """Print the table of the files that open, a line for each that is no sound photo, and give the number of those."""
    examined: list[tuple[Path, Examination]] = []
    faults: list[str] = []
    for path in files:
        try:
            examination = examiner.examine(path)
        except Problem as problem:
            faults.append(f"{problem.kind.title}: {problem.detail} ({problem.kind.code})")
            continue
        examined.append((path, examination))
        complaint = complaint_about(path, examination.facts.as_json())
        faults += [] if complaint is None else [f"{path.name}: {complaint['detail']} ({complaint['code']})"]
    if examined:
        click.echo(facts_table(examined))
    for line in faults:
        click.echo(line, err=True)
    return len(faults)


def judged(photo: dict[str, Any]) -> dict[str, Any]:
    """A checked photo with its `complaint` beside the facts; None where there is nothing to say."""
    facts = photo.get("facts")
    return photo | {"complaint": None if facts is None else complaint_about(Path(photo["path"]), facts)}


def complaint_about(path: Path, facts: dict[str, Any]) -> dict[str, str] | None:
    """Why an opened file is no photo that can stand as evidence, as `code` and `detail`; None for a sound photo."""
    if facts["problem"]:
        return {"code": facts["problem"], "detail": facts["reason"] or "it could not be examined to the end"}
    if facts["format"] in ACCEPTED_FORMATS:
        return None
    found = "the file is empty" if path.stat().st_size == 0 else f"the bytes are {facts['media_type']}"
    return {"code": "unexpected-format", "detail": f"not a photo: {found}"}
