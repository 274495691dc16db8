"""Reclamation: failing to reclaim is handled as an offence, so the clock of a decision runs from the opening of the case."""

from typing import Final

from server.programmes.procedure import ClockStart, Step

FIRST_STEP: Final = Step(
    "decision", "责令改正并作出处理决定", "order correction and decide", "ENF-20", "decide", ClockStart.OPENED_ON
)
