"""Idle land: the first step after a case is opened. The later steps follow with the whole procedure."""

from typing import Final

from server.programmes.procedure import ClockStart, Step

FIRST_STEP: Final = Step(
    "investigation_notice", "发出《闲置土地调查通知书》", "send the investigation notice", "IDLE-10", None, ClockStart.FOUND_ON
)
