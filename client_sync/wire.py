"""One HTTP exchange with the server, told apart into answer, "try later" and "enrol again". Follows no redirect.

Refuses to send the device token anywhere but to the server it was enrolled with.
"""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests

from client_sync.errors import NotBelievedError, ReenrolNeededError, RejectedError, TooLargeError, UnreachableError

TRY_LATER = frozenset({408, 423, 425, 429})
BROKE_DOWN = frozenset({500, 502, 504})
CONNECT_TIMEOUT_S = 10
READ_TIMEOUT_S = 60
PROBLEM_TYPE = "application/problem+json"

Answer = TypeVar("Answer")


@dataclass
class Patience:
    """How often and how long to wait between attempts: exponential with full jitter, never before Retry-After."""

    attempts: int = 5
    base_s: float = 0.5
    cap_s: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    rng: random.Random = field(default_factory=random.Random)

    def wait_s(self, attempt: int, retry_after_s: float | None) -> float:
        """Seconds to wait after failed attempt number `attempt` (from 0)."""
        ceiling = min(self.cap_s, self.base_s * 2.0**attempt)
        return max(retry_after_s or 0.0, self.rng.uniform(0.0, ceiling))

    def insist(self, action: Callable[[], Answer]) -> Answer:
        """Repeats `action` while it is UnreachableError; raises the last failure when patience ends."""
        for attempt in range(self.attempts):
            try:
                return action()
            except UnreachableError as failure:
                if attempt + 1 == self.attempts:
                    raise
                self.sleep(self.wait_s(attempt, failure.retry_after_s))
        raise UnreachableError("no attempt was allowed")


class _Bearer(requests.auth.AuthBase):
    """Puts the token on the request itself, so that no netrc entry of the machine can replace it."""

    def __init__(self, token: str | None) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.token is not None:
            request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class Wire:
    """Speaks HTTP to one server (`base_url` without /sync/v1). Not shared between threads."""

    def __init__(self, base_url: str, *, token: str | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        self.rumoured_epoch: str | None = None
        self._auth = _Bearer(token)
        self._http = requests.Session()

    def close(self) -> None:
        """Lets the connections go."""
        self._http.close()

    def send(
        self, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """One request, one answer of status 2xx or 4xx.

        Raises UnreachableError, NotBelievedError or ReenrolNeededError for the others.
        """
        try:
            response = self._http.request(
                method,
                self.base_url + path,
                data=body,
                headers=dict(headers or {}),
                auth=self._auth,
                timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
                allow_redirects=False,
            )
        except requests.RequestException as failure:
            raise UnreachableError(f"{method} {path}: {type(failure).__name__}", broke_down=True) from failure
        self._judge(response)
        return response

    def _judge(self, response: requests.Response) -> None:
        status = response.status_code
        if status == 401:
            problem = problem_of(response)
            raise ReenrolNeededError(str(problem.get("detail") or "the token is not accepted"), code=problem.get("code"))
        if status in TRY_LATER or status >= 500:
            code = problem_of(response).get("code")
            wait_s, broke_down = retry_after_s(response), status in BROKE_DOWN
            raise UnreachableError(f"the server answered {status}", code=code, retry_after_s=wait_s, broke_down=broke_down)
        if not 200 <= status < 300 and not 400 <= status < 500:
            raise NotBelievedError(f"the answer has status {status}: something stands between this phone and the server")
        self.rumoured_epoch = response.headers.get("Server-Epoch") or self.rumoured_epoch

    def path_of(self, location: str) -> str:
        """The path of a Location header; only the path is used, so the token never follows it to another host."""
        parts = urlsplit(location)
        if not parts.path.startswith("/"):
            raise NotBelievedError(f"the Location {location!r} has no path")
        prefix = urlsplit(self.base_url).path
        path = parts.path.removeprefix(prefix) if prefix else parts.path
        return path + (f"?{parts.query}" if parts.query else "")


def json_of(response: requests.Response) -> dict[str, Any]:
    """The JSON object of a 2xx answer.

    Raises TooLargeError or RejectedError for a 4xx, NotBelievedError for anything that is no object.
    """
    if response.status_code >= 400:
        refuse(response)
    try:
        answer = response.json()
    except ValueError as fault:
        raise NotBelievedError("the answer is not JSON") from fault
    if not isinstance(answer, dict):
        raise NotBelievedError("the answer is not a JSON object")
    return answer


def refuse(response: requests.Response) -> None:
    """Raises what a 4xx answer means: TooLargeError for a problem of status 413, RejectedError for any other problem.

    A 4xx without a problem object is not this server speaking: NotBelievedError.
    """
    problem = problem_of(response)
    if response.status_code == 413:
        raise TooLargeError("the server takes less at once")
    if not problem:
        raise NotBelievedError(f"status {response.status_code} without a problem object")
    raise RejectedError(response.status_code, problem)


def problem_of(response: requests.Response) -> dict[str, Any]:
    """The problem+json object of an error answer, empty when there is none."""
    if not response.headers.get("Content-Type", "").startswith(PROBLEM_TYPE):
        return {}
    try:
        problem = response.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def retry_after_s(response: requests.Response) -> float | None:
    """Seconds asked for by Retry-After, as a number or as a date; None when absent or unreadable."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return max(0.0, (at.astimezone(UTC) - datetime.now(UTC)).total_seconds())
