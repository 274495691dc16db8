"""What the law says about the evidence on one day. An assessment is an opinion of the machine; people decide."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from server.domain.citation import Citation


class Programme(StrEnum):
    IDLE_LAND = "idle_land"
    ILLEGAL_USE = "illegal_use"
    RECLAMATION = "reclamation"


class Finding(StrEnum):
    """FALLS_SHORT raises or feeds a lead; ROUTED_OUT belongs to another office; UNCERTAIN wants a person; MET is fine."""

    MET = "met"
    FALLS_SHORT = "falls_short"
    ROUTED_OUT = "routed_out"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class Assessment:
    """One programme's answer for one parcel on one day.

    `matter` is the kind of lead (`not_started`, `occupation`, `temporary_land_overdue` …), `reason` states in order what
    was compared with what (Chinese and English sentences), `facts` are the inputs needed to compute it again (JSON values;
    areas in m², money in fen, days as ISO dates). `actor` names the party when the duty or the report names one.
    """

    programme: Programme
    matter: str
    finding: Finding
    on: date
    reason_zh: str
    reason_en: str
    citations: tuple[Citation, ...]
    facts: dict[str, Any]
    actor: str | None
    area_m2: float | None
    since: date | None
