"""The client on a command line: `python -m client_sync enrol|capture|sync|status`. Refuses to guess a time or a place."""

import argparse
import json
import mimetypes
import sys
from datetime import UTC, datetime
from pathlib import Path

from client_sync.client import FieldClient
from client_sync.draft import PhotoDraft, Position, ReportDraft, View
from client_sync.errors import DraftInvalidError, SyncError

TYPES = {".heic": "image/heic", ".heif": "image/heif", ".webp": "image/webp", ".m4a": "audio/mp4"}


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; 0 when it did what it says, 1 when something must be looked at."""
    options = _parser().parse_args(arguments)
    client = FieldClient(options.folder, options.server or _known_server(options.folder))
    try:
        return int(options.run(client, options))
    except SyncError as stop:
        print(f"{stop.code}: {stop.detail}", file=sys.stderr)
        return 1
    finally:
        client.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m client_sync", description="Reference client of the Xuntu sync protocol.")
    parser.add_argument("--folder", type=Path, default=Path("phone"), help="where this phone keeps its reports (default: phone/)")
    parser.add_argument("--server", help="address of the server; remembered after enrolment")
    commands = parser.add_subparsers(required=True)
    enrol = commands.add_parser("enrol", help="make this phone known with a one-time code")
    enrol.add_argument("--code", required=True)
    enrol.add_argument("--label", required=True, help="what the bureau calls this phone")
    enrol.set_defaults(run=_enrol)
    _add_capture(commands.add_parser("capture", help="save a report; needs no network"))
    commands.add_parser("sync", help="push, upload, collect receipts").set_defaults(run=_sync)
    commands.add_parser("status", help="what stands where").set_defaults(run=_status)
    return parser


def _add_capture(capture: argparse.ArgumentParser) -> None:
    capture.add_argument("--observation", type=json.loads, default={"kind": "routine", "nothing_found": True}, help="JSON object")
    capture.add_argument("--at", type=datetime.fromisoformat, help="RFC 3339 time with offset (default: now)")
    capture.add_argument("--position", type=float, nargs=3, metavar=("LON", "LAT", "ACCURACY_M"), help="WGS 84 degrees")
    capture.add_argument("--azimuth", type=float, help="degrees clockwise from true north")
    capture.add_argument("--photo", type=Path, action="append", default=[], help="may be given more than once")
    capture.add_argument("--parcel", help="parcel code tapped on the map")
    capture.add_argument("--task")
    capture.add_argument("--note")
    capture.add_argument("--revises", help="id of the report this one corrects")
    capture.set_defaults(run=_capture)


def _enrol(client: FieldClient, options: argparse.Namespace) -> int:
    identity = client.enrol(options.code, options.label)
    (options.folder / "server").write_text(client.server, encoding="utf-8")
    print(f"enrolled as {identity.device_id} in {identity.county}")
    return 0


def _capture(client: FieldClient, options: argparse.Namespace) -> int:
    at = options.at or datetime.now(UTC).astimezone()
    if at.tzinfo is None:
        raise DraftInvalidError("--at needs an offset, such as +08:00")
    position = None
    if options.position:
        lon, lat, accuracy_m = options.position
        position = Position(lon=lon, lat=lat, accuracy_m=accuracy_m, fixed_at=at, source="manual", mocked=None)
    photos = tuple(
        PhotoDraft(path=path, taken_at=at, kind="near", media_type=_media_type(path), source="gallery") for path in options.photo
    )
    draft = ReportDraft(
        captured_at=at,
        observation=options.observation,
        position=position,
        view=View(options.azimuth, "true") if options.azimuth is not None else None,
        photos=photos,
        task_id=options.task,
        parcel_claim=options.parcel,
        note=options.note,
    )
    captured = client.capture(draft, revises=options.revises)
    print(f"saved on this phone: {captured.id} rev {captured.rev}")
    return 0


def _sync(client: FieldClient, _options: argparse.Namespace) -> int:
    summary = client.sync()
    print(", ".join(f"{count} {name}" for name, count in sorted(summary.outcomes.items())) or "nothing new to push")
    print(f"{summary.photos_uploaded} photos uploaded, {summary.photos_lost} lost on this phone")
    for problem in summary.problems:
        print(f"look at {problem.get('id')}: {problem.get('code')} {problem.get('detail', '')}".rstrip())
    if summary.reenrol:
        print("this phone must be enrolled again; everything is kept")
    if summary.stopped:
        print(f"stopped early: {summary.stopped}; the rest goes next time")
    return 0 if summary.quiet else 1


def _status(client: FieldClient, _options: argparse.Namespace) -> int:
    for name, count in client.status().items():
        print(f"{name:15} {count:6}")
    return 0


def _media_type(path: Path) -> str:
    return TYPES.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def _known_server(folder: Path) -> str:
    remembered = folder / "server"
    return remembered.read_text(encoding="utf-8") if remembered.exists() else "http://127.0.0.1:8000"


if __name__ == "__main__":
    sys.exit(main())
