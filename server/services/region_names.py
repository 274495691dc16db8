"""What a place is called, as its people say it: a village with its town before it. Names nothing that the register does not."""

from collections.abc import Iterable

from sqlalchemy import select

from server.store.tables.organisation import Region
from server.store.unit_of_work import UnitOfWork

TOWN_DIGITS = 9
ABOVE = (12, 9, 6)
"""Lengths of codes of village, town and county: a place that is not in the register is called after what it lies in."""


def region_names(codes: Iterable[str], *, uow: UnitOfWork) -> dict[str, str]:
    """Names by code; a code of which the register knows nothing, nor of what lies above it, is left out."""
    wanted = sorted(set(codes))
    above = {code: [code, *(code[:digits] for digits in ABOVE if digits < len(code))] for code in wanted}
    query = select(Region.code, Region.name).where(Region.code.in_({each for line in above.values() for each in line}))
    names: dict[str, str] = {row.code: row.name for row in uow.session.execute(query)}
    nearest = {code: next((each for each in line if each in names), None) for code, line in above.items()}
    return {code: full_name(known, names) for code, known in nearest.items() if known is not None}


def full_name(code: str, names: dict[str, str]) -> str:
    """`玉山镇城北村`: a village's name is found again in other towns, a town's is not. A remark that both bear is said once."""
    own, town = names[code], names.get(code[:TOWN_DIGITS])
    if len(code) <= TOWN_DIGITS or town is None:
        return own
    name, bracket, remark = town.partition("（")
    return (name if bracket and own.endswith(bracket + remark) else town) + own
