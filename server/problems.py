"""Every failure Xuntu can report, declared once. A Problem is raised from any layer and printed in one place.

Codes are permanent: a retired code is never used again for something else.
"""

from dataclasses import dataclass
from typing import Any, Literal

Retry = Literal["never", "later", "after-change"]

REGISTRY: dict[str, "Kind"] = {}


class Problem(Exception):
    """A failure with a permanent code, a status and typed details (RFC 9457)."""

    def __init__(self, kind: "Kind", detail: str, extras: dict[str, Any]) -> None:
        super().__init__(f"{kind.code}: {detail}")
        self.kind = kind
        self.detail = detail
        self.extras = extras

    def as_json(self) -> dict[str, Any]:
        """The problem+json object of protocol section 1."""
        return {
            **self.extras,
            "type": f"/problems/{self.kind.code}",
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "code": self.kind.code,
            "retry": self.kind.retry,
        }


@dataclass(frozen=True)
class Kind:
    """One kind of failure; calling it makes the Problem to raise, its details filled into the sentence."""

    code: str
    status: int
    title: str
    sentence: str
    retry: Retry = "never"

    def __post_init__(self) -> None:
        if self.code in REGISTRY:
            raise ValueError(f"problem code {self.code} is declared twice")
        REGISTRY[self.code] = self

    def __call__(self, **details: Any) -> Problem:
        return Problem(self, self.sentence.format(**details), details)


# The request itself
NOT_FOUND = Kind("not-found", 404, "Not found", "There is nothing at this address that you may see.")
METHOD_NOT_ALLOWED = Kind("method-not-allowed", 405, "Method not allowed", "This address does not answer {method}.")
MALFORMED = Kind("malformed", 400, "Malformed request", "The request could not be read: {reason}", "after-change")
CUT_SHORT = Kind(
    "cut-short", 408, "Request cut short", "The body ended after {received} of its {announced} bytes; send it again.", "later"
)
INVALID = Kind("invalid", 422, "Invalid input", "Some fields are not acceptable: {fields}", "after-change")
TOO_LARGE = Kind("too-large", 413, "Too large", "The request is larger than allowed; send less at once.", "after-change")
UNSUPPORTED_CODING = Kind(
    "unsupported-coding", 415, "Unsupported coding", "Content-Encoding {coding} is not accepted here.", "after-change"
)
UNSUPPORTED_TYPE = Kind(
    "unsupported-type", 415, "Unsupported media type", "Content-Type {content_type} is not accepted here.", "after-change"
)
RANGE_NOT_SATISFIABLE = Kind(
    "range-not-satisfiable", 416, "No such range", "The file ends before the range begins; ask for it whole.", "after-change"
)
TOO_MANY_REQUESTS = Kind("too-many-requests", 429, "Too many requests", "Wait before trying again.", "later")
INTERNAL = Kind("internal", 500, "Internal error", "Something failed here; it was logged as {request_id}.", "later")
UNAVAILABLE = Kind("unavailable", 503, "Temporarily unavailable", "Storage cannot be written now: {reason}", "later")

# Who you are and what you may do
UNAUTHENTICATED = Kind("unauthenticated", 401, "Sign in", "No valid token or session came with the request.", "after-change")
DEVICE_REVOKED = Kind(
    "device-revoked", 401, "Device revoked", "This device was revoked; keep everything and enrol again.", "after-change"
)
TOKEN_EXPIRED = Kind(
    "token-expired", 401, "Token expired", "This token has expired; keep everything and enrol again.", "after-change"
)
FORBIDDEN = Kind("forbidden", 403, "Not allowed", "Your role may not do this: {action}.")
CSRF_FAILED = Kind(
    "csrf-failed", 403, "Form expired", "This form was not sent from a page of yours; reload and try again.", "after-change"
)
ENROLMENT_CODE_INVALID = Kind("enrolment-code-invalid", 403, "Enrolment code not valid", "The code is unknown, used or expired.")
LOGIN_TAKEN = Kind("login-taken", 409, "Login taken", "The login {login} already exists.")
USER_UNKNOWN = Kind("user-unknown", 404, "User unknown", "There is no active user {login}.")
DEVICE_NOT_LISTED = Kind(
    "device-not-listed", 404, "No such device", "{name} is no device, and no inspector with a device that is in use."
)
NOT_AN_INSPECTOR = Kind(
    "not-an-inspector", 422, "Not an inspector", "{login} is a {role}; only inspectors have phones and crews.", "after-change"
)
REGION_UNKNOWN = Kind(
    "region-unknown", 422, "Region unknown", "Region code {region} is not in the register; import regions first."
)
ROLE_UNKNOWN = Kind("role-unknown", 422, "Role unknown", "Role {role} is not one of {roles}.")
SIGN_IN_FAILED = Kind("sign-in-failed", 401, "Sign-in failed", "Login or password is wrong.", "after-change")
UNSAFE_SETTING = Kind("unsafe-setting", 500, "Unsafe setting", "{setting}: {reason}")
LOCAL_AUTHORITY_UNUSABLE = Kind(
    "local-authority-unusable",
    500,
    "Local authority unusable",
    "The certificate authority in {folder} cannot be used: {reason}. Phones trust the one that was there; bring it back, or "
    "delete the folder and let every phone trust a new one.",
)

CREW_UNKNOWN = Kind("crew-unknown", 422, "Crew unknown", "There is no crew {crew}; the crews are: {crews}.", "after-change")
CREW_NAME_TAKEN = Kind("crew-name-taken", 409, "Crew name taken", "{county} already has a crew {crew}.")
PARCEL_UNKNOWN = Kind(
    "parcel-unknown", 422, "Parcel unknown", "Parcel {parcel} is not in the register of {county}.", "after-change"
)

# The feed of changes (protocol section 5)
FULL_RESYNC = Kind(
    "full-resync", 410, "Full resync needed", "This cursor leads nowhere: {reason}; pull again without one.", "after-change"
)

# What a pushed item can be quarantined or refused for (protocol section 3)
ITEM_UNREADABLE = Kind("item-unreadable", 422, "Item unreadable", "No id and revision can be read: {reason}", "after-change")
CONFLICTING_CONTENT = Kind(
    "conflicting-content", 409, "Conflicting content", "Another content is already held for this report id and revision."
)
UNKNOWN_VERSION = Kind("unknown-version", 422, "Unknown version", "Manifest version {v} is not known here.")
BAD_SIGNATURE = Kind(
    "bad-signature", 422, "Bad signature", "The signature does not belong to these bytes: {reason}", "after-change"
)
NOT_AUTHOR = Kind("not-author", 422, "Not the author", "The pusher did not write this and holds no earlier device that did.")
UNKNOWN_DEVICE = Kind("unknown-device", 422, "Unknown device", "The device {device_id} is not enrolled here.", "after-change")
PREV_MISMATCH = Kind("prev-mismatch", 422, "Broken revision chain", "`prev` is not the digest of the revision before.")
DEVICE_FORK = Kind("device-fork", 422, "Device fork", "Two manifests claim sequence {seq} of this device.")
MANIFEST_INVALID = Kind("manifest-invalid", 422, "Manifest invalid", "{reason}", "after-change")
JUDGEMENT_FAILED = Kind(
    "judgement-failed", 500, "Judgement failed", "The item was kept but could not be judged; a person looks at it."
)

# Photos and tus
UPLOAD_GONE = Kind("upload-gone", 410, "Upload gone", "This upload ended; start a new one.", "after-change")
UPLOAD_OFFSET_MISMATCH = Kind("upload-offset-mismatch", 409, "Offset mismatch", "The upload stands at {offset}.", "after-change")
UPLOAD_LOCKED = Kind("upload-locked", 423, "Upload locked", "Another request is appending to this upload.", "later")
CHECKSUM_MISMATCH = Kind(
    "checksum-mismatch", 460, "Checksum mismatch", "The chunk does not have the announced checksum.", "later"
)
DIGEST_MISMATCH = Kind(
    "digest-mismatch", 422, "Digest mismatch", "The whole file does not have the announced digest; start over.", "after-change"
)
TUS_VERSION = Kind("tus-version", 412, "tus version", "Only tus 1.0.0 is spoken here.")
UPLOAD_METADATA = Kind("upload-metadata", 400, "Upload metadata", "{reason}", "after-change")
UPLOAD_LENGTH = Kind("upload-length", 400, "Upload length", "{reason}", "after-change")
PHOTO_UNREADABLE = Kind("photo-unreadable", 422, "Photo unreadable", "{reason}")
EXAMINATION_LIMIT = Kind("examination-limit", 422, "Examination stopped", "The file exceeded a limit while examined: {limit}.")

# Carried queues
CARRIED_FILE = Kind("carried-file", 422, "Carried file not usable", "{file}: {reason}", "after-change")
CARRIED_ENTRY = Kind("carried-entry", 422, "Entry not usable", "{file}, {entry}: {reason}", "after-change")

# Registry imports
FILE_UNREADABLE = Kind("file-unreadable", 422, "File unreadable", "{path}: {reason}", "after-change")
COLUMN_MISSING = Kind(
    "column-missing", 422, "Column missing", "The file lacks the column {column}; it has {columns}.", "after-change"
)
CRS_UNKNOWN = Kind("crs-unknown", 422, "Coordinate system unknown", "{reason}", "after-change")
ROW_GEOMETRY = Kind("row-geometry", 422, "Geometry not usable", "{reason}", "after-change")
ROW_DUPLICATE = Kind("row-duplicate", 422, "Duplicate code", "The code {duplicate} stands in an earlier row.", "after-change")
ROW_INVALID = Kind("row-invalid", 422, "Row invalid", "{reason}", "after-change")
REGION_TAKEN = Kind("region-taken", 409, "Region taken", "Region {region} is in the register already.")
LAYER_UNKNOWN = Kind("layer-unknown", 422, "Layer unknown", "Layer {layer} is not one of {layers}.", "after-change")

# The law
LAW_INVALID = Kind("law-invalid", 500, "Law data invalid", "{where}: {reason}")
LAW_UNKNOWN = Kind("law-unknown", 404, "Law value unknown", "There is no law value {id}.")
LAW_NOT_IN_FORCE = Kind("law-not-in-force", 422, "Not in force", "{id} has no version in force on {day}.")

# Leads, cases, exports
STALE_VERSION = Kind(
    "stale-version", 409, "Someone changed this", "It was changed since you opened it (now version {current}).", "after-change"
)
MOVE_NOT_ALLOWED = Kind("move-not-allowed", 409, "Move not allowed", "{move} is not possible from {state}.")
REASON_REQUIRED = Kind("reason-required", 422, "Reason required", "A reason must be given for {move}.", "after-change")
MATCH_DECIDED = Kind("match-decided", 409, "Already decided", "This match was already decided.")
MATCH_CHOICE = Kind("match-choice", 422, "Not a candidate", "{choice} is not among the candidates shown.", "after-change")
PERIOD_UNFINISHED = Kind(
    "period-unfinished", 422, "Period unfinished", "The period ends {ends_on}; it can be cut from the next day on."
)
PERIOD_INVALID = Kind("period-invalid", 422, "Period invalid", "{reason}", "after-change")
ISSUE_UNKNOWN = Kind("issue-unknown", 404, "Issue unknown", "Issue {issue} was never cut.")
ISSUE_UNBALANCED = Kind("issue-unbalanced", 500, "Issue does not add up", "The figures do not add up: {reason}")
EXPORT_CHANGED = Kind("export-changed", 500, "Export changed", "{reason}")
