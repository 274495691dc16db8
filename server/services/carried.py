"""What a carried queue brings, received as if its phone had come itself. Trusts no word about who wrote it but keys and devices.

Reports go through `receive_push`, photos through the uploads, so that outcomes, receipts and jobs are those of a push.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select

from server import problems
from server.domain.envelope import PushedItem
from server.domain.permissions import Action, Actor, Role
from server.keys.signatures import PublicKey, why_signature_fails
from server.problems import Problem
from server.services.push import keep_body, receive_push
from server.services.receipts import look_up_receipts
from server.services.uploads import append_chunk, create_upload
from server.store.submissions import devices_by_id
from server.store.tables.organisation import Device, User
from server.store.tables.sync import PhotoHolder, Submission, SubmissionPhoto
from server.store.unit_of_work import UnitOfWork

RECEIPTS_AT_ONCE = 500
DEVICES_AT_ONCE = 500
# A manifest stands as a text within the JSON, so its own quotes are written with a backslash.
NAMED_DEVICE = re.compile(rb'device_id\\?"\s*:\s*\\?"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})')


@dataclass(frozen=True)
class Carrier:
    """An inspector's phone that a queue stands for, the places of its items in the queue, and whether its proof verified."""

    actor: Actor
    places: tuple[int, ...]
    proven: bool


def carriers_of(
    file: str, items: Sequence[PushedItem], enrolments: Sequence[dict[str, Any]], *, actor: Actor, uow: UnitOfWork
) -> list[Carrier]:
    """Whose queue it is: the phone of a verified enrolment; without one each inspector whose devices the manifests name.

    Raises FORBIDDEN, and CARRIED_FILE when no phone enrolled here is named at all, or one without a key and no proof.
    """
    actor.require(Action.CARRIED_IMPORT, on=actor.county)
    devices = devices_by_id(uow.session, [item.device_id for item in items if item.device_id])
    proven = next((found for each in enrolments if (found := proven_device(each, uow)) is not None), None)
    if proven is not None:
        return [Carrier(as_inspector(proven, uow), tuple(range(len(items))), proven=True)]
    writers = {(device.county, device.inspector_id): device for device in devices.values()}
    if not writers:
        raise problems.CARRIED_FILE(file=file, reason="it names no phone that is enrolled here")
    # A push proves the inspector by a token, a signed manifest by its key: here there would be neither.
    if any(device.spki is None for device in devices.values()):
        raise problems.CARRIED_FILE(
            file=file, reason="a phone without a key wrote some of it, and no enrolment proves whose it is"
        )
    first = next(iter(writers))
    places: dict[tuple[str, str], list[int]] = {writer: [] for writer in writers}
    for place, item in enumerate(items):
        device = devices.get(item.device_id or "")
        places[first if device is None else (device.county, device.inspector_id)].append(place)
    return [Carrier(as_inspector(device, uow), tuple(places[writer]), proven=False) for writer, device in writers.items()]


def keep_unreadable_queue(content: bytes, problem: Problem, *, actor: Actor, uow: UnitOfWork) -> None:
    """A push.json that cannot be read, kept as it came as one refused item; brought again it is the same row.

    It is put down to the first device enrolled here that its bytes name; without one to the only bureau there is, if
    there is only one, and else to nobody.
    """
    actor.require(Action.CARRIED_IMPORT, on=actor.county)
    named = [each.decode("ascii") for each in dict.fromkeys(NAMED_DEVICE.findall(content))]
    known: dict[str, Device] = {}
    for start in range(0, len(named), DEVICES_AT_ONCE):
        known |= devices_by_id(uow.session, named[start : start + DEVICES_AT_ONCE])
    device = next((known[each] for each in named if each in known), None)
    if device is not None:
        keep_body(content, problem, county=device.county, device_id=device.id, uow=uow)
        return
    counties = uow.session.scalars(select(User.county).distinct().limit(2)).all()
    keep_body(content, problem, county=counties[0] if len(counties) == 1 else "", device_id="", uow=uow)


def proven_device(enrolment: dict[str, Any], uow: UnitOfWork) -> Device | None:
    """The device that an enrolment signed by this server names; None for another server's, a changed or a forgotten one."""
    own = uow.world.keys.receipt
    key = PublicKey(alg="Ed25519", spki=own.spki, key_id=own.key_id)
    payload = enrolment["payload"]
    if why_signature_fails(payload.encode("utf-8", "surrogatepass"), enrolment["signature"], key) is not None:
        return None
    device_id = str(json.loads(payload).get("device_id"))
    return devices_by_id(uow.session, [device_id]).get(device_id)


def as_inspector(device: Device, uow: UnitOfWork) -> Actor:
    """The inspector as the phone would act. A phone that was revoked since, or whose token ended, still brings what it holds."""
    inspector = uow.session.get_one(User, (device.county, device.inspector_id))
    return Actor(
        id=inspector.id,
        name=inspector.name,
        role=Role.INSPECTOR,
        county=device.county,
        region=device.county,
        device_id=device.id,
    )


def receive_carried(items: Sequence[PushedItem], carrier: Actor, *, actor: Actor, uow: UnitOfWork) -> list[dict[str, Any]]:
    """Some items of a queue, no more than a push may have; one result each, in order."""
    actor.require(Action.CARRIED_IMPORT, on=carrier.county)
    return receive_push(items, unsent=None, actor=carrier, uow=uow)


def awaits_photo(digest: str, carrier: Actor, *, actor: Actor, uow: UnitOfWork) -> bool:
    """Whether a report that the inspector wrote or brought declares the photo."""
    actor.require(Action.CARRIED_IMPORT, on=carrier.county)
    same = (
        (Submission.county == SubmissionPhoto.county)
        & (Submission.id == SubmissionPhoto.id)
        & (Submission.rev == SubmissionPhoto.rev)
        & (Submission.digest == SubmissionPhoto.digest)
    )
    declares = select(Submission.id).join(SubmissionPhoto, same)
    declares = declares.where(
        SubmissionPhoto.county == carrier.county,
        SubmissionPhoto.photo_digest == digest,
        or_(Submission.inspector_id == carrier.id, Submission.pushed_by == carrier.id),
    )
    return uow.session.execute(declares.limit(1)).first() is not None


def holds_photo(digest: str, carrier: Actor, *, actor: Actor, uow: UnitOfWork) -> bool:
    """Whether the inspector's bytes of this photo are here already."""
    actor.require(Action.CARRIED_IMPORT, on=carrier.county)
    return uow.session.get(PhotoHolder, (carrier.county, digest, carrier.id)) is not None


def bring_photo(digest: str, content: Path, media_type: str, carrier: Actor, *, actor: Actor, uow: UnitOfWork) -> None:
    """A photo's bytes on the path of an upload: read back from storage, hashed again, receipts completed.

    Raises TOO_LARGE, UPLOAD_LENGTH, DIGEST_MISMATCH.
    """
    actor.require(Action.CARRIED_IMPORT, on=carrier.county)
    length = content.stat().st_size
    begun = create_upload(digest=digest, length=length, filetype=media_type, metadata="", actor=carrier, uow=uow)
    uow.session.flush()
    if begun.offset < length and append_chunk(begun.id, offset=0, chunk=content, actor=carrier, uow=uow).dead:
        raise problems.DIGEST_MISMATCH()


def standing_of(results: Sequence[dict[str, Any]], carrier: Actor, *, actor: Actor, uow: UnitOfWork) -> list[dict[str, Any]]:
    """The results as they stand now that the photos are there: the newest receipt, what is missing, where each item is."""
    actor.require(Action.CARRIED_IMPORT, on=carrier.county)
    named = [result for result in results if result["outcome"] != "refused"]
    answers: list[dict[str, Any]] = []
    for start in range(0, len(named), RECEIPTS_AT_ONCE):
        some = named[start : start + RECEIPTS_AT_ONCE]
        questions = [{"id": each["id"], "rev": each["rev"], "digest": each["digest"]} for each in some]
        answers += look_up_receipts(questions, actor=carrier, uow=uow)
    now = {(each["id"], each["digest"]): answer for each, answer in zip(named, answers, strict=True)}
    return [result | standing(now.get((result["id"], result["digest"]))) for result in results]


def standing(answer: dict[str, Any] | None) -> dict[str, Any]:
    if answer is None or not answer["known"]:
        return {}
    return {"current": answer["current"], "missing": answer["missing"], "receipt": answer["receipt"]}
