"""Enrolling phones: one code, one device, one inspector. A lost reply burns nothing; a used code with another key is refused."""

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from server import problems
from server.domain.permissions import Action, Actor, Role
from server.keys.carry import carry_recipient
from server.keys.codes import new_code, spelt
from server.keys.passwords import new_token, token_hash
from server.keys.signatures import public_key
from server.services.region_names import region_names
from server.settings import SyncLimits
from server.store.tables.organisation import Crew, Device, EnrolmentCode, User
from server.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Enrolment:
    """What a phone says of itself when it enrols."""

    code: str
    label: str
    platform: str
    app: dict[str, str]
    public_key: dict[str, str] | None


def issue_code(login: str, *, actor: Actor, uow: UnitOfWork) -> dict[str, Any]:
    """A fresh enrolment code for an active inspector. Raises USER_UNKNOWN, NOT_AN_INSPECTOR."""
    inspector = uow.session.scalar(select(User).where(User.login == login, User.active))
    if inspector is None:
        raise problems.USER_UNKNOWN(login=login)
    if inspector.role != Role.INSPECTOR.value:
        raise problems.NOT_AN_INSPECTOR(login=login, role=inspector.role)
    actor.require(Action.DEVICE_ENROL, on=inspector.region)
    return fresh_code(inspector, actor, uow=uow)


def issue_code_to(inspector_id: str, *, actor: Actor, uow: UnitOfWork) -> dict[str, Any]:
    """A fresh enrolment code for an active inspector of the actor's scope, by id. Raises FORBIDDEN, NOT_FOUND."""
    actor.require(Action.DEVICE_ENROL, on=actor.region)
    inspector = uow.session.get(User, (actor.county, inspector_id))
    if inspector is None or not inspector.active or inspector.role != Role.INSPECTOR.value:
        raise problems.NOT_FOUND()
    actor.require(Action.DEVICE_ENROL, on=inspector.region)
    return fresh_code(inspector, actor, uow=uow)


def fresh_code(inspector: User, actor: Actor, *, uow: UnitOfWork) -> dict[str, Any]:
    """The code itself is returned once and kept only hashed."""
    code = new_code()
    expires_at = uow.now + timedelta(hours=uow.world.settings.sync.code_hours)
    uow.session.add(
        EnrolmentCode(code_hash=code_hash(code), county=inspector.county, inspector_id=inspector.id, expires_at=expires_at)
    )
    uow.record(
        "enrolment_code.issued",
        county=inspector.county,
        aggregate=("user", inspector.id),
        facts={"expires_at": expires_at.isoformat()},
        by=actor,
    )
    return {"code": code, "inspector": inspector.login, "name": inspector.name, "expires_at": expires_at.isoformat()}


def enrol_device(enrolment: Enrolment, *, uow: UnitOfWork) -> dict[str, Any]:
    """Trade a code for a device id and token. Raises ENROLMENT_CODE_INVALID, INVALID for a key that is none."""
    key = read_key(enrolment)
    claim = claim_code(enrolment.code, "none" if key is None else key["key_id"], uow=uow)
    inspector = uow.session.get(User, (claim.county, claim.inspector_id))
    if inspector is None or not inspector.active:
        raise problems.ENROLMENT_CODE_INVALID()
    token = new_token()
    device = uow.session.get(Device, (claim.county, claim.device_id))
    if device is not None and device.revoked_at is not None:
        raise problems.ENROLMENT_CODE_INVALID()
    if device is None:
        device = new_device(claim, inspector, enrolment, key, uow)
    device.token_hash = token_hash(token)
    device.token_expires_at = uow.now + timedelta(days=uow.world.settings.sync.token_days)
    uow.session.flush()
    uow.record(
        "device.enrolled",
        county=device.county,
        aggregate=("device", device.id),
        facts={"inspector_id": inspector.id, "key_id": device.key_id, "label": device.label},
        by=inspector.id,
    )
    return {
        "device_id": device.id,
        "token": token,
        "county": device.county,
        **session_facts(inspector, uow=uow),
        "enrolment": signed_enrolment(device, inspector, uow=uow),
        "carry_recipient": carry_recipient(uow.world.settings.data_dir / "keys"),
    }


def read_key(enrolment: Enrolment) -> dict[str, str] | None:
    if enrolment.public_key is None:
        return None
    try:
        key = public_key(enrolment.public_key["alg"], enrolment.public_key["spki"])
    except ValueError as error:
        raise problems.INVALID(fields={"public_key": [str(error)]}) from error
    return {"alg": key.alg, "spki": key.spki, "key_id": key.key_id}


def claim_code(code: str, key_id: str, *, uow: UnitOfWork) -> EnrolmentCode:
    """The code's row, bound to this key by one UPDATE so that two phones can never both win."""
    hashed = code_hash(code)
    free = EnrolmentCode.used_key.is_(None) | (EnrolmentCode.used_key == key_id if key_id != "none" else False)
    bound = uow.session.execute(
        update(EnrolmentCode)
        .where(EnrolmentCode.code_hash == hashed, EnrolmentCode.expires_at > uow.now, free)
        .values(used_key=key_id)
        .returning(EnrolmentCode.county)
    ).first()
    if bound is None:
        raise problems.ENROLMENT_CODE_INVALID()
    claim = uow.session.get_one(EnrolmentCode, hashed, populate_existing=True)
    if claim.device_id is None:
        claim.device_id = str(uuid.uuid4())
    return claim


def code_hash(code: str) -> str:
    """The same for every way in which a person may type the code."""
    return token_hash(spelt(code))


def new_device(
    claim: EnrolmentCode, inspector: User, enrolment: Enrolment, key: dict[str, str] | None, uow: UnitOfWork
) -> Device:
    device = Device(
        county=claim.county,
        id=claim.device_id or "",
        inspector_id=inspector.id,
        label=enrolment.label,
        platform=enrolment.platform,
        app=enrolment.app,
        key_alg=None if key is None else key["alg"],
        spki=None if key is None else key["spki"],
        key_id=None if key is None else key["key_id"],
        enrolled_at=uow.now,
    )
    uow.session.add(device)
    return device


def signed_enrolment(device: Device, inspector: User, *, uow: UnitOfWork) -> dict[str, Any]:
    """What a restored server can relearn the device from: who, which key, since when, in the server's own words."""
    payload = json.dumps(
        {
            "device_id": device.id,
            "key_id": device.key_id,
            "alg": device.key_alg,
            "spki": device.spki,
            "inspector_id": inspector.id,
            "county": device.county,
            "day": uow.now.date().isoformat(),
            "server_epoch": uow.world.server_epoch,
        },
        separators=(",", ":"),
    )
    return {"payload": payload, "signature": uow.world.keys.receipt.sign(payload)}


def session_facts(inspector: User, *, uow: UnitOfWork) -> dict[str, Any]:
    """What enrolment and /session both tell a phone."""
    crew = None if inspector.crew_id is None else uow.session.get(Crew, (inspector.county, inspector.crew_id))
    regions = sorted({inspector.region} | ({crew.region} if crew is not None else set()))
    return {
        "inspector": {"id": inspector.id, "name": inspector.name, "certificate_no": inspector.certificate_no},
        "crew": None if crew is None else crew.name,
        "regions": regions,
        "region_names": region_names(regions, uow=uow),
        "limits": limits_of(uow.world.settings.sync),
        "server_keys": uow.world.keys.public(),
        "server_epoch": uow.world.server_epoch,
    }


def limits_of(limits: SyncLimits) -> dict[str, int]:
    return {
        "push_bytes": limits.push_bytes_on_wire,
        "push_inflated_bytes": limits.push_bytes_inflated,
        "push_items": limits.push_items,
        "manifest_bytes": limits.manifest_bytes,
        "note_characters": limits.note_characters,
        "photo_bytes": limits.photo_bytes,
        "video_bytes": limits.video_bytes,
        "chunk_bytes": limits.chunk_bytes,
    }


def open_session(*, actor: Actor, uow: UnitOfWork) -> dict[str, Any]:
    """What a phone asks first: who am I, where, under which limits, keys and epoch; the keys signed by one it trusts."""
    actor.require(Action.SYNC_PUSH, on=actor.county)
    device = uow.session.get_one(Device, (actor.county, actor.device_id))
    inspector = uow.session.get_one(User, (actor.county, actor.id))
    facts = session_facts(inspector, uow=uow)
    payload = json.dumps({"server_keys": facts["server_keys"], "server_epoch": facts["server_epoch"]}, separators=(",", ":"))
    return {
        **facts,
        "server_keys_signed": {"payload": payload, "signature": uow.world.keys.receipt.sign(payload)},
        "server_time": uow.now,
        "checkpoint": None,
        "reenrol": device.forked,
    }


def device_actor(token: str, *, uow: UnitOfWork) -> Actor:
    """The inspector behind a bearer token. Raises UNAUTHENTICATED, DEVICE_REVOKED or TOKEN_EXPIRED."""
    device = uow.session.scalar(select(Device).where(Device.token_hash == token_hash(token)))
    if device is None:
        raise problems.UNAUTHENTICATED()
    if device.revoked_at is not None:
        raise problems.DEVICE_REVOKED()
    if device.token_expires_at <= uow.now:
        raise problems.TOKEN_EXPIRED()
    inspector = uow.session.get(User, (device.county, device.inspector_id))
    if inspector is None or not inspector.active:
        raise problems.DEVICE_REVOKED()
    return Actor(
        id=inspector.id,
        name=inspector.name,
        role=Role(inspector.role),
        county=device.county,
        region=device.county,
        device_id=device.id,
    )
