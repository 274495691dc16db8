"""Ed25519 and ES256 signatures over bytes. Says why a signature does not hold; never raises for a wrong one."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from server.keys.text import from_base64url, key_id_of

SIGNATURE_BYTES = 64
HALF = SIGNATURE_BYTES // 2


@dataclass(frozen=True)
class PublicKey:
    """A device's or server's public key: DER SPKI in base64url, its algorithm and id."""

    alg: str
    spki: str
    key_id: str


def public_key(alg: str, spki: str) -> PublicKey:
    """Reads a key as it comes over the wire. Raises ValueError when alg and key do not fit or the curve is not P-256."""
    der = from_base64url(spki)
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("not a DER SubjectPublicKeyInfo") from error
    fits = (alg == "Ed25519" and isinstance(key, Ed25519PublicKey)) or (
        alg == "ES256" and isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)
    )
    if not fits:
        raise ValueError(f"the key is not an {alg} key")
    return PublicKey(alg=alg, spki=spki, key_id=key_id_of(der))


def why_signature_fails(content: bytes, signature: object, key: PublicKey) -> str | None:
    """None when `signature` ({"key_id","alg","value"}) over content verifies under key; otherwise the reason."""
    if not isinstance(signature, dict):
        return "the item is not signed"
    if signature.get("key_id") != key.key_id or signature.get("alg") != key.alg:
        return "the signature names another key"
    value = signature.get("value")
    if not isinstance(value, str):
        return "the signature has no value"
    try:
        raw = from_base64url(value)
    except ValueError:
        return "the signature is not base64url"
    if len(raw) != SIGNATURE_BYTES:
        return "the signature has not 64 bytes"
    return None if verifies(content, raw, key) else "the bytes were changed or signed by another key"


def verifies(content: bytes, raw: bytes, key: PublicKey) -> bool:
    loaded = load_der_public_key(from_base64url(key.spki))
    try:
        if isinstance(loaded, Ed25519PublicKey):
            loaded.verify(raw, content)
        elif isinstance(loaded, EllipticCurvePublicKey):
            der = encode_dss_signature(int.from_bytes(raw[:HALF]), int.from_bytes(raw[HALF:]))
            loaded.verify(der, content, ECDSA(SHA256()))
        else:
            return False
    except InvalidSignature:
        return False
    return True
