"""Counting what phones sent against what became of it, per device and legal day. Changes nothing."""

from collections import defaultdict
from typing import Any

from sqlalchemy import func, select

from server.domain.permissions import Action, Actor
from server.store.submissions import arrivals
from server.store.tables.organisation import Device
from server.store.tables.sync import Submission
from server.store.unit_of_work import LEGAL_ZONE, UnitOfWork

OUTCOMES = ("stored", "duplicate", "held", "quarantined", "refused")


def reconcile(*, actor: Actor, uow: UnitOfWork) -> dict[str, Any]:
    """Items by the state they are in now (repeats counted apart), in all and per device and day of arrival; unsent counts."""
    actor.require(Action.REPORT_VIEW, on=actor.county)
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(OUTCOMES, 0))
    totals = dict.fromkeys(OUTCOMES, 0)
    for device_id, received_at, outcome, state in arrivals(uow.session, actor.county):
        now = outcome if outcome in ("duplicate", "refused") or state is None else state
        counts[device_id, received_at.astimezone(LEGAL_ZONE).date().isoformat()][now] += 1
        totals[now] += 1
    devices = {device.id: device for device in uow.session.scalars(select(Device).where(Device.county.startswith(actor.county)))}
    return {
        "totals": totals,
        "submissions": states_now(actor.county, uow=uow),
        "devices": [
            {"device_id": device_id, "label": label_of(devices.get(device_id)), "day": day, **outcomes}
            for (device_id, day), outcomes in sorted(counts.items())
        ],
        "unsent": [
            {"device_id": device.id, "label": device.label, "reports": device.unsent_reports, "photos": device.unsent_photos}
            for device in devices.values()
            if device.unsent_reports is not None
        ],
    }


def label_of(device: Device | None) -> str | None:
    return None if device is None else device.label


def states_now(county: str, *, uow: UnitOfWork) -> dict[str, int]:
    query = (
        select(Submission.state, func.count().label("number"))
        .where(Submission.county.startswith(county))
        .group_by(Submission.state)
    )
    now = {row.state: row.number for row in uow.session.execute(query)}
    return {state: now.get(state, 0) for state in ("stored", "held", "quarantined")}


def quarantined(*, actor: Actor, uow: UnitOfWork) -> list[dict[str, Any]]:
    """Every submission that waits for a person, newest first: from which phone, since when, and why."""
    actor.require(Action.REPORT_VIEW, on=actor.county)
    query = (
        select(Submission, Device.label)
        .outerjoin(Device, (Device.county == Submission.county) & (Device.id == Submission.device_id))
        .where(Submission.county.startswith(actor.county), Submission.state == "quarantined")
        .order_by(Submission.received_at.desc(), Submission.id, Submission.rev)
    )
    return [
        {
            "id": row.id,
            "rev": row.rev,
            "digest": row.digest,
            "cause": row.cause,
            "device": label or row.device_id,
            "received_at": row.received_at.astimezone(LEGAL_ZONE).isoformat(timespec="seconds"),
        }
        for row, label in uow.session.execute(query)
    ]
