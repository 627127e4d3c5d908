"""The credential inside a signature: its ``x5chain``, parsed once (C2PA 2.4 §14.2).

A crawl meets the same few chains over and over, so what was parsed is kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from provkit.errors import LimitError, MalformedError
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.verdict import SignerFacts

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

    from provkit.trust.profile import ProfileProblem

DEVELOPMENT_UNIT: Final = "FOR DEVELOPMENT ONLY"
"""Organisational unit by which a development identity says that it is one."""

_CACHED_CHAINS: Final = 512
CACHED_BYTES: Final = 12 * 1024
"""Longer chains are not remembered: honest ones take 1 to 10 KB, and hostile ones could fill the memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Credential:
    """A parsed chain.  Immutable, safe between threads, picklable (it is parsed again)."""

    chain: tuple[bytes, ...]
    """DER certificates as they came, end-entity first."""
    certificates: tuple[x509.Certificate, ...]
    """The same, parsed.  Subject, issuer and extensions of each were read without an error,
    except that the extensions of the first may be a :attr:`profile_problems` entry."""
    public_key: CertificatePublicKeyTypes
    """Key of the end-entity certificate, of any kind; a kind that C2PA does not allow is a
    :attr:`profile_problems` entry."""
    profile_problems: tuple[ProfileProblem, ...]
    """Rules of C2PA 2.4 §14.5.1.1 that the end-entity certificate breaks."""
    facts: SignerFacts
    """Who signed, by the certificate alone: no trust list, and the algorithm is the one its key
    normally stands for."""
    not_before: datetime
    """Start of the end-entity certificate's validity, UTC."""
    not_after: datetime
    """End of the end-entity certificate's validity, UTC."""
    size: int
    """Bytes of the chain; one of more than :data:`CACHED_BYTES` is not remembered, nor what follows from it."""

    def valid_at(self, at: datetime) -> bool:
        """Whether the end-entity certificate is within its dates at `at` (aware)."""
        return self.not_before <= at <= self.not_after

    def signer_facts(
        self, *, algorithm: str, trust_list: str | None = None, distrusted: str | None = None
    ) -> SignerFacts:
        """:attr:`facts` with what the signature and the trust judgement add."""
        facts = self.facts
        return SignerFacts(
            name=facts.name,
            organization=facts.organization,
            issuer=facts.issuer,
            serial=facts.serial,
            algorithm=algorithm,
            not_before=facts.not_before,
            not_after=facts.not_after,
            fingerprint=facts.fingerprint,
            trust_list=trust_list,
            development=facts.development,
            distrusted=distrusted,
        )

    def __reduce__(self) -> tuple[object, ...]:
        return (_load, (self.chain,))


def load_credential(chain: tuple[bytes, ...], limits: Limits = DEFAULT_LIMITS) -> Credential:
    """Parse an ``x5chain``, end-entity certificate first; the last 1024 chains are remembered.

    Raises:
        LimitError: more or larger certificates than `limits` allows.
        MalformedError: no certificate, or one that is not exactly one X.509 certificate.  A
            validator reports it as ``signingCredential.invalid``.
    """
    if len(chain) > limits.certificates:
        raise LimitError(f"more than {limits.certificates} certificates in the chain")
    sizes = list(map(len, chain))
    if sizes and max(sizes) > limits.certificate_bytes:
        raise LimitError(f"a certificate of more than {limits.certificate_bytes} bytes")
    return _load(chain) if sum(sizes) <= CACHED_BYTES else _parse(chain)


@lru_cache(maxsize=_CACHED_CHAINS)
def _load(chain: tuple[bytes, ...]) -> Credential:
    return _parse(chain)


def _parse(chain: tuple[bytes, ...]) -> Credential:
    import warnings

    # Of odd names cryptography warns; that is for whoever issues certificates, not for readers.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _parse_quietly(chain)


def _parse_quietly(chain: tuple[bytes, ...]) -> Credential:
    from cryptography import x509

    from provkit.trust.profile import PARSE_ERRORS, check_profile

    if not chain:
        raise MalformedError("the certificate chain is empty")
    certificates: list[x509.Certificate] = []
    for position, der in enumerate(chain, 1):
        if not _has_positive_serial(der):
            raise MalformedError(f"certificate {position} of the chain has no positive serial number")
        try:
            certificate = x509.load_der_x509_certificate(der)
            # Fields are decoded when they are read: read them here, where a failure has a place.
            _ = certificate.subject, certificate.issuer, certificate.serial_number
            _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
            if position > 1:
                _ = certificate.extensions
        except PARSE_ERRORS:
            raise MalformedError(f"certificate {position} of the chain is not an X.509 certificate") from None
        certificates.append(certificate)
    leaf = certificates[0]
    try:
        public_key = leaf.public_key()
        problems = check_profile(leaf)
        facts = _facts(leaf, chain[0], public_key)
    except PARSE_ERRORS:
        raise MalformedError("the signer's certificate cannot be read") from None
    return Credential(
        chain=chain,
        certificates=tuple(certificates),
        public_key=public_key,
        profile_problems=problems,
        facts=facts,
        not_before=facts.not_before,
        not_after=facts.not_after,
        size=sum(map(len, chain)),
    )


def _has_positive_serial(der: bytes) -> bool:
    """RFC 5280 §4.1.2.2.  Looked at beforehand: cryptography prints a warning about others, for now."""
    try:
        position = _value(der, _value(der, 0))
        if der[position] == 0xA0:  # version
            start = _value(der, position)
            position = start + der[start - 1]
        start = _value(der, position)
        return (
            der[position] == 0x02
            and 0 < der[start - 1] < 0x80
            and der[start] < 0x80
            and (any(der[start : start + der[start - 1]]))
        )
    except IndexError:
        return False


def _value(der: bytes, at: int) -> int:
    """Where the value of the DER element at `at` starts."""
    first = der[at + 1]
    return at + 2 + (first & 0x7F if first & 0x80 else 0)


def algorithm_of(public_key: object) -> str:
    """COSE algorithm that a key normally stands for (C2PA 2.4 §13.2.1): ``ES256`` for P-256 and so on.

    ``unknown`` for a key that C2PA does not allow.
    """
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(public_key, ec.EllipticCurvePublicKey):
        return {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}.get(
            public_key.curve.name, "unknown"
        )
    if isinstance(public_key, rsa.RSAPublicKey):
        return "PS256"
    return "Ed25519" if isinstance(public_key, ed25519.Ed25519PublicKey) else "unknown"


def _facts(leaf: x509.Certificate, der: bytes, public_key: CertificatePublicKeyTypes) -> SignerFacts:
    from cryptography.x509.oid import NameOID

    organization = _attribute(leaf.subject, NameOID.ORGANIZATION_NAME)
    units = leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    return SignerFacts(
        name=(_attribute(leaf.subject, NameOID.COMMON_NAME) or organization or leaf.subject.rfc4514_string()),
        organization=organization,
        issuer=leaf.issuer.rfc4514_string(),
        serial=f"{leaf.serial_number:x}",
        algorithm=algorithm_of(public_key),
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        fingerprint=hashlib.sha256(der).hexdigest(),
        development=any(unit.value == DEVELOPMENT_UNIT for unit in units),
    )


def _attribute(name: x509.Name, oid: x509.ObjectIdentifier) -> str | None:
    """First non-empty attribute of a name, as text; bit strings (rare, odd) as hexadecimal."""
    for attribute in name.get_attributes_for_oid(oid):
        value = attribute.value
        if value:
            return value if isinstance(value, str) else value.hex()
    return None
