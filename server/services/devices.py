"""The phones of a bureau: whose they are, when they were last heard of, and their revocation. Never gives one back.

A revoked phone keeps everything and joins again with a new code, as a new device.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select

from server import problems
from server.domain.permissions import Action, Actor, Role
from server.store.tables.organisation import Device, Region, User
from server.store.unit_of_work import UnitOfWork

LONGEST_REASON = 1000


@dataclass(frozen=True)
class PhoneListed:
    """One device as the office lists it; unsent counts are what it said last, None before it ever said."""

    id: str
    label: str
    platform: str
    app: str
    enrolled_at: datetime
    last_seen_at: datetime | None
    unsent_reports: int | None
    unsent_photos: int | None
    expires_at: datetime
    revoked_at: datetime | None
    forked: bool


@dataclass(frozen=True)
class Holder:
    """An inspector with the phones that were ever enrolled for them, those in use and the newest first."""

    id: str
    login: str
    name: str
    region: str
    region_name: str
    active: bool
    phones: tuple[PhoneListed, ...]


def list_phones(*, actor: Actor, uow: UnitOfWork) -> list[Holder]:
    """The active inspectors of the actor's scope with their phones, and whoever left with one that is not revoked."""
    actor.require(Action.DEVICE_ENROL, on=actor.region)
    inspectors = select(User).where(User.role == Role.INSPECTOR.value, User.region.startswith(actor.region))
    people = uow.session.scalars(inspectors.order_by(User.county, User.region, User.login)).all()
    phones: dict[tuple[str, str], list[Device]] = {}
    for device in uow.session.scalars(devices_of(actor).order_by(Device.enrolled_at.desc())):
        phones.setdefault((device.county, device.inspector_id), []).append(device)
    named = select(Region).where(Region.code.in_({user.region for user in people}))
    towns = {region.code: region.name for region in uow.session.scalars(named)}
    holders = [held_by(user, towns.get(user.region, ""), phones.get((user.county, user.id), [])) for user in people]
    return [one for one in holders if one.active or any(phone.revoked_at is None for phone in one.phones)]


def held_by(user: User, town: str, devices: Sequence[Device]) -> Holder:
    phones = sorted((listed(device) for device in devices), key=lambda phone: phone.revoked_at is not None)
    return Holder(user.id, user.login, user.name, user.region, town, user.active, tuple(phones))


def listed(device: Device) -> PhoneListed:
    return PhoneListed(
        id=device.id,
        label=device.label,
        platform=device.platform,
        app=" ".join(str(device.app.get(part, "")) for part in ("name", "version")).strip(),
        enrolled_at=device.enrolled_at,
        last_seen_at=device.last_seen_at,
        unsent_reports=device.unsent_reports,
        unsent_photos=device.unsent_photos,
        expires_at=device.token_expires_at,
        revoked_at=device.revoked_at,
        forked=device.forked,
    )


def revoke_devices(name: str, reason: str, *, actor: Actor, uow: UnitOfWork) -> list[Device]:
    """Revoke a device by its id, or all that an inspector (by login) has in use; their tokens end with the commit.

    Gives those it revoked: none where they were before. Raises REASON_REQUIRED, INVALID for a reason that is too long,
    DEVICE_NOT_LISTED.
    """
    actor.require(Action.DEVICE_ENROL, on=actor.region)
    named = or_(Device.id == name, (User.login == name) & Device.revoked_at.is_(None))
    devices = uow.session.scalars(devices_of(actor).where(named).order_by(Device.id)).all()
    if not devices:
        raise problems.DEVICE_NOT_LISTED(name=name)
    why = stated(reason)
    return [device for device in devices if revoked(device, why, actor, uow=uow)]


def revoke_device(device_id: str, reason: str, *, actor: Actor, uow: UnitOfWork) -> Device:
    """Revoke the device of an id; once revoked it stays as it is. Raises NOT_FOUND, REASON_REQUIRED, INVALID."""
    actor.require(Action.DEVICE_ENROL, on=actor.region)
    device = uow.session.scalar(devices_of(actor).where(Device.id == device_id))
    if device is None:
        raise problems.NOT_FOUND()
    revoked(device, stated(reason), actor, uow=uow)
    return device


def devices_of(actor: Actor) -> Select[Device]:
    """The devices of the inspectors in the actor's scope."""
    owned = select(Device).join(User, (User.county == Device.county) & (User.id == Device.inspector_id))
    return owned.where(User.region.startswith(actor.region))


def stated(reason: str) -> str:
    """The reason without blanks around it. Raises REASON_REQUIRED, INVALID."""
    reason = reason.strip()
    if not reason:
        raise problems.REASON_REQUIRED(move="revoking a phone")
    if len(reason) > LONGEST_REASON:
        raise problems.INVALID(fields={"reason": [f"at most {LONGEST_REASON} characters"]})
    return reason


def revoked(device: Device, reason: str, actor: Actor, *, uow: UnitOfWork) -> bool:
    """Whether this call revoked it."""
    if device.revoked_at is not None:
        return False
    device.revoked_at = uow.now
    uow.session.flush()
    facts = {"inspector_id": device.inspector_id, "label": device.label, "reason": reason}
    uow.record("device.revoked", county=device.county, aggregate=("device", device.id), facts=facts, by=actor)
    return True
