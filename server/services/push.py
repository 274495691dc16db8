"""Receiving what phones push: every item is kept, judged by its envelope alone, and answered with a receipt.

Refuses nothing that has an identity; what looks wrong is quarantined for a person and never blocks its neighbours.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import insert, update

from server import problems
from server.domain.envelope import RELEASABLE, Author, PushedItem, implausible_position, quarantine_of, refusal_of
from server.domain.permissions import Action, Actor
from server.keys.signatures import PublicKey, why_signature_fails
from server.keys.text import digest_of
from server.problems import Problem
from server.services.chain import is_claimed_by_another, settle_chains
from server.services.receipts import Standing, issue_receipts, key_of
from server.store.dialects.upsert import insert_or_skip
from server.store.failures import WRITE_ERRORS, data_is_at_fault
from server.store.land import has_land_near
from server.store.submissions import KEY, Key, SameId, devices_by_id, submissions_by_id
from server.store.tables.organisation import Device
from server.store.tables.sync import InboxItem, Submission, SubmissionPhoto
from server.store.unit_of_work import UnitOfWork

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
INBOX_NAMES = uuid.UUID("6d7f5bd0-6c0e-5f0e-9b43-0f8ac7d5f3c1")
"""Namespace of the inbox ids of unreadable bodies: the same bytes of the same phone are one row."""


@dataclass
class Delivery:
    """One item on its way through the judgement."""

    item: PushedItem
    author: Author | None
    county: str
    problem: Problem | None
    flags: list[str] = field(default_factory=list)
    outcome: str = "refused"
    current: str | None = None
    standing: Standing | None = None

    @property
    def key(self) -> Key:
        assert self.item.id is not None, "a refused item has no key"
        assert self.item.rev is not None, "a refused item has no key"
        return (self.county, self.item.id, self.item.rev, self.item.digest)

    def result(self) -> dict[str, Any]:
        """The RESULT object of protocol section 3."""
        answer: dict[str, Any] = {
            "id": self.item.id,
            "rev": self.item.rev,
            "digest": self.item.digest,
            "outcome": self.outcome,
            "flags": self.flags,
            "missing": [] if self.standing is None else self.standing.missing,
            "receipt": None if self.standing is None else self.standing.receipt,
        }
        if self.current is not None:
            answer["current"] = self.current
        if self.problem is not None:
            answer["problem"] = self.problem.as_json()
        return answer


def receive_push(
    items: Sequence[PushedItem], *, unsent: dict[str, int] | None, actor: Actor, uow: UnitOfWork
) -> list[dict[str, Any]]:
    """Judge the items, write them together, and return one result per item, in order.

    Raises nothing for an item; a lock, disk or connection error undoes the whole push (503 at the edge).
    """
    actor.require(Action.SYNC_PUSH, on=actor.county)
    devices = devices_by_id(uow.session, [item.device_id for item in items if item.device_id])
    deliveries = [judge(item, devices, actor, uow) for item in items]
    named = [delivery for delivery in deliveries if delivery.item.id is not None]
    try:
        with uow.session.begin_nested():
            inserted = insert_submissions(named, actor, uow)
    except WRITE_ERRORS as error:
        if not data_is_at_fault(error):
            raise
        inserted = insert_one_by_one(named, actor, uow)
    uow.lock_county(actor.county, *(delivery.county for delivery in named))
    settle(named, inserted, actor, uow)
    keep_in_inbox(deliveries, actor, uow)
    note_visit(actor, unsent, uow)
    return [delivery.result() for delivery in deliveries]


def judge(item: PushedItem, devices: dict[str, Device], actor: Actor, uow: UnitOfWork) -> Delivery:
    """Everything that can be said of an item before the transaction writes."""
    device = devices.get(item.device_id) if item.device_id else None
    author = None if device is None else author_of(device)
    county = actor.county if author is None else author.county
    refusal = refusal_of(item)
    if refusal is not None:
        return Delivery(item, author, county, refusal)
    failure = signature_failure(item, device)
    problem = quarantine_of(
        item, author, pusher_id=actor.id, signature_failure=failure, max_bytes=uow.world.settings.sync.manifest_bytes
    )
    if problem is None:
        problem = stray_position(item, county, uow)
    flags = ["unsigned"] if author is not None and not author.has_key else []
    return Delivery(item, author, county, problem, flags)


def stray_position(item: PushedItem, county: str, uow: UnitOfWork) -> Problem | None:
    """Why the position cannot be right, unless the county has registered land just there."""
    problem = implausible_position(item.fields or {})
    if problem is None:
        return None
    position = (item.fields or {})["position"]
    return None if has_land_near(uow.session, county, position["lon"], position["lat"], uow.today) else problem


def author_of(device: Device) -> Author:
    return Author(device.id, device.county, device.inspector_id, device.spki is not None, device.forked)


def signature_failure(item: PushedItem, device: Device | None) -> str | None:
    if device is None or device.spki is None or device.key_alg is None or device.key_id is None:
        return None
    key = PublicKey(alg=device.key_alg, spki=device.spki, key_id=device.key_id)
    return why_signature_fails(item.manifest.encode("utf-8", "surrogatepass"), item.signature, key)


def insert_submissions(deliveries: Sequence[Delivery], actor: Actor, uow: UnitOfWork) -> set[Key]:
    """Insert in key order what no UNIQUE constraint refuses; returns the keys that are new.

    Storable text only: a manifest that PostgreSQL text cannot hold keeps its exact bytes in the inbox.
    """
    ordered = sorted(deliveries, key=lambda delivery: delivery.key[:3])
    rows = [submission_row(delivery, actor, uow) for delivery in ordered]
    inserted = {(row[0], row[1], row[2], row[3]) for row in insert_or_skip(uow.session, Submission, rows, key=KEY)}
    seen: set[Key] = set()
    photos: list[dict[str, Any]] = []
    for delivery in ordered:
        if delivery.key in inserted and delivery.key not in seen:
            seen.add(delivery.key)
            photos.extend(photo_rows(delivery))
    if photos:
        uow.session.execute(insert(SubmissionPhoto), photos)
    return inserted


def insert_one_by_one(deliveries: Sequence[Delivery], actor: Actor, uow: UnitOfWork) -> set[Key]:
    """After a data error: each item under its own savepoint; the offender is quarantined, its neighbours stored."""
    inserted: set[Key] = set()
    for delivery in sorted(deliveries, key=lambda one: one.key):
        try:
            with uow.session.begin_nested():
                inserted |= insert_submissions([delivery], actor, uow)
        except WRITE_ERRORS as error:
            if not data_is_at_fault(error):
                raise
            delivery.problem = problems.JUDGEMENT_FAILED()
            delivery.item = replace(delivery.item, manifest="", fields=None, photo_digests=None)
            inserted |= insert_submissions([delivery], actor, uow)
    return inserted


def submission_row(delivery: Delivery, actor: Actor, uow: UnitOfWork) -> dict[str, Any]:
    item, claims = delivery.item, delivery.item.fields or {}
    position = claims.get("position") or {}
    observation = claims.get("observation") or {}
    return {
        "county": delivery.county,
        "id": item.id,
        "rev": item.rev,
        "digest": item.digest,
        "type": item.type,
        "state": "stored" if delivery.problem is None else "quarantined",
        "cause": None if delivery.problem is None else delivery.problem.kind.code,
        "manifest": storable(item.manifest),
        "signature": item.signature,
        "prev": claims.get("prev"),
        "device_id": item.device_id,
        "seq": item.seq,
        "inspector_id": None if delivery.author is None else delivery.author.inspector_id,
        "pushed_by": actor.id,
        "captured_at": claims.get("captured_at"),
        "received_at": uow.now,
        "observation_kind": observation.get("kind"),
        "lon": position.get("lon"),
        "lat": position.get("lat"),
        "flags": list(delivery.flags),
        "photos_readable": item.photo_digests is not None,
        "superseded": False,
    }


def storable(text: str) -> str:
    """The text, or, where U+0000 or a lone surrogate stands in it, an escaped form; the exact bytes are in the inbox."""
    if UNSTORABLE.search(text):
        return text.encode("unicode_escape").decode("ascii")
    return text


def photo_rows(delivery: Delivery) -> list[dict[str, Any]]:
    declared = (delivery.item.fields or {}).get("photos") or []
    kinds = {photo["digest"]: photo["kind"] for photo in declared}
    county, id_, rev, digest = delivery.key
    return [
        {
            "county": county,
            "id": id_,
            "rev": rev,
            "digest": digest,
            "ordinal": ordinal,
            "photo_digest": photo,
            "kind": kinds.get(photo, ""),
        }
        for ordinal, photo in enumerate(delivery.item.photo_digests or ())
    ]


def settle(deliveries: list[Delivery], inserted: set[Key], actor: Actor, uow: UnitOfWork) -> None:
    """Under the county lock: tell new from repeated from conflicting, place revisions in their chains, issue receipts."""
    known = refuse_conflicts(deliveries, inserted, actor, uow)
    rows = {key_of(row): row for group in known.values() for row in group}
    fresh: list[Delivery] = []
    for delivery in deliveries:
        row = rows[delivery.key]
        if delivery.key in inserted:
            inserted.discard(delivery.key)
            fresh.append(delivery)
        elif delivery.problem is None and may_be_released(row):
            if is_claimed_by_another(row, known):
                delivery.problem = problems.CONFLICTING_CONTENT()
            else:
                revive(row, delivery, actor)
            fresh.append(delivery)
        else:
            delivery.outcome = "duplicate"
    changed = settle_chains([(rows[delivery.key], delivery.problem) for delivery in fresh], known, by=actor, uow=uow)
    affected = {key_of(row): row for row in [*(rows[delivery.key] for delivery in deliveries), *changed.released]}
    standings = issue_receipts(affected.values(), uow=uow)
    for delivery in deliveries:
        row = rows[delivery.key]
        delivery.standing = standings[delivery.key]
        delivery.flags = list(row.flags)
        if delivery.outcome == "duplicate":
            delivery.current = row.state
            delivery.problem = None
        else:
            delivery.outcome = row.state
            delivery.problem = changed.problems.get(delivery.key, delivery.problem)


def refuse_conflicts(deliveries: list[Delivery], inserted: set[Key], actor: Actor, uow: UnitOfWork) -> SameId:
    """Items that were neither inserted nor known by digest meet another content under their id: kept, quarantined.

    Returns every submission of the ids at hand.
    """
    pairs = {delivery.key[:2] for delivery in deliveries}
    known = submissions_by_id(uow.session, pairs)
    present = {key_of(row) for group in known.values() for row in group}
    conflicting = [delivery for delivery in deliveries if delivery.key not in present]
    if not conflicting:
        return known
    for delivery in conflicting:
        if delivery.problem is None:
            delivery.problem = problems.CONFLICTING_CONTENT()
    inserted |= insert_submissions(conflicting, actor, uow)
    return submissions_by_id(uow.session, pairs)


def may_be_released(row: Submission) -> bool:
    return row.state == "quarantined" and row.cause in RELEASABLE


def revive(row: Submission, delivery: Delivery, actor: Actor) -> None:
    """A later delivery removed the cause: the same content is judged anew with what came now."""
    row.state, row.cause, row.flags = "stored", None, list(delivery.flags)
    row.signature = delivery.item.signature
    row.pushed_by = actor.id
    row.inspector_id = None if delivery.author is None else delivery.author.inspector_id


def keep_in_inbox(deliveries: list[Delivery], actor: Actor, uow: UnitOfWork) -> None:
    """Every item verbatim, with what became of it; the inbox is what the day's reconciliation counts."""
    rows = [
        {
            "county": actor.county,
            "id": str(uuid.uuid4()),
            "received_at": uow.now,
            "device_id": actor.device_id or "",
            "request_id": uow.origin,
            "ordinal": ordinal,
            "item": delivery.item.raw.encode("utf-8", "surrogatepass"),
            "outcome": delivery.outcome,
            "submission_id": delivery.item.id,
            "rev": delivery.item.rev,
            "digest": delivery.item.digest,
            "problem": None if delivery.problem is None else delivery.problem.as_json(),
        }
        for ordinal, delivery in enumerate(deliveries)
    ]
    if rows:
        uow.session.execute(insert(InboxItem), rows)


def keep_unreadable(body: bytes, problem: Problem, *, actor: Actor, uow: UnitOfWork) -> None:
    """A push body that is no JSON is kept as it came, as one refused item; sent again it is the same row."""
    actor.require(Action.SYNC_PUSH, on=actor.county)
    keep_body(body, problem, county=actor.county, device_id=actor.device_id or "", uow=uow)


def keep_body(body: bytes, problem: Problem, *, county: str, device_id: str, uow: UnitOfWork) -> None:
    """One refused item of these bytes; where nobody knows whose they are, county or device are empty."""
    digest = digest_of(body)
    row = {
        "county": county,
        "id": str(uuid.uuid5(INBOX_NAMES, f"{device_id} {digest}")),
        "received_at": uow.now,
        "device_id": device_id,
        "request_id": uow.origin,
        "ordinal": 0,
        "item": body,
        "outcome": "refused",
        "submission_id": None,
        "rev": None,
        "digest": digest,
        "problem": problem.as_json(),
    }
    insert_or_skip(uow.session, InboxItem, [row], key=("county", "id"))


def note_visit(actor: Actor, unsent: dict[str, int] | None, uow: UnitOfWork) -> None:
    """Remember when the phone was last heard and what it says it still holds."""
    said: dict[str, Any] = {"last_seen_at": uow.now}
    if unsent is not None:
        said |= {"unsent_reports": unsent["reports"], "unsent_photos": unsent["photos"]}
    own = (Device.county == actor.county) & (Device.id == actor.device_id)
    uow.session.execute(update(Device).where(own).values(**said))
