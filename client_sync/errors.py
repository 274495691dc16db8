"""What can stop a client, as exceptions that all mean "keep everything". None of them ever deletes or reorders a report."""

from typing import Any


class SyncError(Exception):
    """Something stopped the client; `code` is short, kebab-case and fit for a log or a status line."""

    code = "sync-error"

    def __init__(self, detail: str, *, code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        if code is not None:
            self.code = code


class UnreachableError(SyncError):
    """No usable answer came; the same request may be sent again, not before `retry_after_s` if that is given.

    `broke_down` tells an answer that failed on its way or inside the server from one that said "later": the request
    itself may be the cause.
    """

    code = "unreachable"

    def __init__(
        self, detail: str, *, code: str | None = None, retry_after_s: float | None = None, broke_down: bool = False
    ) -> None:
        super().__init__(detail, code=code)
        self.retry_after_s = retry_after_s
        self.broke_down = broke_down


class NotBelievedError(UnreachableError):
    """An answer came that proves nothing: a captive portal, a stranger's signature, a receipt for other bytes."""

    code = "not-believed"


class ReenrolNeededError(SyncError):
    """The server no longer takes this device's token: everything stays on the phone until a new enrolment."""

    code = "reenrol-needed"


class TooLargeError(SyncError):
    """The server takes less at once (413): send fewer items."""

    code = "too-large"


class RejectedError(SyncError):
    """The server understood the request and will not take it as it is; `problem` is its problem+json object."""

    code = "rejected"

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(str(problem.get("detail") or f"status {status}"), code=str(problem.get("code") or f"status-{status}"))
        self.status = status
        self.problem = problem


class DraftInvalidError(SyncError):
    """What was to be captured cannot become a report: said at capture, while the person still stands there."""

    code = "draft-invalid"


class PhotoLostError(SyncError):
    """The bytes of a captured photo are gone from this phone or no longer have their digest."""

    code = "photo-lost"


class NotEnrolledError(SyncError):
    """This phone has no identity yet: it can capture, but it cannot sign or send."""

    code = "not-enrolled"
