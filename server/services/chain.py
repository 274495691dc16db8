"""Placing revisions and sequence numbers: held until the predecessor is stored, forks and gaps flagged, progress applied."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from server import problems
from server.domain.envelope import Known, is_claimed, place_in_chain
from server.domain.permissions import Actor
from server.problems import Problem
from server.services.receipts import key_of
from server.services.tasks import apply_progress
from server.store.submissions import Key, SameId, mark_superseded, sequence_numbers
from server.store.tables.organisation import Device
from server.store.tables.sync import Submission
from server.store.unit_of_work import UnitOfWork

CHAIN_GAP = "chain-gap"
DEVICE_FORK = "device-fork"


@dataclass
class Settled:
    """Problems found under the lock, and held revisions that a stored predecessor set free."""

    problems: dict[Key, Problem] = field(default_factory=dict)
    released: list[Submission] = field(default_factory=list)


def settle_chains(
    fresh: list[tuple[Submission, Problem | None]],
    known: SameId,
    *,
    by: Actor,
    uow: UnitOfWork,
) -> Settled:
    """Give each fresh submission its final state and record it; ascending revisions, so that a batch settles at once."""
    settled = Settled()
    proven = [row for row, problem in fresh if problem is None or problem.kind is problems.CONFLICTING_CONTENT]
    flag_sequences(proven, settled, by, uow)
    for row, problem in sorted(fresh, key=lambda pair: (pair[0].county, pair[0].id, pair[0].rev)):
        found = problem or settled.problems.get(key_of(row))
        if found is None and row.type == "report":
            row.state, found = place_in_chain(row.rev, row.prev, others(row, known))
        if found is not None:
            row.state, row.cause = "quarantined", found.kind.code
            settled.problems[key_of(row)] = found
        record_state(row, by, uow)
        if row.state == "stored":
            take_effect(row, known, settled, by, uow)
    return settled


def others(row: Submission, known: SameId) -> list[Known]:
    """Every other submission of the row's id, as the domain sees it."""
    same_id = known[row.county, row.id]
    return [Known(other.type, other.rev, other.digest, other.state) for other in same_id if other is not row]


def is_claimed_by_another(row: Submission, known: SameId) -> bool:
    """Whether another content claims the row's revision, so that it can never be released."""
    return is_claimed(row.rev, others(row, known))


def record_state(row: Submission, by: Actor, uow: UnitOfWork, *, type_: str | None = None) -> None:
    uow.record(
        type_ or f"{row.type}.{row.state}",
        county=row.county,
        aggregate=(row.type, row.id),
        facts={"report_id": row.id, "rev": row.rev, "digest": row.digest, "cause": row.cause, "flags": list(row.flags)},
        by=by,
    )


def take_effect(row: Submission, known: SameId, settled: Settled, by: Actor, uow: UnitOfWork) -> None:
    """What a newly stored submission sets in motion: progress on its task, older revisions superseded, held ones released."""
    if row.type == "task_progress":
        flag = apply_progress(row, by=by, uow=uow)
        if flag is not None:
            row.flags = [*row.flags, flag]
        return
    newest = row
    while True:
        held = next((one for one in known[row.county, row.id] if one.rev == newest.rev + 1 and one.state == "held"), None)
        if held is None or not release(held, newest, settled, by, uow):
            break
        newest = held
    if newest.rev > 1:
        mark_superseded(uow.session, row.county, row.id, newest.rev)


def release(held: Submission, before: Submission, settled: Settled, by: Actor, uow: UnitOfWork) -> bool:
    """Judge a held revision by its predecessor, now stored: released, or quarantined where the chain is broken."""
    fits = held.prev == before.digest
    held.state, held.cause = ("stored", None) if fits else ("quarantined", problems.PREV_MISMATCH.code)
    record_state(held, by, uow, type_="report.released" if fits else None)
    settled.released.append(held)
    return fits


def flag_sequences(rows: list[Submission], settled: Settled, by: Actor, uow: UnitOfWork) -> None:
    """chain-gap where the device's number before is unknown (until it comes); device-fork where two contents claim one."""
    by_device: dict[tuple[str, str], list[Submission]] = defaultdict(list)
    for row in rows:
        if row.device_id is not None and row.seq is not None:
            by_device[row.county, row.device_id].append(row)
    for (county, device_id), group in sorted(by_device.items()):
        numbers = {(row.seq or 0) + step for row in group for step in (-1, 0, 1)}
        present = sequence_numbers(uow.session, county, device_id, numbers)
        first_claim: dict[int, Submission] = {}
        for row in sorted(group, key=lambda one: (one.seq or 0, one.rev)):
            seq = row.seq or 0
            rivals = [other for other in present.get(seq, []) if other is not row and is_before(other, row, group, first_claim)]
            first_claim.setdefault(seq, row)
            close_gap(present.get(seq + 1, []))
            if rivals:
                fork(row, rivals, device_id, settled, by, uow)
            elif seq > 1 and not present.get(seq - 1):
                row.flags = [*row.flags, CHAIN_GAP]


def close_gap(later: list[Submission]) -> None:
    """What came before these has arrived after all: the flag would raise a false alarm for ever."""
    for row in later:
        if CHAIN_GAP in row.flags:
            row.flags = [flag for flag in row.flags if flag != CHAIN_GAP]


def is_before(other: Submission, row: Submission, group: list[Submission], first_claim: dict[int, Submission]) -> bool:
    """Whether `other` claimed the number first: an earlier push, or earlier in this one."""
    in_this_push = any(other is one for one in group)
    return not in_this_push or first_claim.get(row.seq or 0) is other


def fork(row: Submission, rivals: list[Submission], device_id: str, settled: Settled, by: Actor, uow: UnitOfWork) -> None:
    """Both are kept: the later is quarantined, the earlier flagged, the device asked to enrol again."""
    settled.problems[key_of(row)] = problems.DEVICE_FORK(seq=row.seq)
    for one in (row, *rivals):
        if DEVICE_FORK not in one.flags:
            one.flags = [*one.flags, DEVICE_FORK]
    device = uow.session.get(Device, (row.county, device_id))
    if device is not None and not device.forked:
        device.forked = True
        facts: dict[str, Any] = {"seq": row.seq, "first": rivals[0].digest, "second": row.digest}
        uow.record("device.forked", county=row.county, aggregate=("device", device_id), facts=facts, by=by)
