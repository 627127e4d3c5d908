"""Identities for trying things out, and requests for real ones.

A development identity is a complete public-key infrastructure made on the spot: root, issuing authority
and signer.  The keys of the two authorities are thrown away, so nothing else can ever be issued under
that root.  Every subject says FOR DEVELOPMENT ONLY, and no bundled list knows it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from provkit.errors import ConfigurationError, CredentialError
from provkit.signers.local import PrivateKey, load_key
from provkit.trust import oids
from provkit.trust.credential import DEVELOPMENT_UNIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

ORGANIZATION: Final = "provkit development"
MAX_DAYS: Final = 366
"""Longest life of a signer's certificate under the C2PA certificate policy, days."""
RSA_BITS: Final = 2048
_SKEW: Final = timedelta(hours=1)
"""How far back validity starts, for machines whose clock is late."""
_KEYS: Final[dict[str, Callable[[], PrivateKey]]] = {
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ES512": lambda: ec.generate_private_key(ec.SECP521R1()),
    "PS256": lambda: rsa.generate_private_key(65537, RSA_BITS),
    "PS384": lambda: rsa.generate_private_key(65537, RSA_BITS),
    "PS512": lambda: rsa.generate_private_key(65537, RSA_BITS),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
}
_CLAIM_SIGNER: Final = x509.ExtendedKeyUsage(
    # emailProtection beside the C2PA usage: older validators know no other (C2PA 2.4 §14.4.1).
    [x509.ObjectIdentifier(oids.EMAIL_PROTECTION), x509.ObjectIdentifier(oids.CLAIM_SIGNING)]
)


@dataclass(frozen=True, slots=True)
class DevelopmentIdentity:
    """Everything needed to sign, and to trust what was signed, on one's own machine."""

    root_pem: bytes
    """Root certificate: the anchor for a verifier."""
    chain_pem: bytes
    """Certificate of the signer, then that of its issuer."""
    key_pem: bytes = field(repr=False)
    """The signer's private key, PKCS #8, not encrypted."""


def make_development_identity(
    *, algorithm: str = "ES256", name: str = "provkit dev signer", now: datetime, days: int = 365
) -> DevelopmentIdentity:
    """Make a root, an issuing authority and a signer, all of one kind of key.

    Args:
        algorithm: ES256, ES384, ES512, PS256, PS384, PS512 or Ed25519.
        name: common name of the signer, 1 to 64 characters.
        now: aware; validity starts an hour before.
        days: validity of all three, 1 to 366.

    Raises:
        ConfigurationError: an unknown algorithm, or a name or number of days out of range.
    """
    if now.tzinfo is None:
        raise ConfigurationError("now has no time zone")
    if not 1 <= days <= MAX_DAYS:
        raise ConfigurationError(f"{days} days: a signer's certificate lives 1 to {MAX_DAYS} days")
    start = now.replace(microsecond=0) - _SKEW
    end = start + timedelta(days=days)
    root_key, issuer_key, key = (_new_key(algorithm) for _ in range(3))
    root_name, issuer_name = _dev_name("provkit dev root"), _dev_name("provkit dev CA")
    root = (
        _authority(root_name, root_key, root_name, root_key, 1).not_valid_before(start).not_valid_after(end)
    )
    issuer = (
        _authority(issuer_name, issuer_key, root_name, root_key, 0)
        .not_valid_before(start)
        .not_valid_after(end)
    )
    leaf = (
        _builder(_dev_name(name), key, issuer_name)
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(_CLAIM_SIGNER, critical=False)
        .add_extension(_issued_by(issuer_key), critical=False)
    )
    return DevelopmentIdentity(
        root_pem=_sign(root, root_key),
        chain_pem=_sign(leaf, issuer_key) + _sign(issuer, root_key),
        key_pem=_pkcs8(key, None),
    )


def generate_key(algorithm: str = "ES256", *, password: bytes | None = None) -> bytes:
    """A new private key, PKCS #8 PEM, encrypted when a password is given.

    Raises:
        ConfigurationError: an unknown algorithm.
    """
    return _pkcs8(_new_key(algorithm), password)


def make_csr(
    key_pem: bytes,
    *,
    common_name: str,
    organization: str | None = None,
    unit: str | None = None,
    country: str | None = None,
    password: bytes | None = None,
) -> bytes:
    """A certificate request (RFC 2986), PEM, that asks for what C2PA 2.4 §14.5.1.1 demands.

    Args:
        key_pem: private key, PEM; the request holds its public half only.
        common_name: CN of the subject.
        organization: O; authorities ask for one, and validators show it.
        unit: OU.
        country: C, two letters.
        password: of an encrypted key.

    Raises:
        CredentialError: a key that cannot be used.
        ConfigurationError: a name that does not fit into a certificate.
    """
    key = load_key(key_pem, password=password)
    subject = _name(country=country, organization=organization, unit=unit, common_name=common_name)
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(subject)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(_CLAIM_SIGNER, critical=False)
    )
    return request.sign(key, _digest(key)).public_bytes(serialization.Encoding.PEM)


def _new_key(algorithm: str) -> PrivateKey:
    try:
        return _KEYS[algorithm]()
    except KeyError:
        raise ConfigurationError(f"unknown algorithm {algorithm!r}", hint=", ".join(_KEYS)) from None


def _pkcs8(key: PrivateKey, password: bytes | None) -> bytes:
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password is not None:
        if not password:
            raise CredentialError("the password is empty")
        encryption = serialization.BestAvailableEncryption(password)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def _dev_name(common_name: str) -> x509.Name:
    return _name(common_name=common_name, organization=ORGANIZATION, unit=DEVELOPMENT_UNIT)


def _name(
    *,
    common_name: str,
    organization: str | None = None,
    unit: str | None = None,
    country: str | None = None,
) -> x509.Name:
    wanted = (
        (NameOID.COUNTRY_NAME, country),
        (NameOID.ORGANIZATION_NAME, organization),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
        (NameOID.COMMON_NAME, common_name),
    )
    try:
        return x509.Name([x509.NameAttribute(oid, value) for oid, value in wanted if value is not None])
    except ValueError as error:
        raise ConfigurationError(f"the name does not fit into a certificate: {error}") from None


def _authority(
    subject: x509.Name, key: PrivateKey, issuer: x509.Name, issuer_key: PrivateKey, path_length: int
) -> x509.CertificateBuilder:
    builder = (
        _builder(subject, key, issuer)
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier(_key_id(key)), critical=False)
    )
    return builder if key is issuer_key else builder.add_extension(_issued_by(issuer_key), critical=False)


def _builder(subject: x509.Name, key: PrivateKey, issuer: x509.Name) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        # 63 random bits: short, since the chain is embedded in every signed text.
        .serial_number(secrets.randbits(62) | 1 << 62)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not signs,
        crl_sign=not signs,
        encipher_only=False,
        decipher_only=False,
    )


def _key_id(key: PrivateKey) -> bytes:
    """Key identifier by method 2 of RFC 5280 §4.2.1.2: 8 bytes where the usual one takes 20."""
    bits = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    tail = hashlib.sha1(bits, usedforsecurity=False).digest()[-8:]
    return bytes([0x40 | tail[0] & 0x0F]) + tail[1:]


def _issued_by(key: PrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier(_key_id(key), None, None)


def _digest(key: PrivateKey) -> hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return None
    if isinstance(key, ec.EllipticCurvePrivateKey):
        if key.curve.key_size > 384:
            return hashes.SHA512()
        return hashes.SHA384() if key.curve.key_size == 384 else hashes.SHA256()
    return hashes.SHA256()


def _sign(builder: x509.CertificateBuilder, key: PrivateKey) -> bytes:
    return builder.sign(key, _digest(key)).public_bytes(serialization.Encoding.PEM)
