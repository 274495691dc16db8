"""Where a phone stands in the feed, as opaque text. Refuses a cursor that is damaged, too old, or of another epoch or person.

The text is readable JSON in base64url: a phone that forges one is shown its own scope all the same, from elsewhere.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from server import problems
from server.problems import Problem

VERSION: Final = 1
KEPT_DAYS: Final = 180
"""How long a cursor leads anywhere (protocol section 5): a phone that stayed away longer begins anew."""

PACKAGE, TASK, REPORT_STATE, CASE_NOTE, NOTICE = "package", "task", "report_state", "case_note", "notice"
ENTITIES: Final = (PACKAGE, TASK, REPORT_STATE, CASE_NOTE, NOTICE)
"""In the order of a snapshot: what a day in the field needs comes first."""

Left = tuple[str, str]
"""Entity and id of a crew or region that was left."""
Within = tuple[int, str, str]
"""Position of an event, entity and id of the last thing told of it."""


@dataclass(frozen=True)
class Scope:
    """Whose feed it is: one inspector, the crew, and the regions of both."""

    county: str
    inspector_id: str
    crew_id: str | None
    regions: tuple[str, ...]

    @property
    def cover(self) -> tuple[str, ...]:
        """The regions without those that lie in another of them."""
        return tuple(one for one in self.regions if not any(one != each and one.startswith(each) for each in self.regions))


@dataclass(frozen=True)
class Cursor:
    """Everything up to `position` was told, but for the entities in `kinds`, whose snapshot has come to `after`.

    `left` is still to be said; `within` is how far the event after `position` was told; `made_on` is a legal day.
    """

    epoch: str
    scope: Scope
    made_on: date
    position: int
    kinds: tuple[str, ...]
    after: str
    left: tuple[Left, ...]
    within: Within | None

    def text(self) -> str:
        """The cursor as a phone keeps it."""
        scope = [self.scope.county, self.scope.inspector_id, self.scope.crew_id, list(self.scope.regions)]
        value = [VERSION, self.epoch, scope, self.made_on.isoformat(), self.position, list(self.kinds), self.after]
        value += [[list(one) for one in self.left], None if self.within is None else list(self.within)]
        packed = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def read_cursor(text: str, *, epoch: str, scope: Scope, last: int, today: date) -> Cursor:
    """The cursor behind a text, for an inspector whose scope may have changed since. Raises FULL_RESYNC.

    `last` is the county's newest position: a cursor beyond it speaks of events that this database never had.
    """
    cursor = parsed(text)
    if cursor.epoch != epoch:
        raise no_way("it is of another server epoch")
    if (cursor.scope.county, cursor.scope.inspector_id) != (scope.county, scope.inspector_id):
        raise no_way("it was given to somebody else")
    if today - cursor.made_on > timedelta(days=KEPT_DAYS):
        raise no_way(f"it is older than {KEPT_DAYS} days")
    if not 0 <= cursor.position <= last:
        raise no_way("it lies beyond the newest event")
    return cursor


def parsed(text: str) -> Cursor:
    try:
        value = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        return unpacked(value)
    except (binascii.Error, ValueError, TypeError, RecursionError) as damaged:
        raise no_way("it is no cursor of this server") from damaged


def unpacked(value: Any) -> Cursor:
    """The cursor of a JSON value. Raises ValueError or TypeError for anything else."""
    version, epoch, (county, inspector_id, crew_id, regions), made_on, position, kinds, after, left, within = value
    crew = None if crew_id is None else word(crew_id)
    return Cursor(
        epoch=word(epoch),
        scope=Scope(word(county), word(inspector_id), crew, tuple(word(one) for one in regions)),
        made_on=date.fromisoformat(made_on),
        position=number(position, version),
        kinds=rest_of_snapshot(kinds),
        after=word(after),
        left=tuple((entity(kind), word(id_)) for kind, id_ in left),
        within=None if within is None else told_within(within, version),
    )


def told_within(value: Any, version: Any) -> Within:
    position, kind, id_ = value
    return number(position, version), entity(kind), word(id_)


def rest_of_snapshot(kinds: Any) -> tuple[str, ...]:
    """Some of the entities, each once and in their order: every one costs queries."""
    if kinds != [each for each in ENTITIES if each in kinds]:
        raise ValueError("no rest of a snapshot")
    return tuple(kinds)


def word(value: Any) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise TypeError("not a text")
    return value


def entity(value: Any) -> str:
    if value not in ENTITIES:
        raise ValueError("no entity of the feed")
    return str(value)


def number(value: Any, version: Any) -> int:
    if version != VERSION or isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("not a number of this version")
    return value


def no_way(reason: str) -> Problem:
    return problems.FULL_RESYNC(reason=reason)
