"""Passwords and tokens: argon2id for what people type, SHA-256 for what machines carry. Stores no secret in clear."""

import hashlib
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher()
TOKEN_BYTES = 32


def hash_password(password: str) -> str:
    return HASHER.hash(password)


def hash_passwords(passwords: Sequence[str]) -> list[str]:
    """The hashes in the order of the passwords; made side by side, since each takes long on purpose."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(hash_password, passwords))


@cache
def nobodys_hash() -> str:
    """Verified against when a login is unknown, so that the answer takes as long as for a known one."""
    return HASHER.hash(secrets.token_urlsafe(TOKEN_BYTES))


def password_fits(password_hash: str | None, password: str) -> bool:
    """Takes the same time whether or not there is a hash to compare with."""
    try:
        HASHER.verify(password_hash or nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_password() -> str:
    return secrets.token_urlsafe(9)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8")).hexdigest()
