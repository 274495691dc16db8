"""The spellings of the protocol: digests, base64url without padding, key ids. Anything else is refused."""

import base64
import binascii
import hashlib
import re

DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")


def digest_of(content: bytes) -> str:
    """`sha256:` and 64 lowercase hex digits."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def is_digest(text: object) -> bool:
    return isinstance(text, str) and DIGEST.match(text) is not None


def to_base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """Raises ValueError for padding, other alphabets and impossible lengths."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise ValueError("not base64url without padding")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url without padding") from error


def key_id_of(spki: bytes) -> str:
    """base64url(SHA-256(SPKI)), for devices and servers alike."""
    return to_base64url(hashlib.sha256(spki).digest())
