"""The server's own Ed25519 keys, one per use, and what it signs with them. A lost key file is never silently replaced."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from server.keys.text import key_id_of, to_base64url

USES = ("receipt", "checkpoint")


@dataclass(frozen=True)
class ServerKey:
    use: str
    key_id: str
    spki: str
    private: Ed25519PrivateKey

    def sign(self, text: str) -> dict[str, str]:
        """The signature object of the protocol over the UTF-8 bytes of text."""
        value = self.private.sign(text.encode("utf-8"))
        return {"key_id": self.key_id, "alg": "Ed25519", "value": to_base64url(value)}

    def public(self) -> dict[str, Any]:
        return {"key_id": self.key_id, "use": self.use, "alg": "Ed25519", "spki": self.spki}


@dataclass(frozen=True)
class ServerKeys:
    receipt: ServerKey
    checkpoint: ServerKey

    def public(self) -> list[dict[str, Any]]:
        return [self.receipt.public(), self.checkpoint.public()]


def open_server_keys(folder: Path) -> ServerKeys:
    """The keys kept in folder, made on first use with owner-only permissions."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = {use: open_key(folder / f"{use}.pem", use) for use in USES}
    return ServerKeys(receipt=keys["receipt"], checkpoint=keys["checkpoint"])


def open_key(path: Path, use: str) -> ServerKey:
    if not path.exists():
        create_key(path)
    private = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise ValueError(f"{path.name} is not an Ed25519 key")
    spki = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return ServerKey(use=use, key_id=key_id_of(spki), spki=to_base64url(spki), private=private)


def create_key(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    unfinished = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass  # Another process made the key first; its key is the one that counts.
    finally:
        unfinished.unlink()
