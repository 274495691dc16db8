"""Queries over inbox, submissions, declared photos and receipts. Decides nothing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session

from server.domain.envelope import RELEASABLE
from server.store.tables.organisation import Device
from server.store.tables.sync import InboxItem, PhotoHolder, Receipt, Submission, SubmissionPhoto

KEY = ("county", "id", "rev", "digest")
Key = tuple[str, str, int, str]
SameId = dict[tuple[str, str], list[Submission]]
"""(county, id) → every submission of that id, whatever its state."""


def devices_by_id(session: Session, ids: Iterable[str]) -> dict[str, Device]:
    found = session.scalars(select(Device).where(Device.id.in_(sorted(set(ids)))))
    return {device.id: device for device in found}


def submissions_by_id(session: Session, pairs: Iterable[tuple[str, str]]) -> SameId:
    """All submissions of the (county, id) pairs, by revision."""
    wanted = sorted(set(pairs))
    found: SameId = defaultdict(list)
    rows = session.scalars(
        select(Submission)
        .where(tuple_(Submission.county, Submission.id).in_(wanted))
        .order_by(Submission.county, Submission.id, Submission.rev)
        .execution_options(populate_existing=True)
    )
    for row in rows:
        found[(row.county, row.id)].append(row)
    return found


def sequence_numbers(session: Session, county: str, device_id: str, numbers: Iterable[int]) -> dict[int, list[Submission]]:
    """The submissions of a device at the sequence numbers, but for those of which nothing proves who wrote them."""
    found: dict[int, list[Submission]] = defaultdict(list)
    rows = session.scalars(
        select(Submission).where(
            Submission.county == county,
            Submission.device_id == device_id,
            Submission.seq.in_(sorted(set(numbers))),
            Submission.cause.is_(None) | Submission.cause.not_in(sorted(RELEASABLE)),
        )
    )
    for row in rows:
        if row.seq is not None:
            found[row.seq].append(row)
    return found


def declared_photos(session: Session, keys: Iterable[Key]) -> dict[Key, list[str]]:
    wanted = sorted(set(keys))
    found: dict[Key, list[str]] = {key: [] for key in wanted}
    rows = session.execute(
        select(
            SubmissionPhoto.county, SubmissionPhoto.id, SubmissionPhoto.rev, SubmissionPhoto.digest, SubmissionPhoto.photo_digest
        )
        .where(tuple_(SubmissionPhoto.county, SubmissionPhoto.id, SubmissionPhoto.rev, SubmissionPhoto.digest).in_(wanted))
        .order_by(SubmissionPhoto.ordinal)
    )
    for county, id_, rev, digest, photo in rows:
        found[(county, id_, rev, digest)].append(photo)
    return found


def held_photos(session: Session, county: str, digests: Iterable[str]) -> dict[str, set[str]]:
    """photo digest → inspectors who uploaded it in this county."""
    found: dict[str, set[str]] = defaultdict(set)
    wanted = sorted(set(digests))
    if not wanted:
        return found
    rows = session.execute(
        select(PhotoHolder.digest, PhotoHolder.inspector_id).where(PhotoHolder.county == county, PhotoHolder.digest.in_(wanted))
    )
    for digest, inspector in rows:
        found[digest].add(inspector)
    return found


def newest_receipts(session: Session, keys: Iterable[Key], epoch: str) -> dict[Key, Receipt]:
    """The newest receipt of the epoch for each key: `complete` where there is one."""
    rows = session.scalars(
        select(Receipt)
        .where(tuple_(Receipt.county, Receipt.id, Receipt.rev, Receipt.digest).in_(sorted(set(keys))), Receipt.epoch == epoch)
        .order_by(Receipt.position)
    )
    return {(row.county, row.id, row.rev, row.digest): row for row in rows}


def submissions_waiting_for(session: Session, county: str, photo: str) -> Sequence[Submission]:
    """The submissions that declare the photo, in key order."""
    declares = select(SubmissionPhoto.id, SubmissionPhoto.rev, SubmissionPhoto.digest).where(
        SubmissionPhoto.county == county, SubmissionPhoto.photo_digest == photo
    )
    return session.scalars(
        select(Submission)
        .where(Submission.county == county, tuple_(Submission.id, Submission.rev, Submission.digest).in_(declares))
        .order_by(Submission.id, Submission.rev, Submission.digest)
    ).all()


def mark_superseded(session: Session, county: str, id_: str, below_rev: int) -> None:
    session.execute(
        update(Submission)
        .where(Submission.county == county, Submission.id == id_, Submission.rev < below_rev, Submission.state == "stored")
        .values(superseded=True)
    )


def arrivals(session: Session, county: str) -> Iterable[tuple[str, datetime, str, str | None]]:
    """Device, instant, outcome at arrival and state now of every inbox item of the counties whose code begins so."""
    same = (
        (Submission.id == InboxItem.submission_id) & (Submission.rev == InboxItem.rev) & (Submission.digest == InboxItem.digest)
    )
    query = (
        select(InboxItem.device_id, InboxItem.received_at, InboxItem.outcome, Submission.state)
        .outerjoin(Submission, same)
        .where(InboxItem.county.startswith(county))
    )
    return ((device, at, outcome, state) for device, at, outcome, state in session.execute(query))
