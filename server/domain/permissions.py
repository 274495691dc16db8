"""Who may do what, where. Denial is the default: an action not granted to a role is refused, a region not below yours unseen."""

from dataclasses import dataclass
from enum import StrEnum

from server import problems


class Action(StrEnum):
    SYNC_PUSH = "sync.push"
    SYNC_PULL = "sync.pull"
    PHOTO_UPLOAD = "photo.upload"
    AREA_FETCH = "area.fetch"
    CARRIED_IMPORT = "carried.import"
    REGISTRY_IMPORT = "registry.import"
    REGISTRY_VIEW = "registry.view"
    USER_MANAGE = "user.manage"
    DEVICE_ENROL = "device.enrol"
    REPORT_VIEW = "report.view"
    EVIDENCE_VIEW = "evidence.view"
    REPORT_INTERPRET = "report.interpret"
    MATCH_DECIDE = "match.decide"
    QUEUE_VIEW = "queue.view"
    LEAD_VERIFY = "lead.verify"
    LEAD_DISMISS = "lead.dismiss"
    LEAD_ROUTE_OUT = "lead.route_out"
    CASE_OPEN = "case.open"
    CASE_VIEW = "case.view"
    TASK_ASSIGN = "task.assign"
    NOTICE_POST = "notice.post"
    EXPORT_CUT = "export.cut"
    EXPORT_VIEW = "export.view"


class Role(StrEnum):
    INSPECTOR = "inspector"
    HANDLER = "handler"
    SECTION_HEAD = "section_head"
    LEGAL_REVIEWER = "legal_reviewer"
    DEPUTY_DIRECTOR = "deputy_director"
    DIRECTOR = "director"
    AUDITOR = "auditor"
    ADMIN = "admin"
    OPERATOR = "operator"
    """The person at the server's command line, and the jobs; never signs in over the network."""


OFFICE_READ = {
    Action.REGISTRY_VIEW,
    Action.REPORT_VIEW,
    Action.EVIDENCE_VIEW,
    Action.QUEUE_VIEW,
    Action.CASE_VIEW,
    Action.EXPORT_VIEW,
}

GRANTS: dict[Role, frozenset[Action]] = {
    Role.INSPECTOR: frozenset({Action.SYNC_PUSH, Action.SYNC_PULL, Action.PHOTO_UPLOAD, Action.AREA_FETCH}),
    Role.HANDLER: frozenset(OFFICE_READ | {Action.MATCH_DECIDE, Action.LEAD_VERIFY, Action.LEAD_DISMISS, Action.LEAD_ROUTE_OUT}),
    Role.SECTION_HEAD: frozenset(
        OFFICE_READ
        | {
            Action.MATCH_DECIDE,
            Action.LEAD_VERIFY,
            Action.LEAD_DISMISS,
            Action.LEAD_ROUTE_OUT,
            Action.CASE_OPEN,
            Action.EXPORT_CUT,
            Action.DEVICE_ENROL,
            Action.TASK_ASSIGN,
            Action.NOTICE_POST,
        }
    ),
    Role.LEGAL_REVIEWER: frozenset(OFFICE_READ),
    Role.DEPUTY_DIRECTOR: frozenset(
        OFFICE_READ | {Action.CASE_OPEN, Action.LEAD_DISMISS, Action.LEAD_ROUTE_OUT, Action.EXPORT_CUT}
    ),
    Role.DIRECTOR: frozenset(OFFICE_READ | {Action.CASE_OPEN, Action.LEAD_DISMISS, Action.LEAD_ROUTE_OUT, Action.EXPORT_CUT}),
    Role.AUDITOR: frozenset(OFFICE_READ),
    Role.ADMIN: frozenset({Action.USER_MANAGE, Action.DEVICE_ENROL, Action.REGISTRY_VIEW, Action.REGISTRY_IMPORT}),
    Role.OPERATOR: frozenset(
        {
            Action.CARRIED_IMPORT,
            Action.REGISTRY_IMPORT,
            Action.REGISTRY_VIEW,
            Action.USER_MANAGE,
            Action.DEVICE_ENROL,
            Action.REPORT_INTERPRET,
            Action.REPORT_VIEW,
            Action.QUEUE_VIEW,
            Action.EXPORT_CUT,
            Action.EXPORT_VIEW,
            Action.TASK_ASSIGN,
            Action.NOTICE_POST,
        }
    ),
}


@dataclass(frozen=True)
class Actor:
    """Somebody acting: a signed-in officer, an inspector's phone, or the operator. `region` is the scope ("" = all)."""

    id: str
    name: str
    role: Role
    county: str
    region: str
    device_id: str | None = None

    def may(self, action: Action, *, on: str) -> bool:
        """Whether the role grants the action and `on` (a region code) lies in the scope."""
        return action in GRANTS[self.role] and on.startswith(self.region)

    def require(self, action: Action, *, on: str) -> None:
        """Raises FORBIDDEN when the role may never do this, NOT_FOUND when it may, but not there."""
        if action not in GRANTS[self.role]:
            raise problems.FORBIDDEN(action=action.value)
        if not on.startswith(self.region):
            raise problems.NOT_FOUND()


def operator(county: str = "") -> Actor:
    """The operator at the command line; with a county, limited to it."""
    return Actor(id="operator", name="operator", role=Role.OPERATOR, county=county, region=county)
