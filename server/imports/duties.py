"""Reads supplies and temporary land from a table and turns each row into duties. Refuses rows whose promises contradict.

No legal period is added here: a duty carries the days and amounts the paper names, and the law says what follows from them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from server import problems
from server.domain.assessment import Programme
from server.domain.geometry import MU_M2
from server.imports.columns import Aliases, find_columns, too_long
from server.imports.readings import DutyReading, DutyRow, Origin, Refusal, refusal
from server.imports.tables import day, number, read_table, split_unit

DUTY_COLUMNS: Final[Aliases] = {
    "parcel": ("parcel_code", "parcel", "宗地代码", "宗地编号", "ZDDM", "地块编号"),
    "supply_no": ("supply_no", "电子监管号", "监管号", "DZJGH"),
    "contract_no": ("contract_no", "合同编号", "合同号", "出让合同编号", "划拨决定书编号", "HTBH"),
    "approval_no": ("approval_no", "临时用地批准文号", "批准文号", "批文号", "PZWH"),
    "party": ("party", "使用权人", "土地使用权人", "受让人", "用地单位", "复垦义务人"),
    "supply_kind": ("supply_kind", "供应方式", "供地方式"),
    "area": ("area_m2", "area", "供应面积", "供地面积", "批准面积", "面积"),
    "price": ("price", "成交价款", "成交价格", "成交价", "合同价款", "出让价款", "土地价款", "价款"),
    "signed_on": ("signed_on", "合同签订日期", "签订日期"),
    "granted_on": ("granted_on", "批准日期", "批准时间"),
    "agreed_delivery_on": ("agreed_delivery_on", "约定交地日期", "约定交付日期"),
    "delivered_on": ("delivered_on", "实际交付日期", "实际交地日期", "交地日期", "交付日期", "交地时间"),
    "start_by": ("start_by", "约定开工日期", "约定动工日期", "约定开工时间", "约定动工时间", "动工日期"),
    "finish_by": ("finish_by", "约定竣工日期", "约定竣工时间", "竣工日期"),
    "pay_by": ("pay_by", "约定付款日期", "约定缴款日期", "价款缴清期限", "最迟付款日期"),
    "is_infrastructure": ("is_infrastructure", "是否基础设施", "是否能源交通水利等基础设施"),
    "expires_on": ("expires_on", "临时用地到期日期", "到期日期", "使用期限至"),
    "reclaim_by": ("reclaim_by", "约定复垦日期", "复垦期限", "复垦完成期限"),
}

# What one of a unit is in m² and in fen; a heading without a unit is in m² and yuan.
_M2: Final = {
    "平方米": Decimal(1),
    "㎡": Decimal(1),
    "m2": Decimal(1),
    "m²": Decimal(1),
    "公顷": Decimal(10_000),
    "ha": Decimal(10_000),
}
_FEN: Final = {"元": Decimal(100), "万元": Decimal(1_000_000), "亿元": Decimal(10_000_000_000), "分": Decimal(1)}
_MU: Final = "亩"
_ALLOCATED: Final = "划拨"
# The code of a duty is the paper's number and the kind, within the 64 characters of the column.
_NUMBER_CHARACTERS = 40
_LIMITS = {"party": 200, "supply_no": 32, "contract_no": 64}
_FEN_LIMIT = 2**63


@dataclass(frozen=True)
class Paper:
    """One row of the table, understood: the number it goes by, days, area in m², price in fen."""

    row: int
    text: Mapping[str, str]
    days: Mapping[str, date | None]
    area_m2: float | None
    amount_fen: int | None

    @property
    def no(self) -> str:
        """The number the paper goes by."""
        return self.text["supply_no"] or self.text["contract_no"] or self.text["approval_no"]


def read_duties(path: Path) -> DutyReading:
    """Duties of a CSV table with the headings of DUTY_COLUMNS; units may stand in brackets: 供应面积（公顷）, 成交价款（万元）.

    A supply gives `start_construction`, and `finish_construction` and `pay` where a day is agreed; temporary land gives
    `reclaim_temporary_land`, other land with a day of reclamation `reclaim`. Raises FILE_UNREADABLE and COLUMN_MISSING;
    faulty rows are refused whole.
    """
    table = read_table(path)
    parted = [split_unit(heading) for heading in table.headings]
    bare = [name for name, _ in parted]
    roles = find_columns(bare, DUTY_COLUMNS, required=("parcel",))
    if not roles.keys() & {"supply_no", "contract_no", "approval_no"}:
        raise problems.COLUMN_MISSING(column="电子监管号 / 合同编号 / 批准文号", columns=", ".join(table.headings))
    at = {role: bare.index(name) for role, name in roles.items()}
    units = {role: parted[place][1] for role, place in at.items()}
    return _collected(table.rows, at, units, Origin(table.name, table.digest, "", ()))


def _collected(
    rows: tuple[tuple[int, tuple[str, ...]], ...], at: dict[str, int], units: dict[str, str | None], origin: Origin
) -> DutyReading:
    duties: list[DutyRow] = []
    refused: list[Refusal] = []
    seen: set[str] = set()
    for row, cells in rows:
        text = {role: cells[at[role]] if role in at and at[role] < len(cells) else "" for role in DUTY_COLUMNS}
        try:
            paper = _paper(row, text, units)
            if paper.no in seen:
                raise problems.ROW_DUPLICATE(duplicate=paper.no)
            owed = _duties(paper)
        except problems.Problem as problem:
            refused.append(refusal(row, text["supply_no"] or text["contract_no"] or text["approval_no"] or None, problem))
            continue
        seen.add(paper.no)
        duties += owed
    return DutyReading(origin, tuple(duties), tuple(refused))


def _paper(row: int, text: dict[str, str], units: dict[str, str | None]) -> Paper:
    days = {role: day(text[role]) for role in DUTY_COLUMNS if role.endswith(("_on", "_by"))}
    paper = Paper(row, text, days, _area(text["area"], units.get("area")), _price(text, units.get("price")))
    if not text["parcel"]:
        raise problems.ROW_INVALID(reason="the row names no parcel")
    if not paper.no or len(paper.no) > _NUMBER_CHARACTERS:
        raise problems.ROW_INVALID(
            reason=f"a 电子监管号, 合同编号 or 批准文号 of up to {_NUMBER_CHARACTERS} characters is needed"
        )
    reason = too_long(text, _LIMITS)
    if reason is not None:
        raise problems.ROW_INVALID(reason=reason)
    _require_order(days, "start_by", "finish_by")
    _require_order(days, "signed_on", "finish_by")
    _require_order(days, "granted_on", "expires_on")
    _require_order(days, "expires_on", "reclaim_by")
    return paper


def _require_order(days: Mapping[str, date | None], first: str, second: str) -> None:
    before, after = days[first], days[second]
    if before is not None and after is not None and after < before:
        raise problems.ROW_INVALID(reason=f"{second} {after} is before {first} {before}")


def _area(text: str, unit: str | None) -> float | None:
    value = number(text, "the area")
    if value is None:
        return None
    if value <= 0:
        raise problems.ROW_INVALID(reason=f"the area {text} is not above zero")
    if unit == _MU:
        return float(value) * MU_M2
    if unit is not None and unit not in _M2:
        raise problems.ROW_INVALID(reason=f"the area's unit {unit} is not known")
    return float(value * _M2[unit or "m2"])


def _price(text: dict[str, str], unit: str | None) -> int | None:
    value = number(text["price"], "the price")
    if value is None:
        return None
    if value == 0 and _ALLOCATED in text["supply_kind"]:
        return None
    if value <= 0:
        raise problems.ROW_INVALID(reason=f"the price {text['price']} is not above zero")
    if unit is not None and unit not in _FEN:
        raise problems.ROW_INVALID(reason=f"the price's unit {unit} is not known")
    fen = value * _FEN[unit or "元"]
    if fen != fen.to_integral_value() or fen >= _FEN_LIMIT:
        raise problems.ROW_INVALID(reason=f"the price {text['price']} is not a whole number of fen")
    return int(fen)


def _yes_or_no(text: str) -> bool:
    answer = {"是": True, "否": False, "yes": True, "no": False, "true": True, "false": False}.get(text.lower())
    if answer is None:
        raise problems.ROW_INVALID(reason=f"{text!r} is neither 是 nor 否")
    return answer


def _duties(paper: Paper) -> list[DutyRow]:
    supplied = paper.text["supply_no"] or paper.text["contract_no"]
    if not supplied and paper.days["expires_on"] is not None:
        return [_duty(paper, Programme.RECLAMATION, "reclaim_temporary_land", paper.days["reclaim_by"])]
    if not supplied and paper.days["reclaim_by"] is not None:
        return [_duty(paper, Programme.RECLAMATION, "reclaim", paper.days["reclaim_by"])]
    duties = [_duty(paper, Programme.IDLE_LAND, "start_construction", paper.days["start_by"])]
    if paper.days["finish_by"] is not None:
        duties.append(_duty(paper, Programme.IDLE_LAND, "finish_construction", paper.days["finish_by"]))
    if paper.days["pay_by"] is not None:
        duties.append(_duty(paper, Programme.IDLE_LAND, "pay", paper.days["pay_by"]))
    return duties


def _duty(paper: Paper, programme: Programme, kind: str, due_on: date | None) -> DutyRow:
    kept: dict[str, Any] = {role: paper.text[role] for role in ("approval_no", "supply_kind") if paper.text[role]}
    for role in ("signed_on", "granted_on", "agreed_delivery_on", "expires_on"):
        found = paper.days[role]
        if found is not None:
            kept[role] = found.isoformat()
    if paper.text["is_infrastructure"]:
        kept["is_infrastructure"] = _yes_or_no(paper.text["is_infrastructure"])
    return DutyRow(
        row=paper.row,
        code=f"{paper.no}:{kind}",
        parcel_code=paper.text["parcel"],
        programme=programme.value,
        kind=kind,
        party=paper.text["party"] or None,
        due_on=due_on,
        delivered_on=paper.days["delivered_on"],
        supply_no=paper.text["supply_no"] or None,
        contract_no=paper.text["contract_no"] or None,
        area_m2=paper.area_m2,
        amount_fen=paper.amount_fen,
        attributes=kept,
    )
