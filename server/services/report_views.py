"""Reports as a page shows them: the phone's claims beside what the server found, with flags. Refuses to correct a claim."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select, tuple_

from server.domain.evidence import WARNINGS, Flag, PhotoFacts
from server.domain.permissions import Action, Actor
from server.domain.report import DeclaredPhoto, Report, report_of
from server.store.tables.organisation import Device, User
from server.store.tables.sync import Photo, PhotoFlag, Submission
from server.store.tables.work import Match
from server.store.unit_of_work import UnitOfWork

ReportKey = tuple[str, int]


@dataclass(frozen=True)
class PhotoShown:
    """One declared photo: what the phone said of it, what its bytes show (None: not examined or not here), its flags."""

    declared: DeclaredPhoto
    is_here: bool
    has_thumbnail: bool
    facts: PhotoFacts | None
    warnings: tuple[tuple[str, str], ...]
    flags: tuple[Flag, ...]


@dataclass(frozen=True)
class ReportShown:
    """One revision of a report with everything beside it. `claims` is the manifest's own JSON value."""

    report: Report
    claims: dict[str, Any]
    received_at: datetime
    inspectors: tuple[str, ...]
    device: str | None
    is_signed: bool
    photos: tuple[PhotoShown, ...]
    flags: tuple[Flag, ...]
    match: Match | None


def reports_shown(keys: Iterable[ReportKey], *, actor: Actor, uow: UnitOfWork) -> tuple[ReportShown, ...]:
    """The stored reports of (id, rev) in the actor's county, oldest first; unknown ones are left out. Raises FORBIDDEN."""
    actor.require(Action.REPORT_VIEW, on=actor.region)
    wanted = sorted(set(keys))
    if not wanted:
        return ()
    stored = select(Submission).where(
        Submission.county == actor.county,
        tuple_(Submission.id, Submission.rev).in_(wanted),
        Submission.type == "report",
        Submission.state == "stored",
    )
    rows = uow.session.scalars(stored.order_by(Submission.captured_at, Submission.id)).all()
    flags = flags_of(rows, actor.county, uow=uow)
    matches = matches_of(wanted, actor.county, uow=uow)
    read = [(row, report_of(row.manifest, row.digest)) for row in rows]
    photos = photos_of({photo.digest for _, report in read for photo in report.photos}, actor.county, uow=uow)
    names = names_of((person for _, report in read for person in report.inspectors), actor.county, uow=uow)
    devices = devices_of({row.device_id for row in rows if row.device_id}, actor.county, uow=uow)
    return tuple(
        ReportShown(
            report=report,
            claims=claims_of(row),
            received_at=row.received_at,
            inspectors=tuple(names.get(person, person) for person in report.inspectors),
            device=devices.get(row.device_id or ""),
            is_signed=row.signature is not None,
            photos=tuple(photo_shown(declared, report, photos, flags) for declared in report.photos),
            flags=tuple(flags.get((row.id, row.rev, ""), ())),
            match=matches.get((row.id, row.rev)),
        )
        for row, report in read
    )


def claims_of(row: Submission) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(row.manifest)
    return claims


def photo_shown(
    declared: DeclaredPhoto, report: Report, photos: dict[str, Photo], flags: dict[tuple[str, int, str], list[Flag]]
) -> PhotoShown:
    stored = photos.get(declared.digest)
    facts = None if stored is None or stored.facts is None else PhotoFacts.from_json(stored.facts)
    return PhotoShown(
        declared=declared,
        is_here=stored is not None,
        has_thumbnail=stored is not None and stored.thumbnail_digest is not None,
        facts=facts,
        warnings=() if facts is None else tuple(WARNINGS.get(code, (code, code)) for code in facts.warnings),
        flags=tuple(flags.get((report.id, report.rev, declared.digest), ())),
    )


def flags_of(rows: Sequence[Submission], county: str, *, uow: UnitOfWork) -> dict[tuple[str, int, str], list[Flag]]:
    """Flags by (report, revision, photo digest); those of the report itself have an empty digest."""
    keys = [(row.id, row.rev) for row in rows]
    found: dict[tuple[str, int, str], list[Flag]] = {}
    query = select(PhotoFlag).where(PhotoFlag.county == county, tuple_(PhotoFlag.report_id, PhotoFlag.rev).in_(keys))
    for flag in uow.session.scalars(query.order_by(PhotoFlag.code)):
        found.setdefault((flag.report_id, flag.rev, flag.photo_digest), []).append(Flag.from_json(flag.detail))
    return found


def matches_of(keys: list[ReportKey], county: str, *, uow: UnitOfWork) -> dict[ReportKey, Match]:
    """The match that counts for each revision."""
    newest = select(Match).where(Match.county == county, tuple_(Match.report_id, Match.rev).in_(keys)).order_by(Match.seq)
    return {(match.report_id, match.rev): match for match in uow.session.scalars(newest)}


def photos_of(digests: set[str], county: str, *, uow: UnitOfWork) -> dict[str, Photo]:
    query = select(Photo).where(Photo.county == county, Photo.digest.in_(sorted(digests)))
    return {photo.digest: photo for photo in uow.session.scalars(query)}


def names_of(ids: Iterable[str], county: str, *, uow: UnitOfWork) -> dict[str, str]:
    """Names of people by id; those of other counties stay unknown."""
    query = select(User.id, User.name).where(User.county == county, User.id.in_(sorted(set(ids))))
    return {row.id: row.name for row in uow.session.execute(query)}


def devices_of(ids: set[str], county: str, *, uow: UnitOfWork) -> dict[str, str]:
    query = select(Device.id, Device.label, Device.platform).where(and_(Device.county == county, Device.id.in_(sorted(ids))))
    return {row.id: f"{row.label} · {row.platform}" for row in uow.session.execute(query)}
