"""What a lead rests on, handed from the assessment to whoever registers and weighs it. Decides nothing."""

from dataclasses import dataclass

from server.domain.assessment import Assessment
from server.programmes.inputs import Sighting
from server.store.tables.registry import ParcelVersion
from server.store.tables.work import Match


@dataclass(frozen=True)
class Discovery:
    """An assessment together with what it rests on."""

    assessment: Assessment
    sighting: Sighting
    version: ParcelVersion
    decided: Match
