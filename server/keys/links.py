"""Links that sign somebody in on a page, for the demonstration only. Refuses one that is changed, or older than its day."""

from itsdangerous import BadSignature, URLSafeTimedSerializer

DEMO_SALT = "demo-link"
DEMO_LINK_SECONDS = 86_400


def demo_token(secret: str, *, login: str, target: str) -> str:
    """The last part of a demo link: whom it signs in, and the page it leads to."""
    return URLSafeTimedSerializer(secret, salt=DEMO_SALT).dumps({"login": login, "next": target})


def read_demo_token(secret: str, token: str) -> tuple[str, str] | None:
    """Login and page of a demo link; None for a link that is not ours or too old."""
    try:
        facts = URLSafeTimedSerializer(secret, salt=DEMO_SALT).loads(token, max_age=DEMO_LINK_SECONDS)
    except BadSignature:
        return None
    return str(facts["login"]), str(facts["next"])
