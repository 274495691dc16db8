"""Passwords and tokens: argon2id for what people type, SHA-256 for what machines carry. Stores no secret in clear."""

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher()
TOKEN_BYTES = 32
CODE_BYTES = 17
# Verified against when a login is unknown, so that the answer takes as long as for a known one.
NOBODYS_HASH = HASHER.hash(secrets.token_urlsafe(TOKEN_BYTES))


def hash_password(password: str) -> str:
    return HASHER.hash(password)


def password_fits(password_hash: str | None, password: str) -> bool:
    """Takes the same time whether or not there is a hash to compare with."""
    try:
        HASHER.verify(password_hash or NOBODYS_HASH, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_code() -> str:
    """An enrolment code of 136 random bits."""
    return secrets.token_urlsafe(CODE_BYTES)


def new_password() -> str:
    return secrets.token_urlsafe(9)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8")).hexdigest()
