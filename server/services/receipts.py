"""Receipts: what the server has, said in signed words after it is durable. Issues none for what it does not hold."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from server.domain.permissions import Action, Actor
from server.store.submissions import (
    Key,
    declared_photos,
    held_photos,
    newest_receipts,
    submissions_by_id,
)
from server.store.tables.sync import Receipt, Submission
from server.store.unit_of_work import UnitOfWork

Signed = dict[str, Any]


@dataclass(frozen=True)
class Standing:
    """How a submission stands: photos declared, those missing for its author and pusher, and the receipt in force."""

    declared: int
    missing: list[str]
    receipt: Signed | None


def key_of(row: Submission) -> Key:
    return (row.county, row.id, row.rev, row.digest)


def issue_receipts(rows: Iterable[Submission], *, uow: UnitOfWork) -> dict[Key, Standing]:
    """The standing of each submission, with a new receipt where the one in force is none or says too little.

    The counties must be locked: what is missing is decided after all writers before us.
    """
    wanted = list(rows)
    keys = [key_of(row) for row in wanted]
    declared = declared_photos(uow.session, keys)
    missing = missing_photos(wanted, declared, uow=uow)
    in_force = newest_receipts(uow.session, keys, uow.world.server_epoch)
    fresh: list[dict[str, Any]] = []
    standings: dict[Key, Standing] = {}
    for row in wanted:
        key = key_of(row)
        known = in_force.get(key)
        if known is not None and known.state == "complete":
            missing[key] = []  # The bytes are held; who brings the manifest again does not change that.
        state = "complete" if row.photos_readable and not missing[key] else "received"
        if known is None or (state == "complete" and known.state == "received"):
            fresh.append(new_receipt(row, state, len(declared[key]), len(declared[key]) - len(missing[key]), uow=uow))
            signed = {"payload": fresh[-1]["payload"], "signature": fresh[-1]["signature"]}
        else:
            signed = {"payload": known.payload, "signature": known.signature}
        standings[key] = Standing(len(declared[key]), missing[key], signed)
    if fresh:
        uow.session.execute(insert(Receipt), fresh)
    return standings


def new_receipt(row: Submission, state: str, declared: int, stored: int, *, uow: UnitOfWork) -> dict[str, Any]:
    """One receipt; its event's text is the signed payload itself, so that its holder can prove inclusion."""
    payload = ""

    def payload_at(position: int) -> str:
        nonlocal payload
        payload = json.dumps(statement(row, state, declared, stored, position, uow=uow), separators=(",", ":"))
        return payload

    position = uow.record(
        f"receipt.{state}",
        county=row.county,
        aggregate=(row.type, row.id),
        facts={"report_id": row.id, "rev": row.rev, "digest": row.digest},
        by="server",
        body=payload_at,
    )
    return {
        "county": row.county,
        "id": row.id,
        "rev": row.rev,
        "digest": row.digest,
        "epoch": uow.world.server_epoch,
        "state": state,
        "payload": payload,
        "signature": uow.world.keys.receipt.sign(payload),
        "position": position,
    }


def statement(row: Submission, state: str, declared: int, stored: int, position: int, *, uow: UnitOfWork) -> dict[str, Any]:
    """What a receipt says (protocol section 3); `position` is that of its own event."""
    return {
        "id": row.id,
        "rev": row.rev,
        "digest": row.digest,
        "state": state,
        "photos": {"declared": declared, "stored": stored},
        "county": row.county,
        "server_time": uow.now.isoformat(),
        "server_epoch": uow.world.server_epoch,
        "log_id": uow.world.log_id(row.county),
        "log_index": position - 1,
    }


def missing_photos(rows: list[Submission], declared: dict[Key, list[str]], *, uow: UnitOfWork) -> dict[Key, list[str]]:
    """Photo digests that neither the author nor the pusher has uploaded, per submission, in declared order."""
    by_county: dict[str, set[str]] = {}
    for row in rows:
        by_county.setdefault(row.county, set()).update(declared[key_of(row)])
    holders = {county: held_photos(uow.session, county, digests) for county, digests in by_county.items()}
    missing: dict[Key, list[str]] = {}
    for row in rows:
        ours = {row.inspector_id, row.pushed_by}
        key = key_of(row)
        missing[key] = [photo for photo in dict.fromkeys(declared[key]) if not holders[row.county].get(photo, set()) & ours]
    return missing


def look_up_receipts(questions: list[dict[str, Any]], *, actor: Actor, uow: UnitOfWork) -> list[dict[str, Any]]:
    """Answer /receipts: the newest receipt of this epoch for own reports; others' reports are not known here."""
    actor.require(Action.SYNC_PUSH, on=actor.county)
    uow.lock_county(actor.county)
    found = submissions_by_id(uow.session, {(actor.county, str(question["id"])) for question in questions})
    chosen = [pick(found.get((actor.county, str(question["id"])), []), question, actor) for question in questions]
    standings = issue_receipts({key_of(row): row for row in chosen if row is not None}.values(), uow=uow)
    return [
        answer(question, row, None if row is None else standings[key_of(row)])
        for question, row in zip(questions, chosen, strict=True)
    ]


def pick(rows: list[Submission], question: dict[str, Any], actor: Actor) -> Submission | None:
    """The submission asked for: of the digest if one is named, else the one that claims the revision."""
    own = [row for row in rows if row.rev == question["rev"] and actor.id in (row.inspector_id, row.pushed_by)]
    if "digest" in question:
        return next((row for row in own if row.digest == question["digest"]), None)
    claiming = [row for row in own if row.state in ("stored", "held")]
    return next(iter(claiming or own), None)


def answer(question: dict[str, Any], row: Submission | None, standing: Standing | None) -> dict[str, Any]:
    return {
        "id": str(question["id"]),
        "rev": question["rev"],
        "known": row is not None,
        "current": None if row is None else row.state,
        "missing": [] if standing is None else standing.missing,
        "receipt": None if standing is None else standing.receipt,
    }
