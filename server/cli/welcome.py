"""What `flask serve` prints before it serves: one link, the accounts, a code, and how to get them again."""

from server.composition import Xuntu
from server.demo.first_start import FIRST_HANDLER, PreparedCounty, case_to_begin_with
from server.keys.links import demo_token


def welcome(composition: Xuntu, prepared: PreparedCounty | None, address: str, *, on_loopback: bool) -> list[str]:
    """The lines; passwords and the enrolment code only when they were just made.

    Without the loopback there is no link into the console: it would open for nobody.
    """
    lines = [f"Xuntu serves on {address}"]
    if composition.settings.demo and on_loopback:
        lines += demo_link(composition, prepared, address)
    if prepared is None:
        return [
            *lines,
            "New passwords: flask --app wsgi users reset    New code: flask --app wsgi devices code --inspector LOGIN",
        ]
    lines += [f"County {prepared.county} is synthetic (合成数据): no place, person or parcel in it is real."]
    lines += ["Accounts (shown once; new ones: flask --app wsgi users reset):"]
    lines += [f"  {login:<18} {password}" for login, password in prepared.passwords.items()]
    lines += [f"Enrolment code for inspector-1, one phone, 24 h: {prepared.enrolment_code}"]
    return [*lines, "Another: flask --app wsgi devices code --inspector inspector-1    A patrol day: make demo"]


def demo_link(composition: Xuntu, prepared: PreparedCounty | None, address: str) -> list[str]:
    """A link that signs the first handler in on the prepared case; it works from this machine alone, for a day."""
    with composition.unit_of_work(origin="welcome", read_only=True) as uow:
        county, case_id = case_to_begin_with(uow=uow)
    if county is None:
        return []
    case_id = prepared.case_id if prepared else case_id
    target = "/console/" if case_id is None else f"/console/cases/{case_id}"
    token = demo_token(composition.settings.secret_key, login=FIRST_HANDLER, target=target)
    return [f"Open the console as {FIRST_HANDLER} on a prepared case: {address}/console/demo/{token}"]
