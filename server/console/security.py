"""What every page is wrapped in: headers, a token in every form, safe redirects. Refuses what another site sent."""

import hmac
import secrets
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from flask import Response, request, session

from server import problems
from server.composition import xuntu
from server.keys.links import read_demo_token

PREFIX: Final = "/console"
HOME: Final = "/console/"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF: Final = "csrf_token"
CSRF_HEADER: Final = "X-CSRF-Token"
FORWARDED: Final = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")

# Scripts, styles and the map's worker come from this server alone; nothing inline runs, nothing may frame a page.
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
STATIC: Final = "/console/static/"
PAGES: Final = ("/console", "/docs")


def add_headers(response: Response) -> Response:
    """after_request of the app: every answer of the console, errors included, carries the headers; pages are not kept."""
    if request.path != "/" and not request.path.startswith(PAGES):
        return response
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if xuntu().settings.production:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if not request.path.startswith(STATIC):
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.add("Vary", "Cookie")
    return response


def csrf_token() -> str:
    """The token of this session, made when the first form is shown."""
    if CSRF not in session:
        session[CSRF] = secrets.token_urlsafe(32)
    return str(session[CSRF])


def check_csrf() -> None:
    """before_request of every blueprint with forms. Raises CSRF_FAILED for a form that no page of this session held."""
    if request.method in SAFE_METHODS:
        return
    sent = request.headers.get(CSRF_HEADER) or request.form.get(CSRF, "")
    kept = session.get(CSRF, "")
    if not kept or not hmac.compare_digest(sent.encode(), kept.encode()):
        raise problems.CSRF_FAILED()


def safe_next(target: str | None) -> str:
    """Where to go after signing in: a page of this console, or its front page for anything else."""
    if not target or not target.isascii() or not target.isprintable() or "\\" in target:
        return HOME
    parts = urlsplit(target)
    inside = parts.path.startswith(HOME) and "//" not in parts.path and ".." not in parts.path
    return target if inside and not parts.scheme and not parts.netloc else HOME


def read_demo_link(token: str) -> tuple[str, str]:
    """Login and page that a demo link names. Raises NOT_FOUND unless this is a demo, asked from this machine, in time."""
    settings = xuntu().settings
    if not settings.demo or settings.production or not asked_from_here():
        raise problems.NOT_FOUND()
    link = read_demo_token(settings.secret_key, token)
    if link is None:
        raise problems.NOT_FOUND()
    return link[0], safe_next(link[1])


def asked_from_here() -> bool:
    """Whether the request came over the loopback and through no proxy, which would hide where it began."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
