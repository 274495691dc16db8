"""Keys and signatures as the protocol writes them: DER SPKI, key ids, Ed25519 and raw ES256 over exact bytes.

Refuses every signature it cannot tie to a key that was given to it beforehand.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

from client_sync.errors import NotBelievedError

ES256_HALF_BYTES = 32


def to_base64url(raw: bytes) -> str:
    """base64url without padding.

    >>> to_base64url(b"xuntu?")
    'eHVudHU_'
    """
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of unpadded base64url; raises ValueError for anything else, standard base64 included.

    >>> from_base64url("eHVudHU_")
    b'xuntu?'
    """
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if to_base64url(raw) != text:
        raise ValueError("not base64url without padding")
    return raw


def digest_of(content: str | bytes) -> str:
    """`sha256:<hex>` of the bytes; a text counts as its UTF-8 bytes.

    >>> digest_of("")
    'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    """
    raw = content.encode("utf-8") if isinstance(content, str) else content
    return "sha256:" + hashlib.sha256(raw).hexdigest()


def key_id_of(spki: bytes) -> str:
    """The id of a public key: base64url(SHA-256(DER SPKI))."""
    return to_base64url(hashlib.sha256(spki).digest())


@dataclass(frozen=True)
class DeviceKey:
    """The key pair of one enrolment. `spki` is DER; the private half leaves only through `to_pem`."""

    private: ed25519.Ed25519PrivateKey
    spki: bytes

    @classmethod
    def generate(cls) -> "DeviceKey":
        """A fresh Ed25519 key from the system's randomness."""
        return cls.of(ed25519.Ed25519PrivateKey.generate())

    @classmethod
    def of(cls, private: ed25519.Ed25519PrivateKey) -> "DeviceKey":
        """The pair around a private key."""
        spki = private.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return cls(private, spki)

    @classmethod
    def from_pem(cls, pem: str) -> "DeviceKey":
        """Reads an unencrypted PKCS#8 PEM; raises ValueError when it holds no Ed25519 key."""
        private = serialization.load_pem_private_key(pem.encode("ascii"), password=None)
        if not isinstance(private, ed25519.Ed25519PrivateKey):
            raise ValueError("the PEM does not hold an Ed25519 private key")
        return cls.of(private)

    def to_pem(self) -> str:
        """PKCS#8 PEM without a pass phrase: the folder that keeps it must be private to the app."""
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode("ascii")

    @property
    def key_id(self) -> str:
        """The id under which the server knows the public half."""
        return key_id_of(self.spki)

    def public_json(self) -> dict[str, str]:
        """`public_key` of an enrolment request."""
        return {"alg": "Ed25519", "spki": to_base64url(self.spki)}

    def sign(self, text: str) -> dict[str, str]:
        """The signature object over the UTF-8 bytes of `text`."""
        return {"key_id": self.key_id, "alg": "Ed25519", "value": to_base64url(self.private.sign(text.encode("utf-8")))}

    def signed(self, text: str) -> dict[str, Any]:
        """A SIGNED object: the text and the signature over it."""
        return {"payload": text, "signature": self.sign(text)}


@dataclass(frozen=True)
class TrustedKey:
    """A server key this phone was given: what it may sign (`use`), how, and until when (UTC-aware) if that is limited."""

    key_id: str
    use: str
    alg: str
    spki: bytes
    not_after: datetime | None

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "TrustedKey":
        """One entry of `server_keys`; raises NotBelievedError when its id is not that of its bytes or a field is missing."""
        try:
            spki = from_base64url(entry["spki"])
            key_id, use, alg = str(entry["key_id"]), str(entry["use"]), str(entry["alg"])
            until = datetime.fromisoformat(entry["not_after"]) if entry.get("not_after") else None
        except (KeyError, TypeError, ValueError) as fault:
            raise NotBelievedError(f"a server key is unreadable: {fault}") from fault
        if key_id != key_id_of(spki):
            raise NotBelievedError("a server key does not have the id of its bytes")
        return cls(key_id, use, alg, spki, until)


def verify(text: str, signature: Mapping[str, Any], *, alg: str, spki: bytes) -> None:
    """Raises NotBelievedError unless `signature` is `alg` by the key `spki` over the UTF-8 bytes of `text`."""
    try:
        value = from_base64url(str(signature["value"]))
        if signature["alg"] != alg:
            raise NotBelievedError(f"signed with {signature['alg']}, the key is for {alg}")
        public = serialization.load_der_public_key(spki)
        _verify_with(public, alg, value, text.encode("utf-8"))
    except (KeyError, ValueError, InvalidSignature) as fault:
        raise NotBelievedError("the signature does not belong to these bytes") from fault


def _verify_with(public: object, alg: str, value: bytes, message: bytes) -> None:
    if alg == "Ed25519" and isinstance(public, ed25519.Ed25519PublicKey):
        public.verify(value, message)
    elif alg == "ES256" and isinstance(public, ec.EllipticCurvePublicKey) and len(value) == 2 * ES256_HALF_BYTES:
        r, s = int.from_bytes(value[:ES256_HALF_BYTES]), int.from_bytes(value[ES256_HALF_BYTES:])
        public.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    else:
        raise NotBelievedError(f"a signature of {len(value)} bytes by {alg} cannot be checked with this key")


def open_signed(signed: object, keys: Mapping[str, TrustedKey], *, use: str) -> tuple[str, str]:
    """The exact text of a SIGNED object and the id of the trusted key behind it; raises NotBelievedError for anything else."""
    if (
        not isinstance(signed, dict)
        or not isinstance(signed.get("payload"), str)
        or not isinstance(signed.get("signature"), dict)
    ):
        raise NotBelievedError("there is no signed object in the answer")
    key = keys.get(str(signed["signature"].get("key_id")))
    if key is None or key.use != use:
        raise NotBelievedError(f"the signer is not a trusted {use} key")
    verify(signed["payload"], signed["signature"], alg=key.alg, spki=key.spki)
    return signed["payload"], key.key_id
