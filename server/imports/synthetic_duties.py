"""Supplies, temporary land and mines of the synthetic county, dated from the day given so that every situation holds on it.

The periods here place situations on the calendar; what the law makes of them is not decided here.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any, Final

from server.domain.assessment import Programme
from server.imports.readings import DutyRow, FeatureRow
from server.imports.synthetic_land import COUNTY, Plot, features

_TRADES: Final = (
    "云帆机械",
    "禾苗食品",
    "青石建材",
    "白鹭纺织",
    "远山电子",
    "清河包装",
    "丰仓物流",
    "晨光家具",
    "海棠医药",
    "松涛木业",
)
# How a supply stands on the day: how many, and days from the day to the agreed start (negative: past), or since delivery.
_SUPPLIES: Final = (("idle_not_started", 12, (-900, -420)), ("idle_started", 6, (-700, -400)), ("future", 6, (20, 240)))
_RECENT: Final = ("recent", 4, (-330, -20))
_UNDATED: Final = ("idle_not_started", 4, (-1500, -1100))
_TEMPORARY: Final = (
    ("temporary_overdue", 5, (-900, -420)),
    ("temporary_reclaimed", 4, (-900, -500)),
    ("within_the_year", 2, (-300, -60)),
    ("current", 2, (100, 500)),
)
_TWO_YEARS: Final = timedelta(days=730)
_FEN_PER_M2: Final = (28_000, 60_000)

Drawn = tuple[Any, str, dict[str, Any]]


@dataclass(frozen=True)
class Charge:
    """A parcel with something owed on it and the situation it stands for."""

    plot: Plot
    situation: str
    duties: tuple[DutyRow, ...]


@dataclass(frozen=True)
class Charges:
    """All that is owed, and the layers that papers leave on the map."""

    charges: tuple[Charge, ...]
    approved: tuple[Plot, ...]
    layers: dict[str, list[FeatureRow]]


def charge(plots: Sequence[Plot], rng: random.Random, day: date) -> Charges:
    """Put duties on parcels; `approved` are park parcels with an approval and no supply."""
    park = [plot for plot in plots if plot.block.kind == "park" and plot.cell.on_road]
    rng.shuffle(park)
    supplied, approved = park[:32], park[32:40]
    supplies = _supplies(supplied, rng, day)
    dry = [
        p for p in plots if p.block.kind == "farmland" and not p.protected and p.cell.on_road and p.parcel.land_use_code == "0103"
    ]
    temporary = _temporary(rng.sample(dry, sum(count for _, count, _ in _TEMPORARY)), rng, day)
    mines = _mines(plots, rng, day)
    layers = {
        "supply": features("GD", [_supply_feature(one) for one in supplies]),
        "approval": features("PW", _approvals([*supplied, *approved], day)),
        "temporary_land": features("LS", [_temporary_feature(one) for one in temporary]),
        "mining": features("CK", [_mine_feature(one) for one in mines]),
    }
    return Charges((*supplies, *temporary, *mines), tuple(approved), layers)


def company(number: int) -> str:
    """A name that says it is invented."""
    return f"虚构{_TRADES[number % len(_TRADES)]}有限公司{number + 1:02d}"


def _supplies(plots: Sequence[Plot], rng: random.Random, day: date) -> list[Charge]:
    spare = iter(plots)
    charges: list[Charge] = []
    for situation, count, (early, late) in (*_SUPPLIES, _RECENT):
        for plot in islice(spare, count):
            start = day + timedelta(days=rng.randint(early, late))
            charges.append(_supplied(len(charges), plot, situation, start, None, rng))
    situation, count, (early, late) = _UNDATED
    for plot in islice(spare, count):
        delivered = day + timedelta(days=rng.randint(early, late))
        charges.append(_supplied(len(charges), plot, situation, None, delivered, rng))
    return charges


def _supplied(number: int, plot: Plot, situation: str, start: date | None, delivered: date | None, rng: random.Random) -> Charge:
    signed = (start - timedelta(days=300)) if start is not None else (delivered or date.min) - timedelta(days=60)
    amount_fen = round(plot.parcel.area_m2) * rng.randint(*_FEN_PER_M2)
    supply_no = f"{COUNTY}{signed.year}B{number + 1:05d}"

    def duty(kind: str, due_on: date | None) -> DutyRow:
        return DutyRow(
            row=number + 1,
            code=f"{supply_no}:{kind}",
            parcel_code=plot.parcel.code,
            programme=Programme.IDLE_LAND.value,
            kind=kind,
            party=company(number),
            due_on=due_on,
            delivered_on=delivered or signed + timedelta(days=60),
            supply_no=supply_no,
            contract_no=f"{COUNTY}（虚构）{signed.year}-{number + 1:03d}",
            area_m2=round(plot.parcel.area_m2, 2),
            amount_fen=amount_fen,
            attributes={"synthetic": True, "signed_on": signed.isoformat(), "supply_kind": "挂牌出让"},
        )

    duties = [duty("start_construction", start), duty("pay", signed + timedelta(days=60))]
    if start is not None:
        duties.append(duty("finish_construction", start + _TWO_YEARS))
    return Charge(plot, situation, tuple(duties))


def _temporary(plots: Sequence[Plot], rng: random.Random, day: date) -> list[Charge]:
    spare = iter(plots)
    charges: list[Charge] = []
    for situation, count, (early, late) in _TEMPORARY:
        for plot in islice(spare, count):
            expires = day + timedelta(days=rng.randint(early, late))
            charges.append(_granted(len(charges), plot, situation, expires))
    return charges


def _granted(number: int, plot: Plot, situation: str, expires: date) -> Charge:
    granted = expires - _TWO_YEARS
    approval_no = f"虚构临地〔{granted.year}〕{number + 1}号"
    attributes = {
        "synthetic": True,
        "approval_no": approval_no,
        "granted_on": granted.isoformat(),
        "expires_on": expires.isoformat(),
        "is_infrastructure": False,
    }
    party, area = company(40 + number), round(plot.parcel.area_m2, 2)
    duty = _reclaim(number, f"{approval_no}:reclaim", "reclaim_temporary_land", plot, party, None, area, attributes)
    return Charge(plot, situation, (duty,))


def _mines(plots: Sequence[Plot], rng: random.Random, day: date) -> list[Charge]:
    """One duty for each mine, on its first parcel."""
    first = {(plot.block.east, plot.block.north): plot for plot in reversed(plots) if plot.block.kind == "mine"}
    charges: list[Charge] = []
    for number, plot in enumerate(first.values()):
        due = day + timedelta(days=rng.choice((-120, 400)))
        permit = f"C{COUNTY}{2019 + number}0{number + 1}虚构{number + 1:04d}"
        attributes = {"synthetic": True, "permit_no": permit, "stage": f"第{number + 1}阶段"}
        area = round(sum(other.parcel.area_m2 for other in plots if other.block is plot.block), 2)
        duty = _reclaim(number, f"{permit}:reclaim", "reclaim", plot, company(60 + number), due, area, attributes)
        charges.append(Charge(plot, "mine", (duty,)))
    return charges


def _reclaim(
    number: int,
    code: str,
    kind: str,
    plot: Plot,
    party: str,
    due_on: date | None,
    area_m2: float,
    attributes: dict[str, Any],
) -> DutyRow:
    return DutyRow(
        row=number + 1,
        code=code,
        parcel_code=plot.parcel.code,
        programme=Programme.RECLAMATION.value,
        kind=kind,
        party=party,
        due_on=due_on,
        delivered_on=None,
        supply_no=None,
        contract_no=None,
        area_m2=area_m2,
        amount_fen=None,
        attributes=attributes,
    )


def _supply_feature(one: Charge) -> Drawn:
    duty = one.duties[0]
    said = {"code": duty.supply_no, "supply_no": duty.supply_no, "contract_no": duty.contract_no, "holder": duty.party}
    return one.plot.cell.shape, "供地", said | {"signed_on": duty.attributes["signed_on"]}


def _approvals(plots: Sequence[Plot], day: date) -> list[Drawn]:
    granted = day - timedelta(days=1700)
    drawn: list[Drawn] = []
    for number, plot in enumerate(plots, start=1):
        approval_no = f"虚构政地〔{granted.year}〕{number}号"
        drawn.append(
            (
                plot.cell.shape,
                "农用地转用批文",
                {"code": approval_no, "approval_no": approval_no, "approved_on": granted.isoformat()},
            )
        )
    return drawn


def _temporary_feature(one: Charge) -> Drawn:
    duty = one.duties[0]
    return one.plot.cell.shape, "临时用地", duty.attributes | {"code": duty.attributes["approval_no"], "holder": duty.party}


def _mine_feature(one: Charge) -> Drawn:
    duty = one.duties[0]
    return one.plot.block.shape, "采矿权", duty.attributes | {"code": duty.attributes["permit_no"], "holder": duty.party}
