"""Crews, officers and inspectors of the synthetic county. Names say what they are; none has a password."""

from dataclasses import dataclass
from typing import Final

from server.domain.permissions import Role
from server.imports.synthetic_land import COUNTY, MARK, TOWNS, town_code

_CERTIFIED, _ASSISTANTS = 4, 2
_OFFICERS: Final = (
    (Role.HANDLER, "承办人", 3),
    (Role.SECTION_HEAD, "承办机构负责人", 1),
    (Role.DEPUTY_DIRECTOR, "分管领导", 1),
    (Role.DIRECTOR, "主要负责人", 1),
    (Role.LEGAL_REVIEWER, "法制审核", 1),
    (Role.AUDITOR, "审计", 1),
    (Role.ADMIN, "管理员", 1),
)


@dataclass(frozen=True)
class SyntheticCrew:
    """A patrol crew and the town it looks after."""

    key: str
    name: str
    region: str


@dataclass(frozen=True)
class SyntheticUser:
    """A person to create; `login` is unique in a deployment, `crew` names a SyntheticCrew by key for inspectors."""

    login: str
    name: str
    role: str
    region: str
    certificate_no: str | None
    crew: str | None


def people() -> tuple[tuple[SyntheticCrew, ...], tuple[SyntheticUser, ...]]:
    """Two crews; six inspectors, of whom four hold a certificate; nine officers."""
    crews = tuple(
        SyntheticCrew(f"crew-{number}", f"{name}巡查组{MARK}", town_code(number - 1))
        for number, name in enumerate(TOWNS, start=1)
    )
    inspectors = []
    for number in range(_CERTIFIED + _ASSISTANTS):
        certified = number < _CERTIFIED
        title = f"演示巡查员{number + 1}" if certified else f"演示协管员{number + 1 - _CERTIFIED}"
        certificate = f"{COUNTY}演示{number + 1:04d}" if certified else None
        crew = crews[number % len(crews)]
        login = f"inspector-{number + 1}"
        inspectors.append(SyntheticUser(login, title, Role.INSPECTOR.value, crew.region, certificate, crew.key))
    officers = [
        SyntheticUser(_login(role, number, count), f"演示{title}{number if count > 1 else ''}", role.value, COUNTY, None, None)
        for role, title, count in _OFFICERS
        for number in range(1, count + 1)
    ]
    return crews, (*inspectors, *officers)


def _login(role: Role, number: int, count: int) -> str:
    name = role.value.replace("_", "-")
    return f"{name}-{number}" if count > 1 else name
