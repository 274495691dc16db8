"""The life of a lead, and when a case may be opened. A machine registers leads; every other move is a person's."""

from enum import StrEnum
from typing import Final

from server import problems


class LeadStatus(StrEnum):
    OPEN = "open"
    VERIFIED = "verified"
    DISMISSED = "dismissed"
    ROUTED_OUT = "routed_out"
    CASE_OPENED = "case_opened"


COLLECTING: Final = frozenset({LeadStatus.OPEN, LeadStatus.VERIFIED, LeadStatus.CASE_OPENED})
"""Statuses in which later evidence of the same matter joins the lead instead of making another."""
COLLECTING_ELSEWHERE: Final = COLLECTING | {LeadStatus.ROUTED_OUT}
"""The same for evidence of a matter that belongs to another office: told once, not once a patrol."""

MOVES: Final[dict[tuple[LeadStatus, str], LeadStatus]] = {
    (LeadStatus.OPEN, "verify"): LeadStatus.VERIFIED,
    (LeadStatus.OPEN, "dismiss"): LeadStatus.DISMISSED,
    (LeadStatus.VERIFIED, "dismiss"): LeadStatus.DISMISSED,
    (LeadStatus.VERIFIED, "open_case"): LeadStatus.CASE_OPENED,
    (LeadStatus.OPEN, "route_out"): LeadStatus.ROUTED_OUT,
    (LeadStatus.VERIFIED, "route_out"): LeadStatus.ROUTED_OUT,
}


def moved(status: str, move: str) -> LeadStatus:
    """The status after the move. Raises MOVE_NOT_ALLOWED."""
    found = MOVES.get((LeadStatus(status), move))
    if found is None:
        raise problems.MOVE_NOT_ALLOWED(move=move, state=status)
    return found


def moves_from(status: str) -> tuple[str, ...]:
    """The moves that the status allows, in the order of the table."""
    return tuple(move for (origin, move) in MOVES if origin == status)
