"""The feed of changes to phones: a snapshot of the scope, then every change after it, at least once. Never skips a position.

The county's committed position is read before anything else, so what is told afterwards is at least as new as that position,
and events up to it are all there. A change is told with the entity as it stands now; of several, the last wins.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import select

from server.domain.permissions import Action, Actor
from server.services.pull_cursor import CASE_NOTE, ENTITIES, NOTICE, PACKAGE, TASK, Cursor, Left, Scope, read_cursor
from server.services.pull_feed import SHOWN, Ref, references
from server.services.pull_states import PAGES, STATES, States
from server.store.feed import committed_position, events_between
from server.store.tables.organisation import Crew, User
from server.store.unit_of_work import UnitOfWork

STRETCH_PER_CHANGE: Final = 4
LEAST_STRETCH: Final = 100
"""Positions looked at together: some for each change there is still room for, so that a small page reads little."""
MOST_STRETCHES: Final = 20
"""Stretches looked at in one answer: a county's busy week passes in a few, and no answer takes long."""


@dataclass
class Told:
    """The changes of one answer, each thing once, never more than asked for."""

    most: int
    changes: list[dict[str, Any]] = field(default_factory=list)
    seen: set[Ref] = field(default_factory=set)

    @property
    def room(self) -> int:
        return self.most - len(self.changes)

    def put(self, entity: str, id_: str, state: dict[str, Any] | None) -> None:
        """The thing as it stands, or gone."""
        self.seen.add((entity, id_))
        change: dict[str, Any] = {"entity": entity, "id": id_, "op": "delete" if state is None else "put"}
        self.changes.append(change if state is None else change | {"data": state})


def pull_changes(cursor: str | None, limit: int, *, actor: Actor, uow: UnitOfWork) -> dict[str, Any]:
    """At most `limit` changes after the cursor, the cursor after them, and whether there is more. Raises FULL_RESYNC."""
    actor.require(Action.SYNC_PULL, on=actor.county)
    last = committed_position(uow.session, actor.county)
    scope = scope_of(actor, uow=uow)
    at = started(scope, last, uow=uow) if cursor is None else resumed(cursor, scope, last, uow=uow)
    told = Told(limit)
    at = say_left(at, told)
    at = tell_snapshot(at, told, uow=uow)
    at = tell_changes(at, last, told, uow=uow)
    return {
        "changes": told.changes,
        "cursor": replace(at, made_on=uow.today).text(),
        "more": bool(at.left or at.kinds) or at.position < last,
    }


def scope_of(actor: Actor, *, uow: UnitOfWork) -> Scope:
    """The inspector's crew and regions as they are now."""
    inspector = uow.session.execute(
        select(User.region, User.crew_id).where(User.county == actor.county, User.id == actor.id)
    ).one()
    crew = uow.session.get(Crew, (actor.county, inspector.crew_id)) if inspector.crew_id else None
    regions = {inspector.region} | ({crew.region} if crew is not None else set())
    return Scope(actor.county, actor.id, None if crew is None else crew.id, tuple(sorted(regions)))


def started(scope: Scope, last: int, *, uow: UnitOfWork) -> Cursor:
    """The beginning: everything is still to be told as a snapshot, and after it what happens from now on."""
    return Cursor(uow.world.server_epoch, scope, uow.today, last, ENTITIES, "", (), None)


def resumed(text: str, scope: Scope, last: int, *, uow: UnitOfWork) -> Cursor:
    """Where the phone stood; a scope that changed since is first left, then entered by a snapshot of what it decides."""
    at = read_cursor(text, epoch=uow.world.server_epoch, scope=scope, last=last, today=uow.today)
    left, entered = moved_on(at.scope, scope)
    if not left and not entered and at.scope == scope:
        return at
    # What a half-told snapshot has not told yet is told whole: an entity begun in the old scope begins again.
    kinds = tuple(entity for entity in ENTITIES if entity in entered or entity in at.kinds)
    return replace(at, scope=scope, left=(*at.left, *left), kinds=kinds, after="" if kinds else at.after)


def moved_on(before: Scope, now: Scope) -> tuple[list[Left], set[str]]:
    """What was left, crew and regions, and the entities whose snapshot the new scope needs."""
    left: list[Left] = []
    entered: set[str] = set()
    if before.crew_id != now.crew_id:
        left += [(TASK, before.crew_id)] if before.crew_id is not None else []
        entered.add(TASK)
    if before.cover != now.cover:
        left += [(CASE_NOTE, region) for region in before.cover if region not in now.cover]
        entered |= {CASE_NOTE, NOTICE}
    if before.regions != now.regions:
        left += [(PACKAGE, region) for region in before.regions if region not in now.regions]
        entered.add(PACKAGE)
    return left, entered


def say_left(at: Cursor, told: Told) -> Cursor:
    """One entry for each crew and region that was left, before anything of the new scope."""
    said = at.left[: told.room]
    told.changes += [{"entity": entity, "id": id_, "op": "out_of_scope"} for entity, id_ in said]
    return replace(at, left=at.left[len(said) :])


def tell_snapshot(at: Cursor, told: Told, *, uow: UnitOfWork) -> Cursor:
    """Pages of what the scope holds, entity by entity, by id."""
    while at.kinds and told.room:
        entity, *rest = at.kinds
        count = told.room
        ids = PAGES[entity](at.scope, at.after, count, uow=uow)
        states = STATES[entity](ids, at.scope, uow=uow)
        for id_ in ids:
            if id_ in states:
                told.put(entity, id_, states[id_])
        at = replace(at, after=ids[-1]) if len(ids) == count else replace(at, kinds=tuple(rest), after="")
    return at


def tell_changes(at: Cursor, last: int, told: Told, *, uow: UnitOfWork) -> Cursor:
    """Every change after the cursor's position, in the order of positions, until the answer is full or the county's last."""
    for _ in range(MOST_STRETCHES):
        if at.kinds or at.left or at.position >= last or not told.room:
            break
        stretch = max(LEAST_STRETCH, STRETCH_PER_CHANGE * told.room)
        at = tell_stretch(at, min(at.position + stretch, last), told, uow=uow)
    return at


def tell_stretch(at: Cursor, end: int, told: Told, *, uow: UnitOfWork) -> Cursor:
    """The changes of one stretch; an answer that fills up within an event remembers how far it told of it."""
    events = references(events_between(uow.session, at.scope.county, at.position, end, SHOWN), at.scope, uow=uow)
    states = states_of({ref for _, refs in events for ref in refs}, at.scope, uow=uow)
    for position, refs in events:
        within = at.within if at.within is not None and at.within[0] == position else None
        for entity, id_ in refs:
            if (within is not None and (entity, id_) <= within[1:]) or (entity, id_) in told.seen:
                continue
            if id_ not in states[entity]:
                continue
            if not told.room:
                return replace(at, position=position - 1, within=within)
            told.put(entity, id_, states[entity][id_])
            within = (position, entity, id_)
    return replace(at, position=end, within=None)


def states_of(refs: set[Ref], scope: Scope, *, uow: UnitOfWork) -> dict[str, States]:
    """The state of everything referred to, by entity."""
    wanted: dict[str, set[str]] = {}
    for entity, id_ in refs:
        wanted.setdefault(entity, set()).add(id_)
    return {entity: STATES[entity](ids, scope, uow=uow) for entity, ids in wanted.items()}
