"""What photos and reports show beside what the phone said: examined once, flagged for people, never rejected."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select

from server.domain.evidence import Flag, PhotoFacts, photo_flags, report_flags
from server.domain.permissions import Action, Actor
from server.domain.report import Position, Report, report_of
from server.services.reweighing import reweigh_leads
from server.store.tables.sync import Photo, PhotoFlag, Submission, SubmissionPhoto
from server.store.unit_of_work import UnitOfWork

NEIGHBOUR_DAYS = 1


def examine_photo(digest: str, *, actor: Actor, uow: UnitOfWork) -> None:
    """Open the stored bytes in the limited child process and keep what they show, with a thumbnail as a derivative.

    The examination runs before the first query, so that no lock is held meanwhile.
    """
    actor.require(Action.REPORT_INTERPRET, on=actor.county)
    examination = uow.world.examiner.examine(uow.world.blobs.path(digest), digest=digest)
    thumbnail = None
    if examination.thumbnail_bytes is not None:
        thumbnail = uow.world.blobs.keep_derivative(examination.thumbnail_bytes)
    photo = uow.session.get_one(Photo, (actor.county, digest))
    if photo.facts is not None:
        return
    photo.facts = examination.facts.as_json()
    photo.thumbnail_digest = thumbnail
    facts = {"digest": digest, "format": examination.facts.format, "problem": examination.facts.problem}
    uow.record("photo.examined", county=actor.county, aggregate=("photo", digest), facts=facts, by=actor)


def flag_photo(digest: str, *, actor: Actor, uow: UnitOfWork) -> None:
    """Compare an examined photo with every stored report that declares it."""
    actor.require(Action.REPORT_INTERPRET, on=actor.county)
    declares = (
        select(Submission)
        .join(
            SubmissionPhoto,
            (SubmissionPhoto.county == Submission.county)
            & (SubmissionPhoto.id == Submission.id)
            & (SubmissionPhoto.rev == Submission.rev)
            & (SubmissionPhoto.digest == Submission.digest),
        )
        .where(Submission.county == actor.county, SubmissionPhoto.photo_digest == digest, Submission.state == "stored")
    )
    for row in uow.session.scalars(declares).all():
        flag_photos_of(row, [digest], uow=uow)
        reweigh_leads(row.id, row.rev, actor=actor, uow=uow)


def flag_report(report_id: str, rev: int, digest: str, *, actor: Actor, uow: UnitOfWork) -> None:
    """Weigh the report's own claims and every photo of it that has been examined."""
    actor.require(Action.REPORT_INTERPRET, on=actor.county)
    row = uow.session.get_one(Submission, (actor.county, report_id, rev, digest))
    if row.type != "report" or row.state != "stored":
        return
    report = report_of(row.manifest, row.digest)
    limits = uow.world.settings.evidence
    neighbour = neighbour_of(row, uow=uow)
    replace_flags(row, "", report_flags(report, received_at=row.received_at, previous=neighbour, limits=limits), uow=uow)
    flag_photos_of(row, [photo.digest for photo in report.photos], uow=uow)


def flag_photos_of(row: Submission, digests: list[str], *, uow: UnitOfWork) -> None:
    report = report_of(row.manifest, row.digest)
    limits = uow.world.settings.evidence
    for declared in report.photos:
        photo = uow.session.get(Photo, (row.county, declared.digest)) if declared.digest in digests else None
        if photo is None or photo.facts is None:
            continue
        elsewhere = other_reports_with(declared.digest, report, county=row.county, uow=uow)
        facts = PhotoFacts.from_json(photo.facts)
        flags = photo_flags(declared, report, facts, seen_in=elsewhere, limits=limits)
        replace_flags(row, declared.digest, flags, uow=uow)


def replace_flags(row: Submission, photo: str, flags: tuple[Flag, ...], *, uow: UnitOfWork) -> None:
    """The flags as they stand now: running again gives the same rows."""
    own = (PhotoFlag.county == row.county) & (PhotoFlag.report_id == row.id) & (PhotoFlag.rev == row.rev)
    uow.session.execute(delete(PhotoFlag).where(own, PhotoFlag.photo_digest == photo))
    rows = [
        {
            "county": row.county,
            "report_id": row.id,
            "rev": row.rev,
            "photo_digest": photo,
            "code": flag.code,
            "detail": flag.as_json(),
        }
        for flag in {flag.code: flag for flag in flags}.values()
    ]
    if rows:
        uow.session.execute(insert(PhotoFlag), rows)


def other_reports_with(digest: str, report: Report, *, county: str, uow: UnitOfWork) -> tuple[str, ...]:
    ids = (
        select(SubmissionPhoto.id)
        .where(SubmissionPhoto.county == county, SubmissionPhoto.photo_digest == digest, SubmissionPhoto.id != report.id)
        .distinct()
        .order_by(SubmissionPhoto.id)
    )
    return tuple(uow.session.scalars(ids))


def neighbour_of(row: Submission, *, uow: UnitOfWork) -> tuple[datetime, Position] | None:
    """When and where the same device reported next to this report, by its own sequence; None when it is far off in time."""
    if row.seq is None or row.captured_at is None:
        return None
    before = uow.session.scalar(
        select(Submission)
        .where(
            Submission.county == row.county,
            Submission.device_id == row.device_id,
            Submission.seq < row.seq,
            Submission.type == "report",
            Submission.state == "stored",
            Submission.id != row.id,
            func.coalesce(Submission.lon, 0) != 0,
        )
        .order_by(Submission.seq.desc())
        .limit(1)
    )
    if before is None or before.captured_at is None or abs(row.captured_at - before.captured_at) > timedelta(days=NEIGHBOUR_DAYS):
        return None
    earlier = report_of(before.manifest, before.digest)
    return None if earlier.position is None else (earlier.captured_at, earlier.position)
