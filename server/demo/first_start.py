"""The first start of an embedded server: the synthetic county with its people, and one case prepared the real way.

Refuses to touch a database that already has users.
"""

from dataclasses import dataclass

from sqlalchemy import select

from server.composition import Xuntu
from server.demo.first_report import report_building_on_farmland
from server.domain.permissions import Action, Actor, Role, operator
from server.imports.synthetic import synthetic_county
from server.services.cases import open_case
from server.services.enrolment import issue_code
from server.services.leads import verify_lead
from server.services.synthetic import load_synthetic_county
from server.services.users import list_users, reset_passwords
from server.store.tables.organisation import User
from server.store.tables.work import Case, Lead
from server.store.unit_of_work import UnitOfWork

FIRST_INSPECTOR = "inspector-1"
FIRST_HANDLER = "handler-1"
SECTION_HEAD = "section-head"


@dataclass(frozen=True)
class PreparedCounty:
    """What the operator is told once: passwords by login, an enrolment code, and the case to begin with."""

    county: str
    passwords: dict[str, str]
    enrolment_code: str
    case_id: str | None


def prepare_synthetic_county(composition: Xuntu) -> PreparedCounty | None:
    """Load everything into an empty database; None when somebody already works in it."""
    with composition.unit_of_work(origin="synthetic-county") as uow:
        if list_users(actor=operator(), uow=uow):
            return None
        county = synthetic_county(day=uow.today)
        load_synthetic_county(county, uow=uow)
        uow.session.flush()
        officers = [user.login for user in list_users(actor=operator(), uow=uow) if user.role != Role.INSPECTOR.value]
        passwords = reset_passwords(officers, actor=operator(), uow=uow)
    spot = next(each for each in county.spots if each["scenario"] == "illegal_on_farmland")
    with composition.unit_of_work(origin="synthetic-patrol") as uow:
        report_building_on_farmland(spot, inspector=person(FIRST_INSPECTOR, uow=uow), uow=uow)
    composition.relay.drain()
    with composition.unit_of_work(origin="synthetic-case") as uow:
        case_id = open_first_case(county.code, uow=uow)
        code = issue_code(FIRST_INSPECTOR, actor=operator(), uow=uow)["code"]
    return PreparedCounty(county.code, passwords, code, case_id)


def case_to_begin_with(*, uow: UnitOfWork) -> tuple[str | None, str | None]:
    """County of the first handler and id of the oldest case there; None for what there is not."""
    county = uow.session.scalar(select(User.county).where(User.login == FIRST_HANDLER))
    oldest = select(Case.id).where(Case.county == county).order_by(Case.recorded_at, Case.number).limit(1)
    return county, uow.session.scalar(oldest)


def person(login: str, *, uow: UnitOfWork) -> Actor:
    """The actor with this login."""
    user = uow.session.scalars(select(User).where(User.login == login)).one()
    operator().require(Action.USER_MANAGE, on=user.region)
    return Actor(id=user.id, name=user.name, role=Role(user.role), county=user.county, region=user.region)


def open_first_case(county: str, *, uow: UnitOfWork) -> str | None:
    """Verify the first open lead as its handler and open the case as the section head; None when there is no lead."""
    lead = uow.session.scalar(select(Lead).where(Lead.county == county, Lead.status == "open").order_by(Lead.number))
    if lead is None:
        return None
    handler, head = person(FIRST_HANDLER, uow=uow), person(SECTION_HEAD, uow=uow)
    conclusion = "现场核查属实（合成数据）：耕地上正在建房，未见批准文件。"
    verified = verify_lead(lead.id, conclusion, seen_version=lead.version, actor=handler, uow=uow)
    case = open_case(
        lead.id,
        basis="符合立案条件（合成数据）",
        decided_on=uow.today,
        handler_id=handler.id,
        seen_version=verified.version,
        actor=head,
        uow=uow,
    )
    return case.id
