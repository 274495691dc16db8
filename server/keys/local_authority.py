"""A certificate authority for one machine's local network, so that a phone can be joined by HTTPS without a public name.

Its certificate is kept, since a phone is told to trust it once; a lost file is never silently replaced by another. It speaks for
local networks only: a browser that reads name constraints refuses it for any address outside, whoever holds the key.
"""

import ipaddress
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server import problems

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

LOCAL_NETWORKS: Final[tuple[IPNetwork, ...]] = tuple(
    ipaddress.ip_network(each)
    for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8")
) + tuple(ipaddress.ip_network(each) for each in ("fc00::/7", "fe80::/10", "::1/128"))
LOCAL_NAMES: Final = ("localhost", "local", "lan", "home.arpa")
ALWAYS: Final[tuple[IPAddress, ...]] = (ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))

AUTHORITY_DAYS: Final = 5 * 365
LEAF_DAYS: Final = 90
RENEW_DAYS: Final = 30
# A phone whose clock is behind would refuse a certificate made a moment ago.
CLOCK_SLACK: Final = timedelta(days=2)


@dataclass(frozen=True)
class Authority:
    """The kept authority; `certificate` is what a phone is asked to trust."""

    folder: Path
    certificate: x509.Certificate
    private: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def fingerprint(self) -> str:
        """SHA-256 in upper-case hex pairs, as phones show it."""
        return self.certificate.fingerprint(SHA256()).hex(":").upper()

    def speaks_for(self, address: IPAddress) -> bool:
        """Whether the constraints it was made with admit this address."""
        constraints = self.certificate.extensions.get_extension_for_class(x509.NameConstraints).value
        networks = [name.value for name in constraints.permitted_subtrees or () if isinstance(name, x509.IPAddress)]
        return any(address in network for network in networks if not isinstance(network, IPAddress))


@dataclass(frozen=True)
class Leaf:
    """Where the server's own certificate and key are, as PEM files."""

    certificate: Path
    key: Path


def open_authority(folder: Path, *, host: str, addresses: Iterable[IPAddress], now: datetime) -> Authority:
    """The authority kept in folder, made on first use for local networks and these addresses.

    Raises LOCAL_AUTHORITY_UNUSABLE when only a half of it is there or it has ended: phones trust it, so a person decides.
    """
    certificate, key = folder / "authority.crt", folder / "authority.pem"
    if not certificate.exists() and not key.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        make_authority(certificate, key, host=host, addresses=addresses, now=now)
    try:
        private = load_pem_private_key(key.read_bytes(), password=None)
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError) as error:
        raise problems.LOCAL_AUTHORITY_UNUSABLE(folder=str(folder), reason=str(error)) from error
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.public_key() != found.public_key():
        raise problems.LOCAL_AUTHORITY_UNUSABLE(folder=str(folder), reason="key and certificate do not belong together")
    if found.not_valid_after_utc <= now + timedelta(days=1):
        raise problems.LOCAL_AUTHORITY_UNUSABLE(folder=str(folder), reason=f"it ended on {found.not_valid_after_utc:%Y-%m-%d}")
    return Authority(folder, found, private)


def make_authority(certificate: Path, key: Path, *, host: str, addresses: Iterable[IPAddress], now: datetime) -> None:
    """Write a new authority. Addresses outside the local networks are admitted one by one, for a machine that has such."""
    private = ec.generate_private_key(ec.SECP256R1())
    number = x509.random_serial_number()
    others = {network_of(each) for each in addresses if not any(each in network for network in LOCAL_NETWORKS)}
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in (*LOCAL_NAMES, host)]
    networks = [x509.IPAddress(each) for each in (*LOCAL_NETWORKS, *sorted(others, key=str))]
    name = name_of(f"Xuntu {host} {number & 0xFFFF:04X}")
    unsigned = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(number)
        .not_valid_before(now - CLOCK_SLACK)
        .not_valid_after(now + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
        # Not critical, so that a phone that cannot read it can still be joined; those that can, hold the authority to it.
        .add_extension(x509.NameConstraints([*names, *networks], None), critical=False)
    )
    keep(key, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    keep(certificate, unsigned.sign(private, SHA256()).public_bytes(Encoding.PEM))


def leaf_for(authority: Authority, *, host: str, addresses: Iterable[IPAddress], now: datetime) -> Leaf:
    """The server's certificate for these addresses and names: the kept one, or a new one when they changed or it soon ends.

    Addresses that the authority may not speak for are left out.
    """
    leaf = Leaf(authority.folder / "server.crt", authority.folder / "server.pem")
    wanted = subject_names(host, sorted({*ALWAYS, *filter(authority.speaks_for, addresses)}, key=str))
    if leaf.key.exists() and leaf.certificate.exists():
        kept = x509.load_pem_x509_certificate(leaf.certificate.read_bytes())
        same = list(kept.extensions.get_extension_for_class(x509.SubjectAlternativeName).value) == list(wanted)
        ours = kept.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value == identifier_of(authority)
        if same and ours and kept.not_valid_after_utc > now + timedelta(days=RENEW_DAYS):
            return leaf
    make_leaf(leaf, authority, wanted, host=host, now=now)
    return leaf


def make_leaf(leaf: Leaf, authority: Authority, names: x509.SubjectAlternativeName, *, host: str, now: datetime) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    unsigned = (
        x509.CertificateBuilder()
        .subject_name(name_of(host))
        .issuer_name(authority.certificate.subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SLACK)
        .not_valid_after(now + timedelta(days=LEAF_DAYS) - CLOCK_SLACK)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
        .add_extension(identifier_of(authority), critical=False)
    )
    keep(leaf.key, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    keep(leaf.certificate, unsigned.sign(authority.private, SHA256()).public_bytes(Encoding.PEM))


def subject_names(host: str, addresses: Iterable[IPAddress]) -> x509.SubjectAlternativeName:
    """Every name and address by which the server may be called."""
    names = dict.fromkeys(("localhost", host, host if "." in host else f"{host}.local"))
    return x509.SubjectAlternativeName([*(x509.DNSName(each) for each in names), *(x509.IPAddress(each) for each in addresses)])


def identifier_of(authority: Authority) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.private.public_key())


def network_of(address: IPAddress) -> IPNetwork:
    """The network of one address alone."""
    return ipaddress.ip_network(address)


def name_of(common_name: str) -> x509.Name:
    # X.520 allows 64 characters.
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64])])


def key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def keep(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    unfinished = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
