"""What the phone's pages may do in a browser. Refuses every script, address and sensor that the app does not use."""

from typing import Final

from flask import Response, request

from server.composition import xuntu

PREFIX: Final = "/phone"
TIANDITU: Final = "https://*.tianditu.gov.cn"

SENSORS: Final = ("camera", "geolocation", "accelerometer", "gyroscope", "magnetometer")
"""What the app uses: photos, where they were taken, and which way the phone looked."""
REFUSED: Final = ("microphone", "payment", "usb", "serial", "bluetooth", "midi", "display-capture")

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join([f"{name}=(self)" for name in SENSORS] + [f"{name}=()" for name in REFUSED]),
}


def policy(tile_hosts: str = "") -> str:
    """Content-Security-Policy; `tile_hosts` are the only addresses beside this server that may be asked, and for tiles alone.

    Nothing inline runs and nothing is evaluated. blob: is the app's own photos on their way to the screen.
    """
    parts = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": f"'self' data: blob: {tile_hosts}",
        "media-src": "'self' blob:",
        "connect-src": f"'self' {tile_hosts}",
        "worker-src": "'self'",
        "manifest-src": "'self'",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value.strip()}" for name, value in parts.items())


def add_headers(response: Response) -> Response:
    """after_request of the app: every answer below /phone, errors included."""
    if request.path != PREFIX and not request.path.startswith(f"{PREFIX}/"):
        return response
    settings = xuntu().settings
    has_tiles = bool(settings.tianditu_key)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Content-Security-Policy"] = policy(TIANDITU if has_tiles else "")
    # A key of the tile service may be bound to this site's name, so the service is told the name, never the page.
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin" if has_tiles else "same-origin"
    # Kept by the browser but asked for each time: a phone learns of a new version at its first connection.
    response.headers.setdefault("Cache-Control", "no-cache")
    if settings.production:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
