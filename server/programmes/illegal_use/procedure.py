"""Illegal use: the first clock after a case is opened. The later steps follow with the whole procedure."""

from typing import Final

from server.programmes.procedure import ClockStart, Step

FIRST_STEP: Final = Step("decision", "调查取证并作出处理决定", "investigate and decide", "ENF-20", "decide", ClockStart.OPENED_ON)
